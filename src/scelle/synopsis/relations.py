"""Which objects met: what they did together must be seen together.

The relations term of video synopsis (the tube grouping of Malekpour, Morsali and
Mohammadzade, arXiv 2409.05230, is one): two objects that walked or stood side by
side keep their distance in time.  Passing each other is no meeting: at walking
pace it is over within a second or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from scelle.synopsis.occupancy import Int64Array, Occupancy

STEP = Fraction(1, 2)
"""Seconds between the moments at which distances are looked at."""

REACH = 0.75
"""Largest gap between two objects side by side, in the mean of their widths."""

LEAST = Fraction(3)
"""Shortest time side by side that is a meeting, seconds."""

LONGEST = 2
"""A group lasts no longer than this many times the longest tube in it: crowds in
which everybody met somebody would leave nothing to rearrange."""


def meetings(
    tubes: Sequence[Occupancy], among: Iterable[int] | None = None
) -> tuple[tuple[int, ...], ...]:
    """Groups of tubes whose objects met, each with increasing indices.

    Args:
        tubes: of recordings on one time line.
        among: indices that may be grouped; all by default.  Vehicles that queue
            are side by side for long without having to do with each other.
    """
    chosen = list(range(len(tubes)) if among is None else among)
    together = _side_by_side(tubes, chosen)
    spans = [(t.start, int(t.pts[-1]) * t.time_base) for t in tubes]
    group = {i: [i] for i in chosen}
    for (a, b), _ in sorted(together.items(), key=lambda pair: (-pair[1], pair[0])):
        if group[a] is group[b]:
            continue
        both = group[a] + group[b]
        begin, end = min(spans[i][0] for i in both), max(spans[i][1] for i in both)
        if end - begin <= LONGEST * max(spans[i][1] - spans[i][0] for i in both):
            for i in both:
                group[i] = both
    found = {tuple(sorted(g)) for g in group.values() if len(g) > 1}
    return tuple(sorted(found))


def _side_by_side(tubes: Sequence[Occupancy], chosen: Sequence[int]) -> dict[tuple[int, int], int]:
    """Pairs that were side by side long enough, and at how many moments."""
    moments: list[Int64Array] = []
    boxes: list[Int64Array] = []
    owners: list[Int64Array] = []
    for i in chosen:
        tube = tubes[i]
        seconds = tube.pts.astype(np.float64) * float(tube.time_base)
        at = np.arange(np.ceil(seconds[0] / float(STEP)), seconds[-1] / float(STEP) + 1e-9)
        nearest = np.searchsorted(seconds, at * float(STEP) + 1e-9, side="right") - 1
        moments.append(at.astype(np.int64))
        boxes.append(tube.hulls()[np.maximum(nearest, 0)])
        owners.append(np.full(len(at), i, np.int64))
    if not moments:
        return {}
    moment, box, owner = np.concatenate(moments), np.concatenate(boxes), np.concatenate(owners)
    order = np.lexsort((owner, moment))
    moment, box, owner = moment[order], box[order], owner[order]
    width = (box[:, 2] - box[:, 0]).astype(np.float64)
    counts: dict[tuple[int, int], int] = {}
    for apart in range(1, len(chosen)):
        same = np.nonzero(moment[apart:] == moment[:-apart])[0]
        if not len(same):
            break
        a, b = same, same + apart
        gap = np.maximum(box[a, :2] - box[b, 2:], box[b, :2] - box[a, 2:]).clip(0)
        near = np.hypot(gap[:, 0], gap[:, 1]) <= REACH * (width[a] + width[b]) / 2
        # Beside each other in the picture, one may be far behind: feet tell the distance.
        feet = np.abs(box[a, 3] - box[b, 3])
        near &= feet <= REACH * (width[a] + width[b]) / 2
        pairs, times = np.unique(
            np.stack([owner[a[near]], owner[b[near]]], axis=1), axis=0, return_counts=True
        )
        for (first, second), n in zip(pairs.tolist(), times.tolist(), strict=True):
            pair = (min(first, second), max(first, second))
            counts[pair] = counts.get(pair, 0) + n
    return {pair: n for pair, n in counts.items() if n * STEP >= LEAST}
