"""Answering so many requests at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from scelle.web.sessions import ASKER


class Places:
    """Places for requests that are worked on, one for each person.

    What comes beyond waits for its turn: threads that compute in one process only take the
    interpreter from each other, and all of them would be late.  Whoever asks for much at
    once waits for themselves, and holds nobody else up.

    Args:
        most: requests at a time.
    """

    def __init__(self, most: int) -> None:
        self._every = asyncio.Semaphore(most)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place, when it is the asker's turn."""
        own = self._own.setdefault(ASKER.get(), asyncio.Semaphore(1))
        async with own, self._every:
            yield
