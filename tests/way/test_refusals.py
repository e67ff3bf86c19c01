"""Refused by law: told with rule, article and remedy, recorded, and nothing else changes."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scelle.errors import Refused
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    ChangeMandate,
    CloseCase,
    ConsultCase,
    ConsultCoverage,
    ExportClip,
    ExportTracks,
    GrantClearance,
    MakeSynopsis,
    OpenCase,
    ReceiveExhibit,
    RegisterAgent,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
    WithdrawClearance,
)
from scelle.model.evidence import MandateState, Power, Role
from scelle.store.database import open_database
from scelle.store.records import Records

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Office

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """An analysed exhibit in a case of its own, with what one might ask about it."""

    office: Office
    case_id: str
    exhibit_id: str
    other_id: str
    synopsis_id: str
    recording: Path
    mandate_id: str
    output: Path

    @property
    def commands(self) -> dict[str, tuple[object, ...]]:
        """Every command that touches recordings or what was found in them."""
        case, exhibit = ("--case", self.case_id), ("--exhibit", self.exhibit_id)
        output = ("-o", self.output)
        stated = ("--camera", "indoors", "--origin", "seal 2")
        receive = ("exhibit", "receive", self.recording, *case, *stated)
        clip = ("clip", *case, *exhibit, "--from", "0", "--to", "1", *output)
        return {
            "receive-exhibit": receive,
            "analyse-exhibit": ("analyse", *case, *exhibit),
            "search-tracks": ("search", *case, *exhibit),
            "consult-coverage": ("coverage", *case, *exhibit),
            "make-synopsis": ("synopsis", *case, *exhibit, *output),
            "export-clip": clip,
            "export-tracks": ("tracks", "export", *case, *exhibit, *output),
        }

    @property
    def acts(self) -> list[Act]:
        """The same asked of the door, and those that only the page asks for."""
        named: dict[str, Any] = {"case_id": self.case_id, "exhibit_ids": (self.exhibit_id,)}
        return [
            ReceiveExhibit(
                case_id=self.case_id, path=self.recording, camera="indoors", origin="seal 2"
            ),
            AnalyseExhibit(**named),
            SearchTracks(**named),
            ConsultCoverage(**named),
            MakeSynopsis(**named, output=self.output),
            ExportClip(**named, start_ms=0, end_ms=1000, output=self.output),
            ExportTracks(**named, format="mot", output=self.output),
            ViewPictures(**named, track_ids=(f"{self.exhibit_id}-1",)),
            ViewSynopsis(case_id=self.case_id, synopsis_id=self.synopsis_id),
        ]


@pytest.fixture(scope="module")
def place(
    new_office: Callable[[], Office],
    look_at: Callable[..., Looked],
    yard_short: Path,
    footage: Path,
) -> Place:
    office = new_office()
    case_id = office.staff()
    mandate_id = office.authorise(case_id)
    seen = look_at(office, case_id, yard_short)
    with office.app() as app:
        clip = footage / "dvrscan-brightness-cctv/issue53_brightness_change.avi"
        act = ReceiveExhibit(case_id=case_id, path=clip, camera="indoors", origin="seal 2")
        other = app.perform("finder", act)
    made = seen.synopsis()
    output = office.home.parent / "out.mp4"
    return Place(
        office,
        case_id,
        seen.exhibit.id,
        other.id,
        made.id,
        clip,
        mandate_id,
        output,
    )


def assert_refused(place: Place, rule: str, agent: str = "finder", *kinds: str) -> None:
    """Each command, or those of these kinds, is refused by one rule and changes nothing else."""
    office = place.office
    before, objects = office.tables(), office.objects()
    with office.app() as app:
        size = app.ledger_head()[0]
    asked = {k: c for k, c in place.commands.items() if not kinds or k in kinds}
    for kind, line in asked.items():
        answer = office.command(*line, agent=agent)
        assert answer.status == 3, (kind, answer)
        told = answer.data["error"]
        rules = {r["rule"]: r for r in told["reasons"]}
        assert rule in rules, (kind, rules)
        for reason in rules.values():
            assert reason["article"].startswith("art"), (kind, reason)
            assert len(reason["text"]) > 10
            assert len(reason["remedy"]) > 10
        for shown in (rule, rules[rule]["article"]):
            assert shown in answer.err.replace("\n", " "), (kind, answer.err)
        # (1) exactly one refusal is new; a command may have asked for the case's facts first,
        # and a search asks what was analysed before it says what was not found
        new = office.entries()[size:]
        size += len(new)
        before_it = {"search-tracks": {"consult-case", "consult-coverage"}}
        assert {e["act"] for e in new} <= {kind} | before_it.get(kind, {"consult-case"}), kind
        assert not [e for e in new if e["act"] == kind and e["phase"] == "outcome"]
        refused = [e for e in new if e["result"] == "refused"]
        assert refused == new[-1:]
        assert told["entry"] == size - 1
        assert rule in new[-1]["rules"]
    # (2) nothing else
    assert office.tables() == before
    assert office.objects() == objects
    assert list(office.home.parent.iterdir()) == [office.home]


def refused_in_app(place: Place, agent: str = "finder") -> list[tuple[str, set[str]]]:
    """What the door answers to each act: its kind and the rules that refuse it."""
    told = []
    with place.office.app() as app:
        for act in place.acts:
            with pytest.raises(Refused) as refusal:
                app.perform(agent, act)
            assert refusal.value.remedy
            told.append((act.kind, {r.rule for r in refusal.value.reasons}))
    return told


@pytest.fixture
def whole(place: Place, tmp_path: Path) -> Place:
    """The place in a copy of its home: each test may break what it likes."""
    return moved(place, tmp_path)


def moved(place: Place, folder: Path) -> Place:
    home = folder / "home"
    shutil.copytree(place.office.home, home)
    return replace(place, office=type(place.office)(home), output=folder / "out.mp4")


def change(place: Place, state: MandateState) -> None:
    with place.office.app() as app:
        act = ChangeMandate(case_id=place.case_id, mandate_id=place.mandate_id, state=state)
        app.perform("judge", act)


def test_what_is_refused_below_is_granted_with_a_mandate(whole: Place) -> None:
    for kind, line in whole.commands.items():
        answer = whole.office.command(*line)
        assert answer.status == 0, (kind, answer)
        for written in whole.output.parent.glob(f"{whole.output.name}*"):
            written.unlink()


def test_without_a_mandate(whole: Place) -> None:
    with whole.office.app() as app:
        opened = OpenCase(reference="PV-2", framework="preliminaire", service="SR-1")
        other = app.perform("finder", opened).id
    bare = replace(whole, case_id=other)
    assert_refused(bare, "no-mandate", "finder", "receive-exhibit")
    # Another case's exhibit is not reached through this one either.
    named = [k for k in bare.commands if k != "receive-exhibit"]
    assert_refused(bare, "no-such-exhibit", "finder", *named)


@pytest.mark.parametrize(
    "state", [MandateState.OBJECTED, MandateState.SUSPENDED, MandateState.WITHDRAWN]
)
def test_a_mandate_that_a_magistrate_stopped(whole: Place, state: MandateState) -> None:
    change(whole, state)
    assert_refused(whole, f"mandate-{state.value}")
    assert all(rules == {f"mandate-{state.value}"} for _, rules in refused_in_app(whole))


@pytest.mark.parametrize(
    ("narrower", "rule"),
    [
        ({"valid_from": -2 * HOUR, "valid_to": -HOUR}, "mandate-dates"),
        ({"valid_from": HOUR, "valid_to": 2 * HOUR}, "mandate-dates"),
        ({"cameras": frozenset({"elsewhere"})}, "mandate-cameras"),
        (
            {
                "recorded_from": datetime(2026, 3, 1, tzinfo=UTC),
                "recorded_to": datetime(2026, 3, 2, tzinfo=UTC),
            },
            "mandate-window-unknown",
        ),
    ],
    ids=["past", "future", "cameras", "window"],
)
def test_a_mandate_that_does_not_reach_so_far(
    whole: Place, narrower: dict[str, Any], rule: str
) -> None:
    change(whole, MandateState.WITHDRAWN)
    now = datetime.now(UTC)
    given = {k: now + v if isinstance(v, timedelta) else v for k, v in narrower.items()}
    whole.office.authorise(whole.case_id, **given)
    assert_refused(whole, rule)
    assert all(rule in rules for _, rules in refused_in_app(whole))


def test_a_recording_outside_the_window(whole: Place) -> None:
    change(whole, MandateState.WITHDRAWN)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    whole.office.authorise(whole.case_id, recorded_from=start, recorded_to=start + HOUR)
    line = (*whole.commands["receive-exhibit"], "--recorded-at")
    before = whole.office.objects()
    for at, status in (("2026-02-28T23:59:58+00:00", 3), ("2026-03-01T00:59:00+00:00", 2)):
        answer = whole.office.command(*line, at)
        assert answer.status == status, answer
        if status == 3:
            assert "mandate-window" in {r["rule"] for r in answer.data["error"]["reasons"]}
        else:
            # The law grants it; but these bytes were received with no time stated.
            assert "received before" in answer.data["error"]["message"]
        assert whole.office.objects() == before


def test_another_exhibit(whole: Place) -> None:
    change(whole, MandateState.WITHDRAWN)
    whole.office.authorise(whole.case_id, exhibit_ids=(whole.other_id,))
    assert_refused(whole, "mandate-exhibits")
    assert all("mandate-exhibits" in rules for _, rules in refused_in_app(whole))
    # The exhibit that the mandate names is in reach.
    answer = whole.office.command("analyse", "--case", whole.case_id, "--exhibit", whole.other_id)
    assert answer.status == 0, answer


@pytest.mark.parametrize("power", list(Power))
def test_a_mandate_permits_what_it_names_and_nothing_more(whole: Place, power: Power) -> None:
    change(whole, MandateState.WITHDRAWN)
    whole.office.authorise(whole.case_id, powers=frozenset({power}))
    with whole.office.app() as app:
        for act in whole.acts:
            if act.power is power:
                app.perform("finder", act)
                continue
            with pytest.raises(Refused) as refusal:
                app.perform("finder", act)
            assert "mandate-power" in {r.rule for r in refusal.value.reasons}
    needs = dict(zip(whole.commands, whole.acts, strict=False))
    kinds = [kind for kind, act in needs.items() if act.power is not power]
    for written in whole.output.parent.glob(f"{whole.output.name}*"):
        written.unlink()
    assert_refused(whole, "mandate-power", "finder", *kinds)


def test_an_agent_without_clearance_or_unknown(whole: Place) -> None:
    with whole.office.app() as app:
        roles = frozenset({Role.INVESTIGATOR})
        app.perform("head", RegisterAgent(agent_id="new", roles=roles, service="SR-1"))
    assert_refused(whole, "no-clearance", "new")
    assert all("no-clearance" in rules for _, rules in refused_in_app(whole, "new"))
    assert_refused(whole, "unknown-agent", "nobody")


@pytest.mark.parametrize("how", ["withdrawn", "expired"])
def test_a_clearance_that_has_ended(
    new_office: Callable[[], Office], footage: Path, how: str
) -> None:
    office = new_office()
    case_id = office.staff()
    mandate_id = office.authorise(case_id)
    facts = Records(open_database(office.home / "scelle.db")).facts(
        "finder", ConsultCase(case_id=case_id)
    )
    (held,) = facts.clearances
    now = datetime.now(UTC)
    with office.app() as app:
        app.perform("head", WithdrawClearance(clearance_id=held.id))
        if how == "expired":
            for start, end in ((-2 * HOUR, -HOUR), (HOUR, 2 * HOUR)):
                act = GrantClearance(
                    agent_id="finder", service="SR-1", valid_from=now + start, valid_to=now + end
                )
                app.perform("head", act)
    clip = footage / "dvrscan-brightness-cctv/issue53_brightness_change.avi"
    place = Place(
        office, case_id, "e" * 26, "", "", clip, mandate_id, office.home.parent / "out.mp4"
    )
    rule = "clearance-withdrawn" if how == "withdrawn" else "clearance-dates"
    assert_refused(place, rule)


def test_a_closed_case(whole: Place) -> None:
    with whole.office.app() as app:
        app.perform("judge", CloseCase(case_id=whole.case_id))
    assert_refused(whole, "case-closed")
    assert all("case-closed" in rules for _, rules in refused_in_app(whole))
    answer = whole.office.command("case", "show", "--case", whole.case_id)
    assert answer.status == 3


def test_a_framework_that_the_law_does_not_list(whole: Place) -> None:
    before = whole.office.tables()
    answer = whole.office.command(
        *("case", "open", "--reference", "PV-9", "--framework", "article-74-2"),
        *("--service", "SR-1"),
    )
    assert answer.status == 3
    reasons = answer.data["error"]["reasons"]
    assert [r["rule"] for r in reasons] == ["framework"]
    assert "230-20" in reasons[0]["article"]
    assert whole.office.tables() == before
    last = whole.office.entries()[-1]
    assert (last["act"], last["result"], last["framework"]) == ("open-case", "refused", "")


def test_reading_the_ledger_of_a_case_is_for_overseers(whole: Place) -> None:
    answer = whole.office.command("ledger", "show", "--case", whole.case_id)
    assert answer.status == 3
    answer = whole.office.command("ledger", "export", "-o", whole.output)
    assert answer.status == 3
    assert not whole.output.exists()
    answer = whole.office.command("ledger", "show", "--case", whole.case_id, agent="judge")
    assert answer.status == 0, answer


def test_a_mandate_suspended_in_mid_course_stops_the_analysis(
    new_office: Callable[[], Office], yard: Path
) -> None:
    office = new_office()
    case_id = office.staff()
    mandate_id = office.authorise(case_id)
    suspended = itertools.count()
    with office.app() as app:
        received = ReceiveExhibit(case_id=case_id, path=yard, camera="yard", origin="seal")
        exhibit = app.perform("finder", received)

        def progress(stage: str, done: float, total: float, unit: str) -> None:
            if stage == "survey" and 0 < done < total and next(suspended) == 0:
                state = MandateState.SUSPENDED
                act = ChangeMandate(case_id=case_id, mandate_id=mandate_id, state=state)
                app.perform("judge", act)

        with pytest.raises(Refused) as refusal:
            app.perform("finder", AnalyseExhibit(case_id=case_id, workers=1), progress)
        assert {r.rule for r in refusal.value.reasons} == {"mandate-suspended"}
    assert next(suspended) == 1, "it went on to another segment"
    told = [(e["phase"], e["act"], e["result"]) for e in office.entries() if e["phase"] != "state"]
    assert told[-5:] == [
        ("decision", "analyse-exhibit", "granted"),
        ("decision", "change-mandate", "granted"),
        ("outcome", "change-mandate", "done"),
        ("decision", "analyse-exhibit", "refused"),
        ("outcome", "analyse-exhibit", "stopped"),
    ]
    with office.app() as app:
        app.perform(
            "judge",
            ChangeMandate(case_id=case_id, mandate_id=mandate_id, state=MandateState.ACTIVE),
        )
        # Stopped is not analysed, and nothing found is not claimed.
        coverage = app.perform("finder", ConsultCoverage(case_id=case_id))
        assert not any(c.ended for c in coverage)
        assert app.perform("finder", SearchTracks(case_id=case_id)) == ()
        (analysis,) = app.perform("finder", AnalyseExhibit(case_id=case_id))
    assert analysis.coverage.ended
    assert analysis.exhibit_id == exhibit.id
