"""Which of the given boxes are one object: over the whole recording at once, both ways in time.

The boxes of a finished recording are all there, so nothing needs to be decided look by
look.  Strict pairs of neighbouring looks make tracklets that are hardly ever wrong; the
cheapest pairing of their ends makes tracks, in rounds of growing gaps (after Huang, Wu
and Nevatia, ECCV 2008).  All lengths are in sizes of the object, all times in seconds,
so that neither the size nor the rate of a recording matters.  Everything runs on arrays
of the whole recording; there is no loop over looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
        fit_s: seconds from which the motion at an end is taken.
        solid_s: a tracklet of at least this length is joined first; what is shorter
            fills its gaps.
        gaps_s: longest gap of each round, seconds.
        patience: a gap may be this many times as long as the shorter of its two sides.
        open_cost: what it costs to leave an end open, in nats.
        leave_cost: the same for what is heading out of the picture.
        gap_cost: nats for each second of a gap.
    """

    reach: float = 0.5
    reach_per_s: float = 3.0
    margin: float = 0.35
    noise: float = 0.06
    speed: float = 1.2
    turn: float = 1.0
    shape: float = 0.12
    fit_s: float = 0.8
    solid_s: float = 0.3
    gaps_s: tuple[float, ...] = (0.5, 1.5, 4.0)
    patience: float = 2.0
    open_cost: float = 9.0
    leave_cost: float = 2.0
    gap_cost: float = 0.7


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
        picture: width and height of the picture, pixels.
    """

    look: Ints
    seconds: Floats
    place: Floats
    shape: Floats
    size: Floats
    start: Ints
    times: Floats
    picture: tuple[int, int]

    @classmethod
    def of(cls, times: Floats, look: Ints, boxes: Floats, picture: tuple[int, int]) -> Seen:
        """From boxes ``(N, 4)``, left, top, width, height, in order of look."""
        sides = np.maximum(boxes[:, 2:], 1.0)
        return cls(
            look,
            times[look],
            boxes[:, :2] + boxes[:, 2:] / 2,
            np.log(sides),
            np.sqrt(sides.prod(1)),
            np.searchsorted(look, np.arange(len(times) + 1)).astype(np.int64),
            times,
            picture,
        )


def associate(seen: Seen, settings: AssociateSettings | None = None) -> Ints:
    """Number of the object that each box belongs to.

    (1) pair boxes of neighbouring looks where there is no doubt;
    (2) join the longer tracklets across short gaps, and fill these with what lies there;
    (3) join everything, in rounds of growing gaps.

    Returns:
        int64 ``(N,)``, numbers without meaning; a box that nothing goes on from is
        alone with its number.
    """
    s = settings or AssociateSettings()
    n = len(seen.look)
    if n == 0:
        return np.zeros(0, np.int64)
    # (1)
    follower = _strict(seen, s)
    # (2)
    label = _labels(follower)
    pieces = Pieces.of(seen, label, s)
    solid = pieces.lasts >= s.solid_s
    _join(seen, pieces, solid, s.gaps_s[0], follower, s)
    _refill(seen, follower, s)
    # (3)
    for gap in s.gaps_s:
        pieces = Pieces.of(seen, _labels(follower), s)
        _join(seen, pieces, np.ones(len(pieces.first), np.bool_), gap, follower, s)
    return _labels(follower)


def _strict(seen: Seen, s: AssociateSettings) -> Ints:
    """Follower of each box in the next look, -1 where there is none beyond doubt."""
    n = len(seen.look)
    follower = np.full(n, -1, np.int64)
    counts = np.diff(seen.start)
    after = np.append(counts[1:], 0)[seen.look]
    first = np.append(seen.start[1:], n)[seen.look]
    i, j = _ranges(first, after)
    dt = seen.seconds[j] - seen.seconds[i]
    away = _away(seen, i, j)
    size = np.sqrt(seen.size[i] * seen.size[j])
    distance = np.hypot(np.linalg.norm(seen.place[i] - seen.place[j], axis=1) / size, away)
    good = distance <= s.reach + s.reach_per_s * dt
    i, j, distance = i[good], j[good], distance[good]
    sure = _lead(i, distance, n) >= s.margin
    sure &= _lead(j, distance, n) >= s.margin
    follower[i[sure]] = j[sure]
    return follower


def _away(seen: Seen, i: Ints, j: Ints) -> Floats:
    """Difference of shape of each pair, the Euclidean norm of the two logarithms."""
    return np.asarray(np.linalg.norm(seen.shape[i] - seen.shape[j], axis=1))


def _lead(key: Ints, distance: Floats, n: int) -> Floats:
    """How much each pair is nearer than the next best of the same key; negative if it is not best.

    A pair without a rival leads by infinity.
    """
    if not len(key):
        return np.zeros(0)
    order = np.lexsort((distance, key))
    sorted_key, sorted_distance = key[order], distance[order]
    first = np.r_[True, sorted_key[1:] != sorted_key[:-1]]
    last = np.r_[first[1:], True]
    runner_up = np.where(last, np.inf, np.r_[sorted_distance[1:], np.inf])
    lead = np.where(first, runner_up - sorted_distance, -1.0)
    out = np.empty_like(lead)
    out[order] = lead
    return out


def _ranges(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(i, j)`` with ``j`` in ``first[i] .. first[i] + count[i]``."""
    i = np.repeat(np.arange(len(first)), count)
    before = np.cumsum(count) - count
    j = np.arange(len(i)) - before[i] + first[i]
    return i, j


