"""The review bench in a real Chromium: words, exact steps, keys alone, decisions, the door."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    ChangeMandate,
    ConsultBookmarks,
    ConsultSearches,
    ReceiveExhibit,
    SetPassword,
)
from scelle.model.evidence import Exhibit, MandateState

Office = Any
WORDS = "seven quiet herons stand in the reeds"
PICTURES = 48
#: Milliseconds of each picture of the recording of variable rate.
UNEVEN = np.cumsum([0, *(33 + (n * n * 37) % 190 for n in range(1, PICTURES))]).tolist()


def numbered(number: int) -> np.ndarray[Any, Any]:
    """A picture that bears its number: its sevens as the left half's grey, the rest as the right's.

    Whatever is concealed in one half is of its own grey.
    """
    picture = np.empty((96, 128, 3), np.uint8)
    picture[:, :64], picture[:, 64:] = 30 + 30 * (number // 7), 30 + 30 * (number % 7)
    return picture


def draw_uneven(path: Path) -> None:
    """H.264 of variable rate."""
    with Mp4Writer(path, 128, 96, Fraction(1, 1000), rate=Fraction(10), crf=8) as out:
        for number, pts in enumerate(UNEVEN):
            out.write(numbered(number), pts)


def draw_hevc(path: Path) -> None:
    """HEVC with pictures that are stored in another order than they are shown in."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx265", rate=12)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.options = {"x265-params": "bframes=3:keyint=24:qp=8:log-level=none"}
        for number in range(PICTURES):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 12)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


@pytest.fixture(scope="module")
def recordings(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exhibit]:
    folder = tmp_path_factory.mktemp("numbered")
    made = {}
    for name, draw in {"uneven": draw_uneven, "hevc": draw_hevc}.items():
        draw(folder / f"{name}.mp4")
        act = ReceiveExhibit(
            case_id=office.case.id, path=folder / f"{name}.mp4", camera=name, origin="seal 8"
        )
        made[name] = office.app.perform("officer", act)
    ids = tuple(e.id for e in made.values())
    office.app.perform("officer", AnalyseExhibit(case_id=office.case.id, exhibit_ids=ids))
    return made


@pytest.fixture
def bench(office: Office) -> Iterator[Page]:
    with office.tab("officer") as tab:
        opened(tab, office)
        yield tab


def opened(tab: Page, office: Office, more: str = "") -> None:
    tab.goto(f"{office.address}/review?case={office.case.id}{more}")
    tab.wait_for_selector("body[data-ready]", state="attached")


def still(tab: Page) -> None:
    """Until the player has done what it was asked."""
    tab.evaluate("bench.player.busy.then(() => 1)")


