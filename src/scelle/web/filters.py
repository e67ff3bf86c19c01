"""What the reader asked to see, from the address to the question and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from scelle.errors import BadInput
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, ObjectClass, TrackQuery

_Choice = TypeVar("_Choice", bound=StrEnum)


class Motion(StrEnum):
    """Whether the object left its place."""

    MOVING = "moving"
    STANDING = "standing"


class UnknownChoice(BadInput):
    """An address asks for what a filter does not offer.

    Attributes:
        field: the filter's name in the address.
        value: what was asked.
        choices: what it offers.
    """

    def __init__(self, field: str, value: str, choices: tuple[StrEnum, ...]) -> None:
        offered = ", ".join(choices)
        super().__init__(f"{value!r} is no {field}", remedy=f"Use one of: {offered}.")
        self.field = field
        self.value = value
        self.choices = choices


@dataclass(frozen=True)
class Filters:
    """The form's fields; ``None`` asks nothing.

    Attributes:
        page: which part of the list, from 1.
    """

    object_class: ObjectClass | None = None
    colour: Colour | None = None
    direction: Direction | None = None
    motion: Motion | None = None
    page: int = 1

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Filters:
        """From the address; an empty field asks nothing.

        Raises:
            UnknownChoice: a value that the filter does not offer.
        """
        page = fields.get("page", "")
        return cls(
            object_class=choice(ObjectClass, "class", fields),
            colour=choice(Colour, "colour", fields),
            direction=choice(Direction, "direction", fields),
            motion=choice(Motion, "motion", fields),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
        )

    @property
    def query(self) -> TrackQuery:
        """The question for the search."""
        return TrackQuery(
            object_class=self.object_class,
            colour=self.colour,
            direction=self.direction,
            moving=None if self.motion is None else self.motion is Motion.MOVING,
        )

    @property
    def empty(self) -> bool:
        """Nothing is asked."""
        return self.query == TrackQuery()

    def address(self, case_id: str, lang: str, page: int = 1) -> str:
        """The page's address with these filters."""
        fields = {
            "case": case_id,
            "lang": lang,
            "class": self.object_class,
            "colour": self.colour,
            "direction": self.direction,
            "motion": self.motion,
            "page": page if page > 1 else None,
        }
        return "/?" + urlencode({k: v for k, v in fields.items() if v is not None})


class Fields(Protocol):
    """Fields of an address."""

    def get(self, name: str, default: str, /) -> str:
        """One of them."""
        ...


def choice(kind: type[_Choice], field: str, fields: Fields) -> _Choice | None:
    """The value of a filter; ``None`` where nothing is asked.

    Raises:
        UnknownChoice: a value that the filter does not offer.
    """
    value = fields.get(field, "")
    if not value:
        return None
    found = next((c for c in kind if c.value == value), None)
    if found is None:
        raise UnknownChoice(field, value, tuple(kind))
    return found
