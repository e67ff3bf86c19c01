"""Inside the sandbox: locked down first, then one piece of work after the other."""

from __future__ import annotations

import errno
import inspect
import os
import pickle
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from scelle.engine import channel, wire
from scelle.engine.protection import Rules, lock_down
from scelle.errors import ScelleError

_MOST = 1 << 40  # whoever started this process is trusted
_LONGEST = 4000  # characters of an error

MEMORY, OUTPUT = "memory", "output"
"""Stand where an error's name stands, when it was a limit that was met."""


class Link(Protocol):
    """How work in a sandbox reaches what it was granted, and nothing else."""

    def ask(self, name: str, *arguments: object) -> Any:
        """Ask whoever started this process; plain values only.

        A descriptor in the answer stands where :class:`Descriptor` stood.

        Raises:
            ScelleError: as it was raised there.
        """
        ...

    def tell(self, name: str, *arguments: object) -> None:
        """Say something that needs no answer; all of it is heard before the work's result."""
        ...


class Ended(Exception):
    """Whoever started this process is gone."""


class SocketLink:
    """The link of a sandboxed process."""

    def __init__(self, to: socket.socket) -> None:
        self._to = to
        self._waiting: deque[channel.Frame] = deque()

    def work(self) -> channel.Frame | None:
        """The next piece of work; ``None`` when the other side is gone."""
        if self._waiting:
            return self._waiting.popleft()
        return channel.receive(self._to, most=_MOST, descriptors=True)

    def ask(self, name: str, *arguments: object) -> Any:
        """See :class:`Link`."""
        channel.send(self._to, channel.ASK, wire.dumps([name, arguments]))
        while True:
            frame = channel.receive(self._to, most=_MOST, descriptors=True)
            if frame is None:
                raise Ended
            if frame.kind != channel.WORK:
                break
            self._waiting.append(frame)  # handed over ahead
        value = pickle.loads(frame.payload)  # noqa: S301 - towards the sandbox
        if frame.kind == channel.REFUSAL:
            raise value
        return (value, *frame.descriptors) if frame.descriptors else value

    def tell(self, name: str, *arguments: object) -> None:
        """See :class:`Link`."""
        channel.send(self._to, channel.TELL, wire.dumps([name, arguments]))


def live(to: socket.socket, rules: Rules) -> None:
    """Lock down, say what is in force, and work until the other side closes."""
    try:
        held = lock_down(rules)
    except (OSError, RuntimeError) as error:
        channel.send(to, channel.ERROR, wire.dumps(["OSError", f"{error}", ""]))
        return
    channel.send(to, channel.READY, wire.dumps([held.landlock, held.seccomp]))
    link = SocketLink(to)
    while frame := link.work():
        try:
            kind, payload = channel.RESULT, wire.dumps(_work(frame.payload, link))
        except Ended:
            return
        except BaseException as error:
            kind, payload = channel.ERROR, wire.dumps(_told(error))
        channel.send(to, kind, payload)


def _work(payload: bytearray, link: Link) -> object:
    work, task, linked = pickle.loads(payload)  # noqa: S301 - towards the sandbox
    return work(task, link) if linked else work(task)


def _told(error: BaseException) -> list[str]:
    """An error's kind, message and remedy: what it is, never the object itself."""
    kind = _limit(error) or type(error).__name__
    remedy = error.remedy if isinstance(error, ScelleError) else ""
    return [kind, str(error)[:_LONGEST], remedy[:_LONGEST]]


def _limit(error: BaseException) -> str:
    """Which limit of the sandbox was met, if one was; each library says so in its own way."""
    seen: BaseException | None = error
    while seen is not None:
        number = getattr(seen, "errno", None)
        if isinstance(seen, MemoryError) or number == errno.ENOMEM:
            return MEMORY
        if "Insufficient memory" in str(seen) or "Failed to allocate memory" in str(seen):
            return MEMORY
        if number == errno.EFBIG:
            return OUTPUT
        seen = seen.__cause__
    return ""


def takes_link(work: Callable[..., object]) -> bool:
    """Whether a piece of work asks for the link: its second parameter is called so."""
    try:
        names = list(inspect.signature(work).parameters)
    except (TypeError, ValueError):
        return False
    return names[1:2] == ["link"]


def begin(descriptor: int, rules: Rules) -> None:
    """The whole life of a sandboxed process; never returns."""
    status = 1
    try:
        with socket.socket(fileno=descriptor) as to:
            live(to, rules)
        status = 0
    finally:
        os._exit(status)
