"""What was read of the database, held ready for as long as nobody changes anything in it.

A database tells any connection whether another has committed since it last asked
(:class:`scelle.store.database.Watch`), whichever process that other belongs to.  So whatever
was read since then is what reading it again would give, and reading alone, which is most of
what people do all day, asks the database nothing but that.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event

from scelle.store.database import Watch, kind, reading

_T = TypeVar("_T")

MOST = 4096
"""Readings that are held at most; those asked for longest ago give way."""

_LOOKS = 3
"""Tries to read several things of one moment before they are read in one transaction."""

Read = Callable[[Hashable, Callable[[Connection], Any]], Any]
"""``read(key, of)`` gives ``of(connection)``, or what that gave before under this key."""


class Held:
    """Reads, and holds what was read; safe between threads.

    What is read must not be changed by whoever gets it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._one = threading.Lock()
        self._asking = threading.Lock()
        # Questions about the version, numbered: the last that was put, and that was answered.
        self._put = self._answered = 0
        self._readings: OrderedDict[Hashable, Any] = OrderedDict()
        self._version: Hashable = None
        self._watch: Watch | None = None
        event.listen(engine, "engine_disposed", lambda _: self.close())

    def close(self) -> None:
        """Hold nothing, and let go of the database until something is read again."""
        with self._asking, self._one:
            self._readings.clear()
            if self._watch is not None:
                self._watch.close()
            self._watch = None

    def one(self, key: Hashable, of: Callable[[Connection], _T]) -> _T:
        """One reading.

        Args:
            key: names what is read: equal keys read the same.
            of: reads it, where it is not held.
        """
        found: _T = self.several(lambda read: read(key, of))
        return found

    def several(self, ask: Callable[[Read], _T]) -> _T:
        """Several readings, all of one moment.

        Args:
            ask: reads them; may be called several times.
        """
        for _ in range(_LOOKS):
            version = self._now()
            fresh: dict[Hashable, Any] = {}
            with ExitStack() as opened:
                found = ask(self._reading(fresh, opened))
            # All of it is of this moment only if nothing was changed, or let go of, meanwhile.
            if (self._now() if fresh else self._version) == version:
                self._hold(version, fresh)
                return found
        with self._reader.connect() as db:
            return ask(lambda _, of: of(db))

    def _reading(self, fresh: dict[Hashable, Any], opened: ExitStack) -> Read:
        connected: list[Connection] = []

        def read(key: Hashable, of: Callable[[Connection], Any]) -> Any:
            with self._one:
                if key in self._readings:
                    self._readings.move_to_end(key)
                    return self._readings[key]
            if not connected:
                connected.append(opened.enter_context(self._reader.connect()))
            fresh[key] = of(connected[0])
            return fresh[key]

        return read

    def _now(self) -> Hashable:
        """The database's version; what was read of another is let go of.

        Many threads ask at once: those that wait share the answer to a question that was put
        after all of them had come.
        """
        with self._one:
            before = self._put
        with self._asking:
            with self._one:
                if self._answered > before:
                    return self._version
                self._put += 1
            if self._watch is None:
                self._watch = kind(self._engine).watch(self._engine)
                self._version = None
            version = self._watch.version()
            with self._one:
                if version != self._version:
                    self._readings.clear()
                    self._version = version
                self._answered = self._put
            return version

    def _hold(self, version: Hashable, fresh: dict[Hashable, Any]) -> None:
        with self._one:
            if version == self._version:
                self._readings.update(fresh)
            while len(self._readings) > MOST:
                self._readings.popitem(last=False)
