import itertools
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import VaultDamaged
from scelle.footage.index import PacketIndex, looks, segments

BASE = Fraction(1, 1000)


def index_of(
    times: npt.NDArray[np.int64],
    keys: npt.NDArray[np.bool_],
    discardable: npt.NDArray[np.bool_],
) -> PacketIndex:
    n = len(times)
    return PacketIndex(
        time_base=BASE,
        end_pts=int(times.max()) + 1,
        pts=times,
        dts=np.arange(n, dtype=np.int64),
        size=np.ones(n, np.int32),
        keyframe=keys,
        discardable=discardable & ~keys,
        corrupt=np.zeros(n, np.bool_),
        shows=np.ones(n, np.bool_),
    )


@st.composite
def indexes(draw: st.DrawFn) -> PacketIndex:
    n = draw(st.integers(1, 120))
    gaps = draw(st.lists(st.integers(1, 300), min_size=n, max_size=n))
    keys = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), np.bool_)
    keys[0] = True
    discardable = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), np.bool_)
    times = np.cumsum(gaps).astype(np.int64) + draw(st.integers(-5000, 5000))
    # Pictures stored out of order: within a group, as coders do.
    order = np.arange(n)
    for a, b in zip(np.flatnonzero(keys), [*np.flatnonzero(keys)[1:], n], strict=True):
        order[a + 1 : b] = draw(st.permutations(range(a + 1, b)))
    return index_of(times[order], keys[order], discardable[order])


@given(indexes())
def test_an_index_comes_back_from_its_bytes(index: PacketIndex) -> None:
    data = index.to_bytes()
    again = PacketIndex.from_bytes(data)
    assert again.to_bytes() == data
    assert np.array_equal(again.pts, index.pts)
    assert again.time_base == index.time_base
    for wrong in (data[:-1], data + b"\0", b"x" + data, b""):
        with pytest.raises(VaultDamaged):
            PacketIndex.from_bytes(wrong)


@given(indexes())
def test_rank_is_presentation_order(index: PacketIndex) -> None:
    assert sorted(index.rank) == list(range(index.frames_expected))
    assert (np.diff(index.times) >= 0).all()
    assert np.array_equal(index.times[index.rank], index.pts)


@given(indexes(), st.integers(1, 5))
def test_segments_partition_the_recording_at_entries(index: PacketIndex, target: int) -> None:
    spans = segments(index, target)
    assert spans[0][0] == index.times[0]
    assert spans[-1][1] == index.times[-1] + 1
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert [n for *_, n in spans] == [len(index.span(a, b)) for a, b, _ in spans]
    assert sum(n for *_, n in spans) == index.frames_expected
    entries = set(index.pts[index.entries].tolist())
    assert all(start in entries for start, *_ in spans[1:])
    for start, end, _ in spans[:-1]:
        # The cut is the first entry at or after the next multiple since the start.
        first = int(index.times[0])
        multiple = first + ((start - first) // (target * 1000) + 1) * target * 1000
        assert end == min(e for e in entries if e >= multiple)


@given(indexes())
def test_all_packets_of_a_segment_lie_between_its_entry_and_the_next_but_leading_ones(
    index: PacketIndex,
) -> None:
    for start, end, _ in segments(index, 1)[1:]:
        rows = index.span(start, end)
        assert rows.min() == index.entry_before(start)


@given(indexes())
def test_looks_are_close_enough_and_what_is_left_out_is_needed_by_none(index: PacketIndex) -> None:
    chosen = looks(index)
    times, limit = index.times, 125
    assert (np.diff(chosen.ranks) > 0).all()
    assert times[chosen.ranks[0]] - times[0] <= limit or chosen.ranks[0] == 0
    assert times[-1] - times[chosen.ranks[-1]] <= limit or chosen.ranks[-1] == len(times) - 1
    for here, there in itertools.pairwise(chosen.ranks):
        # Close enough; where the stream is slower, the very next.
        assert times[there] - times[here] <= limit or there == here + 1
    assert not (chosen.skip & ~index.discardable).any()
    looked_at = index.order[chosen.ranks]
    assert not chosen.skip[looked_at].any()
    assert (
        chosen.skip | ~index.discardable | np.isin(np.arange(len(chosen.skip)), looked_at)
    ).all()


@given(indexes())
def test_a_picture_that_only_a_look_needs_is_decoded_for_want_of_another(
    index: PacketIndex,
) -> None:
    chosen = looks(index)
    times, free = index.times, ~index.discardable[index.order]
    for here, there in itertools.pairwise(chosen.ranks):
        between = slice(here + 1, np.searchsorted(times, times[here] + 125, "right"))
        if not free[there]:
            assert not free[between].any()


def test_pictures_that_no_other_needs_are_left_out_one_by_one() -> None:
    times = np.arange(0, 4000, 40, dtype=np.int64)
    keys = np.arange(100) % 50 == 0
    third = np.arange(100) % 3 != 0
    found = looks(index_of(times, keys, third))
    needed = np.flatnonzero(~third | keys)
    assert found.ranks.tolist() == list(range(0, 100, 3))
    assert np.flatnonzero(~found.skip).tolist() == needed.tolist()
    long_gap = third | ((np.arange(100) > 60) & (np.arange(100) < 66))
    found = looks(index_of(times, keys, long_gap))
    assert found.ranks[found.ranks > 57].tolist()[:4] == [60, 63, 66, 69]
    assert np.flatnonzero(~found.skip).tolist() == needed.tolist()


def test_a_second_field_goes_with_the_first() -> None:
    times = np.repeat(np.arange(0, 400, 40, dtype=np.int64), 2)
    no = np.zeros(20, np.bool_)
    keys = np.arange(20) == 0
    discardable = np.arange(20) // 2 % 2 == 1
    shows = np.arange(20) % 2 == 0
    index = PacketIndex(
        BASE, 400, times, times.copy(), np.ones(20, np.int32), keys, discardable, no, shows
    )
    skip = looks(index).skip
    assert skip.any()
    assert (skip[::2] == skip[1::2]).all()
