"""Sandboxed processes that are started before they are needed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from scelle.engine.protection import Rules
from scelle.engine.worker import Worker
from scelle.errors import ScelleError


class Ready:
    """Sandboxed processes that have done nothing yet; safe between threads.

    Starting one and waiting until one has ended take longer than decoding a picture does.
    Both happen in a thread of their own, after somebody has asked and where nobody waits.
    No process serves two who ask.

    Args:
        preload, rules: as :class:`Worker`.
        most: that wait at a time.
    """

    def __init__(self, preload: str, rules: Rules, most: int) -> None:
        self._preload, self._rules, self._most = preload, rules, most
        self._one = threading.Lock()
        self._waiting: deque[Worker] = deque()
        self._aside: ThreadPoolExecutor | None = None
        self._closed = False

    @property
    def waiting(self) -> tuple[int, ...]:
        """The processes that wait."""
        with self._one:
            return tuple(worker.pid for worker in self._waiting)

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A sandboxed process for one who asks; it ends when this is left.

        Raises:
            Misconfigured, Interrupted: as :class:`Worker`.
        """
        worker = self._taken() or self._started()
        try:
            yield worker
        finally:
            worker.kill()
            self._later(worker)

    def settle(self) -> None:
        """Wait until all that was begun aside is done."""
        with self._one:
            aside = self._aside
        if aside is not None:
            aside.submit(lambda: None).result()

    def close(self) -> None:
        """End those that wait; whoever asks afterwards has one started."""
        with self._one:
            aside, self._aside, self._closed = self._aside, None, True
        if aside is not None:
            aside.shutdown()
        while (worker := self._taken()) is not None:
            worker.close()

    def _started(self) -> Worker:
        return Worker(self._preload, self._rules)

    def _taken(self) -> Worker | None:
        while True:
            with self._one:
                if not self._waiting:
                    return None
                worker = self._waiting.popleft()
            if worker.alive():
                return worker
            worker.close()

    def _followed(self, worker: Worker) -> None:
        """Let go of a process, and start those that are to wait."""
        worker.close()
        # What is wrong is told to whoever asks next.
        with suppress(ScelleError):
            while len(self.waiting) < self._most and not self._closed:
                started = self._started()
                with self._one:
                    self._waiting.append(started)

    def _later(self, worker: Worker) -> None:
        with self._one:
            if not self._closed:
                if self._aside is None:
                    self._aside = ThreadPoolExecutor(1)
                self._aside.submit(self._followed, worker)
                return
        worker.close()
