from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.synopsis import Stays
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.stays import FASTER, SHOWN, TOLD, shorten


def waiting(before: int, stay: int, after: int, start: int = 400) -> Occupancy:
    """Ten pictures a second: somebody comes, stands, and goes."""
    x = np.concatenate(
        [
            np.arange(before) * 20,
            np.full(stay, before * 20),
            before * 20 + np.arange(1, after + 1) * 20,
        ]
    )
    parts = np.stack([x, np.full_like(x, 50), *(np.full_like(x, 40),) * 2], axis=1)
    pts = start + np.arange(len(x), dtype=np.int64)
    return Occupancy("x-1", Fraction(1, 10), pts, parts[:, None].astype(np.int64))


def test_a_long_stay_is_cut_but_for_its_ends() -> None:
    tube = waiting(20, 300, 20)
    cut = shorten(tube, Stays.CUT)
    lasts = int(cut.pts[-1] - cut.pts[0])
    assert 40 + 2 * SHOWN * 10 - 3 <= lasts <= 40 + 2 * SHOWN * 10 + 3
    assert cut.start == tube.start
    gone = np.diff(cut.pictures) > 1
    assert gone.sum() == 1
    after = int(np.flatnonzero(gone)[0]) + 1
    told = cut.pts[cut.marked] - cut.pts[after]
    assert told.max() >= TOLD * 10, "long enough to be noticed"
    assert cut.marked[after:].sum() == 1 + TOLD * 10
    assert not cut.marked[: after - 1].any()
    assert not cut.marked[-20:].any()


def test_a_long_stay_plays_fast_and_is_marked() -> None:
    tube = waiting(20, 300, 20)
    fast = shorten(tube, Stays.FAST)
    own = 40 + 2 * SHOWN * 10
    assert own + 270 / FASTER - 3 <= int(fast.pts[-1] - fast.pts[0]) <= own + 270 / FASTER + 5
    assert fast.marked[len(fast.marked) // 2]
    assert not fast.marked[-33:].any(), "at its own speed again"


def test_short_stays_and_walks_are_left_alone() -> None:
    for tube in (waiting(20, 30, 20), waiting(0, 1, 60)):
        for stays in Stays:
            assert shorten(tube, stays) is tube


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 300)), min_size=1, max_size=12),
    st.sampled_from([Stays.FAST, Stays.CUT]),
)
def test_what_is_shown_is_in_order_and_keeps_its_ends(
    walks: list[tuple[int, int]], stays: Stays
) -> None:
    x = np.concatenate([np.full(n, step * i) for i, (step, n) in enumerate(walks)])
    parts = np.stack([x, np.full_like(x, 9), *(np.full_like(x, 30),) * 2], axis=1)
    pts = 7 + np.arange(len(x), dtype=np.int64)
    tube = Occupancy("x-1", Fraction(1, 10), pts, parts[:, None].astype(np.int64))
    short = shorten(tube, stays)
    assert short.pts[0] == tube.pts[0]
    assert (np.diff(short.pts) > 0).all()
    assert (np.diff(short.pictures) > 0).all()
    assert (short.pictures[0], short.pictures[-1]) == (0, len(x) - 1)
    assert short.pts[-1] <= tube.pts[-1]
    assert (short.parts == tube.parts[short.pictures]).all()
    if not short.marked.any():
        assert len(short.pts) == len(x)
