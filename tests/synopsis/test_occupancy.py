from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import Damaged
from scelle.model.tracks import Tube
from scelle.synopsis.occupancy import Occupancy, pictures_at


@given(
    st.lists(st.integers(1, 400), max_size=30),
    st.integers(-1000, 10**9),
    st.sampled_from([Fraction(1, 1000), Fraction(1, 90000), Fraction(1001, 30000)]),
    st.sampled_from([Fraction(5), Fraction(25), Fraction(30000, 1001)]),
)
def test_no_picture_is_shown_before_its_time_and_the_ends_are_shown(
    gaps: list[int], first: int, time_base: Fraction, fps: Fraction
) -> None:
    pts = first + np.cumsum(np.array([0, *gaps], np.int64))
    shown = pictures_at(pts, time_base, fps)
    assert shown[0] == 0
    assert shown[-1] == len(pts) - 1
    assert (np.diff(shown) >= 0).all()
    for tick, picture in enumerate(shown.tolist()):
        assert (int(pts[picture]) - first) * time_base <= tick / fps


def _tube(mask: bytes) -> Tube:
    return Tube(
        "x-1",
        "x",
        Fraction(1, 1000),
        np.array([0], np.int64),
        np.array([[10, 20, 40, 80]], np.int64),
        (b"",),
        (mask,),
    )


def test_strips_follow_the_mask() -> None:
    mask = np.zeros((80, 40), np.uint8)
    mask[:40, 10:20] = 255
    mask[40:, :] = 255
    tube = _tube(cv2.imencode(".png", mask)[1].tobytes())
    assert Occupancy.of(tube).parts.tolist() == [[[10, 20, 40, 80]]]
    parts = Occupancy.of(tube, strips=4).parts[0].tolist()
    assert parts == [[20, 20, 10, 20], [20, 40, 10, 20], [10, 60, 40, 20], [10, 80, 40, 20]]


def test_a_mask_that_is_no_picture_is_damage() -> None:
    with pytest.raises(Damaged):
        Occupancy.of(_tube(b"nothing"), strips=2)


def test_times_must_increase() -> None:
    with pytest.raises(ValueError, match="increase"):
        Occupancy("x", Fraction(1), np.array([1, 1]), np.ones((2, 1, 4), np.int64))
