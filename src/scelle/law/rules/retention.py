"""Rules on how long data are kept, and on erasing them (arts 230-22 to 230-24)."""

from __future__ import annotations

from datetime import datetime, timedelta

from scelle.law import remedies
from scelle.law.conditions import (
    CLOSURE,
    OVERSIGHT,
    case_kept,
    case_usable,
    cleared,
    has_role,
    role,
)
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.retention import why_due
from scelle.law.rules.answers import MAGISTRATES, OVERSEERS, answer
from scelle.model.acts import (
    AnnounceErasure,
    ConsultRetention,
    EraseCase,
    ExtendRetention,
    MakeRequest,
    Reason,
    SettleRequest,
    Verdict,
)
from scelle.model.decisions import RequestKind, RequestState
from scelle.model.evidence import Role

#: They carry erasures out, and see no footage.
_KEEPERS = (Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE)
_ERASERS = (Role.ADMINISTRATOR, *MAGISTRATES)


def consult_retention(act: ConsultRetention, facts: Facts, now: datetime) -> Verdict:
    """Deadlines are no secret of a case: who carries them out reads them too."""
    if has_role(facts, *_KEEPERS, *OVERSEERS):
        return answer([])
    reasons = role(facts, Role.INVESTIGATOR, *_KEEPERS, *OVERSEERS, article=CLOSURE)
    services = {c.service for c in facts.clearances}
    if facts.agent is not None and all(cleared(facts, s, now) for s in services):
        reasons += cleared(facts, facts.agent.service, now)
    return answer(reasons)


def announce_erasure(act: AnnounceErasure, facts: Facts, now: datetime) -> Verdict:
    """A deadline is announced when it is as near as the table says."""
    reasons = role(facts, *_KEEPERS, *MAGISTRATES, article=CLOSURE) + case_kept(facts)
    if facts.case is None:
        return answer(reasons)
    near = facts.case.erase_by - now <= timedelta(days=act.days)
    if act.days not in FRAMEWORKS.announced_days or not near:
        text = f"The deadline of case {facts.case.id} is not {act.days} days away."
        mend = "Run `scelle retention run`: it announces what is to be announced."
        reasons.append(Reason("not-due", CLOSURE, text, mend))
    return answer(reasons)


def extend_retention(act: ExtendRetention, facts: Facts, now: datetime) -> Verdict:
    """A magistrate's decision, for certain offences alone, before the deadline has passed."""
    reasons = role(facts, Role.MAGISTRATE, article=CLOSURE) + case_usable(facts)
    if act.article not in FRAMEWORKS.extension_articles:
        allowed = ", ".join(FRAMEWORKS.extension_articles)
        text = f"Data are kept longer only for offences under {allowed}."
        mend = "Give the article that the case falls under with --article, or let it be erased."
        reasons.append(Reason("extension-article", CLOSURE, text, mend))
    if facts.case is not None and now >= facts.case.erase_by:
        text = f"The deadline passed on {facts.case.erase_by.isoformat(timespec='minutes')}."
        mend = "Run `scelle retention run`: the case must be erased."
        reasons.append(Reason("deadline-passed", CLOSURE, text, mend))
    return answer(reasons)


def make_request(act: MakeRequest, facts: Facts, now: datetime) -> Verdict:
    """Magistrates order; an investigator of the case may write down what somebody asks."""
    reasons = case_kept(facts)
    if has_role(facts, *MAGISTRATES):
        pass
    elif act.request is RequestKind.ERASURE:
        reasons += role(facts, *MAGISTRATES, article=OVERSIGHT)
    else:
        reasons += role(facts, Role.INVESTIGATOR, *MAGISTRATES, article=OVERSIGHT)
        if facts.case is not None:
            reasons += cleared(facts, facts.case.service, now)
    if act.request is RequestKind.EXTENSION:
        text = "An extension is not asked for here."
        mend = f"Run `scelle retention extend --case {act.case_id} --article ARTICLE`."
        reasons.append(Reason("request-kind", CLOSURE, text, mend))
    if not act.text.strip():
        mend = "Say what is asked with --text."
        reasons.append(Reason("nothing-stated", OVERSIGHT, "Nothing is asked.", mend))
    return answer(reasons)


def settle_request(act: SettleRequest, facts: Facts, now: datetime) -> Verdict:
    """Whoever works on the case says what was done; an erasure is settled by erasing."""
    reasons = case_kept(facts)
    magistrate = has_role(facts, *MAGISTRATES)
    if not magistrate:
        reasons += role(facts, Role.INVESTIGATOR, *MAGISTRATES, article=OVERSIGHT)
        if facts.case is not None:
            reasons += cleared(facts, facts.case.service, now)
    request = next((r for r in facts.requests if r.id == act.request_id), None)
    if request is None or request.state is not RequestState.OPEN:
        text = f"Case {act.case_id} has no open request {act.request_id}."
        mend = f"Run `scelle request list --case {act.case_id}` to see those that there are."
        reasons.append(Reason("no-such-request", OVERSIGHT, text, mend))
    elif request.kind is RequestKind.ERASURE and (act.state is RequestState.DONE or not magistrate):
        text = "An order to erase is settled by erasing; only a magistrate declines it."
        mend = f"Run `scelle erasure run --case {act.case_id} --output CERTIFICATE`."
        reasons.append(Reason("request-kind", OVERSIGHT, text, mend))
    if act.state is RequestState.OPEN or not act.answer.strip():
        text = "A request is settled as done or declined, with what was done."
        mend = "Give --state done or --state declined, and --answer."
        reasons.append(Reason("nothing-stated", OVERSIGHT, text, mend))
    return answer(reasons)


def erase_case(act: EraseCase, facts: Facts, now: datetime) -> Verdict:
    """Due by deadline, closure or order; or at a magistrate's own word (art. 230-24)."""
    reasons = role(facts, *_ERASERS, article=CLOSURE) + case_kept(facts, erasing=True)
    case = facts.case
    free = reasons or has_role(facts, *MAGISTRATES)
    if case is not None and not free and why_due(case, facts.requests, now) is None:
        until = case.erase_by.isoformat(timespec="minutes")
        text = f"Case {case.id} is open and kept until {until}; nobody ordered its erasure."
        reasons.append(Reason("not-due", CLOSURE, text, remedies.order_erasure(case.id)))
    if bool(act.sequester_to) != (act.sequestered is not None):
        text = "A sequestered copy needs its recipient and its place."
        mend = "Give both --sequester-to RECIPIENT and --sequestered FOLDER, or neither."
        reasons.append(Reason("sequester", CLOSURE, text, mend))
    elif act.sequester_to and not (
        has_role(facts, *MAGISTRATES) or any(r.kind is RequestKind.ERASURE for r in facts.requests)
    ):
        text = "Only an order lets a copy be kept elsewhere."
        mend = remedies.order_erasure(act.case_id)
        reasons.append(Reason("sequester", CLOSURE, text, mend))
    return answer(reasons)
