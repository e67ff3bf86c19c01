"""Colour names as a witness would give them.

A picture's pixels are counted into the eleven basic colour terms (Berlin and
Kay 1969) by hue, chroma and lightness in CIELAB (ISO/CIE 11664-4).  The borders
follow the centroids of the terms published by Sturges and Whitfield (1995),
widened where cameras desaturate: clothing on film is duller than a colour chart.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Colour

Plane = npt.NDArray[np.uint8]

NAMES: tuple[Colour, ...] = tuple(Colour)
"""Order of the eleven counts."""

_STEP = 3  # bits dropped per channel in the table: 32 x 32 x 32 entries


_GREY = 6  # levels that the chroma of a picture without colour strays from neutral

NEUTRAL = (1.0, 1.0, 1.0)
"""Light that needs no correction: factors of blue, green and red."""


def terms(
    luma: Plane, blue: Plane, red: Plane, light: tuple[float, float, float] = NEUTRAL
) -> npt.NDArray[np.uint8]:
    """The colour term of each pixel.

    Args:
        luma, blue, red: uint8 of one shape, limited range BT.601.
        light: colour of the light that is taken out (:func:`scelle.vision.light.learn`).

    Returns:
        uint8 of that shape, indexes in :data:`NAMES`.
    """
    index = (luma >> np.uint8(_STEP)).astype(np.uint16) << 10
    index |= _chroma(blue).astype(np.uint16) << 5
    index |= _chroma(red)
    return np.asarray(_table(light)[index], np.uint8)


def count_colours(
    luma: Plane, blue: Plane, red: Plane, mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Pixels of each colour term.

    Args:
        luma: uint8 ``(h, w)``, limited range BT.601.
        blue, red: chroma planes of the same pixels, uint8 ``(h, w)``.
        mask: bool ``(h, w)``, the object's pixels.

    Returns:
        float32 ``(11,)`` in the order of :data:`NAMES`.
    """
    counts = np.bincount(terms(luma[mask], blue[mask], red[mask]), minlength=len(NAMES))
    return counts.astype(np.float32)


def _chroma(values: Plane) -> Plane:
    """Nearest level of the table, so that neutral stays neutral."""
    half = np.uint8(1 << (_STEP - 1))
    rounded = np.minimum(values, np.uint8(255) - half) + half
    return np.asarray(rounded >> np.uint8(_STEP), np.uint8)


def shares(counts: npt.NDArray[np.float32]) -> tuple[tuple[Colour, float], ...]:
    """Counts as shares of at least 5 %, largest first; empty for empty counts."""
    total = float(counts.sum())
    if total <= 0:
        return ()
    pairs = [(NAMES[i], round(float(c) / total, 3)) for i, c in enumerate(counts)]
    return tuple(sorted((p for p in pairs if p[1] >= 0.05), key=lambda p: (-p[1], p[0])))


def is_monochrome(blue: npt.NDArray[np.uint8], red: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture carries no colour (night, infrared): chroma planes stay at neutral.

    Args:
        blue, red: chroma planes, uint8, neutral at 128.
    """
    for plane in (blue, red):
        # More than the fiftieth part of one plane is further away: nothing need be sorted.
        near = cv2.countNonZero(cv2.inRange(plane, 128 - _GREY, 128 + _GREY))
        if plane.size - near > 0.02 * plane.size + 2:
            return False
    return _spread(blue) + _spread(red) <= _GREY


def _spread(chroma: npt.NDArray[np.uint8]) -> float:
    """The 98th percentile of the distances from neutral, between neighbours linear."""
    values = np.bincount(chroma.ravel(), minlength=256)
    away = np.append(values[128:], 0)
    away[1:] += values[127::-1]
    at = 0.98 * (chroma.size - 1)
    below, above = np.searchsorted(away.cumsum(), [int(at), int(-(-at // 1))], side="right")
    return float(below + (above - below) * (at % 1))


@lru_cache(maxsize=16)
def _table(light: tuple[float, float, float]) -> npt.NDArray[np.uint8]:
    """Colour term of each quantised value, uint8 ``(32768,)``, index luma, blue, red."""
    chroma_level = (np.arange(32) << _STEP).astype(np.uint8)
    level = chroma_level + np.uint8(1 << (_STEP - 1))
    y, u, v = np.meshgrid(level, chroma_level, chroma_level, indexing="ij")
    # Each value as four equal luma and one chroma pixel, in the layout of a decoded frame.
    rows, columns = 128, 256
    luma = np.repeat(np.repeat(y.reshape(rows, columns), 2, 0), 2, 1)
    chroma = np.concatenate([u.ravel(), v.ravel()]).reshape(rows, 2 * columns)
    frame = cv2.cvtColor(np.concatenate([luma, chroma]), cv2.COLOR_YUV2BGR_I420)
    cube = frame[::2, ::2].reshape(1, -1, 3).astype(np.float32) / 255
    cube = np.minimum(cube / np.array(light, np.float32), 1)
    lightness, a_axis, b_axis = np.moveaxis(cv2.cvtColor(cube, cv2.COLOR_BGR2LAB)[0], -1, 0)
    chroma = np.hypot(a_axis, b_axis)
    hue = np.degrees(np.arctan2(b_axis, a_axis)) % 360
    term = np.full(len(hue), NAMES.index(Colour.GREY), np.uint8)

    def put(colour: Colour, where: npt.NDArray[np.bool_]) -> None:
        term[where] = NAMES.index(colour)

    # Chroma that a hue needs grows with light: a dark garment never has much.
    vivid = chroma > np.clip(6 + 0.14 * lightness, 8, 17)
    put(Colour.BLACK, ~vivid & (lightness < 24))
    put(Colour.WHITE, ~vivid & (lightness > 74))
    put(Colour.PINK, vivid & ((hue < 20) | (hue >= 335)))
    put(Colour.RED, vivid & ((hue < 48) | (hue >= 345)) & (lightness < 62) & (chroma > 24))
    put(Colour.BROWN, vivid & (hue < 95) & (lightness < 62) & (chroma <= 24))
    put(Colour.PINK, vivid & (hue < 48) & (lightness >= 62))
    put(Colour.ORANGE, vivid & (hue >= 44) & (hue < 76) & (chroma > 40) & (lightness >= 45))
    put(Colour.BROWN, vivid & (hue >= 40) & (hue < 95) & (lightness < 45))
    put(Colour.BROWN, vivid & (hue >= 48) & (hue < 85) & (chroma <= 40) & (lightness < 72))
    put(Colour.YELLOW, vivid & (hue >= 76) & (hue < 112) & (lightness >= 45))
    put(Colour.WHITE, vivid & (hue >= 48) & (hue < 112) & (chroma <= 24) & (lightness >= 80))
    put(Colour.GREEN, vivid & (hue >= 112) & (hue < 200))
    put(Colour.GREEN, vivid & (hue >= 95) & (hue < 112) & (lightness < 45))
    put(Colour.BLUE, vivid & (hue >= 200) & (hue < 302))
    put(Colour.PURPLE, vivid & (hue >= 302) & (hue < 345))
    # CIELAB turns the strongest blues towards purple.
    put(Colour.BLUE, vivid & (hue >= 302) & (hue < 310) & (chroma > 80))
    put(Colour.PINK, vivid & (hue >= 325) & (hue < 345) & (lightness >= 60))
    put(Colour.BLACK, vivid & (lightness < 12))
    return term
