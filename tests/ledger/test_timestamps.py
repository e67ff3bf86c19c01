"""Timestamps from a local authority: ``openssl ts`` behind a little server."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from scelle.errors import BadInput, Misconfigured
from scelle.ledger import remote
from scelle.ledger.anchoring import STAMP_EVERY, Anchoring
from scelle.ledger.book import Book
from scelle.ledger.entries import Draft
from scelle.ledger.outside import Anchor
from scelle.ledger.pades import document_signer
from scelle.ledger.timestamps import Authority, BadStamp, time_of

Draw = Callable[..., Draft]


def test_a_head_is_timestamped_kept_and_verified(
    book: Book, draw: Draw, authority: Authority
) -> None:
    book.append(draw(), keep=True)
    anchoring = Anchoring(book, authority, lambda *_: None)
    now = datetime.now(UTC)
    (shown,) = anchoring.show(now)
    assert (shown.status, shown.size) == ("signed", 1), shown.text
    (anchor,) = book.outside.anchors()
    stated = authority.check(book.head_at(1), anchor.token)
    assert abs(stated - now) < timedelta(minutes=5)
    assert time_of(book.head_at(1), anchor.token) == stated
    assert book.check().ok
    # Once a day, unless it is asked for.
    book.append(draw(), keep=True)
    assert anchoring.show(now) == ()
    assert len(anchoring.show(now, stamp=True)) == 1
    assert len(anchoring.show(now + STAMP_EVERY + timedelta(minutes=5))) == 1
    assert [a.size for a in book.outside.anchors()] == [1, 2, 2]


def test_a_stamp_of_another_head_or_authority_does_not_hold(
    book: Book,
    draw: Draw,
    authority: Authority,
    tmp_path: Path,
    make_authority: Callable[[Path], Path],
) -> None:
    book.append(draw(), keep=True)
    token, _ = authority.stamp(book.head())
    book.append(draw(), keep=True)
    with pytest.raises(BadStamp, match="of another text"):
        time_of(book.head(), token)
    with pytest.raises(BadStamp):
        authority.check(book.head(), token)
    with pytest.raises(BadStamp):
        time_of(book.head(), b"no reply")
    other = Authority.configured(authority.url, make_authority(tmp_path / "two"))
    assert other
    with pytest.raises(BadStamp):
        other.stamp(book.head())
    book.outside.add_anchor(Anchor(2, "x", token))
    assert [p.check for p in book.check().problems] == ["anchor"]


def test_an_authority_that_cannot_be_asked(
    book: Book, draw: Draw, authority: Authority, tmp_path: Path
) -> None:
    book.append(draw(), keep=True)
    gone = Authority("http://127.0.0.1:9/tsa", authority.root)
    (shown,) = Anchoring(book, gone, lambda *_: None).show(datetime.now(UTC))
    assert shown.status == "silent"
    wrong = Authority(authority.url + "/elsewhere", authority.root)
    with pytest.raises(BadStamp, match="answers 404"):
        wrong.stamp(book.head())
    assert book.outside.anchors() == ()
    assert Authority.configured("", None) is None
    with pytest.raises(Misconfigured, match="without a certificate"):
        Authority.configured("http://x.example/", None)
    (tmp_path / "c.pem").write_text("no certificate")
    with pytest.raises(Misconfigured, match="cannot be read"):
        Authority.configured("http://x.example/", tmp_path / "c.pem")


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "file:///etc/passwd", "http:///x", "x.example", "http://x/?a=b"]
)
def test_addresses_that_cannot_be_asked(url: str) -> None:
    with pytest.raises(BadInput, match="not an address"):
        remote.require_url(url)


def test_a_signed_document_bears_the_authoritys_time(
    authority: Authority, make_sealing: Callable[..., Any], plain_pdf: bytes
) -> None:
    sealing = make_sealing()
    sign = document_signer(sealing.certificate, sealing.passphrase, authority)
    assert sign is not None
    (signature,) = PdfFileReader(io.BytesIO(sign(plain_pdf))).embedded_signatures
    known = [sealing.root.public_bytes(Encoding.DER), authority.root.public_bytes(Encoding.DER)]
    trusted = ValidationContext(trust_roots=[asn1.Certificate.load(each) for each in known])
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_document_that_another_authority_stamps_is_refused(
    authority: Authority,
    make_sealing: Callable[..., Any],
    plain_pdf: bytes,
    tmp_path: Path,
    make_authority: Callable[[Path], Path],
) -> None:
    other = x509.load_pem_x509_certificate(make_authority(tmp_path / "other").read_bytes())
    sealing = make_sealing()
    sign = document_signer(sealing.certificate, sealing.passphrase, replace(authority, root=other))
    assert sign is not None
    with pytest.raises(BadStamp):
        sign(plain_pdf)
