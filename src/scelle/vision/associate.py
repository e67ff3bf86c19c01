"""Which of the given boxes are one object: over the whole recording at once, both ways in time.

The boxes of a finished recording are all there, so nothing needs to be decided look by
look.  Strict pairs of neighbouring looks make tracklets that are hardly ever wrong; the
cheapest pairing of their ends makes tracks, in rounds of growing gaps (after Huang, Wu
and Nevatia, ECCV 2008).  All lengths are in sizes of the object, all times in seconds,
so that neither the size nor the rate of a recording matters.  Everything runs on arrays
of the whole recording; there is no loop over looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

DOUBLED = 0.5
"""Share of the smaller of two boxes above which they may show one object twice."""

_ENOUGH = 20
"""Triples of boxes from which their noise can be told."""

_QUARTILE = 0.6745
"""Median of the absolute value of a standard normal variable."""

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
    meet: float = 0.6
    meet_noise: float = 4.0
    meet_s: float = 0.2
    meet_most_s: float = 2.5
    meet_gaps_s: tuple[float, ...] = (0.8, 1.6, 2.5)
    noise: float = 0.06
    speed: float = 1.2
    turn: float = 1.0
    shape: float = 0.12
    fit_s: float = 0.8
    solid_s: float = 0.3
    gaps_s: tuple[float, ...] = (0.5, 1.5, 4.0)
    patience: float = 2.0
    tail: float = 3.0
    open_cost: float = 4.0
    leave_cost: float = 0.0
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
    doubled: npt.NDArray[np.bool_]
    picture: tuple[int, int]

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


def _doubled(
    start: Ints, look: Ints, boxes: Floats, score: Floats | None
) -> npt.NDArray[np.bool_]:
    """Which boxes share most of the smaller one's area with a box of a higher score."""
    out = np.zeros(len(look), np.bool_)
    if score is None or not len(look):
        return out
    i, j = _ranges(start[look], np.diff(start)[look])
    lower = score[i] < score[j]
    i, j = i[lower], j[lower]
    low = np.maximum(boxes[i, :2], boxes[j, :2])
    high = np.minimum(boxes[i, :2] + boxes[i, 2:], boxes[j, :2] + boxes[j, 2:])
    shared = np.clip(high - low, 0, None).prod(1)
    out[i[shared > DOUBLED * np.minimum(boxes[i, 2:].prod(1), boxes[j, 2:].prod(1))]] = True
    return out


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
    s = _measured(seen, follower, s)
    # (2)
    label = _labels(follower)
    pieces = Pieces.of(seen, label, s)
    solid = pieces.lasts >= s.solid_s
    _join(seen, pieces, solid, s.gaps_s[0], follower, s)
    _refill(seen, follower, s)
    # (3)
    for gap in s.gaps_s:
        pieces = Pieces.of(seen, _labels(follower), s)
        # What may be a second box of the same object only fills gaps.
        alone = (pieces.first == pieces.last) & seen.doubled[pieces.first]
        _join(seen, pieces, ~alone, gap, follower, s)
        _refill(seen, follower, s)
    # (4)
    unsure = doubtful(seen, follower, s)
    if unsure.any():
        follower[unsure] = -1
        follower[(follower >= 0) & unsure[follower]] = -1
        for gap in s.meet_gaps_s:
            pieces = Pieces.of(seen, _labels(follower), s)
            _join(seen, pieces, pieces.lasts >= s.solid_s, gap, follower, s)
        _refill(seen, follower, s)
        for gap in s.gaps_s:
            pieces = Pieces.of(seen, _labels(follower), s)
            alone = (pieces.first == pieces.last) & seen.doubled[pieces.first]
            _join(seen, pieces, ~alone, gap, follower, s)
            _refill(seen, follower, s)
    return _labels(follower)


