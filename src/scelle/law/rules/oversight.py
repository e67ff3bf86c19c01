"""Rules on what overseers read."""

from __future__ import annotations

from datetime import datetime

from scelle.law.conditions import (
    OVERSIGHT,
    among,
    case_exists,
    exhibits_exist,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import OVERSEERS, answer
from scelle.model.acts import (
    ConsultLedger,
    ExportLedger,
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
