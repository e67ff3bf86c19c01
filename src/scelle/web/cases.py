"""Pages of the cases: the list, one case's own facts, and what a magistrate says in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.errors import BadInput
from scelle.law.offences import UNSPECIFIED
from scelle.model.acts import (
    ChangeMandate,
    ConsultCase,
    ConsultLedger,
    ConsultRetention,
    GrantMandate,
    ListCases,
    MakeDossier,
    MakeRequest,
    OpenCase,
    SettleRequest,
)
from scelle.model.copies import Copy
from scelle.model.decisions import Request as Asked
from scelle.model.decisions import RequestKind, RequestState
from scelle.model.evidence import Case, CaseState, Coverage, Mandate, MandateState, Power, Role
from scelle.model.results import CaseFile, Printed
from scelle.web.activity import SHOWN, Done, activity, running
from scelle.web.desk import Desk
from scelle.web.exporting import copies_of
from scelle.web.foreseen import coverage_of
from scelle.web.forms import SENT, Form, bounded, stated, whole
from scelle.web.sessions import Session

_REASON = "case page"
MAGISTRATES = (Role.MAGISTRATE, Role.REFERENT_MAGISTRATE)
OVERSEERS = (*MAGISTRATES, Role.AUDITOR)

#: What may be ordered or asked on the page; an extension names an article on the command line.
ORDERS = (RequestKind.ERASURE, RequestKind.RECTIFICATION, RequestKind.COMPLETION)

#: Longest that a mandate granted here is good for, days.
_LONGEST_DAYS = 366


@dataclass(frozen=True)
class CasePage:
    """One case on its page.

    Attributes:
        coverage: by exhibit id; empty where the door refuses to tell it.
        requests: those that are open.
        activity: acts, the last first; ``None`` for whoever does not oversee.
        copies: what has left as a file, the last first; ``None`` where the door refuses to tell.
    """

    file: CaseFile
    coverage: dict[str, Coverage]
    requests: tuple[Asked, ...]
    activity: tuple[Done, ...] | None
    copies: tuple[Copy, ...] | None

    powers = tuple(Power)
    orders = ORDERS


@dataclass(frozen=True)
class Watched:
    """A case on the magistrate's console, with what is under way."""

    file: CaseFile
    running: tuple[Done, ...]
    requests: tuple[Asked, ...]


def choices(mandate: Mandate, session: Session) -> tuple[MandateState, ...]:
    """What somebody may say of a mandate, as the rule ``change-mandate`` has it."""
    if mandate.state is MandateState.WITHDRAWN or not session.has(*MAGISTRATES):
        return ()
    stops = [MandateState.OBJECTED, MandateState.SUSPENDED]
    own = [MandateState.WITHDRAWN, MandateState.ACTIVE] if session.has(Role.MAGISTRATE) else []
    return tuple(s for s in [*stops, *own] if s is not mandate.state)


