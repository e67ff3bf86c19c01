"""Acts: what somebody asks to do.  One frozen dataclass each.

Reading is an act.  Every act has one rule in :mod:`scelle.law.rules`, one
handler in :mod:`scelle.operations` and one page in the documentation; a test
fails where one is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Protocol

from scelle.model.evidence import MandateState, Power, Role, new_id
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True, kw_only=True)
class Act:
    """Base of all acts.

    Class attributes:
        kind: name in the ledger's disclosed fields, stable for ever.
        power: what a mandate must permit, or ``None`` when no mandate is needed.

    Attributes:
        reason: why, in the asker's words; sealed in the ledger.
    """

    kind: ClassVar[str]
    power: ClassVar[Power | None] = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseAct(Act):
    """An act inside one case.

    Attributes:
        exhibit_ids: the exhibits concerned; empty means all those of the case
            that the mandate covers.
    """

    kind: ClassVar[str] = ""
    case_id: str
    exhibit_ids: tuple[str, ...] = ()


# -- who may -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RegisterAgent(Act):
    """Make a person known, with roles, by an administrator (or the first person)."""

    kind: ClassVar[str] = "register-agent"
    agent_id: str
    roles: frozenset[Role]
    service: str


@dataclass(frozen=True, kw_only=True)
class OpenCase(Act):
    """Open a case in one of the legal frameworks (art. 230-20).

    Attributes:
        case_id: chosen here, so that even the asking is sealed under the case's key.
    """

    kind: ClassVar[str] = "open-case"
    case_id: str = field(default_factory=new_id)
    reference: str
    framework: str
    service: str
    offence: str = "unspecified"
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class CloseCase(CaseAct):
    """Close a case: every act inside it is refused from then on.

    Save that overseers may still consult its facts and its ledger (art. 230-24).
    """

    kind: ClassVar[str] = "close-case"


@dataclass(frozen=True, kw_only=True)
class ListCases(Act):
    """Read which cases there are that one may see: magistrates, auditors and those cleared."""

    kind: ClassVar[str] = "list-cases"


@dataclass(frozen=True, kw_only=True)
class ConsultCase(CaseAct):
    """Read a case's own facts: state, mandates, exhibits, synopses; no picture, no track."""

    kind: ClassVar[str] = "consult-case"


@dataclass(frozen=True, kw_only=True)
class GrantMandate(CaseAct):
    """A magistrate authorises acts in a case (art. R. 40-40).

    ``deemed`` records the authorisation that flagrance supposes: then an
    investigator of the case may record it.
    """

    kind: ClassVar[str] = "grant-mandate"
    powers: frozenset[Power]
    valid_from: datetime
    valid_to: datetime
    cameras: frozenset[str] = frozenset()
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    document_sha256: str = ""
    deemed: bool = False


@dataclass(frozen=True, kw_only=True)
class ChangeMandate(CaseAct):
    """A magistrate objects to, suspends, withdraws or restores a mandate."""

    kind: ClassVar[str] = "change-mandate"
    mandate_id: str
    state: MandateState


@dataclass(frozen=True, kw_only=True)
class GrantClearance(Act):
    """The head of service designates an agent (arts 230-25, 15-5)."""

    kind: ClassVar[str] = "grant-clearance"
    agent_id: str
    service: str
    data_types: frozenset[str] = frozenset({"video"})
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, kw_only=True)
class WithdrawClearance(Act):
    """The head of service ends a clearance at once."""

    kind: ClassVar[str] = "withdraw-clearance"
    clearance_id: str


# -- what is done with recordings ----------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReceiveExhibit(CaseAct):
    """Take a closed recording into the vault.

    Attributes:
        path: a regular file.
        recorded_at: what the recorder's clock showed at the first picture.
        clock_offset: seconds to add to the recorder's clock.
    """

    kind: ClassVar[str] = "receive-exhibit"
    power: ClassVar[Power | None] = Power.RECEIVE
    path: Path
    camera: str
    origin: str
    recorded_at: datetime | None = None
    clock_offset: Fraction = Fraction(0)
    clock_proof: str = ""


@dataclass(frozen=True, kw_only=True)
class AnalyseExhibit(CaseAct):
    """Find and describe the moving objects of exhibits."""

    kind: ClassVar[str] = "analyse-exhibit"
    power: ClassVar[Power | None] = Power.ANALYSE
    workers: int = 2
    detector: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchTracks(CaseAct):
    """Search the tracks of exhibits; an empty query lists them all."""

    kind: ClassVar[str] = "search-tracks"
    power: ClassVar[Power | None] = Power.CONSULT
    query: TrackQuery = field(default_factory=TrackQuery)


