"""Signatures that bear what it takes to verify them when nobody can be asked any more."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature

from scelle.errors import Misconfigured
from scelle.ledger.pades import document_signer
from scelle.ledger.timestamps import Authority

NOW = datetime.now(UTC)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Service:
    """A root, a certificate under it that signs documents, and where its holder keeps them."""

    key: ec.EllipticCurvePrivateKey
    root: x509.Certificate
    own: x509.Certificate
    packed: Path
    passphrase: Path

    def revocations(self, *, revoked: bool = False, until: timedelta = timedelta(days=1)) -> bytes:
        """The root's list, DER."""
        return revocations(
            self.root, self.key, self.own.serial_number if revoked else 0, NOW + until
        )

    def answer(self) -> bytes:
        """That the certificate is good, as an OCSP service says it, DER."""
        return (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.own, self.root, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD,
                NOW - timedelta(minutes=5), NOW + timedelta(days=1), None, None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.NAME, self.root)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )  # fmt: skip


def revocations(
    root: x509.Certificate, key: object, serial: int = 0, until: datetime | None = None
) -> bytes:
    """A revocation list, DER, with one serial number on it unless that is 0."""
    end = until or NOW + timedelta(days=1)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(min(NOW, end) - timedelta(minutes=30))
        .next_update(end)
    )
    if serial:
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        made = made.add_revoked_certificate(
            entry.revocation_date(NOW - timedelta(minutes=20)).build()
        )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    # It is asked of nobody: what it would say lies in the folder.
    asked = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example/")
    )

    def certificate(of: str, public: ec.EllipticCurvePublicKey, *, root: bool) -> x509.Certificate:
        used = x509.KeyUsage(not root, not root, False, False, False, root, root, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(name(of))
            .issuer_name(name("root of documents"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(hours=1))
            .not_valid_after(NOW + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
            .add_extension(used, critical=True)
            .add_extension(x509.AuthorityInformationAccess([asked]), critical=False)
            .sign(key, hashes.SHA256())
        )

    root = certificate("root of documents", key.public_key(), root=True)
    own = certificate("SR-1", own_key.public_key(), root=False)
    folder = tmp_path_factory.mktemp("service")
    (folder / "own.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"own", own_key, own, None, BestAvailableEncryption(b"open sesame")
        )
    )
    (folder / "passphrase").write_bytes(b"open sesame")
    return Service(key, root, own, folder / "own.p12", folder / "passphrase")


@pytest.fixture
def folder(tmp_path: Path, service: Service, authority_folder: Path) -> Path:
    """What is to be embedded, all there."""
    made = tmp_path / "validation"
    made.mkdir()
    (made / "root.cer").write_bytes(service.root.public_bytes(Encoding.DER))
    (made / "root.crl").write_bytes(service.revocations())
    stamping = x509.load_pem_x509_certificate((authority_folder / "root.pem").read_bytes())
    key = load_pem_private_key((authority_folder / "root.key").read_bytes(), None)
    (made / "stamping.crl").write_bytes(revocations(stamping, key))
    return made


@pytest.fixture
def sign(
    service: Service, authority: Authority, folder: Path, plain_pdf: bytes
) -> Callable[[], bytes]:
    def signed() -> bytes:
        signer = document_signer(service.packed, service.passphrase, authority, folder)
        assert signer is not None
        return signer(plain_pdf)

    return signed


def holds(pdf: bytes, *roots: x509.Certificate) -> bool:
    """Whether the signature and its time hold by what the file bears, revocation required."""
    reader = PdfFileReader(io.BytesIO(pdf))
    (signature,) = reader.embedded_signatures
    trusted = [asn1.Certificate.load(r.public_bytes(Encoding.DER)) for r in roots]
    borne = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": trusted, "allow_fetching": False, "revocation_mode": "require"}
    )
    status = validate_pdf_signature(signature, borne, borne)
    stamped = status.timestamp_validity
    return bool(status.bottom_line and status.trusted and stamped and stamped.trusted)


@pytest.mark.parametrize("kind", ["list", "answer"])
def test_a_signature_bears_what_revocation_services_say(
    sign: Callable[[], bytes],
    service: Service,
    authority: Authority,
    folder: Path,
    plain_pdf: bytes,
    kind: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if kind == "answer":
        (folder / "root.crl").unlink()
        (folder / "own.ocsp").write_bytes(service.answer())
    signed = sign()
    assert signed.startswith(plain_pdf)
    assert b"/DSS" in signed
    assert holds(signed, service.root, authority.root)
    assert not holds(signed, authority.root)
    assert capfd.readouterr() == ("", "")


def test_what_lacks_or_was_revoked_is_said_and_nothing_is_signed(
    sign: Callable[[], bytes], service: Service, folder: Path
) -> None:
    whole = {p: p.read_bytes() for p in folder.iterdir()}

    def refused(said: str) -> None:
        with pytest.raises(Misconfigured, match=said) as caught:
            sign()
        assert "SCELLE_SIGNATURE_VALIDATION" in caught.value.remedy
        for path in folder.iterdir():
            path.unlink()
        for path, data in whole.items():
            path.write_bytes(data)

    for path in whole:
        path.unlink()
        refused("could not be verified later")
    (folder / "root.crl").write_bytes(service.revocations(revoked=True))
    refused("revoked")
    (folder / "root.crl").write_bytes(service.revocations(until=-timedelta(minutes=10)))
    refused("could not be verified later")
    for wrong in ("root.crl", "root.cer", "own.ocsp"):
        (folder / wrong).write_bytes(b"rubbish")
        refused(f"{re.escape(wrong)} cannot be read")
    # An answer of a service's that says nothing: "unauthorized", and "successful" without any.
    for empty in ("30030a0106", "30030a0100"):
        (folder / "own.ocsp").write_bytes(bytes.fromhex(empty))
        refused(r"own\.ocsp cannot be read")
    (folder / "notes.txt").write_bytes(b"")
    refused("no ending that is known")


def test_it_takes_a_folder_and_a_timestamp(
    service: Service, authority: Authority, folder: Path, plain_pdf: bytes
) -> None:
    for asked, where, said in (
        (None, folder, "takes a timestamp"),
        (authority, folder / "absent", "absent cannot be read"),
    ):
        sign = document_signer(service.packed, service.passphrase, asked, where)
        assert sign is not None
        with pytest.raises(Misconfigured, match=said) as caught:
            sign(plain_pdf)
        assert "SCELLE_" in caught.value.remedy
