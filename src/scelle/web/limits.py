"""Rate limits: so many at once, and so many a second afterwards."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

#: Askers that are remembered.
_MOST = 2000


class Limit:
    """A token bucket for each asker.

    Args:
        burst: how many may come at once.
        rate: how many a second after that.
        now: seconds that never go back.
    """

    def __init__(
        self, burst: float, rate: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._rate, self._now = burst, rate, now
        self._one = threading.Lock()
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allows(self, asker: Hashable) -> bool:
        """Whether one more may come from this asker now; it is counted if so."""
        now = self._now()
        with self._one:
            left, at = self._left.pop(asker, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            allowed = left >= 1
            self._left[asker] = (left - 1 if allowed else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return allowed
