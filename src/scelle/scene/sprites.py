"""Figures and vehicles as small pictures with transparency, faceless and nameless."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Colour
from scelle.scene.palette import SHADES, Bgr, shade

UInt8Array = npt.NDArray[np.uint8]

_FINE = 3  # drawn this many times larger, then reduced: smooth edges
PHASES = 16  # pictures in one walking cycle, or one turn of a wheel
STRIDE_M = 1.45  # metres walked in one cycle


@dataclass(frozen=True, eq=False)
class Sprite:
    """A small picture with transparency and the point it stands on.

    Attributes:
        bgra: uint8 ``(h, w, 4)``, colour already multiplied by alpha.
        anchor: ``(x, y)`` in its pixels: middle of what touches the ground.
        metre: its pixels per metre.
    """

    bgra: UInt8Array
    anchor: tuple[float, float]
    metre: float


class _Sheet:
    """A sheet to draw on in metres: x to the right, y upwards from the ground."""

    def __init__(self, wide: float, tall: float, metre: float) -> None:
        self._scale = metre * _FINE
        self._size = (math.ceil(wide * metre) + 4, math.ceil(tall * metre) + 4)
        w, h = self._size
        self._colour = np.zeros((h * _FINE, w * _FINE, 3), np.uint8)
        self._alpha = np.zeros((h * _FINE, w * _FINE), np.uint8)
        self._origin = (w * _FINE / 2, (h - 2.0) * _FINE)
        self._metre = metre

    def _at(self, x: float, y: float) -> tuple[int, int]:
        ox, oy = self._origin
        return round((ox + x * self._scale) * 16), round((oy - y * self._scale) * 16)

    def polygon(self, points: list[tuple[float, float]], colour: Bgr) -> None:
        corners = [np.array([self._at(x, y) for x, y in points], np.int32)]
        cv2.fillPoly(self._colour, corners, colour, cv2.LINE_8, 4)
        cv2.fillPoly(self._alpha, corners, 255, cv2.LINE_8, 4)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Bgr) -> None:
        axes = (round(rx * self._scale * 16), round(ry * self._scale * 16))
        for sheet, paint in ((self._colour, colour), (self._alpha, (255, 255, 255))):
            cv2.ellipse(sheet, self._at(x, y), axes, 0, 0, 360, paint, -1, cv2.LINE_8, 4)

    def limb(self, points: list[tuple[float, float]], thick: float, colour: Bgr) -> None:
        """Rounded strokes through the points."""
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            for sheet, paint in ((self._colour, colour), (self._alpha, (255, 255, 255))):
                width = max(1, round(thick * self._scale))
                cv2.line(sheet, self._at(x0, y0), self._at(x1, y1), paint, width, cv2.LINE_8, 4)

    def sprite(self) -> Sprite:
        # Both sheets are reduced alike, so the colour is multiplied by alpha: no seam.
        small = cv2.resize(self._colour, self._size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self._alpha, self._size, interpolation=cv2.INTER_AREA)
        bgra = np.asarray(np.dstack([small, alpha]), np.uint8)
        ox, oy = self._origin
        return Sprite(bgra, (ox / _FINE, oy / _FINE), self._metre)


_HEAD: Bgr = (96, 98, 100)
_SHOE: Bgr = (44, 42, 42)
_TYRE: Bgr = (34, 34, 34)
_GLASS: Bgr = (92, 82, 74)


def walker(
    upper: Colour, lower: Colour, *, metre: float, phase: int, heading: float, height: float
) -> Sprite:
    """A walking figure without a face.

    Args:
        upper: colour of the upper clothing.
        lower: colour of the lower clothing.
        metre: pixels per metre.
        phase: 0 to ``PHASES - 1``; 0 stands with the feet together.
        heading: -1 walks left, 1 right, 0 away or towards.
        height: in metres.
    """
    turn = 2 * math.pi * phase / PHASES
    swing = math.sin(turn) * (0.5 if heading else 0.16)
    side = 1.0 if heading >= 0 else -1.0
    sheet = _Sheet(1.5 * height, 1.1 * height, metre)
    unit = height
    hip, shoulder = 0.50 * unit, 0.80 * unit
    bob = -0.012 * unit * (1 - math.cos(2 * turn)) / 2
    spread = 0.0 if heading else 0.055 * unit
    top, bottom = SHADES[upper], SHADES[lower]

    def leg(angle: float, lift: float, offset: float, colour: Bgr) -> None:
        knee = (offset + side * math.sin(angle) * 0.25 * unit, hip - math.cos(angle) * 0.25 * unit)
        shin = angle - lift
        foot = (
            knee[0] + side * math.sin(shin) * 0.23 * unit,
            max(0.025 * unit, knee[1] - math.cos(shin) * 0.23 * unit),
        )
        sheet.limb([(offset, hip), knee, foot], 0.095 * unit, colour)
        toe = (foot[0] + side * 0.055 * unit * abs(heading), max(0.022 * unit, foot[1] - 0.01))
        sheet.limb([foot, toe], 0.05 * unit, _SHOE)

    def arm(angle: float, offset: float, colour: Bgr) -> None:
        elbow = (
            offset + side * math.sin(angle) * 0.16 * unit,
            shoulder - 0.02 * unit - math.cos(angle) * 0.16 * unit,
        )
        hand = (
            elbow[0] + side * math.sin(angle + 0.35) * 0.14 * unit,
            elbow[1] - math.cos(angle + 0.35) * 0.14 * unit,
        )
        sheet.limb([(offset, shoulder - 0.02 * unit), elbow, hand], 0.068 * unit, colour)
        sheet.disc(hand[0], hand[1], 0.026 * unit, 0.026 * unit, _HEAD)

    far_leg, near_leg = -swing, swing
    arm(swing * 0.8, -spread * 2.1, shade(top, 0.72))
    leg(far_leg, 0.7 * max(0.0, -math.cos(turn)) * bool(swing), -spread, shade(bottom, 0.78))
    leg(near_leg, 0.7 * max(0.0, math.cos(turn)) * bool(swing), spread, bottom)
    wide = (0.125 if heading else 0.15) * unit
    sheet.limb([(0, shoulder + bob), (0, 0.87 * unit + bob)], 0.07 * unit, shade(_HEAD, 0.85))
    torso = [
        (-wide * 0.86, hip - 0.03 * unit + bob),
        (-wide, shoulder - 0.08 * unit + bob),
        (-wide * 0.7, shoulder + 0.015 * unit + bob),
        (-wide * 0.25, shoulder + 0.045 * unit + bob),
        (wide * 0.25, shoulder + 0.045 * unit + bob),
        (wide * 0.7, shoulder + 0.015 * unit + bob),
        (wide, shoulder - 0.08 * unit + bob),
        (wide * 0.86, hip - 0.03 * unit + bob),
    ]
    sheet.polygon(torso, top)
    light = [(x * 0.42 + side * wide * 0.34, y) for x, y in torso]
    sheet.polygon(light, shade(top, 1.1))
    arm(-swing * 0.8, spread * 2.1, shade(top, 0.88))
    lean = side * 0.012 * unit * abs(heading)
    sheet.disc(lean, 0.928 * unit + bob, 0.056 * unit, 0.072 * unit, _HEAD)
    return sheet.sprite()


def _wheel(sheet: _Sheet, x: float, radius: float, phase: int) -> None:
    sheet.disc(x, radius, radius, radius, _TYRE)
    sheet.disc(x, radius, radius * 0.62, radius * 0.62, (150, 152, 152))
    for spoke in range(5):
        a = 2 * math.pi * (spoke / 5 + phase / PHASES / 5)
        tip = (x + math.cos(a) * radius * 0.55, radius + math.sin(a) * radius * 0.55)
        sheet.limb([(x, radius), tip], radius * 0.14, (82, 84, 84))


def car(colour: Colour, *, metre: float, phase: int, side: float) -> Sprite:
    """A car seen from its side, 4.3 m long; ``side`` -1 drives left, 1 right."""
    sheet = _Sheet(4.8, 1.8, metre)
    paint = SHADES[colour]

    def body(points: list[tuple[float, float]], tone: Bgr) -> None:
        sheet.polygon([(x * side, y) for x, y in points], tone)

    body(
        [
            (-2.12, 0.32),
            (-2.15, 0.62),
            (-2.05, 0.93),
            (-1.55, 1.02),
            (-1.05, 1.42),
            (-0.6, 1.5),
            (0.25, 1.48),
            (0.85, 1.05),
            (1.75, 0.9),
            (2.08, 0.72),
            (2.14, 0.36),
            (2.0, 0.24),
            (-2.0, 0.24),
        ],
        paint,
    )
    body([(-2.15, 0.6), (2.12, 0.6), (2.14, 0.36), (2.0, 0.24), (-2.0, 0.24)], shade(paint, 0.8))
    body([(-2.0, 0.95), (-1.55, 1.0), (0.85, 1.04), (1.7, 0.89), (1.6, 0.84)], shade(paint, 1.16))
    body([(-1.42, 1.03), (-1.0, 1.36), (-0.5, 1.42), (-0.5, 1.03)], _GLASS)
    body([(-0.42, 1.03), (-0.42, 1.42), (0.2, 1.4), (0.66, 1.05)], _GLASS)
    body([(-0.9, 1.1), (-0.62, 1.38), (-0.52, 1.38), (-0.74, 1.1)], shade(_GLASS, 1.5))
    body([(1.95, 0.62), (2.1, 0.6), (2.05, 0.74), (1.9, 0.78)], (206, 228, 236))
    body([(-2.14, 0.7), (-2.0, 0.7), (-2.0, 0.86), (-2.08, 0.86)], (40, 38, 150))
    # Door gap and handle.
    sheet.limb([(-0.46 * side, 0.34), (-0.46 * side, 1.0)], 0.018, shade(paint, 0.6))
    sheet.limb([(-0.62 * side, 0.86), (-0.78 * side, 0.86)], 0.04, shade(paint, 0.55))
    for x in (-1.3, 1.32):
        sheet.disc(x * side, 0.36, 0.41, 0.41, shade(paint, 0.35))
        _wheel(sheet, x * side, 0.33, phase)
    return sheet.sprite()


def lorry(colour: Colour, *, metre: float, phase: int, side: float) -> Sprite:
    """A lorry seen from its side, 7.2 m long and 3 m tall."""
    sheet = _Sheet(7.8, 3.2, metre)
    paint = SHADES[colour]

    def body(points: list[tuple[float, float]], tone: Bgr) -> None:
        sheet.polygon([(x * side, y) for x, y in points], tone)

    body([(-3.55, 0.55), (3.5, 0.55), (3.5, 0.8), (-3.55, 0.8)], (56, 54, 54))
    body([(-3.6, 0.78), (-3.6, 3.0), (1.75, 3.0), (1.75, 0.78)], paint)
    body([(-3.6, 2.86), (-3.6, 3.0), (1.75, 3.0), (1.75, 2.86)], shade(paint, 1.16))
    body([(-3.6, 0.78), (-3.6, 1.0), (1.75, 1.0), (1.75, 0.78)], shade(paint, 0.7))
    for i in range(1, 5):
        x = -3.6 + i * 1.07
        sheet.limb([(x * side, 1.02), (x * side, 2.84)], 0.03, shade(paint, 0.88))
    body(
        [(1.85, 0.45), (1.85, 2.5), (2.9, 2.5), (3.4, 1.55), (3.55, 1.4), (3.58, 0.45)],
        shade(paint, 0.9),
    )
    body([(2.15, 1.5), (2.15, 2.3), (2.8, 2.3), (3.2, 1.5)], _GLASS)
    body([(2.3, 1.55), (2.5, 2.25), (2.62, 2.25), (2.42, 1.55)], shade(_GLASS, 1.5))
    body([(3.42, 0.8), (3.57, 0.8), (3.57, 1.0), (3.42, 1.0)], (206, 228, 236))
    for x in (-2.5, -1.5, 2.6):
        _wheel(sheet, x * side, 0.46, phase)
    return sheet.sprite()


def two_wheeler(rider: Colour, machine: Colour, *, metre: float, phase: int, side: float) -> Sprite:
    """A scooter with its helmeted rider, 1.9 m long."""
    sheet = _Sheet(2.5, 1.9, metre)
    paint, top = SHADES[machine], SHADES[rider]

    def body(points: list[tuple[float, float]], tone: Bgr) -> None:
        sheet.polygon([(x * side, y) for x, y in points], tone)

    for x in (-0.62, 0.68):
        _wheel(sheet, x * side, 0.27, phase)
    body([(-0.95, 0.62), (-0.9, 0.8), (0.0, 0.8), (0.05, 0.45), (-0.4, 0.32), (-0.7, 0.4)], paint)
    body([(0.0, 0.32), (0.45, 0.32), (0.5, 0.42), (0.0, 0.44)], shade(paint, 0.75))
    body([(0.4, 0.34), (0.52, 1.02), (0.66, 1.0), (0.72, 0.5), (0.6, 0.34)], paint)
    body([(0.56, 0.78), (0.7, 0.76), (0.72, 0.86), (0.6, 0.88)], (206, 228, 236))
    sheet.limb([(0.5 * side, 1.08), (0.36 * side, 1.1)], 0.07, (50, 50, 50))
    # The rider sits: thigh, shin, trunk, arm, helmet.
    sheet.limb([(-0.28 * side, 0.84), (0.14 * side, 0.82), (0.2 * side, 0.42)], 0.16, (58, 50, 46))
    body([(-0.46, 0.8), (-0.42, 1.32), (-0.22, 1.42), (-0.02, 1.34), (-0.08, 0.8)], top)
    sheet.limb([(-0.16 * side, 1.3), (0.1 * side, 1.08), (0.42 * side, 1.1)], 0.11, shade(top, 0.8))
    sheet.disc(-0.1 * side, 1.56, 0.14, 0.155, (60, 58, 58))
    return sheet.sprite()


def shadow(sprite: Sprite) -> Sprite:
    """The soft shadow that a sprite casts on the ground, to the right and away.

    Its colour is black and its alpha the strength: blend it before the sprite.
    """
    alpha = sprite.bgra[..., 3]
    h, w = alpha.shape
    lean, flat = 0.42, 0.24
    pad = max(4, round(0.12 * sprite.metre))
    wide = w + math.ceil(lean * h) + 2 * pad
    tall = math.ceil(flat * h) + 2 * pad
    ax, ay = sprite.anchor
    # A point d pixels above the foot falls lean*d to the right and flat*d upwards.
    foot = tall - pad - 2
    matrix = np.array([[1, -lean, pad + lean * ay], [0, flat, foot - flat * ay]])
    cast = cv2.warpAffine(alpha, matrix, (wide, tall), flags=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(cast, (0, 0), max(0.8, 0.045 * sprite.metre))
    bgra = np.zeros((tall, wide, 4), np.uint8)
    bgra[..., 3] = (soft.astype(np.float32) * 0.40).astype(np.uint8)
    return Sprite(bgra, (pad + ax, float(foot)), sprite.metre)
