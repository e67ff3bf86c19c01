"""Segment tasks on a cluster of machines, by Ray.

The same tasks, in the same sandboxes, as :mod:`scelle.engine.local`: on each machine an
actor starts a sandboxed process and answers what it asks, from the vault, which every
machine must reach under the same path.  What is done is known to the caller's database
alone: Ray keeps nothing.  A machine that dies loses what it was doing; others do it again.
"""

from __future__ import annotations

import os
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, TypeVar

from scelle.engine.protection import Rules
from scelle.engine.worker import Limits, Serve, Worker, silent
from scelle.errors import BadInput, DecoderFailed, Interrupted, Misconfigured

Task = TypeVar("Task")

_AHEAD = 2
_ATTEMPTS = 3
"""Times that a task may lose the machine it is on before the run is given up."""

_LOOK_S = 2.0
_START_S = 300.0
"""Without any hand for so long, while some are asked for, the run is given up."""

_COMPARED = ("scelle", "av", "numpy", "opencv-python-headless", "onnxruntime", "scipy")


def versions() -> dict[str, str]:
    """What decides a result and may differ between machines."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _COMPARED:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


class Hand:
    """What works on another machine; an actor of Ray, with one sandbox at a time."""

    def __init__(self, preload: str, rules: Rules) -> None:
        self._preload, self._rules = preload, rules
        self._worker: Worker | None = None

    def hello(self) -> tuple[dict[str, str], tuple[str, ...], str]:
        """This machine's versions, what holds its sandboxes, and its process."""
        with Worker(self._preload, self._rules) as worker:
            return versions(), worker.protection.names, str(os.getpid())

    def do(
        self,
        work: Callable[..., Any],
        task: Any,
        serve: Serve,
        limits: Limits,
        types: Sequence[type],
    ) -> tuple[Any, Exception | None]:
        """One task: its result, or its error as a value."""
        if self._worker is None:
            self._worker = Worker(self._preload, self._rules)
        try:
            return self._worker.call(work, task, serve=serve, limits=limits, types=types), None
        except DecoderFailed as error:
            self._worker.close()
            self._worker = None
            # Its constructor takes a word more than pickling knows of.
            return None, _Failed(str(error), error.why, error.remedy)
        except Interrupted as error:
            self._worker.close()
            self._worker = None
            return None, error
        except Exception as error:
            return None, error


class _Failed(Exception):
    """A :class:`DecoderFailed`, on its way."""

    def made(self) -> DecoderFailed:
        message, why, remedy = self.args
        return DecoderFailed(message, why=why, remedy=remedy)


@dataclass(eq=False)
class _Actor:
    """A hand, and what it was given."""

    handle: Any
    given: int = 0


@dataclass
class _Given:
    actor: _Actor
    task: Any
    attempt: int


