"""A book with some entries, under fixed keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
from scelle.reporting.print import set_pdf

CASE_KEY = b"c" * 32
OTHER_KEY = b"o" * 32

Draw = Callable[..., Draft]


@pytest.fixture
def signer() -> Signer:
    return Signer("ledger.example/scelle", b"s" * 32)


@pytest.fixture
def book(tmp_path: Path, signer: Signer) -> Book:
    return Book(tmp_path / "ledger.db", signer)


@pytest.fixture
def draw() -> Draw:
    """Makes drafts: ``draw(act=..., key=..., month=...)``."""

    def make(act: str = "search-tracks", key: bytes = CASE_KEY, month: str = "2026-03") -> Draft:
        return Draft(
            disclosed={"month": month, "act": act, "rules": ["role"], "counts": {"tracks": 3}},
            sealed={"agent": "agent-1", "at": "2026-03-01T10:00:00+00:00", "objects": {}},
            key=key,
        )

    return make


@dataclass(frozen=True)
class Sealing:
    """A certificate that signs documents, as somebody would configure it."""

    folder: Path
    certificate: Path
    passphrase: Path
    root: x509.Certificate


@pytest.fixture(scope="session")
def make_sealing(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Sealing]:
    """Makes a self-signed certificate with its key, good for some days from ``start``."""

    def make(start: datetime | None = None, named: str = "SR-1") -> Sealing:
        begun = start or datetime.now(UTC) - timedelta(hours=1)
        key = ec.generate_private_key(ec.SECP256R1())
        told = [x509.NameAttribute(NameOID.COMMON_NAME, named)] if named else []
        name = x509.Name(told)
        root = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begun)
            .not_valid_after(begun + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(True, True, False, False, False, True, True, False, False), True
            )
            .sign(key, hashes.SHA256())
        )
        folder = tmp_path_factory.mktemp("sealing")
        packed = pkcs12.serialize_key_and_certificates(
            b"own", key, root, None, BestAvailableEncryption(b"open sesame")
        )
        (folder / "own.p12").write_bytes(packed)
        (folder / "passphrase").write_bytes(b"open sesame\n")
        return Sealing(folder, folder / "own.p12", folder / "passphrase", root)

    return make


@pytest.fixture(scope="session")
def plain_pdf() -> bytes:
    """A document of one page, as the program sets them."""
    data = {"language": "en", "title": "t", "lead": "l", "facts": [], "sections": [], "sign": ""}
    return set_pdf("paper.typ", data, datetime(2026, 3, 2, tzinfo=UTC))
