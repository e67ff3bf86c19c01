"""Paths that are drawn, and whether a way follows them."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.geometry import Route

Points = tuple[tuple[float, float], ...]
coordinate = st.integers(0, 400).map(float)
point = st.tuples(coordinate, coordinate)
drawn = st.lists(point, min_size=2, max_size=6).map(tuple).filter(lambda p: len(set(p)) > 1)
ways = st.lists(point, min_size=1, max_size=12).map(tuple)
tolerances = st.integers(8, 120).map(float)


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """The discrete distance by its definition (Eiter and Mannila 1994), both from end to end."""
    far = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
    best = np.full(far.shape, math.inf)
    for i, j in np.ndindex(*far.shape):
        before = [best[i - 1, j]] * (i > 0) + [best[i, j - 1]] * (j > 0)
        before += [best[i - 1, j - 1]] * (i > 0 and j > 0)
        best[i, j] = max(far[i, j], min(before, default=0.0))
    return float(best[-1, -1])


@given(drawn, ways, tolerances)
def test_it_is_the_least_distance_of_any_part_of_the_way(
    points: Points, way: Points, tolerance: float
) -> None:
    along, gone = np.array(points), np.array(way)
    parts = [gone[i:j] for i in range(len(gone)) for j in range(i + 1, len(gone) + 1)]
    least = min(frechet(along, part) for part in parts)
    # Points in between bring the distance of the corners to that of the lines, never above it.
    followed = Route(points, tolerance).followed(way)
    assert followed or least > tolerance


@given(drawn, tolerances, st.integers(0, 359), st.floats(0, 0.99))
def test_what_is_near_enough_all_along_follows(
    points: Points, tolerance: float, degrees: int, share: float
) -> None:
    off = share * tolerance * np.array([math.cos(degrees), math.sin(degrees)])
    assert Route(points, tolerance).followed(np.array(points) + off)


@given(drawn, ways, ways, ways, tolerances)
def test_what_goes_before_and_after_takes_nothing_away(
    points: Points, way: Points, before: Points, after: Points, tolerance: float
) -> None:
    route = Route(points, tolerance)
    if route.followed(way):
        assert route.followed(before + way + after)
        assert Route(points, 2 * tolerance).followed(way)


@given(drawn, ways, tolerances, st.integers(2, 5))
def test_standing_still_does_not_count(
    points: Points, way: Points, tolerance: float, times: int
) -> None:
    route = Route(points, tolerance)
    assert route.followed(np.repeat(way, times, axis=0)) == route.followed(way)


@given(st.integers(60, 400), tolerances)
def test_the_other_direction_and_a_way_beside_do_not_follow(length: int, tolerance: float) -> None:
    ahead = np.array([(0.0, 0.0), (length * tolerance / 8, 0.0)])
    route = Route(tuple(map(tuple, ahead.tolist())), tolerance)
    assert route.followed(ahead)
    assert not route.followed(ahead[::-1])
    assert not route.followed(ahead + np.array([0, 1.01 * tolerance]))
    assert not route.followed(ahead * 0.5)


def test_there_and_back_is_no_way_straight_on() -> None:
    bent = Route(((0, 0), (100, 0), (100, 100)), 10)
    assert bent.followed([(0, 5), (95, 5), (95, 100)])
    assert not bent.followed([(0, 0), (100, 100)])
    assert not bent.followed([(100, 100), (100, 0), (0, 0)])
    # Who goes back on the way for longer than the tolerance leaves it.
    assert bent.followed([(0, 0), (60, 0), (55, 0), (100, 0), (100, 100)])
    assert not bent.followed([(0, 0), (60, 0), (20, 0), (100, 0), (100, 50)])


def test_what_goes_nowhere_is_no_path() -> None:
    for points, tolerance in ((((1, 1),), 2), (((1, 1), (1, 1)), 2), (((0, 0), (1, 1)), 0)):
        with pytest.raises(ValueError, match="needs"):
            Route(points, tolerance)
    assert Route.drawn(((0, 0), (300, 400))).tolerance == 50


@pytest.mark.parametrize(
    ("points", "follows"),
    [
        (tuple((float(10**6 * (i % 2)), float(i)) for i in range(100)), False),
        (((0.0, 0.0), (400.0, 0.0)), True),
    ],
    ids=["far out of the picture", "along the way"],
)
def test_no_path_takes_more_room_than_its_picture(points: Points, *, follows: bool) -> None:
    tracemalloc.start()
    try:
        assert Route(points, 1e-6).followed([(0, 0), (400, 0), (400, 300)]) is follows
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
