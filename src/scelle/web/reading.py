"""Requests that only read, answered by whichever process does it.

The process that people speak to knows who they are, and how much they may ask; what answers a
reading is told in whose name, and keeps nothing that another process would have to know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scelle.web.places import Places


@dataclass(frozen=True)
class Answer:
    """A whole answer, before anything of it was sent.

    Attributes:
        status: of HTTP.
        headers: names, in small letters, and values.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


#: Answers a request without a body; what the guard knows of the asker is in its state.
Read = Callable[[Scope], Awaitable[Answer]]


def answering(page: ASGIApp) -> Read:
    """Have pages of this process answer."""

    async def read(scope: Scope) -> Answer:
        status, headers, parts = 500, tuple[tuple[bytes, bytes], ...](), list[bytes]()

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], tuple(map(tuple, message["headers"]))
            else:
                parts.append(message["body"])

        await page(scope, _nothing, send)
        return Answer(status, headers, b"".join(parts))

    return read


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class Bounded:
    """ASGI endpoint: readings, so many at a time.

    A place is free again once the answer is there: whoever fetches it slowly holds nobody up.

    Args:
        read: answers.
        places: of which places a request takes one.
    """

    def __init__(self, read: Read, places: Callable[[Request], Places]) -> None:
        self._read, self._places = read, places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with self._places(Request(scope)).one():
            read = await self._read(scope)
        answer = Response(read.body, read.status)
        answer.raw_headers = list(read.headers)
        await answer(scope, receive, send)
