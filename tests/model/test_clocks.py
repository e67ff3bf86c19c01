"""Reference points, and what they bound: the true time lies inside, whatever the errors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput
from scelle.model.acts import SetClock
from scelle.model.clocks import MOST_DRIFT_PPM, bounds, clock_set, fit_clock, interval
from scelle.model.evidence import Exhibit, Stream
from scelle.model.time import Clock, Reference

PARIS = timezone(timedelta(hours=1))
START = datetime(2026, 3, 1, 22, tzinfo=PARIS)
DAY = Fraction(86400)


def micro(seconds: Fraction) -> timedelta:
    return timedelta(microseconds=round(seconds * 1_000_000))


def point(at: Fraction, offset: Fraction, within: Fraction, proof: str = "photograph") -> Reference:
    shown = START + micro(at)
    return Reference(shown, shown + micro(offset), within, proof)


def test_one_point_gives_the_offset_and_an_uncertainty_that_grows_with_distance() -> None:
    clock = fit_clock(START, [point(DAY, Fraction(-42), Fraction(1))], Fraction(3600))
    assert (clock.offset, clock.drift_ppm) == (Fraction(-42), Fraction(0))
    grown = MOST_DRIFT_PPM / 1_000_000 * DAY
    assert clock.uncertainty == 1 + grown
    early, late = interval(clock, Fraction(0)) or (None, None)
    assert early == START + micro(-43 - grown)
    assert late == START + micro(-41 + grown)
    at_the_point = interval(clock, DAY)
    assert at_the_point == (START + micro(DAY - 43), START + micro(DAY - 41))


def test_two_points_give_the_drift() -> None:
    points = [point(Fraction(0), Fraction(10), Fraction(0)), point(DAY, Fraction(19), Fraction(0))]
    clock = fit_clock(START, points, DAY)
    assert clock.offset == 10
    assert clock.drift_ppm == Fraction(9 * 1_000_000, 86400)
    assert clock.uncertainty == 0
    assert clock.real_time(DAY) == START + micro(DAY + 19)
    assert clock.elapsed(START + micro(DAY + 19)) == DAY


exact = st.fractions(min_value=-200, max_value=200, max_denominator=1000)


@given(
    offset=exact,
    ppm=st.fractions(min_value=-200, max_value=200, max_denominator=10),
    places=st.lists(st.integers(-10 * 86400, 10 * 86400), min_size=1, max_size=6, unique=True),
    data=st.data(),
)
@settings(max_examples=80)
def test_the_true_time_lies_inside_whatever_the_errors(
    offset: Fraction, ppm: Fraction, places: list[int], data: st.DataObject
) -> None:
    def true(x: Fraction) -> Fraction:
        return offset + x * ppm / 1_000_000

    points = []
    for place in places:
        within = data.draw(st.fractions(min_value=0, max_value=5, max_denominator=10))
        wrong = within * data.draw(st.fractions(min_value=-1, max_value=1, max_denominator=10))
        # A time holds microseconds: what is rounded away is part of the uncertainty.
        rounded = within + Fraction(2, 1_000_000)
        points.append(point(Fraction(place), true(Fraction(place)) + wrong, rounded))
    duration = Fraction(7200)
    clock = fit_clock(START, points, duration)
    worst = clock.uncertainty
    assert worst is not None
    for at in (Fraction(0), duration / 3, duration):
        low, high = bounds(START, tuple(points)).offset(at)
        assert low <= true(at) <= high
        kept = clock.offset + at * clock.drift_ppm / 1_000_000
        assert abs(kept - true(at)) <= worst
        early, late = interval(clock, at) or (START, START)
        assert early - micro(Fraction(2, 1_000_000)) <= START + micro(at + true(at))
        assert START + micro(at + true(at)) <= late + micro(Fraction(2, 1_000_000))


def test_more_points_never_make_it_less_certain() -> None:
    first = [point(DAY, Fraction(5), Fraction(2))]
    more = [*first, point(2 * DAY, Fraction(6), Fraction(1)), point(-DAY, Fraction(4), Fraction(2))]
    one, three = (fit_clock(START, p, DAY).uncertainty or 0 for p in (first, more))
    assert 0 < three < one


@pytest.mark.parametrize(
    ("second", "by"),
    [
        (point(Fraction(0), Fraction(13), Fraction(1)), "1.000"),
        (point(DAY, Fraction(100), Fraction(1)), "70.720"),
    ],
)
def test_contradictions_are_found_out(second: Reference, by: str) -> None:
    first = point(Fraction(0), Fraction(10), Fraction(1))
    with pytest.raises(BadInput, match=f"References 1 and 2 contradict each other by {by} s") as e:
        fit_clock(START, [first, second], DAY)
    assert e.value.remedy


def exhibit(clock: Clock) -> Exhibit:
    stream = Stream("mov", "h264", "yuv420p", 64, 48, Fraction(1, 25), 25, 1, 0, Fraction(7200))
    return Exhibit("e", "c", "0" * 64, 1, "a.mp4", "north", "seal", clock, stream, START)


def set_on(clock: Clock, **stated: Any) -> Clock:
    return clock_set(exhibit(clock), SetClock(case_id="c", exhibit_ids=("e",), **stated))


def test_a_clock_is_restated_in_part_or_whole() -> None:
    stated = Clock(START, Fraction(-7), proof="a call")
    zoned = set_on(stated, zone="Europe/Paris")
    assert zoned == replace(stated, zone="Europe/Paris")
    later = START + timedelta(hours=1)
    assert set_on(zoned, recorded_at=later) == replace(zoned, recorded_at=later)
    outright = set_on(zoned, offset=Fraction(3), uncertainty=Fraction(1), proof="a still")
    assert outright == Clock(
        START, Fraction(3), uncertainty=Fraction(1), proof="a still", zone="Europe/Paris"
    )
    points = (point(DAY, Fraction(5), Fraction(2)),)
    fitted = set_on(outright, references=points)
    assert fitted.offset == 5
    assert (fitted.references, fitted.zone) == (points, "Europe/Paris")
    # The points stay when only the start is corrected, and are computed anew.
    moved = set_on(fitted, recorded_at=later)
    assert moved.references == points
    assert moved.real_time(Fraction(0)) == later + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"zone": "Europe/Nowhere"}, "no time zone"),
        ({"offset": Fraction(1), "references": (point(DAY, Fraction(5), Fraction(2)),)}, "either"),
    ],
)
def test_what_cannot_be_is_refused(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        set_on(Clock(START), **stated)
    assert caught.value.remedy


def test_points_need_the_start() -> None:
    with pytest.raises(BadInput, match="at the first picture") as caught:
        set_on(Clock(), references=(point(DAY, Fraction(5), Fraction(2)),))
    assert "--recorded-at" in caught.value.remedy


@pytest.mark.parametrize("follows", [False, True])
def test_summer_time_inside_a_recording(follows: bool) -> None:
    """On 25 October 2026 at 01:00 UTC, clocks in Paris go back from 03:00 to 02:00."""
    summer = timezone(timedelta(hours=2))
    clock = Clock(
        datetime(2026, 10, 25, 2, 30, tzinfo=summer),
        Fraction(10),
        zone="Europe/Paris",
        follows=follows,
    )
    before, after = clock.real_time(Fraction(600)), clock.real_time(Fraction(3000))
    assert before is not None
    assert after is not None
    assert f"{before:%H:%M:%S %Z}" == "02:40:10 CEST"
    assert f"{after:%H:%M:%S %Z}" == "02:20:10 CET"
    assert after - before == timedelta(seconds=2400)
    assert after > before
    for at in (Fraction(600), Fraction(3000)):
        real = clock.real_time(at)
        assert real is not None
        assert clock.elapsed(real) == at
    shown = clock.recorder_time(Fraction(3000))
    assert shown is not None
    assert f"{shown:%H:%M:%S}" == ("02:20:00" if follows else "03:20:00")


@given(
    offset=exact,
    ppm=st.fractions(min_value=-200, max_value=200, max_denominator=10),
    at=st.integers(0, 10**6),
    zone=st.sampled_from(["", "Europe/Paris", "America/Cayenne", "Pacific/Noumea"]),
)
def test_there_and_back(offset: Fraction, ppm: Fraction, at: int, zone: str) -> None:
    clock = Clock(START, offset, ppm, zone=zone)
    real = clock.real_time(Fraction(at))
    assert real is not None
    back = clock.elapsed(real)
    assert back is not None
    assert abs(back - at) < Fraction(1, 500_000)