def number(tab: Page) -> int:
    """Which picture is on the screen, read from the screen."""
    picture = cv2.imdecode(
        np.frombuffer(tab.locator("#picture").screenshot(), np.uint8), cv2.IMREAD_COLOR
    )
    assert picture is not None
    height, width = picture.shape[:2]
    middle = picture[height // 2 - 8 : height // 2 + 8]
    # 4:3 in a frame of 16:9: a quarter and three quarters of the picture itself.
    halves = (
        middle[:, int(width * at) - 8 : int(width * at) + 8].mean() for at in (0.3125, 0.6875)
    )
    sevens, rest = (round((float(level) - 30) / 30) for level in halves)
    return 7 * sevens + rest


def decisions(office: Office) -> list[tuple[str, str, bool]]:
    record = office.app.perform("judge", ConsultSearches(case_id=office.case.id))
    return [(d.judgement.value, d.reason, d.search is not None) for d in record.decisions]


@pytest.mark.parametrize("name", ["hevc", "uneven"])
def test_every_step_shows_the_neighbouring_picture(
    office: Office, recordings: dict[str, Exhibit], name: str
) -> None:
    exhibit = recordings[name]
    with office.tab("officer") as tab:
        opened(tab, office, f"&watch={exhibit.id}&t=1500")
        first = number(tab)
        assert 4 < first < PICTURES - 20
        # Over the end of the span that is held, and back over its beginning.
        for by, key in ((1, "ArrowRight"), (-1, "ArrowLeft")):
            for _ in range(14 if by > 0 else 18):
                before = number(tab)
                tab.keyboard.press(key)
                still(tab)
                assert number(tab) == before + by
                told = int(tab.locator("#picture").get_attribute("data-pts") or -1)
                if name == "uneven":
                    assert told == UNEVEN[before + by]
        assert number(tab) == first - 4


def test_the_last_picture_and_the_first_have_no_neighbour(
    office: Office, recordings: dict[str, Exhibit]
) -> None:
    with office.tab("officer") as tab:
        opened(tab, office, f"&watch={recordings['uneven'].id}")
        assert number(tab) == 0
        tab.keyboard.press("ArrowLeft")
        still(tab)
        expect(tab.locator("#said")).to_contain_text("no further")
        tab.keyboard.press("End")
        still(tab)
        assert number(tab) == PICTURES - 1
        tab.keyboard.press("ArrowRight")
        still(tab)
        assert number(tab) == PICTURES - 1


def test_it_plays_over_spans_at_every_speed_and_backwards(
    office: Office, recordings: dict[str, Exhibit]
) -> None:
    exhibit = recordings["hevc"]
    with office.tab("officer") as tab:
        opened(tab, office, f"&watch={exhibit.id}")
        tab.keyboard.press("l")
        expect(tab.locator("#play")).to_have_text("Pause")
        tab.wait_for_selector("#said:has-text('no further')", timeout=20_000)
        assert number(tab) == PICTURES - 1
        tab.keyboard.press("j")
        tab.wait_for_timeout(1500)
        tab.keyboard.press("k")
        still(tab)
        assert number(tab) < PICTURES - 6
        tab.keyboard.press("Home")
        still(tab)
        tab.select_option("#speed", "16")
        tab.locator("#picture").scroll_into_view_if_needed()
        tab.click("#play")
        tab.wait_for_selector("#said:has-text('no further')", timeout=20_000)
        assert "speed=16" in tab.url
        # What is left out is said: twice the speed and more shows not every picture.
        tab.select_option("#speed", "0.1")
        assert tab.evaluate("bench.player.speed") == 0.1


def test_from_sign_in_to_a_confirmed_candidate_by_keyboard_alone(office: Office) -> None:
    office.app.perform("officer", SetPassword(password=WORDS))
    with office.tab() as tab:
        tab.goto(f"{office.address}/sign-in")
        tab.locator("form:has(input[name=password]) [name=name]").focus()
        tab.keyboard.type("officer")
        tab.keyboard.press("Tab")
        tab.keyboard.type(WORDS)
        tab.keyboard.press("Enter")
        expect(tab.locator("h1")).to_contain_text("PV 12")
        link = tab.get_by_role("link", name="Open the review bench")
        for _ in range(40):
            tab.keyboard.press("Tab")
            if link.evaluate("element => element === document.activeElement"):
                break
        tab.keyboard.press("Enter")
        tab.wait_for_selector("body[data-ready]", state="attached")
        tab.keyboard.press("f")
        tab.keyboard.type("in red, near the moon")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(tab.locator(".filters .notice")).to_contain_text("near the moon")
        tab.wait_for_selector("body[data-ready]", state="attached")
        assert tab.input_value("#filters [name=colour]") == "red"
        tab.keyboard.press("n")
        tab.keyboard.press("Enter")
        still(tab)
        tab.keyboard.press("Space")
        tab.wait_for_timeout(700)
        tab.keyboard.press("Space")
        still(tab)
        tab.keyboard.press("c")
        tab.keyboard.press("Control+Enter")
        expect(tab.locator("#reason")).to_be_visible()
        tab.keyboard.type("as the witness said")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(tab.locator("#said")).to_contain_text("is kept")
        expect(tab.locator(".candidate .pill").first).to_have_text("kept")
        assert decisions(office)[-1] == ("confirmed", "as the witness said", True)
        tab.keyboard.press("u")
        tab.keyboard.type("too early")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        expect(tab.locator("#said")).to_contain_text("taken back")
        assert decisions(office)[-1] == ("undecided", "too early", True)
        tab.reload()
        expect(tab.locator(".candidate .pill").first).to_have_text("open")


def test_words_become_filters_and_filters_words(bench: Page) -> None:
    bench.fill("#ask textarea", "not in blue, staying at least 1.5 s, between 13:59 and 14:01")
    bench.click("#ask button")
    expect(bench).to_have_url(re.compile("not_colour=blue"))
    assert bench.input_value("[name=shortest]") == "1.5"
    assert bench.input_value("[name=from]") == "13:59"
    expect(bench.locator(".candidate")).to_have_count(1)
    assert bench.input_value("#ask textarea") == (
        "not in blue, staying at least 1.5 s, between 13:59 and 14:01"
    )
    expect(bench.locator("body[data-ready='1']")).to_be_attached()
    bench.select_option("[name=colour]", "blue")
    expect(bench.locator(".found .empty")).to_be_visible()
    assert bench.input_value("#ask textarea").startswith("in blue, not in blue")
    bench.click("text=Show all")
    expect(bench.locator(".candidate")).to_have_count(1)


def test_a_note_is_written_replaced_and_taken_back_by_key(office: Office, bench: Page) -> None:
    def write(text: str, held: str) -> None:
        bench.keyboard.press("a")
        expect(bench.locator("#remark")).to_be_visible()
        assert bench.input_value("#remark textarea") == held
        bench.fill("#remark textarea", text)
        bench.keyboard.press("Tab")
        bench.keyboard.press("Tab")
        bench.keyboard.press("Enter")
        expect(bench.locator("#remark")).to_be_hidden()

    def told() -> list[str]:
        record = office.app.perform("judge", ConsultSearches(case_id=office.case.id))
        return [n.text for n in record.notes]

    before = len(told())
    noted = bench.locator(".candidate .noted")
    bench.keyboard.press("n")
    write("a <b>strap</b> on the left", "")
    expect(noted).to_have_text("Note, officer: a <b>strap</b> on the left")
    write("on the right", "a <b>strap</b> on the left")
    expect(noted).to_have_text("Note, officer: on the right")
    # What is as it was is not written again.
    write("on the right", "on the right")
    assert told()[before:] == ["a <b>strap</b> on the left", "on the right"]
    bench.reload()
    bench.wait_for_selector("body[data-ready]", state="attached")
    expect(noted).to_have_text("Note, officer: on the right")
    bench.get_by_role("button", name="Note on track 1").click()
    bench.fill("#remark textarea", "")
    bench.locator("#remark .send").click()
    expect(bench.locator("#said")).to_contain_text("taken back")
    expect(noted).to_have_count(0)
    assert told()[before:] == ["a <b>strap</b> on the left", "on the right", ""]


def test_a_line_and_an_area_are_drawn_or_written(bench: Page) -> None:
    bench.click("details:has([name=line]) summary")

    def click(x: float, y: float) -> None:
        # The page may have been scrolled to the button that begins it.
        picture = bench.locator("#picture")
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        assert box is not None
        bench.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    # Upwards through the middle: who goes right passes from its left to its right.
    bench.check("[name=one_way]")
    bench.click("[data-draw=line]")
    click(0.5, 0.95)
    click(0.5, 0.05)
    expect(bench).to_have_url(re.compile("one_way=1"))
    expect(bench.locator(".candidate")).to_have_count(1)
    line = bench.input_value("[name=line]")
    bench.wait_for_selector("body[data-ready]", state="attached")
    bench.fill("[name=line]", " ".join(reversed(line.split())))
    bench.keyboard.press("Enter")
    expect(bench.locator(".candidate")).to_have_count(0)
    bench.fill("[name=line]", "")
    bench.fill("[name=outside]", "0,100 320,100 320,240 0,240")
    bench.keyboard.press("Enter")
    expect(bench).to_have_url(re.compile("outside="))
    expect(bench.locator(".candidate")).to_have_count(0)
    expect(bench.locator("#drawing .outside")).to_have_count(1)
    # A zone with a name, for the words.
    bench.wait_for_selector("body[data-ready]", state="attached")
    bench.fill("[name=outside]", "")
    bench.locator("[name=zone]").last.fill("door")
    bench.click("[data-into=zone]")
    for corner in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.95)):
        click(*corner)
    bench.keyboard.press("Enter")
    expect(bench).to_have_url(re.compile("zone=door"))
    bench.fill("#ask textarea", "near the door")
    bench.click("#ask button")
    expect(bench).to_have_url(re.compile("inside="))
    expect(bench.locator(".filters .notice")).to_have_count(0)


