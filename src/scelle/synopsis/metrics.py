"""How good an arrangement is, in the measures of the synopsis literature.

The names are those that comparisons of synopsis methods share (for instance
Malekpour, Morsali and Mohammadzade, arXiv 2409.05230); what is computed here is
written out below, on the rectangles of :class:`~.occupancy.Occupancy`.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.occupancy import BoolArray, Int64Array, Occupancy
from scelle.synopsis.packing import UInt64Array

_CELLS = 1 << 16  # looked at in one go: fits the cache
_WORD = 64  # rectangles to a word


@dataclass(frozen=True)
class Metrics:
    """Measures of one arrangement.

    Attributes:
        frame_condensation: FR, length of the synopsis over length of the
            source; 0 to 1 and smaller is shorter.
        compact: CR, share of the synopsis' picture area, over all its ticks,
            that some object covers; larger is fuller.
        overlap: OR, share of the synopsis' picture area, over all its ticks,
            that two or more objects cover.
        disorder: CDR, share of pairs of objects that appear in the opposite of
            their original order; pairs that began together are left out.
        collision: share of object area that another object covers (the
            quantity that the collision limit bounds), objects that keep their
            distance in time left out; exact, 0 to 1.
    """

    frame_condensation: float
    compact: float
    overlap: float
    disorder: float
    collision: float


def measure(
    arrangement: Arrangement,
    tubes: Sequence[Occupancy],
    *,
    size: tuple[int, int],
    source_s: Fraction,
    groups: Sequence[Sequence[int]] = (),
) -> Metrics:
    """Measure an arrangement of tubes.

    Args:
        arrangement: of some of these tubes.
        tubes: what the arranger was given.
        size: width and height of the picture in pixels.
        source_s: length of the recording, seconds, positive.
        groups: as the arranger was given them.
    """
    shown = [tubes[i] for i in arrangement.tubes]
    of = {i: number for number, group in enumerate(groups, len(tubes)) for i in group}
    covered = doubled = colliding = objects = 0
    if shown:
        ticks, corners, owners = _played(shown, arrangement)
        group = np.array([of.get(i, i) for i in arrangement.tubes])[owners]
        covered, doubled, colliding = _cover(ticks, corners, group)
        objects = int((corners[:, 2:] - corners[:, :2]).prod(axis=1).sum())
    whole = arrangement.length * size[0] * size[1]
    return Metrics(
        float(arrangement.duration_s / source_s),
        covered / whole if whole else 0.0,
        doubled / whole if whole else 0.0,
        disorder([t.start for t in shown], arrangement.starts),
        colliding / objects if objects else 0.0,
    )


def disorder(originals: Sequence[Fraction], starts: Sequence[int]) -> float:
    """Share of pairs in the opposite of their original order, 0 to 1.

    >>> disorder([Fraction(0), Fraction(5), Fraction(9)], [0, 2, 1])
    0.3333333333333333
    """
    inverted = pairs = 0
    seen: list[int] = []  # starts of all that began before, increasing
    together: list[int] = []  # of those that began with the last one
    last: Fraction | None = None
    for original, start in sorted(zip(originals, starts, strict=True)):
        if original != last:
            for each in together:
                insort(seen, each)
            together, last = [], original
        pairs += len(seen)
        inverted += len(seen) - bisect_right(seen, start)
        together.append(start)
    return inverted / pairs if pairs else 0.0


def _played(
    shown: Sequence[Occupancy], arrangement: Arrangement
) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Every rectangle at every tick, ordered by tick.

    Returns:
        int64 ``(n,)`` its tick; int64 ``(n, 4)`` left, top, right, bottom; int64 ``(n,)``
        which of the tubes it belongs to.
    """
    ticks, parts, owners = [], [], []
    for number, (tube, start) in enumerate(zip(shown, arrangement.starts, strict=True)):
        rows = tube.shown(arrangement.fps)
        own = tube.parts[rows]
        at = np.repeat(start + np.arange(len(rows)), own.shape[1])
        own = own.reshape(-1, 4)
        solid = (own[:, 2:] > 0).all(axis=1)
        ticks.append(at[solid])
        parts.append(own[solid])
        owners.append(np.full(len(ticks[-1]), number, np.int64))
    tick, corners = np.concatenate(ticks), np.concatenate(parts)
    corners[:, 2:] += corners[:, :2]
    order = np.argsort(tick, kind="stable")
    return tick[order], corners[order], np.concatenate(owners)[order]


