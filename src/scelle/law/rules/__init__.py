"""The law's answer to every act: one rule for each, in one table.

``decide`` is pure: the facts and the time are passed in.  No rule means refusal,
and a refusal gives every reason that applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from scelle.law.conditions import OVERSIGHT, SCOPE
from scelle.law.facts import Facts
from scelle.law.rules.answers import refuse
from scelle.law.rules.cases import close_case, consult_case, list_cases, open_case
from scelle.law.rules.corrections import correct_exhibit, set_clock
from scelle.law.rules.mandates import change_mandate, grant_mandate
from scelle.law.rules.oversight import consult_ledger, export_ledger
from scelle.law.rules.people import grant_clearance, register_agent, withdraw_clearance
from scelle.law.rules.recordings import (
    consult_coverage,
    read,
    receive,
    view_pictures,
    view_synopsis,
    with_mandate,
)
from scelle.model.acts import (
    Act,
    AnalyseExhibit,
    CaseAct,
    ChangeMandate,
    CloseCase,
    ConsultCase,
    ConsultCoverage,
    ConsultLedger,
    CorrectExhibit,
    ExportClip,
    ExportLedger,
    ExportTracks,
    GrantClearance,
    GrantMandate,
    ListCases,
    MakeStill,
    MakeSynopsis,
    OpenCase,
    Reason,
    ReceiveExhibit,
    RegisterAgent,
    SearchTracks,
    SetClock,
    Verdict,
    ViewPictures,
    ViewSynopsis,
    WithdrawClearance,
)

Rule = Callable[[Any, Facts, datetime], Verdict]

#: One rule per act.
RULES: Mapping[type[Act], Rule] = {
    RegisterAgent: register_agent,
    OpenCase: open_case,
    CloseCase: close_case,
    ListCases: list_cases,
    ConsultCase: consult_case,
    GrantMandate: grant_mandate,
    ChangeMandate: change_mandate,
    GrantClearance: grant_clearance,
    WithdrawClearance: withdraw_clearance,
    ReceiveExhibit: receive,
    SetClock: set_clock,
    CorrectExhibit: correct_exhibit,
    AnalyseExhibit: with_mandate,
    SearchTracks: read,
    ViewPictures: view_pictures,
    ConsultCoverage: consult_coverage,
    MakeStill: with_mandate,
    MakeSynopsis: with_mandate,
    ViewSynopsis: view_synopsis,
    ExportClip: with_mandate,
    ExportTracks: with_mandate,
    ConsultLedger: consult_ledger,
    ExportLedger: export_ledger,
}


#: Acts of overseers that a case altered behind the program's back does not stop.
_ALWAYS = frozenset({ConsultLedger})


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
        return refuse([Reason("no-rule", SCOPE, text, mend)])
    if facts.altered and not (type(act) in _ALWAYS and facts.altered == (f"case:{_case(act)}",)):
        return refuse([_altered(facts)])
    return rule(act, facts, now)


def _case(act: Act) -> str:
    return act.case_id if isinstance(act, CaseAct) else ""


def _altered(facts: Facts) -> Reason:
    """The database says something that no act has left there (``state-altered``)."""
    text = f"What is stored of {', '.join(facts.altered)} is not what the ledger's acts left."
    mend = (
        "Run `scelle ledger verify` and tell an auditor; restore the database as it was, "
        "or let an auditor accept it with `scelle ledger accept`."
    )
    return Reason("state-altered", OVERSIGHT, text, mend)