def test_the_live_synopsis_and_its_layers_are_a_key_away_and_back_at_the_same_second(
    office: Office,
) -> None:
    with office.tab("officer") as tab:
        opened(tab, office, f"&watch={office.exhibit.id}&t=2500&colour=red&smallest=20")
        for key, layer in (("v", ""), ("g", "storyboard"), ("h", "activity")):
            tab.keyboard.press(key)
            expect(tab).to_have_url(re.compile("/live"))
            expect(tab.locator("#tracks-shown")).to_have_text("1")
            expect(tab.locator("#further")).to_contain_text("at least 20 pixels tall")
            assert tab.input_value("#layer") == layer
            assert tab.input_value("#choices [name=colour]") == "red"
            if layer:
                expect(tab.locator("#layer-picture")).to_be_visible()
            tab.keyboard.press("r")
            expect(tab).to_have_url(re.compile("/review.*t=2500"))
            tab.wait_for_selector("body[data-ready]", state="attached")
            assert tab.locator("#picture").get_attribute("data-ms") == "2500"
            assert tab.input_value("#filters [name=smallest]") == "20"
        # What changes there is changed here too; and what only the bench can ask is asked there.
        tab.fill("#filters [name=smallest]", "200")
        tab.keyboard.press("Enter")
        expect(tab.locator(".candidate")).to_have_count(0)
        tab.wait_for_selector("body[data-ready]", state="attached")
        tab.click("a[data-layer='']")
        expect(tab.locator("#tracks-shown")).to_have_text("0")
        tab.click("#choices button[type=reset]")
        expect(tab.locator("#tracks-shown")).not_to_have_text("0")
        expect(tab.locator("#further")).to_have_count(0)
        tab.select_option("#choices [name=direction]", "right")
        expect(tab).to_have_url(re.compile("direction=right"))
        tab.click("#to-bench")
        expect(tab).to_have_url(re.compile("/review.*direction=right"))
        assert "smallest" not in tab.url
        assert "t=2500" in tab.url


