"""Sessions are short, renewed, revocable; what is kept of them lets nobody in."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scelle.errors import Interrupted
from scelle.model.evidence import Agent, Role
from scelle.model.signing import SignInMethod
from scelle.web.guard import COOKIE, Guard
from scelle.web.limits import Limit
from scelle.web.sessions import IDLE, LONGEST, Sessions

START = datetime(2026, 3, 1, tzinfo=UTC)
OFFICER = Agent("officer", frozenset({Role.INVESTIGATOR}), "sr")


class Office:
    """Its people, and its clock."""

    def __init__(self) -> None:
        self.now, self.ended = START, None
        self.people: dict[str, Agent] = {"officer": OFFICER}
        self.sessions = Sessions(self, lambda: self.now)
        self.token = self.sessions.begin(OFFICER, SignInMethod.PASSKEY)

    ended: datetime | None

    def person(self, agent_id: str) -> Agent | None:
        return self.people.get(agent_id)

    def ended_at(self, agent_id: str) -> datetime | None:
        return self.ended

    def there(self, after: timedelta = timedelta()) -> bool:
        self.now += after
        return self.sessions.find(self.token) is not None


@pytest.fixture
def office() -> Office:
    return Office()


def test_use_renews_a_session_up_to_its_longest(office: Office) -> None:
    step = IDLE - timedelta(seconds=1)
    for _ in range(int(LONGEST / step)):
        assert office.there(step)
    assert not office.there(step)


def test_a_session_that_nobody_uses_ends(office: Office) -> None:
    assert not office.there(IDLE)
    assert not office.there()


@pytest.mark.parametrize("over", [False, True])
def test_what_is_being_sent_ends_with_its_session(office: Office, *, over: bool) -> None:
    sent: list[bytes] = []

    async def page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in (b"1", b"2", b"3"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            office.ended = office.now if over else None
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    none: Any = None
    headers = [(b"host", b"localhost"), (b"cookie", f"{COOKIE}={office.token}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""}
    guard = Guard(page, own=None, token=None, sessions=office.sessions, refuse=none)
    with pytest.raises(Interrupted) if over else nullcontext():
        asyncio.run(guard(scope, none, send))
    assert b"".join(sent) == (b"1" if over else b"123")


def test_sessions_are_revoked_for_those_that_began_before(office: Office) -> None:
    assert office.there(timedelta(minutes=1))
    office.ended = office.now
    assert not office.there()
    office.now += timedelta(seconds=1)
    office.token = office.sessions.begin(OFFICER, SignInMethod.PASSKEY)
    assert office.there()


def test_roles_are_those_of_now_and_whoever_is_gone_is_out(office: Office) -> None:
    office.people["officer"] = Agent("officer", frozenset({Role.AUDITOR}), "sr")
    found = office.sessions.find(office.token)
    assert found is not None
    assert found.has(Role.AUDITOR)
    del office.people["officer"]
    assert not office.there()


def test_an_unknown_token_is_nobodys(office: Office) -> None:
    held = office.sessions._held
    assert office.token not in held  # its digest alone
    for token in ("", "x", next(iter(held)), office.token + "x"):
        assert office.sessions.find(token) is None
    office.sessions.end(office.token)
    assert not office.there()


def test_a_limit_lets_a_burst_through_and_then_its_rate() -> None:
    now = [0.0]
    limit = Limit(burst=3, rate=0.5, now=lambda: now[0])
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]
    assert limit.allows("b")
    now[0] = 2
    assert [limit.allows("a") for _ in range(2)] == [True, False]
    now[0] = 1000
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]
