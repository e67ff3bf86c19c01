"""The law's answer to every act: one rule for each, in one table.

``decide`` is pure: the facts and the time are passed in.  No rule means refusal,
and a refusal gives every reason that applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from scelle.law import remedies
from scelle.law.conditions import (
    DESIGNATION,
    DOCUMENTS,
    MANDATE,
    OVERSIGHT,
    SCOPE,
    among,
    case_exists,
    case_open,
    case_usable,
    cleared,
    dated,
    exhibits_exist,
    framework_known,
    has_role,
    recorder_time,
    role,
    roles_apart,
)
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.scope import Basis, find_basis, find_basis_to_receive
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    CaseAct,
    ChangeMandate,
    CloseCase,
    ConsultCase,
    ConsultCoverage,
    ConsultLedger,
    ExportClip,
    ExportLedger,
    ExportTracks,
    GrantClearance,
    GrantMandate,
    ListCases,
    MakeSynopsis,
    OpenCase,
    Reason,
    ReceiveExhibit,
    RegisterAgent,
    SearchTracks,
    Verdict,
    ViewPictures,
    ViewSynopsis,
    WithdrawClearance,
)
from scelle.model.evidence import MandateState, Role

_MAGISTRATES = (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE)
_OVERSEERS = (*_MAGISTRATES, Role.AUDITOR)
_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def decide(act: Act, facts: Facts, now: datetime) -> Verdict:
    """Grant or refuse an act.

    Args:
        act: what is asked.
        facts: everything that bears on it.
        now: the one time that all validities are held against; aware.

    Raises:
        ValueError: ``now`` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("the time of a decision needs a time zone")
    rule = RULES.get(type(act))
    if rule is None:
        text = f"No rule allows the act {type(act).__name__}."
        mend = "Run `scelle --help` to see the acts that the law allows."
        return _refuse([Reason("no-rule", SCOPE, text, mend)])
    return rule(act, facts, now)


# -- who may -------------------------------------------------------------------


def _register_agent(act: RegisterAgent, facts: Facts, now: datetime) -> Verdict:
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
    return _answer(reasons + roles_apart(act.agent_id, act.roles))


def _grant_clearance(act: GrantClearance, facts: Facts, now: datetime) -> Verdict:
    reasons = _head_of(facts, act.service)
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
    return _answer(
        reasons + dated(act.valid_from, act.valid_to, "clearance's validity", DESIGNATION)
    )


def _withdraw_clearance(act: WithdrawClearance, facts: Facts, now: datetime) -> Verdict:
    if facts.clearance is None:
        text = f"There is no clearance {act.clearance_id}."
        mend = "Run `scelle clearance withdraw` with the id that `scelle clearance grant` printed."
        missing = Reason("no-such-clearance", DESIGNATION, text, mend)
        return _answer([*role(facts, Role.HEAD_OF_SERVICE), missing])
    return _answer(_head_of(facts, facts.clearance.service))


def _head_of(facts: Facts, service: str) -> list[Reason]:
    reasons = role(facts, Role.HEAD_OF_SERVICE)
    if not reasons and facts.agent is not None and facts.agent.service != service:
        text = f"{facts.agent.id} heads the service {facts.agent.service}, not {service}."
        mend = f"Ask the head of the service {service} to run the same command."
        reasons.append(Reason("service", DESIGNATION, text, mend))
    return reasons


# -- cases and mandates --------------------------------------------------------


def _open_case(act: OpenCase, facts: Facts, now: datetime) -> Verdict:
    reasons = _magistrate_or_cleared(facts, act.service, now) + framework_known(act.framework)
    if facts.case is not None:
        text = f"There is a case {act.case_id} already."
        reasons.append(Reason("case-exists", SCOPE, text, remedies.open_case()))
    if not _CASE_ID.fullmatch(act.case_id):
        text = "The id chosen for the case is not one that a case can have."
        reasons.append(Reason("case-id", SCOPE, text, remedies.open_case()))
    return _answer(reasons)


def _close_case(act: CloseCase, facts: Facts, now: datetime) -> Verdict:
    reasons = case_open(facts)
    if facts.case is None:
        reasons += role(facts, Role.INVESTIGATOR, Role.MAGISTRATE)
    else:
        reasons += _magistrate_or_cleared(facts, facts.case.service, now)
    return _answer(reasons)


