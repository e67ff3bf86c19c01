"""What pages show goes once the right to see it has ended, whether or not anything plays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.bootstrap import app as opening
from scelle.errors import Refused
from scelle.model.acts import (
    ChangeMandate,
    ChangeZone,
    ConsultCase,
    ConsultLedger,
    EndSessions,
    GrantMandate,
    KeepBookmark,
    MarkZone,
    WithdrawClearance,
)
from scelle.model.evidence import MandateState, Power
from scelle.model.tracks import ObjectClass, TrackQuery
from scelle.model.zones import Keyframe
from scelle.web.desk import Desk
from scelle.web.sessions import ASKER
from scelle.web.working import Reader

Office = Any
Staff = Callable[[Path], AbstractContextManager[tuple[Any, Any, Any]]]


@contextmanager
def suspended(office: Office) -> Iterator[None]:
    told = {"case_id": office.case.id, "mandate_id": office.mandate.id, "reason": "test"}
    office.app.perform("judge", ChangeMandate(state=MandateState.SUSPENDED, **told))
    try:
        yield
    finally:
        office.app.perform("judge", ChangeMandate(state=MandateState.ACTIVE, **told))


def test_pictures_go_from_a_page_on_which_nothing_plays(office: Office) -> None:
    with office.tab("officer", language="fr", checked=False) as tab:
        tab.goto(f"{office.address}/?case={office.case.id}")
        expect(tab.locator(".cards img")).not_to_have_count(0)
        tab.evaluate("document.querySelector('video').play()")
        tab.wait_for_function("() => document.querySelector('video').currentTime > 0.1")
        tab.evaluate("document.querySelector('video').pause()")
        with suspended(office):
            expect(tab.locator("#held")).to_be_visible(timeout=5000)
            # A film that stands still is gone too: what the browser holds could be gone through.
            expect(tab.locator("video")).to_be_hidden(timeout=5000)
            assert tab.evaluate("document.querySelector('video').readyState") == 0
            expect(tab.locator("video ~ [role=alert]")).to_contain_text("mandate-suspended")
            expect(tab.locator("#held")).to_contain_text("Les images sont masquées")
            assert tab.locator("main img").count() == 0
            expect(tab.locator(".cards .no-picture").first).to_have_text("masqué")
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/case/{office.case.id}/clock/{office.exhibit.id}?at=2")
        tab.wait_for_function("() => document.querySelector('video').readyState >= 2")
        with suspended(office):
            expect(tab.locator("#held")).to_be_visible(timeout=5000)
            assert tab.locator("main video").count() == 0


def test_what_plays_ends_with_the_session_whoever_ended_it(office: Office) -> None:
    with office.tab("officer", checked=False) as tab, office.tab("officer", checked=False) as bench:
        bench.goto(f"{office.address}/review?case={office.case.id}")
        bench.wait_for_function("() => document.querySelector('video.front')?.readyState >= 2")
        tab.goto(f"{office.address}/?case={office.case.id}")
        tab.evaluate("(v => { v.loop = true; v.play(); })(document.querySelector('video'))")
        tab.wait_for_function("() => document.querySelector('video').currentTime > 0.1")
        office.app.perform("officer", EndSessions(agent_id="officer"))
        expect(tab.locator("video")).to_be_hidden(timeout=5000)
        assert tab.evaluate("document.querySelector('video').readyState") == 0
        expect(tab.locator("#held")).to_be_visible(timeout=5000)
        expect(bench.locator("video.front")).to_have_count(0, timeout=5000)


def test_a_video_for_which_nothing_is_looked_for_stays_under_a_limited_mandate(
    office: Office,
) -> None:
    now = datetime.now(UTC)
    limited = GrantMandate(
        case_id=office.case.id, powers=frozenset(Power), valid_from=now,
        valid_to=now + timedelta(days=1), sought=TrackQuery(object_class=ObjectClass.PERSON),
    )  # fmt: skip
    granted = office.app.perform("judge", limited)
    for page, status in (
        (f"/case/{office.case.id}/clock/{office.exhibit.id}?at=2", 200),
        (f"/?case={office.case.id}", 403),
    ):
        with office.tab("officer", checked=False) as tab:
            tab.goto(f"{office.address}{page}")
            with ExitStack() as over:
                with tab.expect_response("**/review/held?*") as told:
                    over.enter_context(suspended(office))
                assert told.value.status == status
    withdrawn = {"state": MandateState.WITHDRAWN, "mandate_id": granted.id, "reason": "test"}
    office.app.perform("judge", ChangeMandate(case_id=office.case.id, **withdrawn))


def test_a_live_synopsis_that_rests_goes_too(office: Office) -> None:
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/live?case={office.case.id}")
        tab.wait_for_function("() => document.body.dataset.first")
        with suspended(office):
            expect(tab.locator("#held")).to_be_visible(timeout=5000)
            assert tab.evaluate("player.view === null && player.store.scenes.size === 0")


def test_without_an_answer_nothing_stays(office: Office) -> None:
    silent = "The server does not answer"
    with office.tab("officer", checked=False) as tab:
        # So that the test does not wait for long, once what is to go is there.
        tab.add_init_script(
            "const after = AbortSignal.timeout.bind(AbortSignal);"
            "AbortSignal.timeout = (ms) => after(window.impatient ? ms / 20 : ms);"
        )

        def silence(*paths: str) -> None:
            for path in paths:
                tab.route(path, lambda route: None)
            tab.evaluate("window.impatient = true")

        case = office.case.id
        tab.goto(f"{office.address}/?case={case}")
        expect(tab.locator(".cards img")).not_to_have_count(0)
        silence("**/review/lease?*")
        expect(tab.locator("#held")).to_be_visible()
        assert tab.locator("main img").count() == 0
        tab.unroute_all()
        tab.goto(f"{office.address}/live?case={case}")
        tab.wait_for_function("() => document.body.dataset.first")
        silence("**/live/tubes")
        tab.keyboard.press("Space")
        expect(tab.locator("#problem")).to_contain_text(silent)
        assert tab.evaluate("player.view === null && player.store.scenes.size === 0")
        tab.unroute_all()
        tab.goto(f"{office.address}/review?case={case}")
        expect(tab.locator("#picture video.front")).to_have_count(1)
        silence("**/review/play?*", "**/review/lease?*authority=*")
        expect(tab.locator("body")).to_have_class(re.compile("refused"))
        expect(tab.locator("#problem")).to_contain_text(silent)
        assert tab.locator("video[src]").count() == 0


def test_pictures_stay_where_the_door_says_so_anew(office: Office) -> None:
    with office.tab("officer") as tab:
        tab.goto(f"{office.address}/?case={office.case.id}")
        shown = tab.locator(".cards img").count()
        before = tab.locator("#held").get_attribute("data-authority")
        which = {"case_id": office.case.id, "exhibit_ids": (office.exhibit.id,)}
        # What people keep of a case is no ground for what they may see of it.
        right = office.app.authority("officer", office.case.id)
        office.app.perform("officer", KeepBookmark(**which, at_ms=0, end_ms=None, note="x"))
        assert office.app.authority("officer", office.case.id) == right
        corner = (Keyframe(office.exhibit.span_ms[0], 0, 0, 9, 9),)
        with tab.expect_response("**/review/held?*") as told:
            zone = office.app.perform("officer", MarkZone(**which, keyframes=corner, reason="x"))
        assert told.value.status == 200
        change = ChangeZone(**which, zone_id=zone.zone_id, keyframes=(), reason="x")
        office.app.perform("officer", change)
        expect(tab.locator("#held")).not_to_have_attribute("data-authority", before or "")
        assert tab.locator(".cards img").count() == shown > 0
        expect(tab.locator("#held")).to_be_hidden()


@pytest.mark.parametrize(("language", "said"), [("en", "Compose it again"), ("fr", "Composez-le")])
def test_a_synopsis_that_is_shown_no_more_says_why_where_it_played(
    office: Office, language: str, said: str
) -> None:
    which = {"case_id": office.case.id, "exhibit_ids": (office.exhibit.id,)}
    corner = (Keyframe(office.exhibit.span_ms[0], 0, 0, 9, 9),)
    zone = office.app.perform("officer", MarkZone(**which, keyframes=corner, reason="x"))
    with office.tab("officer", checked=False) as tab:
        tab.goto(f"{office.address}/?case={office.case.id}&lang={language}")
        tab.evaluate("void document.querySelector('video').play().catch(() => 0)")
        expect(tab.get_by_role("alert")).to_contain_text(said)
        expect(tab.locator("main video")).to_be_hidden()
    office.app.perform("officer", ChangeZone(**which, zone_id=zone.zone_id, reason="x"))


class Watch:
    """The machine's clock, moved by the test."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self, zone: Any = None) -> datetime:
        return datetime.now(zone) + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(opening, "datetime", watch)
    return watch