def test_a_path_is_sketched_and_keeps_who_goes_along_it(office: Office, bench: Page) -> None:
    bench.click("details:has([name=path]) summary")
    box = bench.locator("#drawing").bounding_box()
    assert box is not None
    # 4:3 in a frame of 16:9.
    wide = box["height"] * 4 / 3
    left = box["x"] + (box["width"] - wide) / 2

    def sketch(*points: tuple[float, float]) -> None:
        bench.click("[data-draw=path]")
        for x, y in points:
            bench.mouse.click(left + x * wide, box["y"] + y * box["height"])
        expect(bench.locator("#drawing .new")).to_have_count(1)
        bench.keyboard.press("Enter")
        bench.wait_for_selector("body[data-ready]", state="attached")

    # Somebody walks to the right, the feet at 190 of 240.
    sketch((0.2, 0.78), (0.5, 0.8), (0.8, 0.79))
    expect(bench).to_have_url(re.compile("path="))
    expect(bench.locator("#drawing .followed")).to_have_count(2)
    expect(bench.locator(".candidate")).to_have_count(1)
    assert bench.input_value("#ask textarea").startswith("following the path 64,187 ")
    record = office.app.perform("judge", ConsultSearches(case_id=office.case.id))
    points, within = bench.input_value("[name=path]"), bench.input_value("[name=within]")
    follows: Any = next(s.query["follows"] for s in record.searches if "follows" in s.query)
    assert " ".join(f"{x:g},{y:g}" for x, y in follows["points"]) == points
    assert f"{follows['tolerance']:g}" == within == "19"
    sketch((0.8, 0.79), (0.5, 0.8), (0.2, 0.78))
    expect(bench.locator(".candidate")).to_have_count(0)
    bench.go_back()
    expect(bench.locator(".candidate")).to_have_count(1)
    sketch((0.2, 0.3), (0.8, 0.3))
    expect(bench.locator(".candidate")).to_have_count(0)


def test_a_bookmark_is_kept_on_the_time_line_and_who_saw_what_stands_there(
    office: Office, bench: Page
) -> None:
    for key, to in (("i", "ArrowRight"), ("o", "")):
        bench.keyboard.press(key)
        if to:
            bench.keyboard.press(to)
            still(bench)
    bench.keyboard.press("m")
    bench.keyboard.type("a bag is put down")
    bench.keyboard.press("Tab")
    bench.keyboard.press("Tab")
    bench.keyboard.press("Enter")
    expect(bench.locator("#said")).to_contain_text("kept")
    marks = office.app.perform("officer", ConsultBookmarks(case_id=office.case.id))
    assert [(m.note, m.at_ms, m.end_ms) for m in marks] == [("a bag is put down", 0, 100)]
    bench.reload()
    bench.wait_for_selector("body[data-ready]", state="attached")
    expect(bench.locator("#line .marked")).to_have_count(1)
    bench.click("text=The same as a table")
    expect(bench.locator("#table tbody tr").first).to_contain_text("a bag is put down (officer)")
    expect(bench.locator("#table tbody tr").first).to_contain_text("officer: 0:0")


