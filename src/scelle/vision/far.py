"""Small far objects: one part of the picture, looked at a second time and finer.

Motion is found at 150 to 300 lines, where somebody 14 pixels high in a picture of 720 lines
is three pixels: hardly more than noise.  Far objects appear where it is far, and the samples
of the scene say where that is: specks come and go there that are too small to be regions.
This part alone is looked at finer.  Where there is none, nothing more is done; where specks
are all over the picture, it rains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.geometry import overlaps
from scelle.vision.apart import UNKNOWN, to_jpeg
from scelle.vision.background import FEWEST, Background, Look
from scelle.vision.colour import NAMES
from scelle.vision.motion import Int32Array, MotionDetector, MotionSettings
from scelle.vision.observations import Observations, Pictures
from scelle.vision.observe import Planes, crop

Rectangle = tuple[int, int, int, int]

FINER = 4
"""Times finer than the working size; no finer than the picture."""

CELL = 8
"""Side of the squares in which specks are counted, working pixels."""

LEVELS = 10
"""Least difference of luma of a speck, 8-bit levels."""

NOISE = 3.0
"""Widths of the background's own noise that it must exceed as well."""

GLANCES = 96
"""Samples that are looked at for specks."""

SEEN = 3
"""Samples that must show a speck in a square or beside it."""

SHARE = 0.5
"""Share of all specks that must lie in the part: rain and snow fall everywhere."""

MOST = 48_000
"""Most pixels of the part, finer: fewer than a picture has at working size."""

SAMPLES = 48
"""Looks that make the empty scene of the part."""

LEAST = 16
"""Smallest region there, pixels of the part."""

COVERED = 0.2
"""Share of a region that makes it a piece of one found at working size."""


