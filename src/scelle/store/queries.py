"""A description that is searched for, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from scelle.model.asking import Question
from scelle.model.geometry import Area, Direction, Line, Route
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, ObjectClass, TrackQuery

_ENUMS = {
    "object_class": ObjectClass,
    "colour": Colour,
    "not_colour": Colour,
    "direction": Direction,
}
_AREAS = ("inside", "outside")


def query_to_json(query: TrackQuery | None) -> dict[str, Any] | None:
    """JSON of what is asked; what is not asked is left out."""
    if query is None:
        return None
    told: dict[str, Any] = {}
    for field in fields(TrackQuery):
        value = getattr(query, field.name)
        if value is None:
            continue
        if field.name in _AREAS:
            value = [list(point) for point in value.points]
        elif field.name == "crosses":
            value = [list(value.start), list(value.end), value.one_way]
        elif field.name == "follows":
            value = [[list(point) for point in value.points], value.tolerance]
        told[field.name] = value.value if field.name in _ENUMS else value
    return told


def query_from_json(told: Mapping[str, Any] | None) -> TrackQuery | None:
    """The inverse of :func:`query_to_json`."""
    if told is None:
        return None
    values = dict(told)
    for name, enum in _ENUMS.items():
        if name in values:
            values[name] = enum(values[name])
    for name in _AREAS:
        if name in values:
            values[name] = Area(tuple((float(x), float(y)) for x, y in values[name]))
    if "crosses" in values:
        start, end, one_way = values["crosses"]
        values["crosses"] = Line((start[0], start[1]), (end[0], end[1]), one_way)
    if "follows" in values:
        points, tolerance = values["follows"]
        values["follows"] = Route(tuple((float(x), float(y)) for x, y in points), tolerance)
    return TrackQuery(**values)


def question_to_json(question: Question | None) -> dict[str, Any] | None:
    """JSON of a question to all exhibits; what is not asked is left out."""
    if question is None:
        return None
    told: dict[str, Any] = {"query": query_to_json(question.query)}
    if question.hours is not None:
        told["hours"] = [question.hours.first, question.hours.last]
    return told


def question_from_json(told: Mapping[str, Any] | None) -> Question | None:
    """The inverse of :func:`question_to_json`."""
    if told is None:
        return None
    hours = Hours(*told["hours"]) if "hours" in told else None
    return Question(query_from_json(told["query"]) or TrackQuery(), hours)
