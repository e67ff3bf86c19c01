"""What lies between the camera and the street: rain, snow, a tree's crown."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]

_SHEETS = 6  # sheets of streaks that take turns
_FALL_RAIN = 5.0  # picture heights a second
_FALL_SNOW = 0.22
_SNOW_LAYERS = 3  # near flakes are larger and fall faster


class Rain:
    """Streaks that no two pictures share, as at the usual rates of cameras.

    Args:
        size: width and height of the picture, pixels.
        density: streaks for each thousand pixels.
    """

    def __init__(self, size: tuple[int, int], density: float, rng: np.random.Generator) -> None:
        width, height = size
        self._size, self._rng = size, rng
        self._sheets = []
        for _ in range(_SHEETS):
            sheet = np.zeros((2 * height, 2 * width), np.uint8)
            for _ in range(round(density * sheet.size / 1000 / 4)):
                x, y = rng.uniform(0, 2 * width), rng.uniform(0, 2 * height)
                long = rng.uniform(0.03, 0.09) * height
                tone = int(rng.integers(14, 52))
                end = (round((x + long * 0.12) * 16), round((y + long) * 16))
                cv2.line(sheet, (round(x * 16), round(y * 16)), end, tone, 1, cv2.LINE_AA, 4)
            self._sheets.append(sheet)

    def fall(self, picture: UInt8Array, index: int) -> None:
        """Draw the rain of one picture into it."""
        width, height = self._size
        sheet = self._sheets[index % _SHEETS]
        x, y = (int(v) for v in self._rng.integers(0, (width, height)))
        part = sheet[y : y + height, x : x + width]
        cv2.add(picture, cv2.cvtColor(part, cv2.COLOR_GRAY2BGR), picture)


class Snow:
    """Flakes in three depths that fall and drift.

    Args:
        size: width and height of the picture, pixels.
        density: flakes for each thousand pixels.
    """

    def __init__(self, size: tuple[int, int], density: float, rng: np.random.Generator) -> None:
        width, height = size
        self._size = size
        self._layers = []
        for layer in range(_SNOW_LAYERS):
            sheet = np.zeros((height, width), np.uint8)
            for _ in range(round(density * sheet.size / 1000 / (1 + 2 * layer))):
                centre = [round(float(rng.uniform(0, s)) * 16) for s in (width, height)]
                radius = (0.6 + 0.8 * layer) * height / 360 * float(rng.uniform(0.7, 1.3))
                tone = int(rng.integers(110, 235))
                cv2.circle(sheet, centre, max(8, round(radius * 16)), tone, -1, cv2.LINE_AA, 4)
            self._layers.append(sheet)

    def fall(self, picture: UInt8Array, seconds: float) -> None:
        """Draw the snow of one moment into a picture."""
        width, height = self._size
        for layer, sheet in enumerate(self._layers):
            down = round(seconds * _FALL_SNOW * (1 + layer) * height)
            aside = round(0.03 * width * math.sin(seconds * 0.7 + layer))
            moved = np.roll(sheet, (down % height, aside), (0, 1))
            np.maximum(picture, moved[..., None], out=picture)


class Crown:
    """A tree's crown that waves before the houses, out of everybody's way.

    Args:
        size: width and height of the picture, pixels.
    """

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        width, height = size
        self._left, self._top = 0, 0
        w, h = round(0.24 * width), round(0.36 * height)
        pad = max(4, round(0.02 * height))
        self._bgra = np.zeros((h + 2 * pad, w + 2 * pad, 4), np.uint8)
        for _ in range(420):
            angle, reach = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, 1))
            x = pad + w * (0.42 + 0.45 * reach * math.cos(angle))
            y = pad + h * (0.42 + 0.45 * reach * math.sin(angle))
            light = float(rng.uniform(0.55, 1.35))
            tone = [int(c * light) for c in (44, 92, 62)]
            radius = max(2, round(float(rng.uniform(0.008, 0.022)) * height))
            cv2.circle(self._bgra, (round(x), round(y)), radius, (*tone, 255), -1, cv2.LINE_AA)
        rows, columns = np.indices(self._bgra.shape[:2], np.float32)
        self._rows, self._columns = rows, columns
        self._phase = rows / (0.11 * height) + columns / (0.07 * height)
        self._reach = 0.011 * height

    def wave(self, picture: UInt8Array, seconds: float) -> None:
        """Draw the crown of one moment into a picture."""
        # Gusts come and go; the leaves never hold still at one strength.
        gust = 0.55 + 0.45 * math.sin(0.23 * seconds) * math.sin(0.61 * seconds + 1)
        turn = 2 * math.pi * 0.8 * seconds
        aside = self._reach * gust * (np.sin(self._phase + turn) + 1.5 * math.sin(0.5 * turn))
        up = 0.5 * self._reach * gust * np.sin(1.7 * self._phase + 1.3 * turn)
        moved = cv2.remap(
            self._bgra,
            (self._columns + aside).astype(np.float32),
            (self._rows + up).astype(np.float32),
            cv2.INTER_LINEAR,
        )
        h, w = moved.shape[:2]
        part = picture[:h, :w]
        alpha = moved[: part.shape[0], : part.shape[1], 3:].astype(np.float32) / 255
        leaves = moved[: part.shape[0], : part.shape[1], :3]
        part[:] = (part * (1 - alpha) + leaves * alpha).astype(np.uint8)