def far_part(
    samples: Sequence[Look],
    background: Background,
    factor: int,
    settings: MotionSettings | None = None,
) -> Rectangle | None:
    """The part of the picture in which things come and go that are too small for a region.

    Args:
        samples: of the scene, at working size.
        background: made of them.
        factor: native pixels a working pixel.
        settings: of the motion stage; the defaults where absent.

    Returns:
        left, top, width, height, native pixels, multiples of twice the factor; ``None``
        where there is no such part, or the picture is not finer than the working size.
    """
    if factor == 1:
        return None
    empty = background.look.luma
    noise = cv2.convertScaleAbs(background.luma_noise, alpha=NOISE)
    threshold = np.maximum(noise, np.uint8(LEVELS))
    h, w = empty.shape[0] // CELL, empty.shape[1] // CELL
    base = max(float(empty.mean()), 1.0)
    counts = np.zeros((h, w), np.float32)
    least = (settings or MotionSettings()).min_area
    for sample in samples[:: -(-len(samples) // GLANCES)]:
        relit = cv2.convertScaleAbs(empty, alpha=float(sample.luma.mean()) / base)
        over = cv2.compare(cv2.absdiff(sample.luma, relit), threshold, cv2.CMP_GT)
        held = over[: h * CELL, : w * CELL].reshape(h, CELL, w, CELL).sum((1, 3), np.float32)
        around = _summed(held) / 255
        counts += (held > 0) & (around >= _SPECK) & (around < least)
    often = (_summed(counts) >= SEEN) & (counts > 0)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(often.astype(np.uint8))
    mine = np.bincount(labels.ravel(), counts.ravel())
    mine[0] = 0
    best = int(mine.argmax())
    if mine[best] <= SHARE * float(counts.sum()) or not mine[best]:
        return None
    x, y, wide, high = (int(v) * CELL for v in stats[best, :4])
    left, top = max(x - _MARGIN, 0), max(y - _MARGIN, 0)
    right = min(x + wide + _MARGIN, empty.shape[1]) & ~1
    bottom = min(y + high + _MARGIN, empty.shape[0]) & ~1
    part = left, top, right - left, bottom - top
    times = factor // _finer(factor)
    if part[2] * part[3] * times**2 > MOST:
        return None
    return part[0] * factor, part[1] * factor, part[2] * factor, part[3] * factor


class Far:
    """Looks at the far part of the pictures of one span.

    Its empty scene is made of its own looks, of both sides in time, so they are kept until
    all are there: at most :data:`MOST` pixels of each.

    Args:
        part: left, top, width, height, native pixels (:func:`far_part`).
        factor: native pixels a working pixel.
        settings: of the motion stage; the defaults where absent.
    """

    def __init__(
        self, part: Rectangle, factor: int, settings: MotionSettings | None = None
    ) -> None:
        self._part = part
        self._fine = _finer(factor)
        self._settings = replace(settings or MotionSettings(), min_area=LEAST)
        self._looks: list[Look] = []

    def look(self, picture: Planes) -> None:
        """Take one picture, later in time than the one before."""
        x, y, w, h = self._part
        luma, blue, red = picture.yuv()
        half = np.s_[y // 2 : (y + h) // 2, x // 2 : (x + w) // 2]
        part = luma[y : y + h, x : x + w]
        self._looks.append(Look.of(part, blue[half], red[half], self._fine))

    def added(self, seen: Observations, pictures: Pictures) -> tuple[Observations, Pictures]:
        """What was seen of the same pictures at working size, and what is far besides."""
        if len(self._looks) < FEWEST:
            return seen, pictures
        background = Background.estimate(self._looks[:: -(-len(self._looks) // SAMPLES)])
        detector = MotionDetector(background, self._settings)
        detector = MotionDetector(background, self._settings)
        starts = np.searchsorted(seen.look, np.arange(len(self._looks) + 1)).tolist()
        boxes, bodies, areas, looks = [], [], [], []
        masks: list[npt.NDArray[np.uint8]] = []
        crops: list[bytes] = []
        for k, look in enumerate(self._looks):
            motion = detector.detect(look)
            found, placed = self._native(motion.boxes), self._native(motion.bodies)
            near = seen.boxes[starts[k] : starts[k + 1]].astype(np.float64)
            shared = overlaps(found, near).sum(1) / found[:, 2:].prod(1)
            for r in np.flatnonzero((shared < COVERED) & (not motion.relit)).tolist():
                looks.append(k)
                boxes.append(found[r])
                bodies.append(placed[r])
                areas.append(int(motion.areas[r]) * self._fine**2)
                masks.append(motion.outlines[r])
                crops.append(self._picture(look, motion.boxes[r], found[r]))
        if not looks:
            return seen, pictures
        n = len(looks)
        far = replace(
            Observations.none(),
            look=np.array(looks, np.int32),
            boxes=np.array(boxes, np.float32),
            placed=np.array(bodies, np.float32),
            area=np.array(areas, np.float32),
            upper=np.zeros((n, len(NAMES)), np.float32),
            lower=np.zeros((n, len(NAMES)), np.float32),
            object_class=np.full(n, UNKNOWN, np.uint8),
            score=np.zeros(n, np.float32),
            mask_at=np.cumsum([0, *(-(-m.size // 8) for m in masks)], dtype=np.int64),
            masks=np.concatenate([np.packbits(m) for m in masks]),
            mask_size=np.array([m.shape for m in masks], np.int32),
        )
        return _together(seen, pictures, far, Pictures.of(crops))

    def _native(self, boxes: Int32Array) -> npt.NDArray[np.float64]:
        """Boxes of the part in pixels of the picture."""
        return boxes * np.float64(self._fine) + np.array([*self._part[:2], 0, 0], np.float64)

    def _picture(self, look: Look, box: Int32Array, native: npt.NDArray[np.float64]) -> bytes:
        x, y, w, h = (int(v) for v in box)
        cut = crop((look.luma, look.blue, look.red), (x, y, w, h))
        size = int(native[2]), int(native[3])
        return to_jpeg(np.asarray(cv2.resize(cut, size), np.uint8))


def _together(
    seen: Observations, pictures: Pictures, far: Observations, crops: Pictures
) -> tuple[Observations, Pictures]:
    """Observations of the same looks, those of ``seen`` first in each."""
    order = np.argsort(np.concatenate([seen.look, far.look]), kind="stable")
    names = "look", "boxes", "placed", "area", "upper", "lower", "object_class", "score"
    columns = {
        name: np.concatenate([getattr(seen, name), getattr(far, name)])[order]
        for name in (*names, "mask_size")
    }
    masks = [o.masks[a:b] for o in (seen, far) for a, b in pairwise(o.mask_at.tolist())]
    files = [p[i] for p, o in ((pictures, seen), (crops, far)) for i in range(len(o))]
    masks, files = ([kept[i] for i in order.tolist()] for kept in (masks, files))
    at = np.cumsum([0, *(len(m) for m in masks)], dtype=np.int64)
    both = replace(seen, **columns, mask_at=at, masks=np.concatenate(masks))
    return both, Pictures.of(files)


def _finer(factor: int) -> int:
    """Native pixels a pixel of the part."""
    return max(1, factor // FINER)


def _summed(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Of each cell and those around it, float32, as ``cells``."""
    kernel = (3, 3)
    return np.asarray(
        cv2.boxFilter(cells, -1, kernel, normalize=False, borderType=cv2.BORDER_CONSTANT),
        np.float32,
    )


_SPECK = 2  # pixels of one, at working size
_MARGIN = CELL // 2
