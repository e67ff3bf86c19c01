"""What somebody chose beside the live synopsis, from the address to the act."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Protocol

from scelle.errors import BadInput
from scelle.model.acts import ArrangeSynopsis
from scelle.model.geometry import Area, Direction, Line, Route
from scelle.model.synopsis import Hours, Rows, Staging, Stays
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.web.filters import Motion, choice

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
_NUMBER = r"-?\d{1,6}(?:\.\d{1,3})?"
#: Points such as ``10,20 300,20``.
POINTS = rf"\s*{_NUMBER},{_NUMBER}(?:\s+{_NUMBER},{_NUMBER})*\s*"
_CORNERS = 100


class Fields(Protocol):
    """Fields of an address, perhaps several of one name."""

    def get(self, name: str, default: str, /) -> str:
        """One of them."""
        ...

    def getlist(self, name: str, /) -> list[str]:
        """All of a name."""
        ...


class Density(StrEnum):
    """The largest share of the picture that objects cover at any time."""

    VERY_SPARSE = "0.03"
    SPARSE = "0.06"
    MEDIUM = "0.12"
    DENSE = "0.25"
    VERY_DENSE = "0.5"
    ANY = "1"


class Order(StrEnum):
    """What the order of time counts against a short synopsis."""

    SHORTEST = "0"
    MOSTLY = "0.5"
    STRICT = "1"


class Collision(StrEnum):
    """The largest share of the objects' area that overlaps."""

    NONE = "0"
    LITTLE = "0.05"
    SOME = "0.1"
    MUCH = "0.25"
    ANY = "1"


class Meeting(StrEnum):
    """Whether people who met keep together."""

    APART = "apart"


def require_case(fields: Fields) -> None:
    """Of a page that is one case's.

    Raises:
        BadInput: its address names none.
    """
    if not fields.get("case", ""):
        raise BadInput("No case was chosen.", remedy="Choose one on the list of cases.")


def shaping(fields: Fields, reason: str) -> ArrangeSynopsis:
    """The act that an address of the live synopsis asks for.

    Raises:
        UnknownChoice: a value that a filter does not offer.
        BadInput: a number, an hour or an area that cannot be read.
    """
    return ArrangeSynopsis(
        case_id=fields.get("case", ""),
        exhibit_ids=tuple(dict.fromkeys(e for e in fields.getlist("exhibit") if e)),
        query=sought(fields),
        hours=hours(fields),
        staging=Staging(
            collision=float(choice(Collision, "collision", fields) or Collision.LITTLE),
            chronology=float(choice(Order, "order", fields) or Order.SHORTEST),
            density=float(choice(Density, "density", fields) or Density.ANY),
            together=choice(Meeting, "apart", fields) is None,
            stays=choice(Stays, "stays", fields) or Stays.KEEP,
            rows=choice(Rows, "rows", fields) or Rows.ONE,
        ),
        reason=reason,
    )


def sought(fields: Fields) -> TrackQuery:
    """What is looked for, on the review bench and in the live synopsis alike.

    Raises:
        UnknownChoice: a value that a filter does not offer.
        BadInput: a number, an area, a line or a path that cannot be read, or a least number
            above the greatest.
    """
    motion = choice(Motion, "motion", fields)
    _refuse_crossed(fields)
    return TrackQuery(
        object_class=choice(ObjectClass, "class", fields),
        colour=choice(Colour, "colour", fields),
        not_colour=choice(Colour, "not_colour", fields),
        direction=choice(Direction, "direction", fields),
        moving=None if motion is None else motion is Motion.MOVING,
        min_height=number(fields, "smallest"),
        max_height=number(fields, "tallest"),
        min_speed=number(fields, "slowest"),
        max_speed=number(fields, "fastest"),
        min_dwell_ms=seconds(fields, "shortest"),
        max_dwell_ms=seconds(fields, "longest"),
        start_ms=seconds(fields, "start"),
        end_ms=seconds(fields, "end"),
        inside=area(fields, "inside"),
        outside=area(fields, "outside"),
        crosses=line(fields),
        follows=path(fields),
    )


