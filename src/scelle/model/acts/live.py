"""Acts of somebody who shapes a synopsis while looking at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.evidence import Power
from scelle.model.stills import Still
from scelle.model.synopsis import Hours, Part, Staging
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True, kw_only=True)
class ArrangeSynopsis(CaseAct):
    """Learn when each track that answers a query would appear in a synopsis; no picture.

    Attributes:
        hours: only what was recorded at this time of day.
        staging: how objects are brought together.
    """

    kind: ClassVar[str] = "arrange-synopsis"
    power: ClassVar[Power | None] = Power.SYNOPSIS
    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None
    staging: Staging = field(default_factory=Staging)


@dataclass(frozen=True, kw_only=True)
class ViewTubes(CaseAct):
    """See tracks pass, cut out of their recording, heads and plates masked.

    Attributes:
        parts: whose pictures are handed out.
        scenes: empty scenes that are handed out, by the names that arranging gave.
        shown: tracks whose pictures were handed out before and are seen now.
        speed: recorded seconds for each second shown.
    """

    kind: ClassVar[str] = "view-tubes"
    power: ClassVar[Power | None] = Power.CONSULT
    parts: tuple[Part, ...] = ()
    scenes: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    speed: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ViewStill(CaseAct):
    """See a single picture that sums up the tracks that answer a query.

    Attributes:
        still: which.
        hours: only what was recorded at this time of day.
    """

    kind: ClassVar[str] = "view-still"
    power: ClassVar[Power | None] = Power.SYNOPSIS
    still: Still
    query: TrackQuery = field(default_factory=TrackQuery)
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class PlayExhibit(CaseAct):
    """Play a short span of one exhibit as it was recorded, heads and plates masked.

    Attributes:
        start_ms, end_ms: span in milliseconds of the recording's own time, the end excluded.
        speed: recorded seconds for each second shown; from 2 on, pictures are left out that
            nobody could see.
    """

    kind: ClassVar[str] = "play-exhibit"
    power: ClassVar[Power | None] = Power.CONSULT
    start_ms: int
    end_ms: int
    speed: float = 1.0
