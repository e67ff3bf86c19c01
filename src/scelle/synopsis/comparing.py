"""Bits of an item compared with those that are placed, at many starts at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from scelle.synopsis.occupancy import Int64Array
from scelle.synopsis.packing import UInt64Array

BLOCK = 1 << 17
"""Words compared in one go: bounds memory, and fits the cache."""


def shared_cells(
    placed: UInt64Array,
    words: Int64Array,
    columns: Int64Array,
    bits: UInt64Array,
    first: int,
    starts: int,
) -> Int64Array:
    """Cells shared with what is placed, summed over bins, for so many starts."""
    total = np.zeros(starts, np.int64)
    for both in meeting(placed, words, columns, bits, first, starts):
        total += counted(both)
    return total


def meeting(
    placed: UInt64Array,
    words: Int64Array,
    columns: Int64Array,
    bits: UInt64Array,
    first: int,
    starts: int,
) -> Iterator[UInt64Array]:
    """Bits in common with what is placed: some entries at a time, and all starts."""
    # Row i of this view is what the bits hold from flat place i on, one start after another.
    size = placed.itemsize
    windows = np.ndarray((placed.size - starts + 1, starts), np.uint64, placed, 0, (size, size))
    places = words * placed.shape[1] + columns + first
    step = max(1, BLOCK // starts)
    for begin in range(0, len(words), step):
        part = slice(begin, begin + step)
        both = windows[places[part]]
        both &= bits[part, None]
        yield both


def counted(both: UInt64Array) -> Int64Array:
    """Bits of each column."""
    # Numbers of 32 bits are summed in half the time, and hold what fits into memory.
    count: npt.NDArray[np.int32] = np.bitwise_count(both).sum(axis=0, dtype=np.int32)
    return count.astype(np.int64)
