from __future__ import annotations

import cv2
import numpy as np
import pytest

from scelle.model.tracks import Colour
from scelle.scene.backdrop import Ground, paint
from scelle.scene.conditions import LIGHTS, conditions
from scelle.scene.long import LongStreet
from scelle.scene.palette import SHADES
from scelle.vision.background import Look
from scelle.vision.colour import NAMES, NEUTRAL, terms
from scelle.vision.light import Light


def look(picture: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> Look:
    h, w = picture.shape[:2]
    flat = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    chroma = flat[h:].reshape(2, h // 2, w // 2)
    return Look(flat[:h], chroma[0], chroma[1])


def under(name: str, seed: int = 1) -> Look:
    return look(next(LongStreet(seed, 1, (640, 360), 2, float("inf"), conditions(name)).frames()))


def test_white_light_is_left_alone() -> None:
    assert Light.learn(under("day")).factors == NEUTRAL


@pytest.mark.parametrize("name", ["shade", "evening", "sodium"])
@pytest.mark.parametrize("seed", [1, 5])
def test_coloured_light_is_taken_out(name: str, seed: int) -> None:
    light = Light.learn(under(name, seed))
    true = np.array(LIGHTS[name].tint)
    learned = np.array(light.factors)
    gap = np.abs(learned / learned.mean() - true / true.mean())
    assert gap.max() < np.abs(1 - true / true.mean()).max() / 2, (
        "less than half of the cast is left"
    )
    named, plain = 0, 0
    for colour, shade in SHADES.items():
        lit = np.clip(np.array(shade) * true * LIGHTS[name].gain, 0, 255).astype(np.uint8)
        swatch = look(np.tile(lit, (4, 4, 1)))
        planes = swatch.luma[::2, ::2], swatch.blue, swatch.red
        named += NAMES[int(terms(*planes, light.factors)[0, 0])] is colour
        plain += NAMES[int(terms(*planes)[0, 0])] is colour
    assert named > plain
    assert named >= 8


def test_where_it_is_dark_no_colour_can_be_told() -> None:
    light = Light.learn(under("night"))
    assert 0.05 < light.lit.mean() < 0.95
    assert Light.learn(under("day")).lit.all()
    black = look(np.full((64, 64, 3), 6, np.uint8))
    dark = Light.learn(black)
    assert not dark.lit.any()
    assert dark.factors == NEUTRAL


def test_a_large_lawn_is_not_green_light() -> None:
    picture = paint(Ground(640, 360), np.random.default_rng(4))
    rng = np.random.default_rng(5)
    lawn = np.array(SHADES[Colour.GREEN]) * rng.uniform(0.85, 1.15, (216, 640, 1))
    picture[144:] = np.clip(lawn, 0, 255).astype(np.uint8)
    blue, green, red = Light.learn(look(picture)).factors
    assert green / ((blue + red) / 2) < 1.35
