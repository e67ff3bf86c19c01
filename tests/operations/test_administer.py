"""Agents, cases, mandates and clearances, through a whole installation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scelle.bootstrap import App
from scelle.errors import BadInput, Refused
from scelle.model.acts import (
    ChangeMandate,
    CloseCase,
    ConsultCase,
    GrantClearance,
    GrantMandate,
    ListCases,
    OpenCase,
    RecordCommitment,
    RegisterAgent,
    SearchTracks,
    WithdrawClearance,
)
from scelle.model.evidence import (
    Agent,
    Case,
    CaseState,
    Clearance,
    Mandate,
    MandateState,
    Power,
    Role,
)
from scelle.model.results import CaseFile
from scelle.settings import Settings

DAY = timedelta(days=1)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with App(Settings(home=tmp_path)) as app:
        register(app, "root", Role.ADMINISTRATOR)
        for name, role in (
            ("head", Role.HEAD_OF_SERVICE),
            ("officer", Role.INVESTIGATOR),
            ("judge", Role.MAGISTRATE),
        ):
            register(app, name, role)
        app.perform("root", RecordCommitment(sent_on="2026-01-05"))
        yield app


def register(app: App, name: str, *roles: Role) -> Agent:
    act = RegisterAgent(agent_id=name, roles=frozenset(roles), service="brigade-a")
    agent: Agent = app.perform("root", act)
    return agent


def clear(app: App) -> Clearance:
    now = datetime.now(UTC)
    act = GrantClearance(
        agent_id="officer", service="brigade-a", valid_from=now - DAY, valid_to=now + DAY
    )
    clearance: Clearance = app.perform("head", act)
    return clearance


def open_case(app: App, framework: str = "preliminaire") -> Case:
    act = OpenCase(
        reference="PV 12", framework=framework, service="brigade-a", offence_family="theft"
    )
    case: Case = app.perform("officer", act)
    return case


def grant(app: App, case: Case, agent: str = "judge", **more: Any) -> Mandate:
    now = datetime.now(UTC)
    act = GrantMandate(
        case_id=case.id,
        powers=frozenset(Power),
        valid_from=now - DAY,
        valid_to=now + DAY,
        **more,
    )
    mandate: Mandate = app.perform(agent, act)
    return mandate


def test_agents(app: App) -> None:
    agent = register(app, "auditor", Role.AUDITOR)
    assert agent == Agent("auditor", frozenset({Role.AUDITOR}), "brigade-a")
    again = register(app, "auditor", Role.AUDITOR, Role.MAGISTRATE)
    assert again.roles == {Role.AUDITOR, Role.MAGISTRATE}
    assert app.perform("auditor", ListCases()) == ()


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "tab\t"])
def test_names_that_name_nobody(app: App, name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        register(app, name, Role.AUDITOR)


def test_a_case_opens_with_its_deadline_and_closes(app: App) -> None:
    with pytest.raises(Refused, match="no clearance"):
        open_case(app)
    clear(app)
    case = open_case(app)
    assert case.state is CaseState.OPEN
    assert case.erase_by.year == case.opened_at.year + 3
    assert app.perform("officer", ListCases()) == (case,)
    closed: Case = app.perform("officer", CloseCase(case_id=case.id))
    assert closed.state is CaseState.CLOSED
    with pytest.raises(Refused, match="closed"):
        app.perform("officer", ConsultCase(case_id=case.id))
    file: CaseFile = app.perform("judge", ConsultCase(case_id=case.id))
    assert file.case == closed


def test_mandates(app: App) -> None:
    clear(app)
    case = open_case(app)
    search = SearchTracks(case_id=case.id)
    with pytest.raises(Refused, match="mandate"):
        app.perform("officer", search)
    mandate = grant(app, case, cameras=frozenset({"north"}), document_sha256="AB" * 32)
    assert (mandate.framework, mandate.magistrate) == ("preliminaire", "judge")
    assert mandate.cameras == {"north"}
    assert mandate.document_sha256 == "ab" * 32
    assert not mandate.deemed
    assert app.perform("officer", search) == ()
    change = ChangeMandate(case_id=case.id, mandate_id=mandate.id, state=MandateState.SUSPENDED)
    assert app.perform("judge", change).state is MandateState.SUSPENDED
    with pytest.raises(Refused, match="suspended"):
        app.perform("officer", search)
    restore = ChangeMandate(case_id=case.id, mandate_id=mandate.id, state=MandateState.ACTIVE)
    app.perform("judge", restore)
    assert app.perform("officer", search) == ()
    file: CaseFile = app.perform("officer", ConsultCase(case_id=case.id))
    assert file.mandates == (mandate,)


def test_a_document_s_hash_is_one(app: App) -> None:
    clear(app)
    with pytest.raises(BadInput, match="SHA-256"):
        grant(app, open_case(app), document_sha256="12")


def test_a_supposed_mandate_has_no_magistrate(app: App) -> None:
    clear(app)
    case = open_case(app, "flagrance")
    mandate = grant(app, case, "officer", deemed=True)
    assert mandate.deemed
    assert mandate.magistrate == ""
    object_ = ChangeMandate(case_id=case.id, mandate_id=mandate.id, state=MandateState.OBJECTED)
    app.perform("judge", object_)
    with pytest.raises(Refused, match="stopped"):
        grant(app, case, "officer", deemed=True)


def test_a_withdrawn_clearance_ends_at_once(app: App) -> None:
    clearance = clear(app)
    assert clearance.granted_by == "head"
    open_case(app)
    withdrawn = app.perform("head", WithdrawClearance(clearance_id=clearance.id))
    assert withdrawn.withdrawn
    with pytest.raises(Refused, match="withdrawn"):
        open_case(app)
