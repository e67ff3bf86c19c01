from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scelle.vision.background import Background, Look, working_factor

Shot = Callable[..., Look]


def wrong(found: Look, truth: Look) -> float:
    """Share of the picture that is visibly not the empty scene."""
    return float((np.abs(found.luma.astype(int) - truth.luma) > 14).mean())


@pytest.mark.parametrize("share", [0.6, 0.7, 0.8])
@pytest.mark.parametrize("seed", [1, 2])
def test_somebody_who_stands_still_for_most_of_the_time_is_not_the_background(
    empty: Look, shot: Shot, put: Shot, share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n = 96
    arrives = int(rng.integers(0, n - int(share * n)))
    samples = []
    for i in range(n):
        scene = empty
        if arrives <= i < arrives + share * n:
            # The weight goes from one foot to the other now and then; the rest is still.
            stir = int(rng.integers(-1, 2)) * 2
            scene = put(empty, 100 + stir, 60 + int(rng.integers(0, 2)), 22, 60)
        samples.append(shot(scene, i))
    background = Background.estimate(samples)
    stood = np.s_[56:124, 94:130]
    place = Look(*(p[stood] for p in (background.look.luma, empty.blue, empty.red)))
    truth = Look(*(p[stood] for p in (empty.luma, empty.blue, empty.red)))
    assert wrong(place, truth) < 0.05
    assert wrong(background.look, empty) < 0.01


def test_passers_by_leave_no_trace(empty: Look, shot: Shot, put: Shot) -> None:
    samples = [shot(put(empty, 4 * (i % 50), 70, 20, 50), i) for i in range(60)]
    background = Background.estimate(samples)
    assert wrong(background.look, empty) < 0.005
    for found, plane in ((background.look.blue, empty.blue), (background.look.red, empty.red)):
        assert np.abs(found.astype(int) - plane).mean() < 3


def test_noise_is_measured_where_it_is(empty: Look, shot: Shot) -> None:
    quiet, loud = (
        Background.estimate([shot(empty, i, noise=noise) for i in range(40)]) for noise in (1, 8)
    )
    assert np.median(loud.luma_noise) > 3 * np.median(quiet.luma_noise)
    assert np.median(loud.blue_noise) > 3 * np.median(quiet.blue_noise)
    assert np.median(loud.red_noise) > 3 * np.median(quiet.red_noise)


def test_few_samples_are_enough_for_a_scene_that_is_empty(empty: Look, shot: Shot) -> None:
    for n in (1, 2, 5):
        background = Background.estimate([shot(empty, i) for i in range(n)])
        assert wrong(background.look, empty) < 0.001
    with pytest.raises(ValueError, match="at least one sample"):
        Background.estimate([])


def test_the_same_samples_give_the_same_background(empty: Look, shot: Shot, put: Shot) -> None:
    samples = [shot(put(empty, 3 * i, 70, 20, 50), i) for i in range(30)]
    one, other = Background.estimate(samples), Background.estimate(list(samples))
    assert (one.look.luma == other.look.luma).all()
    assert (one.luma_noise == other.luma_noise).all()
    assert (one.look.red == other.look.red).all()


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
def test_a_picture_is_reduced_by_averaging(factor: int) -> None:
    rng = np.random.default_rng(0)
    luma = rng.integers(0, 256, (70, 97), np.uint8)
    blue, red = rng.integers(0, 256, (2, 35, 49), np.uint8)
    look = Look.of(luma, blue, red, factor)
    h, w = look.luma.shape
    assert (h % 2, w % 2) == (0, 0)
    assert look.blue.shape == look.red.shape == (h // 2, w // 2)
    blocks = luma[: h * factor, : w * factor].reshape(h, factor, w, factor).mean((1, 3))
    # Each halving rounds.
    assert np.abs(look.luma - blocks).max() <= 1.5
    luma[:] = 0
    assert look.luma.any(), "the decoder's memory may be overwritten"


def test_the_working_size_has_few_lines() -> None:
    for height in range(100, 4400, 7):
        factor = working_factor(height)
        assert height / factor <= 300
        assert factor.bit_count() == 1, "halved again and again"
        assert factor == 1 or height / (factor // 2) > 300


def test_what_sways_raises_its_own_threshold_and_its_rims(empty: Look, shot: Shot) -> None:
    # Leaves that come and go within two seconds, seen three times in each.
    def swaying(k: int) -> Look:
        picture = shot(empty, k)
        luma = picture.luma.copy()
        luma[40:80, 60:100] += np.uint8(40 * (1 + np.sin(np.pi * k / 1.5)))
        return Look(luma, picture.blue, picture.red)

    learned = Background.estimate([swaying(k) for k in range(64)])
    inside, rim, calm = np.s_[45:75, 65:95], np.s_[45:75, 101:103], np.s_[100:140, 150:220]
    assert np.median(learned.luma_noise[inside]) > 30
    assert np.median(learned.luma_noise[rim]) > 0.8 * np.median(learned.luma_noise[inside])
    assert np.median(learned.luma_noise[calm]) < 10
