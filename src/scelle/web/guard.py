"""Who may talk to the pages at all: this machine's own browser, signed in.

(1) The Host header must name the loopback interface: a name that an outsider
    points at 127.0.0.1 (DNS rebinding) is turned away.
(2) A browser says where a request comes from (``Sec-Fetch-Site``, Fetch
    Metadata): another site's page may neither embed nor open ours.  What changes
    something must also name our own origin (``Origin``, RFC 6454).
(3) The session's cookie must be there, unless the page is public; and nobody asks
    oftener than people do.  Programs send a session's token in a header instead, which
    no browser does by itself, and need name no origin.
(4) Every answer carries the headers that keep it here.
(5) So many requests of one person are answered at a time; more wait, and hold nobody else up.
(6) An answer that is sent in parts, as a download is, ends where its session does.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scelle.errors import Interrupted
from scelle.web.limits import Limit
from scelle.web.sessions import ASKER, Session, Sessions

COOKIE = "scelle"

#: The pages hold no script, save those that sign and the live synopsis
#: (:mod:`scelle.web.live`); their pictures are in the page itself.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

#: Below it mandates are signed.
SCRIPTED = "/mandate/"
#: Pages that ask for a passkey: the only ones with a script, and never one of their own text.
SCRIPTS = (SCRIPTED, "/sign-in", "/account")
#: What can be asked without a session.
OPEN = ("/sign-in", "/public", "/favicon.ico")

#: Below it programs ask, and get answers that programs read.
PROGRAMS = "/api/"
#: What they can ask without a session.
OPEN_TO_PROGRAMS = (("POST", "/api/v1/session"), ("GET", "/api/v1/openapi.json"))

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A form says where it was sent from only where a referrer may be told: to ourselves.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
}

#: Requests of one person that are answered at a time: a fifth of the threads that answer.
AT_ONCE = 8

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

#: ``(request, HTTP status, message key) -> answer``
Stopped = Callable[[Request, int, str], Response]


class Guard:
    """ASGI middleware around every page.

    Args:
        own: whom the page stands for, where it is one person's.
        token: what that person's cookie must hold; ``None`` for a public page.
        sessions: of those who signed in, where the page is not one person's.
        refuse: makes the answer to a request that is stopped.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        own: Callable[[], Session] | None,
        token: str | None,
        sessions: Sessions,
        refuse: Stopped,
    ) -> None:
        self._app = app
        self._own = own
        self._token = token
        self._sessions = sessions
        self._refuse = refuse
        self._limit = Limit(burst=300, rate=50)
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stop the request, or let it through; in both cases add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    # A page that has a script or a style of its own states its policy.
                    headers.setdefault(name, value)
                if scope["path"].startswith(SCRIPTS):
                    headers["Content-Security-Policy"] = f"{POLICY}; script-src 'self'"
                headers.setdefault("Cache-Control", "no-store")
            elif message.get("more_body") and self._over(request):
                raise Interrupted("The session is over.", remedy="Sign in again.")
            await send(message)

        request = Request(scope)
        answer: ASGIApp = self._stop(request) or self._app
        session: Session | None = getattr(request.state, "session", None)
        ASKER.set(session.agent.id if session else "")
        if session is None:
            await answer(scope, receive, send_guarded)
            return
        places = self._places.setdefault(session.agent.id, asyncio.Semaphore(AT_ONCE))
        async with places:  # (5)
            await answer(scope, receive, send_guarded)

    def _over(self, request: Request) -> bool:
        """Whether a session is over that was there when its request came (6)."""
        session: Session | None = getattr(request.state, "session", None)
        if session is None or session.method is None:
            return False
        return self._sessions.find(_token(request)) is None

    def _stop(self, request: Request) -> Response | None:
        if _host(request) not in _LOOPBACK:  # (1)
            return self._refuse(request, 421, "stopped.host")
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:  # (2)
            return self._refuse(request, 403, "stopped.site")
        own_origin = f"http://{request.headers.get('host')}"
        changes = request.method not in {"GET", "HEAD"}
        # A program has no origin; a browser always names one.
        origins = {own_origin, ""} if _of_program(request) else {own_origin}
        if changes and request.headers.get("origin", "") not in origins:  # (2)
            return self._refuse(request, 403, "stopped.site")
        if self._own is not None:
            return self._stop_stranger(request, self._own)
        return self._stop_unsigned(request)

    def _stop_stranger(self, request: Request, own: Callable[[], Session]) -> Response | None:
        """The page is one person's: the browser must hold that person's secret (3)."""
        given = request.cookies.get(COOKIE, "")
        known = self._token is None or secrets.compare_digest(given.encode(), self._token.encode())
        if known:
            request.state.session = own()
        elif not request.url.path.startswith(("/sign-in/", "/static/")):
            return self._refuse(request, 401, "stopped.token")
        return self._stop_often(request)

    def _stop_unsigned(self, request: Request) -> Response | None:
        """The browser must hold a session (3), and one that came in by invitation enrols."""
        if _of_program(request):
            return self._stop_program(request)
        session = self._sessions.find(_token(request))
        if session is not None:
            request.state.session = session
        path = request.url.path
        if path.startswith(("/static/", *OPEN)):
            return self._stop_often(request)
        # A script that asks whether what is shown may stay reads no page: it is told no.
        opened = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
        if session is None and request.method == "GET" and opened:
            return RedirectResponse("/sign-in", status_code=303)
        if session is None:
            return self._refuse(request, 401, "stopped.session")
        if session.enrolling and not path.startswith(("/account", "/sign-out")):
            return RedirectResponse("/account", status_code=303)
        return self._stop_often(request)

    def _stop_program(self, request: Request) -> Response | None:
        """A program must send a session's token, and never a cookie (3)."""
        session = self._sessions.find(_token(request))
        if session is not None and not session.enrolling:
            request.state.session = session
        elif (request.method, request.url.path) not in OPEN_TO_PROGRAMS:
            return self._refuse(request, 401, "stopped.session")
        return self._stop_often(request)

    def _stop_often(self, request: Request) -> Response | None:
        session: Session | None = getattr(request.state, "session", None)
        if self._limit.allows(session.agent.id if session else ""):
            return None
        return self._refuse(request, 429, "stopped.often")


def bearer(request: Request) -> str:
    """The token in a request's header (RFC 6750); empty where there is none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _token(request: Request) -> str:
    """What stands for a session: of a program its header, of a browser its cookie."""
    return bearer(request) if _of_program(request) else request.cookies.get(COOKIE, "")


def _of_program(request: Request) -> bool:
    return request.url.path.startswith(PROGRAMS)


def _host(request: Request) -> str | None:
    """The host that the browser asked for, without its port."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None
