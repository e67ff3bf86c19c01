"""Every screen in both languages and themes: no violation that axe finds, none of the policy."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

Office = Any
#: WCAG 2.2 AA.
WANTED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
SCREENS = (
    ("", "/sign-in"),
    ("", "/public"),
    ("judge", "/account"),
    ("judge", "/cases"),
    ("judge", "/case/CASE"),
    ("officer", "/case/CASE/receive"),
    ("officer", "/case/CASE/analyse"),
    ("officer", "/case/CASE/clock/EXHIBIT?at=2"),
    ("judge", "/case/CASE/analyse"),
    ("judge", "/console"),
    ("judge", "/mandate/CASE/MANDATE"),
    ("root", "/administration"),
    ("head", "/administration"),
    ("auditor", "/oversight"),
    ("auditor", "/oversight/entries"),
    ("officer", "/?case=CASE"),
    ("officer", "/review?case=CASE"),
    ("officer", "/ledger"),
    ("officer", "/nowhere"),
)


@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("en", "dark")])
def test_no_screen_has_a_violation(office: Office, language: str, theme: str) -> None:
    found: dict[str, list[str]] = {}
    for name, place in SCREENS:
        path = place.replace("CASE", office.case.id).replace("MANDATE", office.mandate.id)
        path = path.replace("EXHIBIT", office.exhibit.id)
        # A page that is not there tells the browser so; nothing else may be complained of.
        checked = place != "/nowhere"
        with office.tab(name, language=language, checked=checked, color_scheme=theme) as tab:
            tab.goto(office.address + path)
            assert tab.locator("html").get_attribute("lang") == language
            told = Axe().run(tab, options=WANTED).response["violations"]
            each = [f"{v['id']}: {v['nodes'][0]['html'][:90]}" for v in told]
            # 820 pixels: a tablet.  Nothing lies outside the page.
            tab.set_viewport_size({"width": 820, "height": 900})
            if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                each.append("wider than a tablet")
            if each:
                found[place] = each
    assert found == {}
