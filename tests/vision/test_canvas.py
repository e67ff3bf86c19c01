from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.vision.background import Look
from scelle.vision.canvas import EmptyScene

UInt8Array = npt.NDArray[np.uint8]
Planes = tuple[UInt8Array, UInt8Array, UInt8Array]
HEIGHT, WIDTH, FACTOR = 120, 160, 2


def planes(picture: UInt8Array) -> Planes:
    h, w = picture.shape[:2]
    flat = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    chroma = flat[h:].reshape(2, h // 2, w // 2)
    return flat[:h], chroma[0], chroma[1]


@pytest.fixture(scope="module")
def street() -> UInt8Array:
    coarse = np.random.default_rng(4).integers(60, 200, (12, 16, 3)).astype(np.uint8)
    large = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    # A thin line, that only the native size can show.
    large[:, 20] = 0
    return np.asarray(large, np.uint8)


def decoded(data: bytes) -> npt.NDArray[np.int64]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.int64)


def walked(street: UInt8Array, scene: EmptyScene, lefts: list[int]) -> None:
    """Somebody magenta is at each of these places for one picture."""
    for i, left in enumerate(lefts):
        picture = street.copy()
        picture[40:100, left : left + 30] = (255, 0, 255)
        moving = np.zeros((HEIGHT // FACTOR, WIDTH // FACTOR), np.uint8)
        moving[40 // FACTOR : 50, left // FACTOR : (left + 30) // FACTOR] = 255
        scene.look(planes(picture), i, moving)


def test_who_walks_through_is_not_in_the_empty_scene(street: UInt8Array) -> None:
    low = Look.of(*planes(street), FACTOR)
    scene = EmptyScene(low, FACTOR, 1)
    walked(street, scene, list(range(0, 130, 10)))
    image = decoded(scene.jpeg())
    assert image.shape == street.shape
    assert np.abs(image - street).mean() < 6
    assert image[:, 20].mean() < 60, "finer than the working size"


def test_places_that_were_never_free_are_filled_from_the_background(street: UInt8Array) -> None:
    low = Look.of(*planes(street), FACTOR)
    scene = EmptyScene(low, FACTOR, 1)
    walked(street, scene, [60] * 5)
    image = decoded(scene.jpeg())
    stood = np.s_[44:96, 64:86]
    assert np.abs(image[stood] - street[stood]).mean() < 14
    assert not ((image[stood] - (255, 0, 255)) ** 2).sum(2).min() < 3000


def test_cloth_of_the_scenes_own_colour_between_head_and_arms_is_not_in_it(
    street: UInt8Array,
) -> None:
    scene = EmptyScene(Look.of(*planes(street), FACTOR), FACTOR, 1)
    picture = street.copy()
    picture[20:110, 50:90] = picture[20:110, 50:90] * 0.8
    moving = np.zeros((HEIGHT // FACTOR, WIDTH // FACTOR), np.uint8)
    moving[10:20, 25:45] = moving[10:55, 25:28] = moving[10:55, 42:45] = 255
    scene.look(planes(np.asarray(picture, np.uint8)), 0, moving)
    for at in range(1, 4):
        scene.look(planes(street), at, np.zeros_like(moving))
    assert np.abs(decoded(scene.jpeg()) - street)[44:106, 66:76].mean() < 4


def test_who_stood_there_all_the_time_leaves_no_outline_where_the_light_was_another(
    street: UInt8Array,
) -> None:
    brighter = cv2.add(street, np.full_like(street, 30))
    scene = EmptyScene(Look.of(*planes(np.asarray(brighter, np.uint8)), FACTOR), FACTOR, 1)
    walked(street, scene, [60] * 5)
    difference = decoded(scene.jpeg()) - street
    stood, beside = np.s_[44:96, 64:86], np.s_[44:96, 20:40]
    assert abs(difference[stood].mean() - difference[beside].mean()) < 3


def test_without_any_picture_it_is_the_background(street: UInt8Array) -> None:
    low = Look.of(*planes(street), FACTOR)
    image = decoded(EmptyScene(low, FACTOR, 1).jpeg())
    assert image.shape == street.shape
    assert np.abs(image - street).mean() < 10


def test_only_one_picture_a_step_counts(street: UInt8Array) -> None:
    low = Look.of(*planes(street), FACTOR)
    nothing = np.zeros((HEIGHT // FACTOR, WIDTH // FACTOR), np.uint8)
    dark = np.full_like(street, 10)
    alone, often = EmptyScene(low, FACTOR, 100), EmptyScene(low, FACTOR, 100)
    alone.look(planes(street), 0, nothing)
    often.look(planes(street), 0, nothing)
    assert not often.due(99)
    assert often.due(100)
    assert often.jpeg() == alone.jpeg()
    often.look(planes(dark), 100, nothing)
    assert often.jpeg() != alone.jpeg()


def test_a_picture_of_odd_sides_can_be_shown() -> None:
    picture = np.full((122, 162, 3), 90, np.uint8)
    luma, blue, red = (p.copy() for p in planes(picture))
    luma = luma[:121, :161]
    low = Look.of(luma, blue, red, FACTOR)
    scene = EmptyScene(low, FACTOR, 1)
    scene.look((luma, blue, red), 0, np.zeros(low.luma.shape, np.uint8))
    image = decoded(scene.jpeg())
    assert image.shape == (120, 160, 3)
    assert np.abs(image - 90).max() < 6
