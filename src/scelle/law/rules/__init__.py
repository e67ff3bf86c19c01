"""The law's answer to every act: one rule for each, in one table.

``decide`` is pure: the facts and the time are passed in.  No rule means refusal,
and a refusal gives every reason that applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from scelle.law import remedies
from scelle.law.conditions import MANDATE, OVERSIGHT, SCOPE
from scelle.law.facts import Facts
from scelle.law.rules.answers import refuse
from scelle.law.rules.cases import close_case, consult_case, list_cases, open_case
from scelle.law.rules.corrections import correct_exhibit, set_clock
from scelle.law.rules.decisions import (
    approve_act,
    change_zone,
    conceal_track,
    consult_searches,
    decide_track,
    note_track,
    reveal_track,
)
from scelle.law.rules.leaving import (
    consult_copies,
    export_clip,
    make_bundle,
    make_dossier,
    make_picture,
    recall_copy,
    replay_bundle,
)
from scelle.law.rules.ledger import keep_ledger
from scelle.law.rules.mandates import change_mandate, grant_mandate, sign_mandate
from scelle.law.rules.oversight import (
    accept_state,
    accept_time,
    attest,
    consult_installation,
    consult_ledger,
    export_ledger,
    inspect_installation,
    publish_use,
    record_commitment,
    replay_analysis,
    report_use,
)
from scelle.law.rules.people import (
    enrol_credential,
    grant_clearance,
    register_agent,
    withdraw_clearance,
)
from scelle.law.rules.recordings import (
    consult_coverage,
    read,
    receive,
    view_pictures,
    view_synopsis,
    view_tubes,
    with_mandate,
)
from scelle.law.rules.retention import (
    announce_erasure,
    consult_retention,
    erase_case,
    extend_retention,
    make_request,
    settle_request,
)
from scelle.law.rules.signing_in import end_sessions, invite_agent, set_password, sign_in
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    Act,
    AnalyseExhibit,
    AnnounceErasure,
    ApproveAct,
    ArrangeSynopsis,
    Attest,
    BeginUpload,
    CaseAct,
    CertifyCoverage,
    ChangeMandate,
    ChangeZone,
    CloseCase,
    ConcealTrack,
    ConsultBookmarks,
    ConsultCase,
    ConsultCopies,
    ConsultCoverage,
    ConsultInstallation,
    ConsultLedger,
    ConsultRetention,
    ConsultSearches,
    ConsultZones,
    CorrectExhibit,
    DecideTrack,
    EndSessions,
    EnrolCredential,
    EraseCase,
    ExportCameras,
    ExportClip,
    ExportLedger,
    ExportTracks,
    ExtendRetention,
    FetchCopy,
    GrantClearance,
    GrantMandate,
    InspectInstallation,
    InviteAgent,
    KeepBookmark,
    ListCases,
    MakeBundle,
    MakeDossier,
    MakeRequest,
    MakeStill,
    MakeSynopsis,
    MarkZone,
    NameWitness,
    NoteTrack,
    OpenCase,
    PlayExhibit,
    ProposeClock,
    PublishUse,
    Reason,
    RecallCopy,
    ReceiveExhibit,
    RecordCommitment,
    RegisterAgent,
    RemoveBookmark,
    ReplayAnalysis,
    ReplayBundle,
    ReportUse,
    RevealTrack,
    RotateKey,
    SearchTracks,
    SetClock,
    SetPassword,
    SettleRequest,
    SignIn,
    SignMandate,
    Verdict,
    ViewPictures,
    ViewStill,
    ViewSynopsis,
    ViewTubes,
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
    SignMandate: sign_mandate,
    EnrolCredential: enrol_credential,
    SignIn: sign_in,
    SetPassword: set_password,
    InviteAgent: invite_agent,
    EndSessions: end_sessions,
    GrantClearance: grant_clearance,
    WithdrawClearance: withdraw_clearance,
    BeginUpload: receive,
    ReceiveExhibit: receive,
    SetClock: set_clock,
    ProposeClock: with_mandate,
    CorrectExhibit: correct_exhibit,
    AnalyseExhibit: with_mandate,
    SearchTracks: read,
    ViewPictures: view_pictures,
    ConsultCoverage: consult_coverage,
    CertifyCoverage: consult_coverage,
    MakeStill: make_picture,
    ViewStill: with_mandate,
    MakeSynopsis: make_picture,
    ViewSynopsis: view_synopsis,
    ArrangeSynopsis: read,
    ViewTubes: view_tubes,
    PlayExhibit: read,
    KeepBookmark: read,
    RemoveBookmark: read,
    ConsultBookmarks: read,
    MarkZone: read,
    ChangeZone: change_zone,
    ConsultZones: read,
    ExportClip: export_clip,
    ExportTracks: with_mandate,
    ExportCameras: with_mandate,
    MakeBundle: make_bundle,
    MakeDossier: make_dossier,
    ConsultCopies: consult_copies,
    FetchCopy: with_mandate,
    RecallCopy: recall_copy,
    ReplayBundle: replay_bundle,
    ConsultLedger: consult_ledger,
    ExportLedger: export_ledger,
    ConsultInstallation: consult_installation,
    InspectInstallation: inspect_installation,
    AcceptState: accept_state,
    AcceptTime: accept_time,
    ReplayAnalysis: replay_analysis,
    DecideTrack: decide_track,
    NoteTrack: note_track,
    RevealTrack: reveal_track,
    ConcealTrack: conceal_track,
    ConsultSearches: consult_searches,
    ApproveAct: approve_act,
    ConsultRetention: consult_retention,
    AnnounceErasure: announce_erasure,
    ExtendRetention: extend_retention,
    MakeRequest: make_request,
    SettleRequest: settle_request,
    EraseCase: erase_case,
    NameWitness: keep_ledger,
    RotateKey: keep_ledger,
    Attest: attest,
    ReportUse: report_use,
    PublishUse: publish_use,
    RecordCommitment: record_commitment,
}


#: Acts of overseers that stop only where they themselves were altered in the database.
_ALWAYS = frozenset({ConsultLedger, AcceptState})


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
    if facts.altered and (type(act) not in _ALWAYS or f"agent:{facts.asker}" in facts.altered):
        return refuse([_altered(facts)])
    verdict = rule(act, facts, now)
    if verdict.granted and facts.case is not None and act.sort in facts.case.four_eyes:
        return _seconded(act, verdict, facts, now)
    return verdict


def _seconded(act: Act, verdict: Verdict, facts: Facts, now: datetime) -> Verdict:
    """The case wants a second person for this: there is an approval that is good for it."""
    for approval in facts.approvals:
        if facts.under is not None and approval.used_entry == facts.under:
            return verdict
        fresh = approval.used_entry is None and approval.approved_at <= now < approval.expires_at
        if fresh and approval.act_sha256 == facts.act_sha256 and approval.approver != facts.asker:
            return replace(verdict, approval_id=approval.id)
    text = f"In this case, {act.kind} needs a second person, and nobody has approved it."
    return refuse([Reason("four-eyes", MANDATE, text, remedies.second(_case(act)))])


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
