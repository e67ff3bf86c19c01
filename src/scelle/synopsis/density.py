"""Where an item covers no more of the picture than may be covered, with all that is placed.

Terms used here: *load*, int64 ``(columns,)``, the pixels that are covered in each bin; *own*,
int64 ``(bins,)``, those that the item covers in each of its own; *budget*, the most of both
together.  Where nothing is yet, an item may be larger than that: it then appears alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scelle.synopsis.comparing import BLOCK
from scelle.synopsis.occupancy import Int64Array

BoolArray = npt.NDArray[np.bool_]

_SOME = 24  # places that are looked at together


def thin(load: Int64Array, own: Int64Array, budget: float, at: Int64Array) -> BoolArray:
    """At which starts it covers no more.

    Args:
        at: int64 ``(n,)``, increasing, at least one.

    Returns:
        bool ``(n,)``.
    """
    begin, bins = at - at[0], len(own)
    load = load[at[0] : at[-1] + bins]
    # What it covers at the least rules starts out, what it covers at the most rules them in:
    # of what stays for hours, few starts are left to be looked at bin by bin.
    crowded = _any_within((load > 0) & (load + own.min() > budget), begin, bins)
    maybe = _any_within((load > 0) & (load + own.max() > budget), begin, bins)
    unsure = np.flatnonzero(maybe & ~crowded)
    step = max(1, BLOCK // bins)
    for first in range(0, len(unsure), step):
        some = unsure[first : first + step]
        crowded[some] = _crowded(load, own, budget, begin[some])
    return ~crowded


def first_thin(
    load: Int64Array, own: Int64Array, budget: float, at: Int64Array, order: Int64Array, most: int
) -> Int64Array:
    """Of starts in an order the first at which it covers no more.

    Args:
        at: int64 ``(n,)``.
        order: int64 ``(n,)``, the best first, indices of ``at``.
        most: how many are wanted.

    Returns:
        int64, the first of ``order``.
    """
    kept = order[:0]
    for begin in range(0, len(order), _SOME):
        some = order[begin : begin + _SOME]
        kept = np.concatenate([kept, some[~_crowded(load, own, budget, at[some])]])
        if len(kept) >= most:
            break
    return kept[:most]


def _crowded(load: Int64Array, own: Int64Array, budget: float, at: Int64Array) -> BoolArray:
    there = load[at[:, None] + np.arange(len(own))]
    return np.asarray(((there + own > budget) & (there > 0)).any(axis=1))


def _any_within(flags: BoolArray, begin: Int64Array, length: int) -> BoolArray:
    """Whether any flag is set in the stretch of a length that begins at each place."""
    count = np.concatenate([np.zeros(1, np.int64), np.cumsum(flags)])
    return np.asarray(count[begin + length] > count[begin])
