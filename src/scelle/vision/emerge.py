"""Chains whose object left its group unnoticed, and came out of it as somebody new.

Who goes into a group is followed there by outline alone.  One that leaves it where the outline
says little is still counted among those who stay, and the region that comes out begins a chain
of its own.  Of the whole recording it can be told: whoever was never alone again after that
moment, and had been near, of that size and in such clothes, is who came out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.vision.solvers import followers
from scelle.vision.tracklet import Boxes, Tracklet, colour_distance, middle

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EmergeSettings:
    """Parameters; part of the analysis manifest.

    Attributes:
        alone: looks with a region of its own that a chain must have.
        lost_s: longest time from when it was last alone until it comes out, seconds.
        after_s: the same from when it was last followed inside the group.
        reach: how far from where it was followed it may come out, in sizes.
        colour: largest difference of colour, 0 to 1.
        ratio: largest ratio of areas.
        limit: largest cost of distance, size and colour together.
    """

    alone: int = 3
    lost_s: float = 6.0
    after_s: float = 1.0
    reach: float = 2.0
    colour: float = 0.2
    ratio: float = 3.0
    limit: float = 1.0


@dataclass(frozen=True, eq=False)
class _Chain:
    """Rows of a chain in time order.

    Attributes:
        seconds: float64 ``(n,)``; ``boxes`` ``(n, 4)``.
        alone: int64, which of the rows are regions of their own.
        colour: float64 ``(22,)``.
    """

    seconds: Floats
    boxes: Boxes
    alone: npt.NDArray[np.intp]
    colour: Floats

    @classmethod
    def of(cls, chain: Sequence[Tracklet], tb: float) -> _Chain:
        seconds = np.concatenate([t.pts for t in chain]) * tb
        order = np.argsort(seconds, kind="stable")
        return cls(
            seconds[order],
            np.concatenate([t.boxes for t in chain])[order],
            np.flatnonzero(np.concatenate([t.whole for t in chain])[order]),
            np.sum([t.colour for t in chain], axis=0),
        )


def emerged(
    chains: list[list[Tracklet]], time_base: Fraction, settings: EmergeSettings | None = None
) -> list[list[Tracklet]]:
    """The chains, those that go on as another one joined with it; what was followed of them
    in the group from then on is dropped.

    Args:
        chains: in order of first picture (:func:`scelle.vision.join.join`).
        time_base: of every ``pts``.
        settings: the defaults where absent.
    """
    s = settings or EmergeSettings()
    tb = float(time_base)
    known = [_Chain.of(c, tb) for c in chains]
    real = [len(k.alone) >= s.alone for k in known]
    # Those that end in a group, by when they were last alone; and all, by when they first were.
    ended = [i for i, k in enumerate(known) if real[i] and k.alone[-1] < len(k.seconds) - 1]
    begun = [i for i in range(len(known)) if real[i]]
    begun.sort(key=lambda i: float(known[i].seconds[known[i].alone[0]]))
    firsts = np.array([known[i].seconds[known[i].alone[0]] for i in begun])
    rows, columns, costs = [], [], []
    for i in ended:
        one = known[i]
        last = float(one.seconds[one.alone[-1]])
        until = min(last + s.lost_s, float(one.seconds[-1]) + s.after_s)
        low, high = np.searchsorted(firsts, [last, until], side="right").tolist()
        for k in begun[low:high]:
            cost = _cost(one, known[k], s)
            if cost < s.limit:
                rows.append(i)
                columns.append(k)
                costs.append(cost)
    follower = followers(rows, columns, costs, s.limit)
    led = set(follower.values())
    out = []
    for i, chain in enumerate(chains):
        if i in led:
            continue
        whole, at = chain, i
        while at in follower:
            at = follower[at]
            start = round(float(known[at].seconds[known[at].alone[0]]) / tb)
            whole = [*_before(whole, start), *chains[at]]
        out.append(whole)
    return out


def _cost(one: _Chain, other: _Chain, s: EmergeSettings) -> float:
    """What it costs that ``other`` is who was followed as ``one``; infinite if it cannot be."""
    first = other.alone[0]
    out = float(other.seconds[first])
    if other.seconds[0] <= one.seconds[0] or other.seconds[-1] <= one.seconds[-1]:
        return np.inf
    there = other.boxes[first]
    here = one.boxes[min(int(np.searchsorted(one.seconds, out)), len(one.seconds) - 1)]
    settled = other.alone[other.seconds[other.alone] <= out + 1]
    area = float(middle(other.boxes[settled, 2:]).prod())
    before = float(middle(one.boxes[one.alone[-8:], 2:]).prod())
    size = (float(here[2:].prod()) * area) ** 0.25
    apart = here[:2] + here[2:] / 2 - there[:2] - there[2:] / 2
    away = float(np.hypot(*apart)) / size
    ratio = abs(float(np.log(before / area)))
    colour = float(colour_distance(one.colour, other.colour))
    if away > s.reach or ratio > np.log(s.ratio) or colour > s.colour:
        return np.inf
    return float(0.5 * away / s.reach + 0.2 * ratio + 0.5 * colour)


def _before(chain: list[Tracklet], pts: int) -> list[Tracklet]:
    """The rows of a chain before a timestamp."""
    out = []
    for piece in chain:
        n = int(np.searchsorted(piece.pts, pts))
        if n:
            out.append(
                replace(
                    piece,
                    look=piece.look[:n],
                    frame=piece.frame[:n],
                    pts=piece.pts[:n],
                    boxes=piece.boxes[:n],
                    source=piece.source[:n],
                    whole=piece.whole[:n],
                )
            )
    return out
