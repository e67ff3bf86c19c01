"""What a person may choose of a synopsis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stays(StrEnum):
    """What becomes of the time that an object spends at one place."""

    KEEP = "keep"
    FAST = "fast"
    CUT = "cut"


@dataclass(frozen=True)
class Staging:
    """How objects are brought together in a synopsis.

    Attributes:
        collision: largest share of object area that may collide, 0 to 1.
        chronology: what order counts against compactness, 0 to 1; 1 is strict.
        density: largest share of the picture that objects may cover at any time,
            above 0 to 1.
        together: people who met keep their distance in time.
        stays: what becomes of long stays at one place; never of those who met.
        speed: how many times faster than recorded everything plays, 0.1 to 16.
        trails: draw where each object has been.
    """

    collision: float = 0.05
    chronology: float = 0.0
    density: float = 1.0
    together: bool = True
    stays: Stays = Stays.KEEP
    speed: float = 1.0
    trails: bool = False
