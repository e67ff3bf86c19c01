"""Several processes that answer what the review bench reads.

One interpreter computes for one person at a time.  So what most of a day's requests are, looking,
is passed on to processes beside the one that people speak to.  That one alone knows who is signed
in, counts how often they ask, gives out what is good once, and keeps the queue.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Self

from starlette.types import Scope

from scelle.errors import Interrupted
from scelle.settings import Settings
from scelle.web.reading import Answer

#: What a reading needs to know of a request.
_TOLD = (
    "type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string",
    "root_path", "server", "client",
)  # fmt: skip
#: What nobody needs who is told in whose name a request is asked.
_SECRET = frozenset((b"cookie", b"authorization"))
_ENDS_S = 20
#: Longer than any reading takes: a process that gives no answer in that time gives none.
_ANSWERS_S = 120


@dataclass(eq=False)
class _Reader:
    """One process.

    Attributes:
        control: the socket on which it is told that it is asked.
        busy: how many it answers at the moment.
        turn: when it was asked last, counted.
    """

    control: socket.socket
    process: subprocess.Popen[bytes]
    busy: int = 0
    turn: int = 0


class Readers:
    """Answers readings (:data:`scelle.web.reading.Read`); use as a context manager.

    A process that is gone is replaced when the next is asked.

    Args:
        settings: of the installation that the processes open.
        count: how many, at least one.
    """

    def __init__(self, settings: Settings, count: int) -> None:
        self._settings = settings
        self._turn = 0
        self._readers = [self._start() for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def processes(self) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(reader.process.pid for reader in self._readers)

    async def __call__(self, scope: Scope) -> Answer:
        """Have the process that is least busy answer.

        Raises:
            Interrupted: it ended meanwhile, or gave no answer for so long that it was ended.
        """
        for gone in [r for r in self._readers if r.process.poll() is not None]:
            gone.control.close()
            self._readers[self._readers.index(gone)] = self._start()
        reader = min(self._readers, key=lambda each: (each.busy, each.turn))
        self._turn += 1
        reader.turn = self._turn
        told = {name: scope[name] for name in _TOLD if name in scope}
        told["headers"] = [h for h in scope["headers"] if h[0] not in _SECRET]
        told["state"] = dict(scope["state"])
        reader.busy += 1
        try:
            async with asyncio.timeout(_ANSWERS_S):
                data = await _asked(reader.control, pickle.dumps(told))
        except TimeoutError:
            reader.process.kill()
            reader.process.wait()
            data = b""
        except OSError:
            data = b""
        finally:
            reader.busy -= 1
        if not data:
            raise Interrupted(
                "The process that was to answer has ended.",
                remedy="Load the page again; the server's own output says why it ended.",
            )
        answer: Answer = pickle.loads(data)  # noqa: S301 - from a process of ours
        return answer

    def close(self) -> None:
        """End them; what they are answering is answered no more."""
        for reader in self._readers:
            reader.control.close()
        for reader in self._readers:
            try:
                reader.process.wait(_ENDS_S)
            except subprocess.TimeoutExpired:
                reader.process.kill()
                reader.process.wait()

    def _start(self) -> _Reader:
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The paths as they are here, not only as the environment has them.
        paths = json.dumps([p for p in sys.path if p])
        program = f"from scelle.web.reader import main; main({its.fileno()})"
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {paths}; {program}"],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
        )
        its.close()
        # What opens the database may be a password: it stands in no list of processes.
        mine.send(pickle.dumps(self._settings))
        return _Reader(mine, process)


async def _asked(control: socket.socket, question: bytes) -> bytes:
    """Ask on a socket of its own; empty where the other end let go without an answer."""
    mine, its = socket.socketpair()
    with its:
        source, sink = await asyncio.open_connection(sock=mine)
        try:
            socket.send_fds(control, [b"?"], [its.fileno()])
            its.close()
            sink.write(question)
            sink.write_eof()
            return await source.read()
        finally:
            sink.close()
