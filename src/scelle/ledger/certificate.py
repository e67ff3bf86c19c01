"""Certificates of erasure: canonical JSON, signed with the installation's key.

``{"body": {...}, "key": verifier key, "signature": base64}``; the signature (Ed25519,
RFC 8032) is over the line ``scelle erasure certificate v1`` and the body's canonical
JSON (RFC 8785).  It is checked without any of the data.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scelle.errors import BadInput, Damaged
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import BadNote, VerifierKey
from scelle.ledger.entries import Value

FORMAT = "scelle-erasure-1"
_CONTEXT = b"scelle erasure certificate v1\n"


@dataclass(frozen=True)
class Checked:
    """A certificate whose signature holds.

    Attributes:
        body: what it says.
        key: the verifier key of the installation that signed it.
    """

    body: Mapping[str, Value]
    key: str

    @property
    def clean(self) -> bool:
        """Nothing of the case was found after it was erased."""
        residue = self.body["residue"]
        return isinstance(residue, dict) and residue.get("found") == []


def sign(body: Mapping[str, Value], key: Ed25519PrivateKey, vkey: str) -> str:
    """One line of canonical JSON that holds the body, the key and the signature."""
    signature = key.sign(_CONTEXT + canonical(dict(body)))
    told = {"body": dict(body), "key": vkey, "signature": base64.b64encode(signature).decode()}
    return canonical(told).decode() + "\n"


def check(text: str, vkey: str = "") -> Checked:
    """Verify a certificate.

    Args:
        text: the certificate.
        vkey: the verifier key to trust; empty takes the certificate's own word for it.

    Raises:
        BadInput: not a certificate.
        Damaged: its signature does not hold, or it names another key.
    """
    try:
        told = json.loads(text)
        body, key = told["body"], str(told["key"])
        signature = base64.b64decode(told["signature"], validate=True)
        # Base64 can be written in several ways, of which one alone is the certificate.
        once = {**told, "signature": base64.b64encode(signature).decode()}
        if body["format"] != FORMAT or canonical(once).decode() != text.rstrip("\n"):
            raise ValueError("another format")
        public = Ed25519PublicKey.from_public_bytes(VerifierKey.parse(key).public)
    except (ValueError, KeyError, TypeError, binascii.Error, BadNote) as error:
        raise BadInput(
            "This is not a certificate of erasure.",
            remedy="Give the file that `scelle erasure run` wrote, unchanged.",
        ) from error
    if vkey and key != vkey:
        raise Damaged(
            "The certificate was signed by another installation.",
            remedy="Compare its key with the one that the installation made known.",
        )
    try:
        public.verify(signature, _CONTEXT + canonical(body))
    except InvalidSignature as error:
        raise Damaged(
            "The certificate is not what was signed.", remedy="Ask for the original file."
        ) from error
    return Checked(body, key)
