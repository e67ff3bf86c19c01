"""How handlers have video decoded: always in a sandbox, never in their own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from scelle.engine.local import Engine, local_engine
from scelle.engine.protection import MEBIBYTE, Protection, Rules, require
from scelle.engine.ray import ray_engine
from scelle.engine.ready import Ready
from scelle.engine.worker import Limits, Serve, Worker
from scelle.errors import BadInput

PRELOAD = "scelle.operations.decoding"
"""Module that holds everything that runs in a sandbox."""


@dataclass(frozen=True)
class Sandbox:
    """Starts sandboxed processes as this installation is set.

    Attributes:
        production: refuse to decode where a sandbox cannot be complete.
        memory: bytes that one of them may allocate.
        ready: those that were started before they are asked for; ``None`` starts each then.
    """

    production: bool = False
    memory: int = 2048 * MEBIBYTE
    ready: Ready | None = None

    def standing_by(self, most: int) -> Sandbox:
        """The same, with some processes started ahead: for what people wait for."""
        return replace(self, ready=Ready(PRELOAD, Rules(memory=self.memory), most))

    def close(self) -> None:
        """End the processes that stand by."""
        if self.ready is not None:
            self.ready.close()

    def protection(self) -> Protection:
        """What will be in force.

        Raises:
            Misconfigured: in production, not enough.
        """
        return require(self.production)

    def worker(self) -> AbstractContextManager[Worker]:
        """A sandboxed process for several pieces of work; use as a context manager.

        Raises:
            Misconfigured: in production, no complete sandbox.
        """
        self.protection()
        if self.ready is not None:
            return self.ready.worker()
        return Worker(PRELOAD, Rules(memory=self.memory))

    def call(
        self,
        work: Callable[..., Any],
        task: Any,
        *,
        serve: Serve,
        limits: Limits,
        types: Sequence[type] = (),
    ) -> Any:
        """One piece of work in a sandbox of its own; see :meth:`scelle.engine.worker.Worker.call`.

        Raises:
            DecoderFailed: it crashed, or reached a limit.
            Misconfigured: in production, no complete sandbox.
        """
        with self.worker() as worker:
            return worker.call(work, task, serve=serve, limits=limits, types=types)

    @contextmanager
    def engine(
        self,
        workers: int,
        kind: str = "local",
        address: str = "",
        devices: Sequence[str] = (),
    ) -> Iterator[Engine]:
        """An engine whose every worker is a sandbox.

        Args:
            workers: sandboxes at a time.
            kind: ``local``, or ``ray``.
            address: of the Ray cluster's head node.
            devices: nodes of a graphics processor that the sandboxes may use.

        Raises:
            BadInput: no such kind, or no address.
            Misconfigured: in production, no complete sandbox; or no such cluster.
        """
        self.protection()
        # What a graphics library reads of the machine, beside the nodes themselves.
        machine = ("/proc/driver/nvidia", "/sys/devices") if devices else ()
        rules = Rules(memory=self.memory, devices=tuple(devices), readable=machine)
        if kind == "local":
            with local_engine(workers, PRELOAD, rules) as engine:
                yield engine
        elif kind == "ray":
            with ray_engine(address, workers, PRELOAD, rules) as cluster:
                yield cluster
        else:
            raise BadInput(f"There is no engine {kind!r}.", remedy="Use local or ray.")


def reading_limits(size: int) -> Limits:
    """For going through a whole file once: a minute, and a second for each 8 MiB.

    Args:
        size: of the file, bytes.
    """
    cpu_s = 60 + size // (8 * MEBIBYTE)
    return Limits(cpu_s=cpu_s, wall_s=60 + 4 * cpu_s)


def decoding_limits(seconds: float) -> Limits:
    """For decoding a span: five minutes, and twenty seconds for each second recorded.

    Args:
        seconds: of the recording, in the longest piece of work.
    """
    cpu_s = 300 + 20 * int(seconds)
    return Limits(cpu_s=cpu_s, wall_s=60 + 4 * cpu_s)
