"""One sandboxed process, seen from the one that started it."""

from __future__ import annotations

import builtins
import os
import pickle
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scelle import errors
from scelle.engine import channel, wire
from scelle.engine.child import MEMORY, OUTPUT, takes_link
from scelle.engine.protection import MEBIBYTE, Protection, Rules
from scelle.engine.zygote import zygote_of
from scelle.errors import (
    Damaged,
    DecoderFailed,
    Interrupted,
    Misconfigured,
    ScelleError,
    UnreadableSource,
)

_START_S = 60
_END_S = 5
_largest = [0]
_REMEDY = (
    "Treat the recording as hostile: keep the original apart, report it, and ask for "
    "another export of the same span."
)
_SIGNALS = {
    signal.SIGSEGV: "crash",
    signal.SIGBUS: "crash",
    signal.SIGABRT: "crash",
    signal.SIGILL: "crash",
    signal.SIGFPE: "crash",
    signal.SIGTRAP: "crash",
    signal.SIGSYS: "forbidden",
    signal.SIGXCPU: "time",
    signal.SIGXFSZ: "output",
}
_SAID = {
    "crash": "The decoder crashed",
    "time": "The decoder took longer than it may",
    "memory": "The decoder asked for more memory than it may have",
    "output": "The decoder gave out more than it may",
    "forbidden": "The decoder tried what its sandbox forbids",
}


def largest() -> int:
    """The most memory that any sandboxed process of this program has had so far, bytes."""
    return _largest[0]


@dataclass(frozen=True)
class Answer:
    """To a question from a sandbox.

    Attributes:
        value: any picklable value.
        descriptors: to be handed over with it; closed here once they are.
    """

    value: object = None
    descriptors: tuple[int, ...] = ()


#: Answers questions, and hears remarks: ``serve(name, arguments)``.
Serve = Callable[[str, Sequence[Any]], Answer]


@dataclass(frozen=True)
class Limits:
    """Of one piece of work.

    Attributes:
        cpu_s: processor seconds.
        wall_s: seconds until its result.
        output: bytes that it may say.
    """

    cpu_s: int = 600
    wall_s: float = 3600
    output: int = 1024 * MEBIBYTE


def silent(name: str, arguments: Sequence[Any]) -> Answer:
    """Answers nothing: for work that has nothing to ask."""
    raise Misconfigured(f"A sandboxed process asked for {name!r}, which it was not granted.")


