"""What every act has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.evidence import FourEyes, Power


@dataclass(frozen=True, kw_only=True)
class Act:
    """Base of all acts.

    Class attributes:
        kind: name in the ledger's disclosed fields, stable for ever.
        power: what a mandate must permit, or ``None`` when no mandate is needed.
        seconded: what a case may make need a second person, if it is of that sort.

    Attributes:
        reason: why, in the asker's words; sealed in the ledger.
    """

    kind: ClassVar[str]
    power: ClassVar[Power | None] = None
    seconded: ClassVar[FourEyes | None] = None
    reason: str = ""

    @property
    def sort(self) -> FourEyes | None:
        """For what a case may make it need a second person; ``None`` where for nothing."""
        return self.seconded


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
