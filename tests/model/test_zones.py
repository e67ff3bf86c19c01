"""Where a marked zone is between the places that a person gave."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scelle.model.zones import Keyframe, Zone

SIDES = st.integers(-50, 2000)
SIZES = st.integers(1, 2000)
TIMES = st.lists(st.integers(-10_000, 10**8), min_size=1, max_size=6, unique=True).map(sorted)


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    keyframes = tuple(
        Keyframe(at, draw(SIDES), draw(SIDES), draw(SIZES), draw(SIZES)) for at in draw(TIMES)
    )
    return Zone("i", "z", "c", "e", keyframes, "", "a", datetime(2026, 3, 1, tzinfo=UTC), 1)


@given(zones(), st.data())
def test_it_holds_what_lies_between_and_hardly_more(zone: Zone, data: st.DataObject) -> None:
    first, last = zone.keyframes[0], zone.keyframes[-1]
    at = data.draw(st.integers(first.at_ms - 5, last.at_ms + 5))
    box = zone.box(at)
    moves = len(zone.keyframes) > 1
    if moves and not first.at_ms <= at <= last.at_ms:
        assert box is None
        assert not zone.near(at, at)
        return
    assert zone.near(at, at)
    assert box is not None
    a = max((k for k in zone.keyframes if k.at_ms <= at), default=first)
    b = min((k for k in zone.keyframes if k.at_ms >= at), default=a)
    share = Fraction(at - a.at_ms, b.at_ms - a.at_ms) if b.at_ms > a.at_ms else Fraction(0)
    left, top, wide, tall = (p + share * (q - p) for p, q in zip(a[1:], b[1:], strict=True))
    for low, high, start, size in ((box[0], box[2], left, wide), (box[1], box[3], top, tall)):
        assert low <= start
        assert high >= start + size
        assert high - low < size + 2


@given(zones())
def test_at_a_place_that_was_given_it_is_there_exactly(zone: Zone) -> None:
    for k in zone.keyframes:
        assert zone.box(k.at_ms) == (k.left, k.top, k.left + k.width, k.top + k.height)


@given(zones(), st.integers(-20_000, 10**8), st.fractions(0, 1))
def test_between_whole_milliseconds_it_is_what_it_is_in_both_and_all_between(
    zone: Zone, at: int, share: Fraction
) -> None:
    between = zone.box(at + share)
    ends = [box for box in (zone.box(at), zone.box(at + 1)) if box is not None]
    if 0 < share < 1:
        assert (between is None) == (not ends)
    for low in ends if between is not None and 0 < share < 1 else []:
        assert between is not None
        assert all(b <= n for b, n in zip(between[:2], low[:2], strict=True))
        assert all(b >= n for b, n in zip(between[2:], low[2:], strict=True))


@given(zones(), st.data())
def test_a_picture_on_which_a_place_was_given_is_concealed_there(
    zone: Zone, data: st.DataObject
) -> None:
    """The place is kept in whole milliseconds, and the picture is up to half of one away."""
    k = data.draw(st.sampled_from(zone.keyframes))
    box = zone.box(k.at_ms + data.draw(st.fractions(Fraction(-1, 2), Fraction(1, 2))))
    assert box is not None
    assert (box[0] <= k.left, box[1] <= k.top) == (True, True)
    assert (box[2] >= k.left + k.width, box[3] >= k.top + k.height) == (True, True)


def test_a_zone_that_was_taken_away_is_nowhere() -> None:
    zone = Zone("i", "z", "c", "e", (), "", "a", datetime(2026, 3, 1, tzinfo=UTC), 1)
    assert zone.box(0) is None
    assert not zone.near(-(10**9), 10**9)
