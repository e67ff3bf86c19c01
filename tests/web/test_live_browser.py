"""The live synopsis in a real Chromium: it plays, obeys, leads back, and stops when told to."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from scelle.benchmarks.installation import AGENT
from scelle.benchmarks.player import clicked, playing, until
from scelle.benchmarks.stand import Stand, stand
from scelle.model.acts import CertifyCoverage, ChangeMandate, ConsultSearches
from scelle.model.evidence import MandateState
from scelle.model.stills import Still
from scelle.web.render import EDITION

#: WCAG 2.2 AA.
WANTED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-sync", "--no-first-run")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A case with twelve passages."""
    with stand(tmp_path_factory.mktemp("live"), 12, pictures=False) as place:
        yield place


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    assert chromium, "install it: apt-get update && apt-get install --yes chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, served: Stand) -> Iterator[Any]:
    """Opens the page; anything that the browser complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(query: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        tab: Page = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"{served.address}/live?case={served.case_id}&{query}")
        until(tab, "document.body.dataset.first || !document.getElementById('problem').hidden"
                   " || !document.getElementById('empty').hidden")  # fmt: skip
        return tab

    open_page.complaints = complaints  # type: ignore[attr-defined]
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page: Page) -> int:
    return int(page.inner_text("#tracks-shown"))


def arrangements(page: Page) -> int:
    return int(page.evaluate("player.figures.arrangements"))


def choose(page: Page, name: str, value: str) -> None:
    before = arrangements(page)
    page.select_option(f"#choices [name={name}]", value)
    until(page, f"player.figures.arrangements > {before}")


def test_a_click_on_an_object_plays_the_original_from_that_very_picture(opened: Any) -> None:
    page = opened()
    off, _ = clicked(page, 0)
    assert off == 0


def test_the_first_picture_comes_with_the_arrangement_before_there_is_a_script(
    opened: Any,
) -> None:
    page = opened()
    address = page.url
    page.goto("about:blank")
    small: list[str | None] = []
    page.on(
        "response",
        lambda r: (
            small.append(r.headers.get("content-encoding")) if "/live/begin?" in r.url else None
        ),
    )
    page.goto(address)
    until(page, "document.body.dataset.first && player.figures.frames > 0")
    assert small == ["gzip"], "asked once: the page and its script ask the same"
    asked = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter((e) => e.name.includes("/live/"))
            .filter((e) => e.startTime < Number(document.body.dataset.first))
            .filter((e) => !e.name.includes("/static/"))
            .map((e) => [new URL(e.name).pathname, e.initiatorType])"""
    )
    assert asked == [["/live/begin", "link"]]
    scripts = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter((e) => e.name.includes("/static/")).map((e) => e.transferSize)"""
    )
    assert len(scripts) > 10
    assert not any(scripts), "fetched once, when the page was opened before"
    for second in (0, 2.7, 9999):
        shown = page.evaluate(
            """async (second) => {
                const { Store } = await import("/static/live/store.js");
                const { scenes } = await import("/static/live/moment.js");
                const { view } = player;
                const at = Math.min(second, view.length_s);
                const store = new Store();
                store.arrange(view);
                const needed = store.missing(at * view.rate, at * view.rate + 1e-9);
                return [needed.map((one) => [one.id, one.number]), scenes(view, at)];
            }""".replace("/static", f"/static/{EDITION}"),
            second,
        )
        answer = page.request.get(f"{address.replace('/live?', '/live/begin?')}&t={second}")
        head = json.loads(answer.body().split(b"\n", 3)[2])
        begun = [part[:2] for part in head["parts"]], [name for name, _ in head["scenes"]]
        assert [sorted(begun[0]), begun[1]] == [sorted(shown[0]), shown[1]], second
    preloaded = page.locator("link[rel=modulepreload]").evaluate_all("all => all.map(x => x.href)")
    wanted = page.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => n.endsWith('.js'))"
    )
    own = ("/begin.js", "/main.js", "/held.js")  # which the page itself runs
    assert {name for name in wanted if not name.endswith(own)} == set(preloaded)


@pytest.mark.parametrize("taken_away", [False, True])
def test_pictures_that_come_after_all_was_taken_away_are_dropped(
    opened: Any, taken_away: bool
) -> None:
    page = opened()
    held = page.evaluate(
        """async (away) => {
            const { tubes } = await import("/static/live/door.js");
            const { store, view } = player;
            const [panel] = view.panels;
            const file = await tubes({
                case: view.case, parts: [[panel.passages[0].id, 0]], scenes: [panel.scenes[0][0]],
                speed: 1,
            });
            player.clear();
            const asked = new AbortController();
            if (away) asked.abort();
            await store.unpack(file, asked.signal);
            return [store.parts.size, store.scenes.size, store.atlases.size];
        }""".replace("/static", f"/static/{EDITION}"),
        taken_away,
    )
    assert held == ([0, 0, 0] if taken_away else [1, 1, 1])


def test_no_picture_is_drawn_before_its_time_has_come(opened: Any) -> None:
    page = opened()
    until(page, "player.store.until(0) >= Math.min(10, player.view.length_s) * player.view.rate")
    early = page.evaluate(
        """() => {
            let seen = 0;
            let early = 0;
            for (let at = 0; at < player.view.length_s; at += 0.11) {
                player.stage.draw(at);
                for (const { panel, one, row } of player.stage.shown) {
                    const since = Math.floor(at * panel.rate + 1e-9) - one.start;
                    const own = row.cells[4] * one.base[0] / one.base[1];
                    seen += 1;
                    if (own > since / panel.rate + 1e-9) early += 1;
                }
            }
            return [seen, early];
        }"""
    )
    assert early[0] > 50
    assert early[1] == 0


def test_every_filter_arranges_again_and_the_address_holds_it(opened: Any, served: Stand) -> None:
    page = opened()
    total = shown(page)
    assert total == 12
    choose(page, "class", "person")
    people = shown(page)
    choose(page, "class", "car")
    assert people + shown(page) == total
    assert "class=car" in page.url
    assert int(page.inner_text("#tracks-filtered")) == people
    choose(page, "class", "")
    choose(page, "not_colour", "red")
    assert 0 < shown(page) < total
    page.fill("#choices [name=from]", "03:00")
    page.fill("#choices [name=to]", "04:00")
    page.press("#choices [name=to]", "Tab")
    until(page, "!document.getElementById('empty').hidden")
    assert shown(page) == 0
    again = opened(page.url.partition(served.case_id + "&")[2])
    assert shown(again) == 0
    page.click("#choices button[type=reset]")
    until(page, "document.getElementById('tracks-shown').textContent === '12'")


def test_what_is_left_out_is_listed_with_the_reason(opened: Any) -> None:
    page = opened("class=car", locale="fr-FR")
    cars = shown(page)
    assert not page.locator("#left ol").is_visible()
    page.focus("#canvas")
    page.keyboard.press("o")
    lines = page.locator("#left li").all_inner_texts()
    assert len(lines) == 12 - cars
    assert all("personne" in line and "autre catégorie" in line for line in lines)
    assert "22:0" in lines[0]
    page.keyboard.press("o")
    assert page.evaluate("document.activeElement.id") == "canvas"
    page.click("#choices button[type=reset]")
    until(page, "document.getElementById('left').hidden")


@pytest.mark.parametrize(("locale", "theme"), [("fr-FR", "light"), ("en-GB", "dark")])
def test_no_violation_that_axe_finds(opened: Any, locale: str, theme: str) -> None:
    page = opened("class=car", locale=locale, color_scheme=theme)
    page.click("#left summary")
    told = Axe().run(page, options=WANTED).response["violations"]
    page.keyboard.press("Escape")
    page.click("#help-open")
    told += Axe().run(page, options=WANTED).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:90]}" for v in told] == []


def test_it_plays_as_fast_as_is_chosen(opened: Any) -> None:
    page = opened()
    # What has come cannot come late: of the seconds that are played here, all of it.
    until(page, "player.store.until(0) >= Math.min(8, player.view.length_s) * player.view.rate")
    page.select_option("#speed", "4")
    page.focus("#canvas")
    page.keyboard.press("Space")
    until(page, "player.playing && player.at > 0.5")
    at, now = page.evaluate("[player.at, performance.now()]")
    page.wait_for_timeout(1000)
    later, then = page.evaluate("[player.at, performance.now()]")
    # Pictures that are drawn late slow it down, and never hasten it.
    assert 1.2 < (later - at) / (then - now) * 1000 <= 4.2
    page.keyboard.press("-")
    assert page.input_value("#speed") == "2"
    page.keyboard.press("k")
    assert "speed=2" in page.url


def test_playing_is_measured_where_most_objects_are(opened: Any) -> None:
    page = opened("collision=1")
    pictures_a_second, fewest = playing(page)
    assert pictures_a_second > 0
    usual = page.evaluate(
        """() => {
            const { view, stage } = player;
            const at = (second) => stage.playing(view.panels[0], second).length;
            return Array.from({ length: 20 }, (_, i) => at(view.length_s * i / 20))
                .sort((a, b) => a - b)[10];
        }"""
    )
    assert fewest >= usual > 0


def test_a_share_has_the_decimal_sign_of_the_language(opened: Any) -> None:
    page = opened("lang=fr")
    expect(page.locator("#collision")).to_have_text(re.compile(r"^\d+,\d %$"))


def test_while_pictures_are_still_coming_it_is_said(opened: Any) -> None:
    page = opened()
    expect(page.locator(".wait")).to_be_hidden()
    page.evaluate(
        """() => {
            const { store, view } = player;
            store.bring = async () => {};
            store.parts.clear();
            player.seek(view.length_s / 2);
        }"""
    )
    expect(page.locator(".wait")).to_be_visible()
    page.evaluate("delete player.store.bring && player.fetch()")
    expect(page.locator(".wait")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_choice_is_cut(opened: Any, language: str) -> None:
    page = opened(f"lang={language}")
    cut = page.locator("select").evaluate_all(
        """all => all.flatMap((select) => {
            const style = getComputedStyle(select);
            const context = document.createElement("canvas").getContext("2d");
            context.font = style.font;
            const sides = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
            const room = select.clientWidth - sides - 16; // the arrow
            return [...select.options].map((option) => option.textContent)
                .filter((told) => context.measureText(told).width > room);
        })"""
    )
    assert cut == []


def test_trails_are_drawn_where_objects_have_been(opened: Any) -> None:
    page = opened("collision=1")
    page.wait_for_timeout(500)
    drawn = """() => {
        player.seek(player.view.length_s / 2);
        const context = player.stage.context;
        const { lineTo } = context;
        let points = 0;
        context.lineTo = function (...a) { points += 1; lineTo.apply(this, a); };
        player.stage.draw(player.at);
        delete context.lineTo;
        return [points, player.stage.shown.length];
    }"""
    page.evaluate("player.seek(player.view.length_s / 2)")
    until(page, "player.store.ready(player.view.length_s / 2 * player.view.rate)")
    points, objects = page.evaluate(drawn)
    assert points == 0
    assert objects > 0
    page.focus("#canvas")
    page.keyboard.press("t")
    assert page.is_checked("#trails")
    points, objects = page.evaluate(drawn)
    assert points > 5 * objects
    page.keyboard.press("k")


def test_summaries_lie_over_the_picture_and_follow_the_filters(opened: Any, served: Stand) -> None:
    page = opened()
    picture = page.locator("#layer-picture")
    assert picture.is_hidden()
    page.focus("#canvas")
    seen = set()
    for still in Still:
        page.keyboard.press("g")
        until(page, "!document.body.classList.contains('drawing-layer')")
        until(page, "document.getElementById('layer-picture').naturalWidth > 300")
        assert f"layer={still}" in page.url
        assert picture.is_visible()
        assert picture.get_attribute("alt")
        seen.add(picture.get_attribute("src"))
    assert len(seen) == len(Still)
    # The picture of the one before does not stay under the next one's name.
    page.select_option("#layer", "activity")
    until(page, "!document.body.classList.contains('drawing-layer')")
    assert page.evaluate(
        "() => { player.layer.next(); return document.getElementById('layer-picture').hidden; }"
    )
    page.select_option("#layer", "paths")
    until(page, "!document.body.classList.contains('drawing-layer')")
    every = picture.get_attribute("src")
    choose(page, "direction", "left")
    until(page, "!document.body.classList.contains('drawing-layer')")
    assert picture.get_attribute("src") != every
    page.select_option("#layer", "")
    assert picture.is_hidden()


def test_density_and_order_change_the_arrangement(opened: Any) -> None:
    page = opened()
    shortest = page.evaluate("player.view.length_s")
    choose(page, "order", "1")
    in_order = page.evaluate("player.view.panels[0].passages.map((p) => p.start_ms)")
    assert in_order == sorted(in_order)
    choose(page, "order", "0")
    page.keyboard.press("Escape")
    page.focus("#canvas")
    before = arrangements(page)
    for _ in range(5):
        page.keyboard.press("[")
    until(page, f"player.figures.arrangements > {before}")
    page.wait_for_timeout(300)
    assert page.evaluate("player.view.length_s") > shortest


def test_an_area_is_drawn_and_chooses(opened: Any) -> None:
    page = opened()
    page.click("button[data-area=inside]")
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.focus("#canvas")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("at least three corners: click 3 more")
    for x, y in ((0.45, 0.2), (0.55, 0.2), (0.55, 0.5), (0.45, 0.5)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    before = arrangements(page)
    page.focus("#canvas")
    page.keyboard.press("Enter")
    until(page, f"player.figures.arrangements > {before}")
    assert len(page.input_value("#choices [name=inside]").split()) == 4
    assert 0 < shown(page) < 12


def test_classes_stand_side_by_side(opened: Any) -> None:
    page = opened("rows=class", locale="fr-FR")
    names = page.evaluate("player.view.panels.map((p) => p.title)")
    assert names == ["personne", "voiture"]
    assert shown(page) == 12


SIGNED = """(second) => {
    const context = player.stage.context;
    const { fillText } = context;
    const told = [];
    context.fillText = function (text, ...a) { told.push(text); fillText.call(this, text, ...a); };
    player.stage.draw(second);
    delete context.fillText;
    return told;
}"""


@pytest.mark.parametrize("stays", ["cut", "fast"])
def test_a_shortened_stay_is_shorter_and_marked_where_it_is(opened: Any, stays: str) -> None:
    page = opened()
    own = page.evaluate("player.view.panels[0].passages.map((p) => [p.id, p.ticks])")
    choose(page, "stays", stays)
    ticks = dict(page.evaluate("player.view.panels[0].passages.map((p) => [p.id, p.ticks])"))
    shorter = {track for track, before in own if ticks[track] < before}
    marked = page.evaluate(
        """() => player.view.panels[0].passages.flatMap((p) => {
            const first = p.plan.findIndex(([, , mark]) => mark);
            if (first < 0) return [];
            const last = p.plan.findLastIndex(([, , mark]) => mark);
            const { rate } = player.view;
            const at = (row) => (p.start + p.plan[row][1] + 0.5) / rate;
            return [[p.id, p.number, at(first), at(last)]];
        })"""
    )
    assert shorter
    assert {track for track, *_ in marked} == shorter
    _, number, first, last = marked[0]
    assert last - first >= 1, "long enough to be noticed"
    for second, signed in ((first, True), (last, True), (first - 0.5, False)):
        page.evaluate(f"player.seek({second})")
        until(page, f"player.store.ready({second} * player.view.rate)")
        told = page.evaluate(SIGNED, second)
        assert any(t.startswith(f"{number} · ") and ("»" in t) == signed for t in told)


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A case with four passages before each of two cameras."""
    with stand(tmp_path_factory.mktemp("cameras"), 4, cameras=2, pictures=False) as place:
        yield place


