"""Rules on what overseers read."""

from __future__ import annotations

from datetime import datetime

from scelle.law import remedies
from scelle.law.conditions import (
    DOCUMENTS,
    OVERSIGHT,
    among,
    case_exists,
    case_kept,
    exhibits_exist,
    reason_stated,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import OVERSEERS, answer
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    Reason,
    ReplayAnalysis,
    Verdict,
)
from scelle.model.evidence import Role


def consult_ledger(act: ConsultLedger, facts: Facts, now: datetime) -> Verdict:
    """Overseers read the entries of a case, open or closed."""
    # Closed cases too: a check is possible at any time (art. 230-24).
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT) + case_exists(facts)
    reasons += exhibits_exist(facts, act.exhibit_ids)
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def export_ledger(act: ExportLedger, facts: Facts, now: datetime) -> Verdict:
    """Auditors and referent magistrates take the ledger out."""
    # The referent magistrate reports every year (art. R. 40-41), from these figures.
    article = "arts 230-24 and R. 40-41"
    return answer(role(facts, Role.AUDITOR, Role.REFERENT_MAGISTRATE, article=article))


def consult_installation(act: ConsultInstallation, facts: Facts, now: datetime) -> Verdict:
    """Overseers read who was registered and cleared, and what the software itself wrote."""
    return answer(role(facts, *OVERSEERS, article=OVERSIGHT))


def accept_state(act: AcceptState, facts: Facts, now: datetime) -> Verdict:
    """An overseer takes an altered database as true; never about themselves."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT)
    reasons += reason_stated(act, "Accepting what no act has left says why.")
    if act.subject == f"agent:{facts.asker}":
        text = "Nobody accepts what is stored of themselves."
        mend = "Ask another overseer to run the same command."
        reasons.append(Reason("own-state", OVERSIGHT, text, mend))
    return answer(reasons)


def accept_time(act: AcceptTime, facts: Facts, now: datetime) -> Verdict:
    """An overseer, never the administrator, says that the clock is right now."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT)
    return answer(reasons + reason_stated(act, "Turning the ledger's time back says why."))


def replay_analysis(act: ReplayAnalysis, facts: Facts, now: datetime) -> Verdict:
    """A check at any time, as long as there are data (art. 230-24)."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT) + case_kept(facts)
    reasons += exhibits_exist(facts, act.exhibit_ids)
    if not act.exhibit_ids:
        text = "No exhibit is named."
        reasons.append(Reason("no-exhibit-named", DOCUMENTS, text, remedies.find_case()))
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))
