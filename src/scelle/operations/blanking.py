"""One grey over the zones that people have marked, in whatever shows a recording.

One constant, so that nothing of what was there can be computed from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Tube
from scelle.model.zones import Milliseconds, Zone
from scelle.vision.masking import Planes

UInt8Array = npt.NDArray[np.uint8]

GREY = 128

_EDGE = 5  # pixels: corners are drawn at whole ones, and nothing may show beside a line


def blank(planes: Planes, zones: Iterable[Zone], at_ms: Milliseconds) -> None:
    """Blank the zones in a whole picture, in place.

    Args:
        planes: uint8, native size.
        zones: of its recording.
        at_ms: milliseconds of the recording's own time.
    """
    for zone in zones:
        for plane in planes:
            step = 1 if plane.shape[:2] == planes[0].shape[:2] else 2
            height, width = plane.shape[:2]
            _cover(plane, GREY, zone, at_ms, (0, 0, step * width, step * height))


def blank_ways(picture: UInt8Array, zones: Iterable[Zone]) -> None:
    """Blank everything that zones ever cover, in place: an empty scene is of many moments."""
    for zone in zones:
        for points in zone.ways:
            cv2.fillConvexPoly(picture, cv2.convexHull(np.array(points, np.int32)), (GREY,) * 3)


def blank_row(
    tube: Tube, at: int, zones: Sequence[Zone], picture: UInt8Array, mask: UInt8Array | None = None
) -> None:
    """Blank the zones in one picture of a tube, in place, and take the object out of them.

    Args:
        tube: whose picture; at any shift.
        at: which one.
        zones: of its recording.
        picture: uint8 ``(h, w, 3)``, of any size: stretched to the tube's box.
        mask: uint8 ``(h, w)``, likewise.
    """
    at_ms = int(tube.pts[at] - tube.shift) * tube.time_base * 1000
    left, top, width, height = (int(v) for v in tube.boxes[at])
    for zone in zones:
        for shown, value in ((picture, GREY), (mask, 0)):
            if shown is not None:
                _cover(shown, value, zone, at_ms, (left, top, width, height))


def _cover(
    shown: UInt8Array,
    value: int,
    zone: Zone,
    at_ms: Milliseconds,
    of: tuple[int, int, int, int],
) -> None:
    """Cover a zone with one value in what shows a part of the picture, stretched to any size.

    Every pixel that touches the zone is covered; along an outline up to two more, or
    three native ones where the part is shown enlarged.

    Args:
        of: left, top, width and height of the part, native pixels.
    """
    box = zone.box(at_ms)
    if box is None:
        return
    left, top, width, height = of
    tall, wide = min(shown.shape[0], height), min(shown.shape[1], width)
    if zone.outline and (tall, wide) != shown.shape[:2]:
        # Drawn no larger than it was recorded: what is shown may be enlarged without measure.
        drawn = np.zeros((tall, wide), np.uint8)
        _cover(drawn, 1, zone, at_ms, of)
        drawn = np.asarray(cv2.dilate(drawn, np.ones((3, 3), np.uint8)), np.uint8)
        shown[cv2.resize(drawn, shown.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0] = value
        return
    down, across = shown.shape[0] / height, shown.shape[1] / width
    first, above = math.floor((box[0] - left) * across), math.floor((box[1] - top) * down)
    last, below = math.ceil((box[2] - left) * across), math.ceil((box[3] - top) * down)
    part = shown[max(0, above) : max(0, below), max(0, first) : max(0, last)]
    if not zone.outline or not part.size:
        part[:] = value
        return
    covered = np.zeros((below - above, last - first), np.uint8)
    for corners in zone.outlines(at_ms):
        placed = [((x - left) * across - first, (y - top) * down - above) for x, y in corners]
        points = np.floor(np.array(placed, np.float64)).astype(np.int32)
        cv2.fillPoly(covered, [points], 1)
        cv2.polylines(covered, [points], True, 1, _EDGE)
    # An outline that crosses itself conceals all that it encloses.
    around, _ = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(covered, around, -1, 1, cv2.FILLED)
    inside = covered[max(0, -above) :, max(0, -first) :]
    part[inside[: part.shape[0], : part.shape[1]] > 0] = value
