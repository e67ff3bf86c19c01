"""An administrator edits the database behind the program's back: the next act finds out."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scelle.bootstrap import App
from scelle.errors import Refused
from scelle.model.acts import (
    ChangeMandate,
    ConsultCase,
    ConsultLedger,
    GrantClearance,
    GrantMandate,
    ListCases,
    OpenCase,
    RecordCommitment,
    RegisterAgent,
    SearchTracks,
    WithdrawClearance,
)
from scelle.model.evidence import Case, Clearance, Mandate, MandateState, Power, Role
from scelle.settings import Settings

DAY = timedelta(days=1)


class Home:
    """One installation with four people, a case and a mandate, all made by acts."""

    def __init__(self, folder: Path) -> None:
        self.open(folder)
        for name, role in (
            ("admin", Role.ADMINISTRATOR),
            ("head", Role.HEAD_OF_SERVICE),
            ("judge", Role.MAGISTRATE),
            ("officer", Role.INVESTIGATOR),
            ("auditor", Role.AUDITOR),
        ):
            self.do("admin", RegisterAgent(agent_id=name, roles=frozenset({role}), service="sr"))
        self.do("admin", RecordCommitment(sent_on="2026-01-05"))
        now = datetime.now(UTC)
        self.clearance: Clearance = self.do(
            "head",
            GrantClearance(
                agent_id="officer", service="sr", valid_from=now - DAY, valid_to=now + DAY
            ),
        )
        self.case: Case = self.do(
            "officer", OpenCase(reference="PV", framework="flagrance", service="sr")
        )
        self.mandate: Mandate = self.do(
            "judge",
            GrantMandate(
                case_id=self.case.id,
                powers=frozenset({Power.CONSULT}),
                valid_from=now - DAY,
                valid_to=now + DAY,
            ),
        )

    def open(self, folder: Path) -> None:
        self.folder = folder
        self.app = App(Settings(home=folder))

    def do(self, agent: str, act: Any) -> Any:
        return self.app.perform(agent, act)

    def sql(self, statement: str, *values: object) -> None:
        database = sqlite3.connect(self.folder / "scelle.db")
        with database:
            database.execute(statement, values)
        database.close()

    def search(self) -> Any:
        return self.do("officer", SearchTracks(case_id=self.case.id))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("made"))
    home.app.close()
    return home


@pytest.fixture
def home(made: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the one that was made, so that each test may spoil its own."""
    shutil.copytree(made.folder, tmp_path / "home")
    home = copy.copy(made)
    home.open(tmp_path / "home")
    yield home
    home.app.close()


