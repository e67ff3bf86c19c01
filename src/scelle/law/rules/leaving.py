"""Rules on what leaves: to whom, why, and what is called back."""

from __future__ import annotations

from datetime import datetime

from scelle.law.conditions import (
    DOCUMENTS,
    OVERSIGHT,
    among,
    case_kept,
    exhibits_exist,
    has_role,
    reason_stated,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import MAGISTRATES, OVERSEERS, answer, refuse
from scelle.law.rules.recordings import reading, with_mandate
from scelle.law.scope import find_basis
from scelle.model.acts import (
    CaseAct,
    ConsultCopies,
    ExportClip,
    MakeBundle,
    MakeDossier,
    MakeStill,
    MakeSynopsis,
    Reason,
    RecallCopy,
    ReplayBundle,
    Verdict,
)
from scelle.model.evidence import Power, Role


def export_clip(act: ExportClip, facts: Facts, now: datetime) -> Verdict:
    """An export on a mandate; untouched packets show everybody: they need ``reveal`` too."""
    verdict = with_mandate(act, facts, now)
    unconcealed = _also(act.native, Power.REVEAL, act, verdict, facts, now)
    return refuse([*verdict.reasons, *unconcealed]) if unconcealed else verdict


def make_picture(act: MakeStill | MakeSynopsis, facts: Facts, now: datetime) -> Verdict:
    """A synopsis or a still on a mandate; one to be fetched is an export: it needs that too."""
    verdict = with_mandate(act, facts, now)
    leaving = _also(act.kept, Power.EXPORT, act, verdict, facts, now)
    return refuse([*verdict.reasons, *leaving]) if leaving else verdict


def _also(
    wanted: bool, power: Power, act: CaseAct, verdict: Verdict, facts: Facts, now: datetime
) -> list[Reason]:
    """Why no mandate grants another power over what an act concerns, where it needs that."""
    if not wanted or facts.case is None:
        return []
    named = act.exhibit_ids or verdict.exhibit_ids
    query = act.query if isinstance(act, MakeStill | MakeSynopsis) else None
    basis = find_basis(facts, facts.case, power, named, now, query)
    return basis if isinstance(basis, list) else []


def make_bundle(act: MakeBundle, facts: Facts, now: datetime) -> Verdict:
    """An export to somebody who is named (``recipient``), for a reason that is stated.

    Untouched recordings show everybody unconcealed: the mandate must permit ``reveal`` too.
    """
    verdict = with_mandate(act, facts, now)
    reasons = [*verdict.reasons, *reason_stated(act, "A copy that leaves says why.")]
    if not act.recipient.strip():
        text = "Nobody is named who receives it."
        reasons.append(
            Reason("recipient", DOCUMENTS, text, "Name who receives it with --recipient.")
        )
    reasons += _also(act.originals, Power.REVEAL, act, verdict, facts, now)
    return refuse(reasons) if reasons else verdict


def make_dossier(act: MakeDossier, facts: Facts, now: datetime) -> Verdict:
    """The case's investigator on a mandate; a magistrate at any time, of a closed case too.

    Arts R. 40-40 and 230-23: the report is joined to the case, which a magistrate may read.
    """
    if not has_role(facts, *MAGISTRATES):
        return with_mandate(act, facts, now)
    reasons = case_kept(facts) + exhibits_exist(facts, act.exhibit_ids)
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def consult_copies(act: ConsultCopies, facts: Facts, now: datetime) -> Verdict:
    """Whoever reads the case, and those who oversee it at any time."""
    if role(facts, *OVERSEERS):
        return reading(act, facts, now, act.exhibit_ids, OVERSEERS)
    return answer(case_kept(facts) + exhibits_exist(facts, act.exhibit_ids))


def recall_copy(act: RecallCopy, facts: Facts, now: datetime) -> Verdict:
    """Whoever may export may call back, and so may a magistrate; the reason is stated."""
    said = reason_stated(act, "A copy is called back for a reason.")
    if not role(facts, *MAGISTRATES):
        return answer(case_kept(facts) + said)
    verdict = with_mandate(act, facts, now)
    return refuse([*verdict.reasons, *said]) if said or not verdict.granted else verdict


def replay_bundle(act: ReplayBundle, facts: Facts, now: datetime) -> Verdict:
    """A check by whoever oversees or investigates here; it concerns no case of this house."""
    reasons = role(facts, *OVERSEERS, Role.INVESTIGATOR, article=OVERSIGHT)
    return answer(reasons + reason_stated(act, "Somebody else's evidence is opened for a reason."))
