from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scelle.model.geometry import Direction, Edge
from scelle.model.tracks import Colour, Description
from scelle.vision.colour import NAMES
from scelle.vision.describe import colour_confidence, describe, median_speed
from scelle.vision.ground import STATURE_M, Ground

BASE = Fraction(1, 1000)
SIZE = (640, 360)


def told(boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]], **more: object) -> Description:
    pts = np.arange(len(boxes), dtype=np.int64) * 100
    colour = np.zeros(22, np.float32)
    colour[[NAMES.index(Colour.RED), 11 + NAMES.index(Colour.BLUE)]] = 400, 800
    return describe(boxes, pts, BASE, colour, size=SIZE, **more)  # type: ignore[arg-type]


def across(
    speed: float, n: int = 60, y: float = 200
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    t = np.arange(n) / 10
    return np.stack([speed * t, np.full(n, y), np.full(n, 20.0), np.full(n, 50.0)], 1)


def test_who_crosses_came_from_one_edge_and_left_at_the_other() -> None:
    d = told(across(100, 63))
    assert (d.entry, d.exit, d.direction) == (Edge.LEFT, Edge.RIGHT, Direction.RIGHT)
    assert d.moving
    assert abs(d.speed - 100) < 1
    assert d.dwell_ms == 6200
    assert (d.upper[0][0], d.lower[0][0], d.colours[0][0]) == (Colour.RED, Colour.BLUE, Colour.BLUE)
    assert d.metres_per_s == 0


def test_standing_is_not_moving() -> None:
    rng = np.random.default_rng(0)
    boxes = np.tile([100.0, 60, 24, 40], (30, 1)) + rng.uniform(-1, 1, (30, 4))
    d = told(boxes)
    assert not d.moving
    assert (d.direction, d.entry, d.exit) == (Direction.NONE, Edge.INSIDE, Edge.INSIDE)
    assert d.speed < 10


def test_a_single_picture_can_be_described() -> None:
    d = told(np.array([[1.0, 2, 3, 4]]))
    assert (d.speed, d.dwell_ms, d.moving) == (0.0, 0, False)


def test_time_counts_where_looks_are_uneven() -> None:
    rng = np.random.default_rng(1)
    seconds = np.cumsum(rng.uniform(0.02, 0.3, 80))
    places = np.stack([30 * seconds, 40 * seconds], 1)
    assert median_speed(places, seconds) == pytest.approx(50)


@given(arrays(np.float32, 11, elements=st.floats(0, 1e6, width=32)))
def test_confidence_is_a_share_that_grows_with_the_evidence(
    counts: np.ndarray[tuple[int], np.dtype[np.float32]],
) -> None:
    sure = colour_confidence(counts)
    assert 0 <= sure <= 1
    assert colour_confidence(counts * 4) >= sure - 1e-3


def street(
    horizon: float, rise: float, foot: float, n: int = 40
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Somebody who walks across at one row, all of it in the picture."""
    height = rise * (foot - horizon)
    x = np.linspace(50, 500, n)
    return np.stack([x, np.full(n, foot - height), np.full(n, 0.4 * height), np.full(n, height)], 1)


@pytest.mark.parametrize(("horizon", "rise"), [(50, 0.28), (-60, 0.2), (120, 0.5)])
def test_the_ground_is_learned_from_those_who_walk_on_it(horizon: float, rise: float) -> None:
    rng = np.random.default_rng(2)
    tracks = [
        street(horizon, rise * float(rng.uniform(0.93, 1.07)), foot)
        for foot in (170, 190, 220, 250, 280, 300, 330, 350)
    ]
    cars = [np.tile([200.0, 200, 120, 50], (30, 1)) + np.arange(30)[:, None] * [3, 0, 0, 0]]
    ground = Ground.learn(tracks + cars, SIZE)
    assert ground is not None
    assert abs(ground.horizon - horizon) < 25
    feet = np.array([200.0, 300.0])
    assert np.abs(ground.height(feet) / (rise * (feet - horizon)) - 1).max() < 0.12
    # Across the picture, metres follow from the stature alone.
    boxes = street(horizon, rise, 300)
    metres = float(np.ptp(ground.place(boxes)[:, 0]))
    true = 450 * STATURE_M / (rise * (300 - horizon))
    assert metres == pytest.approx(true, rel=0.15)


def test_no_scale_is_made_up() -> None:
    flat = [street(50, 0.28, foot) for foot in (300, 301, 302, 303, 304, 305)]
    assert Ground.learn(flat, SIZE) is None, "all on one row say nothing of the others"
    assert Ground.learn(flat[:2], SIZE) is None
    rng = np.random.default_rng(3)
    any_size = [
        np.tile([200.0, foot - h, 0.4 * h, h], (20, 1))
        for foot, h in zip(rng.uniform(150, 350, 12), rng.uniform(20, 140, 12), strict=True)
    ]
    assert Ground.learn(any_size, SIZE) is None, "heights that follow no ground"
