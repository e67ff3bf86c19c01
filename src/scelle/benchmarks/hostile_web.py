"""Hostile requests to the web application, in memory: no answer breaks, and none tells a stranger.

Every route is asked by every role, and by nobody, with ids of a case that is not theirs, paths
that climb, bytes that are no text, numbers out of any range, and bodies that are malformed or too
long.  Rate limits are lifted, since what they turn away is not tried.  A control plants a page that
tells of the case, and one that fails: the same checks must find both, or the run proves nothing.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlsplit

import numpy as np
from fastapi import FastAPI, Response
from starlette.routing import Route

from scelle.bootstrap import App, open_app
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    GrantClearance,
    GrantMandate,
    OpenCase,
    Progress,
    ReceiveExhibit,
    RegisterAgent,
    no_progress,
)
from scelle.model.evidence import Case, Exhibit, Mandate, Power, Role
from scelle.model.signing import SignInMethod
from scelle.settings import Settings
from scelle.web import create_app
from scelle.web.guard import COOKIE
from scelle.web.limits import Limit

#: What of the case must never reach a stranger.
SECRET = "PV-SECRET-77"  # noqa: S105 - a case's reference
HOST = "127.0.0.1:8600"
#: Nobody, one without a clearance for the case's service, and those who run the installation.
STRANGERS = ("", "outsider", "root", "head")
#: Whoever may read the case.
READERS = ("officer", "judge", "auditor")

EVIL = (
    "../../../../etc/passwd", "..%2f..%2fscelle.db", "%00", "a" * 3000, "é\u202e\ud7ff", "-1",
    "1e999", "99999999999999999999", "' OR 1=1 --", "<script>", "{{7*7}}", "null", "%ff%fe",
    "con", "\n\r", " ", "file:///etc/passwd", "0x10", "nan", "１２", "~", "$(id)", ".", "..",
)  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b"null", b'"x"', b"[" * 20000, b"{}" * 40000, b"\xff\xfe\x00",
    b"csrf=&csrf=x", b"a=" + b"b" * 70000, b'{"case": {}, "parts": 1}', b'{"size": 1e400}',
    b"NaN",
    b'{"name": "a", "size": true, "modified_ms": 0, "camera": "", "origin": "", "recorded_at": "x",'
    b' "clock_offset": "1/0", "clock_proof": ""}',
)  # fmt: skip
KINDS = ("application/json", "application/x-www-form-urlencoded", "application/octet-stream",
         "multipart/form-data; boundary=x", "text/plain", "")  # fmt: skip
_ASKED = ("case", "exhibit", "class", "at", "before", "start", "stop", "page", "lang", "word",
          "density", "inside", "from", "order", "colour", "t", "speed", "words", "exhibit_id",
          "reason", "do", "first", "last", "priority", "start_ms", "motion")  # fmt: skip
#: Forms that are not sent well formed: they end the session, or look at every source anew.
_LEFT = ("/account", "/oversight/attest")
#: Of the machine, never in any answer.
_MACHINE = (b"Traceback", b"root:x:", b"SQLite format")


@dataclass
class Account:
    """What was asked, and what came of it.

    Attributes:
        answers: how often each role was answered with each status.
        faults: in words, each answer that must not be, by its sort.
        planted: sorts of faults that the control planted, and how often each was found.
    """

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(each.total() for each in self.answers.values())

    @property
    def holds(self) -> bool:
        """No fault, and the control's were found."""
        return not self.faults and all(self.planted.values())


@dataclass(frozen=True)
class Place:
    """The application, a session of everybody with its form secret, and the ids of the case."""

    page: FastAPI
    tokens: Mapping[str, str]
    secrets: Mapping[str, str]
    ids: tuple[str, ...]


