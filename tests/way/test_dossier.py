"""The closing report of a real recording's case, checked against its sealed bundle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from scelle.model.acts import MakeDossier
from scelle.model.results import Printed

VERIFY = Path(__file__).parents[2] / "tools" / "verify.py"


@dataclass(frozen=True)
class Reported:
    """A case with its report, and a bundle made after it."""

    looked: Any
    report: Path
    bundle: Path


def verified(what: Path, *more: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFY), str(what), *map(str, more)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def reported(looked: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Reported:
    seen, place = looked("one-by-one"), tmp_path_factory.mktemp("dossier")
    case, one = ("--case", seen.case_id), ("--exhibit", seen.exhibit.id)
    said = ("--say", "confirmed", "--reason", "as the witness said")
    assert seen.office.command("decide", seen.tracks[0].id, *said, *case).status == 0
    report = place / "report.pdf"
    made = seen.office.command(
        *("dossier", seen.case_id, *one, "-o", report, "--language", "en"),
        *("--recipient", "Juge R."),
    )
    assert made.status == 0, made.err
    assert made.data["dossier"]["signed"] is False
    bundle = seen.office.command(
        *("bundle", "make", *case, *one, "-o", place / "out"),
        *("--recipient", "Juge R.", "--reason", "asked for"),
    )
    assert bundle.status == 0, bundle.err
    return Reported(seen, report, place / "out")


def test_a_report_is_checked_against_a_later_bundle(reported: Reported, tmp_path: Path) -> None:
    status, out = verified(reported.report, "--ledger", reported.bundle)
    assert status == 0, out
    assert "The report is the very file" in out
    altered = tmp_path / "altered.pdf"
    data = bytearray(reported.report.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    status, out = verified(altered, "--ledger", reported.bundle)
    assert status == 1
    assert "names this very file" in out or "no table" in out


def test_the_bundles_reports_carry_its_figures(reported: Reported, tmp_path: Path) -> None:
    for language in ("fr", "en"):
        pdf = pypdfium2.PdfDocument(reported.bundle / f"dossier.{language}.pdf")
        attached = bytes(pdf.get_attachment(0).get_data())
        assert attached == (reported.bundle / "figures.json").read_bytes()
    # A bundle's report is no file of its own: its figures are held against the bundle's.
    status, out = verified(reported.bundle / "dossier.fr.pdf", "--ledger", reported.bundle)
    assert status == 1
    assert "names this very file" in out


def test_the_report_shows_what_was_decided_concealed(reported: Reported) -> None:
    pdf = pypdfium2.PdfDocument(reported.report)
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert "as the witness said" in text
    assert "Juge R." in text
    assert reported.looked.exhibit.sha256 in text
    # Other tests of this recording may have revealed nobody: its pictures are concealed.
    assert "head and plate" not in text  # said to screen readers, not printed


def test_the_report_is_a_copy_that_is_counted(reported: Reported) -> None:
    office, case_id = reported.looked.office, reported.looked.case_id
    with office.app() as app:
        printed: Printed = app.perform("finder", MakeDossier(case_id=case_id, language="fr"))
    assert printed.name == "dossier.fr.pdf"
    listed = office.command("copies", "list", "--case", case_id).data["copies"]
    by_name = {c["name"]: c for c in listed if c["act"] == "make-dossier"}
    assert by_name["dossier.fr.pdf"]["sha256"] == printed.sha256
    assert by_name["report.pdf"]["recipient"] == "Juge R."


def test_what_cannot_be_made_says_why(reported: Reported, tmp_path: Path) -> None:
    office, case_id = reported.looked.office, reported.looked.case_id
    for output, language, word in (
        (reported.report, "fr", "exists already"),
        (tmp_path / "no" / "where.pdf", "fr", "folder does not"),
        (tmp_path / "a.pdf", "de", "no language"),
    ):
        answer = office.command("dossier", case_id, "-o", output, "--language", language)
        assert answer.status == 2
        assert word in answer.out
    assert not (tmp_path / "a.pdf").exists()


def test_a_report_is_signed_where_a_certificate_is_configured(
    reported: Reported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, case_id = reported.looked.office, reported.looked.case_id
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SR-1")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    packed = serialize_key_and_certificates(b"", key, own, None, BestAvailableEncryption(b"open"))
    (tmp_path / "own.p12").write_bytes(packed)
    (tmp_path / "passphrase").write_text("shut")
    monkeypatch.setenv("SCELLE_SIGNATURE", str(tmp_path / "own.p12"))
    monkeypatch.setenv("SCELLE_SIGNATURE_PASSPHRASE", str(tmp_path / "passphrase"))
    output = tmp_path / "signed.pdf"
    refused = office.command("dossier", case_id, "-o", output)
    assert refused.status == 5
    assert "passphrase is wrong" in refused.out
    assert not output.exists()
    (tmp_path / "passphrase").write_text("open\n")
    made = office.command("dossier", case_id, "-o", output)
    assert made.status == 0, made.err
    assert made.data["dossier"]["signed"] is True
    assert b"/ETSI.CAdES.detached" in output.read_bytes()