class Worker:
    """A sandboxed process; use as a context manager.

    Args:
        preload: module whose process it is forked from.
        rules: how it is held.

    Attributes:
        protection: what is in force around it, as it said before its first work.

    Raises:
        Misconfigured: it could not lock itself down.
        Interrupted: it was killed while it started.
    """

    def __init__(self, preload: str, rules: Rules | None = None) -> None:
        self._born = zygote_of(preload).bear(rules or Rules())
        self._given: deque[Limits] = deque()
        self.pid = self._born.pid
        try:
            self.protection = self._ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, at work or not."""
        self._born.kill()
        self._born.ended(_END_S)
        if self._born.peak > _largest[0]:
            _largest[0] = self._born.peak
        self._born.close()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._born.alive()

    def kill(self) -> None:
        """End it; whoever waits for its result is told that it was interrupted."""
        self._born.kill()

    def give(self, work: Callable[..., Any], task: Any, limits: Limits) -> None:
        """Hand over a piece of work; several may wait, they are done in order.

        Args:
            work: ``work(task)`` or ``work(task, link)``, found by name in its module.
            task: any picklable value.
            limits: for this piece alone.
        """
        payload = pickle.dumps((work, task, takes_link(work)))
        self._given.append(limits)
        if len(self._given) == 1:
            self._limit(limits)
        with suppress(BrokenPipeError, ConnectionResetError):  # how it ended is told below
            channel.send(self._born.channel, channel.WORK, payload)

    def result(self, serve: Serve = silent, types: Sequence[type] = ()) -> Any:
        """The result of the piece that was handed over first; its questions are answered here.

        Args:
            serve: answers them.
            types: dataclasses and enumerations that may be in the result.

        Raises:
            DecoderFailed: it crashed, or reached a limit; it is gone.
            Interrupted: somebody killed it.
            Damaged: what it says is no answer.
            ScelleError, ValueError...: as the work raised it.
        """
        limits = self._given.popleft()
        try:
            return self._until_result(limits, serve, types)
        finally:
            if self._given and self._born.alive():
                self._limit(self._given[0])

    def call(
        self,
        work: Callable[..., Any],
        task: Any,
        *,
        serve: Serve = silent,
        limits: Limits | None = None,
        types: Sequence[type] = (),
    ) -> Any:
        """:meth:`give` one piece and wait for its :meth:`result`."""
        self.give(work, task, limits or Limits())
        return self.result(serve, types)

    # -- parts -----------------------------------------------------------------------

    def _ready(self) -> Protection:
        self._born.channel.settimeout(_START_S)
        frame = channel.receive(self._born.channel, most=MEBIBYTE)
        if frame is None:
            raise self._ended()
        if frame.kind != channel.READY:
            _, message, _ = wire.loads(frame.payload)
            raise Misconfigured(
                f"A decoding process could not be locked down: {message}.",
                remedy="Look at scelle health; the kernel must allow Landlock and seccomp.",
            )
        return Protection(*wire.loads(frame.payload))

    def _until_result(self, limits: Limits, serve: Serve, types: Sequence[type]) -> Any:
        until, left = time.monotonic() + limits.wall_s, limits.output
        while True:
            self._born.channel.settimeout(max(until - time.monotonic(), 0.001))
            try:
                frame = channel.receive(self._born.channel, most=left)
            except TimeoutError:
                raise self._stopped("time") from None
            except channel.TooLong:
                raise self._stopped("output") from None
            except ConnectionResetError:
                frame = None
            if frame is None:
                raise self._ended()
            left -= len(frame.payload)
            match frame.kind:
                case channel.RESULT:
                    return wire.loads(frame.payload, types)
                case channel.ERROR:
                    raise _error(wire.loads(frame.payload))
                case channel.ASK | channel.TELL:
                    began = time.monotonic()
                    self._answer(frame, serve, types)
                    until += time.monotonic() - began  # our own time is not its
                case _:
                    raise self._stopped("forbidden")

    def _answer(self, frame: channel.Frame, serve: Serve, types: Sequence[type]) -> None:
        try:
            name, arguments = wire.loads(frame.payload, types)
            answer = serve(name, arguments)
        except ScelleError as error:
            if frame.kind == channel.TELL:
                self.close()
                raise
            with suppress(BrokenPipeError, ConnectionResetError):
                channel.send(self._born.channel, channel.REFUSAL, pickle.dumps(error))
            return
        if frame.kind == channel.TELL:
            return
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                channel.send(
                    self._born.channel,
                    channel.ANSWER,
                    pickle.dumps(answer.value),
                    answer.descriptors,
                )
        finally:
            for descriptor in answer.descriptors:
                os.close(descriptor)

    def _limit(self, limits: Limits) -> None:
        """So many processor seconds from now on; the kernel ends it when they are spent."""
        with suppress(OSError, IndexError):
            stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            used = (int(stat[11]) + int(stat[12])) // os.sysconf("SC_CLK_TCK")
            soft = used + limits.cpu_s + 1
            _, hard = resource.prlimit(self.pid, resource.RLIMIT_CPU)
            if hard != resource.RLIM_INFINITY:
                soft = min(soft, hard)
            resource.prlimit(self.pid, resource.RLIMIT_CPU, (soft, hard))

    def _stopped(self, why: str) -> ScelleError:
        self.close()
        return failure(why)

    def _ended(self) -> ScelleError:
        status = self._born.ended(_START_S)
        self.close()
        if status is not None and status < 0:
            why = _SIGNALS.get(signal.Signals(-status))
            if why is not None:
                return failure(why, f" ({signal.Signals(-status).name})")
        elif status is not None:
            return failure("crash", f" (exit status {status})")
        return Interrupted(
            "a worker process was killed or ran out of memory",
            remedy="Run the same command again: it goes on where this one stopped.",
        )


def failure(why: str, detail: str = "") -> DecoderFailed:
    """The error that tells how a sandboxed process ended."""
    return DecoderFailed(
        f"{_SAID[why]}{detail}; it was alone in its sandbox.", why=why, remedy=_REMEDY
    )


def _error(told: Any) -> Exception:
    """An error that a sandboxed process tells of, made anew here."""
    if not (isinstance(told, list) and len(told) == 3 and all(isinstance(t, str) for t in told)):
        return Damaged("A sandboxed process told of an error that is none.", remedy=_REMEDY)
    name, message, remedy = told
    if name in (MEMORY, OUTPUT):
        return failure(name)
    kind = getattr(errors, name, None)
    if kind is errors.Interrupted or kind is errors.Misconfigured:
        return _made(kind, message, remedy)
    if isinstance(kind, type) and issubclass(kind, (errors.BadInput, errors.Damaged)):
        return _made(kind, message, remedy)
    plain = getattr(builtins, name, None)
    if isinstance(plain, type) and issubclass(plain, Exception) and plain is not StopIteration:
        return plain(message)
    return RuntimeError(f"{name}: {message}")


def _made(kind: type[ScelleError], message: str, remedy: str) -> ScelleError:
    if issubclass(kind, DecoderFailed):
        return UnreadableSource(message, remedy=remedy)
    return kind(message, remedy=remedy)
