"""Entries that are asked for at the same time, and share one commit."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft, Row

#: The most entries of one commit, unless one asker brings more: nobody waits for a crowd.
MOST = 512


@dataclass(eq=False)
class Request:
    """What one thread asks to write, and what became of it.

    Attributes:
        drafts: one after the other, all or none.
        at: when they are made.
        keep: keep the head over them.
        successor: the key that signs from then on; such a request is written alone.
        then: writes more within the same commit, given the first entry's place.
        committed: told once they are in the database, whatever else fails.
        places: where the entries stand, once written.
        error: why nothing was written.
        done: it was written, or failed.
        woken: it is done, or its thread is to lead.
    """

    drafts: Sequence[Draft]
    at: datetime | None
    keep: bool = False
    successor: Signer | None = None
    then: Callable[[sqlite3.Connection, int], None] | None = None
    committed: Callable[[], object] | None = None
    places: list[int] = field(default_factory=list)
    error: BaseException | None = None
    done: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Nodes:
    """What new leaves did to the tree.

    Attributes:
        frontier: of the tree with them.
        inner: ``(level, index, hash)`` of each node completed, but for the leaves.
    """

    frontier: merkle.Frontier
    inner: list[merkle.Node]


def nobody(_group: Group) -> list[Request]:
    """Nobody came meanwhile."""
    return []


@dataclass
class Group:
    """The requests of one commit.

    Attributes:
        newcomers: takes those that came meanwhile and fit in.
    """

    requests: list[Request]
    newcomers: Callable[[Group], list[Request]] = nobody

    def join(self) -> None:
        """Take along who came while the turn was waited for."""
        self.requests += self.newcomers(self)

    @property
    def keep(self) -> bool:
        """Somebody asks to keep the head."""
        return any(r.keep for r in self.requests if r.error is None)

    @property
    def at(self) -> datetime | None:
        """The latest of their times."""
        return max((r.at for r in self.requests if r.at is not None), default=None)

    @property
    def successor(self) -> Signer | None:
        """The key to hand over to."""
        return next((r.successor for r in self.requests if r.successor is not None), None)

    def seal(self, frontier: merkle.Frontier) -> tuple[list[Row], Nodes]:
        """Seal every draft for its place.

        A request with a draft that cannot be sealed gets the error and no place.
        """
        rows: list[Row] = []
        for request in self.requests:
            place = frontier.size + len(rows)
            try:
                sealed = [forms.seal_row(d, place + i) for i, d in enumerate(request.drafts)]
            except ValueError as error:
                request.error = error
                continue
            request.places = [row[0] for row in sealed]
            rows += sealed
        tree, inner = merkle.Growing(frontier), []
        for row in rows:
            inner += tree.add(merkle.leaf_hash(row[1].encode()))[1:]
        return rows, Nodes(tree.frontier, inner)


class Queue:
    """One thread leads: it commits for all that wait, then the oldest newcomer leads.

    Args:
        commit: writes a group, durably.

    Attributes:
        turn: held by whoever writes.
    """

    def __init__(self, commit: Callable[[Group], None]) -> None:
        self.turn = threading.Lock()
        self._commit = commit
        self._lock = threading.Lock()
        self._led = False
        self._waiting: deque[Request] = deque()

    def ask(self, request: Request) -> list[int]:
        """Write a request, alone or with others; it is durable when this returns.

        Raises:
            BaseException: what its commit raised.
        """
        with self._lock:
            self._waiting.append(request)
            leads, self._led = not self._led, True
        if not leads:
            try:
                request.woken.wait()
            except BaseException:
                self._leave(request)
                raise
        if not request.done:
            self._lead()
        if request.error is not None:
            raise request.error
        return request.places

    def _lead(self) -> None:
        """Write the oldest group, to which the leader's own request belongs."""
        group = Group([], self._next)
        group.join()
        try:
            with self.turn:
                self._commit(group)
        except BaseException as error:
            for each in group.requests:
                each.error = each.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            for each in group.requests:
                each.done = True
                each.woken.set()
            with self._lock:
                self._pass_on()

    def _pass_on(self) -> None:
        if self._waiting:
            self._waiting[0].woken.set()
        else:
            self._led = False

    def _leave(self, request: Request) -> None:
        """The asker was interrupted while waiting: nothing of it is written, if it was not."""
        with self._lock:
            if request in self._waiting:
                self._waiting.remove(request)
                if request.woken.is_set():
                    self._pass_on()

    def _next(self, group: Group) -> list[Request]:
        """The oldest requests that fit into a group; a hand-over is a group of its own."""
        taken: list[Request] = []
        count = sum(len(request.drafts) for request in group.requests)
        with self._lock:
            while self._waiting and count < MOST and group.successor is None:
                following = self._waiting[0].successor is not None
                if following and (group.requests or taken):
                    break
                taken.append(self._waiting.popleft())
                count += len(taken[-1].drafts)
                if following:
                    break
        return taken
