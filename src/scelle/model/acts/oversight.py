"""Acts of those who oversee."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import Act, CaseAct


@dataclass(frozen=True, kw_only=True)
class ConsultLedger(CaseAct):
    """Read the ledger entries of one case with their sealed fields."""

    kind: ClassVar[str] = "consult-ledger"


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
    """

    kind: ClassVar[str] = "export-ledger"
    output: Path
    tiles: bool = False
    entries: tuple[int, ...] = ()
