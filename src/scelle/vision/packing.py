"""Moving regions cut out at native size and laid side by side on square canvases.

A detector's time grows with the pixels it is shown, and most of a picture stands
still.  Regions are laid on shelves, highest first (next-fit decreasing height: Coffman,
Garey, Johnson, Tarjan, SIAM J. Computing 9, 1980), and what is found on a canvas is
carried back to the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Box
from scelle.vision.detect import Detection

UInt8Array = npt.NDArray[np.uint8]
Window = tuple[int, int, int, int]
"""Left, top, width, height in native pixels."""

SIDE = 320
"""Of a canvas, pixels; a multiple of 32."""

GAP = 4
"""Empty pixels between regions, so that none runs into its neighbour."""

MARGIN = 0.25
"""Surroundings kept on each side of a region, as a share of its longer side."""

LEAST_MARGIN = 8
"""The least of it, native pixels."""


TWICE = 0.5
"""Intersection over union above which two detections of a class are of one object."""


@dataclass(frozen=True)
class Placed:
    """A window of the picture on a canvas.

    Attributes:
        window: in the picture.
        canvas: number of the canvas.
        left, top: where its corner lies there, pixels.
        scale: pixels of the canvas a pixel of the picture; 1, or less for a window
            larger than a canvas.
    """

    window: Window
    canvas: int
    left: int
    top: int
    scale: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on the canvas."""
        return (
            max(1, int(self.window[2] * self.scale)),
            max(1, int(self.window[3] * self.scale)),
        )


def windows(boxes: Sequence[Window], width: int, height: int) -> list[Window]:
    """Boxes with their surroundings, inside the picture; those that overlap are joined.

    Args:
        boxes: moving regions, native pixels.
        width, height: of the picture.
    """
    grown: list[Window] = []
    for x, y, w, h in boxes:
        margin = max(LEAST_MARGIN, round(MARGIN * max(w, h)))
        x0, y0 = max(0, x - margin), max(0, y - margin)
        x1, y1 = min(width, x + w + margin), min(height, y + h + margin)
        if x1 > x0 and y1 > y0:
            grown.append((x0, y0, x1 - x0, y1 - y0))
    joined = True
    while joined:
        joined = False
        apart: list[Window] = []
        for window in grown:
            for i, other in enumerate(apart):
                union = _union(window, other)
                # Joined only where that shows no more pixels than apart.
                if union[2] * union[3] <= window[2] * window[3] + other[2] * other[3]:
                    apart[i] = union
                    joined = True
                    break
            else:
                apart.append(window)
        grown = apart
    return grown


def _union(a: Window, b: Window) -> Window:
    x0, y0 = min(a[0], b[0]), min(a[1], b[1])
    x1, y1 = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return x0, y0, x1 - x0, y1 - y0


def place(cut: Sequence[Window], side: int = SIDE) -> list[Placed]:
    """A place on some canvas for every window; none overlaps another.

    Returns:
        in the order of the windows; canvases are numbered from 0 without gaps.
    """
    order = sorted(range(len(cut)), key=lambda i: (-cut[i][3], -cut[i][2], i))
    places: dict[int, Placed] = {}
    canvas, left, top, shelf = 0, 0, 0, 0
    for i in order:
        scale = min(1.0, side / max(cut[i][2], cut[i][3]))
        width, height = Placed(cut[i], 0, 0, 0, scale).size
        if left + width > side:
            left, top, shelf = 0, top + shelf + GAP, 0
        if top + height > side:
            canvas, left, top, shelf = canvas + 1, 0, 0, 0
        places[i] = Placed(cut[i], canvas, left, top, scale)
        left += width + GAP
        shelf = max(shelf, height)
    return [places[i] for i in range(len(cut))]


def paint(
    places: Sequence[Placed], crop: Callable[[Window], UInt8Array], side: int = SIDE
) -> list[UInt8Array]:
    """The canvases, uint8 ``(side, side, 3)``, black where nothing lies.

    Args:
        places: from :func:`place`.
        crop: gives a window of the picture, uint8 ``(h, w, 3)``.
        side: as given to :func:`place`.
    """
    count = max((p.canvas for p in places), default=-1) + 1
    canvases = [np.zeros((side, side, 3), np.uint8) for _ in range(count)]
    for p in places:
        part = crop(p.window)
        width, height = p.size
        if p.scale < 1:
            shrunk = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
            part = np.asarray(shrunk, np.uint8)
        canvases[p.canvas][p.top : p.top + height, p.left : p.left + width] = part
    return canvases


def carry_back(places: Sequence[Placed], found: Sequence[Sequence[Detection]]) -> list[Detection]:
    """What was found on the canvases, in the picture's own pixels.

    A detection belongs to the window that holds its centre; one whose centre lies on
    none was made of the seams and is dropped.  Of those of a class that overlap by more
    than half, since their windows did, the best is kept.

    Args:
        places: from :func:`place`.
        found: for each canvas.
    """
    carried: list[Detection] = []
    for p in places:
        width, height = p.size
        for d in found[p.canvas]:
            x, y = d.box.centre
            if p.left <= x < p.left + width and p.top <= y < p.top + height:
                low_x, low_y = max(d.box.left, p.left), max(d.box.top, p.top)
                high_x = min(d.box.left + d.box.width, p.left + width)
                high_y = min(d.box.top + d.box.height, p.top + height)
                box = Box(
                    p.window[0] + (low_x - p.left) / p.scale,
                    p.window[1] + (low_y - p.top) / p.scale,
                    (high_x - low_x) / p.scale,
                    (high_y - low_y) / p.scale,
                )
                carried.append(Detection(box, d.object_class, d.score))
    kept: list[Detection] = []
    for d in sorted(carried, key=lambda d: -d.score):
        same = (k for k in kept if k.object_class is d.object_class)
        if all(k.box.iou(d.box) <= TWICE for k in same):
            kept.append(d)
    return kept
