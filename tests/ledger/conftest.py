"""A book with some entries, under fixed keys."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
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
from scelle.ledger.timestamps import Authority
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


CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _authority(folder: Path) -> Path:
    """A root and an authority under it; gives the root's certificate."""
    folder.mkdir()
    config = folder / "tsa.cnf"
    config.write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    root, key = folder / "root.pem", folder / "root.key"
    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-config", config),
        *("-extensions", "ca", "-subj", "/CN=root", "-keyout", key, "-out", root),
    )
    asked = folder / "tsa.csr"
    openssl(
        *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-config", config),
        *("-subj", "/CN=tsa", "-keyout", folder / "tsa.key", "-out", asked),
    )
    openssl(
        *("x509", "-req", "-in", asked, "-CA", root, "-CAkey", key, "-CAcreateserial"),
        *("-days", 2, "-extfile", config, "-extensions", "leaf", "-out", folder / "tsa.pem"),
    )
    return root


@pytest.fixture(scope="session")
def make_authority() -> Callable[[Path], Path]:
    """Makes a root and an authority under it in a folder; gives the root's certificate."""
    return _authority


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the timestamp authority has: ``root.pem``, ``root.key``, ``tsa.pem``."""
    folder = tmp_path_factory.mktemp("tsa") / "one"
    _authority(folder)
    return folder


@pytest.fixture(scope="session")
def authority(authority_folder: Path) -> Iterator[Authority]:
    """A timestamp authority on loopback."""
    assert shutil.which("openssl"), "install it: apt-get install openssl"
    folder, root = authority_folder, authority_folder / "root.pem"

    class Replies(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query, reply = folder / "query.tsq", folder / "reply.tsr"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.headers["Content-Type"] == "application/timestamp-query"
            status = 200 if known and self.path == "/tsa" else 404
            if status == 200:
                config = folder / "tsa.cnf"
                openssl(
                    *("ts", "-reply", "-config", config, "-section", "own"),
                    *("-queryfile", query, "-out", reply),
                )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(reply.read_bytes() if status == 200 else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Replies)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = Authority.configured(f"http://127.0.0.1:{server.server_port}/tsa", root)
    assert made
    yield made
    server.shutdown()
    server.server_close()
