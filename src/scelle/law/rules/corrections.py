"""Rules on correcting what is stated of recordings (arts 230-21, 230-23 and 230-24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from scelle.errors import BadInput
from scelle.law import remedies
from scelle.law.conditions import (
    DOCUMENTS,
    among,
    case_usable,
    clock_possible,
    dated,
    exhibits_exist,
    has_role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import MAGISTRATES, answer, refuse
from scelle.law.rules.recordings import investigate
from scelle.model.acts import CaseAct, CorrectExhibit, Reason, SetClock, Verdict
from scelle.model.clocks import clock_set
from scelle.model.evidence import Exhibit, Role


def set_clock(act: SetClock, facts: Facts, now: datetime) -> Verdict:
    """Stating a clock: the mandate must cover the recording as it would then be dated."""
    undated = dated(act.recorded_at, None, "recorder's time")
    stated = act.recorded_at, act.references, act.offset, act.zone, act.follows
    if stated == (None, (), None, None, None) and act.uncertainty is None:
        text = "Nothing is stated of the clock."
        mend = "Give --recorded-at, --reference, --offset or --zone."
        return refuse([*undated, Reason("nothing-stated", DOCUMENTS, text, mend)])
    if undated:
        return refuse(undated)
    return _corrected(act, facts, now, lambda e: replace(e, clock=clock_set(e, act)))


def correct_exhibit(act: CorrectExhibit, facts: Facts, now: datetime) -> Verdict:
    """Correcting camera or origin: the mandate must cover what is then stated."""
    reasons = []
    if not (act.camera or "").strip() and not (act.origin or "").strip():
        text = "Nothing is corrected."
        mend = "Give --camera or --origin, not empty."
        reasons.append(Reason("nothing-stated", DOCUMENTS, text, mend))
    if not act.reason.strip():
        text = "A correction says why."
        mend = "Run the same command with --reason REASON."
        reasons.append(Reason("reason", DOCUMENTS, text, mend))
    if reasons:
        return refuse(reasons)
    return _corrected(act, facts, now, lambda e: replace(e, camera=act.camera or e.camera))


def _corrected(
    act: CaseAct, facts: Facts, now: datetime, correct: Callable[[Exhibit], Exhibit]
) -> Verdict:
    if not act.exhibit_ids:
        text = "No exhibit is named: what is stated of one is not true of all."
        mend = remedies.find_in_case(act.case_id)
        return refuse([Reason("no-exhibit-named", DOCUMENTS, text, mend)])
    try:
        after = tuple(correct(e) if e.id in act.exhibit_ids else e for e in facts.exhibits)
    except BadInput as error:
        return refuse([Reason("clock", DOCUMENTS, str(error), error.remedy)])
    possible = [
        reason for e in after for reason in clock_possible(e.clock.recorded_at, e.clock.offset)
    ]
    if possible:
        # Such times cannot even be compared with a window.
        return refuse(possible)
    if has_role(facts, *MAGISTRATES):
        # Magistrates may have anything completed or corrected (art. 230-23).
        reasons = case_usable(facts) + exhibits_exist(facts, act.exhibit_ids)
        return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))
    roles = (Role.INVESTIGATOR, *MAGISTRATES)
    return investigate(act, replace(facts, exhibits=after), now, act.exhibit_ids, roles)
