"""Random people, cases and acts, against a second, smaller statement of the law.

The reference knows times as whole hours and says only yes or no, and to which
exhibits; it shares no code with the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    OpenCase,
    ReceiveExhibit,
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
hours = st.integers(0, 9)
mandates = st.builds(
    M,
    state=st.sampled_from([MandateState.ACTIVE] * 4 + list(MandateState)),
    start=st.integers(0, 5),
    end=st.integers(6, 10),
    powers=st.frozensets(st.sampled_from(Power), min_size=1) | st.just(frozenset(Power)),
    framework=st.sampled_from(["flagrance"] * 5 + ["preliminaire"]),
    deemed=st.sampled_from([False] * 3 + [True]),
    exhibits=st.just(frozenset()) | st.frozensets(st.sampled_from(["x1", "x2"])),
    cameras=st.just(frozenset()) | st.frozensets(st.sampled_from(["n", "s"])),
    window=st.just((None, None)) | st.tuples(st.none() | hours, st.none() | hours),
)
scenes = st.builds(
    Scene,
    roles=st.just(frozenset({Role.INVESTIGATOR})) | st.frozensets(st.sampled_from(Role)),
    known=mostly,
    service=st.sampled_from("aaab"),
    case=st.none()
    | st.tuples(mostly, st.sampled_from(["flagrance"] * 5 + ["preliminaire", "none"])),
    mandates=st.lists(mandates, max_size=3).map(tuple),
    clearances=st.lists(
        st.builds(
            C,
            service=st.sampled_from("aaab"),
            start=st.integers(0, 4),
            end=st.integers(7, 10),
            video=mostly,
            withdrawn=mostly.map(lambda b: not b),
        ),
        max_size=2,
    ).map(tuple),
    exhibits=st.lists(
        st.builds(
            X, id=st.sampled_from(["x1", "x2", "x3"]), camera=st.sampled_from("ns"),
            recorded=st.none() | hours,
        ),
        max_size=3, unique_by=lambda x: x.id,
    ).map(tuple),
    now=st.integers(4, 7),
)  # fmt: skip
named = st.just(()) | st.lists(st.sampled_from(["x1", "x2"]), max_size=2).map(tuple)
OUT = Path("out")
asked: st.SearchStrategy[Act] = st.one_of(
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
    st.builds(
        lambda deemed: GrantMandate(
            case_id="c", powers=frozenset(Power), valid_from=hour(1), valid_to=hour(2),
            deemed=deemed,
        ),
        st.booleans(),
    ),
    st.just(ChangeMandate(case_id="c", mandate_id="m0", state=MandateState.OBJECTED)),
    st.sampled_from("ab").map(
        lambda s: OpenCase(case_id="c", reference="r", framework="flagrance", service=s)
    ),
    st.just(CloseCase(case_id="c")),
    st.just(ConsultCase(case_id="c")),
    st.just(ConsultLedger(case_id="c")),
    st.just(ExportLedger(output=OUT)),
    st.just(ListCases()),
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
        return yes if (judge or referent) and s.mandates else no
    if framework not in LAWFUL:
        return no
    if isinstance(act, GrantMandate):
        if not act.deemed:
            return yes if judge else no
        stopped = any(m.state is not MandateState.ACTIVE for m in s.mandates)
        return (
            yes
            if framework == "flagrance" and not stopped and (judge or (police and s.service == "a"))
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


@settings(max_examples=400, deadline=None)
@given(scenes, asked)
def test_the_law_agrees_with_its_reference(scene: Scene, act: Act) -> None:
    verdict = decide(act, facts_of(scene), hour(scene.now))
    answers = shown(scene, act)
    assert verdict.granted == bool(answers)
    if answers:
        assert frozenset(verdict.exhibit_ids) in answers
        order = [x.id for x in scene.exhibits]
        assert list(verdict.exhibit_ids) == [i for i in order if i in set(verdict.exhibit_ids)]


@settings(max_examples=100, deadline=None)
@given(scenes, asked)
def test_the_same_facts_give_the_same_answer(scene: Scene, act: Act) -> None:
    first = decide(act, facts_of(scene), hour(scene.now))
    assert first == decide(act, facts_of(scene), hour(scene.now))
