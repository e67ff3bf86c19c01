"""Zones that are concealed, drawn and keyframed on the review bench in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from scelle.model.acts import ChangeZone, ConsultZones
from scelle.model.zones import Zone

Office = Any
WIDE, TALL = 320, 240


@pytest.fixture
def bench(office: Office) -> Iterator[Page]:
    with office.tab("officer") as tab:
        opened(tab, office)
        yield tab
    for zone in zones(office):
        office.app.perform("officer", away(office, zone))


def away(office: Office, zone: Zone) -> ChangeZone:
    return ChangeZone(case_id=office.case.id, zone_id=zone.zone_id, reason="the test is over")


def zones(office: Office) -> tuple[Zone, ...]:
    found: tuple[Zone, ...] = office.app.perform("officer", ConsultZones(case_id=office.case.id))
    return found


def opened(tab: Page, office: Office, more: str = "") -> None:
    tab.goto(f"{office.address}/review?case={office.case.id}&zones=1{more}")
    tab.wait_for_selector("body[data-ready]", state="attached")


def still(tab: Page) -> None:
    """Until the player has done what it was asked."""
    tab.evaluate("bench.player.busy.then(() => 1)")


def at(tab: Page, ms: int) -> None:
    tab.evaluate(f"bench.player.seek({ms})")
    still(tab)


def on_page(tab: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the page a place of the picture is, native pixels."""
    box = tab.locator("#drawing").bounding_box()
    assert box is not None
    scale = min(box["width"] / WIDE, box["height"] / TALL)
    left = box["x"] + (box["width"] - scale * WIDE) / 2
    return left + x * scale, box["y"] + (box["height"] - scale * TALL) / 2 + y * scale


def drag(tab: Page, *way: tuple[float, float]) -> None:
    tab.mouse.move(*on_page(tab, *way[0]))
    tab.mouse.down()
    for place in way[1:]:
        tab.mouse.move(*on_page(tab, *place), steps=4)
    tab.mouse.up()