def doubtful(seen: Seen, follower: Ints, s: AssociateSettings) -> npt.NDArray[np.bool_]:
    """Boxes of chains that come so close that from look to look nobody can tell them apart.

    Two who cross look like two who turn back; only the motion before and after tells.
    """
    n = len(seen.look)
    out = np.zeros(n, np.bool_)
    label = _labels(follower)
    many = np.bincount(label)[label] >= 3
    # Where each chain is at every look, on the straight line across its gaps, and for a
    # moment before its beginning and after its end.
    has = follower >= 0
    to = np.where(has, follower, np.arange(n))
    led = np.zeros(n, np.bool_)
    led[follower[has]] = True
    long = has & (seen.seconds[to] - seen.seconds > s.meet_most_s)
    step = np.where(has & ~long, seen.look[to] - seen.look, 1)
    step = np.where(many, step, 0)
    row, look = _ranges(seen.look, step)
    span = np.where(seen.look[to] > seen.look, seen.seconds[to] - seen.seconds, 1.0)
    share = (seen.times[look] - seen.seconds[row]) / span[row]
    place = seen.place[row] + share[:, None] * (seen.place[to] - seen.place)[row]
    observed = look == seen.look[row]
    ends = np.flatnonzero(many & (~has | long))
    starts = np.flatnonzero(many & ~led)
    after = np.searchsorted(seen.times, seen.seconds[ends] + s.meet_s, side="right")
    e, ahead = _ranges(seen.look[ends] + 1, np.maximum(after - seen.look[ends] - 1, 0))
    before = np.searchsorted(seen.times, seen.seconds[starts] - s.meet_s)
    b, ago = _ranges(before, np.maximum(seen.look[starts] - before, 0))
    row = np.concatenate([row, ends[e], starts[b]])
    look = np.concatenate([look, ahead, ago])
    place = np.concatenate([place, seen.place[ends[e]], seen.place[starts[b]]])
    observed = np.concatenate([observed, np.zeros(len(e) + len(b), np.bool_)])
    order = np.argsort(look, kind="stable")
    row, look, place, observed = row[order], look[order], place[order], observed[order]
    start = np.searchsorted(look, np.arange(len(seen.times) + 1))
    i, j = _ranges(start[look], np.diff(start)[look])
    pair = (i < j) & (label[row[i]] != label[row[j]])
    i, j = i[pair], j[pair]
    size = np.sqrt(seen.size[row[i]] * seen.size[row[j]])
    away = np.linalg.norm(place[i] - place[j], axis=1) / size
    clear = observed[i] & observed[j]
    close = away < np.where(clear, s.meet_noise * s.noise, s.meet)
    i, j = i[close], j[close]
    # A moment before and after is spoilt too.
    chain = np.concatenate([label[row[i]], label[row[j]]])
    at = seen.times[np.concatenate([look[i], look[j]])]
    if not len(chain):
        return out
    order = np.lexsort((at, chain))
    chain, at = chain[order], at[order]
    new = np.r_[True, (np.diff(chain) > 0) | (np.diff(at) > 2 * s.meet_s)]
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(chain)] - 1
    brief = at[last] - at[first] <= s.meet_most_s
    lows, highs, of = at[first][brief] - s.meet_s, at[last][brief] + s.meet_s, chain[first][brief]
    # Boxes of those chains in those spans: by search in (chain, time) order.
    by = np.lexsort((seen.seconds, label))
    offset = float(seen.times[-1] - seen.times[0]) + 10.0
    key = label[by] * offset + seen.seconds[by] - seen.times[0]
    lo = np.searchsorted(key, of * offset + np.maximum(lows - seen.times[0], -4.0))
    hi = np.searchsorted(key, of * offset + np.minimum(highs - seen.times[0], offset - 5.0), "right")
    _, at_row = _ranges(lo, np.maximum(hi - lo, 0))
    out[by[at_row]] = True
    return out


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
    good &= ~seen.doubled[i] & ~seen.doubled[j]
    i, j, distance = i[good], j[good], distance[good]
    sure = _lead(i, distance, n) >= s.margin
    sure &= _lead(j, distance, n) >= s.margin
    follower[i[sure]] = j[sure]
    return follower


def _measured(seen: Seen, follower: Ints, s: AssociateSettings) -> AssociateSettings:
    """The same settings with the noise that these boxes have.

    Of three boxes in a row the middle one lies off the line of the others by the
    boxes' own noise; a robust width of that, over the whole recording, says how much.
    """
    i = np.flatnonzero(follower >= 0)
    i = i[follower[follower[i]] >= 0]
    if len(i) < _ENOUGH:
        return s
    j, k = follower[i], follower[follower[i]]
    share = (seen.seconds[j] - seen.seconds[i]) / (seen.seconds[k] - seen.seconds[i])
    weight = np.sqrt(1 + share**2 + (1 - share) ** 2)
    off = seen.place[j] - seen.place[i] - share[:, None] * (seen.place[k] - seen.place[i])
    noise = np.median(np.abs(off) / (seen.size[j] * weight)[:, None]) / _QUARTILE
    step = np.abs(seen.shape[j] - seen.shape[i]) / np.sqrt(2)
    shape = np.median(step) / _QUARTILE
    return replace(
        s,
        noise=float(np.clip(noise, s.noise / 3, s.noise * 3)),
        shape=float(np.clip(shape, s.shape / 3, s.shape * 3)),
    )


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
    cost = s.gap_cost * gap
    for off, doubt in ((there, tail.doubt[i]), (back, head.doubt[j])):
        variance = plain + doubt * np.minimum(gap, 2.0) ** 2
        cost += _surprise((off**2).sum(1) / size**2 / variance, s) / 2 + np.log(variance) / 2
    unlike = ((tail.shape[i] - head.shape[j]) ** 2).sum(1) / (2 * s.shape**2)
    cost += _surprise(unlike, s)
    open_i = np.where(_leaves(tail, seen.picture, 1), s.leave_cost, s.open_cost)
    open_j = np.where(_leaves(head, seen.picture, -1), s.leave_cost, s.open_cost)
    spare = (open_i[i] + open_j[j]) / 2
    spare = np.where(gap <= 0.3, s.open_cost, spare)
    return spare - cost


def _surprise(squared: Floats, s: AssociateSettings) -> Floats:
    """Negative logarithm of Student's t density in the plane, up to a constant.

    Its tails are heavier than a normal law's: people turn on their heel, boxes jump.
    """
    return np.asarray((s.tail / 2 + 1) * np.log1p(squared / s.tail))


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
