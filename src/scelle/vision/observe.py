"""From the pictures of a span to observations: the only pass over native pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.apart import UNKNOWN, apart, to_jpeg
from scelle.vision.background import Background, Look, Plane
from scelle.vision.colour import NAMES, is_monochrome
from scelle.vision.detect import Detector
from scelle.vision.keep import Keeper
from scelle.vision.light import Light
from scelle.vision.motion import Int32Array, Motion, MotionDetector, MotionSettings
from scelle.vision.naming import Naming
from scelle.vision.observations import Observations, Pictures
from scelle.vision.regions import ColourCounts


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
    regions: list[int] = field(default_factory=list)
    boxes: list[Int32Array] = field(default_factory=list)
    placed: list[Int32Array] = field(default_factory=list)
    area: list[Int32Array] = field(default_factory=list)
    masks: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)


class Observer:
    """Looks at the pictures of one span against one background.

    Args:
        background: the empty scene of the span.
        factor: native pixels per working pixel, as the background was made with.
        rest: longest time between two kept pictures of an object, in ``pts`` units;
            what moves is first named after half of it.
        settings: of the motion stage; the defaults where absent.
        detector: names what moves; ``None`` leaves every class unknown.
    """

    def __init__(
        self,
        background: Background,
        factor: int,
        rest: int,
        settings: MotionSettings | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._keeper = Keeper(rest)
        self._before: tuple[tuple[Plane, Plane, Plane], list[tuple[int, int, int, int]]] | None
        self._before = None
        self._motion = MotionDetector(background, settings)
        self._factor = factor
        self._naming = None if detector is None else Naming(detector, rest // 2)
        self._colourless = is_monochrome(background.look.blue, background.look.red)
        self._colours = ColourCounts(Light.learn(background.look))
        self._seen = _Columns()

    def look(self, picture: Planes) -> Motion:
        """Take one picture, later in time than the one before; says what moved."""
        planes = picture.yuv()
        look = Look.of(*planes, self._factor)
        motion = self._motion.detect(look)
        seen = self._seen
        seen.frame.append(picture.frame)
        seen.pts.append(picture.pts)
        seen.relit.append(motion.relit)
        seen.regions.append(len(motion.boxes))
        native = motion.boxes * self._factor
        if self._naming is not None:
            height, width = planes[0].shape
            size = width & ~1, height & ~1
            self._naming.look(picture.pts, native, len(seen.masks), size, partial(crop, planes))
        if len(motion.boxes):
            self._regions(look, motion)
        self._keep(picture.pts, planes, native)
        return motion

    def result(self) -> tuple[Observations, Pictures]:
        """Everything seen so far."""
        s = self._seen
        none = np.zeros((0, 4), np.int32)
        boxes = np.concatenate([*s.boxes, none])
        if self._colourless:
            colours = np.zeros((len(boxes), 2, len(NAMES)), np.float32)
        else:
            colours = self._colours.result()
        native = boxes * self._factor
        seen = Observations(
            frame=np.array(s.frame, np.int64),
            pts=np.array(s.pts, np.int64),
            relit=np.array(s.relit, np.bool_),
            look=np.repeat(np.arange(len(s.frame), dtype=np.int32), s.regions),
            boxes=native.astype(np.float32),
            placed=(np.concatenate([*s.placed, none]) * self._factor).astype(np.float32),
            area=np.concatenate([*s.area, none[:, 0]]).astype(np.float32) * self._factor**2,
            upper=colours[:, 0],
            lower=colours[:, 1],
            object_class=np.full(len(boxes), UNKNOWN, np.uint8),
            score=np.zeros(len(boxes), np.float32),
            mask_at=np.cumsum([0, *(len(m) for m in s.masks)], dtype=np.int64),
            masks=np.concatenate([*s.masks, np.zeros(0, np.uint8)]),
            mask_size=boxes[:, :1:-1].astype(np.int32),
        )
        if self._naming is None:
            return seen, Pictures.of(s.pictures)
        self._naming.flush()
        parted, pictures = apart(
            seen,
            s.pictures,
            self._naming.found,
            self._factor,
            None if self._colourless else self._colours,
        )
        return parted, Pictures.of(pictures)

    def _keep(self, pts: int, planes: tuple[Plane, Plane, Plane], boxes: Int32Array) -> None:
        """Keep this look's pictures that are worth it, and the last one's of what is gone."""
        if not len(boxes) and self._before is None:
            return
        seen = self._seen
        keep, gone = self._keeper.choose(pts, boxes)
        if self._before is not None:
            earlier, places = self._before
            for k in gone.tolist():
                seen.pictures[k - len(places)] = to_jpeg(crop(earlier, places[k]))
        places = [(x, y, w, h) for x, y, w, h in boxes.tolist()]
        self._before = (planes, places) if places else None
        for place, kept in zip(places, keep.tolist(), strict=True):
            seen.pictures.append(to_jpeg(crop(planes, place)) if kept else b"")

    def _regions(self, look: Look, motion: Motion) -> None:
        seen = self._seen
        seen.boxes.append(motion.boxes)
        seen.placed.append(motion.bodies)
        seen.area.append(motion.areas)
        if not self._colourless:
            self._colours.add(look, motion)
        seen.masks += [np.packbits(outline) for outline in motion.outlines]


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
