"""What is looked for on the review bench: from the address to the question and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from scelle.errors import BadInput
from scelle.model.asking import Known, Question
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Area
from scelle.model.synopsis import Hours
from scelle.model.tracks import TrackQuery
from scelle.web.filters import Motion
from scelle.web.shaping import Fields, hours, points, sought

#: Longest name of a zone.
_NAME = 60


@dataclass(frozen=True)
class Asked:
    """What an address asks for.

    Attributes:
        exhibits: ids; empty asks for all.
        zones: named areas that the words may use.
    """

    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    exhibits: tuple[str, ...] = ()
    zones: Mapping[str, Area] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing is asked."""
        return self.query == TrackQuery() and self.hours is None and not self.exhibits

    def known(self, exhibits: tuple[Exhibit, ...]) -> Known:
        """The names that words may use."""
        names = dict.fromkeys(n for e in exhibits for n in (e.name, e.camera))
        return Known(tuple(names), self.zones)

    def question(self, exhibits: tuple[Exhibit, ...]) -> Question:
        """For telling it in words."""
        named = tuple(dict.fromkeys(e.name for e in exhibits if e.id in self.exhibits))
        return Question(self.query, self.hours, named)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Fields of the address, those alone that ask something."""
        q = self.query
        moved = None if q.moving is None else Motion.MOVING if q.moving else Motion.STANDING
        told = {
            "class": q.object_class,
            "colour": q.colour,
            "not_colour": q.not_colour,
            "direction": q.direction,
            "motion": moved,
            "smallest": _amount(q.min_height),
            "tallest": _amount(q.max_height),
            "slowest": _amount(q.min_speed),
            "fastest": _amount(q.max_speed),
            "shortest": _amount(q.min_dwell_ms, 1000),
            "longest": _amount(q.max_dwell_ms, 1000),
            "start": _amount(q.start_ms, 1000),
            "end": _amount(q.end_ms, 1000),
            "from": _clock(self.hours.first) if self.hours else None,
            "to": _clock(self.hours.last) if self.hours else None,
            "inside": _points(q.inside.points) if q.inside else None,
            "outside": _points(q.outside.points) if q.outside else None,
            "line": _points((q.crosses.start, q.crosses.end)) if q.crosses else None,
            "one_way": "1" if q.crosses and q.crosses.one_way else None,
            "path": _points(q.follows.points) if q.follows else None,
            "within": _amount(q.follows.tolerance) if q.follows else None,
        }
        yield from ((name, str(value)) for name, value in told.items() if value is not None)
        yield from (("exhibit", e) for e in self.exhibits)
        yield from (("zone", f"{n}: {_points(a.points)}") for n, a in self.zones.items())


def asked(fields: Fields) -> Asked:
    """From the address.

    Raises:
        UnknownChoice: a value that a filter does not offer.
        BadInput: a number, an hour, an area, a line or a path that cannot be read.
    """
    zones: dict[str, Area] = {}
    for told in fields.getlist("zone"):
        name, _, corners = told.partition(":")
        if told.strip():
            if not name.strip() or len(name) > _NAME:
                raise BadInput("A zone has a name.", remedy="Write it such as door: 1,2 9,2 9,9.")
            zones[name.strip()] = Area(points(corners.strip(), 3))
    return Asked(
        sought(fields),
        hours(fields),
        tuple(dict.fromkeys(e for e in fields.getlist("exhibit") if e)),
        zones,
    )


def of_question(question: Question, exhibits: tuple[Exhibit, ...], before: Asked) -> Asked:
    """What a question in words asks for, with the zones that were drawn before."""
    named = set(question.exhibits)
    ids = tuple(e.id for e in exhibits if {e.name, e.camera} & named)
    return Asked(question.query, question.hours, ids, before.zones)


def address(path: str, *fields: tuple[str, str]) -> str:
    """An address with fields."""
    return f"{path}?{urlencode(fields)}"


def _amount(value: float | None, of: int = 1) -> str | None:
    return None if value is None else f"{value / of:.3f}".rstrip("0").rstrip(".")


def _clock(second: int) -> str:
    told = f"{second // 3600:02}:{second // 60 % 60:02}"
    return f"{told}:{second % 60:02}" if second % 60 else told


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_amount(x)},{_amount(y)}" for x, y in points)
