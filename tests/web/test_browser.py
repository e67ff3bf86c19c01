"""The page in a real Chromium: pictures are seen, the synopsis plays, the policy holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from scelle.bootstrap import open_app
from scelle.cli.program import run
from scelle.settings import Settings
from scelle.web import create_app, sign_in_path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, street: Callable[..., None]) -> Path:
    """An installation in which a short recording with one passage was tried."""
    folder = tmp_path_factory.mktemp("browser")
    recording = folder / "street.mp4"
    street(recording)
    assert run(["try", str(recording), "--home", str(folder / "home"), "--headless"]) == 0
    return folder / "home"


@pytest.fixture(scope="module")
def address(
    home: Path, serving: Callable[[Any], AbstractContextManager[str]]
) -> Iterator[tuple[str, str]]:
    """The served page's address, and the path that signs in."""
    with open_app(Settings(home=home, agent="demo-investigator")) as app:
        page = create_app(app, "demo-investigator")
        with serving(page) as address:
            yield address, sign_in_path(page)


@pytest.fixture
def page(chromium: Browser, address: tuple[str, str]) -> Iterator[Page]:
    """A signed-in tab; anything that the browser complains of fails the test."""
    complaints: list[str] = []
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1100, "height": 900})
    tab = context.new_page()
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto("".join(address))
    yield tab
    context.close()
    assert complaints == []


def test_the_printed_address_opens_the_case_in_the_readers_language(
    page: Page, address: tuple[str, str]
) -> None:
    assert page.url == f"{address[0]}/"
    assert page.locator("h1").inner_text() == "Procédure DEMONSTRATION"
    assert page.locator(".banner").is_visible()


def test_tracks_are_listed_with_pictures_that_are_seen(page: Page) -> None:
    cards = page.locator(".card")
    assert cards.count() >= 1
    widths = page.evaluate("[...document.querySelectorAll('.card img')].map(i => i.naturalWidth)")
    assert len(widths) == cards.count()
    assert min(widths) > 10
    assert page.locator(".card", has_text="rouge").count() >= 1


def until(page: Page, expression: str) -> None:
    """Wait for a condition; from outside, since the page's policy forbids evaluating text in it."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {expression}")


def test_the_synopsis_plays_and_can_be_sought(page: Page) -> None:
    page.evaluate("void document.querySelector('video').play()")
    until(page, "document.querySelector('video').currentTime > 0.5")
    assert page.evaluate("document.querySelector('video').error") is None
    assert page.evaluate("document.querySelector('video').videoWidth") >= 320
    end = page.evaluate("document.querySelector('video').duration")
    page.evaluate(f"void (document.querySelector('video').currentTime = {end * 0.8})")
    until(page, "!document.querySelector('video').seeking")
    assert page.evaluate("document.querySelector('video').currentTime") >= end * 0.8 - 0.1


def test_filters_work_without_any_script(page: Page) -> None:
    page.select_option("select[name=colour]", "green")
    page.click("button")
    assert page.locator(".card").count() == 0
    assert page.locator(".empty").is_visible()
    page.click("form a")
    assert page.locator(".card").count() >= 1


def test_the_ledger_can_be_verified_from_the_page(page: Page) -> None:
    page.click("a[href^='/ledger']")
    page.wait_for_selector(".state.good")


def test_another_tab_without_the_session_sees_nothing(
    chromium: Browser, address: tuple[str, str]
) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    answer = tab.goto(address[0] + "/")
    assert answer is not None
    assert answer.status == 401
    assert tab.locator(".card").count() == 0
    context.close()
