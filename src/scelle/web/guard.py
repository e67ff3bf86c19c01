"""Who may talk to the pages at all: this machine's own browser, signed in.

(1) The Host header must name the loopback interface: a name that an outsider
    points at 127.0.0.1 (DNS rebinding) is turned away.
(2) A browser says where a request comes from (``Sec-Fetch-Site``, Fetch
    Metadata): another site's page may neither embed nor open ours.
(3) The session's cookie must be there, unless the page is public.
(4) Every answer carries the headers that keep it here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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

#: Below it are the pages that ask for a passkey, the only ones with a script.
SCRIPTED = "/mandate/"

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
}

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

#: ``(request, HTTP status, message key) -> answer``
Stopped = Callable[[Request, int, str], Response]


class Guard:
    """ASGI middleware around every page.

    Args:
        token: what the session's cookie must hold; ``None`` for a public page.
        refuse: makes the answer to a request that is stopped.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, refuse: Stopped) -> None:
        self._app = app
        self._token = token
        self._refuse = refuse

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
                if scope["path"].startswith(SCRIPTED):
                    headers["Content-Security-Policy"] = f"{POLICY}; script-src 'self'"
                    # A form says where it was sent from only where a referrer may be told.
                    headers["Referrer-Policy"] = "same-origin"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope)
        answer: ASGIApp = self._stop(request) or self._app
        await answer(scope, receive, send_guarded)

    def _stop(self, request: Request) -> Response | None:
        if _host(request) not in _LOOPBACK:  # (1)
            return self._refuse(request, 421, "stopped.host")
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:  # (2)
            return self._refuse(request, 403, "stopped.site")
        if self._token is None or request.url.path.startswith(("/sign-in/", "/static/")):
            return None
        given = request.cookies.get(COOKIE, "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):  # (3)
            return self._refuse(request, 401, "stopped.token")
        return None


def _host(request: Request) -> str | None:
    """The host that the browser asked for, without its port."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None
