"""Segment tasks on local processes.

Which process does a task, and in which order tasks end, never shows in the
result: a task depends on its own arguments alone, and its result is kept under
its own name.  A task that was done before is not done again.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, TypeVar

from scelle.errors import Interrupted

Task = TypeVar("Task")
Result = TypeVar("Result")


_LOOK_S = 2.0
"""How often the workers are looked at while no task ends, seconds."""


class _Context(ForkServerContext):
    """Remembers the processes that it made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[ForkServerProcess] = []

    def Process(self, *args: Any, **options: Any) -> ForkServerProcess:  # type: ignore[override]  # noqa: N802
        process = ForkServerProcess(*args, **options)
        self.made.append(process)
        return process


class LocalEngine:
    """A pool of worker processes.

    Args:
        workers: how many, at least one.
        preload: module that holds the work; imported once, before workers fork off.
    """

    def __init__(self, workers: int, preload: str) -> None:
        if workers < 1:
            raise ValueError("an engine needs at least one worker")
        self._context = _Context()
        self._context.set_forkserver_preload([preload])
        self._workers = workers
        self._pool = ProcessPoolExecutor(workers, mp_context=self._context, initializer=_enlist)

    def run(
        self, tasks: Sequence[Task], work: Callable[[Task], Result]
    ) -> Iterator[tuple[Task, Result]]:
        """Do every task; yields each with its result as soon as it is done.

        At most two tasks a worker are handed out ahead, so that a stop is quick.

        Args:
            tasks: any picklable values.
            work: a picklable function; the errors it raises are raised here.

        Raises:
            Interrupted: a worker died; what was done is kept.
        """
        waiting = list(reversed(tasks))
        running: dict[Future[Result], Task] = {}
        try:
            while waiting or running:
                while waiting and len(running) < 2 * self._workers:
                    task = waiting.pop()
                    running[self._submit(work, task)] = task
                done, _ = wait(running, _LOOK_S, return_when=FIRST_COMPLETED)
                if not done and self._lost():
                    raise BrokenProcessPool
                # In the order of handing out: the same run tells the same story.
                for future in [f for f in running if f in done]:
                    yield running.pop(future), future.result()
        except BrokenProcessPool as error:
            raise Interrupted(
                "a worker process was killed or ran out of memory",
                remedy="Run the same command again: it goes on where this one stopped.",
            ) from error

    def close(self) -> None:
        """Drop what was handed out ahead and end the workers."""
        if self._lost():
            # A worker that was starting while another died is unknown to the pool's
            # own clearing up, which would wait for it without end.
            for process in self._context.made:
                if process.is_alive():
                    process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[Task], Result], task: Task) -> Future[Result]:
        try:
            return self._pool.submit(work, task)
        except OSError as error:
            # The pool clears up after a dead worker while it starts another one here.
            if self._lost():
                raise BrokenProcessPool from error
            raise

    def _lost(self) -> bool:
        """Whether a worker has died; none ends by itself before the engine is closed."""
        return any(process.pid and not process.is_alive() for process in self._context.made)


@contextmanager
def local_engine(workers: int, preload: str) -> Iterator[LocalEngine]:
    """A :class:`LocalEngine` that is closed at the end, also after an error."""
    engine = LocalEngine(workers, preload)
    try:
        yield engine
    finally:
        engine.close()


def _enlist() -> None:
    """In each worker: stop with the parent, and leave Ctrl-C to it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True)
        watch.start()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait as wait_for

    wait_for([sentinel])
    os._exit(1)
