"""From the painted scene to what a camera delivers: light, weather, disturbance, noise."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from scelle.scene.backdrop import FACADE_FOOT, Ground
from scelle.scene.conditions import Conditions
from scelle.scene.weather import Crown, Rain, Snow

UInt8Array = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]

_POOL = 96  # pixels that the noise sheet is larger than the picture
_LAMP = (0.62, 0.9, 1.25)  # blue, green, red of a lamp's light
_LAMPS_AT = (0.13, 0.42, 0.74, 0.95)
_SWITCH_S = 0.6  # a camera is blind for so long while its filter moves


class Camera:
    """Films painted pictures under some conditions; the same moments give the same pictures.

    Args:
        ground: the scene's perspective.
        conditions: light, weather, disturbance.
        seed: of everything that varies.
    """

    def __init__(self, ground: Ground, conditions: Conditions, seed: int) -> None:
        self._ground, self._conditions = ground, conditions
        self._size = (ground.width, ground.height)
        self._rng = rng = np.random.default_rng([seed, 2])
        c = conditions
        self._light = self._lit() if c.lamps else None
        self._beam = self._spot() if c.infrared else None
        self._rain = Rain(self._size, c.rain, rng) if c.rain else None
        self._snow = Snow(self._size, c.snow, rng) if c.snow else None
        self._crown = Crown(self._size, rng) if c.tree else None
        self._noise = self._noise_sheets()

    def film(self, painted: UInt8Array, seconds: float, index: int) -> UInt8Array:
        """One picture, uint8 ``(height, width, 3)``, BGR; ``painted`` may be written to."""
        c = self._conditions
        picture = painted
        if c.screen:
            self._flicker(picture, seconds)
        if self._crown is not None:
            self._crown.wave(picture, seconds)
        infrared = c.infrared and seconds >= c.switch_s
        if infrared and self._beam is not None:
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            lit = (grey * self._beam).clip(0, 255).astype(np.uint8)
            picture = np.asarray(cv2.cvtColor(lit, cv2.COLOR_GRAY2BGR), np.uint8)
        else:
            picture = self._relit(picture, seconds)
        if c.infrared and c.switch_s and abs(seconds - c.switch_s) < _SWITCH_S / 2:
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=0.35), np.uint8)
        if self._rain is not None:
            self._rain.fall(picture, index)
        if self._snow is not None:
            self._snow.fall(picture, seconds)
        if c.shake:
            picture = self._shaken(picture, seconds)
        if self._noise is not None:
            brighter, darker = self._noise
            width, height = self._size
            y, x = (int(v) for v in self._rng.integers(0, _POOL, 2))
            cv2.add(picture, brighter[y : y + height, x : x + width], picture)
            cv2.subtract(picture, darker[y : y + height, x : x + width], picture)
        return picture

    def _relit(self, picture: UInt8Array, seconds: float) -> UInt8Array:
        c = self._conditions
        gain = c.gain
        if c.clouds:
            # Two slow waves without a common period.
            wave = 0.6 * math.sin(seconds / 19) + 0.4 * math.sin(seconds / 7.3 + 1)
            gain *= 1 - c.clouds * (0.5 + 0.5 * wave)
        if c.exposure_s:
            gain *= (1.0, 1.28, 0.8)[int(seconds / c.exposure_s) % 3]
        if self._light is not None:
            light = self._light
            if c.headlights_s:
                light = light + self._sweep(seconds)
            return np.asarray((picture * light).clip(0, 255), np.uint8)
        factors = [gain * t for t in c.tint]
        if factors == [1.0, 1.0, 1.0]:
            return picture
        tables = np.stack([(np.arange(256) * f + 0.5).clip(0, 255) for f in factors], 1)
        return np.asarray(cv2.LUT(picture, tables.astype(np.uint8)[None]), np.uint8)

    def _lit(self) -> Float32Array:
        """Light of the street lamps over a dark street, float32 ``(h, w, 3)``."""
        width, height = self._size
        rows, columns = np.indices((height, width), np.float32)
        pool = np.zeros((height, width), np.float32)
        for share in _LAMPS_AT:
            x, y = self._ground.column(share), self._ground.row(FACADE_FOOT + 0.02)
            away = ((columns - x) / (0.11 * width)) ** 2 + ((rows - y) / (0.22 * height)) ** 2
            pool += np.exp(-0.5 * away)
        light = self._conditions.gain * (1 + 0 * pool)[..., None]
        return np.asarray(light + 0.55 * pool[..., None] * np.array(_LAMP), np.float32)

    def _spot(self) -> Float32Array:
        """The camera's own infrared light, brighter in the middle, float32 ``(h, w)``."""
        width, height = self._size
        rows, columns = np.indices((height, width), np.float32)
        away = ((columns / width - 0.5) / 0.42) ** 2 + ((rows / height - 0.62) / 0.5) ** 2
        return np.asarray(0.3 + 0.75 * np.exp(-0.5 * away), np.float32)

    def _sweep(self, seconds: float) -> Float32Array:
        """Headlights of a car that turns outside the picture, over the walls and the road."""
        width, height = self._size
        at = (seconds % self._conditions.headlights_s) / 2.2
        if at > 1:
            return np.zeros((height, width, 1), np.float32)
        rows, columns = np.ogrid[:height, :width]
        x = (-0.2 + 1.4 * at) * width
        beam = np.exp(-0.5 * ((columns - x) / (0.09 * width)) ** 2)
        fall = np.exp(-0.5 * ((rows - 0.45 * height) / (0.25 * height)) ** 2)
        return np.asarray((0.8 * beam * fall)[..., None], np.float32)

    def _flicker(self, picture: UInt8Array, seconds: float) -> None:
        """A shop's screen shows another picture every second or so."""
        g = self._ground
        left, top = round(g.column(0.07)), round(g.row(0.315))
        right, bottom = round(g.column(0.14)), round(g.row(0.38))
        rng = np.random.default_rng([7, int(seconds * 1.4)])
        small = rng.integers(30, 250, (3, 4, 3)).astype(np.uint8)
        shown = cv2.resize(small, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
        picture[top:bottom, left:right] = shown

    def _shaken(self, picture: UInt8Array, seconds: float) -> UInt8Array:
        reach = self._conditions.shake * self._size[1] / 360
        gust = 0.5 + 0.5 * math.sin(0.4 * seconds)
        dx = reach * gust * math.sin(2 * math.pi * 2.3 * seconds)
        dy = 0.6 * reach * gust * math.sin(2 * math.pi * 3.1 * seconds + 1)
        matrix = np.array([[1, 0, dx], [0, 1, dy]])
        moved = cv2.warpAffine(picture, matrix, self._size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)

    def _noise_sheets(self) -> tuple[UInt8Array, UInt8Array] | None:
        noise = self._conditions.noise
        if not noise:
            return None
        width, height = self._size
        sheet = self._rng.standard_normal((height + _POOL, width + _POOL, 3), np.float32) * noise
        if self._conditions.infrared and not self._conditions.switch_s:
            sheet = np.repeat(sheet[..., :1], 3, 2)
        whole = np.rint(sheet)
        return whole.clip(0, 255).astype(np.uint8), (-whole).clip(0, 255).astype(np.uint8)
