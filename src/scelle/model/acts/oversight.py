"""Acts of those who oversee."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import Act, CaseAct


@dataclass(frozen=True, kw_only=True)
class ConsultLedger(CaseAct):
    """Read the ledger entries of one case with their sealed fields.

    Attributes:
        last: so many of the last entries alone; all of them by default.
    """

    kind: ClassVar[str] = "consult-ledger"

    last: int | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultInstallation(Act):
    """Read, with their sealed fields, the entries that belong to no case."""

    kind: ClassVar[str] = "consult-installation"


@dataclass(frozen=True, kw_only=True)
class AcceptState(Act):
    """Take what the database says of somebody or something as true from now on.

    For a database put back from a backup, or mended by hand; the reason is required.

    Attributes:
        subject: ``agents``, ``agent:NAME`` or ``case:ID``.
    """

    kind: ClassVar[str] = "accept-state"
    subject: str


@dataclass(frozen=True, kw_only=True)
class AcceptTime(Act):
    """Take the machine's clock as right although an entry is later: that one ran ahead."""

    kind: ClassVar[str] = "accept-time"


@dataclass(frozen=True, kw_only=True)
class ReplayAnalysis(CaseAct):
    """Analyse an exhibit again, aside, and compare; nothing is shown and nothing replaced.

    Attributes:
        detector: the model's file, where the analysis used one.
    """

    kind: ClassVar[str] = "replay-analysis"
    workers: int = 2
    detector: str = ""


@dataclass(frozen=True, kw_only=True)
class ExportLedger(Act):
    """Export the ledger's disclosed fields, with proofs; no sealed field.

    Attributes:
        output: a file; a folder for tiles.
        tiles: as C2SP tlog-tiles instead of one file.
        entries: places of the only entries to export, each with its proof.
        growth: two sizes; instead of entries, the proof that the tree of the second begins
            with that of the first (RFC 6962, 2.1.2).
    """

    kind: ClassVar[str] = "export-ledger"
    output: Path
    tiles: bool = False
    entries: tuple[int, ...] = ()
    growth: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class InspectInstallation(Act):
    """Read how an installation is: health, storage, versions, keys, witnesses, models, people."""

    kind: ClassVar[str] = "inspect-installation"


@dataclass(frozen=True, kw_only=True)
class Attest(Act):
    """Look at what this installation can and cannot do, and write a signed statement of it.

    Attributes:
        output: a folder that does not exist yet.
    """

    kind: ClassVar[str] = "attest"
    output: Path


@dataclass(frozen=True, kw_only=True)
class ReportUse(Act):
    """Compute every figure of a period, small counts included, for overseers alone.

    Attributes:
        first, last: months, both included, as in ``2026-01``.
        output: a folder that does not exist yet; ``None`` only gives the figures.
    """

    kind: ClassVar[str] = "report"
    first: str
    last: str
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class PublishUse(Act):
    """Write a folder for everybody: the figures of a period, and what proves them.

    Attributes:
        first, last: months that are over, both included.
        output: a folder that does not exist yet.
    """

    kind: ClassVar[str] = "publish"
    first: str
    last: str
    output: Path


@dataclass(frozen=True, kw_only=True)
class RecordCommitment(Act):
    """Record when the compliance commitment was sent; real cases may be opened from then on.

    Attributes:
        sent_on: a day, as in ``2026-11-24``.
        document_sha256: hash of what was sent, hexadecimal; may be empty.
    """

    kind: ClassVar[str] = "record-commitment"
    sent_on: str
    document_sha256: str = ""
