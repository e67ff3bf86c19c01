"""Random people ask for random acts, over and over, against a second statement of the law.

The reference below was written from the law's table and shares no code with the rules: it
keeps its own people, cases, mandates and approvals, and says of each act yes or no.  The
door, the law, the store and the ledger are the real ones; only what handlers do to
recordings is left out.  No act without right succeeds, none with right fails, and the
ledger tells the exact story.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from scelle.bootstrap import App
from scelle.errors import Refused
from scelle.ledger.entries import open_with
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    ApproveAct,
    ChangeMandate,
    CloseCase,
    ConsultLedger,
    DecideTrack,
    EraseCase,
    ExportTracks,
    ExtendRetention,
    GrantClearance,
    GrantMandate,
    MakeRequest,
    NoteTrack,
    OpenCase,
    Outcome,
    ReceiveExhibit,
    RecordCommitment,
    RegisterAgent,
    RevealTrack,
    SearchTracks,
    WithdrawClearance,
)
from scelle.model.decisions import Judgement, RequestKind
from scelle.model.evidence import (
    CaseState,
    Exhibit,
    FourEyes,
    MandateState,
    Power,
    Role,
    Stream,
)
from scelle.model.geometry import Direction
from scelle.model.time import Clock
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.settings import Settings
from scelle.store.erasure import ErasureStore
from scelle.store.tracks import TrackStore

#: Later than the real time at which the installation is made.
BEGIN = datetime(2100, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = {
    "officer-a": (Role.INVESTIGATOR, "a"),
    "officer-b": (Role.INVESTIGATOR, "b"),
    "mate-a": (Role.INVESTIGATOR, "a"),
    "head-a": (Role.HEAD_OF_SERVICE, "a"),
    "judge": (Role.MAGISTRATE, "court"),
    "referent": (Role.REFERENT_MAGISTRATE, "court"),
    "auditor": (Role.AUDITOR, "out"),
    "admin": (Role.ADMINISTRATOR, "out"),
}
FRAMEWORKS = ["flagrance", "flagrance", "preliminaire", "administrative"]
POWERS = [
    frozenset(Power),
    frozenset(Power),
    frozenset({Power.RECEIVE, Power.CONSULT}),
    frozenset({Power.EXPORT}),
]
OUT = Path("/nonexistent/out")

# -- the reference ---------------------------------------------------------------


@dataclass
class M:
    """A mandate, in hours."""

    id: str
    powers: frozenset[Power]
    start: int
    end: int
    deemed: bool
    camera: str
    state: str = "active"


@dataclass
class C:
    """A case."""

    id: str
    service: str
    framework: str
    eyes: frozenset[FourEyes]
    state: str = "open"
    ordered: bool = False
    mandates: list[M] = field(default_factory=list)
    exhibits: dict[str, str] = field(default_factory=dict)  # id -> camera
    said: dict[str, str] = field(default_factory=dict)  # exhibit -> last judgement


@dataclass
class Approved:
    """A second person's word on one asking."""

    asking: tuple[Any, ...]
    case: str
    at: int
    used: bool = False


@dataclass
class World:
    """What the reference believes."""

    now: int = 0
    clearances: list[list[Any]] = field(default_factory=list)  # id, who, service, start, end, gone
    cases: list[C] = field(default_factory=list)
    refusals: dict[int, tuple[tuple[Any, ...], str]] = field(default_factory=dict)
    approved: list[Approved] = field(default_factory=list)

    def cleared(self, who: str, service: str) -> bool:
        return any(
            w == who and s == service and start <= self.now < end and not gone
            for _, w, s, start, end, gone in self.clearances
        )

    def police(self, who: str, case: C) -> bool:
        return PEOPLE[who][0] is Role.INVESTIGATOR and self.cleared(who, case.service)

    def in_force(self, case: C, power: Power) -> list[M]:
        objected = any(m.state == "objected" for m in case.mandates)
        return [
            m
            for m in case.mandates
            if m.state == "active"
            and m.start <= self.now < m.end
            and power in m.powers
            and not (m.deemed and objected)
        ]

    def on_mandate(self, who: str, case: C, power: Power, exhibit: str | None) -> bool:
        """Whether an investigator may, on one exhibit, or on whatever is covered."""
        if case.state != "open" or not self.police(who, case):
            return False
        for m in self.in_force(case, power):
            seen = {x for x, camera in case.exhibits.items() if m.camera in ("", camera)}
            if exhibit in seen or (exhibit is None and (seen or not case.exhibits)):
                return True
        return False

    def seconded(self, case: C, sort: FourEyes, asking: tuple[Any, ...]) -> bool:
        """Whether the act may go on; uses an approval up."""
        if sort not in case.eyes:
            return True
        for each in self.approved:
            fresh = not each.used and each.at <= self.now < each.at + 24
            if fresh and each.asking == asking and each.case == case.id:
                each.used = True
                return True
        return False