def _labels(follower: Ints) -> Ints:
    """Number of the chain that each box belongs to."""
    n = len(follower)
    has = np.flatnonzero(follower >= 0)
    graph = coo_array((np.ones(len(has), np.int8), (has, follower[has])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Tracklets as arrays; K pieces.

    Attributes:
        first, last: int64 ``(K,)``, the box that each begins and ends with.
        lasts: float64 ``(K,)``, seconds.
        head, tail: motion at the two ends.
    """

    first: Ints
    last: Ints
    lasts: Floats
    head: Motions
    tail: Motions

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
        return cls(first, last, lasts, head, tail)


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


def _join(
    seen: Seen,
    pieces: Pieces,
    chosen: npt.NDArray[np.bool_],
    gap_s: float,
    follower: Ints,
    s: AssociateSettings,
) -> None:
    """Pair ends and beginnings of the chosen pieces, at most ``gap_s`` apart; writes followers."""
    rows = np.flatnonzero(chosen)
    begins = seen.seconds[pieces.first[rows]]
    order = np.argsort(begins, kind="stable")
    ends = seen.seconds[pieces.last[rows]]
    low = np.searchsorted(begins[order], ends, side="right")
    # A pause between two looks is always bridged, however short the gap of the round.
    following = np.append(seen.times[1:], np.inf)[seen.look[pieces.last[rows]]]
    reach = np.maximum(ends + gap_s, np.where(following - ends <= gap_s * 2, following, 0))
    high = np.searchsorted(begins[order], reach + 1e-9, side="right")
    i, j = _ranges(low.astype(np.int64), np.maximum(high - low, 0).astype(np.int64))
    i, j = rows[i], rows[order[j]]
    gap = seen.seconds[pieces.first[j]] - seen.seconds[pieces.last[i]]
    shorter = np.minimum(pieces.lasts[i], pieces.lasts[j])
    next_look = seen.look[pieces.first[j]] - seen.look[pieces.last[i]] == 1
    allowed = next_look | (gap <= s.gaps_s[0] / 2 + s.patience * shorter)
    i, j, gap = i[allowed], j[allowed], gap[allowed]
    gain = _gain(seen, pieces, i, j, gap, s)
    good = gain > 0
    for a, b in _cheapest(i[good], j[good], gain[good]):
        follower[pieces.last[a]] = pieces.first[b]


def _gain(
    seen: Seen, pieces: Pieces, i: Ints, j: Ints, gap: Floats, s: AssociateSettings
) -> Floats:
    """How much likelier it is, in nats, that ``j`` goes on where ``i`` ended than that not."""
    tail, head = pieces.tail, pieces.head
    size = np.sqrt(tail.size[i] * head.size[j])
    held = np.minimum(gap, 2.0)[:, None]
    there = tail.place[i] + tail.velocity[i] * held - head.place[j]
    back = head.place[j] - head.velocity[j] * held - tail.place[i]
    turned = (s.turn * gap * np.minimum(gap, 2.0) / 2) ** 2
    plain = 2 * s.noise**2 + turned
    cost = np.zeros(len(i))
    for off, doubt in ((there, tail.doubt[i]), (back, head.doubt[j])):
        variance = plain + doubt * np.minimum(gap, 2.0) ** 2
        squared = (off**2).sum(1) / size**2
        # Tails heavier than a normal law's: people do turn on their heel.
        cost += 0.5 * np.minimum(squared / variance, 4 + np.sqrt(squared / variance) * 4)
        cost += 0.5 * np.log(variance / s.noise**2)
    unlike = ((tail.shape[i] - head.shape[j]) ** 2).sum(1) / s.shape**2
    cost += 0.5 * np.minimum(unlike, 2 + 2 * np.sqrt(unlike)) + s.gap_cost * gap
    open_i = np.where(_leaves(tail, seen.picture, 1), s.leave_cost, s.open_cost)
    open_j = np.where(_leaves(head, seen.picture, -1), s.leave_cost, s.open_cost)
    spare = (open_i[i] + open_j[j]) / 2
    spare = np.where(gap <= 0.3, s.open_cost, spare)
    return spare - cost


def _leaves(end: Motions, picture: tuple[int, int], way: int) -> npt.NDArray[np.bool_]:
    """Whether half a second further on (or back) an end touches the picture's edge."""
    ahead = end.place + way * 0.5 * end.velocity
    half = np.exp(end.shape) / 2
    low, high = ahead - half, ahead + half
    return np.asarray(((low <= 1) | (high >= np.array(picture) - 1)).any(1))


def _cheapest(i: Ints, j: Ints, gain: Floats) -> list[tuple[int, int]]:
    """One-to-one pairs of the greatest gain, solved apart for each connected component."""
    if not len(i):
        return []
    ends, begins = np.unique(i, return_inverse=True), np.unique(j, return_inverse=True)
    n, m = len(ends[0]), len(begins[0])
    a, b = ends[1], begins[1]
    graph = coo_array((np.ones(len(a), np.int8), (a, b + n)), shape=(n + m, n + m))
    parts = connected_components(graph, directed=False)[1][a]
    order = np.argsort(parts, kind="stable")
    cuts = np.flatnonzero(np.diff(parts[order])) + 1
    pairs: list[tuple[int, int]] = []
    for edges in np.split(order, cuts):
        if len(edges) == 1:
            e = int(edges[0])
            pairs.append((int(i[e]), int(j[e])))
            continue
        left, at_left = np.unique(a[edges], return_inverse=True)
        right, at_right = np.unique(b[edges], return_inverse=True)
        table = np.zeros((len(left), len(right)))
        table[at_left, at_right] = gain[edges]
        for r, c in zip(*linear_sum_assignment(table, maximize=True), strict=True):
            if table[r, c] > 0:
                pairs.append((int(ends[0][left[r]]), int(begins[0][right[c]])))
    return pairs


def _refill(seen: Seen, follower: Ints, s: AssociateSettings) -> None:
    """Put the loose boxes that lie on the way across a gap into their chains."""
    has = np.flatnonzero(follower >= 0)
    steps = seen.look[follower[has]] - seen.look[has]
    gaps = has[steps > 1]
    if not len(gaps):
        return
    taken = np.zeros(len(seen.look), np.bool_)
    taken[has] = taken[follower[has]] = True
    g, look = _ranges(seen.look[gaps] + 1, seen.look[follower[gaps]] - seen.look[gaps] - 1)
    before, after = gaps[g], follower[gaps[g]]
    share = (seen.times[look] - seen.seconds[before]) / (seen.seconds[after] - seen.seconds[before])
    place = seen.place[before] + share[:, None] * (seen.place[after] - seen.place[before])
    shape = seen.shape[before] + share[:, None] * (seen.shape[after] - seen.shape[before])
    row, box = _ranges(seen.start[look], (seen.start[look + 1] - seen.start[look]))
    free = ~taken[box]
    row, box = row[free], box[free]
    size = np.exp(shape[row].sum(1) / 2)
    distance = np.linalg.norm(place[row] - seen.place[box], axis=1) / size
    distance = np.hypot(distance, np.linalg.norm(shape[row] - seen.shape[box], axis=1))
    near = distance <= s.reach
    row, box, distance = row[near], box[near], distance[near]
    best = (_lead(row, distance, 0) >= 0) & (_lead(box, distance, 0) >= 0)
    row, box = row[best], box[best]
    # Chain them anew: each gap's boxes in order of look between its two sides.
    order = np.lexsort((look[row], g[row]))
    row, box = row[order], box[order]
    gap_of = g[row]
    first = np.r_[True, gap_of[1:] != gap_of[:-1]] if len(row) else np.zeros(0, np.bool_)
    last = np.r_[first[1:], True] if len(row) else np.zeros(0, np.bool_)
    ends = follower[gaps[gap_of]]
    following = np.r_[box[1:], -1] if len(row) else np.zeros(0, np.int64)
    follower[box] = np.where(last, ends, following)
    follower[gaps[gap_of[first]]] = box[first]
