"""Mandates are signed with keys that people have enrolled, and signatures can be checked."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from scelle.errors import BadInput, NotFound
from scelle.law.statement import CONTEXT, mandate_digest, mandate_statement
from scelle.model.acts import EnrolCredential, SignMandate
from scelle.model.signing import Credential, CredentialKind
from scelle.model.tracks import ObjectClass, TrackQuery
from scelle.operations.sign import verify
from scelle.store.signing import SigningStore

Staffed = Any
RP, ORIGIN = "localhost", "http://localhost:8000"
NO_ANSWERS = ("{}", "[]", "1", "null", '{"id": "\\ud800"}', "[" * 5000)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def enrol(staffed: Staffed, key: Ed25519PrivateKey, agent: str = "judge") -> Credential:
    act = EnrolCredential(
        credential=CredentialKind.ED25519,
        public_key=encoded(key.public_key().public_bytes_raw()),
    )
    made: Credential = staffed.do(agent, act)
    return made


def sign(staffed: Staffed, credential: Credential, evidence: str) -> SignMandate:
    return SignMandate(
        case_id=staffed.case.id,
        mandate_id=staffed.mandate.id,
        credential_id=credential.id,
        evidence=evidence,
    )


def test_a_mandate_is_signed_with_an_ed25519_key(staffed: Staffed) -> None:
    key = Ed25519PrivateKey.generate()
    credential = enrol(staffed, key)
    digest = mandate_digest(staffed.mandate)
    good = encoded(key.sign(CONTEXT + digest))
    made = staffed.do("judge", sign(staffed, credential, good))
    assert made.digest == digest.hex()
    store = SigningStore(staffed.app._engine, staffed.app._records)
    (kept,) = store.signatures(staffed.mandate.id)
    assert kept == made
    # Anybody can check it again.
    assert verify(credential, mandate_digest(staffed.mandate), kept.evidence) == 0
    other = replace(staffed.mandate, cameras=frozenset({"yard"}))
    for told, evidence in (
        (mandate_digest(other), kept.evidence),
        (digest, encoded(key.sign(digest))),
        (digest, "nonsense!"),
        (digest, encoded(Ed25519PrivateKey.generate().sign(b""))),
    ):
        with pytest.raises(BadInput, match="does not hold"):
            verify(credential, told, evidence)
    assert staffed.app.verify_ledger().ok
    staffed.sql("UPDATE signatures SET agent_id = 'officer'")
    assert not staffed.app.verify_ledger().ok


def test_who_may_sign_and_with_what(staffed: Staffed) -> None:
    key = Ed25519PrivateKey.generate()
    good = encoded(key.sign(CONTEXT + mandate_digest(staffed.mandate)))
    mine = enrol(staffed, key, "officer")
    for agent in ("officer", "referent", "auditor"):
        assert "role" in staffed.rules(agent, sign(staffed, mine, good))
    # A key that somebody else has enrolled is not the judge's.
    with pytest.raises(NotFound, match="enrolled"):
        staffed.do("judge", sign(staffed, mine, good))
    with pytest.raises(BadInput, match="cannot be enrolled"):
        staffed.do("judge", EnrolCredential(credential=CredentialKind.ED25519, public_key="AA"))


def test_the_statement_holds_everything_but_the_state(staffed: Staffed) -> None:
    mandate = staffed.mandate
    zone = mandate.valid_to.astimezone(UTC) - timedelta(0)
    assert mandate_statement(replace(mandate, valid_to=zone)) == mandate_statement(mandate)
    changed = {
        "sought": TrackQuery(object_class=ObjectClass.CAR),
        "cameras": frozenset({"a"}),
        "valid_to": mandate.valid_to + timedelta(microseconds=1),
        "recorded_from": datetime(2026, 1, 1, tzinfo=UTC),
        "magistrate": "another",
        "document_sha256": "00",
    }
    digests = {mandate_digest(replace(mandate, **{k: v})) for k, v in changed.items()}
    assert len(digests | {mandate_digest(mandate)}) == len(changed) + 1
    assert json.loads(mandate_statement(mandate))["format"] == "scelle-mandate-1"


class Passkey:
    """An authenticator made of its specification (Web Authentication, level 2): ES256."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count = b"passkey-of-the-judge", 0

    def _data(self, flags: int) -> bytes:
        self.count += 1
        return hashlib.sha256(RP.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes, origin: str) -> bytes:
        told = {"type": f"webauthn.{kind}", "challenge": encoded(challenge), "origin": origin}
        return json.dumps(told).encode()

    def register(self, challenge: bytes) -> str:
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        data = self._data(0x45) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encoded(self._client("create", challenge, ORIGIN)),
            "attestationObject": encoded(attestation),
        }
        return self._whole(response)

    def sign(self, challenge: bytes, origin: str = ORIGIN, flags: int = 0x05) -> str:
        data, client = self._data(flags), self._client("get", challenge, origin)
        message = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": encoded(client),
            "authenticatorData": encoded(data),
            "signature": encoded(self.key.sign(message, ec.ECDSA(SHA256()))),
        }
        return self._whole(response)

    def _whole(self, response: dict[str, str]) -> str:
        own = encoded(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def test_a_mandate_is_signed_with_a_passkey(staffed: Staffed) -> None:
    passkey, challenge = Passkey(), b"drawn by the server, 32 bytes..."
    enrolment = EnrolCredential(
        credential=CredentialKind.PASSKEY,
        public_key=passkey.register(challenge),
        challenge=encoded(challenge),
        rp_id=RP,
        origin=ORIGIN,
    )
    with pytest.raises(BadInput, match="enrolled"):
        staffed.do("judge", replace(enrolment, challenge=encoded(b"another")))
    for nothing in NO_ANSWERS:
        with pytest.raises(BadInput, match="cannot be enrolled"):
            staffed.do("judge", replace(enrolment, public_key=nothing))
    credential = staffed.do("judge", enrolment)
    digest = mandate_digest(staffed.mandate)
    staffed.do("judge", sign(staffed, credential, passkey.sign(digest)))
    assert staffed.counts("sign-mandate") == [{"signatures": 1}]
    for wrong in (
        passkey.sign(b"another mandate's digest, 32 bytes"),
        passkey.sign(digest, origin="http://elsewhere.example"),
        passkey.sign(digest, flags=0x01),  # nobody was verified
        Passkey().sign(digest),
        *NO_ANSWERS,
    ):
        with pytest.raises(BadInput, match="does not hold"):
            staffed.do("judge", sign(staffed, credential, wrong))
    # A copy of the authenticator, whose counter lags behind, is found out.
    again = passkey.sign(digest)
    staffed.do("judge", sign(staffed, credential, again))
    with pytest.raises(BadInput, match="does not hold"):
        staffed.do("judge", sign(staffed, credential, again))
