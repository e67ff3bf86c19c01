from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection
from scelle.vision.parting import distinct, part

FACTOR = 2


def person(left: float, top: float, width: float, height: float, score: float = 0.8) -> Detection:
    return Detection(Box(left, top, width, height), ObjectClass.PERSON, score)


def test_two_side_by_side_are_two_and_every_pixel_goes_to_the_nearer() -> None:
    # 40 x 40 working pixels at (100, 60), natively 80 x 80: two of 40 x 80.
    outline = np.ones((40, 40), np.bool_)
    left, right = part((100, 60, 80, 80), outline, FACTOR, [person(100, 60, 40, 80)] * 1 + [
        person(140, 60, 40, 80, 0.6)
    ])  # fmt: skip
    assert (left.left, left.top, left.outline.shape) == (0, 0, (40, 20))
    assert (right.left, right.top, right.outline.shape) == (20, 0, (40, 20))
    np.testing.assert_allclose(left.placed, (100, 60, 40, 80))
    np.testing.assert_allclose(right.placed, (140, 60, 40, 80))
    assert right.found is not None
    assert right.found.score == 0.6


def test_one_that_the_detector_missed_is_found_by_what_is_left() -> None:
    outline = np.ones((40, 60), np.bool_)
    seen, missed = part((0, 0, 120, 80), outline, FACTOR, [person(0, 0, 40, 80)])
    assert seen.found is not None
    assert missed.found is None
    assert missed.left * FACTOR >= 40
    assert missed.placed[0] + missed.placed[2] == 120


def test_a_flat_shadow_beside_somebody_is_nobody_and_is_cut_off() -> None:
    outline = np.zeros((40, 60), np.bool_)
    outline[:, :20] = True
    outline[34:, 20:] = True
    (one,) = part((0, 0, 120, 80), outline, FACTOR, [person(0, 0, 40, 80)])
    # Halfway between the detection's 40 and what of the outline lies near it.
    assert one.placed[2] < 60
    assert one.outline.shape[1] <= 26


def test_a_parked_car_in_the_background_of_a_region_is_no_part_of_it() -> None:
    outline = np.zeros((40, 60), np.bool_)
    outline[:, :20] = True
    parked = Detection(Box(50, 20, 70, 40), ObjectClass.CAR, 0.9)
    (one,) = part((0, 0, 120, 80), outline, FACTOR, [parked, person(0, 0, 40, 80)])
    assert one.found is not None
    assert one.found.object_class is ObjectClass.PERSON


def test_where_nothing_detected_moves_the_region_stays_as_it_is() -> None:
    outline = np.ones((10, 10), np.bool_)
    (one,) = part((10, 10, 20, 20), outline, FACTOR, [person(200, 200, 20, 20)])
    assert one.found is None
    np.testing.assert_array_equal(one.outline, outline)
    np.testing.assert_allclose(one.placed, (10, 10, 20, 20))


def test_a_box_over_two_who_were_found_one_by_one_is_not_a_third() -> None:
    one, two = person(0, 0, 40, 80, 0.7), person(45, 0, 40, 80, 0.6)
    both = person(0, 0, 85, 80, 0.5)
    assert distinct([both, two, one]) == (one, two)
    assert distinct([one, person(20, 0, 40, 80, 0.5)])[1].score == 0.5, "half behind another"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(-20, 90), st.integers(-20, 90), st.integers(4, 60), st.integers(4, 60)
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 2**32 - 1),
)
def test_parts_never_overlap_and_lie_in_the_outline(
    boxes: list[tuple[int, int, int, int]], seed: int
) -> None:
    outline = np.random.default_rng(seed).random((30, 40)) < 0.7
    outline[0, 0] = True
    found = distinct([person(*b, 0.9 - 0.1 * k) for k, b in enumerate(boxes)])
    count = np.zeros(outline.shape, np.int64)
    parts = part((0, 0, 80, 60), outline, FACTOR, found)
    assert parts
    for p in parts:
        h, w = p.outline.shape
        count[p.top : p.top + h, p.left : p.left + w] += p.outline
        assert (p.placed[2:] > 0).all()
        assert p.outline[0].any()
        assert p.outline[:, -1].any() or p.found is None
    assert (count <= outline).all()
