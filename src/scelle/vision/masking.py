"""Conceals heads and number plates, irreversibly, without looking for either.

Where a head or a plate may be follows from the object's box alone: no face or
plate detector is used, so nothing can be missed by one, and none exists here.
Where nobody knows which side of the box is up, that is all of it.

What is concealed is cut into square blocks and each is painted with its own
mean, coarsened.  The blocks lie still in the object's box, so that a moving
object does not reveal, picture after picture, what lies between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass

UInt8Array = npt.NDArray[np.uint8]
Planes = Sequence[UInt8Array]
"""A picture: one array ``(height, width, 3)``, or Y ``(height, width)`` and, half as wide and
tall, rounded up, U and V."""

Zone = tuple[int, int, int, int]

BLOCKS_ACROSS_HEAD = 5
"""A head is about this many blocks wide, never more than six."""

RULES = 5
"""Raised whenever more is concealed: films composed before are shown no more."""

_LEAST_BLOCK = 4  # pixels
_GREY = 128  # of what is blanked
_COARSE = 8  # grey levels that become one
_HEAD = 0.15  # width of a head, in heights of a standing person
_PLATE_IN_FRONT = 0.061  # height of a plate, in widths of a car seen from the front
_ABOVE = 0.2  # of a box's height: a head before something as dark is not in the outline at all
_LEGIBLE = 5  # pixels: a lower plate cannot be read

# Widths over heights of what may be people, and how much of it may be heads.
_SHAPES = (0.45, 0.7, 1.5)
_SHARES = (0.25, 0.55, 1.0)

# Widths over heights of what is taken for a car or a lorry.
_UPRIGHT = 0.6  # who stands is narrower
_LENGTHWAYS = 1.7  # who rides a scooter is narrower, and a car that shows its windscreen

# What is small and moves is named wrongly now and then: a rider on a scooter, an animal.
_UNSURE = (ObjectClass.UNKNOWN, ObjectClass.ANIMAL)
_PEOPLE = (ObjectClass.PERSON, *_UNSURE)
_VEHICLES = (ObjectClass.CAR, ObjectClass.LARGE_VEHICLE)


def conceal_object(
    picture: UInt8Array, object_class: ObjectClass | None, pixel: float = 1.0
) -> UInt8Array:
    """A copy of an object's picture with heads and plates concealed.

    Args:
        picture: uint8 ``(h, w, 3)``, BGR: the pixels of the object's box.
        object_class: what it is said to be.  Where that is unknown or an animal, it is
            treated as possibly a person, and a wide one as possibly a vehicle too; what is
            said to be a vehicle and stands upright, as possibly a person, and where it is
            not seen from its side, as possibly a rider.  ``None`` where nobody knows which
            side is up: all of the picture is concealed.
        pixel: width over height of one, since shapes say where heads are.

    Returns:
        uint8 ``(h, w, 3)``; every concealed block is of one colour.
    """
    copy = picture.copy()
    height, width = picture.shape[:2]
    for zone, block in _zones(width, height, object_class, pixel, cut_below=False):
        _pixelate(copy, zone, block)
    return copy


def conceal_boxes(
    planes: Planes,
    boxes: npt.ArrayLike,
    classes: Sequence[ObjectClass | None],
    pixel: float = 1.0,
) -> None:
    """Conceal heads and plates of objects in a whole picture, in place.

    A little around each box is concealed with it, since boxes are not exact;
    more of an object that the picture's lower edge cuts.

    Args:
        planes: uint8; altered.
        boxes: ``(n, 4)``, left, top, width, height in pixels.
        classes: ``n`` of them; ``None`` as in :func:`conceal_object`.
        pixel: as there.

    Raises:
        ValueError: if there are not as many classes as boxes.
    """
    for box, object_class in _each(boxes, classes):
        conceal_box(planes, box, object_class, pixel)


def blank_boxes(
    planes: Planes,
    boxes: npt.ArrayLike,
    classes: Sequence[ObjectClass | None],
    pixel: float = 1.0,
) -> None:
    """As :func:`conceal_boxes`, and every zone of one grey, whatever was there.

    Blocks keep their mean, and a box that trembles moves them over what lies below: whoever
    averages many pictures gains detail.  From a constant nobody gains anything, so that is
    how pictures leave.
    """
    for box, object_class in _each(boxes, classes):
        conceal_box(planes, box, object_class, pixel, blank=True)


def _each(
    boxes: npt.ArrayLike, classes: Sequence[ObjectClass | None]
) -> Iterator[tuple[Box, ObjectClass | None]]:
    rows = np.asarray(boxes, np.float64).reshape(-1, 4).tolist()
    if len(rows) != len(classes):
        raise ValueError("one class for each box")
    return ((Box(*row), each) for row, each in zip(rows, classes, strict=True))


def conceal_box(
    planes: Planes,
    box: Box,
    object_class: ObjectClass | None,
    pixel: float = 1.0,
    *,
    blank: bool = False,
    edge: int | None = None,
) -> None:
    """Conceal one object's head and plate in a whole picture, in place.

    Args:
        planes: uint8; altered.
        box: the object's, in pixels; it may reach beyond the picture.
        object_class: what it is; ``None`` as in :func:`conceal_object`.
        pixel: as there.
        blank: with one grey instead of blocks.
        edge: where the lower edge is of what the camera saw, in rows of the planes, where they
            are a part of it; theirs by default.
    """
    height, width = planes[0].shape[:2]
    x0, y0 = math.floor(box.left), math.floor(box.top)
    x1, y1 = math.ceil(box.left + box.width), math.ceil(box.top + box.height)
    above, beside, below = math.ceil(_ABOVE * box.height), math.ceil(0.08 * box.width), 0
    if object_class is None:
        above = beside = below = math.ceil(0.12 * max(box.width, box.height))
    edge = height if edge is None else edge
    # Boxes are not exact there either.
    cut_below = y1 >= edge - max(1, edge // 50)
    for (zx, zy, zw, zh), block in _zones(
        x1 - x0, y1 - y0, object_class, pixel, cut_below=cut_below
    ):
        low_x, high_x = max(0, x0 + zx - beside), min(width, x0 + zx + zw + beside)
        low_y = max(0, y0 + zy - (above if zy == 0 else 0))
        high_y = min(height, y0 + zy + zh + below)
        if low_x >= high_x or low_y >= high_y:
            continue
        for plane, (left, top, wide, tall), step in parts(
            planes, (low_x, low_y, high_x - low_x, high_y - low_y)
        ):
            if blank:
                plane[top : top + tall, left : left + wide] = _GREY
            else:
                _pixelate(plane, (left, top, wide, tall), -(-block // step))


def parts(planes: Planes, zone: Zone) -> Iterator[tuple[UInt8Array, Zone, int]]:
    """Each plane, the samples of it that a zone touches, and how many pixels one stands for.

    Args:
        planes: of a picture.
        zone: left, top, width, height in pixels, within the picture.
    """
    left, top, width, height = zone
    for plane in planes:
        step = 1 if plane.shape[:2] == planes[0].shape[:2] else 2
        x, y = left // step, top // step
        yield plane, (x, y, -(-(left + width) // step) - x, -(-(top + height) // step) - y), step


def _zones(
    width: int, height: int, object_class: ObjectClass | None, pixel: float, *, cut_below: bool
) -> list[tuple[Zone, int]]:
    """What to conceal in a box, and in blocks of how many pixels."""
    if object_class is None:
        # As tall as a plate, which is more than a fifth of the widest head below.
        tall = math.ceil(_PLATE_IN_FRONT * max(width, height))
        return [((0, 0, width, height), max(_LEAST_BLOCK, tall))]
    zones: list[tuple[Zone, int]] = []
    shape = pixel * width / height
    vehicle, two_wheeler = object_class in _VEHICLES, object_class is ObjectClass.TWO_WHEELER
    if object_class in _PEOPLE or (vehicle and shape < _UPRIGHT):
        unsure = object_class in _UNSURE
        # Someone upright is narrow; a wide box may be a bust, somebody with a child, or a group,
        # whose heads are lower; one wider than tall, somebody lying, with the head anywhere.
        shares = (*_SHARES[:2], _SHARES[1]) if unsure else _SHARES
        share = float(np.interp(shape, _SHAPES, shares))
        if cut_below:
            # The less of somebody is in the picture, the wider, and the more of it is head.
            share = max(share, float(np.interp(shape, [0.5, 0.7], [0.45, 1])))
        head = height * _HEAD * share / 0.25
        zones.append(((0, 0, width, math.ceil(height * share)), _block(head, pixel)))
        if unsure and shape > 0.8:
            zones += _plate(width, height, pixel, 0.55)
    elif two_wheeler or (vehicle and shape < _LENGTHWAYS):
        head = height * 0.17
        share = 0.5 if cut_below else 0.32
        zones.append(((0, 0, width, math.ceil(height * share)), _block(head, pixel)))
    if two_wheeler or vehicle:
        zones += _plate(width, height, pixel, 0.45)
    return zones


def _plate(width: int, height: int, pixel: float, top: float) -> list[tuple[Zone, int]]:
    """The band in which plates are: seen from the side, from the front or from behind."""
    tall = _PLATE_IN_FRONT * max(pixel * width, height)
    if tall < _LEGIBLE:
        return []
    first, last = math.floor(height * top), math.ceil(height * 0.96)
    # A block as tall as the plate leaves none of its characters.
    return [((0, first, width, last - first), math.ceil(tall))]


def _block(head: float, pixel: float) -> int:
    """Blocks are as many pixels wide as tall: the more pixels a head is wide, the larger."""
    return max(_LEAST_BLOCK, math.ceil(head / min(1.0, pixel) / BLOCKS_ACROSS_HEAD))


def _pixelate(picture: UInt8Array, zone: Zone, block: int) -> None:
    left, top, width, height = zone
    part = picture[top : top + height, left : left + width]
    rows = np.arange(0, height, block)
    columns = np.arange(0, width, block)
    sums = np.add.reduceat(np.add.reduceat(part, rows, axis=0, dtype=np.int64), columns, axis=1)
    tall = np.diff(rows, append=height)
    wide = np.diff(columns, append=width)
    mean = sums / (tall[:, None] * wide[None]).reshape(sums.shape[:2] + (1,) * (sums.ndim - 2))
    coarse = np.minimum(255, np.rint(mean / _COARSE) * _COARSE).astype(np.uint8)
    part[:] = coarse.repeat(tall, axis=0).repeat(wide, axis=1)