def bench_hostile_web(requests: int, seed: int = 1, progress: Progress = no_progress) -> Account:
    """Ask, and account for each answer; the control is asked first.

    Args:
        requests: how many.
        seed: the same asks the same.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(Limit, "allows", lambda *_: True),
        _case(Path(folder)) as (app, ids),
    ):
        control = _place(app, ids)
        _plant(control.page)
        planted = [route for route in routes(control.page) if "planted" in route[1]]
        found = Account()
        asyncio.run(_all(control, planted, 40, _random(seed), found, no_progress))
        account = Account(
            planted={sort: len(found.faults.get(sort, ())) for sort in ("tells", "breaks")}
        )
        place = _place(app, ids)
        every = routes(place.page)
        asyncio.run(_all(place, every, requests, _random(seed), account, progress))
        for each in (control, place):
            each.page.state.work.close()
    return account


def routes(page: FastAPI) -> list[tuple[str, str]]:
    """Methods and paths of the application, save those that end the asker's own session."""
    return [
        (method, route.path)
        for route in page.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
        if not _ends(method, route.path)
    ]


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - which requests, and no secret


def _ends(method: str, path: str) -> bool:
    return "/sign-out" in path or (method == "DELETE" and path.endswith("/session"))


def _plant(page: FastAPI) -> None:
    @page.get("/public/planted/tells")
    def tells() -> Response:
        return Response(f"case {SECRET}")

    @page.get("/public/planted/breaks")
    def breaks() -> Response:
        raise RuntimeError

    # Before the page that serves any published file.
    page.router.routes.insert(0, page.router.routes.pop())
    page.router.routes.insert(0, page.router.routes.pop())


@contextmanager
def _case(folder: Path) -> Iterator[tuple[App, tuple[str, ...]]]:
    """A case whose reference, camera and seal are the secret, and its ids."""
    people = {
        "root": (Role.ADMINISTRATOR, "sr"), "head": (Role.HEAD_OF_SERVICE, "other"),
        "judge": (Role.MAGISTRATE, "sr"), "officer": (Role.INVESTIGATOR, "sr"),
        "auditor": (Role.AUDITOR, "sr"), "outsider": (Role.INVESTIGATOR, "other"),
        "chief": (Role.HEAD_OF_SERVICE, "sr"),
    }  # fmt: skip
    now = datetime.now(UTC)
    valid: dict[str, Any] = {"valid_from": now, "valid_to": now + timedelta(days=1)}
    with open_app(Settings(home=folder / "home")) as app:
        for name, (role, service) in people.items():
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service=service)
            app.perform("root", act)
        app.perform("chief", GrantClearance(agent_id="officer", service="sr", **valid))
        opened = OpenCase(
            reference=SECRET, framework="flagrance", service="sr", offence_family="theft",
            demonstration=True,
        )  # fmt: skip
        case: Case = app.perform("judge", opened)
        granted = GrantMandate(case_id=case.id, powers=frozenset(Power), **valid)
        mandate: Mandate = app.perform("judge", granted)
        _draw(folder / "night.mp4")
        received = ReceiveExhibit(
            case_id=case.id, path=folder / "night.mp4", camera=SECRET, origin=SECRET
        )
        exhibit: Exhibit = app.perform("officer", received)
        yield app, (case.id, mandate.id, exhibit.id, f"{exhibit.id}-1")


def _draw(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (10, 64, 96, 3), np.uint8)
    with Mp4Writer(path, 96, 64, Fraction(1, 10), rate=Fraction(10)) as out:
        for number, picture in enumerate(noise):
            out.write(picture, number)


def _place(app: App, ids: tuple[str, ...]) -> Place:
    page = create_app(app)
    tokens, secrets = {"": ""}, {"": ""}
    for name in (*STRANGERS[1:], *READERS):
        person = app.sign_ins.person(name)
        if person is None:
            raise LookupError(name)
        tokens[name] = page.state.sessions.begin(person, SignInMethod.PASSKEY)
        secrets[name] = page.state.sessions.find(tokens[name]).csrf
    return Place(page, tokens, secrets, ids)


