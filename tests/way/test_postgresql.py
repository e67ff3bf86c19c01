"""The whole way over PostgreSQL, through the program's commands, by two processes at once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from private_postgresql import Server

from scelle.errors import Misconfigured
from scelle.operations.residue import scan

Office = Any

WORDS = "hood-and-a-blue-bag"


@pytest.fixture
def office(
    new_office: Callable[[], Office], server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    with server.database() as address:
        monkeypatch.setenv("SCELLE_DATABASE", address)
        yield new_office()


@pytest.mark.usefixtures("own_temporary")
def test_from_a_case_to_its_erasure(
    office: Office, yard_short: Path, server: Server, tmp_path: Path
) -> None:
    case_id = office.staff()
    office.authorise(case_id)

    def do(*arguments: object, agent: str = "finder") -> dict[str, Any]:
        answer = office.command(*arguments, agent=agent)
        assert answer.status == 0, answer.err
        data: dict[str, Any] = answer.data
        return data

    at = ("--case", case_id)
    received = do("exhibit", "receive", yard_short, *at, "--camera", "yard", "--origin", "seal 1")
    exhibit = received["exhibits"][0]["id"]
    do("analyse", *at)
    found = do("search", *at)["tracks"]
    assert len(found) > 2
    do("decide", found[0]["id"], "--say", "confirmed", *at, "--reason", WORDS)
    assert do("search", *at)["tracks"][0]["id"] == found[0]["id"]
    assert do("ledger", "verify", agent="auditor")["ok"]
    # Its address, with all that it may hold, lies in no file.
    assert not list(scan([office.home], [os.environ["SCELLE_DATABASE"], str(server.folder)]))
    assert not (office.home / "scelle.db").exists()
    certificate = tmp_path / "certificate.json"
    do("erasure", "run", *at, "-o", certificate, agent="judge")
    body = json.loads(certificate.read_text())["body"]
    assert body["residue"]["found"] == []
    assert body["rows"]["decisions"] == 2
    server.execute("CHECKPOINT")
    base = server.folder / "data" / "base"
    assert list(scan([office.home, base], [WORDS, exhibit])) == []
    assert do("ledger", "verify", agent="auditor")["ok"]


def test_two_processes_that_write_at_once_wait_for_each_other_and_a_third_sees_it(
    office: Office,
) -> None:
    office.staff()
    names = {"clerk", "second-clerk"}
    with office.app() as app:
        assert not {a.id for a in app._records.agents()} & names
        said = ("--role", "auditor", "--service", "SR-1", "--as", "head")
        running = [office.start("agent", "register", name, *said) for name in names]
        for process in running:
            _, err = process.communicate(timeout=200)
            assert process.returncode == 0, err
        assert {a.id for a in app._records.agents()} > names
        assert app.verify_ledger().ok


def test_an_installation_keeps_the_database_that_it_began_with(
    office: Office, new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.staff()
    with pytest.raises(Misconfigured, match="another installation"), new_office().app():
        pass
    address = os.environ["SCELLE_DATABASE"]
    monkeypatch.delenv("SCELLE_DATABASE")
    with pytest.raises(Misconfigured, match="is not there") as caught, office.app():
        pass
    assert "SCELLE_DATABASE" in caught.value.remedy
    filed = new_office()
    filed.staff()
    monkeypatch.setenv("SCELLE_DATABASE", address)
    with pytest.raises(Misconfigured, match=r"its file scelle\.db"), filed.app():
        pass