def rules(home: Home, agent: str, act: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        home.do(agent, act)
    return {reason.rule for reason in caught.value.reasons}


def test_what_acts_left_is_believed(home: Home) -> None:
    assert home.search() == ()
    change = ChangeMandate(
        case_id=home.case.id, mandate_id=home.mandate.id, state=MandateState.SUSPENDED
    )
    home.do("judge", change)
    assert rules(home, "officer", SearchTracks(case_id=home.case.id)) == {"mandate-suspended"}
    report = home.app.verify_ledger()
    assert report.ok
    assert any("what the ledger's acts left" in line for line in report.holds)


EDITS = {
    "a mandate widened": 'UPDATE mandates SET powers = \'["consult", "export"]\'',
    "a mandate lengthened": "UPDATE mandates SET valid_to = '2099-01-01T00:00:00.000000+00:00'",
    "a case moved to another service": "UPDATE cases SET service = 'other'",
    "a clearance lengthened": "UPDATE clearances SET valid_to = '2099-01-01T00:00:00+00:00'",
    "a clearance removed": "DELETE FROM clearances",
    "a role added": "UPDATE agents SET roles = '[\"auditor\"]' WHERE id = 'officer'",
    "a mandate removed": "DELETE FROM mandates",
    "a deadline moved": "UPDATE cases SET erase_by = '2099-01-01T00:00:00.000000+00:00'",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_row_is_refused_and_found(home: Home, edit: str) -> None:
    home.sql(edit)
    assert rules(home, "officer", SearchTracks(case_id=home.case.id)) == {"state-altered"}
    report = home.app.verify_ledger()
    assert [p.check for p in report.problems] == ["state"]
    # The refusal is an entry like any other, and the ledger itself is whole.
    assert home.app._book.check().ok


def test_a_suspended_mandate_is_not_put_back_by_hand(home: Home) -> None:
    """The row as it was before the suspension is one that the ledger knows; it is too old."""
    suspend = ChangeMandate(
        case_id=home.case.id, mandate_id=home.mandate.id, state=MandateState.SUSPENDED
    )
    home.do("judge", suspend)
    home.sql("UPDATE mandates SET state = 'active'")
    assert rules(home, "officer", SearchTracks(case_id=home.case.id)) == {"state-altered"}


def test_a_withdrawn_clearance_is_not_put_back_by_hand(home: Home) -> None:
    home.do("head", WithdrawClearance(clearance_id=home.clearance.id))
    home.sql("UPDATE clearances SET withdrawn = 0")
    assert rules(home, "officer", SearchTracks(case_id=home.case.id)) == {"state-altered"}
    assert rules(home, "head", WithdrawClearance(clearance_id=home.clearance.id)) == {
        "state-altered"
    }


def test_a_person_added_by_hand_may_nothing(home: Home) -> None:
    home.sql("INSERT INTO agents (id, roles, service) VALUES ('ghost', '[\"auditor\"]', 'x')")
    assert rules(home, "ghost", ListCases()) == {"state-altered"}


def test_a_case_added_by_hand_may_not_be_read(home: Home) -> None:
    home.sql(
        "INSERT INTO cases (id, reference, framework, service, offence_family, opened_at, "
        "erase_by, state, demonstration) SELECT 'z' || id, reference, framework, service, "
        "offence_family, opened_at, erase_by, state, demonstration FROM cases"
    )
    assert rules(home, "judge", ConsultCase(case_id=f"z{home.case.id}")) == {"state-altered"}


def test_nobody_becomes_the_first_person_again(home: Home) -> None:
    home.sql("DELETE FROM agents")
    act = RegisterAgent(agent_id="new", roles=frozenset({Role.ADMINISTRATOR}), service="x")
    assert rules(home, "new", act) == {"state-altered"}


def test_a_case_removed_by_hand_is_found(home: Home) -> None:
    home.sql("DELETE FROM mandates")
    home.sql("DELETE FROM cases")
    report = home.app.verify_ledger()
    assert any("gone from the database" in p.text for p in report.problems)


def test_overseers_still_read_the_ledger_of_an_altered_case(home: Home) -> None:
    home.sql("UPDATE cases SET service = 'other'")
    opened = home.do("auditor", ConsultLedger(case_id=home.case.id))
    assert [e.disclosed["act"] for e in opened][:1] == ["open-case"]
    # Unless they are not who they say.
    home.sql("UPDATE agents SET service = 'other' WHERE id = 'auditor'")
    assert rules(home, "auditor", ConsultLedger(case_id=home.case.id)) == {"state-altered"}


class Killed(BaseException):
    """Stands for the power cut."""


@contextmanager
def cut_off(home: Home, when: str) -> Iterator[None]:
    """Between the ledger's entry and the database's commit, or between commit and outcome."""
    door, records = home.app._door, home.app._records
    bind = door._changing

    def cut(*_: object, **__: object) -> None:
        raise Killed

    def written_then_cut(changes: Any) -> None:
        bind(changes)
        raise Killed

    if when == "before the commit":
        records.watch(written_then_cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door._writer, "outcome", cut)
        with pytest.raises(Killed):
            yield
    records.watch(bind)


@pytest.mark.parametrize("when", ["before the commit", "after the commit"])
def test_a_process_killed_at_a_change_leaves_a_case_that_can_be_used(home: Home, when: str) -> None:
    suspend = ChangeMandate(
        case_id=home.case.id, mandate_id=home.mandate.id, state=MandateState.SUSPENDED
    )
    with cut_off(home, when):
        home.do("judge", suspend)
    search = SearchTracks(case_id=home.case.id)
    if when == "before the commit":
        assert home.search() == ()
    else:
        assert rules(home, "officer", search) == {"mandate-suspended"}
    assert home.app.verify_ledger().ok
    # The act is asked again, and from then on the state before is refused.
    home.do("judge", suspend)
    assert rules(home, "officer", search) == {"mandate-suspended"}
    home.sql("UPDATE mandates SET state = 'active'")
    assert rules(home, "officer", search) == {"state-altered"}


@pytest.mark.parametrize(
    ("agent", "act"),
    [
        ("admin", RegisterAgent(agent_id="new", roles=frozenset({Role.AUDITOR}), service="x")),
        ("judge", OpenCase(reference="new", framework="flagrance", service="sru")),
    ],
)
def test_whom_a_killed_act_was_to_begin_is_not_missed(home: Home, agent: str, act: Any) -> None:
    with cut_off(home, "before the commit"):
        home.do(agent, act)
    assert home.app.verify_ledger().ok
    # Once it was done, it is missed where somebody removes it.
    home.do(agent, act)
    assert home.app.verify_ledger().ok
    home.sql("DELETE FROM agents WHERE id = 'new'")
    home.sql("DELETE FROM cases WHERE reference = 'new'")
    report = home.app.verify_ledger()
    assert any("gone from the database" in p.text for p in report.problems)


def test_what_there_is_is_taken_as_it_is_once_only(home: Home) -> None:
    assert home.app._door._states.begun
    size = home.app._book.size()
    home.app.close()
    home.sql("UPDATE cases SET service = 'other'")
    home.open(home.folder)
    assert home.app._book.size() == size
    assert rules(home, "officer", SearchTracks(case_id=home.case.id)) == {"state-altered"}
