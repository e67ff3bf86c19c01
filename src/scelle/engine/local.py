"""Segment tasks on this machine's own sandboxed processes.

Which process does a task, and in which order tasks end, never shows in the
result: a task depends on its own arguments alone, and its result is kept under
its own name.  A task that was done before is not done again.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from scelle.engine.protection import Rules
from scelle.engine.worker import Limits, Serve, Worker, silent
from scelle.errors import DecoderFailed, Interrupted

Task = TypeVar("Task")

_AHEAD = 2
"""Tasks handed to a worker at a time: the next one waits where the last one ends."""


class Engine(Protocol):
    """Does segment tasks, wherever that may be."""

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
        """Do every task; yields each with its result as soon as it is done.

        Few tasks are handed out ahead, so that a stop is quick.

        Args:
            tasks: any picklable values.
            work: ``work(task)`` or ``work(task, link)``, found by name in its module;
                the errors it raises are raised here.
            serve: answers what work asks through its link; called from several threads.
            limits: of each task.
            types: dataclasses and enumerations that may be in a result.
            failed: gives the result of a task on which the decoder crashed or reached a
                limit; without it the error is raised.

        Raises:
            Interrupted: a worker was killed; what was done is kept.
            DecoderFailed: see ``failed``.
        """
        ...


class LocalEngine:
    """A number of sandboxed processes; see :class:`Engine`.

    They live as long as one call of :meth:`run`, so that nothing of one recording is
    there when another is decoded.

    Args:
        workers: how many, at least one.
        preload: module that holds the work; loaded once, before workers fork off.
        rules: how they are held.
    """

    def __init__(self, workers: int, preload: str, rules: Rules | None = None) -> None:
        if workers < 1:
            raise ValueError("an engine needs at least one worker")
        self._workers = workers
        self._preload = preload
        self._rules = rules or Rules()
        self._running: list[_Run] = []
        self._closed = False

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
        """See :class:`Engine`."""
        if self._closed:
            raise RuntimeError("the engine is closed")
        if not tasks:
            return
        run = _Run(self, list(tasks), work, serve, limits or Limits(), types)
        self._running.append(run)
        try:
            for task, result, error in run.ended():
                if error is None:
                    yield task, result
                elif failed is not None and isinstance(error, DecoderFailed):
                    yield task, failed(task, error)
                else:
                    raise error
        finally:
            run.stop()
            self._running.remove(run)

    def start(self) -> Worker:
        """A fresh worker."""
        return Worker(self._preload, self._rules)

    @property
    def workers(self) -> int:
        """How many there are at the most."""
        return self._workers

    def close(self) -> None:
        """Drop what was handed out ahead and end the workers."""
        self._closed = True
        for run in self._running:
            run.stop()


class _Run:
    """Some tasks on their way: one thread for each worker speaks with it."""

    def __init__(
        self,
        engine: LocalEngine,
        tasks: list[Any],
        work: Callable[..., Any],
        serve: Serve,
        limits: Limits,
        types: Sequence[type],
    ) -> None:
        self._engine = engine
        self._tasks = deque(tasks)
        self._total = len(tasks)
        self._work, self._serve, self._limits, self._types = work, serve, limits, types
        self._ends: queue.SimpleQueue[tuple[Any, Any, BaseException | None]] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._workers: set[Worker] = set()
        self._stopped = False
        number = min(engine.workers, len(tasks))
        # What was done and not yet taken: nobody runs ahead of whoever takes it.
        self._untaken = threading.Semaphore(_AHEAD * number)
        self._threads = [threading.Thread(target=self._speak, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def ended(self) -> Iterator[tuple[Any, Any, BaseException | None]]:
        """Each task with its result or its error."""
        for _ in range(self._total):
            end = self._ends.get()
            self._untaken.release()
            yield end

    def stop(self) -> None:
        """End the workers and wait for the threads."""
        with self._guard:
            self._stopped = True
            self._tasks.clear()
            for worker in self._workers:
                worker.kill()
        for _ in self._threads:
            self._untaken.release()
        for thread in self._threads:
            thread.join()

    def _take(self, *, ahead: bool) -> list[Any]:
        """The next task, if there is one; none ahead that another worker may be free for."""
        self._untaken.acquire()
        with self._guard:
            enough = len(self._tasks) > (len(self._threads) if ahead else 0)
            if enough and not self._stopped:
                return [self._tasks.popleft()]
        self._untaken.release()
        return []

    def _speak(self) -> None:
        given: deque[Any] = deque()
        worker: Worker | None = None
        try:
            while True:
                while len(given) < _AHEAD and (taken := self._take(ahead=bool(given))):
                    given += taken
                    if worker is not None:
                        worker.give(self._work, taken[0], self._limits)
                if not given:
                    return
                if worker is None:
                    worker = self._enlisted()
                    for task in given:
                        worker.give(self._work, task, self._limits)
                try:
                    result = worker.result(self._serve, self._types)
                except DecoderFailed as error:
                    # The worker is gone; what waited behind goes to a fresh one.
                    self._discharge(worker)
                    worker = None
                    self._ends.put((given.popleft(), None, error))
                except Interrupted as error:
                    self._ends.put((given.popleft(), None, error))
                    return
                except Exception as error:
                    self._ends.put((given.popleft(), None, error))
                else:
                    self._ends.put((given.popleft(), result, None))
        except BaseException as error:
            self._ends.put((given[0] if given else None, None, error))
        finally:
            if worker is not None:
                self._discharge(worker)

    def _enlisted(self) -> Worker:
        worker = self._engine.start()
        with self._guard:
            self._workers.add(worker)
            if self._stopped:
                worker.kill()
        return worker

    def _discharge(self, worker: Worker) -> None:
        with self._guard:
            self._workers.discard(worker)
        worker.close()


@contextmanager
def local_engine(workers: int, preload: str, rules: Rules | None = None) -> Iterator[LocalEngine]:
    """A :class:`LocalEngine` that is closed at the end, also after an error."""
    engine = LocalEngine(workers, preload, rules)
    try:
        yield engine
    finally:
        engine.close()
