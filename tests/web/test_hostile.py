"""A thousand hostile requests, in memory: no page breaks, and none tells what it must not.

Every route of the application is asked by every role with ids of another case, paths that climb,
bytes that are no text, numbers out of any range, and bodies that are malformed or too long.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from scelle.model.acts import OpenCase, ReceiveExhibit, RegisterAgent
from scelle.model.evidence import Role
from scelle.model.signing import SignInMethod
from scelle.web import create_app
from scelle.web.guard import COOKIE
from scelle.web.limits import Limit

REQUESTS = 1000
#: What of the other case must never reach anybody who may not read it.
SECRET = "PV-SECRET-77"
ADDRESS = "http://127.0.0.1:8600"
#: No case is theirs: one has no clearance here, the others run the installation.
STRANGERS = ("outsider", "root", "head")
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


@dataclass
class Place:
    """An installation with two cases, and everybody's sessions."""

    page: Any
    cookies: dict[str, str]
    ids: tuple[str, ...]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, street: Any, staff: Any) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hostile")
    with staff(folder) as (app, case, mandate):
        roles = frozenset({Role.INVESTIGATOR})
        app.perform("root", RegisterAgent(agent_id="outsider", roles=roles, service="other"))
        opened = OpenCase(
            reference=SECRET, framework="flagrance", service="sr", offence_family="theft",
            demonstration=True,
        )  # fmt: skip
        hidden = app.perform("judge", opened)
        street(folder / "street.mp4")
        act = ReceiveExhibit(
            case_id=case.id, path=folder / "street.mp4", camera=SECRET, origin=SECRET
        )
        exhibit = app.perform("officer", act)
        page = create_app(app)
        cookies = {"": ""}
        for name in (*STRANGERS, "officer", "judge", "auditor"):
            person = app.sign_ins.person(name)
            cookies[name] = page.state.sessions.begin(person, SignInMethod.PASSKEY)
        yield Place(page, cookies, (case.id, hidden.id, mandate.id, exhibit.id))
        page.state.work.close()


def routes(page: Any) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in page.routes
        for method in sorted(route.methods - {"HEAD"})
        if "/sign-out" not in route.path
    ]


def made(rnd: random.Random, place: Place, path: str) -> str:
    """A path with ids of the case, or with what no id is; and questions of the same sort."""
    values = (*place.ids, *EVIL)
    target = re.sub(r"\{[^}]+\}", lambda _: quote(rnd.choice(values), safe="%./"), path)
    names = ("case", "exhibit", "class", "at", "before", "start", "stop", "page", "lang", "word",
             "density", "inside", "from", "order", "colour", "t", "speed", "words")  # fmt: skip
    asked = "&".join(
        f"{rnd.choice(names)}={quote(rnd.choice(values))}" for _ in range(rnd.randrange(4))
    )
    return target + ("?" + asked if asked else "")


def test_no_hostile_request_breaks_a_page_or_tells_of_a_case(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limit, "allows", lambda *_: True)
    rnd, every = random.Random(20), routes(place.page)
    assert len(every) > 40
    wrong: list[str] = []
    seen: Counter[int] = Counter()

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        method, path = every[number % len(every)]
        name = rnd.choice([*STRANGERS, ""]) if number % 3 else rnd.choice(list(place.cookies))
        method = method if rnd.random() < 0.9 else rnd.choice(("GET", "POST", "PUT", "DELETE"))
        headers = {
            "cookie": f"{COOKIE}={place.cookies[name]}", "origin": ADDRESS,
            "sec-fetch-site": "same-origin", "content-type": rnd.choice(KINDS),
            "range": rnd.choice(("bytes=-1", "bytes=9-1", "bytes=0-99999999999", "x")),
            "x-sha256": rnd.choice(EVIL[:1]), "accept-language": rnd.choice(("fr", "x;q=9", "")),
        }  # fmt: skip
        target = made(rnd, place, path)
        body = rnd.choice(BODIES) if method in {"POST", "PUT"} else b""
        answer = await client.request(method, target, headers=headers, content=body)
        seen[answer.status_code] += 1
        told = f"{name or 'nobody'} {method} {target[:150]}: {answer.status_code}"
        if answer.status_code >= 500:
            wrong.append(f"{told} {answer.text[:200]}")
        if name in (*STRANGERS, "") and SECRET.encode() in answer.content:
            wrong.append(f"{told} tells of the case")
        if any(t in answer.content for t in (b"Traceback", b"root:x:", b"SQLite format")):
            wrong.append(f"{told} tells of the machine")
        if "content-security-policy" not in answer.headers:
            wrong.append(f"{told} has no policy")

    async def all_of_them() -> None:
        transport = httpx.ASGITransport(app=place.page, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            for number in range(REQUESTS):
                await ask(client, number)

    asyncio.run(all_of_them())
    assert wrong == []
    # Strangers are refused, nonsense is told apart from what is not there, pages are served.
    assert {200, 303, 400, 403, 404}.issubset(seen), seen
    assert seen.total() == REQUESTS
