from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from scelle.vision.ground import Ground
from scelle.vision.heights import raised

Floats = npt.NDArray[np.float64]
SIZE = (640, 360)
GROUND = Ground(60, 0.25, SIZE)


def walk(n: int, foot: float, comes: float) -> Floats:
    """Boxes of somebody who comes nearer by so many rows a look."""
    feet = foot + comes * np.arange(n)
    height = GROUND.height(feet)
    return np.stack([100.0 + 2 * np.arange(n), feet - height, 0.4 * height, height], 1)


def beheaded(boxes: Floats, hidden: npt.NDArray[np.bool_], share: float) -> Floats:
    """The same without so much of the height where it is hidden."""
    out = boxes.copy()
    out[hidden, 1] += share * boxes[hidden, 3]
    out[hidden, 3] *= 1 - share
    return out


@given(
    foot=st.floats(180, 240),
    comes=st.floats(-1, 1),
    share=st.floats(0.1, 0.2),
    start=st.integers(0, 20),
)
def test_a_head_before_a_dark_wall_is_part_of_the_figure(
    foot: float, comes: float, share: float, start: int
) -> None:
    boxes = walk(40, foot, comes)
    hidden = np.zeros(40, np.bool_)
    hidden[start : start + 10] = True
    seconds = np.arange(40) / 10
    alone = np.ones(40, np.bool_)
    mended = raised(beheaded(boxes, hidden, share), alone, seconds, GROUND, SIZE)
    np.testing.assert_allclose(mended, boxes, atol=1e-6)


def test_a_single_look_that_is_too_high_raises_nobody() -> None:
    boxes = walk(40, 200, 0)
    high = boxes.copy()
    high[20, 1] -= 8
    high[20, 3] += 8
    seconds, alone = np.arange(40) / 10, np.ones(40, np.bool_)
    np.testing.assert_allclose(raised(high, alone, seconds, GROUND, SIZE), high)


def test_what_is_cut_off_by_the_picture_lost_no_head_and_tells_of_none() -> None:
    boxes = walk(40, 200, 0)
    boxes[10:, 1], boxes[10:, 3] = 300, 60
    hidden = (np.arange(40) >= 5) & (np.arange(40) < 10)
    seconds, alone = np.arange(40) / 10, np.ones(40, np.bool_)
    mended = raised(beheaded(boxes, hidden, 0.15), alone, seconds, GROUND, SIZE)
    np.testing.assert_allclose(mended, boxes, atol=1e-6)


def test_a_car_has_no_head() -> None:
    boxes = walk(40, 200, 0)
    boxes[:, 2] *= 5
    hidden = np.arange(40) < 10
    low = beheaded(boxes, hidden, 0.15)
    seconds, alone = np.arange(40) / 10, np.ones(40, np.bool_)
    assert raised(low, alone, seconds, GROUND, SIZE) is low


def test_heights_in_a_group_say_nothing() -> None:
    boxes = beheaded(walk(40, 200, 0), np.arange(40) < 20, 0.15)
    seconds = np.arange(40) / 10
    assert raised(boxes, np.zeros(40, np.bool_), seconds, GROUND, SIZE) is boxes
    mended = raised(boxes, np.arange(40) < 20, seconds, GROUND, SIZE)
    np.testing.assert_allclose(mended[:20], boxes[:20])
