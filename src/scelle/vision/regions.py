"""Colours of regions, counted for many pictures at once."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.background import Look, Plane
from scelle.vision.colour import NAMES, is_monochrome, terms
from scelle.vision.light import Light
from scelle.vision.motion import Motion
from scelle.vision.parting import Part

_SQUARE = np.ones((3, 3), np.uint8)

_ENOUGH = 6
"""Pixels away from the rim, at half the working size, that are enough to tell a colour by."""


class ColourCounts:
    """Counts the colour terms of the upper and the lower half of regions.

    Taken at half the working size, where the chroma planes are.  Heads are not
    clothing: the top seventh is left out.  So is the rim, which mixes object and
    scene, except where hardly anything else is there.  The light's own colour is taken
    out; where it is too dark, or a picture holds no colour, nothing is counted.

    Args:
        light: of the empty scene.
    """

    def __init__(self, light: Light) -> None:
        self._light = light
        self._lit = bool(light.lit.all())
        self._luma: list[Plane] = []
        self._blue: list[Plane] = []
        self._red: list[Plane] = []
        self._halves: list[int] = []
        # Of each region: which of its pixels were taken, packed bits; and their shape.
        self._inside: list[npt.NDArray[np.uint8]] = []
        self._shapes: list[tuple[int, int]] = []

    def add(self, look: Look, motion: Motion) -> None:
        """Take the regions of one picture."""
        coloured = not is_monochrome(look.blue[::2, ::2], look.red[::2, ::2])
        luma = look.luma[::2, ::2]
        for (x, y, _, h), outline in zip(motion.boxes.tolist(), motion.outlines, strict=True):
            core = cv2.erode(outline, _SQUARE, borderValue=0)[y & 1 :: 2, x & 1 :: 2]
            if np.count_nonzero(core) < _ENOUGH:
                core = outline[y & 1 :: 2, x & 1 :: 2]
            inside = core > 0
            x0, y0 = (x + 1) >> 1, (y + 1) >> 1
            place = np.s_[y0 : y0 + inside.shape[0], x0 : x0 + inside.shape[1]]
            top, middle = ((y + h // 7 + 1) >> 1) - y0, ((y + h // 2 + 1) >> 1) - y0
            inside[:top] = False
            if not coloured:
                inside[:] = False
            elif not self._lit:
                inside &= self._light.lit[place]
            self._luma.append(luma[place][inside])
            self._blue.append(look.blue[place][inside])
            self._red.append(look.red[place][inside])
            upper = int(np.count_nonzero(inside[:middle]))
            self._halves += [upper, len(self._luma[-1]) - upper]
            self._inside.append(np.packbits(inside))
            self._shapes.append((inside.shape[0], inside.shape[1]))

    def result(self) -> npt.NDArray[np.float32]:
        """Counts of every region taken so far, float32 ``(n, 2, 11)``: upper, lower half."""
        if not self._luma:
            return np.zeros((0, 2, len(NAMES)), np.float32)
        luma, blue, red = (np.concatenate(p) for p in (self._luma, self._blue, self._red))
        half = np.repeat(np.arange(len(self._halves)), self._halves)
        kinds = half * len(NAMES) + terms(luma, blue, red, self._light.factors)
        counts = np.bincount(kinds, minlength=len(self._halves) * len(NAMES))
        return counts.reshape(-1, 2, len(NAMES)).astype(np.float32)

    def parted(
        self, region: int, corner: tuple[int, int], parts: Sequence[Part]
    ) -> npt.NDArray[np.float32]:
        """Counts of the parts of one region, float32 ``(n, 2, 11)``: upper, lower half.

        Args:
            region: number of it, in the order in which they were taken.
            corner: left and top of it, working pixels.
            parts: of it.
        """
        h, w = self._shapes[region]
        inside = np.unpackbits(self._inside[region], count=h * w).reshape(h, w) > 0
        kinds = np.full((h, w), len(NAMES), np.intp)
        kinds[inside] = terms(
            self._luma[region], self._blue[region], self._red[region], self._light.factors
        )
        counts = np.zeros((len(parts), 2, len(NAMES)), np.float32)
        x, y = corner[0] & 1, corner[1] & 1
        for k, p in enumerate(parts):
            tall, wide = p.outline.shape
            whole = np.zeros((2 * h + y, 2 * w + x), np.bool_)
            cut = whole[p.top : p.top + tall, p.left : p.left + wide]
            cut[:] = p.outline[: cut.shape[0], : cut.shape[1]]
            mine = np.where(whole[y::2, x::2], kinds, len(NAMES))
            top, middle = ((p.top + tall // n + 1 - y) >> 1 for n in (7, 2))
            for half, rows in enumerate((slice(top, middle), slice(middle, None))):
                counts[k, half] = np.bincount(mine[rows].ravel(), minlength=len(NAMES) + 1)[:-1]
        return counts
