"""What overseers read, through a whole installation."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scelle.bootstrap import App
from scelle.errors import BadInput, NotFound, Refused
from scelle.ledger.entries import Opened
from scelle.ledger.export import verify_export
from scelle.ledger.merkle import consistency_holds
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    ConsultCase,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    GrantClearance,
    ListCases,
    OpenCase,
    RecordCommitment,
    RegisterAgent,
    SearchTracks,
)
from scelle.model.evidence import Case, Role
from scelle.model.results import CaseFile, Exported
from scelle.settings import Settings

PEOPLE = {
    "root": (Role.ADMINISTRATOR, "ministry"),
    "head-a": (Role.HEAD_OF_SERVICE, "brigade-a"),
    "head-b": (Role.HEAD_OF_SERVICE, "brigade-b"),
    "officer-a": (Role.INVESTIGATOR, "brigade-a"),
    "officer-b": (Role.INVESTIGATOR, "brigade-b"),
    "judge": (Role.MAGISTRATE, "court"),
    "auditor": (Role.AUDITOR, "inspectorate"),
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    now = datetime.now(UTC)
    with App(Settings(home=tmp_path / "home")) as app:
        for name, (role, service) in PEOPLE.items():
            app.perform(
                "root", RegisterAgent(agent_id=name, roles=frozenset({role}), service=service)
            )
        app.perform("root", RecordCommitment(sent_on="2026-01-05"))
        for letter in "ab":
            clearance = GrantClearance(
                agent_id=f"officer-{letter}",
                service=f"brigade-{letter}",
                valid_from=now,
                valid_to=now + timedelta(days=1),
            )
            app.perform(f"head-{letter}", clearance)
        yield app


def open_case(app: App, letter: str) -> Case:
    act = OpenCase(
        reference=f"PV {letter}",
        framework="preliminaire",
        service=f"brigade-{letter}",
        reason="a stolen bicycle",
    )
    case: Case = app.perform(f"officer-{letter}", act)
    return case


def test_each_sees_their_own_cases(app: App) -> None:
    a, b = open_case(app, "a"), open_case(app, "b")
    assert app.perform("officer-a", ListCases()) == (a,)
    assert app.perform("officer-b", ListCases()) == (b,)
    assert app.perform("judge", ListCases()) == app.perform("auditor", ListCases()) == (a, b)
    with pytest.raises(Refused):
        app.perform("root", ListCases())
    file: CaseFile = app.perform("officer-a", ConsultCase(case_id=a.id))
    assert (file.case, file.mandates, file.exhibits, file.synopses) == (a, (), (), ())
    with pytest.raises(Refused, match="no clearance"):
        app.perform("officer-a", ConsultCase(case_id=b.id))


def test_the_ledger_of_one_case(app: App) -> None:
    a, b = open_case(app, "a"), open_case(app, "b")
    opened: tuple[Opened, ...] = app.perform("judge", ConsultLedger(case_id=a.id, reason="check"))
    assert [(e.disclosed["act"], e.disclosed["result"]) for e in opened] == [
        ("open-case", "granted"),
        ("open-case", "done"),
        ("consult-ledger", "granted"),
    ]
    assert {e.sealed["case"] for e in opened} == {a.id}
    assert opened[0].sealed["reason"] == "a stolen bicycle"
    assert opened[0].sealed["agent"] == "officer-a"
    assert opened[2].sealed["agent"] == "judge"
    last: tuple[Opened, ...] = app.perform("judge", ConsultLedger(case_id=a.id, last=3))
    every: tuple[Opened, ...] = app.perform("judge", ConsultLedger(case_id=a.id, last=99))
    assert every[: len(opened)] == opened
    # Since: how both readings ended, and the second was decided.
    assert last == every[-5:-2]
    again: tuple[Opened, ...] = app.perform("auditor", ConsultLedger(case_id=b.id))
    assert len(again) == 3
    with pytest.raises(Refused):
        app.perform("officer-a", ConsultLedger(case_id=a.id))


def test_the_export_verifies_and_tells_nothing_sealed(app: App, tmp_path: Path) -> None:
    case = open_case(app, "a")
    output = tmp_path / "ledger.jsonl"
    exported: Exported = app.perform("auditor", ExportLedger(output=output))
    data = output.read_bytes()
    assert exported.sha256 == hashlib.sha256(data).hexdigest()
    report = verify_export(data.splitlines(keepends=True))
    assert report.ok, report.problems
    # The export's own outcome comes after it.
    assert report.size == exported.rows == app.ledger_head()[0] - 1
    for secret in (case.id, "officer-a", "bicycle", "PV a"):
        assert secret.encode() not in data
    assert list(tmp_path.glob(".*")) == []


def test_the_proof_that_the_ledger_grew_is_exported_between_two_heads(
    app: App, tmp_path: Path
) -> None:
    heads = [app.ledger_head()]
    open_case(app, "a")
    heads.append(app.ledger_head())
    (old, old_root), (new, new_root) = heads
    output = tmp_path / "growth.json"
    exported: Exported = app.perform("auditor", ExportLedger(output=output, growth=(old, new)))
    told = json.loads(output.read_text())
    assert exported.rows == 0
    assert (told["format"], told["from"], told["to"]) == ("scelle-growth-1", old, new)
    path = [base64.b64decode(each) for each in told["proof"]]
    roots = bytes.fromhex(old_root), bytes.fromhex(new_root)
    assert consistency_holds(old, new, path, *roots)
    assert not consistency_holds(old, new, path[1:], *roots)
    for wrong in ((new, old), (0, new + 1000), (-1, new)):
        with pytest.raises(NotFound):
            app.perform("auditor", ExportLedger(output=output, growth=wrong))


def test_an_export_that_cannot_be_written(app: App, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        app.perform("auditor", ExportLedger(output=tmp_path / "nowhere" / "l.jsonl"))
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        app.perform("auditor", ExportLedger(output=folder))
    assert list(tmp_path.glob(".*")) == []


# -- what overseers accept, and read of the installation itself ------------------


def test_the_installation_s_own_entries_are_read_by_overseers(staffed: Any) -> None:
    opened = staffed.do("auditor", ConsultInstallation())
    registered = [
        e.sealed["parameters"]["agent_id"]
        for e in opened
        if e.disclosed["act"] == "register-agent" and e.disclosed["phase"] == "decision"
    ]
    assert registered[0] == "admin"
    assert {"officer", "judge", "head"} <= set(registered)
    assert staffed.rules("admin", ConsultInstallation()) == {"role"}
    assert staffed.rules("officer", ConsultInstallation()) == {"role"}


def test_an_altered_state_is_accepted_by_an_overseer_with_a_reason(staffed: Any) -> None:
    case_id = staffed.case.id
    staffed.sql("UPDATE cases SET service = 'other'")
    search = SearchTracks(case_id=case_id)
    assert staffed.rules("officer", search) == {"state-altered"}
    accept = AcceptState(subject=f"case:{case_id}", reason="put back from the backup of May")
    assert staffed.rules("admin", accept) == {"role"}
    assert staffed.rules("auditor", AcceptState(subject=accept.subject)) == {"reason"}
    own = AcceptState(subject="agent:auditor", reason="r")
    assert staffed.rules("auditor", own) == {"own-state"}
    with pytest.raises(NotFound):
        staffed.do("auditor", AcceptState(subject="nonsense", reason="r"))
    assert staffed.do("auditor", accept) == accept.subject
    # Believed again: the officer is cleared for another service.
    assert staffed.rules("officer", search) == {"no-clearance"}
    assert staffed.app.verify_ledger().ok
    assert staffed.counts("accept-state") == [{"states_accepted": 1}]


def test_a_clock_that_ran_ahead_is_set_right_by_an_overseer(
    staffed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, real = SearchTracks(case_id=staffed.case.id), staffed.app._door._now
    ahead = datetime.now(UTC) + timedelta(days=400)
    monkeypatch.setattr(staffed.app._door, "_now", lambda: ahead)
    staffed.do("auditor", ListCases())
    monkeypatch.setattr(staffed.app._door, "_now", real)
    assert staffed.rules("officer", search) == {"clock-back"}
    accept = AcceptTime(reason="the board's battery was changed")
    assert staffed.rules("admin", accept) == {"role"}
    assert staffed.rules("auditor", AcceptTime()) == {"reason"}
    staffed.do("auditor", accept)
    assert len(staffed.do("officer", search)) == 3
    # Months go back at this entry, and every verifier knows why.
    months = [e["month"] for e in staffed.app.disclosed_entries()]
    assert months != sorted(months)
    assert staffed.app.verify_ledger().ok
    monkeypatch.setattr(staffed.app._door, "_now", lambda: real() - timedelta(days=40))
    assert staffed.rules("officer", search) == {"clock-back"}
