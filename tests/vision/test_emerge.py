from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scelle.vision.emerge import EmergeSettings, emerged
from scelle.vision.join import merged_rows
from scelle.vision.tracklet import Tracklet

BASE = Fraction(1, 1000)
SETTINGS = EmergeSettings()


def piece(
    first: int, last: int, left: float, speed: float, *, alone: int = 99, colour: int = 8
) -> Tracklet:
    """From look to look, eight a second; a region of its own until look ``alone``."""
    looks = list(range(first, last + 1))
    counts = np.zeros(22)
    counts[[colour, 11 + colour]] = 500
    return Tracklet(
        look=looks,
        frame=[3 * k for k in looks],
        pts=[125 * k for k in looks],
        boxes=[np.array([left + speed * (k - first), 60.0, 20.0, 50.0]) for k in looks],
        source=[(0, k) for k in looks],
        whole=[k < alone for k in looks],
        colour=counts,
    )


# Into the group at look 16, followed in it until look 30, where another comes out at look 24.
WENT_IN = piece(0, 30, 20, 5, alone=16)
CAME_OUT = piece(24, 48, 160, 5)


def test_who_came_out_of_a_group_is_who_was_never_alone_again() -> None:
    (chain,) = emerged([[WENT_IN], [CAME_OUT]], BASE)
    rows, boxes = merged_rows(chain)
    assert [chain[p].look[r] for p, r in rows] == list(range(49))
    assert boxes[23].tolist() == WENT_IN.boxes[23].tolist()
    assert boxes[24].tolist() == CAME_OUT.boxes[0].tolist(), "what was followed inside is dropped"
    assert WENT_IN.look[-1] == 30, "the pieces that were given stay as they are"


def far(t: Tracklet) -> Tracklet:
    return replace(t, boxes=[b + np.array([70.0, 0, 0, 0]) for b in t.boxes])


def small(t: Tracklet) -> Tracklet:
    return replace(t, boxes=[b * np.array([1, 1, 0.5, 0.5]) for b in t.boxes])


def other_clothes(t: Tracklet) -> Tracklet:
    return replace(t, colour=np.roll(t.colour, 1))


def late(t: Tracklet) -> Tracklet:
    wait = round(8 * (SETTINGS.after_s + 1))
    return piece(30 + wait, 60 + wait, 160, 5)


@pytest.mark.parametrize("another", [far, small, other_clothes, late])
def test_who_is_another_begins_anew(another: Callable[[Tracklet], Tracklet]) -> None:
    chains = [[WENT_IN], [another(CAME_OUT)]]
    assert emerged(chains, BASE) == chains


def test_who_was_alone_afterwards_is_another() -> None:
    seen_again = replace(WENT_IN, whole=[*WENT_IN.whole[:-1], True])
    assert emerged([[seen_again], [CAME_OUT]], BASE) == [[seen_again], [CAME_OUT]]


def test_who_was_alone_to_the_end_left_no_group() -> None:
    chains = [[piece(0, 30, 20, 5)], [piece(34, 60, 190, 5)]]
    assert emerged(chains, BASE) == chains


def test_of_two_who_went_in_the_one_in_such_clothes_came_out() -> None:
    other = piece(1, 31, 22, 5, alone=16)
    other.colour = 0.9 * WENT_IN.colour + 0.1 * piece(0, 1, 0, 0, colour=3).colour
    chains = [[WENT_IN], [other], [CAME_OUT]]
    first, second = emerged(chains, BASE)
    assert first[-1] is CAME_OUT
    assert second == [other]
    changed = replace(CAME_OUT, colour=other.colour)
    first, second = emerged([[WENT_IN], [other], [changed]], BASE)
    assert first == [WENT_IN]
    assert second[-1] is changed


def test_one_may_leave_two_groups_one_after_the_other() -> None:
    between = piece(24, 60, 160, 2, alone=40)
    last = piece(50, 90, 210, 2)
    (chain,) = emerged([[WENT_IN], [between], [last]], BASE)
    rows, _ = merged_rows(chain)
    assert [chain[p].look[r] for p, r in rows] == list(range(91))
