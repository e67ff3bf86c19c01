"""The door over a real ledger, a real store and the real law."""

from __future__ import annotations

import dataclasses
import errno
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.bootstrap import App
from scelle.door import Door, Steps, parameters_of, to_json
from scelle.errors import (
    BadInput,
    Interrupted,
    LedgerDamaged,
    Misconfigured,
    PermitMisused,
    Refused,
)
from scelle.ledger import entries as forms
from scelle.ledger.book import Book
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Opened
from scelle.model import acts
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    CaseAct,
    ChangeMandate,
    CloseCase,
    ConsultBookmarks,
    ConsultCase,
    ListCases,
    OpenCase,
    Outcome,
    Permit,
    Progress,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
    WithdrawClearance,
)
from scelle.model.acts.leaving import Film, Span
from scelle.model.decisions import Judgement, RequestKind, RequestState
from scelle.model.evidence import (
    Agent,
    Case,
    Clearance,
    Exhibit,
    Mandate,
    MandateState,
    Power,
    Role,
    Stream,
)
from scelle.model.signing import CredentialKind, SignInMethod
from scelle.model.stills import Still
from scelle.model.time import Clock
from scelle.model.zones import Keyframe
from scelle.operations.administer import Administer
from scelle.settings import Settings
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class House:
    """A small installation whose analysis is whatever a test says."""

    def __init__(self, home: Path) -> None:
        self.now = START
        self.engine = open_database(home / "scelle.db")
        self.records = Records(self.engine)
        self.keys = Keyring(home)
        self.book = Book(home / "ledger.db", Signer("ledger.example/scelle", b"s" * 32))
        self.work: Callable[[Any, Permit, Progress], Outcome] = lambda *_: Outcome("done")
        administer = Administer(self.records, self.keys, Vault(home / "vault"))
        self.door = Door(
            self.records,
            self.book,
            self.keys,
            {
                AnalyseExhibit: lambda act, permit, progress: self.work(act, permit, progress),
                OpenCase: administer.open_case,
                CloseCase: administer.close_case,
                ChangeMandate: administer.change_mandate,
            },
            lambda: self.now,
        )
        for name, roles in (
            ("officer", {Role.INVESTIGATOR}),
            ("judge", {Role.MAGISTRATE}),
        ):
            self.records.put_agent(Agent(name, frozenset(roles), "brigade-a"))
        self.records.add_clearance(
            Clearance(
                "k1", "officer", "brigade-a", frozenset({"video"}), START - DAY, START + DAY, "head"
            )
        )
        self.case: Case = self.door.perform(
            "officer",
            OpenCase(
                case_id="a" * 26,
                reference="PV 12",
                framework="preliminaire",
                service="brigade-a",
                offence_family="theft",
                reason="shop window broken",
            ),
        )
        self.mandate = Mandate(
            "m1", self.case.id, "preliminaire", frozenset(Power), START - DAY, START + DAY, "judge"
        )
        self.records.add_mandate(self.mandate)
        stream = Stream("mp4", "h264", "yuv420p", 64, 48, Fraction(1, 25), 25, 1, 0, Fraction(1))
        for name in ("x1", "x2"):
            self.records.add_exhibit(
                Exhibit(
                    name, self.case.id, name * 32, 1, "a.mp4", "north", "seal", Clock(), stream,
                    START,
                )
            )  # fmt: skip

    @property
    def analyse(self) -> AnalyseExhibit:
        return AnalyseExhibit(case_id=self.case.id, reason="search for the van")

    def opened(self) -> list[Opened]:
        key = self.keys.sealing_key(self.case.id)
        return [forms.open_sealed(e, key) for e in self.book.sealed_under(key)]

    def last(self) -> Opened:
        return self.opened()[-1]

    def told(self) -> list[tuple[object, object, object]]:
        """Phase, act and result of every entry."""
        return [(e.value("phase"), e.value("act"), e.value("result")) for e in self.book.entries()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    assert house.book.check().ok
    house.book.close()
    house.engine.dispose()


def test_a_granted_act_is_decided_done_and_written(house: House) -> None:
    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        # The decision is in the ledger before anything is done.
        assert house.told()[-1] == ("decision", "analyse-exhibit", "granted")
        assert house.book.size() - 1 == permit.entry
        assert permit.exhibit_ids == ("x1", "x2")
        assert permit.mandate_id == "m1"
        assert permit.agent_id == "officer"
        assert permit.at == START
        progress("decode", 1, 2, "s")
        return Outcome({"tracks": 3}, {"tracks": 3}, {"x1": "ab"})

    house.work = work
    heard: list[tuple[Any, ...]] = []
    answer = house.door.perform("officer", house.analyse, lambda *a: heard.append(a))
    assert answer == {"tracks": 3}
    assert heard == [("decode", 1, 2, "s")]
    assert house.told()[2:] == [
        ("decision", "analyse-exhibit", "granted"),
        ("outcome", "analyse-exhibit", "done"),
    ]
    decision, outcome = house.opened()[-2:]
    told = {k: v for k, v in decision.disclosed.items() if k not in ("sealed", "tally")}
    assert told == {
        "seq": 2,
        "phase": "decision",
        "act": "analyse-exhibit",
        "result": "granted",
        "month": "2026-03",
        "framework": "preliminaire",
        "service": "brigade-a",
        "offence_family": "theft",
        "demonstration": False,
        "rules": [],
        "counts": {},
    }
    assert decision.sealed == {
        "at": START.isoformat(),
        "agent": "officer",
        "case": house.case.id,
        "reason": "search for the van",
        "mandate": "m1",
        "parameters": {
            "exhibit_ids": [],
            "workers": 2,
            "detector": "",
            "engine": "local",
            "address": "",
            "provider": "cpu",
            "decoder": "software",
            "triage": False,
        },
        "objects": {"x1": "", "x2": ""},
        "error": "",
        "decision": None,
    }
    assert outcome.disclosed["counts"] == {"tracks": 3}
    assert outcome.sealed["objects"] == {"x1": "ab"}
    assert outcome.sealed["decision"] == decision.seq


def test_a_refusal_is_written_and_nothing_done(house: House) -> None:
    def work(*_: Any) -> Outcome:
        raise AssertionError("a refused act was done")

    house.work = work
    house.now = START + 2 * DAY
    with pytest.raises(Refused) as caught:
        house.door.perform("officer", house.analyse)
    assert {r.rule for r in caught.value.reasons} == {"clearance-dates", "mandate-dates"}
    assert "scelle mandate grant" in caught.value.remedy
    last = house.last()
    assert last.seq == caught.value.entry == house.book.size() - 1
    assert last.disclosed["result"] == "refused"
    assert last.disclosed["rules"] == ["clearance-dates", "mandate-dates"]
    assert last.sealed["agent"] == "officer"
    assert "Mandate m1" in str(last.sealed["error"])


def test_what_the_law_cannot_answer_is_refused_and_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OverflowError("date value out of range")

    house.work = lambda *_: pytest.fail("done")
    monkeypatch.setattr("scelle.door.deciding.decide", fails)
    with pytest.raises(Refused) as caught:
        house.door.perform("officer", house.analyse)
    assert [r.rule for r in caught.value.reasons] == ["undecidable"]
    last = house.last()
    assert last.seq == caught.value.entry
    assert last.disclosed["rules"] == ["undecidable"]
    assert "OverflowError" in str(last.sealed["error"])


def test_work_stops_once_the_law_cannot_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OverflowError("date value out of range")

    def work(act: Act, permit: Permit, progress: Progress) -> Outcome:
        monkeypatch.setattr("scelle.door.deciding.decide", fails)
        permit.recheck()
        return Outcome(None)

    house.work = work
    with pytest.raises(Refused):
        house.door.perform("officer", house.analyse)
    assert house.last().disclosed["result"] == "stopped"


def test_time_does_not_run_backwards(house: House) -> None:
    house.work = lambda *_: Outcome(None)
    house.door.perform("officer", house.analyse)
    house.now = START - timedelta(seconds=60)
    house.door.perform("officer", house.analyse)
    # A step at a time is no way round.
    house.now = START - timedelta(seconds=61)
    with pytest.raises(Refused) as caught:
        house.door.perform("officer", house.analyse)
    assert [r.rule for r in caught.value.reasons] == ["clock-back"]
    last = house.last()
    assert last.seq == caught.value.entry
    assert last.disclosed["rules"] == ["clock-back"]
    assert last.sealed["at"] == house.now.isoformat()
    house.now = START
    house.door.perform("officer", house.analyse)


def test_another_process_s_entries_count_too(house: House) -> None:
    house.now = START - timedelta(days=30)
    other = Book(house.book.path, Signer("ledger.example/scelle", b"s" * 32))
    assert other.latest() == START
    door = Door(house.records, other, house.keys, {}, lambda: house.now)
    with pytest.raises(Refused, match="clock"):
        door.perform("officer", house.analyse)
    # The month that everybody may read does not go back either.
    assert house.book.entry(house.book.size() - 1).value("month") == "2026-03"
    assert house.last().sealed["at"] == house.now.isoformat()
    assert other.latest() == START
    other.close()


def test_a_clock_turned_back_stops_work_under_way(house: House) -> None:
    def work(act: Act, permit: Permit, progress: Progress) -> Outcome:
        house.now = START - timedelta(hours=12)
        permit.recheck()
        return Outcome(None)

    house.work = work
    with pytest.raises(Refused, match="clock"):
        house.door.perform("officer", house.analyse)
    assert house.last().disclosed["result"] == "stopped"


def test_a_ledger_begun_without_a_clock_gets_one(house: House) -> None:
    house.book.beside.clock_path.unlink()
    assert house.book.latest() is None
    house.work = lambda *_: Outcome(None)
    house.door.perform("officer", house.analyse)
    assert house.book.latest() == START


@pytest.mark.parametrize("wrong", ["soon", "", "2026-03-01T00:00:00"])
def test_a_clock_that_cannot_be_read_lets_nothing_be_done(house: House, wrong: str) -> None:
    house.work = lambda *_: pytest.fail("done")
    kept = house.book.beside.clock_path.read_text()
    house.book.beside.clock_path.write_text(wrong)
    with pytest.raises(LedgerDamaged, match=r"ledger\.clock"):
        house.door.perform("officer", house.analyse)
    house.book.beside.clock_path.write_text(kept)


LONG = "y" * 1_000_000


@pytest.mark.parametrize("name", [LONG, "y" * 65, "\udcff", "../x"])
def test_ids_that_nothing_can_have(house: House, name: str) -> None:
    """Refused as not existing, written, and not copied whole into the ledger."""
    house.work = lambda *_: pytest.fail("done")
    case = house.case.id
    asked: list[tuple[Act, str]] = [
        (AnalyseExhibit(case_id=name), "no-such-case"),
        (AnalyseExhibit(case_id=case, exhibit_ids=(name,)), "no-such-exhibit"),
        (ViewPictures(case_id=case, track_ids=(f"{name}-1",)), "no-such-exhibit"),
        (ViewSynopsis(case_id=case, synopsis_id=name), "no-such-synopsis"),
        (WithdrawClearance(clearance_id=name), "no-such-clearance"),
        (OpenCase(case_id=name, reference="r", framework="flagrance", service="s"), "case-id"),
    ]
    for act, rule in asked:
        before = house.book.size()
        with pytest.raises(Refused) as caught:
            house.door.perform("officer", act)
        rules = {r.rule for r in caught.value.reasons}
        assert rule in rules or (name == "\udcff" and "unknown-agent" in rules)
        assert house.book.size() == before + 1
        assert len(house.book.entry(before).sealed or b"") < 20_000
    change = ChangeMandate(case_id=case, mandate_id=name, state=MandateState.ACTIVE)
    with pytest.raises(Refused) as caught:
        house.door.perform("judge", change)
    assert "no-such-mandate" in {r.rule for r in caught.value.reasons}
    assert len(house.book.entry(caught.value.entry or 0).sealed or b"") < 20_000


def test_long_texts_are_cut_and_marked() -> None:
    assert to_json("é" * 2000) == "é" * 2000
    assert to_json("é" * 2001) == "é" * 2000 + " [cut]"


def test_a_stranger_and_an_unknown_case_are_written_too(house: House) -> None:
    with pytest.raises(Refused):
        house.door.perform("stranger", house.analyse)
    assert house.last().sealed["agent"] == "stranger"
    cases = set((house.keys._cases).iterdir())
    with pytest.raises(Refused):
        house.door.perform("officer", AnalyseExhibit(case_id="z" * 26))
    # No key is made for a case that does not exist.
    assert set((house.keys._cases).iterdir()) == cases
    key = house.keys.sealing_key(None)
    (entry,) = house.book.sealed_under(key)
    assert forms.open_sealed(entry, key).sealed["case"] == "z" * 26
    assert entry.value("rules") == ["no-such-case"]


def test_the_words_of_a_refused_opening_are_not_disclosed(house: House) -> None:
    act = OpenCase(reference="r", framework="other", service="secret", offence_family="secret")
    with pytest.raises(Refused):
        house.door.perform("officer", act)
    entry = house.book.entry(house.book.size() - 1)
    assert entry.value("service") == "brigade-a"
    assert "secret" not in str(entry.disclosed)
    opened = forms.open_sealed(entry, house.keys.sealing_key(act.case_id))
    assert opened.sealed["parameters"] == {
        "reference": "r",
        "framework": "other",
        "service": "secret",
        "offence_family": "secret",
        "demonstration": False,
        "four_eyes": [],
    }


def test_opening_is_sealed_under_the_new_case_s_key(house: House) -> None:
    asked, done = house.opened()[:2]
    assert asked.sealed["reason"] == "shop window broken"
    assert asked.disclosed["framework"] == done.disclosed["framework"] == "preliminaire"
    assert done.sealed["objects"] == {house.case.id: "case"}
    assert house.case.erase_by == START.replace(year=2029)


def test_a_failure_is_written_with_its_sealed_text(house: House) -> None:
    def work(*_: Any) -> Outcome:
        raise BadInput("frame 3 of van.mp4 is broken")

    house.work = work
    with pytest.raises(BadInput):
        house.door.perform("officer", house.analyse)
    last = house.last()
    assert last.disclosed["result"] == "failed"
    assert last.sealed["error"] == "BadInput: frame 3 of van.mp4 is broken"
    whole = b"".join(house.book.export())
    assert b"van.mp4" not in whole


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted("stopped"), SystemExit(1)])
def test_an_interruption_is_written(house: House, error: BaseException) -> None:
    def work(*_: Any) -> Outcome:
        raise error

    house.work = work
    with pytest.raises(type(error)):
        house.door.perform("officer", house.analyse)
    assert house.told()[-1] == ("outcome", "analyse-exhibit", "interrupted")


