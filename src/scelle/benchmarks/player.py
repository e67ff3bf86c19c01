"""How quick the live synopsis is in a real browser."""

from __future__ import annotations

import itertools
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scelle.benchmarks.stand import BITS, RECORDED, SQUARE, Stand, stand
from scelle.errors import Misconfigured
from scelle.model.acts import Progress, no_progress

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

T = TypeVar("T")

_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_WAIT_S = 120.0
_PLAYED_S = 5.0
_CLICKS = 3
_OPENED = 3  # times, for the median
_SLOW = 500_000  # bytes a second: a line of 4 Mbit/s
_SLOW_MS = 40  # until an answer begins

_AT_ONCE = 50
"""Objects on the screen at which playing is to be measured."""

# The second from which, for so many seconds, there are always as many objects as wanted and
# hardly more; where there never are, that with the most.
_FULLEST = """([lasts, wanted]) => {
    const { view, stage } = player;
    const many = [];
    for (let second = 0; second <= view.length_s; second += 0.5) {
        many.push(view.panels.reduce((n, panel) => n + stage.playing(panel, second).length, 0));
    }
    const window = Math.min(many.length, 2 * lasts + 1);
    const worth = (fewest) => fewest < wanted ? fewest - wanted : 1 / (1 + fewest - wanted);
    let best = 0;
    let most = -Infinity;
    for (let first = 0; first + window <= many.length; first++) {
        const fewest = worth(Math.min(...many.slice(first, first + window)));
        if (fewest > most) [best, most] = [first / 2, fewest];
    }
    return best;
}"""

