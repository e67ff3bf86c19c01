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
        # A millionth of a pixel is what floats may cost.
        assert low <= start + Fraction(1, 10**6)
        assert high >= start + size - Fraction(1, 10**6)
        assert high - low < size + 2 + Fraction(1, 10**6)


@given(zones())
def test_at_a_place_that_was_given_it_is_there_exactly(zone: Zone) -> None:
    for k in zone.keyframes:
        assert zone.box(k.at_ms) == (k.left, k.top, k.left + k.width, k.top + k.height)


def test_a_zone_that_was_taken_away_is_nowhere() -> None:
    zone = Zone("i", "z", "c", "e", (), "", "a", datetime(2026, 3, 1, tzinfo=UTC), 1)
    assert zone.box(0) is None
    assert not zone.near(-(10**9), 10**9)
