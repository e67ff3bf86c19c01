"""Coming in: passkeys, passwords (argon2id), invitations; and the end of sessions."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import replace
from datetime import timedelta
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from scelle.errors import BadInput
from scelle.model.acts import (
    EndSessions,
    InviteAgent,
    Outcome,
    Permit,
    Progress,
    SetPassword,
    SignIn,
)
from scelle.model.evidence import new_id
from scelle.model.signing import Invitation, Invited, SignInMethod
from scelle.operations.sign import asserted, decoded
from scelle.store.sign_ins import SignInStore
from scelle.store.signing import SigningStore

#: The fewest characters of a password that is all there is (NIST SP 800-63B-4, 3.1.1.2).
SHORTEST = 15
LONGEST = 256

INVITED = timedelta(days=2)

#: RFC 9106, section 4, second recommended choice: 64 MiB, three passes, four lanes.
_PASSES, _LANES, _KIB = 3, 4, 64 * 1024


class SignInFailed(BadInput):
    """What was shown does not prove who somebody is."""


class SignIns:
    """Handlers of the acts by which people come in."""

    def __init__(self, store: SignInStore, signing: SigningStore) -> None:
        self._store = store
        self._signing = signing

    def sign_in(self, act: SignIn, permit: Permit, progress: Progress) -> Outcome:
        """Hold what somebody shows against what they have enrolled.

        Returns:
            An outcome whose value is the :class:`~scelle.model.evidence.Agent`.

        Raises:
            SignInFailed: it does not prove it; the same words whatever is wrong.
        """
        agent = self._store.person(permit.agent_id)
        if act.method is SignInMethod.PASSKEY:
            good = self._passkey(act, permit)
        elif act.method is SignInMethod.PASSWORD:
            good = self._password(act, permit)
        else:
            code = hashlib.sha256(act.evidence.strip().lower().encode()).hexdigest()
            good = self._store.use_invitation(permit.agent_id, code, permit.at)
        if not good or agent is None:
            raise SignInFailed(
                "That does not let you in.",
                remedy="Check the name and what you typed; a head of service can invite you anew.",
            )
        if act.method is not SignInMethod.INVITATION:
            self._store.succeeded(agent.id)
        return Outcome(agent, {"sign_ins": 1}, {act.method.value: act.credential_id})

    def set_password(self, act: SetPassword, permit: Permit, progress: Progress) -> Outcome:
        """Keep a password as its argon2id hash (RFC 9106).

        Raises:
            BadInput: it is too short, too long, or holds the person's name.
        """
        words = act.password
        if not SHORTEST <= len(words) <= LONGEST or len(set(words)) < 5:
            raise BadInput(
                f"A password has {SHORTEST} to {LONGEST} characters, five different ones at least.",
                remedy="Choose a sentence that you will remember, or enrol a passkey instead.",
            )
        if permit.agent_id.lower() in words.lower():
            raise BadInput(
                "A password does not hold its owner's name.", remedy="Choose another sentence."
            )
        self._store.set_password(permit.agent_id, _hashed(words), permit.at)
        return Outcome(None, {"passwords": 1})

    def invite(self, act: InviteAgent, permit: Permit, progress: Progress) -> Outcome:
        """Draw a code for somebody; the value is an :class:`~scelle.model.signing.Invited`."""
        code, until = new_id(), permit.at + INVITED
        sha256 = hashlib.sha256(code.encode()).hexdigest()
        invitation = Invitation(new_id(), act.agent_id, sha256, permit.agent_id, permit.at, until)
        self._store.add_invitation(invitation)
        return Outcome(
            Invited(act.agent_id, code, until), {"invitations": 1}, {act.agent_id: "agent"}
        )

    def end_sessions(self, act: EndSessions, permit: Permit, progress: Progress) -> Outcome:
        """End somebody's sessions, wherever they are."""
        self._store.end(act.agent_id, permit.at, bar=act.bar)
        return Outcome(None, {"barred": int(act.bar)}, {act.agent_id: "agent"})

    def _passkey(self, act: SignIn, permit: Permit) -> bool:
        own = self._store.passkeys(permit.agent_id)
        credential = next((c for c in own if c.id == act.credential_id), None)
        if credential is None:
            return False
        # The port may be another than when it was enrolled; the name is the same.
        here = replace(credential, origin=act.origin)
        try:
            count = asserted(here, decoded(act.challenge), act.evidence)
        except ValueError:
            return False
        if count != credential.sign_count:
            self._signing.count(replace(credential, sign_count=count))
        return True

    def _password(self, act: SignIn, permit: Permit) -> bool:
        kept = self._store.password(permit.agent_id)
        # A name without a password takes as long.
        same = _matches(kept or _nobody(), act.evidence)
        if same and kept:
            return True
        until = self._store.failed(permit.agent_id, permit.at)
        if until is not None:
            raise SignInFailed(
                f"Too many wrong passwords: none is looked at before {until.isoformat()}.",
                remedy="Sign in with a passkey, or wait.",
            )
        return False


def _hashed(password: str) -> str:
    made = Argon2id(
        salt=os.urandom(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_KIB
    )
    return made.derive_phc_encoded(password.encode())


@cache
def _nobody() -> str:
    return _hashed(secrets.token_urlsafe())


def _matches(kept: str, password: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), kept)
    except InvalidKey:
        return False
    return True