def number(fields: Fields, name: str) -> float | None:
    """A number; ``None`` where nothing is asked.

    Raises:
        BadInput: it cannot be read.
    """
    value = fields.get(name, "").strip()
    if not value:
        return None
    if not re.fullmatch(_NUMBER, value):
        raise BadInput(
            f"{value[:40]!r} is no number for {name!r}.", remedy="Write a number such as 2.5."
        )
    return float(value)


def _refuse_crossed(fields: Fields) -> None:
    """Refuse two numbers between which nothing lies, rather than find nothing."""
    for least, most in (
        ("smallest", "tallest"),
        ("slowest", "fastest"),
        ("shortest", "longest"),
        ("start", "end"),
    ):
        low, high = number(fields, least), number(fields, most)
        if low is not None and high is not None and low > high:
            raise BadInput(
                f"From {low:g} to {high:g}: nothing can be both.",
                remedy="Give a least number that is not above the greatest.",
            )


def seconds(fields: Fields, name: str) -> int | None:
    """Milliseconds of a number of seconds, as :func:`number`."""
    value = number(fields, name)
    return None if value is None else round(value * 1000)


def hours(fields: Fields) -> Hours | None:
    """A time of day, from ``from`` to ``to``.

    Raises:
        BadInput: it cannot be read.
    """
    first, last = fields.get("from", ""), fields.get("to", "")
    if not first and not last:
        return None
    return Hours(_second(first or "00:00"), _second(last or "24:00"))


def _second(text: str) -> int:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"{text[:40]!r} is no time of day.", remedy="Write it such as 22:00.")
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def area(fields: Fields, name: str) -> Area | None:
    """An area; ``None`` where none is asked.

    Raises:
        BadInput: it cannot be read.
    """
    text = fields.get(name, "").strip()
    return Area(points(text, 3)) if text else None


def line(fields: Fields) -> Line | None:
    """The line that is to be passed over; ``None`` where none is asked.

    Raises:
        BadInput: it cannot be read.
    """
    text = fields.get("line", "").strip()
    if not text:
        return None
    ends = points(text, 2)
    if len(ends) != 2 or ends[0] == ends[1]:
        raise BadInput("A line has two ends.", remedy="Write it such as 10,20 300,200.")
    return Line(ends[0], ends[1], fields.get("one_way", "") == "1")


def path(fields: Fields) -> Route | None:
    """The path that is to be followed, ``within`` so many pixels; ``None`` where none is asked.

    Raises:
        BadInput: it cannot be read.
    """
    text = fields.get("path", "").strip()
    return route(text, number(fields, "within")) if text else None


def route(text: str, within: float | None) -> Route:
    """A path through points, followed within some pixels, or within the usual.

    Raises:
        BadInput: it cannot be read, or goes nowhere.
    """
    drawn = points(text, 2)
    if len(set(drawn)) < 2 or (within is not None and within <= 0):
        raise BadInput(
            "A path goes somewhere, and is followed within some pixels.",
            remedy="Write it such as 10,20 300,200, and within such as 40.",
        )
    return Route.drawn(drawn, within)


def points(text: str, least: int) -> tuple[tuple[float, float], ...]:
    """Points such as ``10,20 300,20``.

    Raises:
        BadInput: they cannot be read, or are too few or too many.
    """
    corners = text.split()
    if not re.fullmatch(POINTS, text) or not least <= len(corners) <= _CORNERS:
        raise BadInput(
            f"The points {text[:40]!r} cannot be read.",
            remedy=f"Write at least {least} of them, such as 10,20 300,20 300,200.",
        )
    x_y = (corner.split(",") for corner in corners)
    return tuple((float(x), float(y)) for x, y in x_y)
