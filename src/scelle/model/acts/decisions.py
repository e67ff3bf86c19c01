"""Acts by which people decide, and by which concealment is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.decisions import Judgement
from scelle.model.evidence import FourEyes, Power


@dataclass(frozen=True, kw_only=True)
class DecideTrack(CaseAct):
    """Confirm or reject a candidate, or take that back; the reason is required.

    Attributes:
        search: ledger entry of the search that put it forward.
    """

    kind: ClassVar[str] = "decide-track"
    power: ClassVar[Power | None] = Power.CONSULT
    track_id: str
    judgement: Judgement
    search: int | None = None


@dataclass(frozen=True, kw_only=True)
class NoteTrack(CaseAct):
    """Write a note on a candidate; it takes the place of the asker's own earlier one.

    Attributes:
        text: in the asker's words; empty takes the earlier one back.
    """

    kind: ClassVar[str] = "note-track"
    power: ClassVar[Power | None] = Power.CONSULT
    track_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RevealTrack(CaseAct):
    """Lift the concealment of one track; that of everybody else stays."""

    kind: ClassVar[str] = "reveal-track"
    power: ClassVar[Power | None] = Power.REVEAL
    seconded: ClassVar[FourEyes | None] = FourEyes.REVEAL
    track_id: str


@dataclass(frozen=True, kw_only=True)
class ConcealTrack(CaseAct):
    """Conceal a track again."""

    kind: ClassVar[str] = "conceal-track"
    power: ClassVar[Power | None] = Power.CONSULT
    track_id: str


@dataclass(frozen=True, kw_only=True)
class ConsultSearches(CaseAct):
    """Read every search of a case, every decision and note: for the defence too.

    Attributes:
        decisions_only: leave the searches out.
    """

    kind: ClassVar[str] = "consult-searches"
    decisions_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ApproveAct(CaseAct):
    """Second another person's act, once.

    Attributes:
        entry: the ledger entry of its refusal.
    """

    kind: ClassVar[str] = "approve-act"
    entry: int