async def _all(
    place: Place, every: Sequence[tuple[str, str]], requests: int, rnd: random.Random,
    account: Account, progress: Progress,
) -> None:  # fmt: skip
    for number in range(requests):
        method, path = every[number % len(every)]
        name = rnd.choice(STRANGERS if number % 3 else (*STRANGERS, *READERS))
        other = rnd.choice(("GET", "POST", "PUT", "DELETE", "PATCH"))
        if rnd.random() < 0.1 and not _ends(other, path):
            method = other
        target = _target(rnd, place.ids, path)
        body = b"" if method in {"GET", "DELETE"} else _body(rnd, place, name, path)
        answer = await _ask(place.page, method, target, _headers(rnd, place.tokens[name]), body)
        account.answers.setdefault(name or "nobody", Counter())[answer.status] += 1
        for sort in _faults(answer, stranger=name in STRANGERS):
            told = f"{name or 'nobody'} {method} {target[:150]}: {answer.status}"
            account.faults.setdefault(sort, []).append(told)
        progress("requests", number + 1, requests, "requests")


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


def _faults(answer: _Answer, *, stranger: bool) -> Iterator[str]:
    """Sorts of what is wrong with an answer."""
    if answer.status >= 500:
        yield "breaks"
    if stranger and SECRET.encode() in answer.body:
        yield "tells"
    if any(each in answer.body for each in _MACHINE):
        yield "tells of the machine"
    if b"content-security-policy" not in answer.headers:
        yield "has no policy"


def _target(rnd: random.Random, ids: Sequence[str], path: str) -> str:
    """A path with ids of the case, or with what no id is; and questions of the same sort."""
    values = (*ids, *EVIL)
    target = re.sub(r"\{[^}]+\}", lambda _: quote(rnd.choice(values), safe="%./"), path)
    asked = [f"{rnd.choice(_ASKED)}={quote(rnd.choice(values))}" for _ in range(rnd.randrange(4))]
    return target + ("?" + "&".join(asked) if asked else "")


def _body(rnd: random.Random, place: Place, name: str, path: str) -> bytes:
    """Nonsense; or, from a stranger, a form of their own session that names what is not theirs."""
    values = (*place.ids, *EVIL)
    if rnd.random() < 0.3:
        span = '{"exhibit_id": "%s", "start_ms": 0, "length_ms": 500, "reason": "x"}'
        return (span % place.ids[2]).encode()
    if rnd.random() < 0.5 and name in STRANGERS and not path.startswith(_LEFT):
        fields = [("csrf", place.secrets[name])]
        fields += [(rnd.choice(_ASKED), rnd.choice(values)) for _ in range(rnd.randrange(6))]
        return "&".join(f"{key}={quote_plus(value)}" for key, value in fields).encode()
    return rnd.choice(BODIES)


def _headers(rnd: random.Random, token: str) -> dict[str, str]:
    return {
        "host": HOST, "cookie": f"{COOKIE}={token}", "authorization": f"Bearer {token}",
        "origin": f"http://{HOST}", "sec-fetch-site": "same-origin",
        "content-type": rnd.choice(KINDS),
        "range": rnd.choice(("bytes=-1", "bytes=9-1", "bytes=0-99999999999", "x")),
        "x-sha256": rnd.choice(EVIL[:1]), "accept-language": rnd.choice(("fr", "x;q=9", "")),
    }  # fmt: skip


async def _ask(
    page: FastAPI, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> _Answer:
    """One request, without any socket (ASGI 3)."""
    parts = urlsplit(target)
    raw = parts.path.encode()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": _unquoted(raw), "raw_path": raw,
        "query_string": parts.query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8600),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    status, told, got = 0, {}, bytearray()
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status, told
        if message["type"] == "http.response.start":
            status, told = message["status"], dict(message["headers"])
        else:
            got.extend(message.get("body", b""))

    try:
        await page(scope, receive, send)
    except Exception:
        # The framework has answered 500, and hands the error on to its server.
        status = max(status, 500)
    return _Answer(status, told, bytes(got))


def _unquoted(raw: bytes) -> str:
    return unquote_to_bytes(raw).decode("utf-8", "replace")
