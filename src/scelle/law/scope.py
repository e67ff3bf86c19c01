"""Which mandate covers an act, and which exhibits it covers (art. R. 40-40)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from scelle.law import remedies
from scelle.law.conditions import MANDATE, merge
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.sought import described, within
from scelle.model.acts import BeginUpload, Reason, ReceiveExhibit
from scelle.model.evidence import Case, Exhibit, Mandate, MandateState, Power
from scelle.model.time import Clock
from scelle.model.tracks import TrackQuery


@dataclass(frozen=True)
class Basis:
    """What a granted act rests on.

    Attributes:
        exhibit_ids: the exhibits covered, in order of receipt.
        sought: the only description that may be looked for.
    """

    mandate_id: str
    exhibit_ids: tuple[str, ...]
    sought: TrackQuery | None = None


@dataclass(frozen=True)
class _Recording:
    """What of a recording a mandate's scope looks at; no duration where it is not known yet."""

    label: str
    exhibit_id: str
    camera: str
    clock: Clock
    duration: Fraction | None


def find_basis(
    facts: Facts,
    case: Case,
    power: Power,
    named: Collection[str],
    now: datetime,
    query: TrackQuery | None = None,
) -> Basis | list[Reason]:
    """The mandate that grants ``power`` over the exhibits named, or why none does.

    Args:
        facts: the case's mandates and exhibits.
        case: the case.
        power: what must be permitted.
        named: ids of exhibits that must all be covered; empty means every
            exhibit of the case that a mandate covers.
        now: aware.
        query: what is searched for, where the act searches.

    Returns:
        The basis: of the mandates that grant, the one that covers most
        exhibits, then one that limits no description, then the earliest by start
        of validity, then by id.  Or all
        the reasons, over all the mandates, one of each rule.
    """
    recordings = [_of(e) for e in facts.exhibits if not named or e.id in named]
    granted: list[tuple[tuple[int, bool, datetime, str], Basis]] = []
    failed: list[Reason] = []
    for mandate in facts.mandates:
        ails = list(_mandate_ails(mandate, facts, case, power, now))
        if query is not None and mandate.sought is not None and not within(query, mandate.sought):
            ails.append(_too_wide(mandate))
        outside = {r.exhibit_id: list(_scope_ails(mandate, r)) for r in recordings}
        covered = tuple(r.exhibit_id for r in recordings if not outside[r.exhibit_id])
        # An empty case is wholly covered: there is nothing that could be shown.
        if len(covered) < len(recordings) and (named or not covered):
            ails += [reason for each in outside.values() for reason in each]
        if ails:
            failed += ails
        else:
            limited = mandate.sought is not None
            rank = (-len(covered), limited, mandate.valid_from, mandate.id)
            granted.append((rank, Basis(mandate.id, covered, mandate.sought)))
    if granted:
        return min(granted, key=lambda each: each[0])[1]
    return merge(failed) or [_no_mandate(case, power)]


def find_basis_to_receive(
    act: BeginUpload | ReceiveExhibit, facts: Facts, case: Case, now: datetime
) -> Basis | list[Reason]:
    """The same for a recording that is not an exhibit yet: its camera and stated time.

    Its length is not known yet, so only the first picture's time is held
    against the window; later acts look at the whole span.
    """
    clock = Clock(act.recorded_at, act.clock_offset)
    new = _Recording("the new exhibit", "", act.camera, clock, None)
    granted: list[tuple[datetime, str]] = []
    failed: list[Reason] = []
    for mandate in facts.mandates:
        ails = [
            *_mandate_ails(mandate, facts, case, Power.RECEIVE, now),
            *_scope_ails(mandate, new),
        ]
        if ails:
            failed += ails
        else:
            granted.append((mandate.valid_from, mandate.id))
    if granted:
        return Basis(min(granted)[1], ())
    return merge(failed) or [_no_mandate(case, Power.RECEIVE)]


def _too_wide(mandate: Mandate) -> Reason:
    text = f"Mandate {mandate.id} is limited to {described(mandate.sought)}."
    mend = "Search for that alone, or for a part of it, and run the same command."
    return Reason("mandate-sought", MANDATE, text, mend)


def _of(exhibit: Exhibit) -> _Recording:
    return _Recording(
        f"exhibit {exhibit.id}",
        exhibit.id,
        exhibit.camera,
        exhibit.clock,
        exhibit.stream.duration,
    )


def _no_mandate(case: Case, power: Power) -> Reason:
    text = f"No magistrate has granted a mandate in case {case.id}."
    return Reason("no-mandate", MANDATE, text, remedies.grant(case.id, power))


_STATES = {
    MandateState.OBJECTED: "was objected to by the prosecutor",
    MandateState.SUSPENDED: "is suspended",
    MandateState.WITHDRAWN: "was withdrawn",
}


