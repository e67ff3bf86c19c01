"""Rules on people: registering them, clearing them."""

from __future__ import annotations

from datetime import datetime

from scelle.law import remedies
from scelle.law.conditions import (
    DESIGNATION,
    dated,
    has_role,
    role,
    roles_apart,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import answer
from scelle.model.acts import (
    EnrolCredential,
    GrantClearance,
    Reason,
    RegisterAgent,
    Verdict,
    WithdrawClearance,
)
from scelle.model.evidence import Role


def register_agent(act: RegisterAgent, facts: Facts, now: datetime) -> Verdict:
    """An administrator makes people known; the first person is one."""
    keeps = Role.ADMINISTRATOR in act.roles
    reasons: list[Reason] = []
    if not facts.any_agent_known:
        if not keeps:
            text = "The first person registered must be an administrator."
            mend = remedies.register_first(act.agent_id)
            reasons.append(Reason("first-agent", DESIGNATION, text, mend))
    else:
        reasons += role(facts, Role.ADMINISTRATOR)
        if has_role(facts, Role.ADMINISTRATOR) and facts.subject == facts.agent and not keeps:
            # So that there is always somebody left who can register others.
            text = "Administrators cannot take that role from themselves."
            mend = "Ask another administrator to run the same command."
            reasons.append(Reason("own-role", DESIGNATION, text, mend))
    if not act.roles:
        text = f"{act.agent_id} would have no role."
        mend = remedies.register(act.agent_id, act.service)
        reasons.append(Reason("roles", DESIGNATION, text, mend))
    return answer(reasons + roles_apart(act.agent_id, act.roles))


def grant_clearance(act: GrantClearance, facts: Facts, now: datetime) -> Verdict:
    """The head of a service designates somebody else (arts 230-25 and 15-5)."""
    reasons = head_of(facts, act.service)
    if facts.subject is None:
        text = f"Nobody is registered as {act.agent_id}."
        mend = remedies.register(act.agent_id, act.service)
        reasons.append(Reason("no-such-agent", DESIGNATION, text, mend))
    if facts.agent is not None and facts.agent.id == act.agent_id:
        text = "Nobody designates themselves."
        mend = f"Ask another head of service {act.service} run the same command."
        reasons.append(Reason("own-clearance", DESIGNATION, text, mend))
    if not act.data_types:
        text = "The clearance would cover no type of data."
        mend = remedies.clear(act.agent_id, act.service)
        reasons.append(Reason("data-types", DESIGNATION, text, mend))
    return answer(
        reasons + dated(act.valid_from, act.valid_to, "clearance's validity", DESIGNATION)
    )


def withdraw_clearance(act: WithdrawClearance, facts: Facts, now: datetime) -> Verdict:
    """The head of a service ends a clearance of that service."""
    if facts.clearance is None:
        text = f"There is no clearance {act.clearance_id}."
        mend = "Run `scelle clearance withdraw` with the id that `scelle clearance grant` printed."
        missing = Reason("no-such-clearance", DESIGNATION, text, mend)
        return answer([*role(facts, Role.HEAD_OF_SERVICE), missing])
    return answer(head_of(facts, facts.clearance.service))


def head_of(facts: Facts, service: str) -> list[Reason]:
    """The agent heads that very service (``role``, ``service``)."""
    reasons = role(facts, Role.HEAD_OF_SERVICE)
    if not reasons and facts.agent is not None and facts.agent.service != service:
        text = f"{facts.agent.id} heads the service {facts.agent.service}, not {service}."
        mend = f"Ask the head of the service {service} to run the same command."
        reasons.append(Reason("service", DESIGNATION, text, mend))
    return reasons


def enrol_credential(act: EnrolCredential, facts: Facts, now: datetime) -> Verdict:
    """Everybody who is known enrols their own key, and nobody another's."""
    return answer(role(facts, *Role))
