"""Colours that the generator paints with, one clear shade per basic colour term."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scelle.model.tracks import Colour

Bgr = tuple[int, int, int]

SHADES: Mapping[Colour, Bgr] = MappingProxyType(
    {
        Colour.BLACK: (28, 26, 26),
        Colour.BLUE: (178, 84, 30),
        Colour.BROWN: (38, 62, 104),
        Colour.GREY: (132, 130, 128),
        Colour.GREEN: (62, 138, 44),
        Colour.ORANGE: (20, 122, 232),
        Colour.PINK: (178, 140, 240),
        Colour.PURPLE: (140, 48, 104),
        Colour.RED: (38, 32, 190),
        Colour.WHITE: (236, 238, 238),
        Colour.YELLOW: (36, 206, 236),
    }
)
"""BGR, 0 to 255: the paint in even light, before shading, noise and lighting changes."""


def shade(colour: Bgr, gain: float) -> Bgr:
    """The paint in more or less light.

    >>> shade((100, 200, 40), 0.5)
    (50, 100, 20)
    """
    blue, green, red = (max(0, min(255, round(c * gain))) for c in colour)
    return blue, green, red
