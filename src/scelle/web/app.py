"""The review page as an ASGI application.

Every read is an act of the agent whom the page was made for.  One page view
is one search and one viewing of the pictures that it lists; playing the
synopsis is another act, on a short lease (:mod:`scelle.web.playback`).
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from scelle import __version__
from scelle.bootstrap import App
from scelle.errors import BadInput, Refused, ScelleError
from scelle.model.acts import Act, ListCases
from scelle.model.evidence import Case
from scelle.model.wording import french
from scelle.web import live, review
from scelle.web.filters import Filters, UnknownChoice
from scelle.web.guard import COOKIE, Guard
from scelle.web.messages import LANGUAGES, MESSAGES, Language, choose, translate
from scelle.web.playback import Leases, ranged
from scelle.web.signing import add_signing

_HERE = Path(__file__).parent
_REASON = "review page"

#: HTTP status of each kind of error, the first that fits.
_STATUS: tuple[tuple[type[ScelleError], int], ...] = ((Refused, 403), (BadInput, 404))


class Desk:
    """One agent's acts, one at a time.

    The pages are answered by several threads; the door is asked by one at a time.
    """

    def __init__(self, app: App, agent_id: str) -> None:
        self._app = app
        self._agent_id = agent_id
        self._one = threading.Lock()

    def perform(self, act: Act) -> Any:
        """Hand an act to the door.

        Raises:
            Refused: the door said no.
        """
        with self._one:
            return self._app.perform(self._agent_id, act)

    def ledger_head(self) -> tuple[int, str]:
        """Entries, and the root over them in hexadecimal."""
        with self._one:
            return self._app.ledger_head()

    def verify_ledger(self) -> Any:
        """The report of a verification of the whole ledger."""
        with self._one:
            return self._app.verify_ledger()


def sign_in_path(page: FastAPI) -> str:
    """The path that signs the browser in, good as long as the page is served."""
    return f"/sign-in/{page.state.token}"


def create_app(app: App, agent_id: str, *, public: bool = False) -> FastAPI:
    """The pages of one agent.

    Args:
        app: the open installation.
        agent_id: in whose name every act is asked.
        public: no session secret is asked for: for a demonstration, on a
            loopback address.
    """
    page = FastAPI(title="Scelle", docs_url=None, redoc_url=None, openapi_url=None)
    page.state.token = secrets.token_urlsafe(32)
    page.add_middleware(Guard, token=None if public else page.state.token, refuse=_unsigned)
    desk = Desk(app, agent_id)
    leases = Leases()

    @page.get("/sign-in/{token}")
    def sign_in(token: str) -> Response:
        """Exchange the secret of the address for a cookie."""
        if not secrets.compare_digest(token.encode(), page.state.token.encode()):
            return Response(status_code=401)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return answer

    @page.get("/")
    def index(request: Request) -> Response:
        """The review page of a case, or the list of cases."""
        case_id = request.query_params.get("case", "")
        if not case_id:
            cases: tuple[Case, ...] = desk.perform(ListCases(reason=_REASON))
            if len(cases) != 1:
                return render(request, "cases.html", cases=cases)
            case_id = cases[0].id
        read = review.read(desk.perform, case_id, Filters.parse(request.query_params))
        return render(request, "review.html", review=read, head=desk.ledger_head())

    @page.get("/synopsis/{case_id}/{synopsis_id}/{view}")
    def synopsis(request: Request, case_id: str, synopsis_id: str, view: str) -> Response:
        """The video, or the part of it that the player asks for."""
        key = (case_id, synopsis_id, view)
        video = leases.get(key) or leases.put(
            key, desk.perform(review.viewing(case_id, synopsis_id))
        )
        return ranged(video, "video/mp4", request.headers.get("range"))

    @page.get("/ledger")
    def ledger(request: Request) -> Response:
        """Verify the ledger now."""
        return render(request, "ledger.html", report=desk.verify_ledger())

    add_signing(page, desk.perform, render)

    @page.get("/static/{name}")
    def static(name: str) -> Response:
        """The style sheets, the mark and the script that asks for a passkey."""
        if name not in {"style.css", "live.css", "mark.svg", "signing.js"}:
            return Response(status_code=404)
        return FileResponse(_HERE / "static" / name, headers={"Cache-Control": "no-cache"})

    @page.get("/static/live/{name}")
    def module(name: str) -> Response:
        """A module of the live synopsis."""
        if name not in live.MODULES:
            return Response(status_code=404)
        return FileResponse(
            _HERE / "static" / "live" / name,
            media_type="text/javascript",
            headers={"Cache-Control": "no-cache"},
        )

    live.add_live(page, desk.perform, render)

    @page.exception_handler(UnknownChoice)
    def unknown(request: Request, error: UnknownChoice) -> Response:
        """A filter asked for what it does not offer: the other tracks are no answer."""
        if request.url.path.startswith(f"{live.PATH}/"):
            return live.problem(error, 400)
        return render(request, "unknown.html", status=400, error=error)

    @page.exception_handler(404)
    def absent(request: Request, _error: Exception) -> Response:
        """There is no page of that name."""
        return render(request, "absent.html", status=404)

    @page.exception_handler(ScelleError)
    def failed(request: Request, error: ScelleError) -> Response:
        """An error as a page: what happened, why, what to do."""
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        if request.url.path.startswith(f"{live.PATH}/"):
            return live.problem(error, status)
        return render(request, "error.html", status=status, error=error)

    return page


def _unsigned(request: Request, status: int, message: str) -> Response:
    """The answer to a request that the guard stops."""
    return render(request, "stopped.html", status=status, message=message)


_PAGES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


_PAGES.filters["french"] = french


def render(request: Request, name: str, *, status: int = 200, **values: object) -> Response:
    """A page in the language that the reader prefers."""
    language = choose(request.query_params.get("lang"), request.headers.get("accept-language"))

    def t(key: str, **parts: object) -> str:
        return translate(language, key, **parts)

    def link(to: Language) -> str:
        return str(request.url.include_query_params(lang=to).replace(scheme="", netloc=""))

    def words(keys: Sequence[str]) -> Markup:
        """Sentences for a script, as JSON that no text can leave."""
        told = {key: MESSAGES[key][LANGUAGES.index(language)] for key in keys}
        return Markup(json.dumps(told).replace("<", "\\u003c"))  # noqa: S704 - no "<" is left

    text = _PAGES.get_template(name).render(
        t=t,
        words=words,
        lang=language,
        languages=[(to, link(to)) for to in LANGUAGES],
        version=__version__,
        **values,
    )
    return Response(text, status_code=status, media_type="text/html; charset=utf-8")