class RayEngine:
    """An engine on a Ray cluster; see :class:`scelle.engine.local.Engine`.

    Args:
        address: ``host:port`` of the head node; this machine is a node of that cluster.
        workers: sandboxes on all machines together, at the most.
        preload: module that holds the work.
        rules: how sandboxes are held.

    Raises:
        BadInput: no address.
        Misconfigured: Ray is not installed, or no such cluster answers.
    """

    def __init__(
        self, address: str, workers: int, preload: str, rules: Rules | None = None
    ) -> None:
        if not address:
            raise BadInput(
                "No Ray cluster is named.",
                remedy="Give its head node with --address HOST:PORT, or use --engine local.",
            )
        if find_spec("ray") is None:
            raise Misconfigured(
                "Ray is not installed.",
                remedy="Install the extra: pip install 'scelle[cluster]'; or use --engine local.",
            )
        # Nothing is told to anybody, and nobody without the token is listened to.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        import ray

        self._ray = ray
        self._workers, self._preload, self._rules = workers, preload, rules or Rules()
        try:
            ray.init(
                address=address,
                namespace="scelle",
                log_to_driver=False,
                configure_logging=False,
                include_dashboard=False if address == "local" else None,
            )
        except Exception as error:
            raise Misconfigured(
                f"The Ray cluster at {address} does not let this machine in: "
                f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
                remedy="Start a node of that cluster here (`ray start --address`), with the same "
                "RAY_AUTH_TOKEN, or use --engine local.",
            ) from error
        self._actors: list[_Actor] = []
        self.machines: dict[str, tuple[str, ...]] = {}

    def run(
        self,
        tasks: Sequence[Task],
        work: Callable[..., Any],
        *,
        serve: Serve = silent,
        limits: Limits | None = None,
        types: Sequence[type] = (),
        failed: Callable[[Task, DecoderFailed], Any] | None = None,
    ) -> Iterator[tuple[Task, Any]]:
        """See :class:`scelle.engine.local.Engine`.

        Raises:
            Misconfigured: a machine has other versions, or no sandbox.
            Interrupted: no machine is left, or a task lost too many.
        """
        if not tasks:
            return
        state = _State(deque((task, 1) for task in tasks))
        call = (work, serve, limits or Limits(), tuple(types))
        try:
            while state.waiting or state.running:
                self._staff(state)
                self._hand_out(state, call)
                refs = [*state.running, *state.starting]
                ready, _ = self._ray.wait(refs, num_returns=1, timeout=_LOOK_S)
                for ref in ready:
                    if ref in state.starting:
                        self._welcome(state, ref)
                    elif (ended := self._ended(state, ref)) is not None:
                        task, result, error = ended
                        if error is None:
                            yield task, result
                        elif failed is not None and isinstance(error, DecoderFailed):
                            yield task, failed(task, error)
                        else:
                            raise error
        finally:
            for actor in self._actors:
                self._ray.kill(actor.handle)
            for actor in state.starting.values():
                self._ray.kill(actor.handle)
            self._actors.clear()

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()

    # -- parts -----------------------------------------------------------------------

    def _staff(self, state: _State) -> None:
        """Ask for hands, so many as there are tasks, when there is none."""
        if self._actors:
            return
        if state.starting:
            # A hand that no machine has room for is waited for by Ray without end.
            if time.monotonic() > state.until:
                raise _interrupted(f"no machine of the cluster began in {_START_S:.0f} s")
            return
        if state.asked >= _ATTEMPTS:
            raise _interrupted("no machine of the cluster is left")
        state.asked += 1
        state.until = time.monotonic() + _START_S
        hand = self._ray.remote(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD")(Hand)
        for _ in range(min(self._workers, len(state.waiting) + len(state.running))):
            actor = _Actor(hand.remote(self._preload, self._rules))
            state.starting[actor.handle.hello.remote()] = actor

    def _welcome(self, state: _State, ref: Any) -> None:
        """A hand has answered; it must be able to give the same results as this machine."""
        actor = state.starting.pop(ref)
        try:
            theirs, protection, process = self._ray.get(ref)
        except self._ray.exceptions.RayActorError:
            return
        except self._ray.exceptions.RayTaskError as error:
            raise Misconfigured(
                f"A machine of the cluster cannot work: {error.cause}",
                remedy="Look at scelle health on each machine.",
            ) from error
        ours = versions()
        if theirs != ours:
            differs = [
                f"{k} {theirs.get(k)}, not {v}" for k, v in ours.items() if theirs.get(k) != v
            ]
            raise Misconfigured(
                f"A machine of the cluster has {'; '.join(differs)}: results could differ.",
                remedy="Install the same version on every machine, from the same lock file.",
            )
        self.machines[process] = protection
        self._actors.append(actor)

    def _hand_out(self, state: _State, call: tuple[Any, ...]) -> None:
        work, serve, limits, types = call
        for load in range(_AHEAD):
            for actor in self._actors:
                enough = len(state.waiting) > (len(self._actors) if load else 0)
                if actor.given == load and enough:
                    task, attempt = state.waiting.popleft()
                    ref = actor.handle.do.remote(work, task, serve, limits, types)
                    state.running[ref] = _Given(actor, task, attempt)
                    actor.given += 1

    def _ended(self, state: _State, ref: Any) -> tuple[Any, Any, Exception | None] | None:
        given = state.running.pop(ref)
        try:
            result, error = self._ray.get(ref)
        except self._ray.exceptions.RayActorError:
            self._lost(state, given)
            return None
        except self._ray.exceptions.RayTaskError as told:
            raise told.cause from told
        given.actor.given -= 1
        return given.task, result, error.made() if isinstance(error, _Failed) else error

    def _lost(self, state: _State, first: _Given) -> None:
        """A hand is gone, with its machine perhaps: what it was given is for others."""
        lost = [first]
        for ref, given in list(state.running.items()):
            if given.actor is first.actor:
                lost.append(state.running.pop(ref))
        if first.actor in self._actors:
            self._actors.remove(first.actor)
            state.until = time.monotonic() + _START_S
        for given in reversed(lost):
            if given.attempt >= _ATTEMPTS:
                raise _interrupted("a task lost its machine several times")
            # What waited behind the first one was not begun.
            again = given.attempt + 1 if given is first else given.attempt
            state.waiting.appendleft((given.task, again))


@dataclass
class _State:
    """Of one run."""

    waiting: deque[tuple[Any, int]]
    running: dict[Any, _Given] = field(default_factory=dict)
    starting: dict[Any, _Actor] = field(default_factory=dict)
    asked: int = 0
    until: float = 0.0


def _interrupted(why: str) -> Interrupted:
    return Interrupted(why, remedy="Run the same command again: it goes on where this one stopped.")


@contextmanager
def ray_engine(
    address: str, workers: int, preload: str, rules: Rules | None = None
) -> Iterator[RayEngine]:
    """A :class:`RayEngine` that leaves the cluster at the end, also after an error."""
    engine = RayEngine(address, workers, preload, rules)
    try:
        yield engine
    finally:
        engine.close()
