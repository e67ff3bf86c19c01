"""Where objects come so close that only the motion before and after tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scelle.vision.pieces import AssociateSettings, Bools, Floats, Ints, Seen, labels, ranges


@dataclass(frozen=True, eq=False)
class _Stays:
    """Where each chain is at every look, on the straight line across its gaps, and for a
    moment before its beginning and after its end; in order of look.

    Attributes:
        box: int64 ``(M,)``, the box at or before which it is.
        look: int64 ``(M,)``.
        place: float64 ``(M, 2)``, pixels.
        observed: bool ``(M,)``, the box itself.
    """

    box: Ints
    look: Ints
    place: Floats
    observed: Bools

    @classmethod
    def of(cls, seen: Seen, follower: Ints, chosen: Bools, s: AssociateSettings) -> _Stays:
        n = len(seen.look)
        has = follower >= 0
        to = np.where(has, follower, np.arange(n))
        led = np.zeros(n, np.bool_)
        led[follower[has]] = True
        long = has & (seen.seconds[to] - seen.seconds > s.meet_most_s)
        step = np.where(has & ~long, seen.look[to] - seen.look, 1)
        box, look = ranges(seen.look, np.where(chosen, step, 0))
        span = np.where(seen.look[to] > seen.look, seen.seconds[to] - seen.seconds, 1.0)
        share = (seen.times[look] - seen.seconds[box]) / span[box]
        place = seen.place[box] + share[:, None] * (seen.place[to] - seen.place)[box]
        ends = np.flatnonzero(chosen & (~has | long))
        starts = np.flatnonzero(chosen & ~led)
        after = np.searchsorted(seen.times, seen.seconds[ends] + s.meet_s, side="right")
        e, ahead = ranges(seen.look[ends] + 1, np.maximum(after - seen.look[ends] - 1, 0))
        before = np.searchsorted(seen.times, seen.seconds[starts] - s.meet_s)
        b, ago = ranges(before, np.maximum(seen.look[starts] - before, 0))
        boxes = np.concatenate([box, ends[e], starts[b]])
        looks = np.concatenate([look, ahead, ago])
        places = np.concatenate([place, seen.place[ends[e]], seen.place[starts[b]]])
        observed = np.concatenate([look == seen.look[box], np.zeros(len(e) + len(b), np.bool_)])
        order = np.argsort(looks, kind="stable")
        return cls(boxes[order], looks[order], places[order], observed[order])


def doubtful(seen: Seen, follower: Ints, s: AssociateSettings) -> tuple[Bools, Bools]:
    """Where from look to look nobody can tell two chains apart.

    Two who cross look like two who turn back; only the motion before and after tells.

    Returns:
        two of bool ``(N,)``: boxes that may belong to either, and boxes after which a
        chain passes such a moment without any box.
    """
    label = labels(follower)
    unsure, cut = np.zeros(len(label), np.bool_), np.zeros(len(label), np.bool_)
    stays = _Stays.of(seen, follower, np.bincount(label)[label] >= _FEWEST, s)
    i, j = _close(seen, stays, label, s)
    if not len(i):
        return unsure, cut
    chain = np.concatenate([label[stays.box[i]], label[stays.box[j]]])
    at = seen.times[np.concatenate([stays.look[i], stays.look[j]])] - seen.times[0]
    order = np.lexsort((at, chain))
    chain, at = chain[order], at[order]
    new = np.r_[True, (np.diff(chain) > 0) | (np.diff(at) > 2 * s.meet_s)]
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(chain)] - 1
    brief = at[last] - at[first] <= s.meet_most_s
    lows, highs = at[first][brief] - s.meet_s, at[last][brief] + s.meet_s
    of = chain[first][brief]
    # Boxes of those chains in those spans: one search in the order of chain, then time.
    by = np.lexsort((seen.seconds, label))
    apart = seen.span + 10 * (1 + s.meet_s)
    key = label[by] * apart + seen.seconds[by] - seen.times[0]
    low = np.searchsorted(key, of * apart + lows)
    high = np.searchsorted(key, of * apart + highs, "right")
    _, row = ranges(low, np.maximum(high - low, 0))
    unsure[by[row]] = True
    before = by[np.maximum(low - 1, 0)]
    cut[before[(low > 0) & (label[before] == of)]] = True
    return unsure, cut


_FEWEST = 3
"""Boxes of a chain that is worth the doubt."""


def _close(seen: Seen, stays: _Stays, label: Ints, s: AssociateSettings) -> tuple[Ints, Ints]:
    """Pairs of stays of one look that are too near each other to be told apart."""
    start = np.searchsorted(stays.look, np.arange(len(seen.times) + 1))
    i, j = ranges(start[stays.look], np.diff(start)[stays.look])
    pair = (i < j) & (label[stays.box[i]] != label[stays.box[j]])
    i, j = i[pair], j[pair]
    size = np.sqrt(seen.size[stays.box[i]] * seen.size[stays.box[j]])
    away = np.linalg.norm(stays.place[i] - stays.place[j], axis=1) / size
    clear = stays.observed[i] & stays.observed[j]
    close = away < np.where(clear, s.meet_noise * s.noise, s.meet)
    return i[close], j[close]
