"""Random people, cases and acts, against a second, smaller statement of the law.

The reference knows times as whole hours and says only yes or no, and to which
exhibits; it shares no code with the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.law.facts import Facts
from scelle.law.rules import decide
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    ChangeMandate,
    CloseCase,
    ConsultCase,
    ConsultCoverage,
    ConsultLedger,
    ExportClip,
    ExportLedger,
    ExportTracks,
    GrantMandate,
    ListCases,
    MakeSynopsis,
    NameWitness,
    OpenCase,
    ReceiveExhibit,
    RotateKey,
    SearchTracks,
)
from scelle.model.evidence import (
    Agent,
    Case,
    CaseState,
    Clearance,
    Exhibit,
    Mandate,
    MandateState,
    Power,
    Role,
    Stream,
)
from scelle.model.time import Clock

ZERO = datetime(2026, 3, 1, tzinfo=UTC)
LAWFUL = {"flagrance", "preliminaire"}


def hour(h: int) -> datetime:
    return ZERO + timedelta(hours=h)


@dataclass(frozen=True)
class M:
    """A mandate, in hours."""

    state: MandateState
    start: int
    end: int
    powers: frozenset[Power]
    framework: str
    deemed: bool
    exhibits: frozenset[str]
    cameras: frozenset[str]
    window: tuple[int | None, int | None]


@dataclass(frozen=True)
class C:
    """A clearance, in hours."""

    service: str
    start: int
    end: int
    video: bool
    withdrawn: bool


@dataclass(frozen=True)
class X:
    """An exhibit, one hour long."""

    id: str
    camera: str
    recorded: int | None


@dataclass(frozen=True)
class Scene:
    roles: frozenset[Role]
    known: bool
    service: str
    case: tuple[bool, str] | None  # open, framework; of service a
    mandates: tuple[M, ...]
    clearances: tuple[C, ...]
    exhibits: tuple[X, ...]
    now: int


mostly = st.sampled_from([True] * 6 + [False])
hours = st.integers(0, 4)
mandates = st.builds(
    M,
    state=st.sampled_from([MandateState.ACTIVE] * 9 + list(MandateState)),
    start=st.sampled_from([0, 0, 0, 5, 6]),
    end=st.sampled_from([5, 6, 9, 9, 9, 9]),
    powers=st.just(frozenset(Power)) | st.frozensets(st.sampled_from(Power), min_size=1),
    framework=st.sampled_from(["flagrance"] * 4 + ["preliminaire"]),
    deemed=mostly.map(lambda b: not b),
    exhibits=st.just(frozenset()) | st.frozensets(st.sampled_from(["x1", "x2"])),
    cameras=st.just(frozenset()) | st.frozensets(st.sampled_from(["n", "s"])),
    window=st.just((None, None)) | st.tuples(st.none() | hours, st.none() | hours),
).filter(lambda m: m.start < m.end)
clearances = st.builds(
    C,
    service=st.sampled_from("aab"),
    start=st.sampled_from([0, 0, 5, 6]),
    end=st.sampled_from([5, 6, 9, 9]),
    video=mostly,
    withdrawn=mostly.map(lambda b: not b),
).filter(lambda c: c.start < c.end)
exhibits = st.tuples(
    *(
        st.none()
        | st.builds(X, st.just(name), camera=st.sampled_from("ns"), recorded=st.none() | hours)
        for name in ("x1", "x2", "x3")
    )
).map(lambda each: tuple(x for x in each if x is not None))
scenes = st.builds(
    Scene,
    roles=st.just(frozenset({Role.INVESTIGATOR})) | st.frozensets(st.sampled_from(Role)),
    known=mostly,
    service=st.sampled_from("aab"),
    case=st.just((True, "flagrance"))
    | st.none()
    | st.tuples(mostly, st.sampled_from(["flagrance", "preliminaire", "none"])),
    mandates=st.lists(mandates, max_size=3).map(tuple),
    clearances=st.lists(clearances, max_size=3).map(tuple),
    exhibits=exhibits,
    now=st.sampled_from([5, 6]),
)
#: Scenes in which all hangs on the mandates and what they cover.
investigations = st.builds(
    Scene,
    roles=st.sampled_from(
        [
            frozenset({Role.INVESTIGATOR}),
            frozenset({Role.INVESTIGATOR, Role.MAGISTRATE}),
        ]
    ),
    known=st.just(True),
    service=st.just("a"),
    case=st.sampled_from([(True, "flagrance"), (True, "preliminaire")]),
    mandates=st.lists(mandates, min_size=1, max_size=3).map(tuple),
    clearances=st.just((C("a", 0, 9, True, False),)),
    exhibits=exhibits,
    now=st.sampled_from([5, 6]),
)
#: The same before those who stop mandates, withdraw them, and let them go on.
judged = st.builds(
    replace,
    investigations,
    roles=st.sampled_from(
        [frozenset({Role.MAGISTRATE}), frozenset({Role.REFERENT_MAGISTRATE}), frozenset[Role]()]
    ),
)
named = st.just(()) | st.lists(st.sampled_from(["x1", "x2"]), max_size=2).map(tuple)
OUT = Path("out")
with_power: list[st.SearchStrategy[Act]] = [
    named.map(lambda e: AnalyseExhibit(case_id="c", exhibit_ids=e)),
    named.map(lambda e: SearchTracks(case_id="c", exhibit_ids=e)),
    named.map(lambda e: ConsultCoverage(case_id="c", exhibit_ids=e)),
    named.map(lambda e: MakeSynopsis(case_id="c", exhibit_ids=e)),
    named.map(lambda e: ExportTracks(case_id="c", exhibit_ids=e, format="mot", output=OUT)),
    named.map(lambda e: ExportClip(case_id="c", exhibit_ids=e, start_ms=0, end_ms=1, output=OUT)),
    st.builds(
        lambda camera, recorded: ReceiveExhibit(
            case_id="c", path=OUT, camera=camera, origin="o",
            recorded_at=None if recorded is None else hour(recorded),
        ),
        st.sampled_from("ns"),
        st.none() | hours,
    ),
]  # fmt: skip
changed = st.sampled_from(MandateState).map(
    lambda state: ChangeMandate(case_id="c", mandate_id="m0", state=state)
)
asked: st.SearchStrategy[Act] = st.one_of(
    *with_power,
    st.booleans().map(
        lambda deemed: GrantMandate(
            case_id="c", powers=frozenset(Power), valid_from=hour(1), valid_to=hour(2),
            deemed=deemed,
        )
    ),
    changed,
    st.sampled_from("ab").map(
        lambda s: OpenCase(case_id="c", reference="r", framework="flagrance", service=s)
    ),
    st.just(CloseCase(case_id="c")),
    st.just(ConsultCase(case_id="c")),
    st.just(ConsultLedger(case_id="c")),
    st.just(ExportLedger(output=OUT)),
    st.just(ListCases()),
    st.just(RotateKey()),
    st.just(NameWitness(vkey="w+0+A")),
)  # fmt: skip


def facts_of(s: Scene) -> Facts:
    """The same scene as the law knows it."""
    case = None
    if s.case:
        state = CaseState.OPEN if s.case[0] else CaseState.CLOSED
        case = Case("c", "PV", s.case[1], "a", "theft", ZERO, hour(99999), state)
    stream = Stream("mp4", "h264", "yuv420p", 64, 48, Fraction(1), 1, 1, 0, Fraction(3600))
    return Facts(
        agent=Agent("me", s.roles, s.service) if s.known else None,
        any_agent_known=True,
        case=case,
        mandates=tuple(
            Mandate(
                f"m{i}", "c", m.framework, m.powers, hour(m.start), hour(m.end), deemed=m.deemed,
                exhibits=m.exhibits, cameras=m.cameras, state=m.state,
                recorded_from=None if m.window[0] is None else hour(m.window[0]),
                recorded_to=None if m.window[1] is None else hour(m.window[1]),
            )
            for i, m in enumerate(s.mandates)
        ),
        clearances=tuple(
            Clearance(
                f"k{i}", "me", k.service, frozenset({"video" if k.video else "audio"}),
                hour(k.start), hour(k.end), "head", k.withdrawn,
            )
            for i, k in enumerate(s.clearances)
        ),
        exhibits=tuple(
            Exhibit(
                x.id, "c", "00", 1, "a.mp4", x.camera, "o",
                Clock(None if x.recorded is None else hour(x.recorded)), stream, ZERO,
            )
            for x in s.exhibits
        ),
    )  # fmt: skip


# -- the second statement of the law -------------------------------------------


def covers(m: M, exhibit: str, camera: str, recorded: int | None, length: int) -> bool:
    low, high = m.window
    inside = (low, high) == (None, None) or (
        recorded is not None
        and (low is None or low <= recorded)
        and (high is None or recorded + length <= high)
    )
    return inside and exhibit in (m.exhibits or {exhibit}) and camera in (m.cameras or {camera})


def in_force(s: Scene, power: Power) -> list[M]:
    assert s.case
    return [
        m
        for m in s.mandates
        if m.state is MandateState.ACTIVE
        and m.start <= s.now < m.end
        and power in m.powers
        and m.framework == s.case[1]
        and not (m.deemed and m.framework != "flagrance")
        and not (m.deemed and any(o.state is MandateState.OBJECTED for o in s.mandates))
    ]


def cleared(s: Scene, service: str) -> bool:
    return any(
        k.service == service and k.video and not k.withdrawn and k.start <= s.now < k.end
        for k in s.clearances
    )


def shown(s: Scene, act: Act) -> set[frozenset[str]]:
    """The sets of exhibits that a grant may cover; empty means refusal."""
    roles = s.roles if s.known else frozenset()
    judge, referent = Role.MAGISTRATE in roles, Role.REFERENT_MAGISTRATE in roles
    auditor, police = Role.AUDITOR in roles, Role.INVESTIGATOR in roles
    yes: set[frozenset[str]] = {frozenset()}
    no: set[frozenset[str]] = set()
    ids = frozenset(x.id for x in s.exhibits)
    if isinstance(act, ListCases):
        any_service = any(cleared(s, k.service) for k in s.clearances)
        return yes if judge or referent or auditor or (police and any_service) else no
    if isinstance(act, RotateKey | NameWitness):
        return yes if Role.ADMINISTRATOR in roles else no
    if isinstance(act, ExportLedger):
        return yes if auditor or referent else no
    if isinstance(act, OpenCase):
        return yes if not s.case and (judge or (police and cleared(s, act.service))) else no
    if not s.case:
        return no
    is_open, framework = s.case
    if isinstance(act, ConsultLedger):
        return {ids} if judge or referent or auditor else no
    if isinstance(act, ConsultCase):
        mine = police and cleared(s, "a") and is_open
        return {ids} if judge or referent or auditor or mine else no
    if not is_open:
        return no
    if isinstance(act, CloseCase):
        return yes if judge or (police and cleared(s, "a")) else no
    if isinstance(act, ChangeMandate):
        stops = act.state in (MandateState.OBJECTED, MandateState.SUSPENDED)
        gone = MandateState.WITHDRAWN
        final = any(m.state is gone for m in s.mandates[:1]) and act.state is not gone
        return yes if (judge or (referent and stops)) and s.mandates and not final else no
    if framework not in LAWFUL:
        return no
    if isinstance(act, GrantMandate):
        if not act.deemed:
            return yes if judge else no
        stopped = any(m.state is not MandateState.ACTIVE for m in s.mandates)
        return (
            yes
            if framework == "flagrance"
            and not stopped
            and (judge or (police and s.service == "a" and cleared(s, "a")))
            else no
        )
    assert act.power is not None
    force = in_force(s, act.power) if police and cleared(s, "a") else []
    if isinstance(act, ReceiveExhibit):
        at = None if act.recorded_at is None else (act.recorded_at - ZERO) // timedelta(hours=1)
        return yes if any(covers(m, "", act.camera, at, 0) for m in force) else no
    wanted = frozenset(act.exhibit_ids)  # type: ignore[attr-defined]
    if not wanted <= ids:
        return no
    answers = set()
    for m in force:
        good = frozenset(x.id for x in s.exhibits if covers(m, x.id, x.camera, x.recorded, 1))
        if wanted <= good and (wanted or good or not ids):
            answers.add(wanted or good)
    if answers:
        widest = max(map(len, answers))
        return {a for a in answers if len(a) == widest}
    overseer = judge or referent or (auditor and isinstance(act, ConsultCoverage))
    return {wanted or ids} if act.power is Power.CONSULT and overseer else no


def agree(scene: Scene, act: Act) -> None:
    verdict = decide(act, facts_of(scene), hour(scene.now))
    answers = shown(scene, act)
    assert verdict.granted == bool(answers)
    if answers:
        assert frozenset(verdict.exhibit_ids) in answers
        order = [x.id for x in scene.exhibits]
        assert list(verdict.exhibit_ids) == [i for i in order if i in set(verdict.exhibit_ids)]
    assert verdict == decide(act, facts_of(scene), hour(scene.now))


@settings(max_examples=800, deadline=None)
@given(scenes, asked)
def test_the_law_agrees_with_its_reference(scene: Scene, act: Act) -> None:
    agree(scene, act)


@settings(max_examples=800, deadline=None)
@given(investigations, st.one_of(with_power))
def test_so_it_does_on_what_mandates_cover(scene: Scene, act: Act) -> None:
    agree(scene, act)


@settings(max_examples=200, deadline=None)
@given(judged, changed)
def test_so_it_does_on_who_stops_mandates(scene: Scene, act: Act) -> None:
    agree(scene, act)
