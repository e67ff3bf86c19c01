from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

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


def test_disorder_counts_only_pairs_that_have_an_order() -> None:
    same = [Fraction(1), Fraction(1), Fraction(2)]
    assert disorder(same, [5, 0, 6]) == 0
    assert disorder(same, [5, 0, 1]) == 0.5
    assert disorder([], []) == 0