def colour(tab: Page, x: float, y: float) -> list[int]:
    """Of the picture that the server gave, without what is drawn over it: blue, green, red."""
    tab.evaluate("document.getElementById('zoning').style.visibility = 'hidden'")
    picture = cv2.imdecode(np.frombuffer(tab.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    tab.evaluate("document.getElementById('zoning').style.visibility = ''")
    across, down = on_page(tab, x, y)
    assert picture is not None
    found: list[int] = picture[round(down), round(across)].tolist()
    return found


def grey(seen: list[int]) -> bool:
    return all(abs(each - 128) < 8 for each in seen)


def near(told: Any, wanted: tuple[int, ...], off: int = 2) -> bool:
    return all(abs(a - b) <= off for a, b in zip(told, wanted, strict=True))


def test_a_rectangle_is_dragged_keyframed_moved_and_taken_away(office: Office, bench: Page) -> None:
    at(bench, 2000)
    bench.click("#zone-rectangle")
    drag(bench, (60, 40), (120, 80))
    expect(bench.locator("#zoning .draft")).to_have_count(1)
    expect(bench.locator("#zone-span")).to_have_text("at all times")
    bench.fill("#zone [name=label]", "a window")
    # A second place, two seconds on: dragged there by its middle, and made larger at a corner.
    at(bench, 4000)
    bench.click("#zone [name=here]")
    drag(bench, (90, 60), (190, 100))
    drag(bench, (220, 120), (240, 140))
    expect(bench.locator("#zone-span")).to_contain_text("0:00:02.000 to 0:00:04.000, 2 key frames")
    # In between it is half way, before and after it nothing shows.
    at(bench, 3000)
    middle = [
        float(bench.input_value(f"#zone [name={n}]")) for n in ("left", "top", "width", "height")
    ]
    assert near(middle, (110, 60, 70, 50), 3)
    at(bench, 5000)
    expect(bench.locator("#zone-span")).to_contain_text("Not concealed at this picture.")
    expect(bench.locator("#zoning .draft")).to_have_count(0)
    at(bench, 3000)
    assert not grey(colour(bench, 145, 85))
    bench.click("#zone button:not([type])")
    expect(bench.locator("#said")).to_contain_text("concealed from now on")
    still(bench)
    assert grey(colour(bench, 145, 85))
    assert not grey(colour(bench, 200, 85))
    expect(bench.locator("#zones-list li")).to_have_count(1)
    (zone,) = zones(office)
    assert (zone.label, zone.outline, zone.agent_id) == ("a window", (), "officer")
    first, last = zone.keyframes
    assert near(first, (2000, 60, 40, 60, 40))
    assert near(last, (4000, 160, 80, 80, 60), 3)
    at(bench, 5000)
    assert not grey(colour(bench, 200, 110))
    # Moved for a reason: a new act, the zone keeps its name.
    bench.get_by_role("button", name="Move: a window").click()
    still(bench)
    expect(bench.locator("#zone")).to_be_visible()
    assert bench.evaluate("bench.zones.now") == 2000
    bench.click("#zone [name=drop]")
    expect(bench.locator("#zone-span")).to_have_text("at all times")
    bench.click("#zone button:not([type])")
    bench.keyboard.type("it stands still")
    bench.click("#zone-why .send")
    expect(bench.locator("#said")).to_contain_text("where it was stays known")
    (moved,) = zones(office)
    assert (moved.zone_id, moved.keyframes) == (zone.zone_id, (last,))
    assert moved.entry > zone.entry
    bench.get_by_role("button", name="Conceal no more: a window").click()
    bench.keyboard.type("it was mistaken")
    bench.click("#zone-why .send")
    expect(bench.locator("#zones-none")).to_be_visible()
    assert zones(office) == ()


def test_an_outline_is_drawn_free_hand_and_lasts_as_long_as_it_is_told(
    office: Office, bench: Page
) -> None:
    at(bench, 1000)
    bench.click("#zone-outline")
    drag(bench, (100, 40), (220, 40), (100, 140), (100, 44))
    expect(bench.locator("#zoning .draft")).to_have_count(1)
    bench.click("#zone [name=begins]")
    at(bench, 3000)
    bench.click("#zone [name=ends]")
    expect(bench.locator("#zone-span")).to_contain_text("0:00:01.000 to 0:00:03.000")
    bench.click("#zone button:not([type])")
    expect(bench.locator("#said")).to_contain_text("concealed from now on")
    still(bench)
    # Half of the rectangle around it, and the picture beside it as it was.
    assert grey(colour(bench, 125, 60))
    assert not grey(colour(bench, 205, 120))
    (zone,) = zones(office)
    assert [k.at_ms for k in zone.keyframes] == [1000, 3000]
    assert near(zone.keyframes[0][1:], (100, 40, 120, 100), 3)
    assert 3 <= len(zone.outline) <= 6
    # Escape forgets a change that nobody wrote.
    bench.get_by_role("button", name="Move: Zone 1").click()
    still(bench)
    bench.keyboard.press("ArrowRight")
    bench.keyboard.press("Escape")
    expect(bench.locator("#zone")).to_be_hidden()
    assert zones(office) == (zone,)


def test_by_keyboard_alone(office: Office, bench: Page) -> None:
    bench.keyboard.press("d")
    bench.keyboard.press("Enter")
    expect(bench.locator("#zoning")).to_be_focused()
    sides = ("left", "top", "width", "height")
    before = [int(bench.input_value(f"#zone [name={n}]")) for n in sides]
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowLeft"):
        bench.keyboard.press(key)
    after = [int(bench.input_value(f"#zone [name={n}]")) for n in sides]
    assert [b - a for a, b in zip(before, after, strict=True)] == [4, -2, -2, 2]
    assert bench.locator("#picture").get_attribute("data-ms") == "0"
    # A size as a number, for whom the arrows are too coarse or too slow.
    bench.focus("#zone [name=width]")
    bench.keyboard.press("Control+a")
    bench.keyboard.type("55")
    bench.keyboard.press("Tab")
    bench.focus("#zoning")
    bench.keyboard.press("Enter")
    expect(bench.locator("#said")).to_contain_text("concealed from now on")
    (zone,) = zones(office)
    assert zone.keyframes == ((0, after[0], after[1], 55, after[3]),)
    expect(bench.locator("#zones-list button").first).to_be_visible()


def test_what_nobody_may_is_refused_in_words(office: Office) -> None:
    path = f"{office.address}/review/zones?case={office.case.id}&exhibit={office.exhibit.id}"
    for name, status in {"officer": 200, "judge": 200, "auditor": 403, "root": 403}.items():
        with office.tab(name, checked=False) as tab:
            assert tab.context.request.get(path).status == status
    # A magistrate may conceal, and takes nothing away.
    with office.tab("judge", language="fr", checked=False) as tab:
        opened(tab, office)
        tab.click("#zone-rectangle")
        drag(tab, (60, 40), (120, 80))
        tab.click("#zone button:not([type])")
        expect(tab.locator("#zones-list li")).to_have_count(1)
        tab.get_by_role("button", name="Ne plus masquer : Zone 1").click()
        tab.keyboard.type("pour voir")
        tab.click("#zone-why .send")
        expect(tab.locator("#problem")).to_be_visible()
        expect(tab.locator("#zones-list li")).to_have_count(1)
        (zone,) = zones(office)
        office.app.perform("officer", away(office, zone))
        whole = {"exhibit": office.exhibit.id, "frames": [[0, 1, 1, 9, 9]], "outline": []}
        for body in (
            {},
            whole,
            whole | {"label": "", "frames": [[0, 1, 1, 9]]},
            whole | {"label": "", "frames": [[0, 1, 1, 9.5, 9]]},
            whole | {"label": "", "frames": [[10**12, 1, 1, 9, 9]]},
            whole | {"label": "", "frames": []},
            whole | {"label": "", "outline": [[1]]},
            whole | {"label": "", "outline": [[0, 0], [9, 9]]},
        ):
            answer = tab.evaluate(
                """async (body) => (await fetch("/review/zones", {
                  method: "POST", headers: {"Content-Type": "application/json"},
                  body: JSON.stringify(body)})).status""",
                {"case": office.case.id, **body},
            )
            assert answer == 400, body
    assert zones(office) == ()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_that_axe_finds_while_a_zone_is_drawn(office: Office, language: str) -> None:
    with office.tab("officer", language=language) as tab:
        opened(tab, office)
        tab.click("#zone-rectangle")
        drag(tab, (60, 40), (120, 80))
        expect(tab.locator("#zone")).to_be_visible()
        assert office.violations(tab) == []
