"""Drawing on the picture in a real Chromium: free-hand, with mouse and finger."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Office = Any
WIDE, TALL = 320, 240


@pytest.fixture
def bench(office: Office) -> Iterator[Page]:
    with office.tab("officer") as tab:
        opened(tab, office)
        yield tab


def opened(tab: Page, office: Office, more: str = "") -> None:
    tab.goto(f"{office.address}/review?case={office.case.id}{more}")
    ready(tab)


def ready(tab: Page) -> None:
    tab.wait_for_selector("body[data-ready]", state="attached")


def on_page(tab: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the page a place of the picture is, native pixels."""
    box = tab.locator("#drawing").bounding_box()
    assert box is not None
    scale = min(box["width"] / WIDE, box["height"] / TALL)
    left = box["x"] + (box["width"] - scale * WIDE) / 2
    return left + x * scale, box["y"] + (box["height"] - scale * TALL) / 2 + y * scale


def drag(tab: Page, *way: tuple[float, float], release: bool = True) -> None:
    """Press at the first place, go through the others, release at the last."""
    tab.mouse.move(*on_page(tab, *way[0]))
    tab.mouse.down()
    for place in way[1:]:
        tab.mouse.move(*on_page(tab, *place), steps=4)
    if release:
        tab.mouse.up()


def points(tab: Page, name: str) -> list[tuple[float, float]]:
    told = tab.input_value(f"#filters [name={name}]").split()
    return [(float(x), float(y)) for x, y in (each.split(",") for each in told)]


def test_a_path_an_area_and_a_line_are_dragged(bench: Page) -> None:
    bench.click("details:has([name=path]) summary")
    # Somebody walks to the right, the feet at 190 of 240.
    bench.click("[data-draw=path]")
    drag(bench, (60, 190), (160, 188), (250, 190))
    expect(bench).to_have_url(re.compile("path="))
    ready(bench)
    expect(bench.locator(".candidate")).to_have_count(1)
    drawn = points(bench, "path")
    # What was nearly straight is a few points, from where it was pressed to where released.
    assert 2 <= len(drawn) <= 4
    assert math.dist(drawn[0], (60, 190)) < 2
    assert math.dist(drawn[-1], (250, 190)) < 2
    # The other way nobody goes; the address holds it, and going back forgets it.
    bench.click("[data-draw=path]")
    drag(bench, (250, 190), (160, 188), (60, 190))
    expect(bench.locator(".candidate")).to_have_count(0)
    bench.go_back()
    ready(bench)
    expect(bench.locator(".candidate")).to_have_count(1)
    bench.fill("[name=path]", "")
    # Around a circle: no more points than it takes, none far from the circle.
    bench.click("[data-draw=area][data-into=outside]")
    around = [
        (160 + 60 * math.cos(n * math.pi / 12), 90 + 60 * math.sin(n * math.pi / 12))
        for n in range(25)
    ]
    drag(bench, *around)
    expect(bench).to_have_url(re.compile("outside="))
    ready(bench)
    circle = points(bench, "outside")
    assert 8 <= len(circle) <= 30
    assert all(abs(math.dist(p, (160, 90)) - 60) < 4 for p in circle)
    expect(bench.locator("#drawing .outside")).to_have_count(1)
    # Nobody's feet were there.
    expect(bench.locator(".candidate")).to_have_count(1)
    # From one end to the other: who goes right passes from its left to its right.
    bench.check("[name=one_way]")
    bench.click("[data-draw=line]")
    drag(bench, (160, 230), (130, 120), (160, 10))
    expect(bench).to_have_url(re.compile("line="))
    ready(bench)
    assert len(points(bench, "line")) == 2
    expect(bench.locator(".candidate")).to_have_count(1)


def test_escape_forgets_what_is_being_dragged_and_the_player_stays_as_it_is(bench: Page) -> None:
    bench.click("details:has([name=path]) summary")
    address = bench.url
    bench.click("[data-draw=path]")
    drag(bench, (60, 190), (250, 190), release=False)
    expect(bench.locator("#drawing .new")).to_have_count(1)
    bench.keyboard.press("Escape")
    expect(bench.locator("#drawing .new")).to_have_count(0)
    bench.mouse.up()
    assert bench.url == address
    assert bench.input_value("#filters [name=path]") == ""
    assert bench.evaluate("bench.player.playing") == 0
    # A click on the picture plays again.
    bench.mouse.click(*on_page(bench, 160, 120))
    expect(bench.locator("#play")).to_have_attribute("aria-pressed", "true")


def test_a_finger_draws_too(office: Office) -> None:
    with office.tab("officer", has_touch=True) as tab:
        opened(tab, office)
        tab.click("details:has([name=inside]) summary")
        tab.click("[data-draw=area][data-into=inside]")
        touch = tab.context.new_cdp_session(tab)

        def say(kind: str, *at: tuple[float, float]) -> None:
            touched = [{"x": x, "y": y} for x, y in (on_page(tab, *p) for p in at)]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

        say("touchStart", (100, 150))
        for place in ((200, 150), (200, 220), (100, 220), (100, 155)):
            say("touchMove", place)
        say("touchEnd")
        expect(tab).to_have_url(re.compile("inside="))
        ready(tab)
        assert 4 <= len(points(tab, "inside")) <= 6
        expect(tab.locator(".candidate")).to_have_count(1)
