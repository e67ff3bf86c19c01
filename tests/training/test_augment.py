from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle_training.augment import pixels


def picture(seed: int, height: int = 64, width: int = 80) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31), height=st.integers(8, 80), width=st.integers(8, 80))
def test_any_picture_keeps_its_shape_and_is_left_alone(seed: int, height: int, width: int) -> None:
    given_ = picture(seed, height, width)
    before = given_.copy()
    out = pixels(given_, np.random.default_rng(seed))
    assert out.shape == given_.shape
    assert out.dtype == np.uint8
    assert (given_ == before).all()


def test_the_same_generator_gives_the_same_pixels() -> None:
    one, two = (pixels(picture(3), np.random.default_rng(5)) for _ in range(2))
    assert (one == two).all()
    assert (one != pixels(picture(3), np.random.default_rng(6))).any()


def test_infrared_and_night_occur() -> None:
    outs = [pixels(picture(3), np.random.default_rng(seed)) for seed in range(200)]
    grey = [out for out in outs if (out == out[..., :1]).all()]
    assert 20 < len(grey) < 80
    assert min(out.mean() for out in outs) < 60
