from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def asked(scelle: Any, tmp_path: Path) -> Any:
    """A command line of an administrator, in a home of its own."""
    home = ("--home", tmp_path / "home", "--as", "root")
    scelle("agent", "register", "root", "--role", "administrator", "--service", "sr", *home)
    return lambda *words: scelle(*words, *home, "--json")


def test_attest_writes_what_attest_verify_checks(asked: Any, scelle: Any, tmp_path: Path) -> None:
    folder = tmp_path / "attestation"
    done = asked("attest", "--output", folder)
    assert done.status == 0
    assert done.data["ok"]
    assert [c["found"] for c in done.data["checks"]] == [[]] * 6
    file = folder / "attestation.json"
    verified = scelle("attest", "verify", file, "--here", "--json")
    assert (verified.status, verified.data["problems"]) == (0, [])
    file.write_text(file.read_text().replace('"0.1.0"', '"0.1.1"'))
    assert scelle("attest", "verify", file, "--json").status == 1
    file.write_text("{}")
    assert scelle("attest", "verify", file).status == 2
    again = asked("attest", "--output", folder)
    assert again.status == 2


def test_the_commitment_is_recorded_and_told_in_the_papers(asked: Any, tmp_path: Path) -> None:
    assert asked("record-commitment", "--sent-on", "soon").status == 3
    done = asked("record-commitment", "--sent-on", "2026-01-05")
    assert done.data == {"sent_on": "2026-01-05", "production": True}
    papers = asked("papers", tmp_path / "papers", "--service", "SR-38")
    assert papers.status == 0
    assert len(papers.data["files"]) == 8
    assert "impact-assessment.fr.pdf" in papers.data["files"]
