"""The light under which a scene is seen: its colour, and where it is too dark for colours.

Nobody tells the colour of a coat under a sodium lamp by what the camera stored, nor in
the dark.  The empty scene says what the light is: in white light its strongest edges
and its brightest surfaces are grey in the mean (van de Weijer, Gevers, Gijsenij, *Edge-
Based Color Constancy*, IEEE TIP 16(9), 2007; Finlayson, Trezzi, *Shades of Gray and
Colour Constancy*, CIC 12, 2004).  Both are taken, for each has its own failures: edges
count large surfaces of one colour, such as grass, for little; surfaces count paint at
the edges of things for little.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.background import Look
from scelle.vision.colour import NEUTRAL

DARK = 50
"""Luma (black is 16, white 235) below which an empty place is too dark to tell colours there."""

_NORM = 7  # of Minkowski: near the strongest edges and the brightest surfaces
_SLIGHT = 0.06  # a cast up to this share is the scene's own, and left alone
_BRIGHT = 150.0  # luma that the brightest surfaces of a scene reach at least by day
_DARKEST = 0.35
_STEPS = 32  # factors are rounded, so that few tables are needed


@dataclass(frozen=True, eq=False)
class Light:
    """Light of a scene.

    Attributes:
        factors: of blue, green and red, beside white light of usual exposure.
        lit: bool ``(h / 2, w / 2)``, where colours can be told, at half the working size.
    """

    factors: tuple[float, float, float]
    lit: npt.NDArray[np.bool_]

    @classmethod
    def learn(cls, empty: Look) -> Light:
        """From the empty scene at working size."""
        luma = empty.luma[::2, ::2][: empty.blue.shape[0], : empty.blue.shape[1]]
        reach = max(3, luma.shape[0] // 16) | 1
        around = cv2.boxFilter(luma.astype(np.float32), -1, (reach, reach))
        lit = np.asarray(around >= DARK)
        return cls(_factors(empty, lit), lit)


def _factors(empty: Look, lit: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    h, w = empty.luma.shape
    flat = np.concatenate([empty.luma.ravel(), empty.blue.ravel(), empty.red.ravel()])
    picture = cv2.cvtColor(flat.reshape(h * 3 // 2, w), cv2.COLOR_YUV2BGR_I420)[::2, ::2]
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1)
    usable = lit & (soft.max(2) < 245)
    if usable.sum() < 64:
        return NEUTRAL
    estimates = []
    for channel in range(3):
        plane = soft[..., channel]
        edges = np.hypot(cv2.Sobel(plane, -1, 1, 0), cv2.Sobel(plane, -1, 0, 1))
        estimates.append([_norm(edges[usable]), _norm(plane[usable])])
    if np.min(estimates) <= 0:
        return NEUTRAL
    by_each = np.array(estimates) / np.mean(estimates, axis=0)
    factors = np.sqrt(by_each.prod(1))
    # A slight cast is as likely the scene's own colour as the light's.
    cast = float(np.abs(factors / factors.mean() - 1).max())
    excess = (factors / factors.mean() - 1) * np.clip((cast - _SLIGHT) / _SLIGHT, 0, 1)
    bright = float(np.percentile(empty.luma[::2, ::2][: lit.shape[0], : lit.shape[1]][lit], 95))
    exposure = np.clip(bright / _BRIGHT, _DARKEST, 1.0)
    rounded = np.round((1 + excess) * exposure * _STEPS) / _STEPS
    return float(rounded[0]), float(rounded[1]), float(rounded[2])


def _norm(values: npt.NDArray[np.float32]) -> float:
    """Minkowski mean."""
    return float(np.mean(values.astype(np.float64) ** _NORM) ** (1 / _NORM))
