"""The web application, for ASGI servers.

Every read is an act of whoever is signed in, or of the one whom the pages were
made for.  One page view is one search and one viewing of the pictures that it lists; playing the
synopsis is another act, on a short lease (:mod:`scelle.web.playback`).
"""

from __future__ import annotations

import gzip
import mimetypes
import re
import secrets
from collections.abc import Callable
from functools import cache

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.bootstrap import App
from scelle.model.acts import ListCases
from scelle.model.evidence import Agent, Case, Role
from scelle.web import api, live, review, reviewing, zoning
from scelle.web.administration import add_administration
from scelle.web.cases import add_cases
from scelle.web.clocks import add_clocks
from scelle.web.desk import Desk
from scelle.web.entrance import add_entrance
from scelle.web.exporting import add_exporting
from scelle.web.failing import add_failures
from scelle.web.filters import Filters
from scelle.web.guard import COOKIE, POLICY, Guard
from scelle.web.leasing import rests_on
from scelle.web.limits import Limit
from scelle.web.messages import translate
from scelle.web.navigation import RUNNERS, SEARCHERS
from scelle.web.oversight import add_oversight
from scelle.web.playback import Leases, ranged
from scelle.web.reader import readings
from scelle.web.reading import Read, answering
from scelle.web.receiving import add_receiving
from scelle.web.render import EDITION, STATIC, language_of, render
from scelle.web.sessions import Session, Sessions
from scelle.web.signing import add_signing
from scelle.web.work import Work
from scelle.web.working import add_working

_REASON = "review page"

#: Every file that is served as it is.
_EDITION = re.compile(r"[0-9a-f]{16}/")
_YEAR_S = 365 * 24 * 3600


def sign_in_path(page: FastAPI) -> str:
    """The path that signs the browser in, good as long as the page is served."""
    return f"/sign-in/{page.state.token}"