def add_cases(page: FastAPI, desk: Desk, render: Callable[..., Response]) -> None:
    """Add the pages of the cases."""

    @page.get("/cases")
    def cases(request: Request) -> Response:
        """The cases that one may see, the nearest deadline first."""
        listed: tuple[Case, ...] = desk.perform(ListCases(reason=_REASON))
        return render(request, "cases.html", cases=listed)

    @page.post("/cases")
    def opened(form: Form = SENT) -> Response:
        """Open a case."""
        act = OpenCase(
            reference=bounded(stated(form, "reference"), 200),
            framework=form["framework"],
            service=form["service"],
            offence_family=form["family"] or UNSPECIFIED,
            reason=_REASON,
        )
        made: Case = desk.perform(act)
        return _back(form, f"/case/{made.id}")

    @page.get("/case/{case_id}")
    def case(request: Request, case_id: str) -> Response:
        """One case's own facts."""
        session: Session = request.state.session
        return render(
            request, "case.html", one=_read(desk, session, case_id), session=session,
            choices=choices, done=request.query_params.get("done", ""),
        )  # fmt: skip

    @page.get("/console")
    def console(request: Request) -> Response:
        """A magistrate's mandates, and what is under way under them."""
        session: Session = request.state.session
        watched = _watched(desk, session)
        return render(
            request, "console.html", watched=watched, session=session, choices=choices,
            done=request.query_params.get("done", ""),
        )  # fmt: skip

    @page.post("/case/{case_id}/mandate")
    def grant(case_id: str, form: Form = SENT) -> Response:
        """Grant a mandate from now on."""
        days = whole(form["days"])
        if days is None or not 1 <= days <= _LONGEST_DAYS:
            raise BadInput(
                f"A mandate lasts 1 to {_LONGEST_DAYS} days.", remedy="Give a number of days."
            )
        now = datetime.now(UTC)
        desk.perform(
            GrantMandate(
                case_id=case_id,
                powers=frozenset(p for p in Power if p.value in form.every.get("power", ())),
                valid_from=now,
                valid_to=now + timedelta(days=days),
                cameras=frozenset(c.strip() for c in form["cameras"].split(",") if c.strip()),
                reason=stated(form, "reason"),
            )
        )
        return _back(form, f"/case/{case_id}")

    @page.post("/case/{case_id}/mandate/{mandate_id}")
    def change(case_id: str, mandate_id: str, form: Form = SENT) -> Response:
        """Object to, suspend, withdraw or restore a mandate."""
        state = next((s for s in MandateState if s.value == form["state"]), None)
        if state is None:
            raise BadInput("Nothing is said of the mandate.", remedy="Press one of its buttons.")
        reason = stated(form, "reason")
        desk.perform(
            ChangeMandate(case_id=case_id, mandate_id=mandate_id, state=state, reason=reason)
        )
        return _back(form, f"/case/{case_id}")

    @page.post("/case/{case_id}/dossier")
    def report(case_id: str, form: Form = SENT) -> Response:
        """The closing report, drawn up now: a copy that leaves, and is counted."""
        language = "fr" if form["report"] == "fr" else "en"
        act = MakeDossier(case_id=case_id, language=language, reason=_REASON)
        made: Printed = desk.perform(act)
        told = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.data, media_type="application/pdf", headers=told)

    @page.post("/case/{case_id}/request")
    def order(case_id: str, form: Form = SENT) -> Response:
        """Order an erasure, or ask that data be rectified or completed."""
        kind = next((k for k in ORDERS if k.value == form["kind"]), None)
        if kind is None:
            raise BadInput("Nothing is ordered.", remedy="Choose what is ordered.")
        text = stated(form, "text")
        desk.perform(MakeRequest(case_id=case_id, request=kind, text=text, reason=_REASON))
        return _back(form, f"/case/{case_id}")

    @page.post("/case/{case_id}/request/{request_id}")
    def settle(case_id: str, request_id: str, form: Form = SENT) -> Response:
        """Say what became of a request."""
        state = RequestState.DONE if form["state"] == "done" else RequestState.DECLINED
        answer = stated(form, "answer")
        desk.perform(
            SettleRequest(
                case_id=case_id, request_id=request_id, state=state, answer=answer, reason=_REASON
            )
        )
        return _back(form, f"/case/{case_id}")


def _read(desk: Desk, session: Session, case_id: str) -> CasePage:
    file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
    coverage = coverage_of(desk, session.agent, file, _REASON)
    copies = copies_of(desk, session.agent, file)
    done = None
    if session.has(*OVERSEERS):
        # An act is two entries, seldom more; the last is this very reading.
        read = ConsultLedger(case_id=case_id, last=3 * SHOWN, reason=_REASON)
        done = activity(desk.perform(read))[1:SHOWN]
    requests = _requests(desk).get(case_id, ())
    return CasePage(file, coverage, requests, done, copies)


def _requests(desk: Desk) -> dict[str, tuple[Asked, ...]]:
    return {d.case_id: d.requests for d in desk.perform(ConsultRetention(reason=_REASON))}


def _watched(desk: Desk, session: Session) -> tuple[Watched, ...]:
    listed: tuple[Case, ...] = desk.perform(ListCases(reason=_REASON))
    if not session.has(*MAGISTRATES):
        return ()
    requests = _requests(desk)
    watched = []
    for case in listed:
        if case.state is not CaseState.OPEN:
            continue
        file: CaseFile = desk.perform(ConsultCase(case_id=case.id, reason=_REASON))
        entries: Any = desk.perform(ConsultLedger(case_id=case.id, reason=_REASON))
        under = {m.id for m in file.mandates}
        watched.append(Watched(file, running(activity(entries), under), requests.get(case.id, ())))
    return tuple(watched)


def _back(form: Form, place: str) -> Response:
    to = "/console" if form["back"] == "console" else place
    return RedirectResponse(f"{to}?done=1&lang={form.language}", status_code=303)
