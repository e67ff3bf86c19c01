"""Errors as answers: what happened, why, and what to do, for whoever reads them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from fastapi import FastAPI, Request, Response

from scelle.errors import BadInput, NotFound, Refused, ScelleError
from scelle.web import api, live, reviewing
from scelle.web.filters import UnknownChoice
from scelle.web.receiving import SCRIPTED
from scelle.web.render import render
from scelle.web.scripted import problem

#: Below these a page's script asks, and reads what went wrong.
_SPOKEN_TO = (f"{live.PATH}/", f"{reviewing.PATH}/", "/lease/")

#: HTTP status of each kind of error, the first that fits.
_STATUS: tuple[tuple[type[ScelleError], int], ...] = (
    (Refused, 403),
    (NotFound, 404),
    (BadInput, 400),
)


def add_failures(page: FastAPI) -> None:
    """Have errors of the program answered."""

    @page.exception_handler(UnknownChoice)
    def unknown(request: Request, error: UnknownChoice) -> Response:
        """A filter asked for what it does not offer: the other tracks are no answer."""
        if request.url.path.startswith(_SPOKEN_TO):
            return problem(request, error, 400)
        return render(request, "unknown.html", status=400, error=error)

    @page.exception_handler(ScelleError)
    def failed(request: Request, error: ScelleError) -> Response:
        """An error as a page: what happened, why, what to do."""
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        if api.of_api(request):
            return api.told(error, status)
        path = request.url.path
        if path.startswith(_SPOKEN_TO) or SCRIPTED.fullmatch(path):
            return problem(request, error, status)
        return render(request, "error.html", status=status, error=error, form=_form(request))


def _form(request: Request) -> str:
    """The page of our own whose form was sent; empty where there is none."""
    try:
        sent = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # no address
        return ""
    own = request.method == "POST" and sent.netloc == request.url.netloc
    # A path alone may begin like another host (RFC 3986, 4.2).
    if not own or not re.fullmatch(r"/[^/\\].*", sent.path):
        return ""
    return urlunsplit(("", "", sent.path, sent.query, ""))
