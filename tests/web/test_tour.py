"""The tour of the review bench in a real Chromium: once, by keyboard, and again when asked for."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from scelle.web.messages import translate
from scelle.web.reviewing import Bench

Office = Any


def opened(tab: Page, office: Office) -> None:
    tab.goto(f"{office.address}/review?case={office.case.id}")
    tab.wait_for_selector("body[data-ready]", state="attached")


def test_the_tour_comes_once_goes_by_keyboard_and_can_be_asked_for(office: Office) -> None:
    titles = [translate("en", f"bench.tour.title.{step}") for step, _ in Bench.tour]
    with office.tab("officer", toured=False) as tab:
        opened(tab, office)
        tour, step = tab.locator("#tour"), tab.locator("#tour li:visible")
        expect(tour).to_be_visible()
        # Every step tells of something else, in view and marked, and never lies over all of it.
        for number, title in enumerate(titles):
            expect(step).to_have_count(1)
            expect(step.locator("h3")).to_have_text(title)
            told = tab.locator(".told")
            expect(told).to_have_count(1)
            assert told.evaluate("(e, place) => e.matches(place)", Bench.tour[number][1])
            expect(told).to_be_in_viewport()
            assert told.evaluate(COVERED) < 0.5
            expect(tour.locator("[value=next]")).to_be_in_viewport(ratio=1)
            if number < len(titles) - 1:
                tab.keyboard.press("Enter" if number % 2 else "ArrowRight")
        tab.keyboard.press("ArrowLeft")
        expect(step.locator("h3")).to_have_text(titles[-2])
        tab.keyboard.press("Escape")
        expect(tour).to_be_hidden()
        expect(tab.locator(".told")).to_have_count(0)
        # The keys are the bench's again, and it is not shown again.
        opened(tab, office)
        expect(tour).to_be_hidden()
        tab.keyboard.press("?")
        tab.locator("#tour-open").press("Enter")
        expect(step.locator("h3")).to_have_text(titles[0])
        for _ in titles:
            tab.keyboard.press("Enter")
        expect(tour).to_be_hidden()
        expect(tab.locator("#help")).to_be_hidden()
        expect(tab.locator("#tour a")).to_have_count(2)
        for link in tab.locator("#tour a").all():
            assert tab.request.get(office.address + str(link.get_attribute("href"))).ok


#: Which share of an element the tour lies over.
COVERED = """(told) => {
  const [a, b] = [told, document.getElementById("tour")].map((e) => e.getBoundingClientRect());
  const wide = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left));
  const high = Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  return (wide * high) / (a.width * a.height);
}"""
