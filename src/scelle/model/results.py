"""What the handlers of acts give back, where it is not one of the other values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Self

from scelle.model.asking import Question
from scelle.model.evidence import Agent, Case, Clearance, Coverage, Exhibit, Mandate
from scelle.model.signing import Signature
from scelle.model.tracks import Track


@dataclass(frozen=True)
class Activity:
    """When anything moves in one exhibit.

    Attributes:
        tracks: how many it has.
        spans: first and last millisecond of the recording's own time, apart from each other,
            in order.
    """

    tracks: int
    spans: tuple[tuple[int, int], ...]


class Found(tuple[Track, ...]):
    """The tracks that a search hands out, in order of exhibit and time.

    Attributes:
        total: how many answer in all.
        entry: ledger entry of the search.
        activity: of each exhibit by its id, where it was asked for.
    """

    total: int
    entry: int
    activity: Mapping[str, Activity]

    @classmethod
    def of(
        cls,
        tracks: Iterable[Track],
        total: int,
        entry: int,
        activity: Mapping[str, Activity] | None = None,
    ) -> Self:
        """These tracks of so many."""
        found = cls(tracks)
        found.total, found.entry, found.activity = total, entry, activity or {}
        return found


@dataclass(frozen=True)
class Analysis:
    """What an analysis of one exhibit yielded.

    Attributes:
        tracks: how many objects were found; every one is a candidate.
        recorded_s: length of the recording, seconds.
        wall_s: time that this run took; a finished analysis is not run again.
        fresh: this run did it; otherwise it was finished before.
        manifest_sha256: digest of everything that decides the result.
        environment: where it ran and what held the decoders; empty if not fresh.
    """

    exhibit_id: str
    coverage: Coverage
    tracks: int
    recorded_s: float
    wall_s: float
    manifest_sha256: str
    fresh: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replay:
    """Two results of one analysis, compared.

    Attributes:
        manifest_sha256: digest of what decided the result that is kept.
        manifest_sha256_now: of what decides it here and now.
        differences: what decides it otherwise, in words.
        tracks, tracks_now: how many.
        matched: tracks that have their like on the other side.
        tracks_sha256, tracks_sha256_now: digests over all tracks.
        tolerance: when results that are not identical count as the same, in words.
        verdict: ``identical``, ``within tolerance`` or ``different``.
    """

    exhibit_id: str
    manifest_sha256: str
    manifest_sha256_now: str
    differences: tuple[str, ...]
    tracks: int
    tracks_now: int
    matched: int
    tracks_sha256: str
    tracks_sha256_now: str
    tolerance: str
    verdict: str


@dataclass(frozen=True)
class Reopened:
    """What another installation's bundle holds, and what replaying it gave.

    Attributes:
        files: as the manifest names them, with their SHA-256; each was compared.
        replays: of each recording that the bundle holds whole.
        without: labels of those that it does not, so that nothing could be replayed.
    """

    files: tuple[tuple[str, str], ...]
    replays: tuple[Replay, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class Synopsis:
    """A composed synopsis.

    Attributes:
        exhibit_ids: what it was made from.
        duration_s: length of the synopsis.
        source_s: length of the recordings it stands for.
        tracks_total: tracks that answer the query.
        tracks_shown: tracks that appear in it.
        collision: share of object area that collides, 0 to 1.
        path: copy outside the vault, where one was asked for.
        asked: what it was to show, of any exhibit; ``None`` where it was composed before that
            was kept.
    """

    id: str
    case_id: str
    exhibit_ids: tuple[str, ...]
    duration_s: float
    source_s: float
    tracks_total: int
    tracks_shown: int
    collision: float
    path: Path | None = None
    asked: Question | None = None


@dataclass(frozen=True)
class CaseFile:
    """A case's own facts, without anything seen in its recordings.

    Attributes:
        mandates: every mandate, whatever its state, oldest first.
        exhibits: in order of receipt.
        synopses: those kept in the vault, oldest first.
        signatures: on any of the mandates, oldest first.
        clearances: for the case's service, oldest first.
    """

    case: Case
    mandates: tuple[Mandate, ...]
    exhibits: tuple[Exhibit, ...]
    synopses: tuple[Synopsis, ...]
    signatures: tuple[Signature, ...] = ()
    clearances: tuple[Clearance, ...] = ()


@dataclass(frozen=True)
class Exported:
    """A file that left the system.

    Attributes:
        rows: pictures of a clip, rows of a table, entries of a ledger.
        sha256: hexadecimal digest of the file.
        how: how a clip was made, in words; else empty.
        native: the untouched packets beside a clip, where they were asked for.
    """

    path: Path
    rows: int
    sha256: str
    how: str = ""
    native: Path | None = None


@dataclass(frozen=True)
class Printed:
    """A document that left the system.

    Attributes:
        name: of the file.
        data: the PDF file.
        sha256: of it, hexadecimal.
        signed: it bears a signature.
    """

    name: str
    data: bytes
    sha256: str
    signed: bool


@dataclass(frozen=True)
class ClockProposal:
    """What the clock burnt into an exhibit's pictures tells; nobody has agreed to it yet.

    Attributes:
        start: what the clock showed at the first picture; naive, it states no zone.
        residual: seconds by which the start may be off, at the most.
        agreeing, disagreeing: readings that fit one clock, and that do not.
        steps: place and size, in seconds, of each jump of the clock.
    """

    exhibit_id: str
    start: datetime
    residual: Fraction
    agreeing: int
    disagreeing: int
    steps: tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True)
class Inspection:
    """How an installation is; nothing in it tells of a case.

    Attributes:
        protected: what holds decoding processes; ``missing`` what does not.
        stored: what lies there, and its bytes.
        free: bytes that the disk has left.
        versions: of the program and its libraries.
        entries: of the ledger.
        vkeys: verifier keys of the ledger, the one that signs now last.
        witnesses: name, address and entries of the last head that each co-signed.
        models: name, SHA-256 and labels of each that may run.
        people: everybody who is registered, or those of one service.
        clearances: of the asker's own service; empty for whoever heads none.
    """

    protected: tuple[str, ...]
    missing: tuple[str, ...]
    settings: Mapping[str, str]
    stored: Mapping[str, int]
    free: int
    versions: Mapping[str, str]
    entries: int
    vkeys: tuple[str, ...]
    witnesses: tuple[tuple[str, str, int], ...]
    models: tuple[tuple[str, str, tuple[str, ...]], ...]
    people: tuple[Agent, ...]
    clearances: tuple[Clearance, ...]
