"""Signed documents: verified by what made them and by OpenSSL, and refused once altered."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from scelle.errors import Misconfigured
from scelle.ledger.pades import document_signer

Sealing = Any


def status_of(pdf: bytes, sealing: Sealing) -> Any:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    root = x509.Certificate.load(sealing.root.public_bytes(Encoding.DER))
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


@pytest.fixture(scope="module")
def sealing(make_sealing: Callable[..., Sealing]) -> Sealing:
    return make_sealing()


@pytest.fixture(scope="module")
def signed(plain_pdf: bytes, sealing: Sealing) -> bytes:
    sign = document_signer(sealing.certificate, sealing.passphrase, None)
    assert sign is not None
    return sign(plain_pdf)


def test_the_signature_holds_and_the_file_is_added_to_not_changed(
    plain_pdf: bytes, signed: bytes, sealing: Sealing
) -> None:
    status = status_of(signed, sealing)
    assert status.bottom_line
    assert status.trusted
    assert signed.startswith(plain_pdf)
    assert b"/ETSI.CAdES.detached" in signed
    # PDF/A and PDF/UA are still what the file says it is.
    assert b"pdfuaid:part" in signed


def test_openssl_verifies_it_too(signed: bytes, sealing: Sealing, tmp_path: Path) -> None:
    found = re.search(rb"/ByteRange\s*\[\s*0 (\d+) (\d+) (\d+)\s*\]", signed)
    assert found is not None
    first, second, length = (int(n) for n in found.groups())
    (tmp_path / "said").write_bytes(signed[:first] + signed[second : second + length])
    (tmp_path / "sig").write_bytes(bytes.fromhex(signed[first + 1 : second - 1].decode()))
    (tmp_path / "root.pem").write_bytes(sealing.root.public_bytes(Encoding.PEM))

    def verify() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "sig",
             "-content", tmp_path / "said", "-CAfile", tmp_path / "root.pem",
             "-purpose", "any", "-out", "/dev/null"],
            capture_output=True, check=False,
        )  # fmt: skip

    done = verify()
    assert done.returncode == 0, done.stderr
    (tmp_path / "said").write_bytes(b"x" + signed[1:first] + signed[second : second + length])
    assert verify().returncode != 0


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_an_altered_byte_is_refused(
    plain_pdf: bytes, signed: bytes, sealing: Sealing, share: float
) -> None:
    altered = bytearray(signed)
    streams = [m.end() for m in re.finditer(rb"stream\n", plain_pdf)]
    at = streams[int(len(streams) * share)] + 20
    altered[at] ^= 1
    assert not status_of(bytes(altered), sealing).bottom_line


def test_nothing_is_signed_where_nothing_is_configured() -> None:
    assert document_signer(None, None, None) is None


def test_what_is_wrong_with_the_certificate_is_said(
    plain_pdf: bytes, sealing: Sealing, make_sealing: Callable[..., Sealing], tmp_path: Path
) -> None:
    wrong, rubbish = tmp_path / "wrong", tmp_path / "rubbish.p12"
    wrong.write_text("open barley")
    rubbish.write_bytes(b"no certificate")
    old = make_sealing(datetime.now(UTC) - timedelta(days=30))
    nameless = make_sealing(named="")
    for certificate, passphrase, said in (
        (tmp_path / "none.p12", sealing.passphrase, "none.p12 cannot be read"),
        (sealing.certificate, tmp_path / "none", "none cannot be read"),
        (sealing.certificate, wrong, "its passphrase is wrong"),
        (sealing.certificate, None, "its passphrase is wrong"),
        (rubbish, sealing.passphrase, "no PKCS #12 file"),
        (old.certificate, old.passphrase, "is good from"),
        (nameless.certificate, nameless.passphrase, "names nobody"),
    ):
        sign = document_signer(certificate, passphrase, None)
        assert sign is not None
        with pytest.raises(Misconfigured, match=re.escape(said)) as caught:
            sign(plain_pdf)
        assert "SCELLE_SIGNATURE" in caught.value.remedy


def test_that_pyhanko_is_missing_is_said(
    plain_pdf: bytes, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.sign", None)
    sign = document_signer(sealing.certificate, sealing.passphrase, None)
    assert sign is not None
    with pytest.raises(Misconfigured, match="pyHanko") as caught:
        sign(plain_pdf)
    assert "scelle[signature]" in caught.value.remedy
