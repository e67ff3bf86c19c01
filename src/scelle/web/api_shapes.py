"""What programs send to the interface and read from it, as its description states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scelle.model.decisions import Note
from scelle.model.evidence import Case, CaseState, Exhibit, Mandate, MandateState, Power
from scelle.model.geometry import Direction
from scelle.model.results import CaseFile
from scelle.model.tracks import Colour, ObjectClass, Track
from scelle.web.shaping import POINTS

#: An id as the installation draws it.
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


def _whole(value: object) -> object:
    """A number without a fraction is an integer in JSON, however it is written."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Milliseconds of a recording's own time; up to three years.
Millis = Annotated[int, Field(ge=0, le=10**11), BeforeValidator(_whole)]
#: The same of a length, which is never nothing.
Length = Annotated[int, Field(ge=1, le=10**11), BeforeValidator(_whole)]
#: A path on the picture, two to a hundred points.
Points = Annotated[
    str,
    Field(
        max_length=2600,
        pattern=f"^{POINTS}$",
        description="A path that tracks go along, in its direction: points in native pixels "
        "such as `10,20 300,200`, at least two.",
    ),
]


class Sent(BaseModel):
    """What is sent: nothing besides what is described."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Reason(BaseModel):
    """Why the law refuses: rule, article, sentence, what to do."""

    rule: str
    article: str
    text: str
    remedy: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    title: str
    status: int
    detail: str = Field(description="What to do.")
    reasons: list[Reason] = Field(default=[], description="Of a refusal, each reason.")


class Written(Sent):
    """A note."""

    text: str = Field(max_length=2000, description="Plain text; empty takes your own back.")


class NoteRow(BaseModel):
    """A note on a track, in its writer's own words."""

    track_id: str
    text: str
    agent_id: str
    written_at: datetime
    entry: int = Field(description="Of the ledger.")

    @classmethod
    def of(cls, note: Note) -> NoteRow:
        """As the door gave it."""
        return cls.model_validate(note, from_attributes=True)


class Credentials(Sent):
    """Who signs in."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)


class Opened(BaseModel):
    """A session that began."""

    token: str = Field(description="Sent with each request: `Authorization: Bearer TOKEN`.")
    idle_s: int = Field(description="It ends after so many seconds without use.")
    longest_s: int = Field(description="It ends after so many seconds in any case.")


class CaseRow(BaseModel):
    """A case's own facts."""

    id: Id
    reference: str
    framework: str
    service: str
    state: CaseState
    opened_at: datetime
    erase_by: datetime
    demonstration: bool

    @classmethod
    def of(cls, case: Case) -> CaseRow:
        """As the door gave it."""
        return cls.model_validate(case, from_attributes=True)


class MandateRow(BaseModel):
    """An authorisation: what it permits, and when."""

    id: Id
    state: MandateState
    powers: list[Power]
    valid_from: datetime
    valid_to: datetime

    @classmethod
    def of(cls, mandate: Mandate) -> MandateRow:
        """As the door gave it."""
        told = {name: getattr(mandate, name) for name in ("id", "state", "valid_from", "valid_to")}
        return cls(powers=sorted(mandate.powers), **told)


class ExhibitRow(BaseModel):
    """A recording, as received."""

    id: Id
    name: str
    camera: str
    origin: str
    sha256: str
    size: int
    duration_ms: int
    received_at: datetime

    @classmethod
    def of(cls, exhibit: Exhibit) -> ExhibitRow:
        """As the door gave it."""
        names = ("id", "name", "camera", "origin", "sha256", "size", "received_at")
        told = {name: getattr(exhibit, name) for name in names}
        return cls(duration_ms=round(exhibit.stream.duration * 1000), **told)


class CaseFileRow(BaseModel):
    """A case with its authorisations and recordings."""

    case: CaseRow
    mandates: list[MandateRow]
    exhibits: list[ExhibitRow]

    @classmethod
    def of(cls, file: CaseFile) -> CaseFileRow:
        """As the door gave it."""
        return cls(
            case=CaseRow.of(file.case),
            mandates=[MandateRow.of(m) for m in file.mandates],
            exhibits=[ExhibitRow.of(e) for e in file.exhibits],
        )


class TrackRow(BaseModel):
    """One moving object: a candidate, until a named person confirms it."""

    id: Id
    exhibit_id: Id
    object_class: ObjectClass
    confidence: float = Field(description="0 to 1.")
    why: str = Field(description="What the confidence rests on.")
    start_ms: int
    end_ms: int
    real_time: datetime | None = Field(description="Of the first picture, as the clock is stated.")
    colours: dict[Colour, float] = Field(description="Share of each, 0 to 1.")
    direction: Direction
    moving: bool

    @classmethod
    def of(cls, track: Track, exhibits: Mapping[str, Exhibit]) -> TrackRow:
        """As the door gave it, with the real time by its recording's clock."""
        names = ("id", "exhibit_id", "object_class", "confidence", "why", "start_ms", "end_ms")
        told = {name: getattr(track, name) for name in names}
        return cls(
            real_time=exhibits[track.exhibit_id].real_time(track.start_ms),
            colours=dict(track.description.colours),
            direction=track.description.direction,
            moving=track.description.moving,
            **told,
        )


class Found(BaseModel):
    """What answers a search, a page of it."""

    found: int = Field(description="Tracks on all pages.")
    page: int
    per_page: int
    tracks: list[TrackRow]
    unread: list[Id] = Field(
        description="Recordings not looked at whole: *not found* does not speak of them."
    )


class Span(Sent):
    """A span of a recording that is to leave."""

    exhibit_id: Id
    start_ms: Millis = Field(description="Of the recording's own time.")
    length_ms: Length
    reason: str = Field(min_length=1, max_length=2000)
    recipient: str = Field(default="", max_length=200)


class Head(BaseModel):
    """The ledger's present head."""

    size: int
    root: str = Field(description="Hexadecimal.")
