"""Signing in, and what one signs in with."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.bootstrap import App
from scelle.errors import BadInput, Refused, ScelleError
from scelle.model.acts import EndSessions, EnrolCredential, SetPassword, SignIn
from scelle.model.signing import CredentialKind, SignInMethod
from scelle.web.desk import Desk
from scelle.web.forms import SENT, Form
from scelle.web.guard import COOKIE
from scelle.web.limits import Limit
from scelle.web.sessions import ASKER, Session, Sessions

#: The name that passkeys are made for; an address of numbers has none.
RP_ID = "localhost"

_REASON = "sign-in page"
#: How long a passkey may take to answer.
_ANSWERED = timedelta(minutes=5)
_LONGEST_NAME = 64
_LONGEST_ID = 512


class Challenges:
    """What passkeys were asked to sign; each is good once, for a while."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._given: dict[str, datetime] = {}

    def give(self) -> str:
        """A new one, base64url of 256 random bits."""
        challenge, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with self._one:
            self._given = {c: at for c, at in self._given.items() if now - at < _ANSWERED}
            self._given[challenge] = now
        return challenge

    def take(self, challenge: str) -> bool:
        """Whether it was given out a moment ago, and is now used up."""
        with self._one:
            at = self._given.pop(challenge, None)
        return at is not None and datetime.now(UTC) - at < _ANSWERED


def add_entrance(
    page: FastAPI, app: App, desk: Desk, sessions: Sessions, tries: Limit,
    render: Callable[..., Response],
) -> None:  # fmt: skip
    """Add the pages.

    Args:
        tries: to sign in, of everybody together.
        render: as :func:`scelle.web.render.render`.
    """
    challenges = Challenges()

    def entrance(
        request: Request,
        failure: str = "",
        status: int = 200,
        *,
        typed: str = "",
        coded: bool = False,
    ) -> Response:
        return render(
            request,
            "sign-in.html",
            status=status,
            failure=failure,
            typed=typed,
            coded=coded,
            done=request.query_params.get("done", ""),
            challenge=challenges.give(),
            rp_id=RP_ID,
            named=request.url.hostname == RP_ID,
            address=str(request.url.replace(hostname=RP_ID, path="/sign-in", query="")),
            anybody=app.sign_ins.anybody(),
        )

    @page.get("/sign-in")
    def sign_in_page(request: Request) -> Response:
        """The page that lets in."""
        return entrance(request)

    @page.post("/sign-in")
    def sign_in(request: Request, form: Form = SENT) -> Response:
        """Let somebody in, or say that what was shown does not."""

        def failed(why: str, status: int) -> Response:
            typed = form["name"][:_LONGEST_NAME]
            return entrance(request, why, status, typed=typed, coded=bool(form["code"]))

        if not tries.allows("all"):
            return failed("often", 429)
        try:
            agent_id, act = _asked(app, challenges, form)
            agent = desk.perform_as(agent_id, act)
        except Refused:
            return failed("locked", 403)
        except BadInput:
            return failed("wrong", 403)
        sessions.end(request.cookies.get(COOKIE, ""))
        token = sessions.begin(agent, act.method)
        first = "/account" if act.method is SignInMethod.INVITATION else "/"
        answer = RedirectResponse(f"{first}?lang={form.language}", status_code=303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return answer

    @page.post("/sign-out")
    def sign_out(request: Request, form: Form = SENT) -> Response:
        """End this session, or every one of this person's."""
        if form["everywhere"]:
            desk.perform(EndSessions(agent_id=ASKER.get(), reason=_REASON))
        sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(f"/sign-in?lang={form.language}", status_code=303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def account_page(
        request: Request, *, done: str = "", error: ScelleError | None = None
    ) -> Response:
        session: Session = request.state.session
        return render(
            request,
            "account.html",
            status=200 if error is None else 400,
            passkeys=app.sign_ins.passkeys(session.agent.id),
            password=bool(app.sign_ins.password(session.agent.id)),
            challenge=challenges.give(),
            rp_id=RP_ID,
            named=request.url.hostname == RP_ID,
            done=done,
            error=error,
        )

    @page.get("/account")
    def account(request: Request) -> Response:
        """Who one is here, and what one signs in with."""
        return account_page(request, done=request.query_params.get("done", ""))

    @page.post("/account/passkey")
    def passkey(request: Request, form: Form = SENT) -> Response:
        """Enrol the passkey that the browser made."""
        if not request.state.session.fresh:
            return to_account(form)
        challenge = form["challenge"]
        if not challenges.take(challenge):
            raise BadInput(
                "This passkey was not made for this page, or was sent twice.",
                remedy="Open the page again and make the passkey there.",
            )
        desk.perform(
            EnrolCredential(
                credential=CredentialKind.PASSKEY,
                public_key=form["answer"],
                challenge=challenge,
                rp_id=RP_ID,
                origin=form.origin,
                reason=_REASON,
            )
        )
        return _after(form, request, sessions)

    @page.post("/account/password")
    def password(request: Request, form: Form = SENT) -> Response:
        """Choose a password."""
        if not request.state.session.fresh:
            return to_account(form)
        chosen = form.fields.get("password", "")
        try:
            if chosen != form.fields.get("again", ""):
                raise BadInput("The two are not the same.", remedy="Type it twice.")
            desk.perform(SetPassword(password=chosen, reason=_REASON))
        except BadInput as error:
            return account_page(request, error=error)
        return _after(form, request, sessions)


def _after(form: Form, request: Request, sessions: Sessions) -> Response:
    """Whoever came in by invitation signs in with what they have enrolled."""
    session: Session = request.state.session
    if session.enrolling:
        sessions.end(request.cookies.get(COOKIE, ""))
        return RedirectResponse(f"/sign-in?done=1&lang={form.language}", status_code=303)
    return RedirectResponse(f"/account?done=1&lang={form.language}", status_code=303)


def to_account(form: Form) -> Response:
    """To the page that says when one may change what one signs in with."""
    return RedirectResponse(f"/account?lang={form.language}", status_code=303)


def _asked(app: App, challenges: Challenges, form: Form) -> tuple[str, SignIn]:
    """Who says they are whom, and what they show.

    Raises:
        BadInput: nothing that could let anybody in.
    """
    answer = form["answer"]
    if answer:
        challenge = form["challenge"]
        credential = credential_of(answer)
        # One that is nobody's, and one that was asked another thing, fail at the door.
        return app.sign_ins.owner(credential), SignIn(
            method=SignInMethod.PASSKEY,
            credential_id=credential,
            challenge=challenge if challenges.take(challenge) else "",
            origin=form.origin,
            evidence=answer,
            reason=_REASON,
        )
    name = form["name"][:_LONGEST_NAME]
    code = form["code"]
    shown = code or form.fields.get("password", "")
    if not name or not shown:
        raise BadInput("Nothing was shown.")
    method = SignInMethod.INVITATION if code else SignInMethod.PASSWORD
    return name, SignIn(method=method, evidence=shown, reason=_REASON)


def credential_of(answer: str) -> str:
    """The id of the passkey that answered.

    Raises:
        BadInput: it is no answer of a passkey.
    """
    try:
        named = str(json.loads(answer)["id"])
        named.encode()  # half a character names nothing
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise BadInput(
            "The browser sent no answer of a passkey.",
            remedy="Open the mandate's page and sign there; scripts must be allowed for it.",
        ) from error
    return named[:_LONGEST_ID]
