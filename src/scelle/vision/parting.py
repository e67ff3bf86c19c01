"""Parting a region in which a detector sees several objects, pixel by pixel.

People who walk side by side, and cars in one lane, are one region of movement.  Where a
detector sees them one by one, each pixel of the outline goes to the detection that it lies
nearest to, in that detection's own widths and heights; what lies beside all of them and is
as large and as high as they are is an object that the detector missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.detect import Detection
from scelle.vision.motion import thick

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DOUBLED = 0.6
"""Share of the smaller of two detections inside the other above which they are of one object."""

REACH = 1.3
"""How far a detection's pixels may lie from its centre, in halves of its sides: outlines
reach beyond boxes, and cast shadows further."""

FILLED = 0.2
"""Share of a detection that must move: parked cars beside the street are seen too."""

MISSED, MISSED_HIGH = 0.35, 0.5
"""Size and height, beside the smallest detection's, of what is left and is an object too."""


@dataclass(frozen=True, eq=False)
class Part:
    """One object of a region.

    Attributes:
        left, top: of its outline, working pixels from the region's corner.
        outline: bool ``(h, w)``, working pixels.
        placed: float64 ``(4,)``, its box by outline and detection, native pixels.
        found: what the detector said; ``None`` for what it missed.
    """

    left: int
    top: int
    outline: Mask
    placed: Floats
    found: Detection | None


def distinct(found: Sequence[Detection]) -> tuple[Detection, ...]:
    """Those that are of objects of their own, best first: a box over two people who were
    found one by one is not a third.
    """
    kept: list[Detection] = []
    for d in sorted(found, key=lambda d: -d.score):
        if all(_shared(d, k) <= DOUBLED for k in kept):
            kept.append(d)
    return tuple(kept)


def part(
    box: tuple[int, int, int, int], outline: Mask, factor: int, found: Sequence[Detection]
) -> list[Part]:
    """The objects of one region.

    Args:
        box: of the region, native pixels, sides multiples of ``factor``.
        outline: bool, working pixels, of the box.
        factor: native pixels a working pixel.
        found: distinct detections in it, at least one, native pixels.

    Returns:
        at least one; their outlines do not overlap, and lie in the region's own.
    """
    boxes = np.array([[d.box.left, d.box.top, d.box.width, d.box.height] for d in found])
    half = boxes[:, 2:] / 2
    centre = boxes[:, :2] + half
    # Columns and rows apart: the larger of both is how far a pixel lies.
    across, down = (
        np.abs(np.arange(n) * factor + factor / 2 + box[k] - centre[:, k, None]) / half[:, k, None]
        for k, n in enumerate(outline.shape[::-1])
    )
    mine = (down < REACH)[..., None] & (across < REACH)[:, None] & outline
    if len(found) > 1:
        nearest = np.maximum(across[:, None], down[..., None]).argmin(0)
        mine &= nearest == np.arange(len(found))[:, None, None]
    parts = []
    for k, d in enumerate(found):
        if np.count_nonzero(mine[k]) * factor**2 >= FILLED * boxes[k, 2] * boxes[k, 3]:
            left, top, cut = _cut(mine[k])
            parts.append(Part(left, top, cut, _mean(box, left, top, cut, factor, boxes[k]), d))
    if not parts:
        return [Part(0, 0, outline, _body(box, 0, 0, outline, factor), None)]
    area, height = boxes[:, 2:].prod(1).min(), boxes[:, 3].min()
    rest = (outline ^ mine.any(0)).view(np.uint8)
    if np.count_nonzero(rest) * factor**2 < MISSED * area:
        return parts
    count, labels = cv2.connectedComponents(rest, connectivity=4)
    for k in range(1, count):
        left, top, cut = _cut(labels == k)
        high = cut.shape[0] * factor
        if np.count_nonzero(cut) * factor**2 >= MISSED * area and high >= MISSED_HIGH * height:
            parts.append(Part(left, top, cut, _body(box, left, top, cut, factor), None))
    return parts


def _body(box: tuple[int, int, int, int], left: int, top: int, cut: Mask, factor: int) -> Floats:
    """Where an object is by its outline alone, without what is thin at its sides, native pixels."""
    first, stop = thick(cut)
    corner = box[0] + (left + first) * factor, box[1] + top * factor
    return np.array([*corner, (stop - first) * factor, len(cut) * factor], np.float64)


def _cut(mask: Mask) -> tuple[int, int, Mask]:
    """Left, top, and the mask cut to what is in it."""
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    return left, top, mask[top : top + height, left : left + width]


def _mean(
    box: tuple[int, int, int, int], left: int, top: int, cut: Mask, factor: int, seen: Floats
) -> Floats:
    """Halfway between an outline's box and a detection: they err in different ways."""
    return (_body(box, left, top, cut, factor) + seen) / 2


def _shared(a: Detection, b: Detection) -> float:
    """Intersection over the smaller one's area."""
    wide = min(a.box.left + a.box.width, b.box.left + b.box.width) - max(a.box.left, b.box.left)
    high = min(a.box.top + a.box.height, b.box.top + b.box.height) - max(a.box.top, b.box.top)
    least = min(a.box.width * a.box.height, b.box.width * b.box.height)
    return max(wide, 0.0) * max(high, 0.0) / least
