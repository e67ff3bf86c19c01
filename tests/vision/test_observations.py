from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.tracks import Colour
from scelle.vision.observations import Observations, Pictures

Watch = Callable[..., Observations]


def walk(t: float) -> tuple[float, float, float, float] | None:
    return (10 + 40 * t, 50, 21, 60) if t < 4 else None


@pytest.fixture(scope="module")
def seen(watch: Watch) -> Observations:
    times = [k / 8 for k in range(40)]
    return watch([(walk, Colour.RED)], times, relit=[3])


def test_observations_come_back_as_they_were(seen: Observations) -> None:
    again = Observations.from_bytes(seen.to_bytes())
    assert len(again) == len(seen) == 32
    for f in fields(Observations):
        one, other = getattr(seen, f.name), getattr(again, f.name)
        assert one.dtype == other.dtype, f.name
        assert (one == other).all(), f.name
        assert one.shape == other.shape, f.name


def test_equal_observations_give_equal_bytes(seen: Observations, watch: Watch) -> None:
    same = watch([(walk, Colour.RED)], [k / 8 for k in range(40)], relit=[3])
    assert same.to_bytes() == seen.to_bytes()
    assert Observations.from_bytes(seen.to_bytes()).to_bytes() == seen.to_bytes()
    other = watch([(walk, Colour.RED)], [k / 8 for k in range(40)], relit=[4])
    assert other.to_bytes() != seen.to_bytes()


def test_no_region_at_all_comes_back_too(watch: Watch) -> None:
    nothing = watch([], [0, 1, 2])
    again = Observations.from_bytes(nothing.to_bytes())
    assert len(again) == 0
    assert again.boxes.shape == (0, 4)
    assert len(again.frame) == 3


def test_an_outline_is_the_one_that_was_packed(watch: Watch) -> None:
    def hole(_look: int, what: np.ndarray[tuple[int, int], np.dtype[np.intp]]) -> None:
        what[60:70, 0:20] = -1

    seen = watch([(lambda _: (10, 50, 21, 60), Colour.RED)], [0.0], spoil=hole)
    outline = seen.mask(0)
    truth = np.ones((60, 21), np.bool_)
    truth[10:20, :10] = False
    assert (outline == truth).all()
    assert outline.sum() == seen.area[0]


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_pictures_come_back_one_by_one(files: list[bytes]) -> None:
    pictures = Pictures.of(files)
    again = Pictures.from_bytes(pictures.to_bytes())
    assert [again[i] for i in range(len(files))] == files
    assert again.to_bytes() == pictures.to_bytes() == Pictures.of(list(files)).to_bytes()


def test_a_span_in_which_nobody_could_look_is_stored_like_any_other() -> None:
    nothing = Observations.none()
    back = Observations.from_bytes(nothing.to_bytes())
    for field in fields(Observations):
        assert getattr(back, field.name).dtype == getattr(nothing, field.name).dtype
        assert getattr(back, field.name).shape == getattr(nothing, field.name).shape
    assert len(back) == 0
    assert back.mask_at.tolist() == [0]
