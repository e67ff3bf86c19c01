from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import Box
from scelle.vision.background import Background, Look
from scelle.vision.motion import Motion, MotionDetector

Shot = Callable[..., Look]


@pytest.fixture(scope="module")
def detector(empty: Look, shot: Shot) -> MotionDetector:
    return MotionDetector(Background.estimate([shot(empty, i) for i in range(40)]))


def consistent(motion: Motion) -> None:
    """Mask, outlines, boxes and areas say the same."""
    assert len(motion.boxes) == len(motion.areas) == len(motion.outlines)
    mask = np.zeros(motion.shape, np.uint8)
    for (x, y, w, h), area, outline in zip(
        motion.boxes, motion.areas, motion.outlines, strict=True
    ):
        assert outline.shape == (h, w)
        assert set(np.unique(outline)) <= {0, 255}
        assert np.count_nonzero(outline) == area
        assert all(edge.any() for edge in (outline[0], outline[-1], outline[:, 0], outline[:, -1]))
        assert not (mask[y : y + h, x : x + w] & outline).any(), "regions do not overlap"
        mask[y : y + h, x : x + w] |= outline
    assert (motion.mask == mask).all()


@settings(max_examples=25)
@given(seed=st.integers(1000, 2**31))
def test_there_is_nothing_in_pure_noise(
    detector: MotionDetector, empty: Look, shot: Shot, seed: int
) -> None:
    motion = detector.detect(shot(empty, seed))
    assert len(motion.boxes) == 0
    assert not motion.relit


@settings(max_examples=25)
@given(left=st.integers(2, 198), top=st.integers(2, 118), side=st.integers(14, 40))
def test_a_textured_thing_is_one_region_at_its_place(
    detector: MotionDetector, empty: Look, shot: Shot, put: Shot, left: int, top: int, side: int
) -> None:
    motion = detector.detect(shot(put(empty, left, top, side, side), 7))
    consistent(motion)
    assert len(motion.boxes) == 1
    assert Box(*(float(v) for v in motion.boxes[0])).iou(Box(left, top, side, side)) > 0.6