def test_cameras_stand_side_by_side_and_each_leads_to_its_own_original(
    browser: Any, cameras: Stand
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{cameras.address}/live?case={cameras.case_id}&rows=camera")
    until(page, "document.body.dataset.first")
    assert page.evaluate("player.view.panels.map((p) => p.title)") == ["bench 1", "bench 2"]
    assert shown(page) == 8
    page.evaluate("player.seek(1.5)")
    until(page, "player.store.ready(1.5 * player.view.rate) && !player.wanted")
    beside = page.evaluate(
        """() => {
            const { cells, shown } = player.stage;
            const whole = (i) => {
                const { left, top, width, height } = cells[i];
                const [{ rect: [x, y, w, h], one }] = shown.filter(
                    ({ panel }) => panel === player.view.panels[i]);
                const ratio = player.canvas.getBoundingClientRect().width / player.canvas.width;
                const inside = x + w > left && y + h > top && x < left + width && y < top + height;
                return [left, top, left + width, top + height, inside, one.exhibit,
                        (Math.max(x, left) + 2) * ratio, (y + h / 2) * ratio];
            };
            return [whole(0), whole(1)];
        }"""
    )
    (a, b) = beside
    assert a[2] <= b[0] or a[3] <= b[1], "no picture lies over the other"
    assert (a[4], b[4]) == (True, True)
    assert (a[5], b[5]) == (0, 1)
    box = page.locator("#canvas").bounding_box()
    for *_, exhibit, x, y in beside:
        page.mouse.click(box["x"] + x, box["y"] + y)
        until(page, "document.querySelector('#original video').readyState >= 2")
        asked = page.evaluate(
            "performance.getEntriesByType('resource').map((e) => e.name)"
            ".filter((n) => n.includes('/live/play')).at(-1)"
        )
        wanted = page.evaluate(f"player.view.exhibits[{exhibit}].id")
        assert wanted in asked
        page.keyboard.press("Escape")
        assert not page.locator("#original").is_visible()
    # Who is quick opens the next before the page hears that the last one closed.
    page.evaluate(
        """() => {
            const { original } = player;
            const { view, one, zero } = original;
            original.dialog.showModal();
            original.dialog.close();
            original.open(view, one, 1000, (zero + 1000) / 1000);
        }"""
    )
    until(page, "document.querySelector('#original video').readyState >= 2")
    # What is beside the object and the place in the recording are cut alike, wherever it began.
    said = page.evaluate(
        r"""() => {
            const { original } = player;
            const { exhibit, one, view } = original;
            original.video.pause();
            const seconds = (told) => told.split(":").reduce((sum, n) => 60 * sum + Number(n), 0);
            return [0, 400, 900].flatMap((clicked) => [0, 300, 700].map((later) => {
                const own = 2000 + clicked;
                const second = Math.floor((exhibit.begins_ms + own) / 1000);
                original.open(view, one, exhibit.start_ms + own, second);
                original.dialog.close();
                original.first = exhibit.start_ms + own + later;
                original.tell();
                const told = original.caption.textContent.match(/[\d:]*\d:\d\d/g).map(seconds);
                return told[0] - told[1] - Math.floor(exhibit.begins_ms / 1000);
            }));
        }"""
    )
    assert said == [0] * 9
    context.close()
    assert complaints == []


def test_all_of_it_by_keyboard_a_passage_is_kept_and_taken_back(opened: Any, served: Stand) -> None:
    page = opened()
    page.focus("#canvas")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    until(page, "player.at > 0.5")
    page.keyboard.press("k")
    until(page, "!player.playing && !player.wanted")
    page.keyboard.press("n")
    until(page, "player.chosen()")
    assert "Track" in page.inner_text("#said")
    track = page.evaluate("player.stage.chosen")
    page.keyboard.press("c")
    page.keyboard.press("Control+Enter")
    assert page.locator("#reason").is_visible(), "without a reason nothing is sent"
    page.keyboard.type("matches the witness's words")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('said').textContent.includes('is kept')")
    page.keyboard.press("u")
    page.keyboard.type("said too early")
    page.click("#reason .send")
    until(page, "document.getElementById('said').textContent.includes('taken back')")
    record = served.app.perform("magistrate", ConsultSearches(case_id=served.case_id))
    told = [(d.track_id, d.judgement.value, d.reason) for d in record.decisions]
    assert told == [
        (track, "confirmed", "matches the witness's words"),
        (track, "undecided", "said too early"),
    ]
    drawn_again = """() => {
        player.wanted = false;
        player.choose.done(player.chosen().one, "undecided");
        return player.wanted;
    }"""
    assert page.evaluate(drawn_again), "the mark is on the picture at once"


def test_a_right_click_opens_the_menu_at_the_object(opened: Any) -> None:
    page = opened()
    x, y = page.evaluate(
        """() => {
            const [left, top, width, height] = player.stage.shown.at(-1).rect;
            const box = player.canvas.getBoundingClientRect();
            const ratio = box.width / player.canvas.width;
            return [box.left + (left + width / 2) * ratio, box.top + (top + height / 2) * ratio];
        }"""
    )
    page.mouse.click(x, y, button="right")
    assert page.locator("#menu").is_visible()
    assert page.evaluate("document.activeElement.value") == "original"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "confirmed"
    page.keyboard.press("Escape")
    assert not page.locator("#menu").is_visible()


def test_labels_lie_under_objects_and_hide_none(opened: Any) -> None:
    page = opened("collision=1")
    fullest = page.evaluate(
        """() => {
            const { view, stage } = player;
            const at = Array.from({ length: 40 }, (_, i) => view.length_s * i / 40);
            const many = at.map((second) => stage.playing(view.panels[0], second).length);
            const most = Math.max(...many);
            player.seek(at[many.indexOf(most)]);
            return most;
        }"""
    )
    assert fullest > 1
    until(page, "player.store.ready(player.at * player.view.rate)")
    order = page.evaluate(
        """() => {
            const calls = [];
            const context = player.stage.context;
            const { fillText, drawImage } = context;
            context.fillText = function (...a) { calls.push("text"); fillText.apply(this, a); };
            context.drawImage = function (...a) {
                if (a.length === 9) calls.push("object");
                drawImage.apply(this, a);
            };
            player.stage.draw(player.at);
            delete context.fillText;
            delete context.drawImage;
            return calls;
        }"""
    )
    assert order.count("object") == fullest
    assert "text" not in order[order.index("object") :]


def test_motion_is_reduced_where_it_is_asked_for(opened: Any) -> None:
    page = opened(reduced_motion="reduce")
    assert page.evaluate("player.stage.still.matches")
    assert not page.evaluate("player.playing")


def test_the_coverage_certificate_is_one_click_away(opened: Any, served: Stand) -> None:
    page = opened(locale="fr-FR")
    page.click("a[href^='/certificate']")
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    # It leads on: to itself in the other language, and back to its case.
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="The case's page").click()
    expect(page).to_have_url(f"{served.address}/case/{served.case_id}?lang=en")


