from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.tracks import ObjectClass
from scelle.vision.masking import (
    BLOCKS_ACROSS_HEAD,
    blank_boxes,
    conceal_boxes,
    conceal_object,
)

UInt8Array = npt.NDArray[np.uint8]


def noise(height: int, width: int, seed: int = 0) -> UInt8Array:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def conceal(
    picture: UInt8Array, boxes: npt.ArrayLike, classes: Sequence[ObjectClass]
) -> UInt8Array:
    copy = picture.copy()
    conceal_boxes([copy], boxes, classes)
    return copy


def distinct(picture: UInt8Array) -> int:
    return len(np.unique(picture.reshape(-1, 3), axis=0))


def test_a_standing_persons_head_is_gone_and_the_clothes_are_not() -> None:
    picture = noise(160, 64)
    before = picture.copy()
    concealed = conceal_object(picture, ObjectClass.PERSON)
    assert (picture == before).all(), "a copy is made"
    head = concealed[:40]
    block = -(-round(160 * 0.15) // BLOCKS_ACROSS_HEAD)
    assert distinct(head) <= (40 // block + 1) * (64 // block + 1)
    for top in range(0, 40 - block, block):
        for left in range(0, 64 - block, block):
            square = head[top : top + block, left : left + block].reshape(-1, 3)
            assert (square == square[0]).all()
    assert (concealed[60:] == picture[60:]).all()
    # A head is about 24 pixels wide here: at most six blocks.
    assert 24 / block <= 6


@given(st.integers(1, 200), st.integers(1, 300), st.sampled_from(ObjectClass))
def test_any_box_can_be_concealed(height: int, width: int, what: ObjectClass) -> None:
    picture = noise(height, width)
    concealed = conceal_object(picture, what)
    assert concealed.shape == picture.shape
    if what not in (ObjectClass.CAR, ObjectClass.LARGE_VEHICLE) or width < 1.7 * height:
        top = concealed[: max(1, height // 4)]
        # Blocks of four pixels at least, so a sixteenth of the colours and a rim.
        assert distinct(top) <= (top.shape[0] // 4 + 1) * (width // 4 + 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_pictures_of_equal_block_means_cannot_be_told_apart(one: int, other: int) -> None:
    # Shuffling pixels inside a block changes all but its mean: the result is the same.
    rng = np.random.default_rng(one)
    picture = noise(100, 40, other)
    block = 4
    shuffled = picture.copy()
    for top in range(0, 24, block):
        for left in range(0, 40, block):
            part = shuffled[top : top + block, left : left + block]
            part[:] = rng.permutation(part.reshape(-1, 3)).reshape(part.shape)
    person = ObjectClass.PERSON
    assert (conceal_object(picture, person)[:24] == conceal_object(shuffled, person)[:24]).all()


@pytest.mark.parametrize(
    ("what", "height", "width"),
    [
        (ObjectClass.CAR, 90, 260),
        (ObjectClass.CAR, 150, 180),
        (ObjectClass.LARGE_VEHICLE, 200, 420),
        (ObjectClass.TWO_WHEELER, 140, 110),
        (ObjectClass.UNKNOWN, 150, 180),
    ],
)
def test_no_plate_can_be_read(what: ObjectClass, height: int, width: int) -> None:
    picture = np.full((height, width, 3), 90, np.uint8)
    tall = round(0.061 * width)
    top, left = round(0.7 * height), width // 3
    plate = picture[top : top + tall, left : left + 4 * tall]
    plate[:, ::2] = 250
    plate[:, 1::2] = 5
    concealed = conceal_object(picture, what)
    rows = concealed[top : top + tall, left : left + 4 * tall].astype(int)
    assert np.abs(np.diff(rows, axis=1)).max() < 0.35 * 245
    assert distinct(concealed[top : top + tall]) < 30


def test_a_small_car_is_left_alone_for_nothing_on_it_can_be_read() -> None:
    picture = noise(24, 60)
    assert (conceal_object(picture, ObjectClass.CAR) == picture).all()


@pytest.mark.parametrize("what", ObjectClass)
@pytest.mark.parametrize(
    ("height", "width"), [(140, 56), (140, 80), (160, 150), (155, 168), (120, 200)]
)
def test_a_head_is_concealed_whatever_it_was_taken_for(
    what: ObjectClass, height: int, width: int
) -> None:
    picture = noise(height, width)
    head = slice(0, round(0.2 * height))
    block = 4 if width < 100 else 6
    assert distinct(conceal_object(picture, what)[head]) <= (head.stop // block + 1) * (
        width // block + 1
    )


def test_a_vehicle_seen_from_its_side_has_no_head() -> None:
    picture = noise(100, 180)
    for what in (ObjectClass.CAR, ObjectClass.LARGE_VEHICLE):
        assert (conceal_object(picture, what)[:40] == picture[:40]).all()


def test_what_is_taken_for_an_animal_is_concealed_as_the_unknown_is() -> None:
    for height, width in ((40, 60), (120, 180), (160, 60)):
        picture = noise(height, width)
        unknown = conceal_object(picture, ObjectClass.UNKNOWN)
        assert (conceal_object(picture, ObjectClass.ANIMAL) == unknown).all()


def test_a_wide_unknown_object_may_be_a_group_or_a_vehicle() -> None:
    picture = noise(120, 180)
    concealed = conceal_object(picture, ObjectClass.UNKNOWN)
    assert distinct(concealed[: round(0.44 * 120)]) < 400
    assert distinct(concealed[round(0.6 * 120) : round(0.9 * 120)]) < 400


def test_boxes_in_a_picture_are_concealed_with_a_margin_and_nothing_else() -> None:
    picture = noise(240, 320)
    boxes = np.array([[40, 60, 40, 100], [200, 20, 80, 40]])
    concealed = conceal(picture, boxes, (ObjectClass.PERSON, ObjectClass.CAR))
    changed = (concealed != picture).any(axis=2)
    ys, xs = np.nonzero(changed)
    assert ys.min() < 60
    assert ys.max() < 60 + 30
    assert xs.min() <= 40
    assert xs.max() >= 79
    assert xs.max() < 100
    assert changed[60:82, 40:80].mean() > 0.95


def test_more_of_somebody_cut_by_the_lower_edge_is_concealed() -> None:
    picture = noise(200, 100)
    whole = conceal(picture, [[20, 60, 40, 100]], (ObjectClass.PERSON,))
    cut = conceal(picture, [[20, 100, 40, 100]], (ObjectClass.PERSON,))
    assert np.nonzero((cut != picture).any(axis=(1, 2)))[0].max() >= 100 + 38
    assert np.nonzero((whole != picture).any(axis=(1, 2)))[0].max() < 60 + 30


@pytest.mark.parametrize(
    ("what", "height", "width", "lowest"),
    [
        (ObjectClass.PERSON, 170, 120, 0.5),  # with a child by the hand
        (ObjectClass.UNKNOWN, 170, 120, 0.5),
        (ObjectClass.PERSON, 140, 150, 0.6),  # three together, the nearest lower
        (ObjectClass.PERSON, 60, 150, 1.0),  # lying
    ],
)
def test_heads_lower_in_a_wide_box_are_concealed(
    what: ObjectClass, height: int, width: int, lowest: float
) -> None:
    heads = conceal_object(noise(height, width), what)[: round(lowest * height)]
    assert distinct(heads) <= (len(heads) // 6 + 1) * (width // 6 + 1)


@pytest.mark.parametrize("what", [ObjectClass.PERSON, ObjectClass.UNKNOWN, ObjectClass.ANIMAL])
@pytest.mark.parametrize("visible", [0.14, 0.2, 0.3, 0.5, 0.7])
def test_a_head_is_concealed_however_much_of_the_body_the_lower_edge_cuts(
    what: ObjectClass, visible: float
) -> None:
    # A head of 40 pixels, as wide as 30; shoulders of 70 below.
    tall, picture = round(visible * 285), noise(400, 300)
    wide = 30 if tall <= 40 else 70
    cut = conceal(picture, [[100, 400 - tall, wide, tall]], (what,))
    rows = slice(400 - tall, min(400, 400 - tall + 40))
    assert (cut[rows, 100 : 100 + wide] != picture[rows, 100 : 100 + wide]).mean() > 0.95


def test_a_rider_cut_by_the_lower_edge_is_concealed_further_down() -> None:
    picture = noise(200, 200)
    for what in (ObjectClass.TWO_WHEELER, ObjectClass.CAR):
        cut = conceal(picture, [[50, 120, 80, 80]], (what,))
        assert (cut[120:158, 50:130] != picture[120:158, 50:130]).mean() > 0.95


@pytest.mark.parametrize(
    ("what", "height", "width", "pixel", "lowest"),
    [
        (ObjectClass.CAR, 155, 308, 6 / 11, 0.2),  # a rider, of 704 x 288
        (ObjectClass.PERSON, 150, 62, 24 / 11, 0.6),  # a bust, of 352 x 576
    ],
)
def test_shapes_are_those_that_the_camera_saw(
    what: ObjectClass, height: int, width: int, pixel: float, lowest: float
) -> None:
    picture, head = noise(height, width), slice(0, round(lowest * height))
    bound = (head.stop // 6 + 1) * (width // 6 + 1)
    assert distinct(conceal_object(picture, what, pixel)[head]) <= bound
    assert distinct(conceal_object(picture, what)[head]) > bound
    blanked = picture.copy()
    blank_boxes([blanked], [[0, 0, width, height]], [what], pixel)
    assert (blanked[head] == 128).all()


def test_a_head_that_is_in_no_outline_is_concealed_above_it() -> None:
    picture = noise(240, 120)
    shoulders = conceal(picture, [[40, 80, 40, 120]], (ObjectClass.PERSON,))
    head = shoulders[80 - 24 : 80, 44:76]
    assert distinct(head) <= (24 // 4 + 1) * (32 // 4 + 1)


def test_boxes_outside_the_picture_do_no_harm() -> None:
    picture = noise(50, 50)
    boxes = [[-30, -30, 20, 20], [45, 45, 30, 30], [60, 60, 5, 9]]
    conceal_boxes([picture], boxes, (ObjectClass.PERSON,) * 3)
    with pytest.raises(ValueError, match="one class"):
        conceal_boxes([picture], boxes, ())


@given(
    size=st.tuples(st.integers(60, 121), st.integers(60, 121)),
    corner=st.tuples(st.integers(-20, 90), st.integers(-20, 90)),
    object_class=st.sampled_from([ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.UNKNOWN]),
    blank=st.booleans(),
)
def test_in_y_u_and_v_nothing_shows_through_and_nothing_else_is_touched(
    size: tuple[int, int], corner: tuple[int, int], object_class: ObjectClass, *, blank: bool
) -> None:
    (tall, wide), box = size, [[*corner, 31, 53]]
    hide = blank_boxes if blank else conceal_boxes
    # Where a picture of ones changes to grey is what is concealed.
    touched = np.ones((tall, wide, 3), np.uint8)
    blank_boxes([touched], box, [object_class])
    hidden = touched[..., 0] != 1
    rng = np.random.default_rng(1)
    half = (-(-tall // 2), -(-wide // 2))
    planes = [rng.integers(0, 256, shape, np.uint8) for shape in (size, half, half)]
    before = [p.copy() for p in planes]
    hide(planes, box, [object_class])
    covered = np.zeros((2 * half[0], 2 * half[1]), np.bool_)
    covered[:tall, :wide] = hidden
    coarse = covered.reshape(half[0], 2, half[1], 2).any(axis=(1, 3))
    for plane, old, inside in zip(planes, before, (hidden, coarse, coarse), strict=True):
        assert (plane[~inside] == old[~inside]).all()
        if blank:
            assert (plane[inside] == 128).all()
        elif inside.any():
            assert len(np.unique(plane[inside])) < max(20, 0.5 * len(np.unique(old[inside])))


@given(st.integers(4, 150), st.integers(4, 150), st.integers(-20, 200), st.integers(-20, 160))
def test_where_nobody_knows_which_side_is_up_all_of_it_is_concealed(
    width: int, height: int, left: int, top: int
) -> None:
    picture = noise(170, 210)
    whole = picture[: min(height, 170), : min(width, 210)]
    concealed = conceal_object(whole, None)
    tall, wide = whole.shape[:2]
    assert distinct(concealed) <= (tall // 4 + 1) * (wide // 4 + 1)
    blanked = picture.copy()
    blank_boxes([blanked], [(left, top, width, height)], [None])
    around = math.ceil(0.12 * max(width, height))
    rows = slice(max(0, top - around), max(0, top + height + around))
    columns = slice(max(0, left - around), max(0, left + width + around))
    assert (blanked[rows, columns] == 128).all()
    blanked[rows, columns] = picture[rows, columns]
    assert (blanked == picture).all()
