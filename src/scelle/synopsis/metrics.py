"""How good an arrangement is, in the measures of the synopsis literature.

The names are those that comparisons of synopsis methods share (for instance
Malekpour, Morsali and Mohammadzade, arXiv 2409.05230); what is computed here is
written out below, on the rectangles of :class:`~.occupancy.Occupancy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.occupancy import BoolArray, Int64Array, Occupancy


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
    covered = doubled = colliding = objects = 0
    shown = [tubes[i] for i in arrangement.tubes]
    at = [t.shown(arrangement.fps) for t in shown]
    of = {i: number for number, group in enumerate(groups, len(tubes)) for i in group}
    group = [of.get(i, i) for i in arrangement.tubes]
    hulls = [t.hulls() for t in shown]
    present: list[list[tuple[int, int]]] = [[] for _ in range(arrangement.length)]
    for tube, start in enumerate(arrangement.starts):
        for tick, picture in enumerate(at[tube].tolist(), start):
            present[tick].append((tube, picture))
    for here in present:
        if here:
            c, d, k, o = _cover(
                [shown[t].parts[p] for t, p in here],
                np.stack([hulls[t][p] for t, p in here]),
                [group[t] for t, _ in here],
            )
            covered, doubled, colliding, objects = (
                covered + c,
                doubled + d,
                colliding + k,
                objects + o,
            )
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
    n = len(starts)
    before = np.array([float(o) for o in originals])
    after = np.array(starts, np.float64)
    inverted = pairs = 0
    for i in range(n - 1):
        first = np.sign(before[i + 1 :] - before[i])
        second = np.sign(after[i + 1 :] - after[i])
        pairs += int((first != 0).sum())
        inverted += int((first * second < 0).sum())
    return inverted / pairs if pairs else 0.0


def _cover(
    objects: list[Int64Array], hulls: Int64Array, group: list[int]
) -> tuple[int, int, int, int]:
    """Pixels covered once or more, twice or more; colliding object pixels; object pixels.

    An object collides with those of other groups.

    Exact, on the irregular grid that the edges of those rectangles make that meet any.
    """
    total = sum(int((o[:, 2] * o[:, 3]).sum()) for o in objects)
    meets = _meets(hulls)
    if not meets.any():
        return total, 0, 0, total
    objects = [o for o, met in zip(objects, meets.tolist(), strict=True) if met]
    group = [g for g, met in zip(group, meets.tolist(), strict=True) if met]
    alone = total - sum(int((o[:, 2] * o[:, 3]).sum()) for o in objects)
    every = np.concatenate(objects)
    xs = np.unique(np.concatenate([every[:, 0], every[:, 0] + every[:, 2]]))
    ys = np.unique(np.concatenate([every[:, 1], every[:, 1] + every[:, 3]]))
    pixels = np.diff(ys)[:, None] * np.diff(xs)[None]
    layers = np.zeros((len(objects), len(ys) - 1, len(xs) - 1), np.bool_)
    for layer, parts in zip(layers, objects, strict=True):
        for left, top, width, height in parts.tolist():
            x = np.searchsorted(xs, (left, left + width))
            y = np.searchsorted(ys, (top, top + height))
            layer[y[0] : y[1], x[0] : x[1]] = True
    count = layers.sum(axis=0)
    same = np.array(group)[:, None] == np.array(group)
    others = count - np.einsum("ij,jyx->iyx", same.astype(np.int64), layers.astype(np.int64))
    colliding = int((layers & (others > 0)).sum(axis=0).ravel() @ pixels.ravel())
    return (
        alone + int(pixels[count > 0].sum()),
        int(pixels[count > 1].sum()),
        colliding,
        total,
    )


def _meets(hulls: Int64Array) -> BoolArray:
    """Which of some hulls, left, top, right, bottom, meet another: bool ``(objects,)``."""
    before = np.asarray((hulls[:, None, :2] < hulls[None, :, 2:]).all(axis=2))
    both = np.logical_and(before, before.T)
    np.fill_diagonal(both, val=False)
    return np.asarray(both.any(axis=1))