_FILTERS = (
    "class=person", "class=car", "colour=red", "not_colour=red", "direction=left",
    "shortest=10", "density=0.12", "",
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What was measured, in milliseconds where nothing else is said.

    Attributes:
        tracks: passages of the case.
        first: from asking for the page until the first whole picture is drawn, median.
        first_slow: the same on a line of 4 Mbit/s.
        first_kb: kilobytes of pictures received until then.
        objects: on screen while playing, at least: fifty and few more, or as many as there are.
        fps: pictures drawn a second meanwhile.
        filters: from each changed filter until the new arrangement is drawn; the last without.
        clicks: seconds by which the original's first picture is off, at most.
        original: from the click until the original's first picture, median.
    """

    tracks: int
    first: float
    first_slow: float
    first_kb: float
    objects: int
    fps: float
    filters: dict[str, float]
    clicks: float
    original: float


def bench_player(count: int = 240, progress: Progress = no_progress) -> Played:
    """Open, play, filter and click.

    Args:
        count: passages of the case.
        progress: told what was done.

    Raises:
        Misconfigured: there is no browser.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Misconfigured(
            "Playwright is not installed, so that no browser can be driven.",
            remedy="Install the package's `test` extra: pip install scelle[test]",
        ) from error
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise Misconfigured(
            "There is no Chromium.", remedy="apt-get update && apt-get install --yes chromium"
        )
    with (
        tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder,
        stand(Path(folder), count, progress=progress) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        try:
            return _measured(browser, served, count, progress)
        finally:
            browser.close()


def _measured(browser: Browser, served: Stand, count: int, progress: Progress) -> Played:
    steps = _OPENED + 4 + len(_FILTERS) + _CLICKS
    done = itertools.count(1)

    def told(measured: T) -> T:
        progress("bench browser", next(done), steps, "steps")
        return measured

    told(_opened(browser, served)).close()  # reads every tube once
    opened = [told(_first(browser, served)) for _ in range(_OPENED)]
    slow = told(_first(browser, served, slow=True))
    page = told(_opened(browser, served, "collision=1"))
    fps, objects = told(playing(page))
    page.close()
    page = _opened(browser, served)
    filters = {query: told(_filtered(page, query)) for query in _FILTERS}
    clicks = [told(clicked(page, n)) for n in range(_CLICKS)]
    return Played(
        tracks=count,
        first=statistics.median(first for first, _ in opened),
        first_slow=slow[0],
        first_kb=opened[0][1] / 1000,
        objects=objects,
        fps=fps,
        filters=filters,
        clicks=max(off for off, _ in clicks),
        original=statistics.median(took for _, took in clicks),
    )


def _opened(browser: Browser, served: Stand, query: str = "", *, slow: bool = False) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    if slow:
        page.context.new_cdp_session(page).send(
            "Network.emulateNetworkConditions",
            {
                "offline": False, "latency": _SLOW_MS,
                "downloadThroughput": _SLOW, "uploadThroughput": _SLOW,
            },
        )  # fmt: skip
    page.goto(f"{served.address}/live?case={served.case_id}&{query}")
    until(page, "document.body.dataset.first")
    return page


def until(page: Page, expression: str) -> None:
    """Wait for a condition, from outside: the page's policy forbids evaluating text in it.

    Raises:
        Misconfigured: it does not come true.
    """
    end = time.monotonic() + _WAIT_S
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise Misconfigured(
                f"In {_WAIT_S:.0f} s the page never came to: {expression}.",
                remedy="Try again where less else runs, or with fewer passages: --tracks 120.",
            )
        page.wait_for_timeout(20)


def _first(browser: Browser, served: Stand, *, slow: bool = False) -> tuple[float, float]:
    page = _opened(browser, served, slow=slow)
    first = float(page.evaluate("Number(document.body.dataset.first)"))
    received = float(page.evaluate("Number(document.body.dataset.bytes)"))
    page.close()
    return first, received


def playing(page: Page) -> tuple[float, int]:
    """Pictures a second, and the fewest objects seen meanwhile."""
    begin = page.evaluate(_FULLEST, [_PLAYED_S + 2, _AT_ONCE])
    page.evaluate(f"player.seek({begin})")
    # So that what is measured is drawing, not fetching.
    until(page, f"player.store.until({begin} * player.view.rate) >= "
                f"{begin + _PLAYED_S + 2} * player.view.rate")  # fmt: skip
    page.keyboard.press("Space")
    until(page, f"player.playing && player.at > {begin} + 0.5")
    began, frames, at = page.evaluate("[performance.now(), player.figures.frames, player.at]")
    fewest = 10**9
    for _ in range(round(_PLAYED_S)):
        page.wait_for_timeout(1000)
        fewest = min(fewest, int(page.evaluate("player.stage.shown.length")))
    ended, last, stop = page.evaluate("[performance.now(), player.figures.frames, player.at]")
    page.keyboard.press("Space")
    if stop <= at:
        raise Misconfigured(
            "The synopsis did not play.",
            remedy="Try again where less else runs: the browser needs a core of its own.",
        )
    return (last - frames) / (ended - began) * 1000, fewest


def _filtered(page: Page, query: str) -> float:
    """From a changed filter until it is drawn."""
    name, _, value = query.partition("=")
    before = page.evaluate("player.figures.arrangements")
    if name:
        page.evaluate(
            """([name, value]) => {
                const control = document.getElementById("choices").elements[name];
                control.value = value;
                control.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            [name, value],
        )
    else:
        page.click("#choices button[type=reset]")
    until(page, f"player.figures.arrangements > {before} && !player.wanted")
    return float(page.evaluate("player.figures.arranged"))


def clicked(page: Page, number: int) -> tuple[float, float]:
    """Click an object: seconds by which the original is off, milliseconds until it is there.

    Args:
        page: a live synopsis that is loaded.
        number: of the click: each is made at another place of the synopsis.
    """
    page.evaluate(f"player.seek({1.5 * (number + 1)})")
    page.wait_for_timeout(600)
    until(page, "player.stage.shown.length > 0 && !player.wanted")
    x, y, wanted = page.evaluate(
        """() => {
            const one = player.stage.shown.at(-1);
            const [left, top, width, height] = one.rect;
            const box = player.canvas.getBoundingClientRect();
            const ratio = box.width / player.canvas.width;
            return [box.left + (left + width / 2) * ratio, box.top + (top + height / 2) * ratio,
                    one.row.cells[5]];
        }"""
    )
    began = time.monotonic()
    page.mouse.click(x, y)
    # Of this click: what the last one played is gone.
    until(page, "player.original.begun !== null && player.original.video.readyState >= 2")
    took = (time.monotonic() - began) * 1000
    page.evaluate("document.querySelector('#original video').pause()")
    begun, told, squares = page.evaluate(
        """([bits, square]) => {
            const video = document.querySelector("#original video");
            const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
            const context = canvas.getContext("2d", { willReadFrequently: true });
            context.drawImage(video, 0, 0);
            const at = (bit) =>
                context.getImageData(bit * square + square / 2, square / 2, 1, 1).data[0];
            const told = player.original.first + video.currentTime * 1000;
            return [player.original.begun, told, Array.from({ length: bits }, (_, i) => at(i))];
        }""",
        [BITS, SQUARE],
    )
    page.keyboard.press("Escape")
    until(page, "player.original.begun === null")
    picture = sum(1 << bit for bit, level in enumerate(squares) if level > 128)
    each = 1000 / RECORDED
    # The original begins with the first picture from that moment on, and says which it shows.
    off = max(0.0, wanted - begun, begun - wanted - each)
    shown = picture * each
    return max(off, shown - told, told - shown - each, 0.0) / 1000, took
