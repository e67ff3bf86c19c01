from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.packing import Item, Packed, item, pack
from scelle.synopsis.settling import Settling, few

SIZE = (40, 30)
FPS = Fraction(10)


def tube(number: int, boxes: list[list[tuple[int, int, int, int]]]) -> Occupancy:
    """Ten pictures a second, of some rectangles each."""
    pts = 300 * number + 100 * np.arange(len(boxes), dtype=np.int64)
    return Occupancy(f"x-{number}", Fraction(1, 1000), pts, np.array(boxes, np.int64))


BOX = st.tuples(st.integers(0, 29), st.integers(0, 19), st.integers(0, 10), st.integers(1, 10))


@st.composite
def some(draw: st.DrawFn) -> list[Occupancy]:
    parts = draw(st.integers(1, 2))
    each = st.lists(
        st.lists(BOX, min_size=parts, max_size=parts).filter(apart), min_size=1, max_size=6
    )
    return [tube(i, boxes) for i, boxes in enumerate(draw(st.lists(each, min_size=2, max_size=4)))]


def apart(boxes: list[tuple[int, int, int, int]]) -> bool:
    return all(int(painted([b]).sum()) == b[2] * b[3] for b in boxes) and int(
        painted(boxes).sum()
    ) == sum(b[2] * b[3] for b in boxes)


def painted(boxes: list[tuple[int, int, int, int]]) -> np.ndarray:
    layer = np.zeros((SIZE[1], SIZE[0]), np.bool_)
    for left, top, width, height in boxes:
        layer[top : top + height, left : left + width] = True
    return layer


def ready(tubes: list[Occupancy], *, alone: int) -> tuple[Packed, list[Item]]:
    """So many items of one tube each, and one of all others."""
    groups = [range(alone, len(tubes))] if alone < len(tubes) else []
    packed = pack(tubes, SIZE, FPS, groups)
    return packed, [item(packed, together) for together in (*([i] for i in range(alone)), *groups)]


@settings(max_examples=25, deadline=None)
@given(some(), st.integers(1, 4), st.booleans(), st.data())
def test_what_two_share_is_counted_to_the_pixel(
    tubes: list[Occupancy], alone: int, turned: bool, data: st.DataObject
) -> None:
    packed, items = ready(tubes, alone=min(alone, len(tubes)))
    items = items[::-1] if turned else items
    starts = np.array([data.draw(st.integers(0, 25)) for _ in items])
    expected = 0
    for i, one in enumerate(items):
        for j, two in enumerate(items):
            for a, lag_a in zip(one.tubes, one.lag, strict=True):
                for b, lag_b in zip(two.tubes, two.lag, strict=True):
                    if i == j:
                        continue
                    for tick in range(70):
                        p, q = tick - starts[i] - lag_a, tick - starts[j] - lag_b
                        if 0 <= p < packed.ticks[a] and 0 <= q < packed.ticks[b]:
                            both = painted(tubes[a].parts[p].tolist())
                            both &= painted(tubes[b].parts[q].tolist())
                            expected += int(both.sum())
    assert Settling(packed, items, 70).collided(starts) == expected


def square(number: int, left: int, pictures: int) -> Occupancy:
    """Ten pixels wide, and stands there."""
    return tube(number, [[(left, 0, 10, 10)]] * pictures)


def test_those_that_share_a_cell_but_no_pixel_play_together() -> None:
    packed, items = ready([square(0, 0, 9), square(1, 11, 9)], alone=2)
    settling = Settling(packed, items, 18)
    assert settling.chronological().tolist() == [0, 0]
    assert settling.shortened(np.array([0, 9]), 0, 3000).tolist() == [0, 0]


def test_what_stands_in_the_same_place_follows_each_other_to_the_tick() -> None:
    packed, items = ready([square(i, 0, n) for i, n in enumerate((3, 5, 7))], alone=3)
    settling = Settling(packed, items, 40)
    assert settling.chronological().tolist() == [0, 3, 8]
    loose = settling.shortened(np.array([0, 4, 20]), 0, 3000)
    assert settling.length(loose) == 15
    assert settling.collided(loose) == 0
    some_collide = settling.shortened(np.array([0, 4, 20]), 2 * 4 * 100, 3000)
    assert settling.collided(some_collide) <= 800
    assert settling.length(some_collide) == 11, "four pictures of two tubes may lie in each other"


def test_pairs_that_stay_in_each_others_way_weigh_more_until_they_part() -> None:
    # The last shares pixels with all others; no move of one alone leads from 16 ticks to 14.
    tubes = [square(i, left, n) for i, (left, n) in enumerate(((0, 2), (12, 2), (12, 4), (5, 8)))]
    packed, items = ready(tubes, alone=4)
    settling = Settling(packed, items, 16)
    tight = settling.shortened(np.array([0, 2, 4, 8]), 0, 3000)
    assert settling.length(tight) == 14
    assert settling.collided(tight) == 0


def test_few_are_bounded_in_number_and_in_pictures() -> None:
    many = [square(i, 0, 4) for i in range(17)]
    packed = pack(many, SIZE, FPS)
    assert few(packed, range(16))
    assert not few(packed, range(17))
    long = pack([square(0, 0, 2000), square(1, 0, 49)], SIZE, FPS)
    assert not few(long, [0, 1])
    assert few(long, [0])