def test_a_missing_handler_is_written(house: House) -> None:
    with pytest.raises(Misconfigured, match="search-tracks"):
        house.door.perform("officer", SearchTracks(case_id=house.case.id))
    assert house.told()[-1] == ("outcome", "search-tracks", "failed")


def test_impossible_counts_are_a_failure(house: House) -> None:
    house.work = lambda *_: Outcome(None, {"tracks": -1})
    with pytest.raises(TypeError, match="tracks"):
        house.door.perform("officer", house.analyse)
    assert house.told()[-1] == ("outcome", "analyse-exhibit", "failed")


def test_every_granted_decision_has_one_outcome(house: House) -> None:
    house.door.perform("officer", house.analyse)
    house.door.perform("officer", CloseCase(case_id=house.case.id))
    with pytest.raises(Refused, match="closed"):
        house.door.perform("officer", house.analyse)
    opened = house.opened()
    granted = [e.seq for e in opened if e.disclosed["result"] == "granted"]
    closed = [e.sealed["decision"] for e in opened if e.disclosed["phase"] == "outcome"]
    assert granted == closed
    assert len(granted) == 3


# -- permits -------------------------------------------------------------------


def test_a_permit_serves_once(house: House) -> None:
    """A permit kept from one act opens no handler again, and is not good for another act."""
    kept: list[Permit] = []

    def keep(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        kept.append(permit)
        return Outcome(None)

    house.work = keep
    act = house.analyse
    house.door.perform("officer", act)
    with pytest.raises(PermitMisused, match="already"):
        house.door._run(act, kept[0], lambda *_: None)
    other = dataclasses.replace(act)
    fresh: list[PermitMisused] = []

    def swap(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        with pytest.raises(PermitMisused) as caught:
            house.door._run(other, permit, progress)
        fresh.append(caught.value)
        return Outcome(None)

    house.work = swap
    house.door.perform("officer", act)
    assert fresh


def test_an_objection_stops_work_under_way(house: House) -> None:
    done: list[str] = []

    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        permit.recheck()
        done.append("first segment")
        house.door.perform(
            "judge",
            ChangeMandate(
                case_id=house.case.id, mandate_id="m1", state=MandateState.SUSPENDED, reason="no"
            ),
        )
        permit.recheck()
        done.append("second segment")
        return Outcome(None)

    house.work = work
    with pytest.raises(Refused) as caught:
        house.door.perform("officer", house.analyse)
    assert done == ["first segment"]
    assert [r.rule for r in caught.value.reasons] == ["mandate-suspended"]
    assert house.told()[2:] == [
        ("decision", "analyse-exhibit", "granted"),
        ("decision", "change-mandate", "granted"),
        ("outcome", "change-mandate", "done"),
        ("decision", "analyse-exhibit", "refused"),
        ("outcome", "analyse-exhibit", "stopped"),
    ]
    refusal, stopped = house.opened()[-2:]
    assert refusal.seq == caught.value.entry
    assert refusal.sealed["decision"] == stopped.sealed["decision"] == 2


def test_an_objection_in_flagrance_stops_work_under_way(house: House) -> None:
    """What is deemed granted holds until the prosecutor objects; then everything stops at once."""
    opening = OpenCase(reference="PV 13", framework="flagrance", service="brigade-a")
    case: Case = house.door.perform("officer", opening)
    for name in ("d1", "d2"):
        house.records.add_mandate(
            Mandate(
                name, case.id, "flagrance", frozenset(Power), START - DAY, START + DAY, deemed=True
            )
        )
    (first, *_) = house.records.exhibits(house.case.id)
    house.records.add_exhibit(dataclasses.replace(first, id="f1", case_id=case.id))
    done: list[str] = []

    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        permit.recheck()
        done.append("first segment")
        objection = ChangeMandate(case_id=case.id, mandate_id="d1", state=MandateState.OBJECTED)
        house.door.perform("judge", objection)
        permit.recheck()
        done.append("second segment")
        return Outcome(None)

    house.work = work
    with pytest.raises(Refused) as caught:
        house.door.perform("officer", AnalyseExhibit(case_id=case.id))
    assert done == ["first segment"]
    # The other supposition falls with it.
    assert {r.rule for r in caught.value.reasons} == {"mandate-objected", "deemed-objected"}
    view = ViewSynopsis(case_id=case.id, synopsis_id="s")
    with pytest.raises(Refused):
        house.door.perform("officer", view)


def test_time_stops_work_under_way_even_if_the_handler_goes_on(house: House) -> None:
    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        house.now = START + DAY
        for _ in range(2):
            with pytest.raises(Refused):
                permit.recheck()
        return Outcome("all of it")

    house.work = work
    with pytest.raises(Refused):
        house.door.perform("officer", house.analyse)
    results = [result for _, _, result in house.told()]
    assert results[-3:] == ["granted", "refused", "stopped"]


def test_what_was_granted_as_all_stays_granted_for_each(house: House) -> None:
    """A mandate narrowed in mid-course stops work on what it no longer covers."""

    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        narrow = dataclasses.replace(house.mandate, exhibits=frozenset({"x1"}))
        house.records.replace_mandate(narrow)
        permit.recheck()
        raise AssertionError("went on")

    house.work = work
    with pytest.raises(Refused, match="x2"):
        house.door.perform("officer", house.analyse)


def test_an_exhibit_that_comes_later_is_not_in_the_permit(house: House) -> None:
    def work(act: AnalyseExhibit, permit: Permit, progress: Progress) -> Outcome:
        (first, *_) = house.records.exhibits(house.case.id)
        house.records.add_exhibit(dataclasses.replace(first, id="x3", sha256="y" * 64))
        permit.recheck()
        return Outcome(permit.exhibit_ids)

    house.work = work
    assert house.door.perform("officer", house.analyse) == ("x1", "x2")


# -- the rest ------------------------------------------------------------------


def test_system_events_are_entries(house: House) -> None:
    entry = house.door.record_system("upgraded", {"version": "1.2.3"})
    assert house.told()[entry] == ("system", "upgraded", "done")
    opened = forms.open_sealed(house.book.entry(entry), house.keys.sealing_key(None))
    assert opened.sealed["parameters"] == {"version": "1.2.3"}


def test_a_decision_that_cannot_be_written_lets_nothing_be_done(house: House) -> None:
    def work(*_: Any) -> Outcome:
        raise AssertionError("done without a record")

    house.work = work
    head = house.book.beside.head_path.read_text()
    house.book.beside.head_path.write_text("gone\n9\n")
    with pytest.raises(Exception, match="ledger is damaged"):
        house.door.perform("officer", house.analyse)
    house.book.beside.head_path.write_text(head)


ALL_ACTS = [
    each
    for _, each in inspect.getmembers(acts, inspect.isclass)
    if issubclass(each, Act) and each not in (Act, CaseAct)
]


def in_turn(house: House, done: Callable[[Act], None], *steps: Sequence[Act]) -> list[Any]:
    """Ask readings of the officer's; each is answered by its kind, after ``done``."""

    def reads(act: Act, permit: Permit, _progress: Progress) -> Outcome:
        told = house.told()[permit.entry]
        assert told == ("decision", act.kind, "granted")
        done(act)
        return Outcome(act.kind)

    house.door._handlers |= dict.fromkeys((ConsultCase, SearchTracks, ConsultBookmarks), reads)

    def asking() -> Steps[list[Any]]:
        values = []
        for step in steps:
            values.append((yield step))
        return values

    return house.door.perform_in_turn("officer", asking())


def readings(house: House, case_id: str = "") -> tuple[ConsultCase, SearchTracks, ConsultBookmarks]:
    of = case_id or house.case.id
    return ConsultCase(case_id=of), SearchTracks(case_id=of), ConsultBookmarks(case_id=of)


def test_readings_in_turn_share_commits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = readings(house)
    before, commits = house.book.size(), list[int]()
    append = house.book.append_all

    def counted(drafts: Any, *a: Any, **k: Any) -> list[int]:
        commits.append(len(drafts))
        return append(drafts, *a, **k)

    monkeypatch.setattr(house.book, "append_all", counted)
    assert in_turn(house, lambda _: None, [first], [second, third]) == [
        ["consult-case"],
        ["search-tracks", "consult-bookmarks"],
    ]
    assert commits == [1, 3, 2]
    assert house.told()[before:] == [
        ("decision", "consult-case", "granted"),
        ("outcome", "consult-case", "done"),
        ("decision", "search-tracks", "granted"),
        ("decision", "consult-bookmarks", "granted"),
        ("outcome", "search-tracks", "done"),
        ("outcome", "consult-bookmarks", "done"),
    ]
    closed = [e.sealed["decision"] for e in house.opened()[-6:]]
    assert closed == [None, before, None, None, before + 2, before + 3]


def test_nothing_is_given_back_before_all_outcomes_are_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, appended = house.book.append_all, list[int]()

    def full(drafts: Any, *a: Any, **k: Any) -> list[int]:
        if len(appended) == 2:
            raise Misconfigured("full", remedy="free some space")
        appended.append(len(drafts))
        return append(drafts, *a, **k)

    monkeypatch.setattr(house.book, "append_all", full)
    with pytest.raises(Misconfigured, match="full"):
        in_turn(house, lambda _: None, readings(house)[:1], readings(house)[1:])
    assert appended == [1, 3]


def test_what_was_written_is_not_written_again_where_the_head_beside_cannot_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, heads = house.book.beside.publish, list[str]()

    def full(note: str, at: datetime | None = None) -> None:
        heads.append(note)
        if len(heads) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        publish(note, at)

    before = house.book.size()
    monkeypatch.setattr(house.book.beside, "publish", full)
    with pytest.raises(OSError, match="space"):
        in_turn(house, lambda _: None, readings(house)[:1], readings(house)[1:])
    assert house.told()[before:] == [
        ("decision", "consult-case", "granted"),
        ("outcome", "consult-case", "done"),
        ("decision", "search-tracks", "granted"),
        ("decision", "consult-bookmarks", "granted"),
    ]
    assert not house.book.check().problems


def test_a_refused_reading_ends_those_that_are_asked_with_it(house: House) -> None:
    first, second, third = readings(house)
    before, done = house.book.size(), list[str]()
    nowhere = dataclasses.replace(second, case_id="b" * 26)
    with pytest.raises(Refused) as caught:
        in_turn(house, lambda act: done.append(act.kind), [first, nowhere, third])
    assert done == ["consult-case"]
    assert caught.value.entry == before + 1
    assert house.told()[before:] == [
        ("decision", "consult-case", "granted"),
        ("decision", "search-tracks", "refused"),
        ("outcome", "consult-case", "done"),
    ]


@pytest.mark.parametrize("error", [BadInput("no", remedy="x"), KeyboardInterrupt()])
def test_a_reading_that_fails_ends_those_after_it(house: House, error: BaseException) -> None:
    before, done = house.book.size(), list[str]()

    def fails(act: Act) -> None:
        done.append(act.kind)
        if act.kind == "search-tracks":
            raise error

    with pytest.raises(type(error)):
        in_turn(house, fails, readings(house))
    assert done == ["consult-case", "search-tracks"]
    result = "failed" if isinstance(error, BadInput) else "interrupted"
    assert house.told()[before + 3 :] == [
        ("outcome", "consult-case", "done"),
        ("outcome", "search-tracks", result),
        ("outcome", "consult-bookmarks", "interrupted"),
    ]


def test_a_withdrawal_is_seen_by_the_next_step(house: House) -> None:
    def withdraw(act: Act) -> None:
        house.records.replace_mandate(
            dataclasses.replace(house.mandate, state=MandateState.WITHDRAWN)
        )

    first, second, _ = readings(house)
    with pytest.raises(Refused) as caught:
        in_turn(house, withdraw, [first], [second])
    assert [r.rule for r in caught.value.reasons] == ["mandate-withdrawn"]


def test_a_withdrawal_is_seen_within_a_step(house: House) -> None:
    done = list[str]()

    def withdraw(act: Act) -> None:
        done.append(act.kind)
        house.records.replace_mandate(
            dataclasses.replace(house.mandate, state=MandateState.WITHDRAWN)
        )

    with pytest.raises(Refused) as caught:
        in_turn(house, withdraw, readings(house)[1:])
    assert [r.rule for r in caught.value.reasons] == ["mandate-withdrawn"]
    assert done == ["search-tracks"]
    assert house.told()[-2:] == [
        ("outcome", "search-tracks", "done"),
        ("outcome", "consult-bookmarks", "stopped"),
    ]


def test_months_do_not_go_back_while_an_outcome_waits(house: House) -> None:
    def turn(act: Act) -> None:
        if act.kind == "consult-bookmarks":
            house.now = datetime(START.year + 1, 1, 1, tzinfo=UTC)
            house.door.record_system("upgraded")

    in_turn(house, turn, readings(house)[1:])
    assert not house.book.check().problems


def test_what_changes_something_is_asked_alone(house: House) -> None:
    before = house.book.size()
    with pytest.raises(ValueError, match="alone"):
        in_turn(house, lambda _: None, [house.analyse])
    assert house.book.size() == before


def test_every_act_has_a_handler(tmp_path: Path) -> None:
    with App(Settings(home=tmp_path)) as app:
        assert app.handled == set(ALL_ACTS)


def example(kind: type[Act]) -> Act:
    """An act whose fields hold something of their type."""
    values: Mapping[str, Any] = {
        "str": "text",
        "datetime": START,
        "datetime | None": None,
        "Path": Path("/tmp/\udcff.mp4"),
        "int": 3,
        "frozenset[Role]": frozenset(Role),
        "frozenset[Power]": frozenset(Power),
        "MandateState": MandateState.ACTIVE,
        "Still": Still.PATHS,
        "Judgement": Judgement.CONFIRMED,
        "CredentialKind": CredentialKind.ED25519,
        "RequestKind": RequestKind.ERASURE,
        "RequestState": RequestState.DONE,
        "SignInMethod": SignInMethod.PASSKEY,
        "tuple[Span, ...]": (Span("e", 0, 1000),),
        "tuple[Keyframe, ...]": (Keyframe(0, 1, 2, 3, 4),),
        "Film": Film(START, START, (Span("e", 0, 1000),)),
        "tuple[str, ...]": ("a",),
        "tuple[int, int, int, int]": (1, 2, 3, 4),
    }
    given = {
        f.name: values[str(f.type)]
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }
    return kind(**given)


@pytest.mark.parametrize("kind", ALL_ACTS, ids=lambda k: k.kind)
def test_every_act_s_parameters_can_be_written(kind: type[Act]) -> None:
    parameters = parameters_of(example(kind))
    assert "reason" not in parameters
    assert json.loads(canonical(parameters)) == parameters


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.fractions()
        | st.datetimes(timezones=st.just(UTC))
        | st.sampled_from(Power),
        lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_an_act_holds_reads_back(value: object) -> None:
    as_json = to_json(value)
    assert json.loads(canonical(as_json)) == as_json


def test_what_acts_do_not_hold_is_refused() -> None:
    for value in (b"bytes", object(), Act):
        with pytest.raises(TypeError, match="holds no"):
            to_json(value)


def test_sets_are_written_in_order() -> None:
    assert to_json(frozenset({"b", "a"})) == ["a", "b"]
    assert to_json(ListCases(reason="r")) == {"reason": "r"}
