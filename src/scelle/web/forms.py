"""Forms that our own pages sent: read within bounds, and only from the session that has them."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qs

from fastapi import Depends, Request

from scelle.errors import BadInput
from scelle.web.sessions import Session

#: Bytes of a form: a passkey's answer has a few thousand at most.
MOST = 65536

#: Characters of a reason or an answer.
WORDS = 2000

_WHOLE = re.compile(r"-?[0-9]{1,15}")
# No exponent: ``1e99999999`` is a number that takes all memory to write out.
_SECONDS = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,6})?")


@dataclass(frozen=True)
class Form:
    """What somebody sent.

    Attributes:
        origin: of the page that sent it, as the browser says.
        fields: by name; the first of each.
        every: all values by name.
    """

    origin: str
    fields: Mapping[str, str]
    every: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        """A field without the spaces around it; empty when it was not sent.

        Browsers send the end of a line as two characters, and count it as one (HTML, 4.10.21).
        """
        return self.fields.get(name, "").replace("\r\n", "\n").strip()

    @property
    def language(self) -> str:
        """In which the page that sent it was."""
        return "fr" if self["lang"] == "fr" else "en"


def seconds(text: str) -> Fraction:
    """Seconds as people write them.

    >>> seconds("-1,5")
    Fraction(-3, 2)

    Raises:
        BadInput: they are not written so.
    """
    if not _SECONDS.fullmatch(text.strip()):
        raise BadInput("Seconds cannot be read.", remedy="Write them as in 12 or 1.5.")
    return Fraction(text.strip().replace(",", "."))


def whole(text: str) -> int | None:
    """A whole number as our own pages write it, such as milliseconds; ``None`` where it is none.

    >>> whole("-40"), whole("4e9")
    (-40, None)
    """
    return int(text) if _WHOLE.fullmatch(text) else None


def bounded(text: str, most: int) -> str:
    """What somebody has written, if it is not too long to be kept whole.

    Raises:
        BadInput: it is longer than ``most`` characters.
    """
    if len(text) > most:
        raise BadInput(
            f"What you wrote has {len(text)} characters; {most} are kept at most.",
            remedy="Say it in fewer words.",
        )
    return text


def stated(form: Form, name: str) -> str:
    """What must be said in words.

    Raises:
        BadInput: nothing is, or too much.
    """
    said = form[name]
    if not said:
        raise BadInput("Nothing is said.", remedy="Say why, in your words: it is written down.")
    return bounded(said, WORDS)


async def read_body(request: Request, most: int) -> bytes:
    """All that was sent.

    Raises:
        BadInput: more than ``most`` bytes.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise BadInput("What was sent is too long.", remedy="Send less at a time.")
    return bytes(body)


def check_own_script(request: Request, kind: str) -> None:
    """A request of a page's own script.

    A form of another site cannot send such a type, and a browser says where it comes from.

    Raises:
        BadInput: anything else.
    """
    same = request.headers.get("sec-fetch-site") == "same-origin"
    if not same or request.headers.get("content-type") != kind:
        raise BadInput("Only the page's own script may ask this.", remedy="Open the page itself.")


async def read_json(request: Request) -> dict[str, Any]:
    """A question of the page's own script.

    Raises:
        BadInput: it is none, or longer than 64 KiB.
    """
    check_own_script(request, "application/json")
    try:
        body = json.loads(await read_body(request, MOST))
        # Half a character (RFC 8259, 8.2) can be neither kept nor written down.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadInput("The question is no JSON.", remedy="Load the page again.") from error
    if not isinstance(body, dict):
        raise BadInput("The question is no JSON object.", remedy="Load the page again.")
    return body


async def read_form(request: Request) -> Form:
    """Read a form.

    Raises:
        BadInput: it is another session's, or none of ours, or too long.
    """
    body = await read_body(request, MOST)
    every = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
    fields = {name: values[0] for name, values in every.items()}
    session: Session | None = getattr(request.state, "session", None)
    given = fields.get("csrf", "")
    if session is not None and not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise BadInput(
            "This form is of a session that is over.", remedy="Open the page again and send it."
        )
    return Form(request.headers.get("origin", ""), fields, every)


#: A form as a parameter of a page's function.
SENT: Any = Depends(read_form)
