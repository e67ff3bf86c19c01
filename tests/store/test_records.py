from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from scelle.errors import NotFound
from scelle.model.acts import (
    GrantClearance,
    OpenCase,
    RegisterAgent,
    SearchTracks,
    ViewSynopsis,
    WithdrawClearance,
)
from scelle.model.asking import Question
from scelle.model.evidence import (
    Agent,
    Case,
    CaseState,
    Clearance,
    Coverage,
    Exhibit,
    Finding,
    FindingKind,
    Mandate,
    MandateState,
    Power,
    Role,
)
from scelle.model.geometry import Area, Line
from scelle.model.results import Synopsis
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, TrackQuery
from scelle.store.database import open_database
from scelle.store.records import Records

NOW = datetime(2026, 3, 1, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
CORNER = Area(((0.0, 0.0), (1.0, 0.0), (0.0, 1.5)))
ASKED = Question(
    TrackQuery(colour=Colour.RED, inside=CORNER, crosses=Line((1.0, 2.0), (3.0, 4.0))),
    Hours(79200, 0),
)
LATER = NOW + timedelta(days=30)
AGENT = Agent("a", frozenset({Role.INVESTIGATOR, Role.ADMINISTRATOR}), "sru")
CLEARANCE = Clearance("k", "a", "sru", frozenset({"video"}), NOW, LATER, "head")
MANDATE = Mandate(
    "m",
    "c",
    "flagrance",
    frozenset(Power),
    NOW,
    LATER,
    "judge",
    False,
    frozenset({"e", "f"}),
    frozenset({"north"}),
    NOW,
    None,
    "00" * 32,
    MandateState.SUSPENDED,
)


def test_every_record_comes_back_as_it_was(
    engine: Engine,
    records: Records,
    case: Case,
    exhibit: Callable[[str], Exhibit],
    place: Path | str,
) -> None:
    records.put_agent(AGENT)
    records.add_mandate(MANDATE)
    records.add_clearance(CLEARANCE)
    kept = exhibit("e")
    # Retention counts from the first recording.
    due = kept.received_at.replace(year=kept.received_at.year + 3)
    case = replace(case, first_data_at=kept.received_at, erase_by=due)
    assert records.case("c") == case
    exhibit("f")
    assert records.case("c") == case
    coverage = Coverage("e", 10, 7, 2, 1, 5, True, (Finding(FindingKind.CONCEALED, 3, 4, "x"),))
    records.put_coverage(coverage)
    synopsis = Synopsis("s", "c", ("e", "f"), 1.1, 2.2, 3, 2, 0.05, Path("/a/b.mp4"), ASKED)
    records.add_synopsis(synopsis)
    engine.dispose()
    again = open_database(place)
    fresh = Records(again)
    assert fresh.agent("a") == AGENT
    assert fresh.case("c") == case
    assert fresh.mandate("m") == MANDATE
    assert fresh.mandate("m").valid_from.tzinfo == UTC
    assert fresh.clearance("k") == CLEARANCE
    assert fresh.exhibit("e") == kept
    assert [f.detail for f in fresh.exhibit("e").findings] == ["b", "a"]
    assert fresh.coverage("e") == coverage
    assert fresh.synopsis("s") == synopsis
    assert (fresh.agents(), fresh.cases()) == ((AGENT,), (case,))
    assert (fresh.mandates("c"), fresh.clearances("a")) == ((MANDATE,), (CLEARANCE,))
    assert (fresh.exhibits("c")[0], fresh.synopses("c")) == (kept, (synopsis,))
    again.dispose()


def test_what_does_not_exist_is_said_with_a_remedy(records: Records) -> None:
    for read in (
        records.agent,
        records.case,
        records.mandate,
        records.clearance,
        records.exhibit,
        records.synopsis,
    ):
        with pytest.raises(NotFound) as caught:
            read("absent")
        assert caught.value.remedy
    with pytest.raises(NotFound):
        records.replace_mandate(MANDATE)
    assert records.coverage("absent") is None


def test_records_are_replaced(
    records: Records, case: Case, exhibit: Callable[[str], Exhibit]
) -> None:
    records.put_agent(AGENT)
    records.put_agent(replace(AGENT, service="other"))
    assert [a.service for a in records.agents()] == ["other"]
    records.replace_case(replace(case, state=CaseState.CLOSED))
    assert records.case("c").state == CaseState.CLOSED
    records.add_mandate(MANDATE)
    records.replace_mandate(replace(MANDATE, state=MandateState.WITHDRAWN))
    assert records.mandate("m").state == MandateState.WITHDRAWN
    records.add_clearance(CLEARANCE)
    records.replace_clearance(replace(CLEARANCE, withdrawn=True))
    assert records.clearance("k").withdrawn
    exhibit("e")
    first = Coverage("e", 10, 1, 0, 0, 1, False, (Finding(FindingKind.GAP, 0, 1, "x"),))
    records.put_coverage(first)
    records.put_coverage(replace(first, ended=True, findings=()))
    assert records.coverage("e") == replace(first, ended=True, findings=())
    assert len(records.exhibit("e").findings) == 2


def test_the_same_bytes_are_one_exhibit_in_a_case(
    records: Records, case: Case, exhibit: Callable[[str], Exhibit]
) -> None:
    kept = exhibit("e")
    assert records.add_exhibit(replace(kept, id="f", camera="south")) == kept
    assert records.exhibits("c") == (kept,)
    assert records.exhibit_with("c", kept.sha256) == kept
    assert records.exhibit_with("d", kept.sha256) is None
    records.add_case(replace(case, id="d"))
    assert records.add_exhibit(replace(kept, id="f", case_id="d")).id == "f"


def test_what_belongs_to_no_case_cannot_be_added(records: Records) -> None:
    with pytest.raises(IntegrityError):
        records.add_mandate(MANDATE)


def test_facts_hold_all_that_bears_on_an_act(
    records: Records, case: Case, exhibit: Callable[[str], Exhibit]
) -> None:
    search = SearchTracks(case_id="c")
    empty = records.facts("a", SearchTracks(case_id="x"))
    assert (empty.agent, empty.any_agent_known, empty.case) == (None, False, None)
    records.put_agent(AGENT)
    records.put_agent(replace(AGENT, id="b"))
    records.add_mandate(MANDATE)
    records.add_mandate(replace(MANDATE, id="m2"))
    records.add_clearance(CLEARANCE)
    records.add_clearance(replace(CLEARANCE, id="k2", agent_id="b"))
    kept = exhibit("e")
    synopsis = Synopsis("s", "c", ("e",), 1.0, 2.0, 3, 2, 0.0)
    records.add_synopsis(synopsis)
    facts = records.facts("a", search)
    assert facts.agent == AGENT
    assert facts.any_agent_known
    assert facts.case == records.case("c")
    assert [m.id for m in facts.mandates] == ["m", "m2"]
    assert facts.exhibits == (kept,)
    assert facts.clearances == (CLEARANCE,)
    assert (facts.subject, facts.clearance, facts.synopsis) == (None, None, None)
    grant = GrantClearance(agent_id="b", service="sru", valid_from=NOW, valid_to=LATER)
    assert records.facts("a", grant).subject == replace(AGENT, id="b")
    register = RegisterAgent(agent_id="b", roles=AGENT.roles, service="sru")
    assert records.facts("a", register).subject == replace(AGENT, id="b")
    withdraw = WithdrawClearance(clearance_id="k2")
    assert records.facts("a", withdraw).clearance == replace(CLEARANCE, id="k2", agent_id="b")
    view = ViewSynopsis(case_id="c", synopsis_id="s")
    assert records.facts("a", view).synopsis == synopsis
    opening = OpenCase(case_id="c", reference="r", framework="f", service="s")
    assert records.facts("a", opening).case == records.case("c")
