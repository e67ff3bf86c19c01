"""Acts on cases and their mandates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from scelle.model.acts.base import Act, CaseAct
from scelle.model.evidence import FourEyes, MandateState, Power, new_id
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True, kw_only=True)
class OpenCase(Act):
    """Open a case in one of the legal frameworks (art. 230-20).

    Attributes:
        case_id: chosen here, so that even the asking is sealed under the case's key.
        offence_family: coarse, one of :mod:`scelle.law.offences`; published in counts.
        four_eyes: acts that need a second person in this case.
    """

    kind: ClassVar[str] = "open-case"
    case_id: str = field(default_factory=new_id)
    reference: str
    framework: str
    service: str
    offence_family: str = "unspecified"
    four_eyes: frozenset[FourEyes] = frozenset()
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

    Attributes:
        deemed: records the authorisation that flagrance supposes: then an
            investigator of the case may record it.
        document: the signed authorisation; it is kept, and its hash with the mandate.
        sought: the only description that may be searched for.
    """

    kind: ClassVar[str] = "grant-mandate"
    powers: frozenset[Power]
    valid_from: datetime
    valid_to: datetime
    cameras: frozenset[str] = frozenset()
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    document_sha256: str = ""
    document: Path | None = None
    deemed: bool = False
    sought: TrackQuery | None = None


@dataclass(frozen=True, kw_only=True)
class SignMandate(CaseAct):
    """A magistrate signs a mandate's digest.

    Attributes:
        credential_id: the key, enrolled before.
        evidence: base64url of an Ed25519 signature, or a passkey's assertion as JSON.
    """

    kind: ClassVar[str] = "sign-mandate"
    mandate_id: str
    credential_id: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ChangeMandate(CaseAct):
    """A magistrate objects to, suspends, withdraws or restores a mandate."""

    kind: ClassVar[str] = "change-mandate"
    mandate_id: str
    state: MandateState