def readings(app: Any, case_id: str) -> int:
    entries = app.perform("judge", ConsultLedger(case_id=case_id))
    told = [(e.disclosed["act"], e.disclosed["result"]) for e in entries]
    return told.count((ConsultCase.kind, "granted"))


def test_a_right_that_ends_by_the_clock_or_by_a_word_is_not_remembered(
    tmp_path: Path, staff: Staff, clock: Watch
) -> None:
    with staff(tmp_path) as (app, case, _):
        reader, asker = Reader(Desk(app)), ASKER.set("officer")
        try:
            for _ in range(3):
                reader.check(case.id)
            assert readings(app, case.id) == 1
            # The clearance ends after 30 days, and nothing is written then.
            clock.ahead = timedelta(days=31)
            with pytest.raises(Refused):
                reader.check(case.id)
            # Nor is a refusal remembered as a grant.
            with pytest.raises(Refused):
                reader.check(case.id)
        finally:
            ASKER.reset(asker)


def test_a_clearance_withdrawn_while_the_door_was_asked_is_seen_at_the_next_question(
    tmp_path: Path, staff: Staff
) -> None:
    with staff(tmp_path) as (app, case, _):
        clearance = app.perform("judge", ConsultCase(case_id=case.id)).clearances[0]

        class Slow(Desk):
            """Somebody withdraws right after the door has said yes, before that is noted."""

            def perform(self, act: Any) -> Any:
                value = super().perform(act)
                app.perform("head", WithdrawClearance(clearance_id=clearance.id, reason="left"))
                return value

        reader, asker = Reader(Slow(app)), ASKER.set("officer")
        try:
            reader.check(case.id)
            with pytest.raises(Refused):
                reader.check(case.id)
        finally:
            ASKER.reset(asker)


def test_what_is_in_force_is_part_of_what_a_right_rests_on(
    tmp_path: Path, staff: Staff, clock: Watch
) -> None:
    with staff(tmp_path) as (app, case, mandate):
        before = app.authority("officer", case.id)
        assert app.authority("officer", case.id) == before
        clock.ahead = mandate.valid_to - datetime.now(UTC) - timedelta(minutes=1)
        assert app.authority("officer", case.id) == before
        clock.ahead += timedelta(minutes=2)
        assert app.authority("officer", case.id) != before
