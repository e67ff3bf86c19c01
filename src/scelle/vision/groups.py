"""Several objects in one region: dividing it, and the arithmetic of boxes for it.

Boxes are float64 rows of left, top, width, height in native pixels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import overlaps
from scelle.vision.tracklet import Boxes


def divide(
    region: Boxes, outline_box: Boxes, outline: npt.NDArray[np.bool_], predicted: Boxes
) -> list[Boxes]:
    """Places of the members of a group.

    Each keeps its predicted size and moves, by at most a third of it, to where
    it holds most of the outline that is not yet held by the others, less a
    price for moving.
    """
    h, w = outline.shape
    scale = np.array([outline_box[2] / w, outline_box[3] / h])
    left = outline.astype(np.float64)
    table = np.zeros((h + 1, w + 1))
    places: list[Boxes] = []
    # The one that reaches lowest stands in front: it is placed first.
    order = np.argsort(-(predicted[:, 1] + predicted[:, 3]), kind="stable")
    found: dict[int, Boxes] = {}
    for t in order:
        size = np.maximum(np.round(predicted[t, 2:] / scale), 1).astype(int)
        size = np.minimum(size, (w, h))
        want = (predicted[t, :2] - outline_box[:2]) / scale
        wide, tall = size.tolist()
        # Every place within reach at once: corners of the table are slices of it.
        np.cumsum(left, 0, out=table[1:, 1:])
        np.cumsum(table[1:, 1:], 1, out=table[1:, 1:])
        xs = _shifts(float(want[0]), max(wide // 3, 1), w - wide)
        ys = _shifts(float(want[1]), max(tall // 3, 1), h - tall)
        top, low = (table[ys.start + d : ys.stop + d] for d in (0, tall))
        before, after = (slice(xs.start + d, xs.stop + d) for d in (0, wide))
        held = (low[:, after] - top[:, after] - low[:, before] + top[:, before]) / (wide * tall)
        across, down = np.abs(np.array(xs) - want[0]) / wide, np.abs(np.array(ys) - want[1]) / tall
        price = 0.4 * (across[None] + down[:, None])
        row, column = divmod(int((held - price).argmax()), len(xs))
        x, y = xs[column], ys[row]
        left[y : y + tall, x : x + wide] *= 0.3
        corner = outline_box[:2] + np.array([x, y]) * scale
        found[int(t)] = np.concatenate([corner, predicted[t, 2:]])
    places = [found[t] for t in range(len(predicted))]
    if len(places) == 1:
        return places
    return [_within(p, region) for p in places]


def covered(places: list[Boxes]) -> list[bool]:
    """Which members of a group lie almost wholly within another, larger or nearer one."""
    if len(places) == 1:
        return [False]
    out = []
    for i, place in enumerate(places):
        rest = np.array([p for j, p in enumerate(places) if j != i]).reshape(-1, 4)
        held = inside(place[None], rest)[0]
        nearer = rest[:, 1] + rest[:, 3] >= place[1] + place[3] if len(rest) else held > 0
        out.append(bool(((held > 0.75) & nearer).any()))
    return out


def inside(predicted: Boxes, boxes: Boxes) -> npt.NDArray[np.float64]:
    """Share of each prediction inside each region, ``(n, m)``."""
    area = np.maximum(predicted[:, 2] * predicted[:, 3], 1)
    return np.asarray(overlaps(predicted, boxes) / area[:, None])


def unions(a: Boxes, b: Boxes) -> Boxes:
    """Smallest boxes around each of ``a`` ``(n, 4)`` and the one ``b`` ``(4,)``."""
    low = np.minimum(a[:, :2], b[:2])
    return np.concatenate([low, np.maximum(a[:, :2] + a[:, 2:], b[:2] + b[2:]) - low], 1)


def pairwise_iou(a: Boxes, b: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union of each row of ``a`` with the same row of ``b``."""
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    sides = np.maximum(high - low, 0)
    overlap = sides[:, 0] * sides[:, 1]
    return np.asarray(overlap / (a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - overlap))


def _shifts(want: float, reach: int, last: int) -> range:
    low = min(max(round(want) - reach, 0), max(last, 0))
    high = min(max(round(want) + reach, 0), max(last, 0))
    return range(low, high + 1)


def _within(box: Boxes, region: Boxes) -> Boxes:
    size = np.minimum(box[2:], region[2:])
    corner = np.clip(box[:2], region[:2], region[:2] + region[2:] - size)
    return np.concatenate([corner, size])
