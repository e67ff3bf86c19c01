"""What pages with a script of their own have in common: its policy, and errors as it reads them."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from scelle.errors import Refused, ScelleError
from scelle.web.guard import POLICY as PLAIN
from scelle.web.render import language_of, told

#: Scripts are this package's own files and ask only this server; videos are what they hold in
#: memory.
POLICY = (
    PLAIN.replace("media-src 'self'", "media-src blob:")
    + "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
)


def problem(request: Request, error: ScelleError, status: int) -> Response:
    """An error as a script reads it, in the language of its page."""
    language = language_of(request)
    if isinstance(error, Refused):
        lines = [told(r.remedy, language) for r in error.reasons]
        title = "; ".join(
            f"{told(r.text, language)} [{r.rule}, {r.article}]" for r in error.reasons
        )
    else:
        title, lines = told(error, language), [told(error.remedy, language)]
    return JSONResponse({"title": title, "lines": [s for s in lines if s]}, status_code=status)
