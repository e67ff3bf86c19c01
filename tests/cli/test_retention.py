"""Deadlines, erasures, decisions and signatures from the command line, on a whole installation."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scelle.bootstrap import App
from scelle.cli.program import run
from scelle.model.acts import (
    GrantClearance,
    GrantMandate,
    OpenCase,
    RecordCommitment,
    RegisterAgent,
    SearchTracks,
)
from scelle.model.evidence import FourEyes, Power, Role
from scelle.settings import Settings

PEOPLE = {
    "admin": Role.ADMINISTRATOR,
    "head": Role.HEAD_OF_SERVICE,
    "judge": Role.MAGISTRATE,
    "officer": Role.INVESTIGATOR,
    "auditor": Role.AUDITOR,
}


class Office:
    """One installation with two cases, the second of which asks for four eyes to erase."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        now = datetime.now(UTC)
        with App(Settings(home=home)) as app:
            for name, role in PEOPLE.items():
                act = RegisterAgent(agent_id=name, roles=frozenset({role}), service="sr")
                app.perform("admin", act)
            app.perform("admin", RecordCommitment(sent_on="2026-01-05"))
            cleared = GrantClearance(
                agent_id="officer", service="sr", valid_from=now, valid_to=now + timedelta(days=1)
            )
            app.perform("head", cleared)
            self.cases = []
            for eyes in (frozenset[FourEyes](), frozenset({FourEyes.ERASURE})):
                opened = OpenCase(
                    reference="r", framework="flagrance", service="sr", four_eyes=eyes
                )
                self.cases.append(app.perform("officer", opened).id)
            granted = GrantMandate(
                case_id=self.cases[0], powers=frozenset(Power), valid_from=now,
                valid_to=now + timedelta(days=1),
            )  # fmt: skip
            self.mandate = app.perform("judge", granted).id
            app.perform("officer", SearchTracks(case_id=self.cases[0], reason="the van"))

    def __call__(self, *words: object, agent: str, status: int = 0) -> Any:
        line = [*map(str, words), "--home", str(self.home), "--as", agent, "--json"]
        assert run(line) == status, self.capsys.readouterr()
        return json.loads(self.capsys.readouterr().out)

    def verify(self, *words: object, home: Path | None = None, status: int = 0) -> Any:
        """A certificate is checked by anybody."""
        line = ["erasure", "verify", *map(str, words), "--home", str(home or self.home), "--json"]
        assert run(line) == status, self.capsys.readouterr()
        return json.loads(self.capsys.readouterr().out)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(tmp_path / "home", capsys)


@pytest.mark.usefixtures("own_temporary")
def test_from_a_search_to_a_certificate(office: Office, tmp_path: Path) -> None:
    first, second = office.cases
    record = tmp_path / "searches.json"
    told = office("searches", "--case", first, "-o", record, agent="judge")
    assert told == json.loads(record.read_text())
    assert [(s["reason"], s["candidates"]) for s in told["searches"]] == [("the van", 0)]
    # A request, settled.
    asked = office(
        "request", "make", "--case", first, "--kind", "completion", "--text", "t", agent="judge"
    )
    (listed,) = office("request", "list", agent="judge")["requests"]
    assert listed["id"] == asked["request"]["id"]
    settle = ("request", "settle", listed["id"], "--case", first, "--state", "done")
    assert office(*settle, "--answer", "a", agent="judge")["request"]["state"] == "done"
    extended = office("retention", "extend", "--case", second, "--article", "706-73", agent="judge")
    assert extended["case"]["erase_by"][:4] == str(datetime.now(UTC).year + 5)
    # Both are closed; one waits for a second person.
    for case_id in office.cases:
        office("case", "close", "--case", case_id, agent="judge")
    (tmp_path / "certificates").mkdir()
    daily = ("retention", "run", "--folder", tmp_path / "certificates", "--backup", "none")
    done = office(*daily, agent="admin", status=1)
    assert [e["case"] for e in done["erased"]] == [first]
    (waiting,) = done["waiting"]
    assert waiting["case"] == second
    office("approve", "--case", second, "--entry", waiting["entry"], agent="head")
    again = office(*daily, agent="admin")
    assert [e["case"] for e in again["erased"]] == [second]
    assert office("retention", "show", agent="admin") == {"cases": []}
    for each in (*done["erased"], *again["erased"]):
        checked = office.verify(each["certificate"])
        assert checked["clean"]
        assert checked["body"]["case"] == each["case"]
    spoiled = Path(done["erased"][0]["certificate"])
    spoiled.write_text(spoiled.read_text().replace('"closure"', '"other"'))
    assert office.verify(spoiled, status=4)["error"]["remedy"]
    spoiled.write_bytes(b"\xff" + spoiled.read_bytes()[1:])
    assert office.verify(spoiled, status=2)["error"]["remedy"]
    # Elsewhere, with the published key alone.
    certificate, key = again["erased"][0]["certificate"], checked["key"]
    elsewhere = tmp_path / "elsewhere"
    assert "--vkey" in office.verify(certificate, home=elsewhere, status=2)["error"]["remedy"]
    assert office.verify(certificate, "--vkey", key, home=elsewhere)["clean"]
    assert not elsewhere.exists(), "checking makes no installation"


def test_a_mandate_is_signed_with_a_key_from_openssl(office: Office, tmp_path: Path) -> None:
    key = tmp_path / "judge.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    mandate = ("--case", office.cases[0], "--mandate", office.mandate)
    office("mandate", "sign", *mandate, "--key", key, agent="judge", status=2)
    office("credential", "enrol", "--key", key, agent="judge")
    signed = office("mandate", "sign", *mandate, "--key", key, agent="judge")["signature"]
    printed = office("mandate", "digest", *mandate, agent="judge")
    assert signed["digest"] == printed["digest"]
    assert json.loads(printed["statement"])["magistrate"] == "judge"
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", other], check=True)
    office("credential", "enrol", "--key", other, agent="judge", status=2)


def test_overseers_read_what_belongs_to_no_case(office: Office) -> None:
    entries = office("ledger", "show", "--installation", agent="auditor")["entries"]
    assert {"register-agent", "grant-clearance"} <= {e["disclosed"]["act"] for e in entries}
    assert all("agent" in e["sealed"] for e in entries)
    office("ledger", "show", "--installation", agent="officer", status=3)
    office("ledger", "accept", "agent:officer", agent="auditor", status=3)
    office("ledger", "accept", "agent:officer", "--reason", "restored", agent="auditor")
    office("ledger", "accept-time", "--reason", "battery", agent="auditor")
