"""What the law would answer, by the facts that a page shows already.

A page that leads somewhere, or shows what only some may know, does not ask for what is plainly
refused: refusals are counted and published, and nobody ran into these.  The door decides all
the same on what is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime

from scelle.errors import Refused
from scelle.law.facts import Facts
from scelle.law.rules import decide
from scelle.model.acts import CaseAct, ConsultCoverage
from scelle.model.evidence import Agent, Coverage
from scelle.model.results import CaseFile
from scelle.web.desk import Desk
from scelle.web.review import covered


def foreseen(act: CaseAct, agent: Agent, file: CaseFile) -> bool:
    """Whether somebody's role, clearances and mandates in a case grant an act now."""
    facts = Facts(
        agent=agent,
        any_agent_known=True,
        case=file.case,
        mandates=file.mandates,
        exhibits=file.exhibits,
        clearances=tuple(c for c in file.clearances if c.agent_id == agent.id),
        asker=agent.id,
    )
    return decide(act, facts, datetime.now(UTC)).granted


def coverage_of(desk: Desk, agent: Agent, file: CaseFile, reason: str) -> dict[str, Coverage]:
    """What was looked at, by exhibit; empty where a case may be read, and its recordings not."""
    if not foreseen(ConsultCoverage(case_id=file.case.id, reason=reason), agent, file):
        return {}
    try:
        return covered(desk.perform, file, reason)
    except Refused:
        return {}
