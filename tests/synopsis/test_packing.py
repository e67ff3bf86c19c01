from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.packing import COARSE, Item, item, pack

SIZE = (128, 80)
FPS = Fraction(10)
BOXES = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 50), st.integers(1, 37), st.integers(1, 29)),
    min_size=1,
    max_size=12,
)


def tube(number: int, boxes: list[tuple[int, int, int, int]], start: int = 0) -> Occupancy:
    pts = start + np.arange(len(boxes), dtype=np.int64) * 100
    return Occupancy(f"x-{number}", Fraction(1, 1000), pts, np.array(boxes, np.int64)[:, None])


def held(it: Item, cell_area: int) -> set[tuple[int, int, int]]:
    """Bin, column and line of every cell that an item holds."""
    cell = round(cell_area**0.5)
    across = -(-SIZE[0] // (8 * cell))
    return {
        (b, (w % across) * 8 + i % 8, (w // across) * 8 + i // 8)
        for b, w, bits in zip(it.columns.tolist(), it.words.tolist(), it.bits.tolist(), strict=True)
        for i in range(64)
        if bits >> i & 1
    }


@given(BOXES)
def test_every_pixel_of_a_tube_lies_in_a_cell_it_holds(
    boxes: list[tuple[int, int, int, int]],
) -> None:
    packed = pack([tube(1, boxes)], SIZE, FPS)
    cell = round(packed.cell_area**0.5)
    needed = {
        (tick // packed.ticks_per_bin, i // cell, j // cell)
        for tick, (x, y, w, h) in enumerate(boxes)
        for i in range(x, x + w)
        for j in range(y, y + h)
    }
    assert needed <= held(item(packed, [0]), packed.cell_area)
    assert packed.area.tolist() == [w * h for _, _, w, h in boxes]


@given(BOXES, BOXES, st.integers(0, 2500), st.booleans())
def test_tubes_that_keep_their_distance_are_one_item(
    first: list[tuple[int, int, int, int]],
    second: list[tuple[int, int, int, int]],
    later: int,
    alone: bool,
) -> None:
    tubes = [tube(1, first), tube(2, second, later)]
    packed = pack(tubes, SIZE, FPS, [(0, 1)])
    it = item(packed, [1] if alone else [0, 1])
    cell = round(packed.cell_area**0.5)
    lags = dict(zip(it.tubes.tolist(), it.lag.tolist(), strict=True))
    if not alone:
        assert lags[1] - lags[0] == round(Fraction(later, 1000) * FPS)
    assert 0 <= min(lags.values()) < packed.ticks_per_bin, "it begins in its first bin"
    needed = {
        ((lags[number] + tick) // packed.ticks_per_bin, i // cell, j // cell)
        for number, boxes in enumerate((first, second))
        if number in lags
        for tick, (x, y, w, h) in enumerate(boxes)
        for i in (x, x + w - 1)
        for j in (y, y + h - 1)
    }
    found = held(it, packed.cell_area)
    assert needed <= found
    assert len(found) == it.cells, "no cell is held twice"
    assert max(b for b, _, _ in found) < it.bins
    coarse = {(b // COARSE, i, j) for b, i, j in found}
    assert len(coarse) == it.coarse_cells


def test_nothing_cannot_be_packed() -> None:
    with pytest.raises(ValueError, match="nothing"):
        pack([], SIZE, FPS)
