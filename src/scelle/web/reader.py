"""A process that answers readings: ``main`` is what it runs, started by :mod:`.readers`.

It has the installation open as any other program of this machine may, asks its own door in
the name of whoever it is told, and can be reached by nobody but the process that started it.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from fastapi import FastAPI
from starlette.types import Scope

from scelle.bootstrap import open_app
from scelle.settings import Settings
from scelle.web.desk import Desk
from scelle.web.failing import add_failures
from scelle.web.reading import Read, answering
from scelle.web.render import render
from scelle.web.reviewing import add_readings
from scelle.web.serving import TIDIED_S, settle
from scelle.web.sessions import ASKER

#: Bytes of the first message at most.
_MESSAGE = 1 << 16


def readings(desk: Desk) -> FastAPI:
    """The pages of what only reads."""
    page = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    add_readings(page, desk, render)
    add_failures(page)
    return page


def main(control: int) -> None:
    """Answer until the process that asks is gone.

    Args:
        control: descriptor of a socket, through which come the settings, then for each request
            the socket on which it is asked and answered.
    """
    # Ctrl-C goes to everybody in the terminal, and what stops a service to all its processes.
    # Whoever asks decides: what is being answered is written to its end.
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.SIG_IGN)
    with socket.socket(fileno=control) as asked:
        settings: Settings = pickle.loads(asked.recv(_MESSAGE))  # noqa: S301 - from our parent
        with open_app(settings) as app:
            read = answering(readings(Desk(app)))
            settle()
            asyncio.run(_serve(asked, read, app.forget_erased))


async def _serve(control: socket.socket, read: Read, tidy: Callable[[], None]) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    control.setblocking(False)
    tasks = set[asyncio.Task[None]]()

    def come() -> None:
        data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            loop.remove_reader(control)
            over.set()
            return
        task = loop.create_task(_answer(socket.socket(fileno=descriptors[0]), read))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    loop.add_reader(control, come)
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), TIDIED_S)
        tidy()


async def _answer(asked: socket.socket, read: Read) -> None:
    """One request; whoever asked is told nothing where something is broken here."""
    source, sink = await asyncio.open_connection(sock=asked)
    try:
        scope: Scope = pickle.loads(await source.read())  # noqa: S301 - from our parent
        session = scope["state"].get("session")
        ASKER.set(session.agent.id if session else "")
        sink.write(pickle.dumps(await read(scope)))
        await sink.drain()
    finally:
        sink.close()
