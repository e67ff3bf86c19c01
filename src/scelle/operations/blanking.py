"""One grey over the zones that people have marked, in whatever shows a recording.

One constant, so that nothing of what was there can be computed from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Tube
from scelle.model.zones import Zone
from scelle.vision.masking import Planes, parts

UInt8Array = npt.NDArray[np.uint8]

GREY = 128


def blank(planes: Planes, zones: Iterable[Zone], at_ms: float) -> None:
    """Blank the zones in a whole picture, in place.

    Args:
        planes: uint8, native size.
        zones: of its recording.
        at_ms: milliseconds of the recording's own time.
    """
    for left, top, right, bottom in _boxes(zones, at_ms):
        first, above = max(0, left), max(0, top)
        inside = (first, above, max(0, right - first), max(0, bottom - above))
        for plane, (x, y, wide, tall), _ in parts(planes, inside):
            plane[y : y + tall, x : x + wide] = GREY


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
    at_ms = float(int(tube.pts[at] - tube.shift) * tube.time_base * 1000)
    left, top, width, height = (int(v) for v in tube.boxes[at])
    for box in _boxes(zones, at_ms):
        inside = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
        for shown, value in ((picture, GREY), (mask, 0)):
            if shown is not None:
                down, across = shown.shape[0] / height, shown.shape[1] / width
                first, above = math.floor(inside[0] * across), math.floor(inside[1] * down)
                last, below = math.ceil(inside[2] * across), math.ceil(inside[3] * down)
                shown[max(0, above) : max(0, below), max(0, first) : max(0, last)] = value


def _boxes(zones: Iterable[Zone], at_ms: float) -> Iterator[tuple[int, int, int, int]]:
    for zone in zones:
        box = zone.box(at_ms)
        if box is not None:
            yield box
