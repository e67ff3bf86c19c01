"""Observations of a span, with the regions parted in which a detector saw several objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection
from scelle.vision.naming import CLASSES
from scelle.vision.observations import Observations
from scelle.vision.parting import Part, part
from scelle.vision.regions import ColourCounts

UNKNOWN = CLASSES.index(ObjectClass.UNKNOWN)


def apart(
    seen: Observations,
    pictures: Sequence[bytes],
    found: Mapping[int, Sequence[Detection]],
    factor: int,
    colours: ColourCounts | None,
) -> tuple[Observations, list[bytes]]:
    """What was seen, one observation for each object; regions of one keep their outline.

    Args:
        seen: one observation for each region.
        pictures: JPEG of each, or none.
        found: distinct detections in some of them, native pixels, by number.
        factor: native pixels a working pixel.
        colours: that counted the regions'; ``None`` where there is no colour.

    Returns:
        observations, named where something was found, and the picture of each.
    """
    count = np.ones(len(seen), np.int64)
    parts: dict[int, list[Part]] = {}
    for row in sorted(found):
        parts[row] = part(_box(seen, row), seen.mask(row), factor, found[row])
        count[row] = len(parts[row])
    old = np.repeat(np.arange(len(seen)), count)
    first = np.cumsum(count) - count
    new = {
        name: getattr(seen, name)[old]
        for name in ("look", "boxes", "placed", "area", "upper", "lower", "object_class", "score")
    }
    size = seen.mask_size[old]
    masks = [seen.masks[a:b] for a, b in zip(seen.mask_at[:-1], seen.mask_at[1:], strict=True)]
    cut = [masks[row] for row in old.tolist()]
    kept = [pictures[row] for row in old.tolist()]
    for row, objects in parts.items():
        left, top = (int(v) for v in seen.boxes[row, :2])
        several = len(objects) > 1
        at = slice(int(first[row]), int(first[row] + count[row]))
        new["placed"][at] = [p.placed for p in objects]
        for k, p in enumerate(objects, at.start):
            if p.found is not None:
                new["object_class"][k] = CLASSES.index(p.found.object_class)
                new["score"][k] = p.found.score
        if not several:
            continue
        if colours is not None:
            counts = colours.parted(row, (left // factor, top // factor), objects)
            new["upper"][at], new["lower"][at] = counts[:, 0], counts[:, 1]
        whole = _opened(pictures[row])
        for k, p in enumerate(objects, at.start):
            tall, wide = size[k] = p.outline.shape
            x, y = p.left * factor, p.top * factor
            new["boxes"][k] = (left + x, top + y, wide * factor, tall * factor)
            new["area"][k] = np.count_nonzero(p.outline) * factor**2
            cut[k] = np.packbits(p.outline)
            if whole is not None:
                kept[k] = to_jpeg(whole[y : y + tall * factor, x : x + wide * factor])
    return replace(
        seen,
        **new,
        mask_at=np.cumsum([0, *(len(m) for m in cut)], dtype=np.int64),
        masks=np.concatenate([*cut, np.zeros(0, np.uint8)]),
        mask_size=size,
    ), kept


def _box(seen: Observations, row: int) -> tuple[int, int, int, int]:
    x, y, w, h = (int(v) for v in seen.boxes[row])
    return x, y, w, h


def _opened(picture: bytes) -> npt.NDArray[np.uint8] | None:
    """A JPEG file's picture, uint8 ``(h, w, 3)``, BGR; ``None`` of none."""
    if not picture:
        return None
    whole = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    if whole is None:
        raise ValueError("a kept picture is not a JPEG file")
    return np.asarray(whole, np.uint8)


def to_jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    """A picture as a JPEG file, uint8 ``(h, w, 3)``, BGR."""
    # Quality 85 keeps block edges below what the recorder's own encoder left.
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(data.tobytes())
