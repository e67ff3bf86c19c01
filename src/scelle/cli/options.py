"""Option types that several commands share, and how people write their values."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated

import typer

from scelle.errors import BadInput
from scelle.model.geometry import Area, Route
from scelle.model.time import Reference

_SPAN = re.compile(r"(?P<sign>[+-]?)(?:(?:(?P<h>\d+):)?(?P<m>\d+):)?(?P<s>\d+(?:\.\d+)?)s?")


def moment(text: str) -> datetime:
    """A date and time with its time zone.

    >>> moment("2026-03-01T22:00:00+01:00").isoformat()
    '2026-03-01T22:00:00+01:00'

    Raises:
        typer.BadParameter: not ISO 8601, or without a time zone.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a date and time such as 2026-03-01T22:00:00+01:00"
        ) from error
    if value.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} has no time zone; write {value.isoformat()}+01:00 or +00:00"
        )
    return value


def first_moment(text: str) -> datetime:
    """A :func:`moment`, or a day alone: its first instant in the local time zone."""
    return _start_of(text) or moment(text)


def last_moment(text: str) -> datetime:
    """A :func:`moment`, or a day alone: its end (the next day's first instant)."""
    start = _start_of(text)
    # Through the calendar, not 24 hours: a day with a clock change is longer or shorter.
    return moment(text) if start is None else _midnight(start.date() + timedelta(days=1))


def _start_of(text: str) -> datetime | None:
    try:
        return _midnight(date.fromisoformat(text))
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()


def seconds(text: str) -> Fraction:
    """Seconds, or minutes and hours with colons, exact; a sign may stand before it.

    >>> seconds("1:02:03.5"), seconds("-90"), seconds("12s")
    (Fraction(7447, 2), Fraction(-90, 1), Fraction(12, 1))

    Raises:
        typer.BadParameter: anything else.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is neither seconds (90.5) nor h:mm:ss (1:30:00)")
    total = Fraction(match["s"]) + 60 * int(match["m"] or 0) + 3600 * int(match["h"] or 0)
    return -total if match["sign"] == "-" else total


def pictures_per_second(text: str) -> Fraction:
    """A rate, exact.

    >>> pictures_per_second("12.5"), pictures_per_second("30000/1001")
    (Fraction(25, 2), Fraction(30000, 1001))

    Raises:
        typer.BadParameter: not between 1/100 and 1000.
    """
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise typer.BadParameter(f"{text!r} is not a rate such as 25 or 30000/1001") from error
    if not Fraction(1, 100) <= rate <= 1000:
        raise typer.BadParameter(f"{text!r} is no rate at which a recorder takes pictures")
    return rate


def position(text: str) -> datetime | int:
    """Where in time: a date and time, or milliseconds from the recording's zero.

    >>> position("1:30")
    90000

    Raises:
        typer.BadParameter: neither.
    """
    if re.match(r"\d{4}-", text):
        return moment(text)
    return milliseconds(text)


def milliseconds(text: str) -> int:
    """Whole milliseconds of :func:`seconds`.

    Raises:
        typer.BadParameter: not a span of time, or a negative one.
    """
    value = seconds(text)
    if value < 0:
        raise typer.BadParameter(f"{text!r} lies before the recording's beginning")
    return round(value * 1000)


def area(text: str) -> Area:
    """A polygon: corners in native pixels.

    >>> area("0,0 100,0 100,50").points
    ((0.0, 0.0), (100.0, 0.0), (100.0, 50.0))

    Raises:
        BadInput: fewer than three corners, or not numbers.
    """
    try:
        pairs = [corner.split(",") for corner in text.split()]
        points = tuple((float(Decimal(x)), float(Decimal(y))) for x, y in pairs)
        return Area(points)
    except (ValueError, InvalidOperation) as error:
        raise BadInput(
            f"{text!r} is not an area",
            remedy='Give three or more corners in pixels, such as "0,0 640,0 640,360".',
        ) from error


def path(text: str) -> Route:
    """A way that things may have gone: points in native pixels, and perhaps a tolerance.

    >>> path("0,0 100,0").tolerance, path("0,0 100,0 within 25").tolerance
    (10, 25.0)

    Raises:
        BadInput: fewer than two different points, or not numbers.
    """
    drawn, _, within = text.partition("within")
    try:
        pairs = [point.split(",") for point in drawn.split()]
        points = tuple((float(Decimal(x)), float(Decimal(y))) for x, y in pairs)
        return Route.drawn(points, float(Decimal(within.strip())) if within else None)
    except (ValueError, InvalidOperation) as error:
        raise BadInput(
            f"{text!r} is not a path",
            remedy='Give two or more points in pixels, such as "0,300 640,200 within 40".',
        ) from error


_REFERENCE = "REAL RECORDER WITHIN [@PLACE] PROOF"


def reference(text: str) -> Reference:
    """A moment at which both times are known: real, recorder's, uncertainty, proof.

    >>> r = reference("2026-03-02T10:00:00+01:00 2026-03-02T10:00:42+01:00 1 @0:05 a photograph")
    >>> r.uncertainty, r.still_ms, r.proof
    (Fraction(1, 1), 5000, 'a photograph')

    Raises:
        typer.BadParameter: anything else.
    """
    words = text.split()
    if len(words) < 3:
        raise typer.BadParameter(f"{text!r} is not {_REFERENCE}")
    real, recorder, within = moment(words[0]), moment(words[1]), seconds(words[2])
    place = milliseconds(words[3][1:]) if words[3:] and words[3].startswith("@") else None
    if within < 0:
        raise typer.BadParameter(f"{words[2]!r}: an uncertainty is not negative")
    proof = " ".join(words[3 if place is None else 4 :])
    if not proof:
        raise typer.BadParameter(f"{text!r} does not say what it rests on: {_REFERENCE}")
    return Reference(recorder, real, within, proof, place)


def zone(text: str) -> tuple[int, int, int, int]:
    """A rectangle of the picture: left, top, width, height in native pixels.

    >>> zone("10,12,300,24")
    (10, 12, 300, 24)

    Raises:
        typer.BadParameter: not four whole numbers, or no area.
    """
    words = text.split(",")
    if len(words) != 4 or not all(word.strip().isdecimal() for word in words):
        raise typer.BadParameter(f"{text!r} is not LEFT,TOP,WIDTH,HEIGHT in pixels")
    left, top, width, height = map(int, words)
    if not width * height:
        raise typer.BadParameter(f"{text!r} holds no picture")
    return left, top, width, height


CaseOption = Annotated[
    str,
    typer.Option(
        "--case",
        metavar="ID",
        envvar="SCELLE_CASE",
        help="The case; the only open one that you may see by default.",
    ),
]
RecipientOption = Annotated[
    str, typer.Option(help="Who receives it; printed on it. You by default.")
]
ExhibitsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exhibit",
        metavar="ID",
        help="An exhibit; repeat for several. All those that the mandate covers by default.",
    ),
]
NamedOption = Annotated[
    list[str] | None,
    typer.Option("--exhibit", metavar="ID", help="The exhibit meant; repeat for several."),
]
#: How many processes do an analysis that is measured.
WorkersOption = Annotated[int, typer.Option(min=1, help="Local processes of the analysis.")]

#: What finds objects in the regions that move.
DetectorOption = Annotated[
    str, typer.Option(metavar="MODEL", help="own, motion, or an admitted ONNX file.")
]