def _cover(ticks: Int64Array, corners: Int64Array, group: Int64Array) -> tuple[int, int, int]:
    """Pixels covered once or more, twice or more; object pixels that those of others cover.

    Rectangles of one object do not overlap, so where two do, two objects do.  Exact: each
    tick's picture is cut along all edges of its rectangles, and each cell of that grid holds
    as bits which rectangles cover it.  A rectangle covers a cell if it covers both its
    column and its row.

    Args:
        ticks: int64 ``(n,)``, not decreasing, of each rectangle.
        corners: int64 ``(n, 4)``, left, top, right, bottom.
        group: int64 ``(n,)``; what is of one group does not collide.
    """
    first = np.nonzero(np.diff(ticks, prepend=-1))[0]
    counts = np.diff(first, append=len(ticks))
    order = np.argsort(counts, kind="stable")  # so that little is padded
    covered = doubled = colliding = 0
    done = 0
    while done < len(order):
        # The next ticks as long as they fit, given the fullest of them; at least one.
        words = -(-counts[order[done:]] // _WORD)
        cells = np.arange(1, len(words) + 1) * words * (2 * counts[order[done:]]) ** 2
        some = order[done : done + max(1, int(np.searchsorted(cells, _CELLS, side="right")))]
        done += len(some)
        nth = np.arange(int(counts[some].max()))
        there = nth < counts[some, None]
        rows = np.where(there, first[some, None] + nth, 0)
        boxes = np.where(there[..., None], corners[rows], 0)
        of = np.where(there, group[rows], -1)
        more = _cells(boxes, of)
        covered, doubled, colliding = covered + more[0], doubled + more[1], colliding + more[2]
    return covered, doubled, colliding


def _cells(boxes: Int64Array, group: Int64Array) -> tuple[int, int, int]:
    """Sums of :func:`_cover` for some ticks.

    Args:
        boxes: int64 ``(ticks, n, 4)``, left, top, right, bottom; an empty one is not there.
        group: int64 ``(ticks, n)``.
    """
    columns, wide = _strips(boxes[..., 0], boxes[..., 2])
    rows, tall = _strips(boxes[..., 1], boxes[..., 3])
    masks = rows[:, :, None] & columns[:, None]
    count = np.bitwise_count(masks).sum(axis=3, dtype=np.int64)
    pixels = tall[:, :, None] * wide[:, None]
    several = np.nonzero(count > 1)
    masks, area = masks[several], pixels[several]
    # More than one group covers a cell where not all are of the same as the first of them.
    word = (masks != 0).argmax(axis=1)
    value = masks[np.arange(len(masks)), word]
    first = word * _WORD + np.bitwise_count((value & -value) - np.uint64(1))
    own = _packed(group[:, :, None] == group[:, None])[several[0], first]
    apart = (masks & ~own).any(axis=1)
    return (
        int(pixels[count > 0].sum()),
        int(area.sum()),
        int((area * count[several])[apart].sum()),
    )


def _strips(low: Int64Array, high: Int64Array) -> tuple[UInt64Array, Int64Array]:
    """Strips between the edges of spans, which spans cover each, and how wide each is.

    Args:
        low, high: int64 ``(ticks, n)``; the upper ends are excluded.

    Returns:
        uint64 ``(ticks, 2 n, words)``, and int64 ``(ticks, 2 n)``.
    """
    edges = np.sort(np.concatenate([low, high], axis=1), axis=1)
    covers = (low[:, None] <= edges[..., None]) & (edges[..., None] < high[:, None])
    return _packed(covers), np.diff(edges, axis=1, append=edges[:, -1:])


def _packed(bits: BoolArray) -> UInt64Array:
    """The last axis as bits of words, the lowest first."""
    octets = np.packbits(bits, axis=-1, bitorder="little")
    short = -octets.shape[-1] % 8
    return np.pad(octets, [(0, 0)] * (bits.ndim - 1) + [(0, short)]).view("<u8").astype(np.uint64)
