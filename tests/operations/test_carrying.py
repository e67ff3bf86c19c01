from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.geometry import Direction
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.operations.carrying import KEPT, carried, kept, under_numbers
from scelle.store.tracks import track_bytes, tracks_digest
from scelle.vision.sourced import Sourced

BASE = Fraction(1, 1000)
DESCRIPTION = Description(
    moving=True, colours=(), upper=(), lower=(), width=20, height=40,
    direction=Direction.RIGHT, speed=100, dwell_ms=1900,
)  # fmt: skip


def walker(number: int, lane: int, first: int = 0, last: int = 30) -> Track:
    """Somebody on a lane of his own, seen from one look to another."""
    pts = np.arange(first, last, dtype=np.int64) * 100
    boxes = np.stack([pts / 10, *(np.full(len(pts), v) for v in (60.0 * lane, 20, 40))], 1)
    return Track(
        f"e-{number}", "e", number, ObjectClass.PERSON, 0.5, "seen", BASE,
        pts // 100, pts, boxes.astype(np.float32), np.ones(len(pts), np.bool_), DESCRIPTION,
    )  # fmt: skip


def sourced(track: Track) -> Sourced:
    return Sourced(track, np.zeros((len(track.pts), 2), np.int64))


def lanes(tracks: list[Track]) -> dict[str, int]:
    return {t.id: round(float(t.boxes[0, 1]) / 60) for t in tracks}


@given(
    before=st.lists(st.integers(0, 12), unique=True, max_size=8),
    after=st.lists(st.integers(0, 12), unique=True, max_size=8),
    ends=st.tuples(st.integers(0, 10), st.integers(20, 30)),
    decided=st.sets(st.integers(1, 8)),
)
def test_an_id_is_one_objects_and_none_that_was_decided_about_is_lost(
    before: list[int], after: list[int], ends: tuple[int, int], decided: set[int]
) -> None:
    old = [walker(n, lane, *ends) for n, lane in enumerate(before, 1)]
    new = [sourced(walker(n, lane)) for n, lane in enumerate(after, 1)]
    said = {f"e-{n}" for n in decided}
    made = carried(old, new)
    rest = kept(old, made, said)
    now = [*(s.track for s in made), *rest]
    assert len({t.id for t in now}) == len(now)
    assert all(t.id == f"e-{t.number}" for t in now)
    assert sorted(lanes([s.track for s in made]).values()) == sorted(after)
    where = lanes(now)
    for track, lane in zip(old, before, strict=True):
        if lane in after or track.id in said:
            assert where[track.id] == lane
        else:
            assert track.id not in where
    assert {t.id for t in rest} == {
        f"e-{n}" for n, lane in enumerate(before, 1) if lane not in after and n in decided
    }


def test_the_same_again_has_the_same_numbers() -> None:
    tracks = [walker(n, n) for n in range(1, 5)]
    assert tracks_digest(under_numbers(tracks, tracks)) == tracks_digest(tracks)


def test_what_was_not_found_again_says_so_once() -> None:
    (one,) = kept([walker(1, 1)], [], {"e-1"})
    assert one.why == f"{KEPT}seen"
    (again,) = kept([one], [], {"e-1"})
    assert again is one


@pytest.mark.parametrize(("last", "taken"), [(30, False), (24, True), (10, True)])
def test_a_lifted_concealment_does_not_go_on_to_who_comes_after(last: int, taken: bool) -> None:
    old = [walker(1, 3, 0, 20)]
    (made,) = carried(old, [sourced(walker(1, 3, 0, last))], {"e-1"})
    assert (made.track.id == "e-1") == taken
    assert [t.id for t in kept(old, [made], {"e-1"})] == ([] if taken else ["e-1"])
    (made,) = carried(old, [sourced(walker(1, 3, 0, last))], {"e-2"})
    assert made.track.id == "e-1"


def test_the_longer_of_two_pieces_gives_its_number_to_the_whole() -> None:
    pieces = [walker(1, 3, 0, 10), walker(2, 3, 12, 30)]
    (whole,) = carried(pieces, [sourced(walker(1, 3))])
    assert whole.track.id == "e-2"
    assert track_bytes(replace(whole.track, id="e-1", number=1)) == track_bytes(walker(1, 3))