def _magistrate_or_cleared(facts: Facts, service: str, now: datetime) -> list[Reason]:
    if has_role(facts, Role.MAGISTRATE):
        return []
    reasons = role(facts, Role.INVESTIGATOR, Role.MAGISTRATE)
    return reasons + cleared(facts, service, now)


def _list_cases(act: ListCases, facts: Facts, now: datetime) -> Verdict:
    if has_role(facts, *_OVERSEERS):
        return _answer([])
    reasons = role(facts, Role.INVESTIGATOR, *_OVERSEERS)
    services = {c.service for c in facts.clearances}
    if facts.agent is not None and all(cleared(facts, s, now) for s in services):
        reasons += cleared(facts, facts.agent.service, now)
    return _answer(reasons)


def _consult_case(act: ConsultCase, facts: Facts, now: datetime) -> Verdict:
    reasons = exhibits_exist(facts, act.exhibit_ids)
    if has_role(facts, *_OVERSEERS):
        # A check is possible at any time, so after the case is closed too (art. 230-24).
        reasons += case_exists(facts)
    else:
        reasons += role(facts, Role.INVESTIGATOR, *_OVERSEERS) + case_open(facts)
        if facts.case is not None:
            reasons += cleared(facts, facts.case.service, now)
    return _answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def _grant_mandate(act: GrantMandate, facts: Facts, now: datetime) -> Verdict:
    reasons = case_usable(facts) + exhibits_exist(facts, act.exhibit_ids)
    reasons += _deemed(facts, now) if act.deemed else role(facts, Role.MAGISTRATE, article=MANDATE)
    if not act.powers:
        text = "The mandate would permit nothing."
        reasons.append(Reason("powers", MANDATE, text, remedies.grant(act.case_id)))
    undated = dated(act.valid_from, act.valid_to, "mandate's validity")
    reasons += undated
    if act.deemed and not undated:
        reasons += _deemed_length(act, facts, now)
    reasons += dated(act.recorded_from, act.recorded_to, "mandate's window of recorded time")
    return _answer(reasons)


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


def _change_mandate(act: ChangeMandate, facts: Facts, now: datetime) -> Verdict:
    reasons = role(facts, *_MAGISTRATES, article=MANDATE) + case_open(facts)
    if facts.case is not None and all(m.id != act.mandate_id for m in facts.mandates):
        text = f"Case {facts.case.id} holds no mandate {act.mandate_id}."
        mend = remedies.find_in_case(facts.case.id)
        reasons.append(Reason("no-such-mandate", MANDATE, text, mend))
    return _answer(reasons)


# -- what is done with recordings ----------------------------------------------


def _receive(act: ReceiveExhibit, facts: Facts, now: datetime) -> Verdict:
    undated = dated(act.recorded_at, None, "recorder's time") or recorder_time(act)
    reasons = role(facts, Role.INVESTIGATOR) + case_usable(facts) + undated
    if facts.case is None:
        return _answer(reasons)
    reasons += cleared(facts, facts.case.service, now)
    if undated:
        return _answer(reasons)
    basis = find_basis_to_receive(act, facts, facts.case, now)
    if isinstance(basis, list):
        return _answer(reasons + basis)
    return _answer(reasons, basis.mandate_id)


def _with_mandate(act: CaseAct, facts: Facts, now: datetime) -> Verdict:
    return _investigate(act, facts, now, act.exhibit_ids)


def _read(act: CaseAct, facts: Facts, now: datetime) -> Verdict:
    return _reading(act, facts, now, act.exhibit_ids, _MAGISTRATES)


def _consult_coverage(act: ConsultCoverage, facts: Facts, now: datetime) -> Verdict:
    return _reading(act, facts, now, act.exhibit_ids, _OVERSEERS)


def _view_pictures(act: ViewPictures, facts: Facts, now: datetime) -> Verdict:
    # A track's id begins with its exhibit's, so a picture cannot come from elsewhere.
    shown = {t.rpartition("-")[0] for t in act.track_ids}
    return _reading(act, facts, now, {*act.exhibit_ids, *shown}, _MAGISTRATES)


