"""How long cases are kept, and what their erasure leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scelle.model.decisions import Request
from scelle.model.evidence import CaseState


class Trigger(StrEnum):
    """Why a case is erased."""

    DEADLINE = "deadline"
    CLOSURE = "closure"
    ORDER = "order"


@dataclass(frozen=True)
class Due:
    """One case's deadline, without anything that tells what the case is about.

    Attributes:
        days: whole days left; negative once it is overdue.
        announced: of 30, 7 and 1 days, those that were announced.
        requests: orders and requests that are open.
    """

    case_id: str
    service: str
    state: CaseState
    erase_by: datetime
    days: int
    announced: tuple[int, ...]
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Erased:
    """What an erasure leaves behind.

    Attributes:
        certificate: canonical JSON, signed by the installation's key.
        residue: places in which something of the case was still found; none if all is well.
    """

    case_id: str
    certificate: str
    residue: tuple[str, ...]
