"""Boxes and tracklets of a whole recording as arrays, for :mod:`scelle.vision.associate`.

A size is the square root of a box's width times its height.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scelle.vision.solvers import components, neighbours

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DOUBLED = 0.5
"""Share of the smaller of two boxes above which they may show one object twice."""


@dataclass(frozen=True)
class AssociateSettings:
    """Parameters of association.

    A size is the square root of a box's width times its height.

    Attributes:
        reach, reach_per_s: how far a box may be from where the one before it lay, in
            sizes, and how much further for each second between them.
        margin: how much further than the best partner the second best must be, in
            sizes, for a pair to be beyond doubt.
        noise: usual error of a box's place, in sizes.
        speed: usual speed, sizes per second.
        turn: usual change of speed in a second, sizes per second.
        shape: usual difference of the logarithms of width and of height.
        drift: how much that grows in a second, then with the root of time.
        fit_s: seconds from which the motion at an end is taken.
        solid_s: a tracklet of at least this length is joined first; what is shorter
            fills its gaps.
        gaps_s: longest gap of each round, seconds.
        patience: a gap may be this many times as long as the shorter of its two sides.
        meet: nearer than this, in sizes, two of whom one is not seen cannot be told apart,
        meet_noise: and two who are both seen, nearer than this many times the noise;
        meet_s: nor can they for so long before and after, seconds;
        meet_most_s: but whoever stays so close for longer goes together.
        meet_gaps_s: longest gap of each round across such a meeting, seconds.
        hide: how far from where it went out of sight something comes out again, sizes,
        hide_cost, hide_gap_cost: and what that costs, and for each second of it, nats.
        tail: degrees of freedom of the law of errors; small for heavy tails.
        open_cost: what it costs to leave an end open, in nats.
        leave_cost: the same for what is heading out of the picture.
        gap_cost: nats for each second of a gap.
    """

    reach: float = 0.5
    reach_per_s: float = 3.0
    margin: float = 0.35
    meet: float = 0.7
    meet_noise: float = 6.0
    meet_s: float = 0.25
    meet_most_s: float = 2.5
    meet_gaps_s: tuple[float, ...] = (0.8, 1.6, 2.5)
    noise: float = 0.08
    speed: float = 1.5
    turn: float = 0.6
    shape: float = 0.15
    drift: float = 0.06
    fit_s: float = 1.2
    solid_s: float = 0.3
    gaps_s: tuple[float, ...] = (0.5, 1.5, 4.0, 20.0)
    patience: float = 2.0
    hide: float = 0.6
    hide_cost: float = 2.0
    hide_gap_cost: float = 0.08
    tail: float = 6.0
    open_cost: float = 4.0
    leave_cost: float = 0.0
    gap_cost: float = 0.7


def ranges(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(i, j)`` with ``j`` in ``first[i] .. first[i] + count[i]``."""
    i = np.repeat(np.arange(len(first)), count)
    before = np.cumsum(count) - count
    j = np.arange(len(i)) - before[i] + first[i]
    return i, j


def labels(follower: Ints) -> Ints:
    """Number of the chain that each box belongs to."""
    n = len(follower)
    has = np.flatnonzero(follower >= 0)
    return components(has, follower[has], n)


@dataclass(frozen=True, eq=False)
class Seen:
    """Boxes of a recording as the arithmetic needs them; L looks, N boxes in order of look.

    Attributes:
        look: int64 ``(N,)``, number of the look that each box belongs to.
        seconds: float64 ``(N,)``, when that was.
        place: float64 ``(N, 2)``, centres, pixels.
        shape: float64 ``(N, 2)``, logarithms of width and height.
        size: float64 ``(N,)``, pixels.
        start: int64 ``(L + 1,)``, the first box of each look.
        times: float64 ``(L,)``, seconds of each look.
        doubled: bool ``(N,)``, lies over a box of the same look that has a higher score.
        picture: width and height of the picture, pixels.
    """

    look: Ints
    seconds: Floats
    place: Floats
    shape: Floats
    size: Floats
    start: Ints
    times: Floats
    doubled: Bools
    picture: tuple[int, int]

    @property
    def span(self) -> float:
        """Seconds from the first look to the last, at least one."""
        return max(1.0, float(self.times[-1] - self.times[0]))

    @classmethod
    def of(
        cls,
        times: Floats,
        look: Ints,
        boxes: Floats,
        picture: tuple[int, int],
        score: Floats | None = None,
    ) -> Seen:
        """From boxes ``(N, 4)``, left, top, width, height, in order of look."""
        sides = np.maximum(boxes[:, 2:], 1.0)
        start = np.searchsorted(look, np.arange(len(times) + 1)).astype(np.int64)
        return cls(
            look,
            times[look],
            boxes[:, :2] + boxes[:, 2:] / 2,
            np.log(sides),
            np.sqrt(sides.prod(1)),
            start,
            times,
            _doubled(start, look, boxes, score),
            picture,
        )


