"""What a piece of work takes, by the clock and of the processors."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """What one piece of work took.

    Attributes:
        wall_s: by the clock, seconds.
        cpu_s: of all cores, its other processes included if they have ended and were waited
            for (:class:`~scelle.benchmarks.watch.Watch` counts the others too): what the
            same work takes on a machine whose cores are busy with something else as well.
    """

    wall_s: float
    cpu_s: float

    def __sub__(self, before: Spent) -> Spent:
        return Spent(self.wall_s - before.wall_s, self.cpu_s - before.cpu_s)


def so_far() -> Spent:
    """By this process, since some moment: only differences mean something."""
    own, others = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu_s = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return Spent(time.perf_counter(), cpu_s)


def spent(action: Callable[[], object]) -> Spent:
    """What an action takes."""
    before = so_far()
    action()
    return so_far() - before
