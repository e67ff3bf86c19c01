"""Which regions a detector is shown, and when: few looks at each object, many on one canvas.

What something is does not change from look to look, so each region is shown when it
has been there for a moment, again after ever longer waits, and when its size changes
by half: it came nearer, joined others or left them.  A region in which several were found
is shown at every look while they share it, for where each of them is does change.  Who is
who is not known yet; a region inherits from the one of the look before that it overlaps
most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Box, iou_matrix
from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection, Detector
from scelle.vision.packing import GAP, SIDE, Placed, Window, carry_back, place, windows
from scelle.vision.parting import distinct

LONGEST = 112
"""Longest side of a region on a canvas, pixels; larger ones are reduced."""

CHANGED = 1.6
"""Change of a region's area, as a factor, that is worth another showing."""

FILLED = 2.4
"""Canvases' worth of regions that are gathered before the detector runs."""

WIDER = 1.6
"""Width or height of a region beside the one object found in it, from which it may hold
another one."""

HELD = 4
"""Times the first wait for which a region that held several is taken to go on so."""

STRIDE = 32
"""Of a canvas' sides, pixels; a canvas is as large as what lies on it."""

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
            waits after that are three times as long, then double.  The detector runs
            when a region has waited for as long again, at the latest.

    Attributes:
        found: what was found in each row in which something was: distinct objects of
            which at least half lies in the region, best first, native pixels.
    """

    def __init__(self, detector: Detector, first: int) -> None:
        self.found: dict[int, tuple[Detection, ...]] = {}
        self._detector = detector
        self._first = max(1, first)
        self._boxes = np.zeros((0, 4))
        # For each region of the last look: when it is due, its next wait, its area when
        # shown, the row that it was shown as, and until when it is taken to hold several.
        self._due = np.zeros((0, 5))
        self._since: int | None = None
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
                np.full(len(places), -1.0),
                np.full(len(places), -np.inf),
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
        several = pts < due[:, 4]
        calm = (pts >= due[:, 0]) & ~several
        shown = calm | several | (change > CHANGED) | (change < 1 / CHANGED)
        for k in np.flatnonzero(shown).tolist():
            self._show(row + k, tuple(boxes[k].tolist()), size, crop)
        due[shown, 0] = pts + due[shown, 1]
        due[shown & ~several, 1] *= 2
        due[shown, 2] = area[shown]
        due[shown, 3] = row + np.flatnonzero(shown)
        self._boxes, self._due = places, due
        if self._waiting and self._since is None:
            self._since = pts
        late = self._since is not None and pts - self._since >= self._first
        if late or self._filled >= FILLED * SIDE * SIDE:
            self.flush()
            held = [
                _several(self.found.get(int(r), ()), *b[2:])
                for r, b in zip(due[:, 3], places, strict=True)
            ]
            due[np.array(held, np.bool_), 4] = pts + HELD * self._first

    def flush(self) -> None:
        """Name what waits."""
        if not self._waiting:
            return
        places = place([(0, 0, s.picture.shape[1], s.picture.shape[0]) for s in self._waiting])
        canvases = [np.zeros((*sides, 3), np.uint8) for sides in _sides(places)]
        for showing, placed in zip(self._waiting, places, strict=True):
            (wide, tall), x, y = placed.size, placed.left, placed.top
            canvases[placed.canvas][y : y + tall, x : x + wide] = showing.picture
        found = self._detector.detect_many(canvases)
        for showing, placed in zip(self._waiting, places, strict=True):
            inside = _inside(showing, carry_back([placed], found))
            if inside:
                self.found[showing.row] = inside
        self._waiting, self._filled, self._since = [], 0, None

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


def _several(found: tuple[Detection, ...], width: float, height: float) -> bool:
    """Whether a region seems to hold more than one object, seen or not."""
    if len(found) != 1:
        return len(found) > 1
    box = found[0].box
    return width > WIDER * box.width or height > WIDER * box.height


def _sides(places: list[Placed]) -> list[tuple[int, int]]:
    """Height and width of each canvas, no more than what lies on it needs."""
    sides = np.zeros((max(p.canvas for p in places) + 1, 2), np.int64)
    for p in places:
        wide, tall = p.size
        sides[p.canvas] = np.maximum(sides[p.canvas], (p.top + tall, p.left + wide))
    return [(h, w) for h, w in (-(-sides // STRIDE) * STRIDE).tolist()]


def _inside(showing: _Showing, found: list[Detection]) -> tuple[Detection, ...]:
    """Distinct detections of which at least half lies in the region itself, best first."""
    left, top, wide, tall = showing.box
    x, y, w, h = showing.window
    across, down = w / showing.picture.shape[1], h / showing.picture.shape[0]
    kept = []
    for d in found:
        x0, y0 = x + d.box.left * across, y + d.box.top * down
        x1, y1 = x0 + d.box.width * across, y0 + d.box.height * down
        inside = max(0.0, min(left + wide, x1) - max(left, x0)) * max(
            0.0, min(top + tall, y1) - max(top, y0)
        )
        if inside >= 0.5 * (x1 - x0) * (y1 - y0):
            kept.append(Detection(Box(x0, y0, x1 - x0, y1 - y0), d.object_class, d.score))
    return distinct(kept)
