from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from scelle.cli.options import (
    area,
    first_moment,
    last_moment,
    milliseconds,
    moment,
    position,
    seconds,
)
from scelle.errors import BadInput


@given(st.integers(0, 10**8))
def test_hours_minutes_and_seconds_are_exact_to_the_millisecond(ms: int) -> None:
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    text = f"{hours}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
    assert seconds(text) == Fraction(ms, 1000)
    assert milliseconds(text) == ms
    assert seconds("-" + text) == -Fraction(ms, 1000)


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "1:", "--1", "1e5", "nan", "5 s"])
def test_other_spans_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)


def test_a_position_before_the_beginning_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="before"):
        milliseconds("-1")


def test_a_date_without_a_time_zone_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="time zone"):
        moment("2026-03-01T22:00:00")
    with pytest.raises(typer.BadParameter, match="time zone"):
        position("2026-03-01")


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_stated_moment_is_understood(at: datetime) -> None:
    assert moment(at.isoformat()) == at
    assert position(at.isoformat()) == at


def test_a_day_alone_lasts_to_its_end() -> None:
    start, end = first_moment("2026-03-01"), last_moment("2026-03-01")
    assert start.date().isoformat() == "2026-03-01"
    assert end == first_moment("2026-03-02")
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
    assert last_moment("2026-03-01T12:00:00+00:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=3, max_size=9))
def test_areas_are_their_corners(corners: list[tuple[int, int]]) -> None:
    assert area(" ".join(f"{x},{y}" for x, y in corners)).points == tuple(corners)


@pytest.mark.parametrize("text", ["", "0,0 1,1", "0,0 1,1 2", "a,b c,d e,f", "0,0,0 1,1 2,2"])
def test_other_areas_are_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        area(text)
    assert "three or more corners" in caught.value.remedy
