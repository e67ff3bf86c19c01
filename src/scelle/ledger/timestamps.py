"""Timestamps of heads (RFC 3161): an authority signs that a head was there at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from scelle.errors import BadInput, Misconfigured
from scelle.ledger import checkpoint as notes
from scelle.ledger import remote


class BadStamp(BadInput):
    """A reply that is no timestamp of the head that it is kept with."""


@dataclass(frozen=True)
class Authority:
    """A timestamp authority.

    Attributes:
        url: where it is asked (RFC 3161, 3.4).
        root: the certificate to which its own must lead.
    """

    url: str
    root: x509.Certificate

    @classmethod
    def configured(cls, url: str, certificate: Path | None) -> Authority | None:
        """From the settings; ``None`` where no address is set.

        Raises:
            Misconfigured: no certificate, or one that cannot be read.
        """
        if not url:
            return None
        remedy = "Set SCELLE_TIMESTAMP_CERTIFICATE to the authority's root certificate, PEM."
        if certificate is None:
            raise Misconfigured(
                "A timestamp authority is set without a certificate.", remedy=remedy
            )
        try:
            root = x509.load_pem_x509_certificate(certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{certificate} cannot be read: {error}.", remedy=remedy) from error
        remote.require_url(url)
        return cls(url, root)

    def stamp(self, note: str) -> tuple[bytes, datetime]:
        """Have the authority sign that a head is there.

        Returns:
            Its whole reply, DER, and the time that it states.

        Raises:
            Unreachable: it does not answer.
            BadStamp: what it answers is no timestamp of this head.
        """
        text = text_of(note)
        request = (
            TimestampRequestBuilder()
            .data(text)
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        reply = self._ask(request.as_bytes())
        response = _decode(reply)
        try:
            verifier = VerifierBuilder.from_request(request).add_root_certificate(self.root).build()
            verifier.verify_message(response, text)
        except (VerificationError, ValueError) as error:
            raise _bad(error) from error
        return reply, response.tst_info.gen_time

    def answer(self, request: bytes, digest: bytes) -> bytes:
        """Its whole reply, DER, to a request that somebody else has made.

        Args:
            request: DER (RFC 3161, 2.4.1).
            digest: what it asks to have timestamped.

        Raises:
            Unreachable: it does not answer.
            BadStamp: what it answers is no timestamp of this digest.
        """
        reply = self._ask(request)
        response = _decode(reply)
        try:
            verifier = VerifierBuilder().add_root_certificate(self.root).build()
            verifier.verify(response, digest)
        except (VerificationError, ValueError) as error:
            raise _bad(error) from error
        return reply

    def _ask(self, request: bytes) -> bytes:
        status, reply = remote.post(self.url, request, "application/timestamp-query")
        if status != 200:
            raise BadStamp(
                f"{self.url} answers {status} instead of a timestamp.",
                remedy="Check the authority's address.",
            )
        return reply

    def check(self, note: str, reply: bytes) -> datetime:
        """Verify a reply that was kept: whose it is, and that it is of this head.

        Raises:
            BadStamp: it is not.
        """
        response = _decode(reply)
        try:
            verifier = VerifierBuilder().add_root_certificate(self.root).build()
            verifier.verify_message(response, text_of(note))
        except (VerificationError, ValueError) as error:
            raise _bad(error) from error
        return response.tst_info.gen_time


def time_of(note: str, reply: bytes) -> datetime:
    """The time that a reply states for a head, whoever signed it.

    Raises:
        BadStamp: malformed, or of something else than this head.
    """
    info = _decode(reply).tst_info
    if info.message_imprint.message != hashlib.sha256(text_of(note)).digest():
        raise _bad("it is of another text")
    return info.gen_time


def text_of(note: str) -> bytes:
    """What of a signed head is timestamped: its text, without signatures."""
    return notes.parse(note).text.encode()


def _decode(reply: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(reply)
    except ValueError as error:
        raise _bad(error) from error


def _bad(why: object) -> BadStamp:
    return BadStamp(
        f"The timestamp does not hold: {why}.",
        remedy="Ask the authority again with `scelle ledger checkpoint`.",
    )
