from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.benchmarks.precision import SIZES, Tally, match, mean

SMALL, MEDIUM, LARGE = (
    next(i for i, s in enumerate(SIZES) if s.name == n) for n in ("small", "medium", "large")
)


def test_everything_found_exactly_is_perfect() -> None:
    tally = Tally(0.5)
    tally.add([[0, 0, 10, 10], [50, 50, 40, 40]], [0.9, 0.8], [[0, 0, 10, 10], [50, 50, 40, 40]])
    score = tally.score()
    assert (score.ap, score.ap50, score.recall, score.precision) == (1, 1, 1, 1)
    assert score.objects == 2
    assert tally.score(SMALL).objects == tally.score(MEDIUM).objects == 1
    assert tally.score(SMALL).ap == tally.score(MEDIUM).ap == 1
    assert math.isnan(tally.score(LARGE).ap)


def test_average_precision_by_hand() -> None:
    """Right, wrong, right, of four objects: precision 1 up to a quarter, 2/3 up to a half."""
    tally = Tally(0.5)
    objects = [[100 * k, 0, 20, 20] for k in range(4)]
    tally.add([objects[0], [0, 300, 20, 20], objects[2]], [0.9, 0.8, 0.3], objects)
    score = tally.score()
    # 26 of the 101 recalls lie at or below 1/4, 25 more at or below 1/2.
    assert score.ap50 == pytest.approx((26 + 25 * 2 / 3) / 101)
    assert score.recall == 0.25
    assert score.precision == 0.5


def test_an_overlap_counts_only_up_to_its_size() -> None:
    """Overlap 0.68: found at 0.5, 0.55, 0.6 and 0.65, not above."""
    tally = Tally(0.5)
    tally.add([[0, 0, 100, 68]], [0.9], [[0, 0, 100, 100]])
    assert tally.score().ap == pytest.approx(0.4)
    assert tally.score().ap50 == 1


def test_a_second_box_of_one_object_is_wrong() -> None:
    tally = Tally(0.5)
    tally.add([[0, 0, 20, 20], [1, 0, 20, 20]], [0.9, 0.8], [[0, 0, 20, 20]])
    assert tally.score().precision == 0.5
    assert tally.score().ap50 == 1


def test_what_lies_in_an_ignored_place_counts_neither_way() -> None:
    tally = Tally(0.5)
    tally.add([[60, 60, 20, 20], [0, 0, 20, 20]], [0.9, 0.8], [[0, 0, 20, 20]], [[50, 50, 99, 99]])
    assert tally.score().precision == 1
    assert tally.score().ap == 1


def test_objects_of_another_size_excuse_whoever_finds_them() -> None:
    tally = Tally(0.5)
    # The first detection is a large object's; of the small ones one is found, one is not.
    tally.add(
        [[0, 0, 200, 200], [300, 0, 20, 20]],
        [0.9, 0.8],
        [[0, 0, 200, 200], [300, 0, 20, 20], [400, 0, 20, 20]],
    )
    small = tally.score(SMALL)
    assert small.objects == 2
    assert small.recall == 0.5
    assert small.precision == 1


def test_scores_compete_over_all_pictures() -> None:
    one, two = Tally(0.0), Tally(0.0)
    for tally, wrong in ((one, 0.95), (two, 0.1)):
        tally.add([[0, 0, 20, 20]], [0.5], [[0, 0, 20, 20]])
        tally.add([[0, 0, 20, 20]], [wrong], [])
    assert one.score().ap50 == pytest.approx(0.5)
    assert two.score().ap50 == 1


BOXES = st.lists(
    st.tuples(*(st.integers(0, 60),) * 2, *(st.integers(5, 60),) * 2).map(list), max_size=6
)


@given(found=BOXES, objects=BOXES, seed=st.integers(0, 99))
def test_figures_stay_in_range_and_order_does_not_matter(
    found: list[list[int]], objects: list[list[int]], seed: int
) -> None:
    scores = np.random.default_rng(seed).permutation(len(found)) / max(len(found), 1)
    order = np.random.default_rng(seed + 1).permutation(len(found))
    tallies = Tally(0.3), Tally(0.3)
    tallies[0].add(found, scores, objects)
    tallies[1].add([found[i] for i in order], scores[order], objects)
    one, two = tallies[0].score(), tallies[1].score()
    if objects:
        assert one == two or math.isnan(one.precision)
        assert 0 <= one.ap <= one.ap50 + 1e-12 <= 1 + 2e-12
        assert 0 <= one.recall <= 1
        hits = round(one.recall * one.objects)
        assert hits <= len(found)


def test_the_mean_is_over_classes_that_have_objects() -> None:
    full, empty, none = Tally(0.5), Tally(0.5), Tally(0.5)
    full.add([[0, 0, 20, 20]], [0.9], [[0, 0, 20, 20]])
    empty.add([], [], [[0, 0, 20, 20]])
    together = mean([full.score(), empty.score(), none.score()])
    assert together.ap50 == 0.5
    assert together.objects == 2
    # Precision of nothing found is unknown and does not count.
    assert together.precision == 1
    assert mean([none.score()]).objects == 0


def test_matching_prefers_who_is_to_be_found() -> None:
    boxes: npt.NDArray[np.float64] = np.array([[0, 0, 20, 40], [100, 0, 20, 40]], np.float64)
    objects = np.array([[2, 0, 20, 40], [0, 0, 20, 40], [100, 0, 20, 40]], np.float64)
    right, excused = match(boxes, objects, 0.5, wanted=1)
    assert right.tolist() == [True, False]
    assert excused.tolist() == [False, True]