def _mandate_ails(
    mandate: Mandate, facts: Facts, case: Case, power: Power, now: datetime
) -> Iterable[Reason]:
    """Why a mandate grants nothing of the kind, whatever the exhibit."""
    name = f"Mandate {mandate.id}"
    if mandate.state is not MandateState.ACTIVE:
        yield Reason(
            f"mandate-{mandate.state}",
            MANDATE,
            f"{name} {_STATES[mandate.state]}.",
            remedies.restore(case.id, mandate.id),
        )
    elif mandate.deemed and any(m.state is MandateState.OBJECTED for m in facts.mandates):
        # What was objected to is the supposition, however often it was recorded.
        yield Reason(
            "deemed-objected",
            MANDATE,
            f"{name} is only deemed granted, and the prosecutor has objected in case {case.id}.",
            remedies.grant(case.id, power),
        )
    if not mandate.valid_from <= now < mandate.valid_to:
        yield Reason(
            "mandate-dates",
            MANDATE,
            f"{name} may be used from {mandate.valid_from.isoformat()} "
            f"until {mandate.valid_to.isoformat()}.",
            remedies.wait(mandate.valid_from, remedies.grant(case.id, power))
            if now < mandate.valid_from
            else remedies.grant(case.id, power),
        )
    if power not in mandate.powers:
        permitted = ", ".join(sorted(mandate.powers))
        yield Reason(
            "mandate-power",
            MANDATE,
            f"{name} permits {permitted}, not {power}.",
            remedies.grant(case.id, power),
        )
    framework = FRAMEWORKS.get(mandate.framework)
    if mandate.framework != case.framework or framework is None:
        yield Reason(
            "mandate-framework",
            MANDATE,
            f"{name} was granted in the framework {mandate.framework!r}, "
            f"the case is in {case.framework!r}.",
            remedies.grant(case.id, power),
        )
    elif mandate.deemed and not framework.deemed:
        yield Reason(
            "mandate-deemed",
            MANDATE,
            f"{name} is only deemed granted, which {framework.code} does not allow.",
            remedies.grant(case.id, power),
        )


def _scope_ails(mandate: Mandate, recording: _Recording) -> Iterable[Reason]:
    """Why a recording lies outside a mandate's exhibits, cameras or recorded time."""
    name = f"Mandate {mandate.id}"

    def mend(*options: str) -> str:
        return remedies.grant(mandate.case_id, None, *options)

    if mandate.exhibits and recording.exhibit_id not in mandate.exhibits:
        yield Reason(
            "mandate-exhibits",
            MANDATE,
            f"{name} does not cover {recording.label}.",
            mend(*(("--exhibit", recording.exhibit_id) if recording.exhibit_id else ())),
        )
    if mandate.cameras and recording.camera not in mandate.cameras:
        yield Reason(
            "mandate-cameras",
            MANDATE,
            f"{name} does not cover the camera {recording.camera!r} of {recording.label}.",
            mend("--camera", recording.camera),
        )
    if mandate.recorded_from is None and mandate.recorded_to is None:
        return
    first = recording.clock.real_time(Fraction(0))
    last = recording.clock.real_time(recording.duration or Fraction(0))
    if first is None or last is None:
        yield Reason(
            "mandate-window-unknown",
            MANDATE,
            f"{name} is limited to a window of recorded time, "
            f"and nobody has stated when {recording.label} was recorded.",
            remedies.state_time(mandate.case_id, recording.exhibit_id),
        )
        return
    # The real time lies somewhere in the clock's uncertainty: all of it must fit.
    margin = timedelta(seconds=float(recording.clock.uncertainty or 0))
    early = mandate.recorded_from is not None and first - margin < mandate.recorded_from
    late = mandate.recorded_to is not None and last + margin > mandate.recorded_to
    if early or late:
        yield Reason(
            "mandate-window",
            MANDATE,
            f"{name} covers {_window(mandate)}, and {recording.label} was recorded from "
            + first.isoformat(timespec="milliseconds")
            + (
                ""
                if recording.duration is None
                else f" to {last.isoformat(timespec='milliseconds')}"
            )
            + ".",
            mend(
                *_wide_enough(first - margin, last + margin, ended=recording.duration is not None)
            ),
        )


def _wide_enough(first: datetime, last: datetime, *, ended: bool) -> tuple[str, ...]:
    """Options for a window in whole seconds that holds the span; open where no end is known."""
    start = first.replace(microsecond=0)
    options = ("--recorded-from", start.isoformat())
    # One second at least: a window must end after it begins.
    end = (last + timedelta(microseconds=999_999)).replace(microsecond=0)
    end = max(end, start + timedelta(seconds=1))
    return (*options, "--recorded-to", end.isoformat()) if ended else options


def _window(mandate: Mandate) -> str:
    parts = []
    if mandate.recorded_from is not None:
        parts.append(f"from {mandate.recorded_from.isoformat()}")
    if mandate.recorded_to is not None:
        parts.append(f"to {mandate.recorded_to.isoformat()}")
    return "recordings " + " ".join(parts)
