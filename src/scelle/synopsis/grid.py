"""Several synopses side by side in one picture, each under its own title."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.synopsis.lettering import banner

UInt8Array = npt.NDArray[np.uint8]

WIDEST = 1920
"""Pixels across all of them: larger ones are made smaller."""

_GAP = 4
_GROUND = 16  # grey level between pictures


def side_by_side(
    titles: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    pictures: Sequence[Iterator[UInt8Array]],
    banner_rows: tuple[tuple[str, str], ...],
) -> Iterator[UInt8Array]:
    """Lay pictures in a grid, row by row, as near to a square as they come.

    Args:
        titles: one a picture.
        sizes: width and height of each, pixels.
        pictures: of each, equally many, without any strip above them.
        banner_rows: for the strip above all.

    Yields:
        uint8 ``(height, width, 3)``, BGR; each may be kept.
    """
    columns = math.ceil(math.sqrt(len(sizes)))
    rows = math.ceil(len(sizes) / columns)
    scale = min(1.0, (WIDEST - _GAP * (columns - 1)) / (columns * max(w for w, _ in sizes)))
    wide = max(round(w * scale) for w, _ in sizes)
    tall = max(round(h * scale) for _, h in sizes)
    heads = [banner(wide, tall, ((title, ""),)) for title in titles]
    head = heads[0].shape[0]
    width = columns * wide + _GAP * (columns - 1)
    strip = banner(width, rows * tall, banner_rows)
    height = strip.shape[0] + rows * (head + tall) + _GAP * (rows - 1)
    ground = np.full((height, width, 3), _GROUND, np.uint8)
    ground[: strip.shape[0]] = strip
    places = []
    for i, (own, title) in enumerate(zip(sizes, heads, strict=True)):
        top = strip.shape[0] + (i // columns) * (head + tall + _GAP)
        left = (i % columns) * (wide + _GAP)
        ground[top : top + head, left : left + wide] = title
        places.append((left, top + head, round(own[0] * scale), round(own[1] * scale)))
    for now in zip(*pictures, strict=True):
        canvas = ground.copy()
        for picture, (left, top, across, down) in zip(now, places, strict=True):
            if picture.shape[:2] != (down, across):
                small = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA)
                picture = np.asarray(small, np.uint8)
            canvas[top : top + down, left : left + across] = picture
        yield canvas
