"""From tracklets to tracks, over the whole recording at once.

Each end of a tracklet may go on in the beginning of a later one.  All pairs are
weighed by where both motions meet, by size and by clothing colour, and the
cheapest pairing of the whole recording is taken (as in Huang, Wu, Nevatia,
ECCV 2008).  Ids belong to the exhibit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.vision.emerge import EmergeSettings, emerged
from scelle.vision.pieces import ranges
from scelle.vision.solvers import followers
from scelle.vision.tracklet import Boxes, Tracklet, colour_distance, known_colour, middle


@dataclass(frozen=True)
class JoinSettings:
    """Parameters of joining; part of the analysis manifest.

    Attributes:
        gap_s: longest absence that is bridged, seconds.
        gap_grace_s: absence that is bridged however short the two pieces are; a
            longer one must not exceed it by more than the shorter piece lasted.
        overlap_s: longest time that two pieces of one object may share.
        reach: distance between prediction and beginning, in sizes.
        reach_per_s: how much further per second of absence.
        hide_s: longest absence after which something comes out again where it went out of
            sight, behind a tree or a van, seconds.
        hide: how far from there, in sizes.
        hide_cost, hide_cost_per_s: what that costs, and for each second of it.
        colour: largest difference of colour, 0 to 1.
        swap: what it costs that two members of a group left it as each other.
        stay: what it costs that a member left a group as itself.
        parted_colour: weight of clothing when a group fell apart.
        fit_s: seconds of a tracklet from which its motion is taken.
        leaves_s: absence after which what was heading out of the picture is gone.
        break_cost: what it costs to leave an end open.
        emerge: of those who leave a group unnoticed.
    """

    gap_s: float = 6.0
    gap_grace_s: float = 0.8
    overlap_s: float = 0.3
    reach: float = 0.8
    reach_per_s: float = 0.5
    hide_s: float = 20.0
    hide: float = 0.8
    hide_cost: float = 0.25
    hide_cost_per_s: float = 0.015
    colour: float = 0.3
    swap: float = 0.3
    stay: float = 0.1
    parted_colour: float = 1.2
    fit_s: float = 1.0
    leaves_s: float = 0.3
    break_cost: float = 1.0
    emerge: EmergeSettings = field(default_factory=EmergeSettings)


_AT_ONCE = 256
"""Pieces whose pairs with all others are weighed at once."""


def join(
    tracklets: list[Tracklet],
    time_base: Fraction,
    size: tuple[int, int],
    settings: JoinSettings | None = None,
) -> list[list[Tracklet]]:
    """Chains of tracklets, each one object, in order of first picture.

    Args:
        tracklets: any order.
        time_base: of every ``pts``.
        size: width and height of the picture, native pixels.
        settings: the defaults where absent.
    """
    s = settings or JoinSettings()
    pieces = sorted(tracklets, key=lambda t: (t.pts[0], t.pts[-1], tuple(t.boxes[0])))
    n = len(pieces)
    if n == 0:
        return []
    tb = float(time_base)
    first = np.array([p.pts[0] * tb for p in pieces])
    last = np.array([p.pts[-1] * tb for p in pieces])
    heads = [_motion(p, tb, s.fit_s, at_end=False) for p in pieces]
    tails = [_motion(p, tb, s.fit_s, at_end=True) for p in pieces]
    ends, begins = _Ends.of(pieces, tails), _Ends.of(pieces, heads)
    free = np.array([p.after is None for p in pieces])
    rows: list[int] = []
    columns: list[int] = []
    costs: list[float] = []
    parted = np.array([p.parted > 0 for p in pieces])
    low = np.searchsorted(first, last - s.overlap_s, side="left")
    high = np.searchsorted(first, last + max(s.gap_s, s.hide_s), side="right")
    # All pairs of many pieces at once; not of all, for memory.
    for start in range(0, n, _AT_ONCE):
        some = np.arange(start, min(n, start + _AT_ONCE))
        which, later = ranges(low[some], high[some] - low[some])
        ended = some[which]
        goes_on = (later != ended) & (last[later] > last[ended]) & (first[later] > first[ended])
        ended, later = ended[goes_on], later[goes_on]
        # What came out of a group is weighed against its members alone.
        bound = parted[ended] & ~free[later]
        for i, k in zip(ended[bound].tolist(), later[bound].tolist(), strict=True):
            cost = _parted_cost(pieces[i], tails[i], pieces[k], heads[k], s)
            if cost is not None:
                rows.append(i)
                columns.append(k)
                costs.append(cost)
        gap = first[later] - last[ended]
        lasted = np.minimum(last[ended] - first[ended], last[later] - first[later])
        loose = ~parted[ended] & free[later] & (gap <= s.gap_grace_s + lasted)
        ended, later = ended[loose], later[loose]
        found = _costs(ends, ended, begins, later, gap[loose], size, s)
        good = np.flatnonzero(found < s.break_cost)
        rows += ended[good].tolist()
        columns += later[good].tolist()
        costs += found[good].tolist()
    follower = followers(rows, columns, costs, s.break_cost)
    led = set(follower.values())
    chains = []
    for i in range(n):
        if i in led:
            continue
        chain = [pieces[i]]
        at = i
        while at in follower:
            at = follower[at]
            chain.append(pieces[at])
        chains.append(chain)
    return emerged(chains, time_base, s.emerge)


@dataclass(frozen=True)
class _Motion:
    position: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    size: npt.NDArray[np.float64]


def _motion(piece: Tracklet, tb: float, fit_s: float, *, at_end: bool) -> _Motion:
    """Position, velocity (pixels per second) and size at one end, by least squares."""
    seconds = np.array(piece.pts) * tb
    if at_end:
        near = slice(int(np.searchsorted(seconds, seconds[-1] - fit_s)), None)
        end = seconds[-1]
    else:
        near = slice(0, int(np.searchsorted(seconds, seconds[0] + fit_s, side="right")))
        end = seconds[0]
    boxes = np.array(piece.boxes[near])
    t = seconds[near] - end
    centre = boxes[:, :2] + boxes[:, 2:] / 2
    size = middle(boxes[:, 2:])
    if len(t) < 3:
        return _Motion(centre[-1 if at_end else 0], np.zeros(2), size)
    mean_t, mean = t.sum() / len(t), centre.sum(0) / len(t)
    away = t - mean_t
    velocity = away @ (centre - mean) / (away @ away)
    return _Motion(mean - velocity * mean_t, velocity, size)


@dataclass(frozen=True)
class _Ends:
    """The same ends of all the pieces as arrays; rows are pieces."""

    position: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    area: npt.NDArray[np.float64]
    colour: npt.NDArray[np.float64]

    @classmethod
    def of(cls, pieces: list[Tracklet], motions: list[_Motion]) -> _Ends:
        return cls(
            np.array([m.position for m in motions]),
            np.array([m.velocity for m in motions]),
            np.array([m.size.prod() for m in motions]),
            np.array([known_colour(p) for p in pieces]),
        )


def _costs(
    ends: _Ends,
    i: npt.NDArray[np.intp],
    begins: _Ends,
    j: npt.NDArray[np.intp],
    gap: npt.NDArray[np.float64],
    picture: tuple[int, int],
    s: JoinSettings,
) -> npt.NDArray[np.float64]:
    """What it costs that each of ``j`` goes on where its ``i`` ended; infinite if it cannot."""
    tail, tail_v = ends.position[i], ends.velocity[i]
    head, head_v = begins.position[j], begins.velocity[j]
    size = (ends.area[i] * begins.area[j]) ** 0.25
    # Somebody hidden may stop: the prediction is damped with the absence.
    held = np.clip(gap, 0.0, 1.5)[:, None]
    reached, came_from = tail + tail_v * held, head - head_v * held
    away = (_length(reached - head) + _length(came_from - tail)) / 2
    # Slow enough to have stood still meanwhile.
    slow = (gap > 0.5) & (np.maximum(_length(tail_v), _length(head_v)) < size)
    away = np.where(slow, np.minimum(away, _length(head - tail)), away)
    inside = _within(reached, picture) & _within(came_from, picture)
    limit = (s.reach + s.reach_per_s * np.clip(gap, 0.0, None)) * size
    ratio = np.abs(np.log(ends.area[i] / begins.area[j]))
    colour = colour_distance(ends.colour[i], begins.colour[j])
    possible = ((gap <= s.leaves_s) | inside) & (away <= limit)
    possible &= (ratio <= np.log(3)) & (colour <= s.colour) & (gap <= s.gap_s)
    cost = 0.5 * away / limit + 0.2 * ratio + 0.5 * colour + 0.08 * np.clip(gap, 0.0, None)
    moved = np.where(possible, cost, np.inf)
    # Or it stayed where it went out of sight, well inside the picture, and came out again.
    stay = _length(head - tail) / size
    soon = np.stack([tail + 0.5 * tail_v, head - 0.5 * head_v])
    margin = size[:, None] / 2
    inner = ((soon > margin) & (soon < np.array(picture) - margin)).all((0, 2))
    stayed = inner & (gap > 0) & (stay <= s.hide) & (ratio <= np.log(1.6)) & (colour <= s.colour)
    cost = 0.3 * stay / s.hide + 0.2 * ratio + 0.5 * colour + s.hide_cost + s.hide_cost_per_s * gap
    return np.minimum(moved, np.where(stayed, cost, np.inf))


def _length(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.hypot(vectors[:, 0], vectors[:, 1])


def _within(points: npt.NDArray[np.float64], picture: tuple[int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray(((points >= 0) & (points <= picture)).all(1))


def _parted_cost(
    a: Tracklet, tail: _Motion, b: Tracklet, head: _Motion, s: JoinSettings
) -> float | None:
    """The same for two pieces around one parting of a group; ``None`` for any others.

    Places inside a group are vague, so clothing decides.
    """
    if not a.parted or b.after is None or b.after.parted != a.parted:
        return None
    colour = float(colour_distance(known_colour(a), b.colour))
    if b.after is a:
        return min(s.stay + s.parted_colour * colour, s.break_cost - 0.01)
    size = float(np.sqrt(tail.size.prod() * head.size.prod()) ** 0.5)
    away = min(float(np.linalg.norm(tail.position - head.position)) / size, 2.0)
    cost = s.swap + 0.05 * away + s.parted_colour * colour
    return cost if cost < s.break_cost else None


def merged_rows(chain: list[Tracklet]) -> tuple[list[tuple[int, int]], Boxes]:
    """Rows of a chain in time order, the earlier piece first where two share a look.

    Returns:
        ``(piece, row)`` pairs, and their boxes ``(n, 4)``.
    """
    rows: list[tuple[int, int]] = []
    boxes: list[Boxes] = []
    last = -1
    for p, piece in enumerate(chain):
        for r, look in enumerate(piece.look):
            if look > last:
                rows.append((p, r))
                boxes.append(piece.boxes[r])
                last = look
    return rows, np.array(boxes)