@settings(max_examples=25)
@given(
    left=st.integers(0, 60),
    right=st.integers(0, 60),
    wide=st.integers(4, 40),
    low=st.integers(1, 5),
    at=st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
def test_the_rest_of_a_shadow_at_the_feet_is_not_the_body(
    left: int, right: int, wide: int, low: int, at: tuple[int, int]
) -> None:
    outline = np.zeros((40, left + wide + right), np.uint8)
    outline[:, left : left + wide] = 255
    outline[-low:] = 255
    box = np.array([(*at, outline.shape[1], 40)], np.int32)
    motion = Motion((160, 240), box, np.array([np.count_nonzero(outline)], np.int32), (outline,))
    assert motion.bodies.tolist() == [[at[0] + left, at[1], wide, 40]]
    assert box[0, 2] == left + wide + right, "the box of the outline stays"


def test_several_things_are_several_regions(
    detector: MotionDetector, empty: Look, shot: Shot, put: Shot
) -> None:
    scene = put(put(put(empty, 10, 20, 20, 50), 80, 60, 30, 30), 180, 90, 24, 40)
    motion = detector.detect(shot(scene, 5))
    consistent(motion)
    found = motion.boxes[motion.boxes[:, 0].argsort()]
    for box, truth in zip(
        found, ((10, 20, 20, 50), (80, 60, 30, 30), (180, 90, 24, 40)), strict=True
    ):
        assert Box(*(float(v) for v in box)).iou(Box(*truth)) > 0.6


def test_specks_are_left_out_and_parts_above_each_other_are_one(
    detector: MotionDetector, empty: Look, shot: Shot, put: Shot
) -> None:
    scene = put(put(empty, 20, 10, 4, 4), 100, 40, 24, 60)
    # A belt like the wall behind it.
    scene.luma[68:71, 100:124] = empty.luma[68:71, 100:124]
    scene.blue[34:36, 50:62] = empty.blue[34:36, 50:62]
    scene.red[34:36, 50:62] = empty.red[34:36, 50:62]
    motion = detector.detect(shot(scene, 5))
    consistent(motion)
    assert len(motion.boxes) == 1
    assert Box(*(float(v) for v in motion.boxes[0])).iou(Box(100, 40, 24, 60)) > 0.6


def test_what_stands_in_a_small_hole_of_a_thing_is_part_of_it(
    detector: MotionDetector, empty: Look, shot: Shot, put: Shot
) -> None:
    thing = put(empty, 60, 30, 90, 90)
    scene = Look(thing.luma.copy(), thing.blue.copy(), thing.red.copy())
    for plane, without, within, scale in (
        (scene.luma, empty.luma, thing.luma, 1),
        (scene.blue, empty.blue, thing.blue, 2),
        (scene.red, empty.red, thing.red, 2),
    ):
        hole, inner = (
            np.s_[top // scale : bottom // scale, left // scale : right // scale]
            for top, bottom, left, right in ((58, 82, 94, 108), (66, 74, 98, 104))
        )
        plane[hole] = without[hole]
        plane[inner] = within[inner]
    motion = detector.detect(shot(scene, 5))
    consistent(motion)
    assert len(motion.boxes) == 1
    assert motion.mask[58:82, 94:108].all()


@pytest.mark.parametrize("gain", [0.6, 0.75, 0.9, 1.1, 1.25, 1.45])
def test_a_step_of_the_whole_light_moves_nothing(
    detector: MotionDetector, empty: Look, shot: Shot, gain: float
) -> None:
    motion = detector.detect(shot(empty, 3, light=gain))
    assert len(motion.boxes) == 0
    assert not motion.relit


@settings(max_examples=20)
@given(one=st.floats(0.75, 1.25), other=st.floats(0.75, 1.25), turned=st.booleans())
def test_light_that_changes_gradually_across_the_picture_moves_nothing(
    detector: MotionDetector, empty: Look, shot: Shot, one: float, other: float, turned: bool
) -> None:
    h, w = empty.luma.shape
    slope = np.linspace(one, other, h)[:, None] if turned else np.linspace(one, other, w)[None]
    assert len(detector.detect(shot(empty, 4, light=slope)).boxes) == 0


@pytest.mark.parametrize("darkness", [0.6, 0.7, 0.85])
@pytest.mark.parametrize("at", [(60, 80), (150, 60), (200, 120)])
def test_a_soft_cast_shadow_is_not_a_thing(
    detector: MotionDetector, empty: Look, shot: Shot, darkness: float, at: tuple[int, int]
) -> None:
    spot = np.zeros(empty.luma.shape, np.float64)
    cv2.ellipse(spot, at, (34, 14), 0, 0, 360, 1.0, -1)
    light = 1 - (1 - darkness) * cv2.GaussianBlur(spot, (0, 0), 8)
    assert len(detector.detect(shot(empty, 6, light=light)).boxes) == 0


def grey(scene: Look) -> Look:
    """The scene in infrared light."""
    neutral = np.full_like(scene.blue, 128)
    return Look(scene.luma, neutral, neutral)


@pytest.fixture(scope="module")
def colourless(empty: Look, shot: Shot) -> MotionDetector:
    samples = [grey(shot(empty, i)) for i in range(40)]
    return MotionDetector(Background.estimate(samples))


@pytest.mark.parametrize("darkness", [0.6, 0.7, 0.85])
@pytest.mark.parametrize("at", [(60, 80), (150, 60), (200, 120)])
def test_a_soft_cast_shadow_is_not_a_thing_without_colour_either(
    colourless: MotionDetector, empty: Look, shot: Shot, darkness: float, at: tuple[int, int]
) -> None:
    spot = np.zeros(empty.luma.shape, np.float64)
    cv2.ellipse(spot, at, (34, 14), 0, 0, 360, 1.0, -1)
    light = 1 - (1 - darkness) * cv2.GaussianBlur(spot, (0, 0), 8)
    assert len(colourless.detect(grey(shot(empty, 6, light=light))).boxes) == 0


def test_cloth_as_grey_as_the_street_is_found_in_infrared_light(shot: Shot) -> None:
    flat = np.full((80, 120), 128, np.uint8)
    street = Look(np.full((160, 240), 110, np.uint8), flat, flat)
    walker = street.luma.copy()
    walker[40:100, 100:124] += 20
    # Folds.
    walker[40:100:6, 100:124] -= 14
    learned = MotionDetector(Background.estimate([grey(shot(street, i)) for i in range(40)]))
    for seed in range(5):
        motion = learned.detect(grey(shot(Look(walker, flat, flat), 90 + seed)))
        assert len(motion.boxes) == 1
        assert Box(*(float(v) for v in motion.boxes[0])).iou(Box(100, 40, 24, 60)) > 0.6
        assert len(learned.detect(grey(shot(street, 90 + seed))).boxes) == 0


def test_a_thing_is_found_under_another_light_and_without_its_shadow(
    detector: MotionDetector, empty: Look, shot: Shot, put: Shot
) -> None:
    scene = put(empty, 100, 40, 24, 60)
    spot = np.zeros(empty.luma.shape, np.float64)
    cv2.ellipse(spot, (150, 98), (34, 8), 0, 0, 360, 1.0, -1)
    light = 0.85 * (1 - 0.35 * cv2.GaussianBlur(spot, (0, 0), 6))
    motion = detector.detect(shot(scene, 8, light=light))
    assert len(motion.boxes) == 1
    assert Box(*(float(v) for v in motion.boxes[0])).iou(Box(100, 40, 24, 60)) > 0.6


def test_noise_raises_the_threshold(detector: MotionDetector, empty: Look, shot: Shot) -> None:
    noisy = Background.estimate([shot(empty, i, noise=11) for i in range(40)])
    patient = MotionDetector(noisy)
    for seed in range(5):
        look = shot(empty, 500 + seed, noise=11)
        calm, alarmed = patient.detect(look), detector.detect(look)
        assert len(calm.boxes) == 0
        assert not calm.relit
        # The same picture is full of change for one that learned a quiet scene.
        assert alarmed.relit or len(alarmed.boxes) > 0


def flickering(scene: Look, level: float) -> Look:
    """The scene with a screen in it that shows one level."""
    luma = scene.luma.copy()
    luma[50:90, 60:120] = np.uint8(level)
    return Look(luma, scene.blue, scene.red)


def test_a_screen_that_flickers_is_part_of_the_scene(
    empty: Look, shot: Shot, put: Shot, detector: MotionDetector
) -> None:
    rng = np.random.default_rng(1)
    samples = [shot(flickering(empty, rng.uniform(50, 200)), i) for i in range(60)]
    learned = MotionDetector(Background.estimate(samples))
    for level in (50, 90, 130, 170, 200):
        assert len(learned.detect(shot(flickering(empty, level), 99)).boxes) == 0
    assert any(
        len(detector.detect(shot(flickering(empty, level), 99)).boxes) for level in (50, 200)
    ), "who did not learn it sees it"
    # Beside it, everything is seen as before.
    scene = put(flickering(empty, 90), 160, 50, 24, 50)
    assert len(learned.detect(shot(scene, 98)).boxes) == 1


def test_a_picture_that_is_another_altogether_is_relit(
    detector: MotionDetector, empty: Look, shot: Shot
) -> None:
    elsewhere = Look(empty.luma[::-1, ::-1].copy(), empty.blue[::-1].copy(), empty.red[::-1].copy())
    luma = np.where(np.indices(elsewhere.luma.shape).sum(0) // 6 % 2, 235, 15).astype(np.uint8)
    assert detector.detect(shot(Look(luma, elsewhere.blue, elsewhere.red), 1)).relit


def test_looking_changes_nothing(detector: MotionDetector, empty: Look, shot: Shot) -> None:
    look = shot(empty, 11, light=1.2)
    before = look.luma.copy(), detector.background.look.luma.copy()
    first, second = detector.detect(look), detector.detect(look)
    assert (first.mask == second.mask).all()
    assert (first.boxes == second.boxes).all()
    assert (look.luma == before[0]).all()
    assert (detector.background.look.luma == before[1]).all()
