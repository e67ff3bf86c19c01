"""The burnt-in clock: marked once, learnt, read, and agreed on or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput
from scelle.footage.onscreen import Reading, agree, layout, learn, read

UInt8Array = npt.NDArray[np.uint8]

START = datetime(2026, 3, 1, 21, 59, 48)  # noqa: DTZ001
PATTERN = "%Y-%m-%d %H:%M:%S"
SCALE, LEFT, TOP = 3, 12, 9

# Five by seven dots each, as recorders draw them.
FONT = {
    "0": "0e11131519110e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e",
    "4": "02060a121f0202", "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808",
    "8": "0e11110e11110e", "9": "0e11110f01020c", "-": "00000e00000000", ":": "00040400040400",
    " ": "00000000000000",
}  # fmt: skip


def drawn(at: Fraction, light: int = 235, noise: float = 6, seed: int = 1) -> UInt8Array:
    """The picture ``at`` seconds: a street with the clock over it."""
    random = np.random.default_rng(seed + int(at * 100))
    picture = np.full((80, 420), 90.0) + 30 * np.sin(np.arange(420) / 30 + float(at))
    text = (START + timedelta(seconds=float(at))).strftime(PATTERN)
    for i, character in enumerate(text):
        rows = bytes.fromhex(FONT[character])
        dots = np.array([[row >> (4 - x) & 1 for x in range(5)] for row in rows])
        block = np.kron(np.pad(dots, ((0, 0), (0, 1))), np.ones((SCALE, SCALE)))
        x = LEFT + 6 * SCALE * i
        part = picture[TOP : TOP + 7 * SCALE, x : x + 6 * SCALE]
        part[block > 0] = light
    picture += random.normal(0, noise, picture.shape)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


TEXT = START.strftime(PATTERN)
ZONE = (LEFT, TOP, 6 * SCALE * len(TEXT), 7 * SCALE)


def after(mark: Fraction = Fraction(0)) -> Sequence[tuple[Fraction, UInt8Array]]:
    return [(Fraction(i, 10), drawn(mark + Fraction(i, 10))) for i in range(130)]


def test_a_clock_marked_once_is_read_everywhere() -> None:
    where = layout(ZONE, TEXT, PATTERN)
    mark = Fraction(37, 100)
    text = (START + timedelta(seconds=float(mark))).strftime(PATTERN)
    figures = learn(after(mark), where, text)
    assert sorted(figures) == list("0123456789")
    readings = []
    for second in range(0, 3600, 61):
        at = second + Fraction(second % 97, 100)
        shown = read(drawn(at, seed=9), where, figures, text)
        assert shown == START + timedelta(seconds=int(at))
        readings.append(Reading(at, shown))
    clock = agree(readings)
    assert abs(clock.start - START) <= timedelta(seconds=float(clock.residual))
    assert clock.residual < Fraction(1, 10)
    assert (clock.agreeing, clock.disagreeing, clock.steps) == (60, 0, ())


def test_what_is_not_clear_is_not_read() -> None:
    where = layout(ZONE, TEXT, PATTERN)
    figures = learn(after(), where, TEXT)
    assert read(drawn(Fraction(5), noise=150), where, figures, TEXT) is None
    assert read(np.full((80, 420), 90, np.uint8), where, figures, TEXT) is None
    covered = drawn(Fraction(5))
    covered[:, LEFT + 60 : LEFT + 100] = 0
    assert read(covered, where, figures, TEXT) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: layout(ZONE, "2026-03-01 21:59", PATTERN), "does not read"),
        (lambda: layout(ZONE, "2026-03-01 21:59", "%Y-%m-%d %H:%M"), "must show hours"),
        (lambda: layout((0, 0, 20, 20), TEXT, PATTERN), "too small"),
        (lambda: learn([(Fraction(i, 10), drawn(Fraction(0))) for i in range(50)],
                       layout(ZONE, TEXT, PATTERN), TEXT), "does not change"),
        (lambda: learn(after()[:60], layout(ZONE, TEXT, PATTERN), TEXT), "were not seen"),
    ],
)  # fmt: skip
def test_marks_that_do_not_fit_are_refused(change: Callable[[], object], said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        change()
    assert caught.value.remedy


def shown_at(at: Fraction, phase: Fraction) -> datetime:
    return START + timedelta(seconds=int(at + phase))


@given(
    phase=st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=100),
    places=st.lists(
        st.fractions(min_value=0, max_value=3000, max_denominator=50), min_size=3, max_size=40
    ),
)
@settings(max_examples=60)
def test_the_start_lies_within_its_residual(phase: Fraction, places: list[Fraction]) -> None:
    clock = agree([Reading(at, shown_at(at, phase)) for at in sorted(places)])
    true = START + timedelta(microseconds=round(phase * 10**6))
    assert abs(clock.start - true) <= timedelta(microseconds=round(clock.residual * 10**6) + 2)
    assert clock.residual <= Fraction(1, 2)


def test_a_misread_picture_does_not_count() -> None:
    readings = [
        Reading(Fraction(i * 10), shown_at(Fraction(i * 10), Fraction(0))) for i in range(9)
    ]
    readings[4] = Reading(Fraction(40), START + timedelta(hours=7))
    clock = agree(readings)
    assert (clock.agreeing, clock.disagreeing, clock.steps) == (8, 1, ())


def test_a_change_to_winter_time_is_a_jump() -> None:
    readings = [
        Reading(
            Fraction(i * 10),
            shown_at(Fraction(i * 10), Fraction(1, 2)) - timedelta(hours=1 if i >= 6 else 0),
        )
        for i in range(12)
    ]
    clock = agree(readings)
    assert clock.steps == ((Fraction(60), Fraction(-3600)),)
    assert abs(clock.start - START) <= timedelta(seconds=1)


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_readings_are_no_clock(count: int) -> None:
    with pytest.raises(BadInput, match=f"in {count} pictures only"):
        agree([Reading(Fraction(i), shown_at(Fraction(i), Fraction(0))) for i in range(count)])


def test_readings_that_do_not_agree_are_no_clock() -> None:
    scattered = [Reading(Fraction(i), START + timedelta(seconds=i * i * 7)) for i in range(9)]
    with pytest.raises(BadInput, match="do not go forward"):
        agree(scattered)
