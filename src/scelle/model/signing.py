"""Keys that people sign with, and their signatures on mandates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CredentialKind(StrEnum):
    """How somebody signs."""

    ED25519 = "ed25519"
    PASSKEY = "passkey"


@dataclass(frozen=True)
class Credential:
    """A public key that one person signs with.

    Attributes:
        id: an Ed25519 key's SHA-256, hexadecimal; a passkey's own id, base64url.
        public_key: base64url: 32 raw bytes (RFC 8032), or a COSE key (RFC 9052).
        rp_id: the name that a passkey belongs to; empty for others.
        origin: where a passkey signs; empty for others.
        sign_count: a passkey's counter when it last signed.
    """

    id: str
    agent_id: str
    kind: CredentialKind
    public_key: str
    enrolled_at: datetime
    rp_id: str = ""
    origin: str = ""
    sign_count: int = 0


@dataclass(frozen=True)
class Signature:
    """A person's signature on a mandate, kept so that anybody can check it again.

    Attributes:
        digest: what was signed: SHA-256 of the mandate's statement, hexadecimal.
        evidence: base64url of an Ed25519 signature, or a passkey's assertion as JSON.
    """

    id: str
    case_id: str
    mandate_id: str
    credential_id: str
    agent_id: str
    digest: str
    evidence: str
    signed_at: datetime


class SignInMethod(StrEnum):
    """How somebody proves who they are."""

    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105 - a name, not one
    INVITATION = "invitation"


@dataclass(frozen=True)
class Invitation:
    """A code that lets somebody in once, to enrol what they sign in with afterwards.

    Attributes:
        code_sha256: hexadecimal; the code itself is told once and kept nowhere.
    """

    id: str
    agent_id: str
    code_sha256: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class Invited:
    """What somebody is told who invited another.

    Attributes:
        code: to be handed over in person; it is kept nowhere.
    """

    agent_id: str
    code: str
    expires_at: datetime