def test_what_was_seen_is_in_the_certificate(opened: Any, served: Stand) -> None:
    opened()
    made, _ = served.app.perform(AGENT, CertifyCoverage(case_id=served.case_id))
    seen = [s for s in made[0].showings if s.act == "view-tubes"]
    assert seen
    assert {s.agent_id for s in seen} == {AGENT}
    assert not any(s.whole for s in seen)


@pytest.mark.parametrize("playing", [True, False])
def test_a_suspended_mandate_stops_the_playing(opened: Any, served: Stand, playing: bool) -> None:
    page = opened()
    if playing:  # else the page itself asks whether its pictures may stay
        page.focus("#canvas")
        page.keyboard.press("Space")
        until(page, "player.playing && player.at > 0.2")

    def change(state: MandateState) -> None:
        act = ChangeMandate(case_id=served.case_id, mandate_id=served.mandate_id, state=state)
        served.app.perform("magistrate", act)

    change(MandateState.SUSPENDED)
    try:
        page.wait_for_timeout(5000)
        until(page, "!document.getElementById('problem').hidden")
        assert not page.evaluate("player.playing")
        assert page.evaluate("player.view") is None
        assert page.evaluate("player.store.atlases.size + player.store.scenes.size") == 0
        assert "suspended" in page.inner_text("#problem")
        # The browser tells of each 403: of the lease, and of pictures asked for meanwhile.
        assert opened.complaints
        assert all("403" in told for told in opened.complaints)
        opened.complaints.clear()
    finally:
        change(MandateState.ACTIVE)


def test_a_recording_not_analysed_says_so(browser: Any, served: Stand, tmp_path: Path) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{served.address}/live?case={served.case_id}&exhibit=none")
    until(page, "!document.getElementById('problem').hidden")
    assert shown_text(page)
    context.close()


def shown_text(page: Page) -> str:
    return page.inner_text("#problem-title") + page.inner_text("#problem-lines")
