"""An exhibit's clock: reference points at which both times are known, seen in a picture."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ConsultCase, SetClock
from scelle.model.clocks import MOST_REFERENCES
from scelle.model.evidence import Exhibit, Role
from scelle.model.results import CaseFile
from scelle.model.time import Reference
from scelle.web.desk import Desk
from scelle.web.foreseen import coverage_of
from scelle.web.forms import SENT, WORDS, Form, bounded, seconds
from scelle.web.leasing import rests_on
from scelle.web.sessions import Session
from scelle.web.working import WATCHED

_REASON = "clock page"
#: Milliseconds that are shown from a place.
_SHOWN_MS = 1000


def add_clocks(page: FastAPI, desk: Desk, render: Callable[..., Response]) -> None:
    """Add the page of an exhibit's clock."""

    @page.get("/case/{case_id}/clock/{exhibit_id}")
    def clock(request: Request, case_id: str, exhibit_id: str) -> Response:
        """The clock as it is stated, a place of the recording, and a point to add."""
        session: Session = request.state.session
        asked = request.query_params.get("at", "")
        at_ms = round(seconds(asked) * 1000) if asked else None
        authority, file = rests_on(desk, case_id), _file(desk, case_id)
        read = coverage_of(desk, session.agent, file, _REASON).get(exhibit_id)
        answer = render(
            request, "clock.html", case=file.case, exhibit=_exhibit(file, exhibit_id), at_ms=at_ms,
            shown_ms=_SHOWN_MS, done=request.query_params.get("done", ""), authority=authority,
            may=session.has(Role.INVESTIGATOR, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE),
            unseen=read is not None and not read.ended,
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = WATCHED
        return answer

    @page.post("/case/{case_id}/clock/{exhibit_id}")
    def point(case_id: str, exhibit_id: str, form: Form = SENT) -> Response:
        """State what the recorder showed first, and add a reference point."""
        exhibit = _exhibit(_file(desk, case_id), exhibit_id)
        known = exhibit.clock.references if form["keep"] == "yes" else ()
        made = (*known, _reference(form)) if form["real"] else ()
        if len(made) > MOST_REFERENCES:
            raise BadInput(
                f"A clock rests on at most {MOST_REFERENCES} points.",
                remedy="Begin anew, without those that there are.",
            )
        recorded = form["recorded_at"]
        act = SetClock(
            case_id=case_id,
            exhibit_ids=(exhibit_id,),
            recorded_at=_moment(recorded, form["zone"]) if recorded else None,
            references=made,
            reason=bounded(form["reason"], WORDS),
        )
        desk.perform(act)
        place = f"/case/{case_id}/clock/{exhibit_id}"
        return RedirectResponse(f"{place}?done=1&lang={form.language}", status_code=303)


def _file(desk: Desk, case_id: str) -> CaseFile:
    file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
    return file


def _exhibit(file: CaseFile, exhibit_id: str) -> Exhibit:
    for exhibit in file.exhibits:
        if exhibit.id == exhibit_id:
            return exhibit
    raise NotFound("This case has no such exhibit.", remedy="Open it from the case's page.")


def _reference(form: Form) -> Reference:
    within, still = seconds(form["within"]), form["still"]
    if within < 0 or not form["proof"]:
        raise BadInput(
            "A point says to within how many seconds it holds, and what it rests on.",
            remedy="Complete the point.",
        )
    return Reference(
        _moment(form["recorder"], form["recorder_zone"]),
        _moment(form["real"], form["real_zone"]),
        within,
        bounded(form["proof"], 500),
        int(still) if still.isdecimal() and len(still) < 16 else None,
    )


def _moment(text: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(f"{text}{zone}")
    except ValueError as error:
        raise BadInput("A time cannot be read.", remedy="Give a day, a time and +01:00.") from error
    if at.tzinfo is None:
        raise BadInput("A time has no offset from UTC.", remedy="Give one, as in +01:00.")
    return at
