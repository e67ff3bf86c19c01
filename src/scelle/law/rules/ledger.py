"""Rules on the ledger itself."""

from __future__ import annotations

from datetime import datetime

from scelle.law.conditions import OVERSIGHT, role
from scelle.law.facts import Facts
from scelle.law.rules.answers import answer
from scelle.model.acts import NameWitness, RotateKey, Verdict
from scelle.model.evidence import Role


def keep_ledger(act: NameWitness | RotateKey, facts: Facts, now: datetime) -> Verdict:
    """Administrators name witnesses and exchange the key; neither can take anything back."""
    return answer(role(facts, Role.ADMINISTRATOR, article=OVERSIGHT))
