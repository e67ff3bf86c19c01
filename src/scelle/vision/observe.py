"""From the pictures of a span to observations: the only pass over native pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import ObjectClass
from scelle.vision.background import Background, Look, Plane
from scelle.vision.colour import count_colours, is_monochrome
from scelle.vision.detect import Detection, Detector
from scelle.vision.motion import Motion, MotionDetector, MotionSettings
from scelle.vision.observations import Observations, Pictures

CLASSES: tuple[ObjectClass, ...] = tuple(ObjectClass)
"""Order of the class numbers in observations."""

_SQUARE = np.ones((3, 3), np.uint8)

UNKNOWN = CLASSES.index(ObjectClass.UNKNOWN)


class Planes(Protocol):
    """A decoded picture: what :class:`scelle.footage.picture.Picture` offers."""

    @property
    def frame(self) -> int:
        """0-based index in the decoded stream."""
        ...

    @property
    def pts(self) -> int:
        """Presentation timestamp."""
        ...

    def yuv(self) -> tuple[Plane, Plane, Plane]:
        """Luma ``(H, W)`` and chroma ``(H / 2, W / 2)`` planes, uint8, 8-bit 4:2:0."""
        ...


@dataclass
class _Columns:
    frame: list[int] = field(default_factory=list)
    pts: list[int] = field(default_factory=list)
    relit: list[bool] = field(default_factory=list)
    look: list[int] = field(default_factory=list)
    boxes: list[tuple[int, int, int, int]] = field(default_factory=list)
    area: list[float] = field(default_factory=list)
    upper: list[npt.NDArray[np.float32]] = field(default_factory=list)
    lower: list[npt.NDArray[np.float32]] = field(default_factory=list)
    object_class: list[int] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    masks: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    mask_size: list[tuple[int, int]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)


class Observer:
    """Looks at the pictures of one span against one background.

    Args:
        background: the empty scene of the span.
        factor: native pixels per working pixel, as the background was made with.
        tube_step: longest time between two kept pictures of an object, in ``pts``
            units; every look's are kept where looks are further apart.
        settings: of the motion stage; the defaults where absent.
        detector: names what moves; ``None`` leaves every class unknown.
    """

    def __init__(
        self,
        background: Background,
        factor: int,
        tube_step: int,
        settings: MotionSettings | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._tube_step = tube_step
        self._kept: int | None = None
        self._motion = MotionDetector(background, settings)
        self._factor = factor
        self._detector = detector
        self._colourless = is_monochrome(background.look.blue, background.look.red)
        self._seen = _Columns()

    def look(self, picture: Planes) -> Motion:
        """Take one picture, later in time than the one before; says what moved."""
        planes = picture.yuv()
        look = Look.of(*planes, self._factor)
        motion = self._motion.detect(look)
        seen = self._seen
        index = len(seen.frame)
        seen.frame.append(picture.frame)
        seen.pts.append(picture.pts)
        seen.relit.append(motion.relit)
        named = self._name(planes, motion)
        keep = self._keeps(picture.pts)
        for k in range(len(motion.boxes)):
            self._region(index, planes, look, motion, k, named[k], keep)
        return motion

    def result(self) -> tuple[Observations, Pictures]:
        """Everything seen so far."""
        s = self._seen
        return (
            Observations(
                frame=np.array(s.frame, np.int64),
                pts=np.array(s.pts, np.int64),
                relit=np.array(s.relit, np.bool_),
                look=np.array(s.look, np.int32),
                boxes=np.array(s.boxes, np.float32).reshape(-1, 4),
                area=np.array(s.area, np.float32),
                upper=np.array(s.upper, np.float32).reshape(-1, 11),
                lower=np.array(s.lower, np.float32).reshape(-1, 11),
                object_class=np.array(s.object_class, np.uint8),
                score=np.array(s.score, np.float32),
                mask_at=np.cumsum([0, *(len(m) for m in s.masks)], dtype=np.int64),
                masks=np.concatenate([*s.masks, np.zeros(0, np.uint8)]),
                mask_size=np.array(s.mask_size, np.int32).reshape(-1, 2),
            ),
            Pictures.of(s.pictures),
        )

    def _keeps(self, pts: int) -> bool:
        """Whether this look's pictures are kept: as few as the tube rate allows."""
        looks = self._seen.pts
        step = pts - looks[-2] if len(looks) > 1 else self._tube_step
        kept = self._kept is None or pts - self._kept + step > self._tube_step
        if kept:
            self._kept = pts
        return kept

    def _region(
        self,
        index: int,
        planes: tuple[Plane, Plane, Plane],
        look: Look,
        motion: Motion,
        k: int,
        named: tuple[int, float],
        keep: bool,
    ) -> None:
        seen, f = self._seen, self._factor
        x, y, w, h = (int(v) for v in motion.boxes[k])
        outline = motion.labels[y : y + h, x : x + w] == k + 1
        native = (x * f, y * f, w * f, h * f)
        upper, lower = self._colours(look, (x, y, w, h), outline)
        seen.look.append(index)
        seen.boxes.append(native)
        seen.area.append(float(motion.areas[k]) * f * f)
        seen.upper.append(upper)
        seen.lower.append(lower)
        seen.object_class.append(named[0])
        seen.score.append(named[1])
        seen.masks.append(np.packbits(outline))
        seen.mask_size.append((h, w))
        seen.pictures.append(_jpeg(crop(planes, native)) if keep else b"")

    def _colours(
        self, look: Look, box: tuple[int, int, int, int], outline: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Colour counts of the upper and the lower half of a region."""
        if self._colourless:
            return np.zeros(11, np.float32), np.zeros(11, np.float32)
        x, y, w, h = box
        # The rim mixes object and scene.
        core = cv2.erode(outline.view(np.uint8), _SQUARE) > 0
        if np.count_nonzero(core) < 12:
            core = outline
        # Heads are not clothing: the top seventh is left out.
        top, half = h // 7, h // 2
        luma = look.luma[y : y + h, x : x + w]
        rows, columns = np.arange(y, y + h) // 2, np.arange(x, x + w) // 2
        blue, red = look.blue[rows][:, columns], look.red[rows][:, columns]
        halves = slice(top, half), slice(half, h)
        upper, lower = (count_colours(luma[r], blue[r], red[r], core[r]) for r in halves)
        return upper, lower

    def _name(self, planes: tuple[Plane, Plane, Plane], motion: Motion) -> list[tuple[int, float]]:
        """Class number and score of each region, from the detector if there is one."""
        regions = len(motion.boxes)
        if self._detector is None or not regions:
            return [(UNKNOWN, 0.0)] * regions
        height, width = planes[0].shape
        picture = crop(planes, (0, 0, width & ~1, height & ~1))
        found = self._detector.detect(picture)
        return [_best(box * self._factor, found) for box in motion.boxes]


def _jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    # Quality 85 keeps block edges below what the recorder's own encoder left.
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(data.tobytes())


def _best(box: npt.NDArray[np.int32], found: list[Detection]) -> tuple[int, float]:
    """The detection that lies most inside a region, if at least half of it does."""
    best = (UNKNOWN, 0.0)
    for d in found:
        w = min(box[0] + box[2], d.box.left + d.box.width) - max(box[0], d.box.left)
        h = min(box[1] + box[3], d.box.top + d.box.height) - max(box[1], d.box.top)
        inside = max(w, 0) * max(h, 0) / d.box.area
        if inside >= 0.5 and d.score > best[1]:
            best = (CLASSES.index(d.object_class), d.score)
    return best


def crop(
    planes: tuple[Plane, Plane, Plane], box: tuple[int, int, int, int]
) -> npt.NDArray[np.uint8]:
    """Cut a box out of 4:2:0 planes as BGR.

    Args:
        planes: luma and chroma, uint8, limited range BT.601.
        box: left, top, width, height in native pixels; widened to even numbers
            for the conversion and cut back.

    Returns:
        uint8 ``(height, width, 3)``, clipped to the picture.
    """
    luma, blue, red = planes
    left, top, width, height = box
    x0, y0 = left & ~1, top & ~1
    x1 = min((left + width + 1) & ~1, luma.shape[1] & ~1)
    y1 = min((top + height + 1) & ~1, luma.shape[0] & ~1)
    h, w = y1 - y0, x1 - x0
    stacked = np.empty((h * 3 // 2, w), np.uint8)
    stacked[:h] = luma[y0:y1, x0:x1]
    chroma = stacked[h:].reshape(2, h // 2, w // 2)
    chroma[0] = blue[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
    chroma[1] = red[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
    picture = np.asarray(cv2.cvtColor(stacked, cv2.COLOR_YUV2BGR_I420), np.uint8)
    return picture[top - y0 : top - y0 + height, left - x0 : left - x0 + width]
