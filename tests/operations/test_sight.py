"""Where somebody is concealed at moments at which the analysis did not see them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.geometry import Direction
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.operations.sight import Hidden, ObjectPath, Sight
from scelle.vision.masking import blank_boxes

BASE = Fraction(1, 1000)
LOOK = 125  # milliseconds


def path(boxes: Sequence[tuple[float, ...]], observed: list[bool] | None = None) -> ObjectPath:
    """Somebody looked at eight times a second from second 10 on."""
    n = len(boxes)
    told = Description(True, (), (), (), 40.0, 100.0, Direction.RIGHT, 0.0, LOOK * n)
    pts = 10_000 + LOOK * np.arange(n, dtype=np.int64)
    track = Track(
        "e-1", "e", 1, ObjectClass.PERSON, 0.9, "", BASE, np.arange(n), pts,
        np.array(boxes, np.float32), np.array(observed or [True] * n, np.bool_), told,
    )  # fmt: skip
    return ObjectPath(track)


def covers(boxes: Sequence[tuple[float, ...]], box: tuple[float, ...]) -> bool:
    """Whether one of the boxes has the head of another in its own."""
    return any(
        abs(left - box[0]) < 0.1 * box[2] and abs(top - box[1]) < 0.1 * box[3]
        for left, top, _, _ in boxes
    )


@given(st.integers(-900, 900), st.integers(-500, 500), st.integers(-400, 400), st.integers(1, 4))
def test_who_passes_at_any_speed_is_concealed_before_and_after_being_seen(
    across: int, down: int, before_ms: int, rows: int
) -> None:
    def at(ms: int) -> tuple[float, ...]:
        return 600 + across * ms / 1000, 300 + down * ms / 1000, 40.0, 100.0

    boxes = [at(LOOK * i) for i in range(rows + 1)]
    ms = before_ms if before_ms < 0 else LOOK * rows + before_ms
    assert covers(path(boxes).boxes(10_000 + ms), at(ms))


def test_who_comes_nearer_is_concealed_as_large_as_they_must_be() -> None:
    boxes = [(100.0 - 8 * i, 50.0, 40.0 + 16 * i, 100.0 + 40 * i) for i in range(4)]
    assert (68.0, 50.0, 104.0, 260.0) in path(boxes).boxes(10_000 + 4 * LOOK)
    # Back in time it was smaller, and where it would be nothing it is not.
    assert (108.0, 50.0, 24.0, 60.0) in path(boxes).boxes(10_000 - LOOK)
    assert path(boxes).boxes(10_000 - 3 * LOOK)[0] == boxes[0]


def test_whose_head_is_lost_for_a_moment_is_concealed_as_tall_as_they_are() -> None:
    whole, legs = (100.0, 50.0, 40.0, 100.0), (100.0, 90.0, 40.0, 60.0)
    walker = path([whole] * 8 + [legs] * 20 + [whole] * 8)
    for ms in range(8 * LOOK, 27 * LOOK, 40):
        assert whole in walker.boxes(10_000 + ms)
    # Nobody is twice as tall as they were, and who bends is concealed where the box is.
    both = path([(100.0, 20.0, 40.0, 130.0)] * 4 + [(100.0, 110.0, 40.0, 40.0)] * 4)
    assert (100.0, 70.0, 40.0, 80.0) in both.boxes(10_000 + 5 * LOOK)
    assert (100.0, 110.0, 40.0, 40.0) in both.boxes(10_000 + 5 * LOOK)


def test_the_ends_of_a_vehicle_of_which_a_part_was_seen_are_concealed() -> None:
    whole = [(100.0 - 40 * i, 50.0, 200.0, 80.0) for i in range(4, 10)]
    rear = [(left + 100, top, 100.0, height) for left, top, _, height in whole]
    car = path(rear[:3] + whole[3:])
    assert any(left <= 100 - 4 * 40 for left, *_ in car.boxes(10_000))
    # Who walks is not concealed as wide as their longest step.
    walker = path([(10.0 * i, 50.0, 40.0 + 20 * (i % 2), 100.0) for i in range(8)])
    assert len(walker.boxes(10_000)) == 1


@pytest.mark.parametrize("stood", ["at the beginning", "at the end"])
def test_who_was_not_seen_for_seconds_is_concealed_where_they_may_have_stood(stood: str) -> None:
    start, stop = (100.0, 50.0, 40.0, 100.0), (300.0, 50.0, 40.0, 100.0)
    way = np.linspace(start, stop, 24).tolist()
    lost = path([start, *way, stop], [True, *[False] * 24, True])
    where = start if stood == "at the beginning" else stop
    for ms in range(LOOK, 25 * LOOK, 40):
        assert covers(lost.boxes(10_000 + ms), where)


sides = st.tuples(*(st.integers(low, 900) for low in (-99, -99, 1, 1)))


@given(st.lists(sides, min_size=1, max_size=5), st.integers(-500, 500 + 4 * LOOK))
def test_between_two_looks_somebody_is_on_the_straight_way_and_beside_them_at_the_nearest(
    boxes: list[tuple[float, ...]], ms: int
) -> None:
    somebody = path(boxes)
    for box in somebody.boxes(10_000 + ms)[:1]:
        way = [np.interp(10_000 + ms, somebody.track.pts, side) for side in np.transpose(boxes)]
        assert box == pytest.approx(way)


def test_who_is_seen_all_along_is_concealed_once() -> None:
    walks = path([(10.0 * i, 50.0, 40.0, 100.0) for i in range(9)])
    for ms in range(0, 8 * LOOK + 1, 20):
        ((left, *rest),) = walks.boxes(10_000 + ms)
        assert left == pytest.approx(10 * ms / LOOK)
        assert rest == [50, 40, 100]
    assert walks.boxes(9_400) == walks.boxes(11_600) == []


def test_shapes_are_measured_where_pixels_are_not_square() -> None:
    walker = path([(20.0, 20.0, 60.0, 60.0)]).track
    concealed = []
    for shape in (Fraction(1), Fraction(24, 11)):
        exhibit: Any = SimpleNamespace(turned=False, pixel_shape=shape)
        index: Any = SimpleNamespace(time_base=BASE)
        sight = Sight(exhibit, None, index, np.zeros(1, np.int64), Hidden([walker]), ())
        picture = np.zeros((200, 200, 3), np.uint8)
        sight.hide([picture], 10_000, blank_boxes)
        concealed.append(int((picture == 128).all(axis=2).sum()))
    assert concealed[0] < 0.8 * concealed[1]
