"""Several cameras side by side in a real Chromium: one clock of real time moves all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    ChangeMandate,
    ConsultBookmarks,
    ReceiveExhibit,
)
from scelle.model.evidence import Exhibit, MandateState

Office = Any
#: Ten pictures a second, and nothing between the second and the fourth second.
TICKS = (*range(20), *range(40, 60))


@pytest.fixture(scope="module")
def yard(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Exhibit:
    """A camera whose recording begins three seconds after that of the gate, and has a gap."""
    path = tmp_path_factory.mktemp("yard") / "yard.mp4"
    with Mp4Writer(path, 128, 96, Fraction(1, 10), rate=Fraction(10)) as out:
        for tick in TICKS:
            out.write(np.full((96, 128, 3), 40 + 3 * tick, np.uint8), tick)
    act = ReceiveExhibit(
        case_id=office.case.id, path=path, camera="yard", origin="seal 9",
        recorded_at=datetime.fromisoformat("2026-03-01T14:00:03+01:00"),
    )  # fmt: skip
    received: Exhibit = office.app.perform("officer", act)
    analyse = AnalyseExhibit(case_id=office.case.id, exhibit_ids=(received.id,))
    office.app.perform("officer", analyse)
    return received


@pytest.fixture
def both(office: Office, yard: Exhibit) -> Iterator[Page]:
    with office.tab("officer") as tab:
        opened(tab, office, f"&watch={office.exhibit.id}&with={yard.id}&t=1000")
        yield tab


def opened(tab: Page, office: Office, more: str) -> None:
    tab.goto(f"{office.address}/review?case={office.case.id}{more}")
    ready(tab)


def ready(tab: Page) -> None:
    tab.wait_for_selector("body[data-ready]", state="attached")
    still(tab)


def still(tab: Page) -> None:
    """Until all cameras have done what was asked."""
    tab.evaluate("bench.player.busy.then(() => 1)")


def shown(tab: Page) -> list[int | None]:
    """Of each camera: where its picture is in its recording, milliseconds; none without one."""
    told: list[int | None] = tab.evaluate(
        """() => bench.player.panes.map((pane) =>
            pane.video.classList.contains("front") ? Math.round(pane.span.ms(pane.index)) : null)"""
    )
    return told


def test_all_of_them_go_to_the_same_second_and_say_where_there_is_none(both: Page) -> None:
    absent = both.locator("[data-pane] .absent")
    assert shown(both) == [1000, None]
    expect(absent.nth(0)).to_be_hidden()
    expect(absent.nth(1)).to_have_text("No footage at this second.")
    expect(absent.nth(1)).to_be_visible()
    # 14:00:03.5 in the first second of the yard, 14:00:06.2 in its gap and after the gate's end.
    for own, there, clock in ((3500, [3500, 500], "14:00:03"), (6300, [None, None], "14:00:06")):
        both.evaluate("own => bench.player.seek(own)", own)
        still(both)
        assert shown(both) == there
        expect(both.locator("#clock")).to_contain_text(clock)
        assert f"t={own}" in both.url
    both.keyboard.press("End")
    still(both)
    assert shown(both) == [None, 5900]
    both.keyboard.press("Home")
    still(both)
    assert shown(both) == [0, None]


def test_a_step_shows_the_neighbouring_picture_of_whichever_camera(both: Page) -> None:
    both.evaluate("bench.player.seek(2900)")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        both.keyboard.press(key)
        still(both)
        seen.append(shown(both))
    assert seen == [[3000, 0], [3100, 100], [3000, 0], [2900, None]]
    # Over the gap: after the last picture of the gate the next is of the yard, at 14:00:07.
    both.evaluate("bench.player.seek(5900)")
    both.keyboard.press("ArrowRight")
    still(both)
    assert shown(both) == [None, 4000]
    both.keyboard.press("Shift+ArrowLeft")
    still(both)
    assert shown(both)[1] is None


@pytest.mark.parametrize("speed", ["1", "4"])
def test_they_play_together_to_the_end_of_the_last(both: Page, speed: str) -> None:
    both.evaluate("bench.player.seek(4000)")
    still(both)
    both.select_option("#speed", speed)
    both.keyboard.press("Escape")
    both.evaluate("document.activeElement.blur()")
    both.evaluate(
        """() => {
            window.apart = [];
            const { player } = bench;
            player.moved = () => {
                if (player.playing !== 1) return;
                const since = player.panes[0].row.real;
                const now = player.panes.map((pane) => pane.index < 0 ? null
                    : pane.span.ms(0) + pane.video.currentTime * 1000 + pane.row.real - since);
                window.apart.push([...now, player.real - since]);
            };
        }"""
    )
    both.keyboard.press("l")
    both.wait_for_selector("#said:has-text('no further')", timeout=20_000)
    still(both)
    apart: list[tuple[float | None, float | None, float]] = both.evaluate("window.apart")
    together = [(a, b, real) for a, b, real in apart if a is not None and b is not None]
    assert len(together) > 1
    # What the videos are at, against the moment; one that is off is set right at the next picture.
    off = sorted(abs(real - t) for a, b, real in together for t in (a, b))
    assert off[len(off) // 2] < 150 * float(speed)
    assert any(a is None and b is None for a, b, _ in apart)
    assert apart[-1][0] is None
    assert shown(both) == [None, 5900]


def test_they_are_chosen_by_keys_and_the_address_holds_it(office: Office, yard: Exhibit) -> None:
    with office.tab("officer", language="fr") as tab:
        opened(tab, office, f"&watch={office.exhibit.id}&t=3500")
        tab.keyboard.press("s")
        expect(tab.locator("#beside")).to_be_visible()
        tab.locator(f"#beside [value='{yard.id}']").focus()
        tab.keyboard.press("Space")
        tab.keyboard.press("Enter")
        expect(tab.locator("[data-pane]")).to_have_count(2)
        ready(tab)
        assert shown(tab) == [3500, 500]
        tab.keyboard.press("2")
        expect(tab.locator("#camera")).to_have_text("yard")
        assert f"watch={yard.id}&t=500" in tab.url
        tab.keyboard.press("m")
        tab.keyboard.type("la grille")
        tab.click("#note .send")
        expect(tab.locator("#said")).to_contain_text("gardé")
        asked = ConsultBookmarks(case_id=office.case.id)
        marks = office.app.perform("officer", asked)
        assert [(m.exhibit_id, m.at_ms, m.note) for m in marks] == [(yard.id, 500, "la grille")]
        # The filters change, and what is side by side stays.
        tab.select_option("#filters [name=colour]", "red")
        expect(tab).to_have_url(re.compile("colour=red"))
        expect(tab.locator("[data-pane]")).to_have_count(2)
        ready(tab)
        assert shown(tab) == [3500, 500]
        tab.click("#time-title ~ details summary")
        tab.click("#table button")
        expect(tab.locator("#said")).to_contain_text("retiré")
        assert office.app.perform("officer", asked) == ()
        every = ConsultBookmarks(case_id=office.case.id, removed=True)
        assert [m.removed_by for m in office.app.perform("officer", every)] == ["officer"]


@pytest.mark.parametrize(("language", "theme"), [("fr", "dark"), ("en", "light")])
def test_no_violation_that_axe_finds(
    office: Office, yard: Exhibit, language: str, theme: str
) -> None:
    with office.tab("officer", language=language, color_scheme=theme) as tab:
        opened(tab, office, f"&watch={office.exhibit.id}&with={yard.id}&t=2000")
        for key in ("", "s"):
            if key:
                tab.keyboard.press(key)
            assert office.violations(tab) == []


def test_a_suspended_mandate_takes_all_of_them_away(office: Office, yard: Exhibit) -> None:
    def say(state: MandateState) -> None:
        act = ChangeMandate(
            case_id=office.case.id, mandate_id=office.mandate.id, state=state, reason="checked"
        )
        office.app.perform("judge", act)

    # The browser says in its console that it was refused.
    with office.tab("officer", checked=False) as tab:
        opened(tab, office, f"&watch={office.exhibit.id}&with={yard.id}&t=3200&speed=0.1")
        tab.keyboard.press("l")
        say(MandateState.SUSPENDED)
        try:
            expect(tab.locator("#problem")).to_be_visible(timeout=5000)
            assert tab.locator("#picture video.front").count() == 0
            assert tab.evaluate(
                "bench.player.panes.every((p) => p.held === null && "
                "p.videos.every((v) => !v.getAttribute('src')))"
            )
        finally:
            say(MandateState.ACTIVE)
