"""A whole installation attests, waits for its commitment, and draws its papers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from scelle.bootstrap import App
from scelle.errors import BadInput, Refused
from scelle.model.acts import Attest, OpenCase, PublishUse, RecordCommitment, RegisterAgent
from scelle.model.evidence import Role
from scelle.reporting import attestation as attestations
from scelle.reporting import papers
from scelle.reporting.papers import write_papers
from scelle.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with App(Settings(home=tmp_path / "home")) as app:
        for name, role in (
            ("root", Role.ADMINISTRATOR),
            ("judge", Role.MAGISTRATE),
            ("auditor", Role.AUDITOR),
            ("officer", Role.INVESTIGATOR),
        ):
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service="sr")
            app.perform("root", act)
        yield app


def opening(*, demonstration: bool = False) -> OpenCase:
    return OpenCase(
        reference="PV", framework="preliminaire", service="sr", demonstration=demonstration
    )


def test_an_installation_as_it_is_holds_and_its_statement_is_counted(
    app: App, tmp_path: Path
) -> None:
    made = app.perform("auditor", Attest(output=tmp_path / "attestation"))
    assert made.failed == ()
    verdict = attestations.verify(tmp_path / "attestation" / "attestation.json")
    assert verdict.problems == ()
    names = {p.name for p in (tmp_path / "attestation").iterdir()}
    assert {"attestation.fr.txt", "attestation.en.txt", "mlbom.cdx.json"} <= names
    written = list(app.disclosed_entries())[-1]
    assert written["counts"] == {
        "checks": 6,
        "checks_failed": 0,
        "models": len(made.statement["models"]),
    }
    with pytest.raises(Refused):
        app.perform("officer", Attest(output=tmp_path / "other"))


def test_a_column_added_by_hand_is_found(app: App, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'scelle.db'}")
    with engine.begin() as db:
        db.execute(text("ALTER TABLE tracks ADD COLUMN face_embedding BLOB"))
    engine.dispose()
    (failed,) = app.perform("auditor", Attest(output=tmp_path / "attestation")).failed
    assert failed.name == "no-biometric-column"
    assert any("tracks.face_embedding" in found for found in failed.found)


def test_a_real_case_waits_for_the_commitment_and_a_demonstration_does_not(app: App) -> None:
    with pytest.raises(Refused) as refused:
        app.perform("judge", opening())
    assert [r.rule for r in refused.value.reasons] == ["commitment"]
    assert app.perform("judge", opening(demonstration=True)).demonstration
    with pytest.raises(Refused):
        app.perform("officer", RecordCommitment(sent_on="2026-01-05"))
    for day in ("2999-01-01", "yesterday", "2001-01-01"):
        with pytest.raises(Refused, match="not a day"):
            app.perform("root", RecordCommitment(sent_on=day))
    app.perform("root", RecordCommitment(sent_on="2026-01-05", document_sha256="ab" * 32))
    assert not app.perform("judge", opening()).demonstration
    assert app.configuration().committed == "2026-01-05"


def test_a_month_that_is_not_over_is_not_published(app: App, tmp_path: Path) -> None:
    month = datetime.now(UTC).strftime("%Y-%m")
    with pytest.raises(Refused, match="not over"):
        app.perform("auditor", PublishUse(first=month, last=month, output=tmp_path / "use"))


def test_papers_are_the_same_for_the_same_installation_and_day(app: App, tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    seen = app.configuration()
    one = write_papers(tmp_path / "one", seen, "SR", at)
    other = write_papers(tmp_path / "other", seen, "SR", at)
    assert [p.name for p in one] == [p.name for p in other]
    assert len(one) == 8
    for a, b in zip(one, other, strict=True):
        assert a.read_bytes() == b.read_bytes()
        assert b"pdfuaid" in a.read_bytes()
    with pytest.raises(BadInput, match="cannot be made"):
        write_papers(tmp_path / "one", seen, "SR", at)


def test_papers_speak_one_language_each(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, str] = {}

    def keep(template: str, data: Any, at: datetime) -> bytes:
        told[f"{data['title']} {data['language']}"] = json.dumps(data, ensure_ascii=False)
        return b""

    monkeypatch.setattr(papers, "set_pdf", keep)
    write_papers(tmp_path / "papers", app.configuration(), "SR")
    assert len(told) == 8
    for name, said in told.items():
        assert "= None" not in said, name
        assert ("two-wheeler" in said) <= name.endswith(" en"), name
    assert sum("deux-roues" in said for said in told.values()) >= 1
    assert sum("two-wheeler" in said for said in told.values()) >= 1
