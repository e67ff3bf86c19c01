"""Who a browser stands for: sessions, kept in the memory of the process that serves the pages.

Nothing of them is stored, so that nobody makes one by writing into a file; they end with
the process.  What a browser holds is 256 random bits; here lies their SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from scelle.model.evidence import Agent, Role
from scelle.model.signing import SignInMethod

#: A session that nobody uses ends after this long; each use renews it.
IDLE = timedelta(minutes=20)
#: However much it is used, it ends after this long.
LONGEST = timedelta(hours=9)

#: For so long after signing in, what one signs in with may be changed: a session that was left
#: open, or stolen, makes no lasting way in.
FRESH = timedelta(minutes=10)

#: Sessions at the same time; the one that was used longest ago gives way.
_MOST = 500

#: Whom the request that is being answered stands for.
ASKER: ContextVar[str] = ContextVar("asker")


class People(Protocol):
    """Who knows people: :class:`scelle.store.sign_ins.SignInStore`."""

    def person(self, agent_id: str) -> Agent | None:
        """Who is registered under a name."""
        ...

    def ended_at(self, agent_id: str) -> datetime | None:
        """Sessions that began before are over."""
        ...


@dataclass(frozen=True)
class Session:
    """One person in one browser.

    Attributes:
        agent: as registered when the request came.
        method: how they signed in; ``None`` where the page is one person's own.
        csrf: what every form of theirs holds.
        began, seen: when they signed in, and when they were last heard of.
    """

    agent: Agent
    method: SignInMethod | None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    seen: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def enrolling(self) -> bool:
        """Somebody came in by invitation: they may enrol, and do nothing else."""
        return self.method is SignInMethod.INVITATION

    @property
    def fresh(self) -> bool:
        """They may change what they sign in with: they have just shown it, or have nothing yet."""
        return self.method is None or self.enrolling or self.seen - self.began < FRESH

    def has(self, *roles: Role) -> bool:
        """They have one of the roles."""
        return not self.agent.roles.isdisjoint(roles)


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(
        self, people: People, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._people = people
        self._now = now
        self._one = threading.Lock()
        self._held: dict[str, Session] = {}

    def begin(self, agent: Agent, method: SignInMethod) -> str:
        """Begin a session; gives what the browser is to hold."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._one:
            while len(self._held) >= _MOST:
                del self._held[min(self._held, key=lambda k: self._held[k].seen)]
            self._held[_kept(token)] = Session(agent, method, began=now, seen=now)
        return token

    def find(self, token: str) -> Session | None:
        """The session that a browser holds, renewed; ``None`` when it is over or was none."""
        key, now = _kept(token), self._now()
        with self._one:
            session = self._held.get(key)
        if session is None:
            return None
        agent = self._people.person(session.agent.id)
        ended = self._people.ended_at(session.agent.id)
        over = now - session.seen >= IDLE or now - session.began >= LONGEST
        if agent is None or over or (ended is not None and session.began <= ended):
            self.end(token)
            return None
        renewed = replace(session, agent=agent, seen=now)
        with self._one:
            if key not in self._held:
                return None
            self._held[key] = renewed
        return renewed

    def end(self, token: str) -> None:
        """End one session."""
        with self._one:
            self._held.pop(_kept(token), None)


def _kept(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