def test_a_suspended_mandate_takes_the_picture_away_within_five_seconds(office: Office) -> None:
    def say(state: MandateState) -> None:
        act = ChangeMandate(
            case_id=office.case.id, mandate_id=office.mandate.id, state=state, reason="checked"
        )
        office.app.perform("judge", act)

    # The browser says in its console that it was refused.
    with office.tab("officer", checked=False) as tab:
        opened(tab, office, "&speed=0.1")
        tab.keyboard.press("l")
        tab.wait_for_timeout(1000)
        assert tab.locator("#picture video.front").count() == 1
        assert tab.locator(".found img").count() > 0
        say(MandateState.SUSPENDED)
        began = time.monotonic()
        try:
            expect(tab.locator("#problem")).to_be_visible(timeout=5000)
            assert time.monotonic() - began < 5
            assert tab.locator("#picture video.front").count() == 0
            assert tab.evaluate("bench.player.videos.every((v) => !v.getAttribute('src'))")
            assert tab.evaluate("bench.player.span === null && bench.player.next === null")
            assert tab.locator(".found img").count() == 0
            expect(tab.locator("#held")).to_be_visible()
        finally:
            say(MandateState.ACTIVE)


@pytest.mark.parametrize(
    ("name", "status"),
    [("officer", 200), ("judge", 200), ("referent", 200), ("auditor", 403), ("root", 403),
     ("head", 403), ("", 303)],
)  # fmt: skip
def test_each_role_finds_its_doors_shut(office: Office, name: str, status: int) -> None:
    case, exhibit = office.case.id, office.exhibit.id
    with office.tab(name, checked=False) as tab:
        for path in (
            f"/review?case={case}",
            f"/review/line?case={case}",
            f"/review/play?case={case}&exhibit={exhibit}&start=0&stop=500",
        ):
            answer = tab.context.request.get(office.address + path, max_redirects=0)
            assert answer.status == status, path
        elsewhere = tab.context.request.get(
            f"{office.address}/review/play?case=nowhere&exhibit={exhibit}&start=0&stop=500",
            max_redirects=0,
        )
        assert elsewhere.status in {303, 403}


def test_two_candidates_stand_side_by_side(office: Office, tmp_path: Path, street: Any) -> None:
    street(tmp_path / "yard.mp4", seed=4)
    act = ReceiveExhibit(
        case_id=office.case.id, path=tmp_path / "yard.mp4", camera="yard", origin="seal 9"
    )
    yard = office.app.perform("officer", act)
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/review?case={office.case.id}")
        # Nobody has looked at it: that it holds no candidate says nothing.
        expect(tab.locator(".found .notice:not(#held)")).to_contain_text("yard.mp4")
    office.app.perform("officer", AnalyseExhibit(case_id=office.case.id, exhibit_ids=(yard.id,)))
    with office.tab("officer", language="fr") as tab:
        opened(tab, office)
        expect(tab.locator(".found .notice:not(#held)")).to_have_count(0)
        tab.keyboard.press("n")
        tab.keyboard.press("b")
        expect(tab.locator("#said")).to_contain_text("seconde")
        tab.keyboard.press("n")
        tab.keyboard.press("b")
        expect(tab.locator(".compared figure")).to_have_count(2)
        expect(tab.locator(".compared")).to_contain_text("yard")


def test_a_time_of_day_is_told_to_be_the_recorders(office: Office) -> None:
    asked = "&from=13:00&to=15:00"
    for language, said in (("en", "its stated offset is not added"), ("fr", "n'est pas ajouté")):
        with office.tab("officer") as tab:
            opened(tab, office, f"{asked}&lang={language}")
            expect(tab.locator("#filters #by-clock")).to_contain_text(said)
            for end in ("from", "to"):
                field = tab.locator(f"#filters [name={end}]")
                expect(field).to_have_attribute("aria-describedby", "by-clock")
            # Beside the real time stands what was compared.
            word = {"en": "the recorder's clock: 14:00", "fr": "horloge de l'enregistreur : 14:00"}
            expect(tab.locator(".candidate .figures").first).to_contain_text(word[language])
            opened(tab, office, f"&lang={language}")
            expect(tab.locator(".candidate .figures").first).not_to_contain_text(word[language])
