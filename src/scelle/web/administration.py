"""Administration: how the installation is; and, for a head of service, who is cleared.

Nothing on it tells of a case, and no recording can be reached from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.errors import BadInput
from scelle.model.acts import GrantClearance, InspectInstallation, WithdrawClearance
from scelle.model.evidence import Role
from scelle.model.results import Inspection
from scelle.web.desk import Desk
from scelle.web.forms import SENT, WORDS, Form, bounded, whole
from scelle.web.sessions import Session

_REASON = "administration page"
#: Longest that a clearance granted here is good for, days.
_LONGEST_DAYS = 1096


def add_administration(page: FastAPI, desk: Desk, render: Callable[..., Response]) -> None:
    """Add the page."""

    @page.get("/administration")
    def administration(request: Request) -> Response:
        """How the installation is."""
        session: Session = request.state.session
        seen: Inspection = desk.perform(InspectInstallation(reason=_REASON))
        return render(
            request, "administration.html", seen=seen, now=datetime.now(UTC),
            heads=session.has(Role.HEAD_OF_SERVICE), service=session.agent.service,
            own=session.agent.id, done=request.query_params.get("done", ""),
            longest=_LONGEST_DAYS,
        )  # fmt: skip

    @page.post("/administration/clearance")
    def grant(request: Request, form: Form = SENT) -> Response:
        """Clear somebody of one's own service."""
        session: Session = request.state.session
        days = whole(form["days"])
        if days is None or not 1 <= days <= _LONGEST_DAYS:
            raise BadInput(
                f"A clearance lasts 1 to {_LONGEST_DAYS} days.", remedy="Give a number of days."
            )
        now = datetime.now(UTC)
        desk.perform(
            GrantClearance(
                agent_id=form["agent"],
                service=session.agent.service,
                valid_from=now,
                valid_to=now + timedelta(days=days),
                reason=_why(form),
            )
        )
        return _back(form)

    @page.post("/administration/clearance/{clearance_id}")
    def withdraw(clearance_id: str, form: Form = SENT) -> Response:
        """End a clearance at once."""
        desk.perform(WithdrawClearance(clearance_id=clearance_id, reason=_why(form)))
        return _back(form)


def _why(form: Form) -> str:
    if not form["reason"]:
        raise BadInput("Nothing is said.", remedy="Say why, in your words: it is written down.")
    return bounded(form["reason"], WORDS)


def _back(form: Form) -> Response:
    return RedirectResponse(f"/administration?done=1&lang={form.language}", status_code=303)
