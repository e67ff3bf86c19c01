"""Rules on deciding about candidates, on lifting concealment, and on second persons."""

from __future__ import annotations

from datetime import datetime

from scelle.law.conditions import (
    MANDATE,
    among,
    case_exists,
    case_kept,
    case_open,
    cleared,
    exhibits_exist,
    has_role,
    reason_stated,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import MAGISTRATES, OVERSEERS, answer, refuse
from scelle.law.rules.people import head_of
from scelle.law.rules.recordings import investigate, reading, with_mandate
from scelle.model.acts import (
    ApproveAct,
    ChangeZone,
    ConcealTrack,
    ConsultSearches,
    DecideTrack,
    NoteTrack,
    Reason,
    RevealTrack,
    Verdict,
)
from scelle.model.decisions import Judgement
from scelle.model.evidence import Role


def decide_track(act: DecideTrack, facts: Facts, now: datetime) -> Verdict:
    """An investigator's own word, on a mandate to consult; never without a reason."""
    verdict = investigate(act, facts, now, _exhibit(act.track_id))
    return _also(verdict, reason_stated(act, "A decision says why."))


def note_track(act: NoteTrack, facts: Facts, now: datetime) -> Verdict:
    """An investigator's own remark, on a mandate to consult; it is its own reason."""
    return investigate(act, facts, now, _exhibit(act.track_id))


def reveal_track(act: RevealTrack, facts: Facts, now: datetime) -> Verdict:
    """On a mandate that allows it, once a person has confirmed the track or gives a reason.

    Identity appears only after a match, and only for matched data (art. 230-21).
    """
    verdict = investigate(act, facts, now, _exhibit(act.track_id))
    if facts.judgement is Judgement.CONFIRMED:
        return verdict
    text = f"Nobody has confirmed {act.track_id}, and no reason is given to reveal it."
    return _also(verdict, reason_stated(act, text))


def conceal_track(act: ConcealTrack, facts: Facts, now: datetime) -> Verdict:
    """Whoever may look at a track may have it concealed again."""
    return reading(act, facts, now, _exhibit(act.track_id), MAGISTRATES)


def change_zone(act: ChangeZone, facts: Facts, now: datetime) -> Verdict:
    """What a person had concealed may show again: a mandate to reveal, and a reason."""
    verdict = with_mandate(act, facts, now)
    return _also(verdict, reason_stated(act, "A concealment is changed for a reason."))


def consult_searches(act: ConsultSearches, facts: Facts, now: datetime) -> Verdict:
    """Overseers at any time; investigators cleared for the service while the case is open."""
    reasons = exhibits_exist(facts, act.exhibit_ids)
    if has_role(facts, *OVERSEERS):
        reasons += case_exists(facts)
    else:
        reasons += role(facts, Role.INVESTIGATOR, *OVERSEERS) + case_open(facts)
        if facts.case is not None:
            reasons += cleared(facts, facts.case.service, now)
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def approve_act(act: ApproveAct, facts: Facts, now: datetime) -> Verdict:
    """A second person: a magistrate, the head of the service, or a cleared investigator."""
    reasons = case_kept(facts)
    magistrate = has_role(facts, *MAGISTRATES)
    if not magistrate and facts.case is not None:
        if has_role(facts, Role.INVESTIGATOR):
            reasons += cleared(facts, facts.case.service, now)
        elif has_role(facts, Role.HEAD_OF_SERVICE):
            reasons += head_of(facts, facts.case.service)
    if not magistrate:
        reasons += role(facts, Role.INVESTIGATOR, Role.HEAD_OF_SERVICE, *MAGISTRATES)
    asked = facts.asked
    if asked is None or "four-eyes" not in asked.rules:
        text = f"Ledger entry {act.entry} is no act of this case that waits for a second person."
        mend = "Give the entry that the refusal named."
        reasons.append(Reason("no-such-request", MANDATE, text, mend))
    elif asked.agent_id == facts.asker:
        text = "Nobody is their own second person."
        mend = "Ask another person to run the same command."
        reasons.append(Reason("own-approval", MANDATE, text, mend))
    return answer(reasons)


def _exhibit(track_id: str) -> set[str]:
    # A track's id begins with its exhibit's, so a track cannot come from elsewhere.
    return {track_id.rpartition("-")[0]}


def _also(verdict: Verdict, reasons: list[Reason]) -> Verdict:
    return refuse([*verdict.reasons, *reasons]) if reasons else verdict
