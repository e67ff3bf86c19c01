"""One spoiled thing at a time, and the rule that must say so."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scelle.law.rules import RULES, decide
from scelle.model import acts
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    ArrangeSynopsis,
    BeginUpload,
    CaseAct,
    ChangeMandate,
    ChangeZone,
    CloseCase,
    ConsultBookmarks,
    ConsultCase,
    ConsultCoverage,
    ConsultLedger,
    ConsultZones,
    ExportCameras,
    ExportClip,
    ExportLedger,
    ExportTracks,
    Film,
    GrantClearance,
    GrantMandate,
    KeepBookmark,
    ListCases,
    MakeSynopsis,
    MarkZone,
    OpenCase,
    PlayExhibit,
    ReceiveExhibit,
    RegisterAgent,
    RemoveBookmark,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
    ViewTubes,
    WithdrawClearance,
)
from scelle.model.evidence import Agent, CaseState, Clearance, Exhibit, MandateState, Power, Role
from scelle.model.synopsis import Part
from scelle.model.time import Clock
from scelle.model.zones import Keyframe

World = Any
MakeExhibit = Callable[..., Exhibit]

ALL_ACTS = [
    each
    for _, each in inspect.getmembers(acts, inspect.isclass)
    if issubclass(each, Act) and each not in (Act, CaseAct)
]

RECEIVE = ReceiveExhibit(
    case_id="case-1", path=Path("a.mp4"), camera="north", origin="seal 1", recorded_at=None
)
BRING = BeginUpload(
    case_id="case-1", name="a.mp4", size=9, modified_ms=0, camera="north", origin="seal 1"
)
ON_RECORDINGS: list[CaseAct] = [
    RECEIVE,
    BRING,
    AnalyseExhibit(case_id="case-1"),
    SearchTracks(case_id="case-1"),
    ViewPictures(case_id="case-1", track_ids=("e1-1",)),
    ConsultCoverage(case_id="case-1"),
    MakeSynopsis(case_id="case-1"),
    ViewSynopsis(case_id="case-1", synopsis_id="s1"),
    ArrangeSynopsis(case_id="case-1"),
    ViewTubes(case_id="case-1", parts=(Part("e1-1", 0),), shown=("e1-2",)),
    PlayExhibit(case_id="case-1", exhibit_ids=("e1",), start_ms=0, end_ms=1000),
    MarkZone(case_id="case-1", exhibit_ids=("e1",), keyframes=(Keyframe(0, 0, 0, 9, 9),)),
    ChangeZone(case_id="case-1", zone_id="z", reason="it hides the van too"),
    ConsultZones(case_id="case-1"),
    KeepBookmark(case_id="case-1", exhibit_ids=("e1",), at_ms=0),
    RemoveBookmark(case_id="case-1", bookmark_id="b"),
    ConsultBookmarks(case_id="case-1"),
    ExportClip(case_id="case-1", start_ms=0, end_ms=1, output=Path("c.mp4")),
    ExportCameras(
        case_id="case-1",
        film=Film(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), ()),
        output=Path("c.mp4"),
    ),
    ExportTracks(case_id="case-1", format="mot", output=Path("t.txt")),
]
ONE_EXHIBIT = ViewPictures | ViewSynopsis | ViewTubes | PlayExhibit | KeepBookmark | MarkZone
READING = [a for a in ON_RECORDINGS if a.power is Power.CONSULT]
every_recording_act = pytest.mark.parametrize("act", ON_RECORDINGS, ids=lambda a: a.kind)
every_reading_act = pytest.mark.parametrize("act", READING, ids=lambda a: a.kind)


def test_every_act_has_a_rule_and_every_rule_an_act() -> None:
    assert set(RULES) == set(ALL_ACTS)
    assert len(ALL_ACTS) >= 20


def test_no_rule_means_refusal(world: World) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Stray(SearchTracks):
        kind: ClassVar[str] = "stray"

    assert world.rules(Stray(case_id="case-1")) == {"no-rule"}


def test_time_needs_a_zone(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(ListCases(), world.facts, datetime(2026, 3, 10))  # noqa: DTZ001


# -- acts on recordings --------------------------------------------------------


@every_recording_act
def test_granted_with_everything(world: World, act: CaseAct) -> None:
    verdict = world.decide(act)
    assert verdict.granted, verdict.reasons
    assert verdict.mandate_id == "mandate-1"
    if act in (RECEIVE, BRING):
        assert verdict.exhibit_ids == ()
    elif isinstance(act, ONE_EXHIBIT):
        assert verdict.exhibit_ids == ("e1",)
    else:
        assert verdict.exhibit_ids == ("e1", "e2")


SPOILED: dict[str, Callable[[World], World]] = {
    "unknown-agent": lambda w: w.having(agent=None),
    "role": lambda w: w.asked_by(Role.ADMINISTRATOR),
    "no-such-case": lambda w: w.having(case=None),
    "case-closed": lambda w: w.with_case(state=CaseState.CLOSED),
    "framework": lambda w: w.with_case(framework="article-74-2"),
    "no-clearance": lambda w: w.having(clearances=()),
    "clearance-withdrawn": lambda w: w.with_clearance(withdrawn=True),
    "clearance-dates": lambda w: w.with_clearance(valid_to=w.now),
    "clearance-data-type": lambda w: w.with_clearance(data_types=frozenset({"audio"})),
    "no-mandate": lambda w: w.having(mandates=()),
    "mandate-objected": lambda w: w.with_mandate(state=MandateState.OBJECTED),
    "mandate-suspended": lambda w: w.with_mandate(state=MandateState.SUSPENDED),
    "mandate-withdrawn": lambda w: w.with_mandate(state=MandateState.WITHDRAWN),
    "mandate-dates": lambda w: w.with_mandate(valid_to=w.now),
    "mandate-framework": lambda w: w.with_mandate(framework="flagrance"),
    "mandate-deemed": lambda w: w.with_mandate(deemed=True),
    "mandate-exhibits": lambda w: w.with_mandate(exhibits=frozenset({"e9"})),
    "mandate-cameras": lambda w: w.with_mandate(cameras=frozenset({"east"})),
}


@every_recording_act
@pytest.mark.parametrize("rule", SPOILED)
def test_each_condition_is_needed(world: World, act: CaseAct, rule: str) -> None:
    refused = SPOILED[rule](world).rules(act)
    assert rule in refused
    # A case in another framework is also not the mandate's.
    allowed = {rule, "mandate-framework"} if rule == "framework" else {rule}
    if rule == "no-such-case" and isinstance(act, ViewSynopsis):
        allowed.add("no-such-synopsis")
    assert refused <= allowed


@every_recording_act
def test_each_power_is_needed(world: World, act: CaseAct) -> None:
    assert act.power is not None
    without = frozenset(Power) - {act.power}
    assert world.with_mandate(powers=without).rules(act) == {"mandate-power"}
    assert world.with_mandate(powers=frozenset({act.power})).decide(act).granted


def test_all_reasons_are_given(world: World) -> None:
    spoiled = (
        world.asked_by(Role.AUDITOR)
        .with_case(state=CaseState.CLOSED)
        .with_clearance(withdrawn=True, valid_to=world.now)
        .with_mandate(state=MandateState.SUSPENDED, powers=frozenset({Power.RECEIVE}))
    )
    assert spoiled.rules(AnalyseExhibit(case_id="case-1", exhibit_ids=("e1", "e7"))) == {
        "role",
        "case-closed",
        "no-such-exhibit",
        "clearance-withdrawn",
        "clearance-dates",
        "mandate-suspended",
        "mandate-power",
    }


def test_a_clearance_of_another_service_or_person_is_none(world: World) -> None:
    act = AnalyseExhibit(case_id="case-1")
    assert world.with_clearance(service="brigade-b").rules(act) == {"no-clearance"}
    assert world.with_clearance(agent_id="agent-2").rules(act) == {"no-clearance"}


def test_one_good_clearance_among_bad_ones_suffices(world: World) -> None:
    good = world.facts.clearances[0]
    bad = dataclasses.replace(good, withdrawn=True)
    assert world.having(clearances=(bad, good)).decide(AnalyseExhibit(case_id="case-1")).granted


def test_validity_begins_at_its_start_and_ends_before_its_end(world: World) -> None:
    act = AnalyseExhibit(case_id="case-1")
    second = timedelta(seconds=1)
    at = dataclasses.replace
    start, end = world.facts.mandates[0].valid_from, world.facts.mandates[0].valid_to
    assert at(world, now=start).decide(act).granted
    assert at(world, now=end - second).decide(act).granted
    assert at(world, now=start - second).rules(act) == {"mandate-dates", "clearance-dates"}
    assert at(world, now=end).rules(act) == {"mandate-dates", "clearance-dates"}


@pytest.mark.parametrize("offset", [10**14, -(10**14), 110 * 366 * 86400, -110 * 366 * 86400])
@pytest.mark.parametrize("window", [True, False])
def test_a_clock_is_corrected_by_at_most_a_hundred_years(
    world: World, offset: int, window: bool
) -> None:
    asked = world.with_mandate(recorded_from=world.now - timedelta(99)) if window else world
    act = dataclasses.replace(RECEIVE, recorded_at=world.now, clock_offset=Fraction(offset))
    assert asked.rules(act) == {"recorder-time"}
    assert asked.rules(dataclasses.replace(act, recorded_at=None)) >= {"recorder-time"}


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
)
@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_recorder_s_time_can_be(world: World, year: int, zone: timezone) -> None:
    asked = world.with_mandate(recorded_to=world.now)
    extreme = {1: datetime.min, 9999: datetime.max}  # noqa: DTZ901
    at = extreme.get(year, datetime(year, 6, 1)).replace(tzinfo=zone)  # noqa: DTZ001
    assert asked.rules(dataclasses.replace(RECEIVE, recorded_at=at)) == {"recorder-time"}


def test_the_furthest_times_of_a_recorder_can_be_held_against_a_window(world: World) -> None:
    asked = world.with_mandate(recorded_to=world.now)
    for at, years in (
        (datetime(1900, 1, 1, tzinfo=UTC), -50),
        (datetime(2199, 1, 1, tzinfo=UTC), 50),
    ):
        offset = Fraction(years * 366 * 86400)
        act = dataclasses.replace(RECEIVE, recorded_at=at, clock_offset=offset)
        assert asked.rules(act) == (set() if years < 0 else {"mandate-window"})


# -- scope ---------------------------------------------------------------------


def test_named_exhibits_come_in_order_of_receipt(world: World) -> None:
    act = AnalyseExhibit(case_id="case-1", exhibit_ids=("e2", "e1", "e2"))
    assert world.decide(act).exhibit_ids == ("e1", "e2")


def test_all_means_all_that_the_mandate_covers(world: World) -> None:
    narrow = world.with_mandate(cameras=frozenset({"south"}))
    assert narrow.decide(AnalyseExhibit(case_id="case-1")).exhibit_ids == ("e2",)
    named = AnalyseExhibit(case_id="case-1", exhibit_ids=("e1", "e2"))
    assert narrow.rules(named) == {"mandate-cameras"}
    assert narrow.decide(dataclasses.replace(named, exhibit_ids=("e2",))).granted


def test_an_empty_case_is_wholly_covered(world: World) -> None:
    verdict = world.having(exhibits=()).decide(SearchTracks(case_id="case-1"))
    assert verdict.granted
    assert verdict.exhibit_ids == ()


def test_an_exhibit_of_another_case_is_none(world: World) -> None:
    for act in (
        AnalyseExhibit(case_id="case-1", exhibit_ids=("x",)),
        ViewPictures(case_id="case-1", track_ids=("x-1",)),
        ViewPictures(case_id="case-1", track_ids=("x-1",), exhibit_ids=("e1",)),
        ConsultCase(case_id="case-1", exhibit_ids=("x",)),
    ):
        assert world.rules(act) == {"no-such-exhibit"}


def test_a_picture_needs_its_own_exhibit_covered(world: World) -> None:
    narrow = world.with_mandate(exhibits=frozenset({"e1"}))
    assert narrow.decide(ViewPictures(case_id="case-1", track_ids=("e1-4",))).granted
    both = ViewPictures(case_id="case-1", track_ids=("e1-4", "e2-1"))
    assert narrow.rules(both) == {"mandate-exhibits"}


def test_a_synopsis_needs_all_its_exhibits_covered(world: World) -> None:
    act = ViewSynopsis(case_id="case-1", synopsis_id="s1")
    narrow = world.with_mandate(exhibits=frozenset({"e2"}))
    assert narrow.rules(act) == {"mandate-exhibits"}
    synopsis = world.facts.synopsis
    elsewhere = dataclasses.replace(synopsis, case_id="case-2")
    assert world.having(synopsis=elsewhere).rules(act) == {"no-such-synopsis"}
    assert world.having(synopsis=None).rules(act) == {"no-such-synopsis"}


@pytest.mark.parametrize(
    ("start", "end", "granted"),
    [(0, 1, True), (0, 3, True), (0, 0.5, False), (0.5, 3, False), (2, 3, False)],
)
def test_the_whole_span_must_lie_in_the_window(
    world: World, make_exhibit: MakeExhibit, start: float, end: float, granted: bool
) -> None:
    zero = world.now - timedelta(days=5)
    limited = world.having(exhibits=(make_exhibit("e1"),)).with_mandate(
        recorded_from=zero + timedelta(hours=start), recorded_to=zero + timedelta(hours=end)
    )
    refused = limited.rules(AnalyseExhibit(case_id="case-1"))
    assert refused == (set() if granted else {"mandate-window"})


@pytest.mark.parametrize("uncertainty", [None, Fraction(7, 3)])
def test_the_window_that_a_remedy_names_grants(
    world: World, make_exhibit: MakeExhibit, uncertainty: Fraction | None
) -> None:
    zero = world.now - timedelta(days=5, microseconds=1)
    short = make_exhibit("e1")
    short = dataclasses.replace(
        short,
        clock=Clock(zero, uncertainty=uncertainty),
        stream=dataclasses.replace(short.stream, duration=Fraction(1, 25)),
    )
    narrow = {"recorded_from": zero + timedelta(1), "recorded_to": zero + timedelta(2)}
    limited = world.having(exhibits=(short,)).with_mandate(**narrow)
    act = AnalyseExhibit(case_id="case-1")
    (reason,) = limited.decide(act).reasons
    assert "from 2026-03-05T11:59:59.999+00:00 to 2026-03-05T12:00:00.039+00:00" in reason.text
    assert limited.with_mandate(**named_window(reason.remedy)).decide(act).granted
    # What is being received has no known end yet.
    new = dataclasses.replace(RECEIVE, recorded_at=zero)
    (reason,) = limited.decide(new).reasons
    assert "was recorded from 2026-03-05T11:59:59.999+00:00." in reason.text
    assert limited.with_mandate(**named_window(reason.remedy)).decide(new).granted


def named_window(remedy: str) -> dict[str, datetime | None]:
    words = remedy.replace("`", " ").split()
    return {
        name: datetime.fromisoformat(words[words.index(option) + 1]) if option in words else None
        for name, option in (
            ("recorded_from", "--recorded-from"),
            ("recorded_to", "--recorded-to"),
        )
    }


def test_whoever_is_unknown_is_named_and_told_how_to_say_who_asks(world: World) -> None:
    reasons = world.having(agent=None, asker="dupond").decide(ListCases()).reasons
    (unknown,) = (r for r in reasons if r.rule == "unknown-agent")
    assert "'dupond'" in unknown.text
    for said in ("--as", "SCELLE_AGENT", "register dupond"):
        assert said in unknown.remedy


def test_on_an_empty_installation_everything_says_who_begins(world: World) -> None:
    empty = world.having(agent=None, asker="dupond", any_agent_known=False)
    for act in (ListCases(), OpenCase(reference="r", framework="flagrance", service="sr")):
        (unknown,) = (r for r in empty.decide(act).reasons if r.rule == "unknown-agent")
        assert "empty" in unknown.text
        for said in ("register dupond --role administrator", "first person", "administrator, who"):
            assert said in unknown.remedy


@every_recording_act
def test_no_refusal_of_a_role_gives_a_role(world: World, act: CaseAct) -> None:
    for reason in world.asked_by(Role.ADMINISTRATOR).decide(act).reasons:
        assert "agent register" not in reason.remedy


def test_a_mandate_not_yet_valid_may_be_waited_for(world: World) -> None:
    act = AnalyseExhibit(case_id="case-1")
    start = world.now + timedelta(hours=1)
    (reason,) = world.with_mandate(valid_from=start).decide(act).reasons
    assert f"Wait until {start.isoformat()}" in reason.remedy
    (reason,) = world.with_mandate(valid_to=world.now).decide(act).reasons
    assert "Wait" not in reason.remedy


def test_half_a_window(world: World, make_exhibit: MakeExhibit) -> None:
    zero = world.now - timedelta(days=5)
    one = world.having(exhibits=(make_exhibit("e1", hour=1),))
    act = AnalyseExhibit(case_id="case-1")
    assert one.with_mandate(recorded_from=zero).decide(act).granted
    assert one.with_mandate(recorded_to=zero).rules(act) == {"mandate-window"}


def test_the_window_is_of_real_time(world: World, make_exhibit: MakeExhibit) -> None:
    zero = world.now - timedelta(days=5)
    act = AnalyseExhibit(case_id="case-1")
    slow = dataclasses.replace(make_exhibit("e1"), clock=Clock(zero, Fraction(3600)))
    window = {"recorded_from": zero, "recorded_to": zero + timedelta(hours=1)}
    assert world.having(exhibits=(slow,)).with_mandate(**window).rules(act) == {"mandate-window"}
    window = {k: v + timedelta(hours=1) for k, v in window.items()}
    assert world.having(exhibits=(slow,)).with_mandate(**window).decide(act).granted


def test_the_clock_s_uncertainty_must_fit(world: World, make_exhibit: MakeExhibit) -> None:
    zero = world.now - timedelta(days=5)
    act = AnalyseExhibit(case_id="case-1")
    vague = dataclasses.replace(make_exhibit("e1"), clock=Clock(zero, uncertainty=Fraction(60)))
    one = world.having(exhibits=(vague,))
    end = zero + timedelta(hours=1)
    tight = one.with_mandate(recorded_from=zero, recorded_to=end)
    assert tight.rules(act) == {"mandate-window"}
    minute = timedelta(minutes=1)
    loose = one.with_mandate(recorded_from=zero - minute, recorded_to=end + minute)
    assert loose.decide(act).granted


def test_an_unknown_time_is_in_no_window(world: World, make_exhibit: MakeExhibit) -> None:
    act = AnalyseExhibit(case_id="case-1")
    unknown = world.having(exhibits=(make_exhibit("e1", hour=None),))
    assert unknown.decide(act).granted
    limited = unknown.with_mandate(recorded_from=world.now - timedelta(days=9))
    assert limited.rules(act) == {"mandate-window-unknown"}


def test_receipt_is_held_against_the_scope(world: World) -> None:
    zero = world.now - timedelta(days=5)
    limited = world.with_mandate(
        recorded_from=zero, recorded_to=zero + timedelta(hours=1), cameras=frozenset({"north"})
    )
    act = dataclasses.replace(RECEIVE, recorded_at=zero)
    assert limited.decide(act).granted
    assert limited.rules(RECEIVE) == {"mandate-window-unknown"}
    assert limited.rules(dataclasses.replace(act, camera="east")) == {"mandate-cameras"}
    early = dataclasses.replace(act, recorded_at=zero - timedelta(minutes=1))
    assert limited.rules(early) == {"mandate-window"}
    offset = dataclasses.replace(early, clock_offset=Fraction(60))
    assert limited.decide(offset).granted
    named = world.with_mandate(exhibits=frozenset({"e1"}))
    assert named.rules(act) == {"mandate-exhibits"}
    naive = dataclasses.replace(act, recorded_at=datetime(2026, 3, 5))  # noqa: DTZ001
    assert limited.rules(naive) == {"time-zone"}


def test_the_widest_then_the_earliest_mandate_grants(world: World) -> None:
    first = world.facts.mandates[0]
    narrow = dataclasses.replace(first, id="narrow", cameras=frozenset({"north"}))
    early = dataclasses.replace(first, id="z", valid_from=first.valid_from - timedelta(days=1))
    twin = dataclasses.replace(early, id="a")
    act = AnalyseExhibit(case_id="case-1")
    for mandates, chosen in (
        ((narrow, first), "mandate-1"),
        ((first, early), "z"),
        ((early, twin, first), "a"),
        ((twin, early), "a"),
    ):
        assert world.having(mandates=mandates).decide(act).mandate_id == chosen
    for_one = dataclasses.replace(act, exhibit_ids=("e1",))
    expired = dataclasses.replace(first, valid_to=world.now)
    assert world.having(mandates=(expired, narrow)).decide(for_one).mandate_id == "narrow"


def test_no_two_mandates_add_up(world: World) -> None:
    first = world.facts.mandates[0]
    north = dataclasses.replace(first, id="n", cameras=frozenset({"north"}))
    south = dataclasses.replace(first, id="s", cameras=frozenset({"south"}))
    both = AnalyseExhibit(case_id="case-1", exhibit_ids=("e1", "e2"))
    assert world.having(mandates=(north, south)).rules(both) == {"mandate-cameras"}


# -- direct access -------------------------------------------------------------


@every_reading_act
@pytest.mark.parametrize("role", [Role.MAGISTRATE, Role.REFERENT_MAGISTRATE])
def test_magistrates_read_directly(world: World, act: CaseAct, role: Role) -> None:
    bare = world.asked_by(role, service="court").having(mandates=(), clearances=())
    verdict = bare.decide(act)
    assert verdict.granted
    assert verdict.mandate_id == ""
    assert verdict.exhibit_ids[0] == "e1"
    assert bare.with_case(state=CaseState.CLOSED).rules(act) == {"case-closed"}
    assert bare.with_case(framework="none").rules(act) == {"framework"}


@every_recording_act
def test_magistrates_do_not_investigate(world: World, act: CaseAct) -> None:
    granted = world.asked_by(Role.MAGISTRATE).decide(act).granted
    assert granted == (act.power is Power.CONSULT or isinstance(act, ArrangeSynopsis))


@every_recording_act
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE])
def test_others_see_no_footage(world: World, act: CaseAct, role: Role) -> None:
    granted = world.asked_by(role).decide(act).granted
    assert granted == (role is Role.AUDITOR and isinstance(act, ConsultCoverage))


def test_who_is_both_reads_on_the_mandate(world: World) -> None:
    both = world.asked_by(Role.INVESTIGATOR, Role.MAGISTRATE)
    act = SearchTracks(case_id="case-1")
    assert both.decide(act).mandate_id == "mandate-1"
    narrow = both.with_mandate(exhibits=frozenset({"e2"}))
    assert narrow.decide(act).exhibit_ids == ("e2",)
    assert both.having(mandates=()).decide(act).exhibit_ids == ("e1", "e2")
    assert both.having(mandates=()).rules(AnalyseExhibit(case_id="case-1")) == {"no-mandate"}


# -- oversight -----------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_who_oversees(world: World, role: Role) -> None:
    asked = world.asked_by(role)
    overseers = {Role.MAGISTRATE, Role.REFERENT_MAGISTRATE, Role.AUDITOR}
    consult, export = ConsultLedger(case_id="case-1"), ExportLedger(output=Path("l.jsonl"))
    assert asked.decide(consult).granted == (role in overseers)
    closed = asked.with_case(state=CaseState.CLOSED)
    assert closed.decide(consult).granted == (role in overseers)
    assert closed.decide(ConsultCase(case_id="case-1")).granted == (role in overseers)
    assert asked.decide(export).granted == (role in {Role.AUDITOR, Role.REFERENT_MAGISTRATE})
    cleared = overseers | {Role.INVESTIGATOR}
    assert asked.decide(ConsultCase(case_id="case-1")).granted == (role in cleared)
    assert asked.decide(ListCases()).granted == (role in cleared)
    bare = asked.having(clearances=())
    assert bare.decide(ListCases()).granted == (role in overseers)


def test_oversight_needs_a_case(world: World) -> None:
    none = world.asked_by(Role.AUDITOR).having(case=None, mandates=(), exhibits=())
    assert none.rules(ConsultLedger(case_id="x")) == {"no-such-case"}
    assert none.rules(ConsultCase(case_id="x")) == {"no-such-case"}


# -- who may -------------------------------------------------------------------


def register(*roles: Role) -> RegisterAgent:
    return RegisterAgent(agent_id="agent-2", roles=frozenset(roles), service="brigade-a")


def test_the_first_person_is_an_administrator(world: World) -> None:
    nobody = world.having(any_agent_known=False, agent=None)
    assert nobody.decide(register(Role.ADMINISTRATOR)).granted
    assert nobody.rules(register(Role.INVESTIGATOR)) == {"first-agent"}
    assert nobody.rules(register()) == {"first-agent", "roles"}


def test_administrators_register(world: World) -> None:
    act = register(Role.INVESTIGATOR)
    assert world.asked_by(Role.ADMINISTRATOR).decide(act).granted
    assert world.asked_by(Role.MAGISTRATE).rules(act) == {"role"}
    assert world.having(agent=None).rules(act) == {"unknown-agent"}
    assert world.asked_by(Role.ADMINISTRATOR).rules(register()) == {"roles"}


def test_there_is_always_an_administrator_left(world: World) -> None:
    asked = world.asked_by(Role.ADMINISTRATOR)
    self_ = asked.having(subject=asked.facts.agent)
    assert self_.rules(register(Role.AUDITOR)) == {"own-role"}
    assert self_.decide(register(Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR)).granted


TOGETHER = {
    frozenset({Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE}),
    frozenset({Role.MAGISTRATE, Role.REFERENT_MAGISTRATE}),
    frozenset({Role.MAGISTRATE, Role.AUDITOR}),
    frozenset({Role.REFERENT_MAGISTRATE, Role.AUDITOR}),
    frozenset({Role.INVESTIGATOR, Role.AUDITOR}),
    frozenset({Role.HEAD_OF_SERVICE, Role.AUDITOR}),
}


@pytest.mark.parametrize("pair", list(itertools.combinations(Role, 2)))
def test_some_roles_are_kept_apart(world: World, pair: tuple[Role, Role]) -> None:
    expected = set() if frozenset(pair) in TOGETHER else {"roles-apart"}
    assert world.asked_by(Role.ADMINISTRATOR).rules(register(*pair)) == expected
    nobody = world.having(any_agent_known=False, agent=None)
    assert nobody.rules(register(*pair, Role.ADMINISTRATOR)) >= expected
    # No third role makes it good.
    for third in Role:
        asked = world.asked_by(Role.ADMINISTRATOR)
        assert asked.rules(register(*pair, third)) >= expected


def test_nobody_designates_themselves(world: World) -> None:
    head = world.asked_by(Role.HEAD_OF_SERVICE)
    own = head.having(subject=head.facts.agent)
    assert own.rules(clearance(world, agent_id="agent-1")) == {"own-clearance"}


def clearance(world: World, **changes: Any) -> GrantClearance:
    given: dict[str, Any] = {
        "agent_id": "agent-2",
        "service": "brigade-a",
        "valid_from": world.now,
        "valid_to": world.now + timedelta(days=1),
    }
    return GrantClearance(**{**given, **changes})


def test_the_head_of_service_designates(world: World) -> None:
    subject = Agent("agent-2", frozenset({Role.INVESTIGATOR}), "brigade-a")
    head = world.asked_by(Role.HEAD_OF_SERVICE).having(subject=subject)
    assert head.decide(clearance(world)).granted
    assert head.rules(clearance(world, service="brigade-b")) == {"service"}
    assert head.rules(clearance(world, data_types=frozenset())) == {"data-types"}
    assert head.rules(clearance(world, valid_to=world.now)) == {"order"}
    (order,) = head.decide(clearance(world, valid_to=world.now)).reasons
    assert "230-25" in order.article
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    assert head.rules(clearance(world, valid_from=naive)) == {"time-zone"}
    assert head.having(subject=None).rules(clearance(world)) == {"no-such-agent"}
    assert head.asked_by(Role.ADMINISTRATOR).rules(clearance(world)) == {"role"}


def test_the_head_of_service_withdraws(world: World) -> None:
    act = WithdrawClearance(clearance_id="clearance-1")
    held: Clearance = world.facts.clearances[0]
    head = world.asked_by(Role.HEAD_OF_SERVICE).having(clearance=held)
    assert head.decide(act).granted
    elsewhere = dataclasses.replace(held, service="brigade-b")
    assert head.having(clearance=elsewhere).rules(act) == {"service"}
    assert head.having(clearance=None).rules(act) == {"no-such-clearance"}
    assert world.having(clearance=held).rules(act) == {"role"}


# -- cases ---------------------------------------------------------------------


def test_who_opens_a_case(world: World) -> None:
    act = OpenCase(reference="PV 1", framework="flagrance", service="brigade-a")
    new = world.having(case=None)
    assert new.decide(act).granted
    assert new.having(clearances=()).rules(act) == {"no-clearance"}
    assert new.rules(dataclasses.replace(act, service="brigade-b")) == {"no-clearance"}
    assert new.asked_by(Role.MAGISTRATE).having(clearances=()).decide(act).granted
    assert new.asked_by(Role.AUDITOR).rules(act) == {"role"}
    assert new.rules(dataclasses.replace(act, framework="article-74-2")) == {"framework"}
    assert world.rules(act) == {"case-exists"}
    for wrong in ("", "x" * 65, "../x", "two words", "x\n"):
        assert new.rules(dataclasses.replace(act, case_id=wrong)) == {"case-id"}


def test_who_closes_a_case(world: World) -> None:
    act = CloseCase(case_id="case-1")
    assert world.decide(act).granted
    assert world.asked_by(Role.MAGISTRATE).having(clearances=()).decide(act).granted
    assert world.having(clearances=()).rules(act) == {"no-clearance"}
    assert world.asked_by(Role.AUDITOR).rules(act) == {"role"}
    assert world.with_case(state=CaseState.CLOSED).rules(act) == {"case-closed"}
    assert world.having(case=None).rules(act) == {"no-such-case"}


def mandate(world: World, **changes: Any) -> GrantMandate:
    given: dict[str, Any] = {
        "case_id": "case-1",
        "powers": frozenset({Power.ANALYSE}),
        "valid_from": world.now,
        "valid_to": world.now + timedelta(days=1),
    }
    return GrantMandate(**{**given, **changes})


def test_a_magistrate_grants(world: World) -> None:
    asked = world.asked_by(Role.MAGISTRATE)
    act = mandate(world)
    assert asked.decide(act).granted
    assert world.rules(act) == {"role"}
    assert world.asked_by(Role.REFERENT_MAGISTRATE).rules(act) == {"role"}
    assert asked.rules(mandate(world, powers=frozenset())) == {"powers"}
    assert asked.rules(mandate(world, valid_to=world.now)) == {"order"}
    backwards = {"recorded_from": world.now, "recorded_to": world.now - timedelta(1)}
    assert asked.rules(mandate(world, **backwards)) == {"order"}
    assert asked.rules(mandate(world, exhibit_ids=("e9",))) == {"no-such-exhibit"}
    assert asked.with_case(framework="none").rules(act) == {"framework"}
    assert asked.with_case(state=CaseState.CLOSED).rules(act) == {"case-closed"}
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    assert asked.rules(mandate(world, recorded_from=naive)) == {"time-zone"}
    # A document nobody can hold against a window does not crash the law either.
    assert asked.rules(mandate(world, valid_from=naive)) == {"time-zone"}


def test_flagrance_supposes_a_mandate_until_a_magistrate_stops_it(world: World) -> None:
    act = mandate(world, deemed=True)
    flagrance = world.with_case(framework="flagrance").having(mandates=())
    assert flagrance.decide(act).granted
    assert flagrance.having(clearances=()).rules(act) == {"no-clearance"}
    assert flagrance.with_clearance(withdrawn=True).rules(act) == {"clearance-withdrawn"}
    judge = flagrance.having(clearances=()).asked_by(Role.MAGISTRATE, service="court")
    assert judge.decide(act).granted
    assert flagrance.asked_by(Role.INVESTIGATOR, service="brigade-b").rules(act) == {"service"}
    assert flagrance.asked_by(Role.AUDITOR).rules(act) == {"role"}
    assert flagrance.asked_by(Role.MAGISTRATE, service="court").decide(act).granted
    assert world.having(mandates=()).rules(act) == {"deemed-framework"}
    for state in (MandateState.OBJECTED, MandateState.SUSPENDED, MandateState.WITHDRAWN):
        stopped = world.with_case(framework="flagrance").with_mandate(state=state)
        assert stopped.rules(act) == {"deemed-stopped"}


def test_a_supposed_mandate_works_until_objected_to(world: World) -> None:
    deemed = world.with_case(framework="flagrance").with_mandate(
        framework="flagrance", deemed=True, magistrate=""
    )
    act = AnalyseExhibit(case_id="case-1")
    assert deemed.decide(act).granted
    assert deemed.with_mandate(state=MandateState.OBJECTED).rules(act) == {"mandate-objected"}


@every_recording_act
def test_an_objection_stops_every_supposed_mandate(world: World, act: CaseAct) -> None:
    first = dataclasses.replace(
        world.facts.mandates[0], framework="flagrance", deemed=True, magistrate=""
    )
    second = dataclasses.replace(first, id="mandate-2")
    case = world.with_case(framework="flagrance")
    assert case.having(mandates=(first, second)).decide(act).granted
    objected = dataclasses.replace(first, state=MandateState.OBJECTED)
    both = case.having(mandates=(objected, second))
    assert both.rules(act) == {"mandate-objected", "deemed-objected"}
    # A magistrate's own word stands beside the objection.
    granted = dataclasses.replace(second, id="mandate-3", deemed=False, magistrate="judge-1")
    verdict = case.having(mandates=(objected, second, granted)).decide(act)
    assert verdict.mandate_id == "mandate-3"


def test_a_supposed_mandate_is_short(world: World) -> None:
    flagrance = world.with_case(framework="flagrance").having(mandates=())
    most = timedelta(days=30)
    assert flagrance.decide(mandate(world, deemed=True, valid_to=world.now + most)).granted
    long = mandate(world, deemed=True, valid_to=world.now + most + timedelta(seconds=1))
    assert flagrance.rules(long) == {"deemed-length"}
    later = mandate(
        world, deemed=True, valid_from=world.now + most, valid_to=world.now + most * 1.5
    )
    assert flagrance.rules(later) == {"deemed-length"}
    judge = flagrance.asked_by(Role.MAGISTRATE)
    assert judge.decide(dataclasses.replace(long, deemed=False)).granted


@pytest.mark.parametrize("state", list(MandateState))
def test_magistrates_change_mandates(world: World, state: MandateState) -> None:
    act = ChangeMandate(case_id="case-1", mandate_id="mandate-1", state=state)
    stops = state in (MandateState.OBJECTED, MandateState.SUSPENDED)
    assert world.asked_by(Role.MAGISTRATE).decide(act).granted
    # A referent magistrate stops a mandate, and does not let it go on.
    assert world.asked_by(Role.REFERENT_MAGISTRATE).decide(act).granted == stops
    # An objection must not depend on the table of frameworks.
    assert world.asked_by(Role.MAGISTRATE).with_case(framework="none").decide(act).granted
    assert world.rules(act) == {"role"}
    gone = world.with_mandate(state=MandateState.WITHDRAWN).asked_by(Role.MAGISTRATE)
    final = set() if state is MandateState.WITHDRAWN else {"mandate-final"}
    assert gone.rules(act) == final
    other = dataclasses.replace(act, mandate_id="mandate-9")
    assert world.asked_by(Role.MAGISTRATE).rules(other) == {"no-such-mandate"}


# -- how a refusal speaks ------------------------------------------------------


def test_every_refusal_says_rule_article_sentence_and_command(world: World) -> None:
    seen = []
    for act in [*ON_RECORDINGS, mandate(world), mandate(world, deemed=True), clearance(world)]:
        for spoil in SPOILED.values():
            seen += spoil(world).decide(act).reasons
    assert len({r.rule for r in seen}) > 20
    for reason in seen:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", reason.rule)
        assert reason.article.startswith("art")
        assert reason.text.endswith(".")
        assert "`scelle " in reason.remedy or "run the same command" in reason.remedy


def test_remedies_quote_what_a_shell_would_split(world: World) -> None:
    narrow = world.with_mandate(cameras=frozenset({"east"}))
    act = dataclasses.replace(RECEIVE, camera="rue de l'Eglise")
    (reason,) = narrow.decide(act).reasons
    assert "--camera 'rue de l'\"'\"'Eglise'" in reason.remedy


def test_tubes_of_another_case_are_not_shown(world: World) -> None:
    for asked in (
        {"parts": (Part("e9-1", 0),)},
        {"shown": ("e9-1",)},
        {"scenes": ("e9-000000000000",)},
    ):
        act = ViewTubes(case_id="case-1", **asked)
        assert not world.decide(act).granted
