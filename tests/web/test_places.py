"""So many requests are worked on at a time, one of each person."""

from __future__ import annotations

import asyncio
import threading

from scelle.web.places import Places
from scelle.web.sessions import ASKER

LONG = 10


class Work:
    """Requests that last until they are let go on; tells who is at it."""

    def __init__(self) -> None:
        self.at_it: list[str] = []
        self.most = 0
        self.go_on = threading.Event()
        self._one = threading.Lock()

    def do(self, name: str) -> str:
        with self._one:
            self.at_it.append(name)
            self.most = max(self.most, len(self.at_it))
        assert self.go_on.wait(LONG)
        with self._one:
            self.at_it.remove(name)
        return name


async def ask(places: Places, work: Work, name: str) -> str:
    ASKER.set(name)
    async with places.one():
        return await asyncio.to_thread(work.do, name)


async def until(work: Work, count: int) -> None:
    async with asyncio.timeout(LONG):
        while len(work.at_it) < count:
            await asyncio.sleep(0.001)
    # Whoever else could begin would have.
    await asyncio.sleep(0.02)


def test_no_more_are_at_it_than_there_are_places() -> None:
    async def check() -> None:
        places, work = Places(3), Work()
        asked = [asyncio.create_task(ask(places, work, f"p{n}")) for n in range(8)]
        await until(work, 3)
        assert sorted(work.at_it) == ["p0", "p1", "p2"]
        work.go_on.set()
        assert await asyncio.gather(*asked) == [f"p{n}" for n in range(8)]
        assert work.most == 3

    asyncio.run(check())


def test_who_asks_for_much_waits_for_themselves() -> None:
    async def check() -> None:
        places, work = Places(3), Work()
        asked = [asyncio.create_task(ask(places, work, "jo")) for _ in range(8)]
        await until(work, 1)
        assert work.at_it == ["jo"]
        asked.append(asyncio.create_task(ask(places, work, "al")))
        await until(work, 2)
        assert sorted(work.at_it) == ["al", "jo"]
        work.go_on.set()
        await asyncio.gather(*asked)

    asyncio.run(check())
