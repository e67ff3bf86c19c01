from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.footage.index import PacketIndex
from scelle.operations.triage import FARTHEST_S, Glance, bordering, worth_decoding
from scelle.vision.background import Look

BASE = Fraction(1, 1000)


def recording(
    groups: int, pictures: int, step_ms: int, sizes: np.ndarray | None = None
) -> PacketIndex:
    """Groups of one key picture and others that need it."""
    n = groups * pictures
    pts = np.arange(n, dtype=np.int64) * step_ms
    none = np.zeros(n, np.bool_)
    size = np.full(n, 100, np.int32) if sizes is None else sizes.astype(np.int32)
    key = np.arange(n) % pictures == 0
    return PacketIndex(
        BASE, int(pts[-1]) + step_ms, pts, pts.copy(), size, key, none, none, np.ones(n, np.bool_)
    )


@given(
    groups=st.integers(2, 30),
    pictures=st.integers(1, 20),
    step_ms=st.integers(20, 300),
    data=st.data(),
)
def test_spans_are_apart_begin_at_entries_and_hold_whatever_key_pictures_show(
    groups: int, pictures: int, step_ms: int, data: st.DataObject
) -> None:
    index = recording(groups, pictures, step_ms)
    at = index.times[::pictures]
    shows = np.array(data.draw(st.lists(st.booleans(), min_size=groups, max_size=groups)))
    first = data.draw(st.integers(0, groups - 1))
    start, end = int(at[first]), int(index.times[-1]) + 1
    spans = worth_decoding(index, start, end, at, shows)
    edges = [start, *(t for span in spans for t in span), end]
    assert edges == sorted(edges)
    assert all(a < b for a, b in spans)
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(spans))
    entries = set(index.pts[index.entries].tolist())
    assert all(a in entries for a, _ in spans)
    for k in range(first, groups):
        last = end if k + 1 == groups else int(at[k + 1])
        near = shows[k] or (k + 1 < groups and shows[k + 1])
        if near or last - at[k] > FARTHEST_S * 1000:
            assert any(a <= at[k] and last <= b for a, b in spans)


def test_where_nothing_shows_nothing_is_decoded() -> None:
    index = recording(10, 20, 100)
    at = index.times[::20]
    assert worth_decoding(index, 0, int(index.times[-1]) + 1, at, np.zeros(10, np.bool_)) == ()


def test_what_the_recorder_spent_more_on_is_decoded() -> None:
    """Somebody who comes and goes between two key pictures still has to be coded."""
    sizes = np.full(200, 100)
    sizes[100:120] = 180
    index = recording(10, 20, 100, sizes)
    at = index.times[::20]
    spans = worth_decoding(index, 0, int(index.times[-1]) + 1, at, np.zeros(10, np.bool_))
    assert len(spans) == 1
    assert spans[0][0] <= 10_000
    assert spans[0][1] >= 12_000
    assert spans[0][1] - spans[0][0] < 8_000


def test_without_a_glance_everything_is_decoded() -> None:
    index = recording(3, 5, 100)
    none = np.zeros(0, np.int64)
    assert worth_decoding(index, 0, 1401, none, none.astype(np.bool_)) == ((0, 1401),)


@given(
    pictures=st.integers(1, 20),
    shows=st.lists(st.booleans(), min_size=2, max_size=30),
    data=st.data(),
)
def test_glances_further_away_than_the_next_say_nothing(
    pictures: int, shows: list[bool], data: st.DataObject
) -> None:
    index = recording(len(shows), pictures, 100)
    keys = st.integers(0, len(shows) - 1)
    taken = sorted(data.draw(st.sets(keys, min_size=1)))
    first = data.draw(keys)
    low, high = first * pictures, (data.draw(st.integers(first, len(shows) - 1)) + 1) * pictures
    start, end = int(index.times[low]), int(index.times[high - 1]) + 1
    empty = Look(*(np.zeros((2, 2), np.uint8),) * 3)
    glances = [Glance(k * pictures, whole=shows[k], look=empty) for k in taken]
    near = bordering(glances, low, high)
    every, few = (
        worth_decoding(
            index,
            start,
            end,
            index.times[[g.frame for g in some]],
            np.array([g.whole for g in some], np.bool_),
        )
        for some in (glances, near)
    )
    assert few == every
    assert len(near) <= sum(low <= g.frame < high for g in glances) + 2
