"""Pictures of every screen, in French and English, for the documentation.

``python tools/screens.py HOME`` takes them of a demonstration, which
``scelle try --headless --home HOME`` has made of its generated street: nobody is on them.
They are written to ``docs/images/screens``.  Needs the package's ``test`` extra and Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from scelle.bootstrap import App, open_app
from scelle.cli.demonstration import HEAD_OF_SERVICE, INVESTIGATOR, MAGISTRATE, SERVICE
from scelle.model.acts import ConsultCase, ListCases, RegisterAgent, ReportUse
from scelle.model.evidence import Role
from scelle.model.signing import SignInMethod
from scelle.settings import Settings
from scelle.web import create_app
from scelle.web.guard import COOKIE
from scelle.web.serving import server

OUTPUT = Path(__file__).parents[1] / "docs" / "images" / "screens"
AUDITOR = "demo-auditor"
MONTH = f"{datetime.now(UTC):%Y-%m}"
NAME = f"{MONTH}_{MONTH}"
WIDE, HIGH = 1280, 800
LANGUAGES = ("en", "fr")
CLIP = "/case/CASE/export?of=clip&exhibit=EXHIBIT&first=40000&last=46000&around=2"
ZONES = "/review?case=CASE&t=40000&zones=1"


@dataclass(frozen=True)
class Screen:
    """One of them.

    Attributes:
        name: of the file, without language.
        person: whose screen it is; nobody's where it is empty.
        path: with ``CASE``, ``MANDATE``, ``EXHIBIT`` and ``LANG`` for what they stand for.
        ready: what is waited for.
        dark: taken in the dark theme too.
        plays: what is played for a moment first, if anything is.
        keys: pressed one after the other, if any are.
    """

    name: str
    person: str
    path: str
    ready: str = "main"
    dark: bool = False
    plays: str = ""
    keys: tuple[str, ...] = ()


SCREENS = (
    Screen("sign-in", "", "/sign-in"),
    Screen("account", INVESTIGATOR, "/account"),
    Screen("cases", INVESTIGATOR, "/cases"),
    Screen("case", MAGISTRATE, "/case/CASE", dark=True),
    Screen("receive", INVESTIGATOR, "/case/CASE/receive"),
    Screen("analyse", INVESTIGATOR, "/case/CASE/analyse"),
    Screen("export", INVESTIGATOR, CLIP),
    Screen("clock", INVESTIGATOR, "/case/CASE/clock/EXHIBIT?at=40"),
    Screen("review", INVESTIGATOR, "/?case=CASE", "video", plays="video"),
    Screen("bench", INVESTIGATOR, "/review?case=CASE&t=40000", "body[data-ready='1']", dark=True),
    Screen("zones", INVESTIGATOR, ZONES, "body[data-ready='1']", keys=("d", "Enter")),
    Screen("live", INVESTIGATOR, "/live?case=CASE", "canvas", dark=True, plays="body"),
    Screen("certificate", INVESTIGATOR, "/certificate?case=CASE&exhibit=EXHIBIT", "body"),
    Screen("console", MAGISTRATE, "/console"),
    Screen("mandate", MAGISTRATE, "/mandate/CASE/MANDATE"),
    Screen("oversight", AUDITOR, "/oversight"),
    Screen("entries", AUDITOR, "/oversight/entries"),
    Screen("entry", AUDITOR, "/oversight/entries/3", "#checks li"),
    Screen("replay", AUDITOR, "/case/CASE/replay"),
    Screen("ledger", AUDITOR, "/ledger"),
    Screen("administration", HEAD_OF_SERVICE, "/administration"),
    Screen("public", "", "/public"),
    Screen("report", "", f"/public/{NAME}/LANG/index.html", "body", dark=True),
)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("home", type=Path, help="of the demonstration")
    parser.add_argument("name", nargs="*", help="of a screen: only these are taken")
    parser.add_argument("--language", choices=LANGUAGES, help="these alone; both by default")
    told = parser.parse_args()
    screens = [s for s in SCREENS if not told.name or s.name in told.name]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Install Chromium: apt-get update && apt-get install --yes chromium")
    with (
        open_app(Settings(home=told.home)) as app,
        served(create_app(app)) as (page, address),
        sync_playwright() as playwright,
    ):
        named = prepare(app)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        OUTPUT.mkdir(parents=True, exist_ok=True)
        for language in [told.language] if told.language else LANGUAGES:
            for screen in screens:
                take(browser, app, page, address, screen, named | {"LANG": language})
        browser.close()


def prepare(app: App) -> dict[str, str]:
    """Add an auditor and a published report; gives what the paths' words stand for."""
    roles = frozenset({Role.AUDITOR})
    app.perform(HEAD_OF_SERVICE, RegisterAgent(agent_id=AUDITOR, roles=roles, service=SERVICE))
    folder = app.settings.home / "exports" / "published" / NAME
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        app.perform(AUDITOR, ReportUse(first=MONTH, last=MONTH, output=folder))
    case = app.perform(INVESTIGATOR, ListCases())[0]
    file = app.perform(INVESTIGATOR, ConsultCase(case_id=case.id))
    return {"CASE": case.id, "MANDATE": file.mandates[0].id, "EXHIBIT": file.exhibits[0].id}


@contextmanager
def served(page: Any) -> Iterator[tuple[Any, str]]:
    """The pages on a port of loopback; gives them and their address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serving = server(page)
        thread = threading.Thread(target=lambda: asyncio.run(serving.serve([listening])))
        thread.start()
        try:
            yield page, f"http://localhost:{listening.getsockname()[1]}"
        finally:
            serving.should_exit = True
            thread.join(timeout=20)
            page.state.work.close()


def take(
    browser: Browser, app: App, page: Any, address: str, screen: Screen, named: dict[str, str]
) -> None:
    """Take one screen in one language, and in the dark where that is asked for."""
    path, language = screen.path, named["LANG"]
    for word, meant in named.items():
        path = path.replace(word, meant)
    context = browser.new_context(
        locale=language, viewport={"width": WIDE, "height": HIGH}, timezone_id="Europe/Paris"
    )
    # The tour of the review bench would lie over it.
    context.add_init_script(
        "if (location.protocol === 'http:') localStorage.setItem('scelle.tour', 'seen')"
    )
    if screen.person:
        person = app.sign_ins.person(screen.person)
        assert person is not None  # noqa: S101 - the demonstration has registered them
        token = page.state.sessions.begin(person, SignInMethod.PASSKEY)
        context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    tab = context.new_page()
    tab.set_default_timeout(120_000)
    tab.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    tab.locator(screen.ready).first.wait_for()
    if screen.plays:
        tab.locator(screen.plays).press(" ")
        tab.wait_for_timeout(3000)
        tab.locator(screen.plays).press(" ")
    for key in screen.keys:
        settled(tab)
        tab.keyboard.press(key)
    settled(tab)
    tab.screenshot(path=OUTPUT / f"{screen.name}-{language}.jpg", type="jpeg", quality=72)
    if screen.dark:
        tab.emulate_media(color_scheme="dark")
        tab.screenshot(path=OUTPUT / f"{screen.name}-{language}-dark.jpg", type="jpeg", quality=72)
    context.close()


def settled(tab: Page) -> None:
    """Wait until what the page asks for is there, and drawn."""
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(1000)


if __name__ == "__main__":
    main()
