"""Signing mandates: an Ed25519 key, or a passkey whose challenge is the mandate's digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scelle.errors import BadInput, NotFound
from scelle.law.statement import CONTEXT, mandate_digest
from scelle.model.acts import EnrolCredential, Outcome, Permit, Progress, SignMandate
from scelle.model.evidence import new_id
from scelle.model.signing import Credential, CredentialKind, Signature
from scelle.store.records import Records
from scelle.store.signing import SigningStore


class Sign:
    """Handlers of :class:`EnrolCredential` and :class:`SignMandate`."""

    def __init__(self, records: Records, store: SigningStore) -> None:
        self._records = records
        self._store = store

    def enrol(self, act: EnrolCredential, permit: Permit, progress: Progress) -> Outcome:
        """Keep the public key that a person signs with; the value is the :class:`Credential`.

        Raises:
            BadInput: no such key, or a passkey's registration that does not hold.
        """
        credential = _credential(act, permit)
        self._store.add_credential(credential)
        return Outcome(credential, {"credentials": 1}, {credential.id: "credential"})

    def sign(self, act: SignMandate, permit: Permit, progress: Progress) -> Outcome:
        """Verify a signature over a mandate's digest and keep it; the value is it.

        Raises:
            NotFound: no such credential of this person.
            BadInput: the signature does not hold for this very mandate.
        """
        mandate = self._records.mandate(act.mandate_id)
        credential = self._store.credential(act.credential_id)
        if credential is None or credential.agent_id != permit.agent_id:
            raise NotFound(
                f"{permit.agent_id} has not enrolled the key {act.credential_id}.",
                remedy="Enrol it with `scelle credential enrol`, or give another.",
            )
        digest = mandate_digest(mandate)
        count = verify(credential, digest, act.evidence)
        signature = Signature(
            id=new_id(),
            case_id=act.case_id,
            mandate_id=mandate.id,
            credential_id=credential.id,
            agent_id=permit.agent_id,
            digest=digest.hex(),
            evidence=act.evidence,
            signed_at=permit.at,
        )
        self._store.add_signature(signature, replace(credential, sign_count=count))
        return Outcome(signature, {"signatures": 1}, {mandate.id: digest.hex()})


def verify(credential: Credential, digest: bytes, evidence: str) -> int:
    """Check a signature over a mandate's digest.

    Args:
        credential: the key that must have made it.
        digest: 32 bytes.
        evidence: base64url of an Ed25519 signature over ``scelle mandate v1``, a newline
            and the digest (RFC 8032); or a passkey's assertion as JSON, whose challenge
            is the digest (Web Authentication, level 2, section 7.2).

    Returns:
        A passkey's counter after it signed; 0 for others.

    Raises:
        BadInput: it does not hold.
    """
    try:
        if credential.kind is CredentialKind.ED25519:
            key = Ed25519PublicKey.from_public_bytes(decoded(credential.public_key))
            key.verify(decoded(evidence), CONTEXT + digest)
            return 0
        return asserted(credential, digest, evidence)
    except (InvalidSignature, ValueError) as error:
        raise BadInput(
            f"The signature does not hold for this mandate: {error or type(error).__name__}.",
            remedy="Sign the digest that `scelle mandate digest` prints, with the enrolled key.",
        ) from error


def asserted(credential: Credential, challenge: bytes, evidence: str) -> int:
    """Check a passkey's assertion (Web Authentication, level 2, section 7.2).

    Args:
        challenge: what it was asked to sign.
        evidence: the assertion as JSON.

    Returns:
        Its counter after it signed.

    Raises:
        ValueError: it does not hold.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        checked = webauthn.verify_authentication_response(
            credential=_object(evidence),
            expected_challenge=challenge,
            expected_rp_id=credential.rp_id,
            expected_origin=credential.origin,
            credential_public_key=decoded(credential.public_key),
            credential_current_sign_count=credential.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, TypeError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return int(checked.new_sign_count)


def _credential(act: EnrolCredential, permit: Permit) -> Credential:
    # Loaded here: it takes a tenth of the time in which any other command starts.
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        if act.credential is CredentialKind.ED25519:
            raw = decoded(act.public_key)
            Ed25519PublicKey.from_public_bytes(raw)
            own = hashlib.sha256(raw).hexdigest()
            return Credential(own, permit.agent_id, act.credential, act.public_key, permit.at)
        checked = webauthn.verify_registration_response(
            credential=_object(act.public_key),
            expected_challenge=decoded(act.challenge),
            expected_rp_id=act.rp_id,
            expected_origin=act.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise BadInput(
            f"This key cannot be enrolled: {error}.",
            remedy="Give a raw Ed25519 public key in base64url, or a passkey's registration.",
        ) from error
    return Credential(
        id=_encoded(checked.credential_id),
        agent_id=permit.agent_id,
        kind=act.credential,
        public_key=_encoded(checked.credential_public_key),
        enrolled_at=permit.at,
        rp_id=act.rp_id,
        origin=act.origin,
        sign_count=int(checked.sign_count),
    )


def _object(text: str) -> dict[str, Any]:
    """A passkey's answer, which is a JSON object.

    Raises:
        ValueError, TypeError: it is none.
    """
    try:
        told = json.loads(text)
    except RecursionError as error:
        raise ValueError("an answer without an end") from error
    if not isinstance(told, dict):
        raise TypeError("no JSON object")
    return told


def decoded(text: str) -> bytes:
    """Bytes of a text in base64url, padded or not.

    Raises:
        ValueError: it is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
