from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.vision.keep import Keeper


def boxes(*rows: tuple[int, int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.array(rows, np.int32).reshape(-1, 4)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(-9, 9)), min_size=1, max_size=60))
def test_what_is_seen_is_never_without_a_picture_for_long(steps: list[tuple[int, int]]) -> None:
    keeper, pts, left, kept, last = Keeper(50), 0, 1000, None, None
    for step, moved in steps:
        pts, left = pts + step, left + moved
        keep, gone = keeper.choose(pts, boxes((left, 50, 40, 100)))
        assert not len(gone)
        if keep[0]:
            kept = pts
        assert kept is not None
        # The interval to the next look is not known: the one before stands for it.
        assert keep[0] or pts - kept + (pts - last if last is not None else 0) <= 50
        last = pts


def test_what_moves_far_is_kept_at_every_look_and_what_stands_seldom() -> None:
    keeper = Keeper(500)
    kept = np.array(
        [
            keeper.choose(100 * i, boxes((20 * i, 50, 40, 100), (500, 50, 40, 100)))[0]
            for i in range(20)
        ]
    )
    assert kept[:, 0].all()
    assert np.flatnonzero(kept[:, 1]).tolist() == [0, 5, 10, 15]


def test_the_last_picture_of_what_goes_is_kept() -> None:
    keeper = Keeper(500)
    assert keeper.choose(0, boxes((10, 10, 40, 40), (200, 10, 40, 40)))[0].all()
    keep, gone = keeper.choose(100, boxes((11, 10, 40, 40), (200, 10, 40, 40)))
    assert not keep.any()
    assert not len(gone)
    keep, gone = keeper.choose(200, boxes((12, 10, 40, 40)))
    assert gone.tolist() == [1]
    keep, gone = keeper.choose(300, boxes())
    assert gone.tolist() == [0]
    assert not len(keeper.choose(400, boxes())[1]), "kept once"
