"""Work that is done on all cores, its results taken in order."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

#: From so many entries on, other processes help: starting them takes about a second.
MANY = 50_000


def helped(count: int, many: int = MANY) -> bool:
    """Whether other processes are worth starting for so many entries."""
    return count >= many and (os.cpu_count() or 1) > 1


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """What the work gives for each task, in the order of the tasks.

    Args:
        work: a function of a module, that other processes import.
        tasks: taken a few ahead of what is yielded, so that memory stays small.
    """
    processes = os.cpu_count() or 1
    # Started afresh: whoever asks may have threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: list[Future[Result]] = []
        for task in tasks:
            waiting.append(pool.submit(work, task))
            if len(waiting) > 2 * processes:
                yield waiting.pop(0).result()
        for each in waiting:
            yield each.result()