def _view_synopsis(act: ViewSynopsis, facts: Facts, now: datetime) -> Verdict:
    synopsis = facts.synopsis
    if synopsis is None or facts.case is None or synopsis.case_id != facts.case.id:
        missing = _reading(act, facts, now, act.exhibit_ids, _MAGISTRATES).reasons
        text = f"Case {act.case_id} holds no synopsis {act.synopsis_id}."
        mend = remedies.find_in_case(act.case_id)
        return _refuse([*missing, Reason("no-such-synopsis", DOCUMENTS, text, mend)])
    return _reading(act, facts, now, synopsis.exhibit_ids, _MAGISTRATES)


def _reading(
    act: CaseAct,
    facts: Facts,
    now: datetime,
    exhibit_ids: Collection[str],
    overseers: tuple[Role, ...],
) -> Verdict:
    """Reading: on a mandate, or by direct access (arts 230-23 and 230-24).

    Somebody who is both reads on the mandate, which is the narrower.
    """
    direct = has_role(facts, *overseers)
    if has_role(facts, Role.INVESTIGATOR) or not direct:
        verdict = _investigate(act, facts, now, exhibit_ids, (Role.INVESTIGATOR, *overseers))
        if verdict.granted or not direct:
            return verdict
    reasons = case_usable(facts) + exhibits_exist(facts, exhibit_ids)
    return _answer(reasons, exhibit_ids=among(exhibit_ids, facts))


def _investigate(
    act: CaseAct,
    facts: Facts,
    now: datetime,
    exhibit_ids: Collection[str],
    roles: tuple[Role, ...] = (Role.INVESTIGATOR,),
) -> Verdict:
    """An investigator's act, on a clearance and a mandate."""
    reasons = role(facts, *roles) + case_usable(facts) + exhibits_exist(facts, exhibit_ids)
    if facts.case is None or act.power is None:
        return _answer(reasons)
    reasons += cleared(facts, facts.case.service, now)
    basis = find_basis(facts, facts.case, act.power, exhibit_ids, now)
    if isinstance(basis, Basis):
        return _answer(reasons, basis.mandate_id, basis.exhibit_ids)
    return _answer(reasons + basis)


# -- oversight -----------------------------------------------------------------


def _consult_ledger(act: ConsultLedger, facts: Facts, now: datetime) -> Verdict:
    # Closed cases too: a check is possible at any time (art. 230-24).
    reasons = role(facts, *_OVERSEERS, article=OVERSIGHT) + case_exists(facts)
    reasons += exhibits_exist(facts, act.exhibit_ids)
    return _answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def _export_ledger(act: ExportLedger, facts: Facts, now: datetime) -> Verdict:
    # The referent magistrate reports every year (art. R. 40-41), from these figures.
    article = "arts 230-24 and R. 40-41"
    return _answer(role(facts, Role.AUDITOR, Role.REFERENT_MAGISTRATE, article=article))


# -- the table -----------------------------------------------------------------

Rule = Callable[[Any, Facts, datetime], Verdict]

#: One rule per act.
RULES: Mapping[type[Act], Rule] = {
    RegisterAgent: _register_agent,
    OpenCase: _open_case,
    CloseCase: _close_case,
    ListCases: _list_cases,
    ConsultCase: _consult_case,
    GrantMandate: _grant_mandate,
    ChangeMandate: _change_mandate,
    GrantClearance: _grant_clearance,
    WithdrawClearance: _withdraw_clearance,
    ReceiveExhibit: _receive,
    AnalyseExhibit: _with_mandate,
    SearchTracks: _read,
    ViewPictures: _view_pictures,
    ConsultCoverage: _consult_coverage,
    MakeSynopsis: _with_mandate,
    ViewSynopsis: _view_synopsis,
    ExportClip: _with_mandate,
    ExportTracks: _with_mandate,
    ConsultLedger: _consult_ledger,
    ExportLedger: _export_ledger,
}


def _answer(
    reasons: Sequence[Reason], mandate_id: str = "", exhibit_ids: tuple[str, ...] = ()
) -> Verdict:
    if reasons:
        return _refuse(reasons)
    return Verdict(granted=True, mandate_id=mandate_id, exhibit_ids=exhibit_ids)


def _refuse(reasons: Sequence[Reason]) -> Verdict:
    return Verdict(granted=False, reasons=tuple(dict.fromkeys(reasons)))
