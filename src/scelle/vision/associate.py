"""Which of the given boxes are one object: over the whole recording at once, both ways in time.

The boxes of a finished recording are all there, so nothing needs to be decided look by
look.  Strict pairs of neighbouring looks make tracklets that are hardly ever wrong; the
cheapest pairing of their ends makes tracks, in rounds of growing gaps (after Huang, Wu
and Nevatia, ECCV 2008).  All lengths are in sizes of the object, all times in seconds,
so that neither the size nor the rate of a recording matters.  Everything runs on arrays
of the whole recording; there is no loop over looks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scelle.vision.doubt import doubtful
from scelle.vision.pieces import (
    AssociateSettings,
    Bools,
    Floats,
    Ints,
    Motions,
    Pieces,
    Seen,
    labels,
    ranges,
)
from scelle.vision.solvers import assigned, components

_LONGEST_S = 4.0
"""Seconds over which a motion can be told on."""

_MANY = 5.0
"""Weight of those who may by chance come out of a door meanwhile."""

_ENOUGH = 20
"""Triples of boxes from which their noise can be told."""

_QUARTILE = 0.6745
"""Median of the absolute value of a standard normal variable."""


def associate(seen: Seen, settings: AssociateSettings | None = None) -> Ints:
    """Number of the object that each box belongs to.

    (1) pair boxes of neighbouring looks where there is no doubt;
    (2) join the longer tracklets across short gaps, and fill these with what lies there;
    (3) join everything, in rounds of growing gaps;
    (4) undo what was joined where objects come too close to be told apart, and decide
        there again by the motion before and after.

    Returns:
        int64 ``(N,)``, numbers without meaning; a box that nothing goes on from is
        alone with its number.
    """
    s = settings or AssociateSettings()
    if not len(seen.look):
        return np.zeros(0, np.int64)
    # (1)
    follower = _strict(seen, s)
    s = _measured(seen, follower, s)
    # (2)
    _solids(seen, follower, s.gaps_s[:1], s)
    # (3)
    _everything(seen, follower, s)
    # (4)
    unsure, cut = doubtful(seen, follower, s)
    if unsure.any() or cut.any():
        follower[unsure | cut] = -1
        follower[(follower >= 0) & unsure[follower]] = -1
        _solids(seen, follower, s.meet_gaps_s, s)
        _everything(seen, follower, s)
    return labels(follower)


def _solids(seen: Seen, follower: Ints, gaps_s: tuple[float, ...], s: AssociateSettings) -> None:
    """Join the longer tracklets alone, then fill their gaps with what is loose."""
    for gap in gaps_s:
        pieces = Pieces.of(seen, labels(follower), s)
        _join(seen, pieces, pieces.lasts >= s.solid_s, gap, follower, s)
    _refill(seen, follower, s)


def _everything(seen: Seen, follower: Ints, s: AssociateSettings) -> None:
    """Join all there is, in rounds of growing gaps."""
    for gap in s.gaps_s:
        pieces = Pieces.of(seen, labels(follower), s)
        # What may be a second box of the same object only fills gaps.
        alone = (pieces.first == pieces.last) & seen.doubled[pieces.first]
        _join(seen, pieces, ~alone, gap, follower, s)
        _refill(seen, follower, s)


def _strict(seen: Seen, s: AssociateSettings) -> Ints:
    """Follower of each box in the next look, -1 where there is none beyond doubt."""
    n = len(seen.look)
    follower = np.full(n, -1, np.int64)
    counts = np.diff(seen.start)
    after = np.append(counts[1:], 0)[seen.look]
    first = np.append(seen.start[1:], n)[seen.look]
    i, j = ranges(first, after)
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


def _join(
    seen: Seen,
    pieces: Pieces,
    chosen: Bools,
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
    i, j = ranges(low.astype(np.int64), np.maximum(high - low, 0).astype(np.int64))
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
    # Or it stayed where it went out of sight, and came out again near there.
    stay = ((tail.place[i] - head.place[j]) ** 2).sum(1) / size**2
    hidden = _surprise(stay / s.hide**2, s) + 2 * np.log(s.hide)
    hidden += s.hide_cost + s.hide_gap_cost * gap
    hidden += np.log1p(_MANY * (pieces.busy[j] - 1) / seen.span * gap)
    cost = np.minimum(np.where(gap > _LONGEST_S, np.inf, cost), hidden)
    # People turn, and come nearer: shapes drift apart with time.
    drift = 2 * s.shape**2 + s.drift**2 * np.minimum(gap, 10.0)
    unlike = ((tail.shape[i] - head.shape[j]) ** 2).sum(1) / drift
    cost += _surprise(unlike, s)
    open_i = np.where(_leaves(tail, seen.picture, 1), s.leave_cost, s.open_cost)
    open_j = np.where(_leaves(head, seen.picture, -1), s.leave_cost, s.open_cost)
    spare = (open_i[i] + open_j[j]) / 2
    spare = np.where(gap <= 0.3, s.open_cost, spare)
    return np.asarray(spare - cost)


def _surprise(squared: Floats, s: AssociateSettings) -> Floats:
    """Negative logarithm of Student's t density in the plane, up to a constant.

    Its tails are heavier than a normal law's: people turn on their heel, boxes jump.
    """
    return np.asarray((s.tail / 2 + 1) * np.log1p(squared / s.tail))


def _leaves(end: Motions, picture: tuple[int, int], way: int) -> Bools:
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
    parts = components(a, b + n, n + m)[a]
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
        for r, c in assigned(table, dearest=True):
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
    g, look = ranges(seen.look[gaps] + 1, seen.look[follower[gaps]] - seen.look[gaps] - 1)
    before, after = gaps[g], follower[gaps[g]]
    share = (seen.times[look] - seen.seconds[before]) / (seen.seconds[after] - seen.seconds[before])
    place = seen.place[before] + share[:, None] * (seen.place[after] - seen.place[before])
    shape = seen.shape[before] + share[:, None] * (seen.shape[after] - seen.shape[before])
    row, box = ranges(seen.start[look], (seen.start[look + 1] - seen.start[look]))
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