def _doubled(start: Ints, look: Ints, boxes: Floats, score: Floats | None) -> Bools:
    """Which boxes share most of the smaller one's area with a box of a higher score."""
    out = np.zeros(len(look), np.bool_)
    if score is None or not len(look):
        return out
    i, j = ranges(start[look], np.diff(start)[look])
    lower = score[i] < score[j]
    i, j = i[lower], j[lower]
    low = np.maximum(boxes[i, :2], boxes[j, :2])
    high = np.minimum(boxes[i, :2] + boxes[i, 2:], boxes[j, :2] + boxes[j, 2:])
    shared = np.clip(high - low, 0, None).prod(1)
    out[i[shared > DOUBLED * np.minimum(boxes[i, 2:].prod(1), boxes[j, 2:].prod(1))]] = True
    return out


@dataclass(frozen=True, eq=False)
class Pieces:
    """Tracklets as arrays; K pieces.

    Attributes:
        first, last: int64 ``(K,)``, the box that each begins and ends with.
        lasts: float64 ``(K,)``, seconds.
        head, tail: motion at the two ends.
        busy: float64 ``(K,)``, how many pieces begin within a size of where each begins:
            learned from the recording, many at a door, one behind a post.
    """

    first: Ints
    last: Ints
    lasts: Floats
    head: Motions
    tail: Motions
    busy: Floats

    @classmethod
    def of(cls, seen: Seen, label: Ints, s: AssociateSettings) -> Pieces:
        """Pieces from the number of the piece of each box."""
        # Boxes are in order of look, and a stable sort keeps that inside a piece.
        order = np.argsort(label, kind="stable")
        start = np.flatnonzero(np.r_[True, np.diff(label[order]) > 0])
        end = np.r_[start[1:], len(order)]
        first, last = order[start], order[end - 1]
        lasts = seen.seconds[last] - seen.seconds[first]
        piece = np.repeat(np.arange(len(start)), end - start)
        head = Motions.at(seen, order, start, piece, first, s)
        tail = Motions.at(seen, order, start, piece, last, s)
        real = head.place[lasts >= s.solid_s]
        busy = np.ones(len(first))
        if len(real):
            busy = np.maximum(neighbours(real, head.place, head.size), 1.0)
        return cls(first, last, lasts, head, tail, busy)


@dataclass(frozen=True, eq=False)
class Motions:
    """Motion at one end of each piece.

    Attributes:
        place: float64 ``(K, 2)``, pixels, at the end.
        velocity: float64 ``(K, 2)``, pixels per second.
        shape: float64 ``(K, 2)``, logarithms of width and height.
        size: float64 ``(K,)``, pixels.
        doubt: float64 ``(K,)``, variance of the velocity, (sizes per second)².
    """

    place: Floats
    velocity: Floats
    shape: Floats
    size: Floats
    doubt: Floats

    @classmethod
    def at(
        cls, seen: Seen, order: Ints, start: Ints, piece: Ints, end: Ints, s: AssociateSettings
    ) -> Motions:
        """Least squares over the boxes within ``fit_s`` of an end, slope drawn towards zero."""
        t = seen.seconds[order] - seen.seconds[end][piece]
        near = (np.abs(t) <= s.fit_s).astype(np.float64)
        values = np.concatenate([seen.place[order], seen.shape[order]], 1)
        reference = np.concatenate([seen.place[end], seen.shape[end]], 1)
        off = values - reference[piece]
        moments = [near[:, None], (near * t)[:, None], (near * t * t)[:, None]]
        columns = np.concatenate([*moments, near[:, None] * off, (near * t)[:, None] * off], 1)
        sums = np.add.reduceat(columns, start, axis=0)
        weight, st, stt = sums[:, 0], sums[:, 1], sums[:, 2]
        sy, sty = sums[:, 3:7], sums[:, 7:11]
        mean_t = st / weight
        spread = stt - st * mean_t
        # A slope without evidence is zero, give or take the usual speed.
        stiff = (s.noise / s.speed) ** 2
        slope = (sty - mean_t[:, None] * sy) / (spread + stiff)[:, None]
        middle = sy / weight[:, None]
        at_end = middle - slope * mean_t[:, None]
        size = seen.size[end]
        return cls(
            seen.place[end] + at_end[:, :2],
            slope[:, :2],
            seen.shape[end] + middle[:, 2:],
            size,
            s.noise**2 / (spread + stiff),
        )
