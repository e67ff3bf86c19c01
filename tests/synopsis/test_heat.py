from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.geometry import Direction
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.synopsis.heat import activity, change, dwell

SIZE = (320, 240)


def track(boxes: list[tuple[float, float, float, float]], *, step: int = 500) -> Track:
    n = len(boxes)
    return Track(
        "e-1",
        "e",
        1,
        ObjectClass.PERSON,
        0.5,
        "motion",
        Fraction(1, 1000),
        np.arange(n, dtype=np.int64),
        step * np.arange(n, dtype=np.int64),
        np.array(boxes, np.float32),
        np.ones(n, np.bool_),
        Description(False, (), (), (), 20, 60, Direction.NONE, 0, step * (n - 1)),
    )


def test_activity_counts_an_object_once_where_its_feet_passed() -> None:
    standing = track([(100, 50, 20, 60)] * 9)
    passing = track([(40 + 20 * i, 50, 20, 60) for i in range(9)])
    amount = activity([standing, passing], SIZE)
    assert amount.max() == 2
    cell = SIZE[0] // amount.shape[1]
    assert amount[109 // cell, 110 // cell] == 2
    assert amount[60 // cell, 110 // cell] == 0, "heads pass over the ground behind"
    assert amount[109 // cell, 50 // cell] == 1


def test_dwell_adds_up_seconds_and_a_gap_is_not_time_spent() -> None:
    amount = dwell([track([(100, 50, 20, 60)] * 9)], SIZE)
    assert amount.max() == pytest.approx(4.0)
    lost = dwell([track([(100, 50, 20, 60)] * 3, step=60_000)], SIZE)
    assert lost.max() <= 4.0


def test_a_thing_put_down_is_a_change_and_light_is_none() -> None:
    first = np.full((240, 320, 3), 90, np.uint8)
    brighter = first + np.uint8(40)
    brighter[100:140, 200:240] = 10
    amount = change([first, brighter])
    assert amount.max() > 80
    assert amount[:40].max() < 2
    assert change([first]).max() == 0


@given(
    st.lists(
        st.tuples(st.floats(-50, 400), st.floats(-50, 300), st.floats(1, 200), st.floats(1, 200)),
        min_size=1,
        max_size=6,
    )
)
def test_boxes_at_the_border_stay_inside(boxes: list[tuple[float, float, float, float]]) -> None:
    amount = activity([track(boxes)], SIZE)
    assert set(np.unique(amount)) <= {0, 1}
    assert amount.sum() >= 1
