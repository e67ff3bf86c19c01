"""Rules on cases: opening, closing, listing, reading their facts."""

from __future__ import annotations

import re
from datetime import datetime

from scelle.law import remedies
from scelle.law.conditions import (
    COMMITMENT,
    SCOPE,
    among,
    case_exists,
    case_open,
    cleared,
    exhibits_exist,
    framework_known,
    has_role,
    role,
)
from scelle.law.facts import Facts
from scelle.law.offences import OFFENCE_FAMILIES
from scelle.law.rules.answers import OVERSEERS, answer
from scelle.model.acts import (
    CloseCase,
    ConsultCase,
    ListCases,
    OpenCase,
    Reason,
    Verdict,
)
from scelle.model.evidence import Role

_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def open_case(act: OpenCase, facts: Facts, now: datetime) -> Verdict:
    """A magistrate, or an investigator cleared for the service, opens a case."""
    reasons = _magistrate_or_cleared(facts, act.service, now) + framework_known(act.framework)
    if act.offence_family not in OFFENCE_FAMILIES:
        text = f"{act.offence_family!r} is not a family of offences."
        mend = f"Use one of {', '.join(OFFENCE_FAMILIES)}."
        reasons.append(Reason("offence-family", SCOPE, text, mend))
    if not (facts.committed or act.demonstration):
        text = "Nobody has recorded that the compliance commitment was sent."
        mend = (
            "Draw it up with scelle papers, send it, record the day with "
            "scelle record-commitment, then run the same command; to try, add --demonstration."
        )
        reasons.append(Reason("commitment", COMMITMENT, text, mend))
    if facts.case is not None:
        text = f"There is a case {act.case_id} already."
        reasons.append(Reason("case-exists", SCOPE, text, remedies.open_case()))
    if not _CASE_ID.fullmatch(act.case_id):
        text = "The id chosen for the case is not one that a case can have."
        reasons.append(Reason("case-id", SCOPE, text, remedies.open_case()))
    return answer(reasons)


def close_case(act: CloseCase, facts: Facts, now: datetime) -> Verdict:
    """A magistrate, or an investigator cleared for the service, closes an open case."""
    reasons = case_open(facts)
    if facts.case is None:
        reasons += role(facts, Role.INVESTIGATOR, Role.MAGISTRATE)
    else:
        reasons += _magistrate_or_cleared(facts, facts.case.service, now)
    return answer(reasons)


def _magistrate_or_cleared(facts: Facts, service: str, now: datetime) -> list[Reason]:
    if has_role(facts, Role.MAGISTRATE):
        return []
    reasons = role(facts, Role.INVESTIGATOR, Role.MAGISTRATE)
    return reasons + cleared(facts, service, now)


def list_cases(act: ListCases, facts: Facts, now: datetime) -> Verdict:
    """Overseers see all cases, investigators those that they are cleared for."""
    if has_role(facts, *OVERSEERS):
        return answer([])
    reasons = role(facts, Role.INVESTIGATOR, *OVERSEERS)
    services = {c.service for c in facts.clearances}
    if facts.agent is not None and all(cleared(facts, s, now) for s in services):
        reasons += cleared(facts, facts.agent.service, now)
    return answer(reasons)


def consult_case(act: ConsultCase, facts: Facts, now: datetime) -> Verdict:
    """Overseers at any time; investigators cleared for the service while it is open."""
    reasons = exhibits_exist(facts, act.exhibit_ids)
    if has_role(facts, *OVERSEERS):
        # A check is possible at any time, so after the case is closed too (art. 230-24).
        reasons += case_exists(facts)
    else:
        reasons += role(facts, Role.INVESTIGATOR, *OVERSEERS) + case_open(facts)
        if facts.case is not None:
            reasons += cleared(facts, facts.case.service, now)
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))
