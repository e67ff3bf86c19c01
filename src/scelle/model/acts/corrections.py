"""Acts on what is stated of a recording: its clock, its camera, its origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.evidence import Power
from scelle.model.time import Reference


@dataclass(frozen=True, kw_only=True)
class SetClock(CaseAct):
    """State how the recorder's time maps to real time; the recording is never altered.

    What is ``None`` or empty stays as it was.  Reference points give the offset, the
    drift and the uncertainty; an offset stated outright takes the place of those.

    Attributes:
        recorded_at: what the recorder's clock showed at the first picture.
        references: moments at which both times are known.
        offset: seconds to add to recorder time, stated outright.
        uncertainty: half-width of a stated offset, seconds.
        proof: what a stated offset rests on.
        zone: IANA name of the zone in which real times are shown.
        follows: the recorder's display changes with that zone's summer time.
    """

    kind: ClassVar[str] = "set-clock"
    power: ClassVar[Power | None] = Power.RECEIVE
    recorded_at: datetime | None = None
    references: tuple[Reference, ...] = ()
    offset: Fraction | None = None
    uncertainty: Fraction | None = None
    proof: str = ""
    zone: str | None = None
    follows: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ProposeClock(CaseAct):
    """Read the clock burnt into an exhibit's pictures, and propose it; nothing is changed.

    Attributes:
        zone: left, top, width, height of the clock's text, native pixels.
        at_ms: place of the marked picture, milliseconds of the recording's own time.
        text: what the clock shows there, every character.
        pattern: how the text reads, a ``strptime`` format.
    """

    kind: ClassVar[str] = "propose-clock"
    power: ClassVar[Power | None] = Power.ANALYSE
    zone: tuple[int, int, int, int]
    at_ms: int
    text: str
    pattern: str = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class CorrectExhibit(CaseAct):
    """Correct what was stated of exhibits at their receipt; what was stated before is kept.

    Attributes:
        camera, origin: ``None`` leaves it as it is.
    """

    kind: ClassVar[str] = "correct-exhibit"
    power: ClassVar[Power | None] = Power.RECEIVE
    camera: str | None = None
    origin: str | None = None
