"""Tracks keep their ids from one analysis of an exhibit to the next.

People decide about tracks by id.  When an exhibit is analysed anew, a track that is the
old one, longer or shorter, keeps the old one's number, save where its concealment was lifted and
it is much longer: nobody has said who is in the rest of it.  A number that somebody has decided
about is never given to another track, and its track never vanishes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from scelle.model.tracks import Track
from scelle.vision.sourced import Sourced

SAME = 0.5
"""Mean overlap (intersection over union), over the rows of the shorter of two tracks, from
which they are one object's."""

LONGER = 1.25
"""How many times as long a track may be that takes over a lifted concealment."""

KEPT = "kept from an earlier analysis, since somebody decided about it; "
"""Begins the reason of a track that the new analysis did not find again."""


def carried(
    before: Sequence[Track], after: Sequence[Sourced], lifted: Collection[str] = ()
) -> list[Sourced]:
    """``after``, under the numbers and ids of ``before`` where they are the same objects.

    Args:
        lifted: tracks that are shown as they are.
    """
    named = _named(before, [s.track for s in after], lifted)
    made = [replace(s, track=track) for s, track in zip(after, named, strict=True)]
    return sorted(made, key=lambda s: s.track.number)


def under_numbers(before: Sequence[Track], after: Sequence[Track]) -> tuple[Track, ...]:
    """The same of tracks alone, in order of time, then number."""
    return tuple(sorted(_named(before, after), key=lambda t: (t.start_ms, t.number)))


def _named(
    before: Sequence[Track], after: Sequence[Track], lifted: Collection[str] = ()
) -> list[Track]:
    """What is new takes numbers that were never used, in its order."""
    if not before:
        return list(after)
    numbers = {j: before[i].number for i, j in _pairs(before, after, lifted)}
    free = max(t.number for t in before)
    made = []
    for j, track in enumerate(after):
        number = numbers.get(j)
        if number is None:
            number = free = free + 1
        made.append(replace(track, number=number, id=f"{track.exhibit_id}-{number}"))
    return made


def kept(
    before: Sequence[Track], after: Sequence[Sourced], decided: Collection[str]
) -> list[Track]:
    """Tracks of ``before`` that somebody decided about and ``after`` does not hold."""
    found = {s.track.id for s in after}
    return [
        t if t.why.startswith(KEPT) else replace(t, why=KEPT + t.why)
        for t in before
        if t.id in decided and t.id not in found
    ]


def _pairs(
    before: Sequence[Track], after: Sequence[Track], lifted: Collection[str]
) -> list[tuple[int, int]]:
    """Which old track is which new one: the likest first, each once."""
    starts = np.array([t.pts[0] for t in after], np.int64)
    ends = np.array([t.pts[-1] for t in after], np.int64)
    likely = []
    for i, old in enumerate(before):
        for j in np.flatnonzero((starts <= old.pts[-1]) & (ends >= old.pts[0])).tolist():
            alike = _alike(old, after[j])
            longer = len(after[j].pts) > LONGER * len(old.pts)
            if alike >= SAME and not (longer and old.id in lifted):
                likely.append((-alike, -len(old.pts), i, j))
    pairs: list[tuple[int, int]] = []
    gone: tuple[set[int], set[int]] = set(), set()
    for _, _, i, j in sorted(likely):
        if i not in gone[0] and j not in gone[1]:
            pairs.append((i, j))
            gone[0].add(i)
            gone[1].add(j)
    return pairs


def _alike(one: Track, other: Track) -> float:
    common, at, also = np.intersect1d(one.pts, other.pts, return_indices=True)
    if not len(common):
        return 0.0
    a, b = one.boxes[at].astype(np.float64), other.boxes[also].astype(np.float64)
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = np.maximum(high - low, 0).prod(1)
    union = a[:, 2:].prod(1) + b[:, 2:].prod(1) - shared
    return float((shared / np.maximum(union, 1e-9)).sum()) / min(len(one.pts), len(other.pts))
