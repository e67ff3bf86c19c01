"""Every screen in both languages and themes: no violation that axe finds, none of the policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scelle.model.acts import ReportUse

Office = Any
#: What a theme changes: colours alone.
COLOURS = ("color-contrast", "link-in-text-block")
SCREENS = (
    ("", "/sign-in"),
    ("", "/public"),
    ("", "/public/report/LANG/index.html"),
    ("judge", "/account"),
    ("judge", "/cases"),
    ("judge", "/case/CASE"),
    ("officer", "/case/CASE/receive"),
    ("officer", "/case/CASE/analyse"),
    ("officer", "/case/CASE/clock/EXHIBIT?at=2"),
    ("officer", "/case/CASE/export"),
    ("officer", "/case/CASE/export?of=clip&exhibit=EXHIBIT&first=0&last=2000&around=2"),
    ("officer", "/case/CASE/export?of=live&class=person"),
    ("judge", "/case/CASE/export"),
    ("judge", "/case/CASE/analyse"),
    ("auditor", "/case/CASE/replay"),
    ("judge", "/console"),
    ("judge", "/mandate/CASE/MANDATE"),
    ("root", "/administration"),
    ("head", "/administration"),
    ("auditor", "/oversight"),
    ("auditor", "/oversight/entries"),
    ("auditor", "/oversight/entries/3"),
    ("officer", "/?case=CASE"),
    ("officer", "/review?case=CASE"),
    ("officer", "/review?case=CASE&zones=1"),
    ("officer", "/live?case=CASE"),
    ("officer", "/certificate?case=CASE&exhibit=EXHIBIT&lang=LANG"),
    ("officer", "/ledger"),
    ("officer", "/nowhere"),
)


@pytest.fixture(scope="module")
def published(office: Office) -> None:
    """The months so far, as an overseer's report with every figure: it looks like a public one."""
    month = f"{datetime.now(UTC):%Y-%m}"
    folder = office.app.settings.home / "exports" / "published" / "report"
    folder.parent.mkdir(parents=True)
    office.app.perform("auditor", ReportUse(first=month, last=month, output=folder))


def complaints(office: Office, tab: Any) -> list[str]:
    """What axe finds on the screen that a tab shows, in light and dark; wider than a tablet."""
    each: list[str] = office.violations(tab)
    tab.emulate_media(color_scheme="dark")
    each += office.violations(tab, COLOURS)
    tab.emulate_media(color_scheme="light")
    size = tab.viewport_size
    tab.set_viewport_size({"width": 820, "height": 900})
    if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
        each.append("wider than a tablet")
    tab.set_viewport_size(size)
    return each


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.usefixtures("published")
def test_no_screen_has_a_violation_in_light_or_dark(office: Office, language: str) -> None:
    names = {"CASE": office.case.id, "MANDATE": office.mandate.id}
    names |= {"EXHIBIT": office.exhibit.id, "LANG": language}
    found: dict[str, list[str]] = {}
    # A page that is not there tells the browser so; nothing else may be complained of.
    people = dict.fromkeys((name, place != "/nowhere") for name, place in SCREENS)
    for name, checked in people:
        with office.tab(name, language=language, checked=checked) as tab:
            for who, place in SCREENS:
                if (who, place != "/nowhere") != (name, checked):
                    continue
                path = place
                for word, meant in names.items():
                    path = path.replace(word, meant)
                tab.goto(office.address + path)
                assert tab.locator("html").get_attribute("lang") == language
                if each := complaints(office, tab):
                    found[f"{name} {place}"] = each
    assert found == {}


def test_the_attestation_made_in_the_browser_has_none_either(office: Office) -> None:
    with office.tab("auditor", language="fr") as tab:
        tab.goto(f"{office.address}/oversight")
        tab.locator("form[action='/oversight/attest'] button").click(timeout=120_000)
        tab.locator("main code").wait_for()
        assert complaints(office, tab) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_tour_has_none_from_its_first_step_to_its_last(office: Office, language: str) -> None:
    with office.tab("officer", language=language, toured=False) as tab:
        tab.goto(f"{office.address}/review?case={office.case.id}")
        steps = tab.locator("#tour li")
        steps.first.wait_for()
        assert complaints(office, tab) == []
        for _ in range(steps.count() - 1):
            tab.keyboard.press("Enter")
        steps.last.wait_for()
        assert complaints(office, tab) == []