JUDGES = {"judge", "referent"}


def may(w: World, who: str, step: tuple[Any, ...], c: C | None) -> str:
    """``yes``, ``no``, or ``eyes``: all is right but a second person is missing."""
    kind, role = step[0], PEOPLE[who][0]
    if kind == "clear":
        return "yes" if who == "head-a" and step[2] == "a" and step[1] != who else "no"
    if kind == "unclear":
        return "yes" if who == "head-a" and step[1][2] == "a" else "no"
    if kind == "open":
        police = role is Role.INVESTIGATOR and w.cleared(who, step[1])
        lawful = step[2] != "administrative"
        return "yes" if lawful and (who == "judge" or police) else "no"
    assert c is not None
    if kind == "ledger":
        return "yes" if who in JUDGES or who == "auditor" else "no"
    if c.state == "erased":
        return "no"
    if kind == "approve":
        asking, case_id = w.refusals.get(step[1], ((), ""))
        person = who in JUDGES or w.police(who, c) or (who == "head-a" and c.service == "a")
        return "yes" if person and case_id == c.id and asking[0] != who else "no"
    if kind == "order":
        return "yes" if who in JUDGES else "no"
    if kind == "erase":
        due = c.state == "closed" or c.ordered
        if not (who in JUDGES or (who == "admin" and due)):
            return "no"
        return "yes" if w.seconded(c, FourEyes.ERASURE, (who, *step)) else "eyes"
    if c.state != "open":
        return "no"
    if kind == "close":
        return "yes" if who == "judge" or w.police(who, c) else "no"
    if kind == "extend":
        return "yes" if who == "judge" and step[1] == "706-73" else "no"
    if kind == "grant":
        _, powers, start, length, deemed, _ = step
        if not deemed:
            return "yes" if who == "judge" else "no"
        stopped = any(m.state != "active" for m in c.mandates)
        own = PEOPLE[who][1] == c.service and w.police(who, c)
        short = w.now + start + length <= min(w.now + start, w.now) + 30 * 24
        right = c.framework == "flagrance" and not stopped and short and bool(powers)
        return "yes" if right and (who == "judge" or own) else "no"
    if kind == "change":
        m, state = step[1], step[2]
        person = who in JUDGES if state in ("objected", "suspended") else who == "judge"
        final = m.state == "withdrawn" and state != "withdrawn"
        return "yes" if person and not final else "no"
    if kind == "receive":
        seen = any(m.camera in ("", step[1]) for m in w.in_force(c, Power.RECEIVE))
        return "yes" if w.police(who, c) and seen else "no"
    if kind == "search":
        right = who in JUDGES or w.on_mandate(who, c, Power.CONSULT, None)
        return "yes" if right else "no"
    if kind == "analyse":
        return "yes" if w.on_mandate(who, c, Power.ANALYSE, None) else "no"
    exhibit = step[1]
    if kind == "note":
        return "yes" if w.on_mandate(who, c, Power.CONSULT, exhibit) else "no"
    if kind == "decide":
        right = w.on_mandate(who, c, Power.CONSULT, exhibit) and bool(step[3])
        return "yes" if right else "no"
    power, sort = {
        "reveal": (Power.REVEAL, FourEyes.REVEAL),
        "export": (Power.EXPORT, FourEyes.EXPORT),
    }[kind]
    right = w.on_mandate(who, c, power, exhibit)
    if kind == "reveal":
        right = right and (c.said.get(exhibit) == "confirmed" or bool(step[2]))
    if not right:
        return "no"
    return "yes" if w.seconded(c, sort, (who, *step)) else "eyes"


# -- steps -------------------------------------------------------------------------

