from __future__ import annotations

import numpy as np
import pytest

from scelle.synopsis.grid import WIDEST, side_by_side

ROWS = (("left", "right"), ("second", ""))


def flat(size: tuple[int, int], level: int) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_every_picture_is_there_once_and_below_its_title(count: int) -> None:
    size = (160, 96)
    levels = [40 + 20 * i for i in range(count)]
    pictures = [iter([flat(size, level)] * 2) for level in levels]
    made = list(side_by_side([f"part {i}" for i in range(count)], [size] * count, pictures, ROWS))
    assert len(made) == 2
    assert (made[0] == made[1]).all()
    for level in levels:
        at = np.argwhere((made[0] == level).all(axis=2))
        (top, left), (bottom, right) = at.min(axis=0), at.max(axis=0)
        inner = made[0][top : bottom + 1, left : right + 1]
        assert (inner == level).all(axis=2).mean() > 0.99
        assert inner.shape[:2] == (96, 160)


def test_large_pictures_and_those_of_other_sizes_fit() -> None:
    sizes = [(1920, 1080), (1280, 720), (704, 576)]
    pictures = [iter([flat(size, 60 + 40 * i)]) for i, size in enumerate(sizes)]
    (made,) = side_by_side(["a", "b", "c"], sizes, pictures, ROWS)
    assert made.shape[1] <= WIDEST
    for i, size in enumerate(sizes):
        shown = int((made == 60 + 40 * i).all(axis=2).sum())
        assert shown / (size[0] * size[1]) == pytest.approx((958 / 1920) ** 2, rel=0.03)


def test_one_that_ends_earlier_is_a_mistake() -> None:
    size = (160, 96)
    pictures = [iter([flat(size, 50)] * 2), iter([flat(size, 90)])]
    with pytest.raises(ValueError, match="shorter"):
        list(side_by_side(["a", "b"], [size] * 2, pictures, ROWS))
