from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_times_must_increase() -> None:
    with pytest.raises(ValueError, match="increase"):
        Occupancy("x", Fraction(1), np.array([1, 1]), np.ones((2, 1, 4), np.int64))