small = st.integers(0, 3)
who = st.sampled_from(["officer-a"] * 4 + ["judge"] * 3 + list(PEOPLE))
reasons = st.sampled_from(["", "why", "why"])
moves = st.one_of(
    st.tuples(st.just("clear"), st.sampled_from(["officer-a", "officer-b", "mate-a"]),
              st.sampled_from("aab"), st.integers(20, 60)),
    st.tuples(st.just("unclear"), small),
    st.tuples(st.just("open"), st.sampled_from("aab"), st.sampled_from(FRAMEWORKS),
              st.sampled_from([frozenset(), frozenset(), frozenset(FourEyes)])),
    *(st.tuples(st.just(kind), small) for kind in ("close", "order", "erase", "ledger")),
    *(st.tuples(st.just(kind), small) for kind in ["search", "analyse"] * 2),
    *[st.tuples(st.just("grant"), small, st.sampled_from(POWERS), st.sampled_from([0, 0, 5]),
                st.sampled_from([40, 40, 900]), st.booleans(), st.sampled_from(["", "", "n"]))] * 3,
    *[st.tuples(st.just("change"), small, small,
                st.sampled_from([s.value for s in MandateState]))] * 2,
    *[st.tuples(st.just("receive"), small, st.sampled_from("nns"))] * 2,
    st.tuples(st.just("note"), small, small),
    st.tuples(st.just("decide"), small, small, st.sampled_from(["confirmed", "rejected"]), reasons),
    *[st.tuples(st.just("reveal"), small, small, reasons)] * 2,
    *[st.tuples(st.just("export"), small, small)] * 2,
    *[st.tuples(st.just("approve"), small)] * 2,
    *[st.tuples(st.just("retry"), st.sampled_from(["mate-a", "mate-a", "judge", "admin"]))] * 6,
    st.tuples(st.just("extend"), small, st.sampled_from(["706-73", "311-1"])),
    st.tuples(st.just("tick"), st.sampled_from([1, 6, 25])),
)  # fmt: skip
#: So that much can be granted, a story begins with what lets it go on.
openings = st.builds(
    lambda eyes, powers, camera, deemed: [
        ("head-a", ("clear", "officer-a", "a", 60)),
        ("head-a", ("clear", "mate-a", "a", 60)),
        ("officer-a", ("open", "a", "flagrance", eyes)),
        ("officer-a" if deemed else "judge", ("grant", 0, powers, 0, 40, deemed, camera)),
        ("officer-a", ("receive", 0, "n")),
    ],
    st.sampled_from([frozenset(), frozenset(FourEyes)]),
    st.sampled_from(POWERS),
    st.sampled_from(["", "n", "s"]),
    st.booleans(),
)


