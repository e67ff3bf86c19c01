"""Acts on how long data are kept, and on their end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import Act, CaseAct
from scelle.model.decisions import RequestKind, RequestState
from scelle.model.evidence import FourEyes


@dataclass(frozen=True, kw_only=True)
class ConsultRetention(Act):
    """Read which cases must be erased when; nothing of what they are about."""

    kind: ClassVar[str] = "consult-retention"


@dataclass(frozen=True, kw_only=True)
class AnnounceErasure(CaseAct):
    """Write down that a deadline draws near.

    Attributes:
        days: 30, 7 or 1.
    """

    kind: ClassVar[str] = "announce-erasure"
    days: int


@dataclass(frozen=True, kw_only=True)
class ExtendRetention(CaseAct):
    """A magistrate keeps a case for two years more (art. 230-22).

    Attributes:
        article: what the case falls under, of 706-73 to 706-74.
    """

    kind: ClassVar[str] = "extend-retention"
    article: str


@dataclass(frozen=True, kw_only=True)
class MakeRequest(CaseAct):
    """Order an erasure, or ask that data be rectified or completed (arts 230-23, 230-24).

    Attributes:
        text: what is asked, in words; sealed.
    """

    kind: ClassVar[str] = "make-request"
    request: RequestKind
    text: str


@dataclass(frozen=True, kw_only=True)
class SettleRequest(CaseAct):
    """Say what became of a request.

    Attributes:
        answer: what was done, in words; sealed.
    """

    kind: ClassVar[str] = "settle-request"
    request_id: str
    state: RequestState
    answer: str


@dataclass(frozen=True, kw_only=True)
class EraseCase(CaseAct):
    """Destroy a case's key and everything that lies under it; what is left is a certificate.

    Attributes:
        output: where the certificate is written.
        sequester_to: age recipient to whom everything is handed over first.
        sequestered: the folder that then holds it.
        backups: what is known of copies elsewhere, in words.
    """

    kind: ClassVar[str] = "erase-case"
    seconded: ClassVar[FourEyes | None] = FourEyes.ERASURE
    output: Path
    sequester_to: str = ""
    sequestered: Path | None = None
    backups: tuple[str, ...] = ()
