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
class ExportLedger(Act):
    """Export the whole ledger's disclosed fields, with proofs; no sealed field."""

    kind: ClassVar[str] = "export-ledger"
    output: Path
