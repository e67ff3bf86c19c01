"""What a mandate is limited to looking for, and whether a search stays inside it."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum

from scelle.model.tracks import TrackQuery

#: Where and when to look is a matter of exhibits and windows, not of a description.
_NOT_DESCRIBING = {"start_ms", "end_ms", "colour_share"}
_EQUAL = (
    "object_class",
    "colour",
    "not_colour",
    "moving",
    "inside",
    "outside",
    "crosses",
    "follows",
)


def within(query: TrackQuery, sought: TrackQuery) -> bool:
    """Whether whatever answers the query also answers what is sought.

    Each part that is sought must be asked for as narrowly; spans of time are free.
    """
    return (
        all(
            getattr(sought, name) is None or getattr(query, name) == getattr(sought, name)
            for name in _EQUAL
        )
        and query.colour_share >= sought.colour_share
        and (
            sought.direction is None
            or (query.direction is not None and sought.direction.includes(query.direction))
        )
        and _at_least(query.min_height, sought.min_height)
        and _at_most(query.max_height, sought.max_height)
        and _at_least(query.min_dwell_ms, sought.min_dwell_ms)
        and _at_most(query.max_dwell_ms, sought.max_dwell_ms)
        and _at_least(query.min_speed, sought.min_speed)
        and _at_most(query.max_speed, sought.max_speed)
    )


def described(sought: TrackQuery | None) -> str:
    """What is sought, in words: *object class car, colour red*."""
    told = []
    for field in fields(TrackQuery):
        value = getattr(sought, field.name) if sought is not None else None
        if value is not None and field.name not in _NOT_DESCRIBING:
            shown = value.value if isinstance(value, Enum) else value
            told.append(f"{field.name.replace('_', ' ')} {shown}")
    return ", ".join(told) or "anything"


def describes(sought: TrackQuery) -> bool:
    """Whether it limits anything."""
    return described(sought) != "anything"


def _at_least(asked: float | None, least: float | None) -> bool:
    return least is None or (asked is not None and asked >= least)


def _at_most(asked: float | None, most: float | None) -> bool:
    return most is None or (asked is not None and asked <= most)