def create_app(
    app: App, agent_id: str = "", *, public: bool = False, read: Read | None = None
) -> FastAPI:
    """The pages of an installation.

    Args:
        app: the open installation.
        agent_id: in whose name every act is asked, where the pages are one person's;
            empty: people sign in.
        public: no session secret is asked for: for a demonstration, on a
            loopback address.
        read: answers what the review bench reads; this process itself, if it is not given.
    """
    page = FastAPI(
        title="Scelle", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    page.state.token = secrets.token_urlsafe(32)
    desk = Desk(app)
    page.state.sessions = sessions = Sessions(app.sign_ins)
    page.add_middleware(
        Guard,
        own=_one_person(app, agent_id) if agent_id else None,
        token=None if public else page.state.token,
        sessions=sessions,
        refuse=_unsigned,
    )
    leases = Leases()
    if not agent_id:
        # One machine's own browsers and programs: all that try share one allowance.
        tries = Limit(burst=10, rate=1 / 6)
        add_entrance(page, app, desk, sessions, tries, render)
        api.add_api(page, app, desk, sessions, tries)

    @page.get("/sign-in/{token}")
    def sign_in(token: str) -> Response:
        """Exchange the secret of the address for a cookie."""
        if not agent_id or not secrets.compare_digest(token.encode(), page.state.token.encode()):
            return Response(status_code=401)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return answer

    @page.get("/")
    def index(request: Request) -> Response:
        """The review page of a case, or the list of cases."""
        session: Session = request.state.session
        case_id = request.query_params.get("case", "")
        if session.method is not None and not case_id and not session.has(*SEARCHERS):
            first = (
                "/oversight" if session.has(Role.AUDITOR)
                else "/administration" if session.has(*RUNNERS)
                else "/account"
            )  # fmt: skip
            return RedirectResponse(f"{first}?lang={language_of(request)}", status_code=303)
        if not case_id:
            cases: tuple[Case, ...] = desk.perform(ListCases(reason=_REASON))
            if len(cases) != 1:
                return render(request, "cases.html", cases=cases)
            case_id = cases[0].id
        authority = rests_on(desk, case_id)
        read = review.read(desk.perform, case_id, Filters.parse(request.query_params))
        answer = render(
            request, "review.html", review=read, head=desk.ledger_head(), authority=authority
        )
        if read.synopses or read.shown:
            # Scripts that ask the door while a video plays, or pictures are shown.
            scripted = f"{POLICY}; script-src 'self'; connect-src 'self'"
            answer.headers["Content-Security-Policy"] = scripted
        return answer

    @page.get("/synopsis/{case_id}/{synopsis_id}/{view}")
    def synopsis(request: Request, case_id: str, synopsis_id: str, view: str) -> Response:
        """The video, or the part of it that the player asks for."""
        # A suspension, by whomever, in whatever process, ends the lease at once.
        key = (case_id, synopsis_id, view, desk.authority(case_id))
        video = leases.get(key) or leases.put(
            key, desk.perform(review.viewing(case_id, synopsis_id))
        )
        return ranged(video, "video/mp4", request.headers.get("range"))

    @page.get("/lease/{case_id}/{synopsis_id}/{view}")
    def lease(case_id: str, synopsis_id: str, view: str) -> Response:
        """Whether the video that is playing may go on: the door is asked each time."""
        authority = rests_on(desk, case_id)
        desk.perform(review.viewing(case_id, synopsis_id))
        return Response(status_code=204, headers={"X-Authority": authority})

    @page.get("/ledger")
    def ledger(request: Request) -> Response:
        """Verify the ledger now."""
        return render(request, "ledger.html", report=desk.verify_ledger())

    add_administration(page, desk, render)
    add_cases(page, desk, render)
    add_oversight(page, app, desk, render)
    add_signing(page, desk.perform, render)
    page.state.work = work = Work(app.perform, app.queue)
    add_clocks(page, desk, render)
    add_receiving(page, desk, work, render)
    add_exporting(page, desk, work, render)
    add_working(page, desk, work, app.settings, render)

    @page.get("/favicon.ico")
    def icon() -> Response:
        """The mark, which browsers ask for by themselves where a published page names none."""
        return Response(STATIC["mark.svg"], media_type="image/svg+xml")

    @page.get("/static/{name:path}")
    async def static(request: Request, name: str) -> Response:
        """The style sheets, the mark, and the scripts of pages that have one."""
        edition = _EDITION.match(name)
        name = name[edition.end() :] if edition else name
        if name not in STATIC:
            return Response(status_code=404)
        # A page that was loaded before this version began asks for an earlier edition.
        current = edition is not None and edition[0] == f"{EDITION}/"
        kept = f"public, max-age={_YEAR_S}, immutable" if current else "no-cache"
        headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        if zipped:
            headers["Content-Encoding"] = "gzip"
        kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
        return Response(_file(name, zipped=zipped), media_type=kind, headers=headers)

    live.add_live(page, desk, render)
    reviewing.add_review(page, desk, read or answering(readings(desk)))
    zoning.add_zoning(page, desk)
    add_failures(page)

    @page.exception_handler(404)
    def absent(request: Request, _error: Exception) -> Response:
        """There is no page of that name."""
        if api.of_api(request):
            return api.problem(404)
        return render(request, "absent.html", status=404)

    return page


@cache
def _file(name: str, *, zipped: bool) -> bytes:
    """A file that is served as it is, from memory: a page asks for a dozen of them at once."""
    return gzip.compress(STATIC[name], mtime=0) if zipped else STATIC[name]


def _one_person(app: App, agent_id: str) -> Callable[[], Session]:
    """Whom pages stand for that are one person's, as registered now; with one secret for forms."""
    csrf = secrets.token_urlsafe(24)

    def session() -> Session:
        agent = app.sign_ins.person(agent_id) or Agent(agent_id, frozenset(), "")
        return Session(agent, None, csrf)

    return session


def _unsigned(request: Request, status: int, message: str) -> Response:
    """The answer to a request that the guard stops."""
    if api.of_api(request):
        return api.problem(status, detail=translate("en", message))
    return render(request, "stopped.html", status=status, message=message)
