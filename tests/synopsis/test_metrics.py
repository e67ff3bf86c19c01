from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.metrics import disorder, measure
from scelle.synopsis.occupancy import Occupancy


def standing(box: tuple[int, int, int, int], start: int) -> Occupancy:
    pts = start + np.arange(2, dtype=np.int64)
    return Occupancy("x", Fraction(1), pts, np.array([[box]] * 2, np.int64))


def test_measures_of_two_squares_that_overlap_by_a_quarter() -> None:
    tubes = [standing((0, 0, 4, 4), 0), standing((2, 2, 4, 4), 10)]
    together = Arrangement((0, 1), (0, 0), (2, 2), 2, Fraction(1), 0.25, (0, 1))
    m = measure(together, tubes, size=(10, 10), source_s=Fraction(20))
    assert m.frame_condensation == pytest.approx(0.1)
    assert m.compact == pytest.approx(28 / 100)
    assert m.overlap == pytest.approx(4 / 100)
    assert m.collision == pytest.approx(8 / 32)
    assert m.disorder == 0
    friends = measure(together, tubes, size=(10, 10), source_s=Fraction(20), groups=[(0, 1)])
    assert (friends.collision, friends.overlap) == (0, m.overlap)
    apart = Arrangement((0, 1), (2, 0), (2, 2), 4, Fraction(1), 0.0, (1, 0))
    m = measure(apart, tubes, size=(10, 10), source_s=Fraction(20))
    assert (m.overlap, m.collision, m.disorder) == (0, 0, 1)
    assert m.compact == pytest.approx(16 / 100)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.sampled_from([1, 6, 70]), st.integers(0, 2**32 - 1), st.booleans())
def test_measures_are_those_of_the_painted_picture(
    side: int, count: int, seed: int, met: bool
) -> None:
    """Above sixty-four rectangles one word of bits does not hold them."""
    rng = np.random.default_rng(seed)
    tubes, starts = [], rng.integers(0, 3, count)
    for _ in range(count):
        n = int(rng.integers(1, 4))
        parts = np.zeros((n, 2, 4), np.int64)
        parts[..., 0] = rng.integers(0, 10, (n, 2))
        parts[:, 1, 1] = 10  # below the first, so they do not overlap
        parts[..., 2:] = rng.integers(0, side, (n, 2, 2))
        parts[:, 0, 2:] += 1
        tubes.append(Occupancy("x", Fraction(1), np.arange(n), parts))
    groups = [tuple(range(0, count, 2))] if met and count > 1 else []
    lengths = [len(t.pts) for t in tubes]
    length = int((starts + lengths).max())
    layers = np.zeros((count, length, 20, 20), np.bool_)
    for layer, tube, start in zip(layers, tubes, starts.tolist(), strict=True):
        for tick, parts in enumerate(tube.parts.tolist(), start):
            for left, top, width, height in parts:
                layer[tick, top : top + height, left : left + width] = True
    of = np.array([0 if groups and i % 2 == 0 else i for i in range(count)])
    over = sum(int((mine & layers[of != of[i]].any(axis=0)).sum()) for i, mine in enumerate(layers))
    arrangement = Arrangement(
        tuple(range(count)), tuple(starts.tolist()), tuple(lengths), length, Fraction(1), 0.0, ()
    )
    m = measure(arrangement, tubes, size=(20, 20), source_s=Fraction(9), groups=groups)
    assert m.compact == pytest.approx(layers.any(axis=0).mean())
    assert m.overlap == pytest.approx((layers.sum(axis=0) > 1).mean())
    assert m.collision == pytest.approx(over / layers.sum())


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_disorder_is_that_of_all_pairs_counted_one_by_one(objects: list[tuple[int, int]]) -> None:
    pairs = [(b, a) for a in objects for b in objects if a[0] < b[0]]
    inverted = sum(later[1] < earlier[1] for later, earlier in pairs)
    told = disorder([Fraction(before) for before, _ in objects], [after for _, after in objects])
    assert told == (inverted / len(pairs) if pairs else 0)


def test_disorder_counts_only_pairs_that_have_an_order() -> None:
    same = [Fraction(1), Fraction(1), Fraction(2)]
    assert disorder(same, [5, 0, 6]) == 0
    assert disorder(same, [5, 0, 1]) == 0.5
    assert disorder([], []) == 0
