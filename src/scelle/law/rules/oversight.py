"""Rules on what overseers read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from scelle.law import remedies
from scelle.law.conditions import (
    COMMITMENT,
    DOCUMENTS,
    OVERSIGHT,
    among,
    case_exists,
    case_kept,
    exhibits_exist,
    reason_stated,
    role,
)
from scelle.law.facts import Facts
from scelle.law.rules.answers import OVERSEERS, answer
from scelle.model.acts import (
    AcceptState,
    AcceptTime,
    Attest,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    InspectInstallation,
    PublishUse,
    Reason,
    RecordCommitment,
    ReplayAnalysis,
    ReportUse,
    Verdict,
)
from scelle.model.evidence import Role

REPORT = "arts 230-24 and R. 40-41"
_SHA256 = re.compile(r"[0-9a-f]{64}")


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


def consult_installation(act: ConsultInstallation, facts: Facts, now: datetime) -> Verdict:
    """Overseers read who was registered and cleared, and what the software itself wrote."""
    return answer(role(facts, *OVERSEERS, article=OVERSIGHT))


def accept_state(act: AcceptState, facts: Facts, now: datetime) -> Verdict:
    """An overseer takes an altered database as true; never about themselves."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT)
    reasons += reason_stated(act, "Accepting what no act has left says why.")
    if act.subject == f"agent:{facts.asker}":
        text = "Nobody accepts what is stored of themselves."
        mend = "Ask another overseer to run the same command."
        reasons.append(Reason("own-state", OVERSIGHT, text, mend))
    return answer(reasons)


def accept_time(act: AcceptTime, facts: Facts, now: datetime) -> Verdict:
    """An overseer, never the administrator, says that the clock is right now."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT)
    return answer(reasons + reason_stated(act, "Turning the ledger's time back says why."))


def replay_analysis(act: ReplayAnalysis, facts: Facts, now: datetime) -> Verdict:
    """A check at any time, as long as there are data (art. 230-24)."""
    reasons = role(facts, *OVERSEERS, article=OVERSIGHT) + case_kept(facts)
    reasons += exhibits_exist(facts, act.exhibit_ids)
    if not act.exhibit_ids:
        text = "No exhibit is named."
        reasons.append(Reason("no-exhibit-named", DOCUMENTS, text, remedies.find_case()))
    return answer(reasons, exhibit_ids=among(act.exhibit_ids, facts))


def inspect_installation(act: InspectInstallation, facts: Facts, now: datetime) -> Verdict:
    """Those who run an installation, and those who clear its people; it tells of no case."""
    return answer(role(facts, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE))


def attest(act: Attest, facts: Facts, now: datetime) -> Verdict:
    """Those who oversee, and those who run the installation, may have it looked at."""
    return answer(role(facts, *OVERSEERS, Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR))


def report_use(act: ReportUse, facts: Facts, now: datetime) -> Verdict:
    """Overseers read every figure, small counts included."""
    return answer(role(facts, *OVERSEERS, article=REPORT))


def publish_use(act: PublishUse, facts: Facts, now: datetime) -> Verdict:
    """Auditors and referent magistrates publish months that are over (``month-not-over``)."""
    reasons = role(facts, Role.AUDITOR, Role.REFERENT_MAGISTRATE, article=REPORT)
    if act.last >= now.astimezone(UTC).strftime("%Y-%m"):
        text = f"The month {act.last} is not over: its figures would change."
        mend = "Give an earlier month with --to, or read the figures with scelle oversight report."
        reasons.append(Reason("month-not-over", REPORT, text, mend))
    return answer(reasons)


def record_commitment(act: RecordCommitment, facts: Facts, now: datetime) -> Verdict:
    """A head of service or an administrator states the day; it is not to come (``sent-on``)."""
    reasons = role(facts, Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR, article=COMMITMENT)
    try:
        day = date.fromisoformat(act.sent_on)
    except ValueError:
        day = None
    # A day later, since the day may have begun east of here.
    if day is None or not date(2012, 1, 1) <= day <= (now + timedelta(days=1)).date():
        text = f"{act.sent_on!r} is not a day on which a commitment was sent."
        mend = "Give the day on which it was sent, as in 2026-11-24."
        reasons.append(Reason("sent-on", COMMITMENT, text, mend))
    if act.document_sha256 and not _SHA256.fullmatch(act.document_sha256):
        text = "The hash of what was sent is not a SHA-256."
        mend = "Give the 64 hexadecimal digits that `sha256sum DOCUMENT` prints."
        reasons.append(Reason("document", COMMITMENT, text, mend))
    return answer(reasons)
