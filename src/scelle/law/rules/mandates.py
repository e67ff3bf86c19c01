"""Rules on mandates: granting and changing them (art. R. 40-40)."""

from __future__ import annotations

from datetime import datetime, timedelta

from scelle.law import remedies
from scelle.law.conditions import (
    MANDATE,
    case_open,
    case_usable,
    cleared,
    dated,
    exhibits_exist,
    has_role,
    role,
)
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.rules.answers import MAGISTRATES, answer
from scelle.law.sought import describes
from scelle.model.acts import (
    ChangeMandate,
    GrantMandate,
    Reason,
    SignMandate,
    Verdict,
)
from scelle.model.evidence import MandateState, Role


def grant_mandate(act: GrantMandate, facts: Facts, now: datetime) -> Verdict:
    """A magistrate grants; in flagrance an investigator may record what is deemed granted."""
    reasons = case_usable(facts) + exhibits_exist(facts, act.exhibit_ids)
    reasons += _deemed(facts, now) if act.deemed else role(facts, Role.MAGISTRATE, article=MANDATE)
    if not act.powers:
        text = "The mandate would permit nothing."
        reasons.append(Reason("powers", MANDATE, text, remedies.grant(act.case_id)))
    undated = dated(act.valid_from, act.valid_to, "mandate's validity")
    reasons += undated
    if act.deemed and not undated:
        reasons += _deemed_length(act, facts, now)
    if act.sought is not None and not describes(act.sought):
        text = "The description that the mandate would be limited to says nothing."
        mend = "Give what is searched for, such as --only-class car, or leave the limit out."
        reasons.append(Reason("sought", MANDATE, text, mend))
    reasons += dated(act.recorded_from, act.recorded_to, "mandate's window of recorded time")
    return answer(reasons)


def _deemed(facts: Facts, now: datetime) -> list[Reason]:
    """A mandate that flagrance supposes, until the prosecutor objects (art. R. 40-40)."""
    reasons = role(facts, Role.INVESTIGATOR, Role.MAGISTRATE, article=MANDATE)
    case, agent = facts.case, facts.agent
    if case is None:
        return reasons
    framework = FRAMEWORKS.get(case.framework)
    mend = remedies.grant(case.id)
    if framework is not None and not framework.deemed:
        text = f"No mandate is deemed granted in the framework {framework.code}."
        reasons.append(Reason("deemed-framework", MANDATE, text, mend))
    if any(m.state is not MandateState.ACTIVE for m in facts.mandates):
        # Else an objection would be undone by recording the supposition again.
        text = (
            f"A magistrate has stopped a mandate of case {case.id}: nothing is supposed any more."
        )
        reasons.append(Reason("deemed-stopped", MANDATE, text, mend))
    outsider = agent is not None and agent.service != case.service
    if not reasons and outsider and not has_role(facts, Role.MAGISTRATE):
        text = f"The case belongs to the service {case.service}."
        mend = f"Ask an investigator of the service {case.service} to run the same command."
        reasons.append(Reason("service", MANDATE, text, mend))
    if has_role(facts, Role.INVESTIGATOR) and not has_role(facts, Role.MAGISTRATE):
        reasons += cleared(facts, case.service, now)
    return reasons


def _deemed_length(act: GrantMandate, facts: Facts, now: datetime) -> list[Reason]:
    """A supposition must be renewed, or replaced by a magistrate's word (``deemed-length``)."""
    framework = FRAMEWORKS.get(facts.case.framework) if facts.case else None
    if framework is None or not framework.deemed:
        return []
    latest = min(act.valid_from, now) + timedelta(days=framework.deemed_days)
    if act.valid_to <= latest:
        return []
    text = (
        f"A mandate deemed granted lasts at most {framework.deemed_days} days: "
        f"this one until {latest.isoformat()} at the latest."
    )
    mend = "Give an earlier --valid-to and run the same command again."
    return [Reason("deemed-length", MANDATE, text, mend)]


def change_mandate(act: ChangeMandate, facts: Facts, now: datetime) -> Verdict:
    """Magistrates stop a mandate; a magistrate withdraws it for good, or lets it go on."""
    # A referent magistrate may stop a mandate; going on again is for a magistrate to say.
    stops = act.state in (MandateState.OBJECTED, MandateState.SUSPENDED)
    may = MAGISTRATES if stops else (Role.MAGISTRATE,)
    reasons = role(facts, *may, article=MANDATE) + case_open(facts)
    mandate = next((m for m in facts.mandates if m.id == act.mandate_id), None)
    final = mandate is not None and mandate.state is MandateState.WITHDRAWN
    if final and act.state is not MandateState.WITHDRAWN:
        text = f"Mandate {act.mandate_id} was withdrawn for good."
        reasons.append(Reason("mandate-final", MANDATE, text, remedies.grant(act.case_id)))
    if facts.case is not None and mandate is None:
        text = f"Case {facts.case.id} holds no mandate {act.mandate_id}."
        mend = remedies.find_in_case(facts.case.id)
        reasons.append(Reason("no-such-mandate", MANDATE, text, mend))
    return answer(reasons)


def sign_mandate(act: SignMandate, facts: Facts, now: datetime) -> Verdict:
    """The magistrate who granted a mandate signs it; one deemed granted, any magistrate."""
    reasons = role(facts, Role.MAGISTRATE, article=MANDATE) + case_open(facts)
    mandate = next((m for m in facts.mandates if m.id == act.mandate_id), None)
    if facts.case is not None and mandate is None:
        text = f"Case {facts.case.id} holds no mandate {act.mandate_id}."
        mend = remedies.find_in_case(facts.case.id)
        reasons.append(Reason("no-such-mandate", MANDATE, text, mend))
    if mandate is not None and mandate.magistrate not in ("", facts.asker):
        text = f"Mandate {mandate.id} was granted by {mandate.magistrate}."
        mend = f"Ask {mandate.magistrate} to run the same command."
        reasons.append(Reason("not-own-mandate", MANDATE, text, mend))
    return answer(reasons)
