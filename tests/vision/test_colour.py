from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scelle.model.tracks import Colour
from scelle.scene.palette import SHADES
from scelle.vision.colour import NAMES, count_colours, is_monochrome, shares

#: What the words mean on a colour chart, and as clothing on film: red, green, blue.
SWATCHES = [
    (Colour.BLACK, (12, 12, 14)),
    (Colour.BLACK, (38, 36, 38)),
    (Colour.BLUE, (0, 0, 255)),
    (Colour.BLUE, (40, 70, 150)),
    (Colour.BLUE, (30, 40, 85)),
    (Colour.BROWN, (101, 67, 33)),
    (Colour.BROWN, (120, 85, 60)),
    (Colour.GREY, (128, 128, 128)),
    (Colour.GREY, (95, 97, 100)),
    (Colour.GREEN, (0, 128, 0)),
    (Colour.GREEN, (60, 110, 65)),
    (Colour.ORANGE, (255, 128, 0)),
    (Colour.ORANGE, (225, 120, 40)),
    (Colour.PINK, (255, 192, 203)),
    (Colour.PINK, (235, 130, 170)),
    (Colour.PURPLE, (128, 0, 128)),
    (Colour.PURPLE, (105, 60, 130)),
    (Colour.RED, (255, 0, 0)),
    (Colour.RED, (165, 35, 40)),
    (Colour.WHITE, (255, 255, 255)),
    (Colour.WHITE, (225, 224, 218)),
    (Colour.YELLOW, (255, 255, 0)),
    (Colour.YELLOW, (230, 200, 50)),
    *((colour, (r, g, b)) for colour, (b, g, r) in SHADES.items()),
]


@pytest.mark.parametrize(("colour", "rgb"), SWATCHES)
def test_a_swatch_has_its_name(colour: Colour, rgb: tuple[int, int, int]) -> None:
    picture = np.full((4, 4, 3), rgb[::-1], np.uint8)
    flat = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    luma, blue, red = flat[:4], np.full((4, 4), flat[4, 0]), np.full((4, 4), flat[5, 0])
    counts = count_colours(luma, blue, red, np.ones((4, 4), np.bool_))
    assert {NAMES[i]: int(counts[i]) for i in np.flatnonzero(counts)} == {colour: 16}


def test_every_term_has_a_swatch() -> None:
    assert {colour for colour, _ in SWATCHES} == set(Colour) == set(NAMES)
    assert len(NAMES) == 11


@given(arrays(np.uint8, (3, 6, 7)), arrays(np.bool_, (6, 7)))
def test_every_pixel_of_the_object_is_counted_once(
    planes: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]],
    mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> None:
    counts = count_colours(planes[0], planes[1], planes[2], mask)
    assert counts.shape == (11,)
    assert counts.sum() == mask.sum()
    other = planes.copy()
    other[:, ~mask] = 255 - other[:, ~mask]
    same = count_colours(other[0], other[1], other[2], mask)
    assert (same == counts).all(), "what is around it says nothing"


@given(st.lists(st.integers(0, 10_000), min_size=11, max_size=11))
def test_shares_are_ordered_and_leave_out_what_is_slight(counts: list[int]) -> None:
    found = shares(np.array(counts, np.float32))
    total = sum(counts)
    assert bool(found) == (total > 0)
    values = [value for _, value in found]
    assert values == sorted(values, reverse=True)
    assert all(0.05 <= value <= 1 for value in values)
    for colour, value in found:
        assert abs(value - counts[NAMES.index(colour)] / total) < 1e-3
    named = {colour for colour, _ in found}
    assert all(counts[i] <= 0.0506 * total for i, c in enumerate(NAMES) if c not in named)


@given(
    arrays(np.uint8, (2, 9, 12), elements=st.sampled_from([120, 121, 122, 126, 128, 131, 134, 135]))
)
def test_a_picture_without_colour_is_known_without_sorting(
    chroma: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]],
) -> None:
    away = np.abs(chroma.astype(np.float64) - 128).reshape(2, -1)
    assert is_monochrome(*chroma) == (np.percentile(away, 98, axis=1).sum() <= 6)


def test_night_has_no_colour_and_day_has() -> None:
    rng = np.random.default_rng(0)
    grey = rng.normal(128, 1, (2, 90, 120)).round().astype(np.uint8)
    assert is_monochrome(grey[0], grey[1])
    # One coloured sign is colour enough; a dead pixel is not.
    grey[0, 3, 3] = 255
    assert is_monochrome(grey[0], grey[1])
    grey[0, 10:40, 10:40] = 150
    assert not is_monochrome(grey[0], grey[1])
    assert not is_monochrome(grey[1], grey[0])
