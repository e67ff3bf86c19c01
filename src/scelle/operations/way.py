"""Long work gives way to short work that somebody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Way:
    """Which of two kinds of work goes first, in one process.

    Threads share one interpreter: beside pictures that are being cut, an arrangement takes
    several times as long as alone.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._first = 0

    @contextmanager
    def first(self) -> Iterator[None]:
        """While short work is done."""
        with self._changed:
            self._first += 1
        try:
            yield
        finally:
            with self._changed:
                self._first -= 1
                self._changed.notify_all()

    def give(self, until: float) -> None:
        """Wait while short work is done.

        Args:
            until: no longer than to this instant of :func:`time.monotonic`, seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._first, max(0.0, until - time.monotonic()))
