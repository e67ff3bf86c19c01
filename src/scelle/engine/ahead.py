"""Makes what comes next, or ends what came before, while something else is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T], depth: int = 4) -> Iterator[T]:
    """The same items in the same order, made in a thread of their own.

    Args:
        items: is only ever asked from that thread.
        depth: how many may wait, at least one: bounds memory.

    Raises:
        Exception: what making an item raised, where the item would have come.
    """
    end = object()
    with ThreadPoolExecutor(1) as thread:
        waiting: deque[Future[T | object]] = deque(
            thread.submit(next, items, end) for _ in range(depth)
        )
        try:
            while (item := waiting.popleft().result()) is not end:
                waiting.append(thread.submit(next, items, end))
                yield item  # type: ignore[misc]
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def behind(depth: int = 4) -> Iterator[Callable[[Callable[[], object]], None]]:
    """What is handed over is done in a thread of its own, in order; all of it once this is left.

    Args:
        depth: how many may wait, at least one: bounds memory.

    Raises:
        Exception: what doing one raised, when a later one is handed over or at the end;
            of those that wait then, none is done.
    """
    with ThreadPoolExecutor(1) as thread:
        waiting: deque[Future[object]] = deque()
        failed = False

        def do(work: Callable[[], object]) -> object:
            nonlocal failed
            if failed:
                return None
            try:
                return work()
            except BaseException:
                failed = True
                raise

        def hand_over(work: Callable[[], object]) -> None:
            if len(waiting) >= depth:
                waiting.popleft().result()
            waiting.append(thread.submit(do, work))

        try:
            yield hand_over
            while waiting:
                waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