@dataclass(frozen=True, kw_only=True)
class ViewPictures(CaseAct):
    """See one picture of each of some tracks, heads masked."""

    kind: ClassVar[str] = "view-pictures"
    power: ClassVar[Power | None] = Power.CONSULT
    track_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsultCoverage(CaseAct):
    """Read what was and was not decoded and analysed."""

    kind: ClassVar[str] = "consult-coverage"
    power: ClassVar[Power | None] = Power.CONSULT


@dataclass(frozen=True, kw_only=True)
class MakeSynopsis(CaseAct):
    """Compose a synopsis of the tracks that answer a query.

    Attributes:
        collision: largest share of object area that may collide, 0 to 1.
        output: where a copy is written; ``None`` keeps it in the vault alone.
    """

    kind: ClassVar[str] = "make-synopsis"
    power: ClassVar[Power | None] = Power.SYNOPSIS
    query: TrackQuery = field(default_factory=TrackQuery)
    collision: float = 0.05
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ViewSynopsis(CaseAct):
    """Play a synopsis already composed."""

    kind: ClassVar[str] = "view-synopsis"
    power: ClassVar[Power | None] = Power.CONSULT
    synopsis_id: str


@dataclass(frozen=True, kw_only=True)
class ExportClip(CaseAct):
    """Export a span of one exhibit as a video, heads masked.

    Attributes:
        start_ms, end_ms: span in milliseconds of the recording's own time, the end excluded.
    """

    kind: ClassVar[str] = "export-clip"
    power: ClassVar[Power | None] = Power.EXPORT
    start_ms: int
    end_ms: int
    output: Path


@dataclass(frozen=True, kw_only=True)
class ExportTracks(CaseAct):
    """Export the tracks of one exhibit as rows of numbers.

    Attributes:
        format: ``mot`` (MOTChallenge rows).
    """

    kind: ClassVar[str] = "export-tracks"
    power: ClassVar[Power | None] = Power.EXPORT
    format: str
    output: Path


# -- oversight -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ConsultLedger(CaseAct):
    """Read the ledger entries of one case with their sealed fields."""

    kind: ClassVar[str] = "consult-ledger"


@dataclass(frozen=True, kw_only=True)
class ExportLedger(Act):
    """Export the whole ledger's disclosed fields, with proofs; no sealed field."""

    kind: ClassVar[str] = "export-ledger"
    output: Path


# -- the answer ----------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """Why an act was refused.

    Attributes:
        rule: short stable name, counted in published reports.
        article: article of law it implements.
        text: one sentence.
        remedy: what to do, one sentence.
    """

    rule: str
    article: str
    text: str
    remedy: str


@dataclass(frozen=True)
class Verdict:
    """The law's answer: granted, or refused with at least one reason.

    Attributes:
        mandate_id: the mandate that a granted act rests on; empty when the
            act needs none.
        exhibit_ids: the exhibits that the grant covers.
    """

    granted: bool
    reasons: tuple[Reason, ...] = ()
    mandate_id: str = ""
    exhibit_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.granted == bool(self.reasons):
            raise ValueError("a refusal needs reasons, and a grant has none")


@dataclass(frozen=True, eq=False)
class Permit:
    """One-use token that the door issues for one granted act.

    Attributes:
        act: the very act that was granted (compared by identity).
        agent_id: who asked.
        mandate_id: what it rests on.
        exhibit_ids: the exhibits it covers, in the case's order.
        at: when it was granted, aware.
        entry: index of the ledger entry that records the grant.
        recheck: raises :class:`scelle.errors.Refused` once the act would no
            longer be granted; long work calls it at each segment.
    """

    act: Act
    agent_id: str
    mandate_id: str
    exhibit_ids: tuple[str, ...]
    at: datetime
    entry: int
    recheck: Callable[[], None]


@dataclass(frozen=True)
class Outcome:
    """What a handler did.

    Attributes:
        value: what the asker receives.
        counts: coarse figures for the ledger's disclosed fields (exhibits,
            recorded seconds, tracks); non-negative integers.
        objects: ids and hashes of what was touched; sealed in the ledger.
    """

    value: object
    counts: Mapping[str, int] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)


class Progress(Protocol):
    """Told how far long work has come.

    ``done`` and ``total`` are recorded seconds or bytes, as ``unit`` says;
    ``done`` never decreases within one ``stage``.
    """

    def __call__(self, stage: str, done: float, total: float, unit: str) -> None: ...


def no_progress(stage: str, done: float, total: float, unit: str) -> None:
    """A :class:`Progress` that tells nobody."""
