from __future__ import annotations

from fractions import Fraction

import numpy as np

from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.relations import LONGEST, meetings


def path(number: int, start_s: float, xs: np.ndarray, y: int = 100) -> Occupancy:
    """Somebody 40 pixels wide, ten pictures a second."""
    n = len(xs)
    parts = np.stack([xs, np.full(n, y), np.full(n, 40), np.full(n, 100)], axis=1)
    pts = round(start_s * 10) + np.arange(n, dtype=np.int64)
    return Occupancy(f"x-{number}", Fraction(1, 10), pts, parts[:, None].astype(np.int64))


WALK = 100 + 6 * np.arange(80)


def test_two_who_walk_side_by_side_met() -> None:
    tubes = [path(1, 3, WALK), path(2, 3.4, WALK + 30), path(3, 60, WALK)]
    assert meetings(tubes) == ((0, 1),)


def test_passing_each_other_is_no_meeting() -> None:
    assert meetings([path(1, 0, WALK), path(2, 0, WALK[::-1])]) == ()


def test_one_behind_the_other_in_depth_did_not_meet() -> None:
    assert meetings([path(1, 0, WALK, 100), path(2, 0, WALK, 300)]) == ()


def test_who_may_be_grouped_can_be_limited() -> None:
    tubes = [path(1, 0, WALK), path(2, 0, WALK + 20), path(3, 0, WALK + 40)]
    assert meetings(tubes) == ((0, 1, 2),)
    assert meetings(tubes, among=[0, 2]) == ((0, 2),)
    assert meetings(tubes, among=[1]) == ()


def test_a_chain_of_meetings_does_not_bind_a_whole_day() -> None:
    # Each stands beside the one before for half of the time, all day long.
    tubes = [path(i, 10 * i, np.full(200, 100 + 20 * (i % 2))) for i in range(12)]
    groups = meetings(tubes)
    assert groups
    for group in groups:
        begin = min(tubes[i].start for i in group)
        end = max(int(tubes[i].pts[-1]) * tubes[i].time_base for i in group)
        assert end - begin <= LONGEST * Fraction(199, 10)


def test_nobody_met_nobody() -> None:
    assert meetings([]) == ()
