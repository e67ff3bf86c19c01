"""A time of day is held against the recorder's own clock, though it is five minutes off."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scelle.errors import BadInput
from scelle.model.acts import ArrangeSynopsis, MakeStill, SetClock
from scelle.model.stills import Still
from scelle.model.synopsis import Hours

Office = Any


@pytest.fixture(scope="module", autouse=True)
def slow_clock(office: Office) -> None:
    """The recorder showed 13:57 when it was 14:02."""
    act = SetClock(
        case_id=office.case.id, exhibit_ids=(office.exhibit.id,), offset=Fraction(300),
        recorded_at=datetime.fromisoformat("2026-03-01T13:57:00+01:00"), reason="it was compared",
    )  # fmt: skip
    office.app.perform("officer", act)


@pytest.mark.parametrize(
    ("language", "words", "clock", "why"),
    [
        ("en", ("between 14:00 and 15:00", "between 13:00 and 14:00"),
         "the recorder's clock: 13:57:0", "its stated offset is not added"),
        ("fr", ("entre 14:00 et 15:00", "entre 13:00 et 14:00"),
         "horloge de l'enregistreur : 13:57:0", "son écart déclaré n'est pas ajouté"),
    ],
)  # fmt: skip
def test_the_review_bench_asks_the_recorders_clock_and_says_so(
    office: Office, language: str, words: tuple[str, str], clock: str, why: str
) -> None:
    with office.tab("officer", language=language) as tab:
        for asked, count in zip(words, (0, 1), strict=True):
            tab.goto(f"{office.address}/review?case={office.case.id}&lang={language}")
            tab.locator("#ask textarea").fill(asked)
            tab.locator("#ask button").click()
            expect(tab.locator("#tracks small")).to_have_text(str(count))
            expect(tab.locator("#filters")).to_contain_text(why)
        # Beside it stands when it really was.
        card = tab.locator(".candidate")
        expect(card).to_contain_text("14:02:0")
        expect(card).to_contain_text(clock)


def test_the_live_synopsis_and_what_leaves_ask_the_same_clock(
    office: Office,
) -> None:
    real, shown = Hours(14 * 3600, 15 * 3600), Hours(13 * 3600, 14 * 3600)
    views = [
        office.app.perform("officer", ArrangeSynopsis(case_id=office.case.id, hours=hours))
        for hours in (real, shown)
    ]
    assert [(v.shown, v.filtered) for v in views] == [(0, 1), (1, 0)]
    for hours in (real, shown):
        act = MakeStill(
            case_id=office.case.id, still=Still.PATHS, hours=hours, output=Path("paths.png"),
            kept=True,
        )  # fmt: skip
        if hours == real:
            with pytest.raises(BadInput, match="at that time of day"):
                office.app.perform("officer", act)
        else:
            assert office.app.perform("officer", act).size > 1000
