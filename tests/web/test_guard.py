from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextvars import ContextVar
from html import unescape
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi import Request, Response

from scelle.model.evidence import Agent
from scelle.web import create_app, failing, sign_in_path
from scelle.web.guard import AT_ONCE, Guard
from scelle.web.render import EDITION
from scelle.web.sessions import Session


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_loopback_names_are_answered(reading: Any, calling: Any, host: str) -> None:
    page = create_app(reading, "reader", public=True)
    assert calling(page, f"http://{host}:8600")("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[bad"])
def test_another_host_name_is_turned_away_before_any_act(get: Any, reading: Any, host: str) -> None:
    answer = get("/", host=host)
    assert answer.status_code == 421
    assert reading.asked == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_not_use_the_page(get: Any, reading: Any, site: str) -> None:
    assert get("/", sec_fetch_site=site).status_code == 403
    assert reading.asked == []


@pytest.mark.parametrize("more", [{}, {"sec_fetch_site": "cross-site"}])
@pytest.mark.parametrize("path", ["//evil.example/x", "/%2Fevil.example", "/%5Cevil.example"])
def test_no_address_makes_a_page_lead_elsewhere(get: Any, path: str, more: dict[str, str]) -> None:
    address = f"http://localhost:8600{path}"
    links = re.findall(r' (?:href|src|action)="([^"]*)"', get(address, **more).text)
    assert len(links) > 3
    assert {urlsplit(urljoin(address, unescape(link))).netloc for link in links} == {
        "localhost:8600"
    }


@pytest.mark.parametrize("path", ["/", "/ledger", "/synopsis/a/b/c", "/nowhere"])
def test_without_the_session_secret_nothing_is_shown_or_asked(
    reading: Any, calling: Any, path: str
) -> None:
    get = calling(create_app(reading, "reader"))
    answer = get(path)
    assert answer.status_code == 401
    assert "scelle serve" in answer.text
    assert reading.asked == []


def test_the_printed_address_signs_in(reading: Any, calling: Any) -> None:
    page = create_app(reading, "reader")
    answer = calling(page)(sign_in_path(page))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    signed_in = calling(page, scelle=answer.cookies["scelle"])
    assert signed_in("/").status_code == 200


def test_a_wrong_secret_does_not_sign_in(reading: Any, calling: Any) -> None:
    page = create_app(reading, "reader")
    answer = calling(page)("/sign-in/" + "A" * 43)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert calling(page, scelle="A" * 43)("/").status_code == 401


def test_the_secret_is_new_for_each_session(reading: Any) -> None:
    paths = {sign_in_path(create_app(reading, "reader")) for _ in range(3)}
    assert len(paths) == 3
    assert all(len(path) > 40 for path in paths)


@pytest.mark.parametrize("path", ["/", "/ledger", "/static/style.css", "/nowhere"])
def test_every_answer_carries_the_strict_headers(get: Any, path: str) -> None:
    headers = get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # Scripts are files of this site, on the page that plays and nowhere else here.
    assert ("script-src 'self'" in policy) == (path == "/")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_referrer_that_is_none_breaks_no_page(get: Any) -> None:
    assert get("/", referer="http://[::1").status_code == 200


@pytest.mark.parametrize(
    ("referer", "form"),
    [
        ("http://here:1/case/a?lang=fr", "/case/a?lang=fr"),
        ("http://there:1/case/a", ""),
        ("http://here:1//there/case", ""),
        ("http://here:1/\\there/case", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_a_form_that_failed_is_a_link_away_on_our_own_pages_alone(referer: str, form: str) -> None:
    headers = [(b"host", b"here:1"), (b"referer", referer.encode())]
    scope = {"type": "http", "scheme": "http", "path": "/cases", "headers": headers,
             "query_string": b""}  # fmt: skip
    assert failing._form(Request({**scope, "method": "POST"})) == form
    assert failing._form(Request({**scope, "method": "GET"})) == ""


def test_the_mark_is_for_everybody(reading: Any, calling: Any) -> None:
    # Browsers ask for it by themselves where a page, such as a published report, names none.
    answer = calling(create_app(reading))("/favicon.ico", sec_fetch_mode="no-cors")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


def test_pages_that_show_people_are_never_stored(get: Any) -> None:
    assert get("/").headers["cache-control"] == "no-store"


def test_a_page_has_no_inline_script_or_style_and_no_third_party(get: Any) -> None:
    text = get("/").text
    assert re.findall("<script[^>]*>[^<]*</script>", text) == [
        f'<script src="/static/{EDITION}/lease.js" defer></script>',
        f'<script type="module" src="/static/{EDITION}/held.js"></script>',
    ]
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


def test_frameworks_own_pages_are_not_there(get: Any) -> None:
    assert {get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}


def test_nobody_waits_for_the_many_requests_of_another() -> None:
    asker: ContextVar[str] = ContextVar("asker")
    running: Counter[str] = Counter()

    async def asked() -> None:
        over = asyncio.Event()

        async def page(scope: Any, receive: Any, send: Any) -> None:
            running[asker.get()] += 1
            if asker.get() == "a":
                await over.wait()
            await Response()(scope, receive, send)

        def own() -> Session:
            return Session(Agent(asker.get(), frozenset(), ""), None)

        none = cast("Any", None)
        guard = Guard(page, own=own, token=None, sessions=none, refuse=none)
        transport = httpx.ASGITransport(app=guard)

        async def get(name: str) -> int:
            asker.set(name)
            return (await client.get("/")).status_code

        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            many = [asyncio.create_task(get("a")) for _ in range(40)]
            assert await asyncio.create_task(get("b")) == 200
            assert running == {"a": AT_ONCE, "b": 1}
            over.set()
            assert await asyncio.gather(*many) == [200] * 40
        assert running["a"] == 40

    asyncio.run(asked())
