"""What pages with a script of their own have in common: its policy, and errors as it reads them."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse

from scelle.errors import Refused, ScelleError
from scelle.web.guard import POLICY as PLAIN

#: Scripts are this package's own files and ask only this server; videos are what they hold in
#: memory.
POLICY = (
    PLAIN.replace("media-src 'self'", "media-src blob:")
    + "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
)


def problem(error: ScelleError, status: int) -> Response:
    """An error as a script reads it."""
    if isinstance(error, Refused):
        lines = [f"{r.text} {r.remedy}".strip() for r in error.reasons]
        title = str(error).splitlines()[0]
    else:
        title, lines = str(error), [error.remedy]
    return JSONResponse({"title": title, "lines": [s for s in lines if s]}, status_code=status)
