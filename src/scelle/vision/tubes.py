"""Cutting tubes: a track's pictures and outlines, from the observations it was made of.

A tube has as many pictures a second as its object's speed calls for: one is left out where
the object would hardly be elsewhere or of another size in the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Track, Tube
from scelle.vision.observations import Observations, Pictures
from scelle.vision.tracks import Sourced

STEP = 0.08
"""How far an object moves or grows between two pictures at most, in roots of its area, if it
was looked at often enough."""

PAUSE = Fraction(2, 5)
"""Longest time between two pictures of what hardly moves, seconds: what hands do is seen."""

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
    picture = crops[region]
    outline = seen.mask(region)
    area = width * height
    shared = area > 1.6 * box[2] * box[3]
    if shared:
        grow = 0.08 * box[2:]
        x0 = int(np.clip(box[0] - grow[0] - left, 0, width - 2))
        y0 = int(np.clip(box[1] - grow[1] - top, 0, height - 2))
        x1 = int(np.clip(box[0] + box[2] + grow[0] - left, x0 + 2, width))
        y1 = int(np.clip(box[1] + box[3] + grow[1] - top, y0 + 2, height))
        whole = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        if whole is None:
            raise ValueError("a kept picture is not a JPEG file")
        scale = width / outline.shape[1]
        rows = slice(int(y0 / scale), max(int(y0 / scale) + 1, round(y1 / scale)))
        columns = slice(int(x0 / scale), max(int(x0 / scale) + 1, round(x1 / scale)))
        outline = outline[rows, columns]
        cut = whole[y0:y1, x0:x1]
        _, data = cv2.imencode(".jpg", cut, (cv2.IMWRITE_JPEG_QUALITY, 85))
        picture = data.tobytes()
        left, top, width, height = left + x0, top + y0, x1 - x0, y1 - y0
    return (left, top, width, height), picture, _bitmap(outline)


def _bitmap(outline: npt.NDArray[np.bool_]) -> bytes:
    """An outline as a file: a raw portable bitmap (Netpbm's ``P4``), in which 0 is white."""
    height, width = outline.shape
    return b"P4\n%d %d\n" % (width, height) + np.packbits(~outline, axis=1).tobytes()
