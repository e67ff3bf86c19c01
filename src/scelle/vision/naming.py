"""Which regions a detector is shown, and when: few looks at each object, many on one canvas.

What something is does not change from look to look, so each region is shown when it
has been there for a moment, again after ever longer waits, and when its size changes
by half: it came nearer, joined others or left them.  Who is who is not known yet; a
region inherits from the one of the look before that it overlaps most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.geometry import iou_matrix
from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection, Detector
from scelle.vision.packing import GAP, SIDE, Window, carry_back, place, windows

LONGEST = 112
"""Longest side of a region on a canvas, pixels; larger ones are reduced."""

CHANGED = 1.6
"""Change of a region's area, as a factor, that is worth another showing."""

FILLED = 2.4
"""Canvases' worth of regions that are gathered before the detector runs."""

CLASSES: tuple[ObjectClass, ...] = tuple(ObjectClass)
"""Order of the class numbers in observations."""

Crop = Callable[[Window], npt.NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class _Showing:
    """A region waiting for its canvas: where it was, and what it looked like."""

    row: int
    box: Window
    window: Window
    picture: npt.NDArray[np.uint8]


class Naming:
    """Gathers regions of many looks and names them.

    Args:
        detector: names what it is shown.
        first: time that a region is there before it is shown, in ``pts`` units; the
            waits after that are three times as long, then double.

    Attributes:
        named: class number and score of the rows that were recognised.
    """

    def __init__(self, detector: Detector, first: int) -> None:
        self.named: dict[int, tuple[int, float]] = {}
        self._detector = detector
        self._first = max(1, first)
        self._boxes = np.zeros((0, 4))
        # For each region of the last look: when it is due, its next wait, its area when shown.
        self._due = np.zeros((0, 3))
        self._waiting: list[_Showing] = []
        self._filled = 0

    def look(
        self, pts: int, boxes: npt.NDArray[np.int32], row: int, size: tuple[int, int], crop: Crop
    ) -> None:
        """Take the regions of one look.

        Args:
            pts: of the look; later than the one before.
            boxes: ``(n, 4)``, native pixels.
            row: number of the first one.
            size: width and height of the picture.
            crop: cuts a window out of the picture, BGR.
        """
        places = boxes.astype(np.float64)
        area = places[:, 2] * places[:, 3]
        due = np.stack(
            [
                np.full(len(places), pts + self._first),
                np.full(len(places), 3.0 * self._first),
                area,
            ],
            axis=1,
        )
        if len(places) and len(self._boxes):
            # Grown by half, so that what moves by its own size is known again.
            overlap = iou_matrix(_grown(places), _grown(self._boxes))
            best = overlap.argmax(1)
            known = overlap[np.arange(len(places)), best] > 0.1
            due[known] = self._due[best[known]]
        change = area / np.maximum(due[:, 2], 1)
        shown = (pts >= due[:, 0]) | (change > CHANGED) | (change < 1 / CHANGED)
        for k in np.flatnonzero(shown).tolist():
            self._show(row + k, tuple(boxes[k].tolist()), size, crop)
        due[shown, 0] = pts + due[shown, 1]
        due[shown, 1] *= 2
        due[shown, 2] = area[shown]
        self._boxes, self._due = places, due
        if self._filled >= FILLED * SIDE * SIDE:
            self.flush()

    def flush(self) -> None:
        """Name what waits."""
        if not self._waiting:
            return
        places = place([(0, 0, s.picture.shape[1], s.picture.shape[0]) for s in self._waiting])
        canvases = np.zeros((max(p.canvas for p in places) + 1, SIDE, SIDE, 3), np.uint8)
        for showing, placed in zip(self._waiting, places, strict=True):
            (wide, tall), x, y = placed.size, placed.left, placed.top
            canvases[placed.canvas, y : y + tall, x : x + wide] = showing.picture
        found = self._detector.detect_many(list(canvases))
        for showing, placed in zip(self._waiting, places, strict=True):
            best = _best(showing, carry_back([placed], found))
            if best is not None:
                self.named[showing.row] = (CLASSES.index(best.object_class), best.score)
        self._waiting, self._filled = [], 0

    def _show(self, row: int, box: tuple[int, ...], size: tuple[int, int], crop: Crop) -> None:
        whole: Window = (box[0], box[1], box[2], box[3])
        for window in windows([whole], *size):
            picture = crop(window)
            scale = min(1.0, LONGEST / max(picture.shape[:2]))
            if scale < 1:
                small = (max(1, round(v * scale)) for v in picture.shape[1::-1])
                shrunk = cv2.resize(picture, tuple(small), interpolation=cv2.INTER_AREA)
                picture = np.asarray(shrunk, np.uint8)
            self._waiting.append(_Showing(row, whole, window, picture))
            self._filled += (picture.shape[0] + GAP) * (picture.shape[1] + GAP)


def _grown(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 4, boxes[:, 2:] * 1.5], 1)


def _best(showing: _Showing, found: list[Detection]) -> Detection | None:
    """The surest detection of which at least half lies in the region itself."""
    left, top, wide, tall = showing.box
    x, y, w, h = showing.window
    across, down = w / showing.picture.shape[1], h / showing.picture.shape[0]
    for d in found:
        x0, y0 = x + d.box.left * across, y + d.box.top * down
        x1, y1 = x0 + d.box.width * across, y0 + d.box.height * down
        inside = max(0.0, min(left + wide, x1) - max(left, x0)) * max(
            0.0, min(top + tall, y1) - max(top, y0)
        )
        if inside >= 0.5 * (x1 - x0) * (y1 - y0):
            return d
    return None
