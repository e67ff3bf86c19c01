"""Rules on what is done with recordings: on a mandate, or by direct access."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from scelle.law import remedies
from scelle.law.conditions import (
    DOCUMENTS,
    among,
    case_usable,
    cleared,
    clock_possible,
    dated,
    exhibits_exist,
    has_role,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import MAGISTRATES, OVERSEERS, answer, refuse
from scelle.law.scope import Basis, find_basis, find_basis_to_receive
from scelle.model.acts import (
    ArrangeSynopsis,
    BeginUpload,
    CaseAct,
    CertifyCoverage,
    ConsultCoverage,
    ConsultZones,
    MakeStill,
    MakeSynopsis,
    Reason,
    ReceiveExhibit,
    SearchTracks,
    Verdict,
    ViewPictures,
    ViewStill,
    ViewSynopsis,
    ViewTubes,
)
from scelle.model.evidence import Role


def receive(act: BeginUpload | ReceiveExhibit, facts: Facts, now: datetime) -> Verdict:
    """An investigator receives a recording on a clearance and a mandate."""
    undated = dated(act.recorded_at, None, "recorder's time") or clock_possible(
        act.recorded_at, act.clock_offset
    )
    reasons = role(facts, Role.INVESTIGATOR) + case_usable(facts) + undated
    if facts.case is None:
        return answer(reasons)
    reasons += cleared(facts, facts.case.service, now)
    if undated:
        return answer(reasons)
    basis = find_basis_to_receive(act, facts, facts.case, now)
    if isinstance(basis, list):
        return answer(reasons + basis)
    return answer(reasons, basis.mandate_id)


def with_mandate(act: CaseAct, facts: Facts, now: datetime) -> Verdict:
    """An investigator acts on recordings on a clearance and a mandate."""
    return investigate(act, facts, now, act.exhibit_ids)


def read(act: CaseAct, facts: Facts, now: datetime) -> Verdict:
    """Reading what was found: on a mandate, or by a magistrate's direct access."""
    return reading(act, facts, now, act.exhibit_ids, MAGISTRATES)


def consult_coverage(
    act: ConsultCoverage | CertifyCoverage, facts: Facts, now: datetime
) -> Verdict:
    """Reading what was looked at: the auditor may too."""
    return reading(act, facts, now, act.exhibit_ids, OVERSEERS)


def view_pictures(act: ViewPictures, facts: Facts, now: datetime) -> Verdict:
    """Seeing pictures of tracks: of exhibits of this case alone."""
    # A track's id begins with its exhibit's, so a picture cannot come from elsewhere.
    shown = {t.rpartition("-")[0] for t in act.track_ids}
    return reading(act, facts, now, {*act.exhibit_ids, *shown}, MAGISTRATES)


def view_tubes(act: ViewTubes, facts: Facts, now: datetime) -> Verdict:
    """Seeing tracks pass: of exhibits of this case alone, scenes likewise."""
    named = [p.track_id for p in act.parts] + list(act.shown) + list(act.scenes)
    shown = {name.rpartition("-")[0] for name in named}
    return reading(act, facts, now, {*act.exhibit_ids, *shown}, MAGISTRATES)


def view_synopsis(act: ViewSynopsis, facts: Facts, now: datetime) -> Verdict:
    """Seeing a synopsis of this case: all that it was made from must be covered."""
    synopsis = facts.synopsis
    if synopsis is None or facts.case is None or synopsis.case_id != facts.case.id:
        missing = reading(act, facts, now, act.exhibit_ids, MAGISTRATES).reasons
        text = f"Case {act.case_id} holds no synopsis {act.synopsis_id}."
        mend = remedies.find_in_case(act.case_id)
        return refuse([*missing, Reason("no-such-synopsis", DOCUMENTS, text, mend)])
    return reading(act, facts, now, synopsis.exhibit_ids, MAGISTRATES)


def reading(
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
        verdict = investigate(act, facts, now, exhibit_ids, (Role.INVESTIGATOR, *overseers))
        if verdict.granted or not direct:
            return verdict
    reasons = case_usable(facts) + exhibits_exist(facts, exhibit_ids)
    return answer(reasons, exhibit_ids=among(exhibit_ids, facts))


def investigate(
    act: CaseAct,
    facts: Facts,
    now: datetime,
    exhibit_ids: Collection[str],
    roles: tuple[Role, ...] = (Role.INVESTIGATOR,),
) -> Verdict:
    """An investigator's act, on a clearance and a mandate."""
    reasons = role(facts, *roles) + case_usable(facts) + exhibits_exist(facts, exhibit_ids)
    if facts.case is None or act.power is None:
        return answer(reasons)
    reasons += cleared(facts, facts.case.service, now)
    asking = SearchTracks | MakeSynopsis | MakeStill | ViewStill | ArrangeSynopsis | ConsultZones
    query = act.query if isinstance(act, asking) else None
    basis = find_basis(facts, facts.case, act.power, exhibit_ids, now, query)
    if isinstance(basis, Basis):
        return answer(reasons, basis.mandate_id, basis.exhibit_ids, basis.sought)
    return answer(reasons + basis)
