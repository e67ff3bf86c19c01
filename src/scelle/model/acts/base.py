"""What every act has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.evidence import Power


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
