"""Cutting tubes: a track's pictures and outlines, from the observations it was made of.

A tube has as many pictures a second as its object's speed calls for: one is left out where
the object would hardly be elsewhere or of another size in the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Track, Tube
from scelle.vision.observations import Observations, Pictures
from scelle.vision.sourced import Sourced

STEP = 0.08
"""How far an object moves or grows between two pictures at most, in roots of its area, if it
was looked at often enough."""

PAUSE = Fraction(2, 5)
"""Longest time between two pictures of what hardly moves, seconds: what hands do is seen."""

LARGE = 16_000
"""Pixels of a picture from which on it is kept at a lower quality: what is large is told by less
of its detail, and takes most of the room."""

_QUALITY, _OF_LARGE = 85, 66  # of JPEG files
_AROUND = 7  # pixels of an outline's own, as wide as its rim is when it is drawn, and more
_SOFT, _SHARE = 12, 1 / 32
"""Pixels, and share of the longer side: what is further away than that is kept no finer, so that
the head of somebody as near as the object is five of them wide at most."""

_Row = tuple[int, int, Observations, Pictures]  # row of the track, region, where it is kept


def cut_tube(
    sourced: Sourced, segment: Callable[[int], tuple[Observations, Pictures]]
) -> Tube | None:
    """The tube of a track; ``None`` if no picture of it was kept.

    The first and the last picture are always in it; those between as :data:`STEP` and
    :data:`PAUSE` say.

    Args:
        sourced: the track and the observation behind each of its rows.
        segment: gives a segment's observations and pictures.
    """
    track = sourced.track
    pts: list[int] = []
    boxes: list[tuple[int, int, int, int]] = []
    pictures: list[bytes] = []
    masks: list[bytes] = []
    for row, region, seen, crops in _paced(track, _kept(sourced, segment)):
        box = track.boxes[row].astype(np.float64)
        place, picture, mask = _cut(seen, crops, region, box)
        pts.append(int(track.pts[row]))
        boxes.append(place)
        pictures.append(picture)
        masks.append(mask)
    if not pts:
        return None
    return Tube(
        track_id=track.id,
        exhibit_id=track.exhibit_id,
        time_base=track.time_base,
        pts=np.array(pts, np.int64),
        boxes=np.array(boxes, np.int64),
        pictures=tuple(pictures),
        masks=tuple(masks),
        object_class=track.object_class,
    )


def _kept(
    sourced: Sourced, segment: Callable[[int], tuple[Observations, Pictures]]
) -> Iterator[_Row]:
    """Rows of which a picture was kept, in order of time."""
    for row, (number, region) in enumerate(sourced.source.tolist()):
        if number >= 0:
            seen, crops = segment(number)
            if crops[region]:
                yield row, region, seen, crops


def _paced(track: Track, rows: Iterator[_Row]) -> Iterator[_Row]:
    """The first and the last, and between them as few as will do."""
    last: int | None = None
    waiting: _Row | None = None
    pause = int(PAUSE / track.time_base)
    for row in rows:
        if last is None:
            last = row[0]
            yield row
            continue
        if waiting is not None and _far(track, last, row[0], pause):
            last = waiting[0]
            yield waiting
        waiting = row
    if waiting is not None:
        yield waiting


def _far(track: Track, one: int, other: int, pause: int) -> bool:
    """Whether something between two rows must be shown; ``pause`` in units of ``pts``."""
    if int(track.pts[other]) - int(track.pts[one]) > pause:
        return True
    (left, top, width, height), (x, y, w, h) = track.boxes[[one, other]].astype(np.float64).tolist()
    moved = max(abs(x - left), abs(y - top), abs(x + w - left - width), abs(y + h - top - height))
    return bool(moved > STEP * np.sqrt(width * height))


def _cut(
    seen: Observations, crops: Pictures, region: int, box: npt.NDArray[np.float64]
) -> tuple[tuple[int, int, int, int], bytes, bytes]:
    """Place, JPEG and outline of one row: its own region, or its share of a group's."""
    left, top, width, height = (int(v) for v in seen.boxes[region])
    whole = cv2.imdecode(np.frombuffer(crops[region], np.uint8), cv2.IMREAD_COLOR)
    if whole is None:
        raise ValueError("a kept picture is not a JPEG file")
    picture = np.asarray(whole, np.uint8)
    outline = seen.mask(region)
    area = width * height
    shared = area > 1.6 * box[2] * box[3]
    if shared:
        grow = 0.08 * box[2:]
        x0 = int(np.clip(box[0] - grow[0] - left, 0, width - 2))
        y0 = int(np.clip(box[1] - grow[1] - top, 0, height - 2))
        x1 = int(np.clip(box[0] + box[2] + grow[0] - left, x0 + 2, width))
        y1 = int(np.clip(box[1] + box[3] + grow[1] - top, y0 + 2, height))
        scale = width / outline.shape[1]
        rows = slice(int(y0 / scale), max(int(y0 / scale) + 1, round(y1 / scale)))
        columns = slice(int(x0 / scale), max(int(x0 / scale) + 1, round(x1 / scale)))
        outline = outline[rows, columns]
        picture = picture[y0:y1, x0:x1]
        left, top, width, height = left + x0, top + y0, x1 - x0, y1 - y0
    return (left, top, width, height), _jpeg(picture, outline), _file(outline)


def _jpeg(picture: npt.NDArray[np.uint8], outline: npt.NDArray[np.bool_]) -> bytes:
    """A picture as a file, fine where its object is and coarse around it."""
    height, width = picture.shape[:2]
    own = cv2.dilate(outline.astype(np.uint8), np.ones((_AROUND, _AROUND), np.uint8))
    near = cv2.resize(own, (width, height), interpolation=cv2.INTER_NEAREST)
    cell = max(_SOFT, math.ceil(_SHARE * max(width, height)))
    size = max(1, width // cell), max(1, height // cell)
    coarse = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    quality = _OF_LARGE if width * height > LARGE else _QUALITY
    settings = (cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1)
    _, data = cv2.imencode(".jpg", cv2.copyTo(picture, near, soft), settings)
    return bytes(data.tobytes())


def _file(outline: npt.NDArray[np.bool_]) -> bytes:
    """An outline as a picture file: white where the object is.

    The smaller of a raw portable bitmap (Netpbm's ``P4``, in which 0 is white) and a PNG.
    """
    height, width = outline.shape
    bitmap = b"P4\n%d %d\n" % (width, height) + np.packbits(~outline, axis=1).tobytes()
    white = outline.astype(np.uint8) * np.uint8(255)
    settings = (cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 9)
    _, data = cv2.imencode(".png", white, settings)
    return min(bitmap, bytes(data.tobytes()), key=len)
