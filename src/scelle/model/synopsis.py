"""What a person may choose of a synopsis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scelle.errors import BadInput

_DAY_S = 86_400


class Stays(StrEnum):
    """What becomes of the time that an object spends at one place."""

    KEEP = "keep"
    FAST = "fast"
    CUT = "cut"


class Rows(StrEnum):
    """What is shown apart from each other, in pictures side by side."""

    ONE = "one"
    CLASS = "class"
    DIRECTION = "direction"
    EXHIBIT = "exhibit"
    CAMERA = "camera"


@dataclass(frozen=True)
class Hours:
    """A time of day on the recorders' clocks, perhaps over midnight.

    Attributes:
        first, last: seconds since midnight, 0 to 86,400; the last is excluded.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not all(0 <= second <= _DAY_S for second in (self.first, self.last)):
            raise BadInput(
                "A time of day lies between 0:00 and 24:00.", remedy="Give hours such as 22:00."
            )

    def hold(self, second: int) -> bool:
        """Whether a second of the day lies in them.

        >>> Hours(79200, 3600).hold(60), Hours(79200, 3600).hold(43200)
        (True, False)
        """
        if self.first <= self.last:
            return self.first <= second < self.last
        return second >= self.first or second < self.last

    def meet(self, first: int, lasts: int) -> bool:
        """Whether a stay that begins at a second of the day, and lasts so long, meets them.

        >>> Hours(79200, 3600).meet(79000, 300), Hours(79200, 3600).meet(43200, 60)
        (True, False)
        """
        if self.hold(first) or self.hold((first + lasts) % _DAY_S):
            return True
        return (self.first - first) % _DAY_S <= lasts


@dataclass(frozen=True)
class Part:
    """Some neighbouring pictures of one tube (:func:`scelle.synopsis.sprites.bounds`)."""

    track_id: str
    number: int


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
        rows: what is shown apart, side by side.
    """

    collision: float = 0.05
    chronology: float = 0.0
    density: float = 1.0
    together: bool = True
    stays: Stays = Stays.KEEP
    speed: float = 1.0
    trails: bool = False
    rows: Rows = Rows.ONE
