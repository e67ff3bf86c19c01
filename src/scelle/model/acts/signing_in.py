"""Acts by which people come in, and by which they are kept out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scelle.model.acts.base import Act
from scelle.model.signing import SignInMethod

#: What is asked with a field of this sort stands in no entry of the ledger.
SECRET = {"secret": True}


@dataclass(frozen=True, kw_only=True)
class SignIn(Act):
    """Prove that one is who one says; whoever does may ask for other acts.

    Attributes:
        credential_id: the passkey that answers.
        challenge, origin: what it was asked to sign, base64url, and by which page.
        evidence: its assertion as JSON, the password, or the code of an invitation.
    """

    kind: ClassVar[str] = "sign-in"
    method: SignInMethod
    credential_id: str = ""
    challenge: str = ""
    origin: str = ""
    evidence: str = field(default="", repr=False, metadata=SECRET)


@dataclass(frozen=True, kw_only=True)
class SetPassword(Act):
    """Choose one's own password."""

    kind: ClassVar[str] = "set-password"
    password: str = field(repr=False, metadata=SECRET)


@dataclass(frozen=True, kw_only=True)
class InviteAgent(Act):
    """Give somebody a code, good once, to come in with and enrol a passkey or a password."""

    kind: ClassVar[str] = "invite-agent"
    agent_id: str


@dataclass(frozen=True, kw_only=True)
class EndSessions(Act):
    """End every session of somebody at once.

    Attributes:
        bar: what they signed in with until now does not let them in any more either.
    """

    kind: ClassVar[str] = "end-sessions"
    agent_id: str
    bar: bool = False
