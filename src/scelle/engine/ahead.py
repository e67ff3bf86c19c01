"""Makes what comes next while what came before is still worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