class Story:
    """One installation and the reference beside it."""

    def __init__(self, app: App) -> None:
        self.app, self.w = app, World()
        self.told: list[tuple[str, str, str]] = []
        self.waiting: tuple[int, str, tuple[Any, ...]] | None = None
        self.begun = app.ledger_head()[0]
        app._door._now = lambda: self.at(self.w.now)
        stubs: dict[type[Act], Any] = {
            ReceiveExhibit: self._receive,
            EraseCase: self._erase,
            **dict.fromkeys((AnalyseExhibit, SearchTracks, ExportTracks), lambda *_: Outcome(None)),
        }
        app._door._handlers.update(stubs)

    def at(self, hours: int) -> datetime:
        return BEGIN + hours * HOUR

    def _receive(self, act: ReceiveExhibit, permit: Any, _: Any) -> Outcome:
        number = sum(len(c.exhibits) for c in self.w.cases) + len(self.told)
        stream = Stream("mp4", "h264", "yuv420p", 64, 48, Fraction(1), 1, 1, 0, Fraction(9))
        exhibit = Exhibit(
            f"x{number}", act.case_id, f"{number:064x}", 1, "a.mp4", act.camera, "seal", Clock(),
            stream, permit.at,
        )  # fmt: skip
        self.app._records.add_exhibit(exhibit)
        ones = np.arange(1)
        described = Description(False, (), (), (), 1, 1, Direction.NONE, 0, 0)
        track = Track(
            f"{exhibit.id}-1", exhibit.id, 1, ObjectClass.PERSON, 1.0, "", Fraction(1), ones, ones,
            np.ones((1, 4), np.float32), np.ones(1, np.bool_), described,
        )  # fmt: skip
        TrackStore(self.app._engine).replace(exhibit.id, [track], "m")
        return Outcome(exhibit)

    def _erase(self, act: EraseCase, *_: Any) -> Outcome:
        store = ErasureStore(self.app._engine, self.app._records)
        store.erase(act.case_id)
        store.blank(self.app._records.case(act.case_id), CaseState.ERASED)
        return Outcome(None)

    def step(self, who: str, move: tuple[Any, ...]) -> None:
        w = self.w
        if move[0] == "tick":
            w.now += move[1]
            return
        if move[0] == "retry":
            # A second person answers whoever was refused last, who asks the same again.
            if self.waiting is not None:
                entry, asker, asked = self.waiting
                self.step(move[1], ("approve", list(w.refusals).index(entry)))
                self.step(asker, asked)
            return
        made = self._made(move)
        if made is None:
            return
        act, step, case = made
        expected = may(w, who, step, case)
        event(f"{step[0]} {expected}")
        value, refusal = self._ask(who, act)
        assert (refusal is None) == (expected == "yes"), (who, step, expected, refusal)
        self.told.append((who, act.kind, "refused" if refusal else "granted"))
        if refusal is None:
            self._apply(step, case, value)
            return
        rules = {r.rule for r in refusal.reasons}
        assert (expected == "eyes") == (rules == {"four-eyes"}), (who, step, rules)
        if expected == "eyes" and case is not None:
            w.refusals[refusal.entry] = ((who, *step), case.id)
            self.waiting = (refusal.entry, who, move)

    def _ask(self, who: str, act: Act) -> tuple[Any, Refused | None]:
        try:
            return self.app.perform(who, act), None
        except Refused as refusal:
            return None, refusal

    def _made(self, move: tuple[Any, ...]) -> tuple[Act, tuple[Any, ...], C | None] | None:
        """The act, the step with its things in place of numbers, and its case."""
        w, kind = self.w, move[0]
        if kind == "clear":
            _, target, service, hours = move
            act: Act = GrantClearance(
                agent_id=target, service=service, valid_from=self.at(w.now),
                valid_to=self.at(w.now + hours),
            )  # fmt: skip
            return act, (kind, target, service, hours), None
        if kind == "unclear":
            if not w.clearances:
                return None
            held = w.clearances[move[1] % len(w.clearances)]
            return WithdrawClearance(clearance_id=held[0]), (kind, held), None
        if kind == "open":
            _, service, framework, eyes = move
            opened = OpenCase(reference="r", framework=framework, service=service, four_eyes=eyes)
            return opened, (kind, service, framework, eyes), None
        if kind == "approve":
            if not w.refusals:
                return None
            entry = list(w.refusals)[move[1] % len(w.refusals)]
            case_id = w.refusals[entry][1]
            case = next(c for c in w.cases if c.id == case_id)
            return ApproveAct(case_id=case_id, entry=entry), (kind, entry), case
        if not w.cases:
            return None
        case = w.cases[move[1] % len(w.cases)]
        return self._in_case(case, kind, move[2:])

    def _in_case(
        self, case: C, kind: str, rest: tuple[Any, ...]
    ) -> tuple[Act, tuple[Any, ...], C] | None:
        now, name = self.w.now, case.id
        simple: dict[str, Act] = {
            "close": CloseCase(case_id=name),
            "order": MakeRequest(case_id=name, request=RequestKind.ERASURE, text="t"),
            "erase": EraseCase(case_id=name, output=OUT),
            "ledger": ConsultLedger(case_id=name),
            "search": SearchTracks(case_id=name),
            "analyse": AnalyseExhibit(case_id=name),
        }
        if kind in simple:
            return simple[kind], (kind,), case
        if kind == "extend":
            return ExtendRetention(case_id=name, article=rest[0]), (kind, rest[0]), case
        if kind == "receive":
            received = ReceiveExhibit(case_id=name, path=OUT, camera=rest[0], origin="seal")
            return received, (kind, rest[0]), case
        if kind == "grant":
            powers, start, length, deemed, camera = rest
            granted = GrantMandate(
                case_id=name, powers=powers, deemed=deemed,
                valid_from=self.at(now + start), valid_to=self.at(now + start + length),
                cameras=frozenset({camera} if camera else ()),
            )  # fmt: skip
            return granted, (kind, powers, start, length, deemed, camera), case
        if kind == "change":
            if not case.mandates:
                return None
            mandate = case.mandates[rest[0] % len(case.mandates)]
            changed = ChangeMandate(
                case_id=name, mandate_id=mandate.id, state=MandateState(rest[1])
            )
            return changed, (kind, mandate, rest[1]), case
        if not case.exhibits:
            return None
        exhibit = list(case.exhibits)[rest[0] % len(case.exhibits)]
        track = f"{exhibit}-1"
        if kind == "decide":
            decided = DecideTrack(
                case_id=name, track_id=track, judgement=Judgement(rest[1]), reason=rest[2]
            )
            return decided, (kind, exhibit, rest[1], rest[2]), case
        if kind == "note":
            return NoteTrack(case_id=name, track_id=track, text="seen"), (kind, exhibit), case
        if kind == "reveal":
            lifted = RevealTrack(case_id=name, track_id=track, reason=rest[1])
            return lifted, (kind, exhibit, rest[1]), case
        export = ExportTracks(case_id=name, exhibit_ids=(exhibit,), format="mot", output=OUT)
        return export, (kind, exhibit), case

    def _apply(self, step: tuple[Any, ...], case: C | None, value: Any) -> None:
        w, kind = self.w, step[0]
        if kind == "clear":
            w.clearances.append([value.id, step[1], step[2], w.now, w.now + step[3], False])
        elif kind == "unclear":
            step[1][5] = True
        elif kind == "open":
            w.cases.append(C(value.id, step[1], step[2], step[3]))
        assert case is not None or kind in ("clear", "unclear", "open")
        if case is None:
            return
        if kind == "close":
            case.state = "closed"
        elif kind == "order":
            case.ordered = True
        elif kind == "erase":
            case.state = "erased"
            case.mandates, case.exhibits = [], {}
        elif kind == "grant":
            _, powers, start, length, deemed, camera = step
            case.mandates.append(
                M(value.id, powers, w.now + start, w.now + start + length, deemed, camera)
            )
        elif kind == "change":
            step[1].state = step[2]
        elif kind == "receive":
            case.exhibits[value.id] = step[1]
        elif kind == "decide":
            case.said[step[1]] = step[2]
        elif kind == "approve":
            asking, case_id = w.refusals[step[1]]
            w.approved.append(Approved(asking, case_id, w.now))

    def ledger(self) -> list[tuple[str, str, str]]:
        """Who asked what, and the answer, as the ledger tells it."""
        keys = self.app._keys
        known = [keys.sealing_key(None), *(keys.sealing_key(c.id) for c in self.w.cases)]
        told = []
        for entry in self.app._book.entries(self.begun):
            if entry.value("phase") != "decision":
                continue
            try:
                opened = open_with(entry, known)
            except Exception:
                # A case whose opening was refused has a key that nobody remembers.
                assert (entry.value("act"), entry.value("result")) == ("open-case", "refused")
                told.append(("?", "open-case", "refused"))
                continue
            told.append(
                (str(opened.sealed["agent"]), str(entry.value("act")), str(entry.value("result")))
            )
        return told


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    with App(Settings(home=folder)) as app:
        app._door._now = lambda: BEGIN
        for name, (role, service) in [("admin", PEOPLE["admin"]), *PEOPLE.items()]:
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service=service)
            app.perform("admin", act)
        app.perform("admin", RecordCommitment(sent_on="2026-01-05"))
    return folder


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(10**6))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(who, moves), min_size=10, max_size=40), openings)
def test_no_act_without_right_and_none_with_right_fails(
    staffed: Path,
    numbers: Iterator[int],
    steps: list[tuple[str, tuple[Any, ...]]],
    opening: list[tuple[str, tuple[Any, ...]]],
) -> None:
    folder = staffed.with_name(f"story-{next(numbers)}")
    shutil.copytree(staffed, folder)
    try:
        with App(Settings(home=folder)) as app:
            story = Story(app)
            for person, move in [*opening, *steps]:
                story.step(person, move)
            told = story.ledger()
            assert [(a, r) for _, a, r in told] == [(a, r) for _, a, r in story.told]
            assert all(a in (b, "?") for (a, *_), (b, *_) in zip(told, story.told, strict=True))
            assert app.verify_ledger().ok
    finally:
        shutil.rmtree(folder)
