"""Acts on people: who is known, and who is cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from scelle.model.acts.base import Act
from scelle.model.evidence import Role
from scelle.model.signing import CredentialKind


@dataclass(frozen=True, kw_only=True)
class RegisterAgent(Act):
    """Make a person known, with roles, by an administrator (or the first person)."""

    kind: ClassVar[str] = "register-agent"
    agent_id: str
    roles: frozenset[Role]
    service: str


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
class EnrolCredential(Act):
    """Make known the public key that one signs with oneself.

    Attributes:
        public_key: a raw Ed25519 key in base64url; or a passkey's registration as JSON.
        challenge: what the passkey was asked to sign, base64url.
        rp_id, origin: the name that the passkey belongs to, and where it signs.
    """

    kind: ClassVar[str] = "enrol-credential"
    credential: CredentialKind
    public_key: str
    challenge: str = ""
    rp_id: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawClearance(Act):
    """The head of service ends a clearance at once."""

    kind: ClassVar[str] = "withdraw-clearance"
    clearance_id: str
