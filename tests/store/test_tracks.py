from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from scelle.errors import Damaged
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, Description, ObjectClass, Track, TrackQuery
from scelle.store.tracks import TrackStore, track_bytes, track_from_bytes, tracks_digest

shares = st.lists(
    st.tuples(st.sampled_from(Colour), st.floats(0, 1)), max_size=3, unique_by=lambda c: c[0]
).map(tuple)


@st.composite
def tracks(draw: st.DrawFn, exhibit_id: str = "e", number: int = 1) -> Track:
    n = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    frame = np.cumsum(rng.integers(1, 5, n)).astype(np.int64)
    boxes = rng.uniform(1, 500, (n, 4)).astype(np.float32)
    pts = frame * 512
    dwell = round(int(pts[-1] - pts[0]) * Fraction(1, 12800) * 1000)
    return Track(
        id=f"{exhibit_id}-{number}",
        exhibit_id=exhibit_id,
        number=number,
        object_class=draw(st.sampled_from(ObjectClass)),
        confidence=draw(st.floats(0, 1)),
        why=draw(st.text(max_size=20)),
        time_base=Fraction(1, 12800),
        frame=frame,
        pts=pts,
        boxes=boxes,
        observed=rng.random(n) < 0.5,
        description=Description(
            moving=draw(st.booleans()),
            colours=draw(shares),
            upper=draw(shares),
            lower=draw(shares),
            width=float(np.median(boxes[:, 2])),
            height=draw(st.integers(1, 20)) * 10.0,
            direction=draw(st.sampled_from(Direction)),
            speed=draw(st.floats(0, 1000)),
            dwell_ms=dwell,
            metres_per_s=draw(st.sampled_from((0.0, 0.5, 1.5))),
        ),
    )


@given(tracks())
def test_a_track_comes_back_from_its_bytes(track: Track) -> None:
    data = track_bytes(track)
    again = track_from_bytes(data)
    assert track_bytes(again) == data
    assert again.description == track.description
    assert np.array_equal(again.boxes, track.boxes)
    assert (str(again.boxes.dtype), str(again.pts.dtype)) == ("float32", "int64")
    for wrong in (data[:-1], data + b"\0", b"{}\n", b""):
        with pytest.raises(Damaged):
            track_from_bytes(wrong)


@given(tracks(), tracks())
def test_the_digest_tells_tracks_apart(a: Track, b: Track) -> None:
    same = track_bytes(a) == track_bytes(b)
    assert (tracks_digest([a]) == tracks_digest([b])) == same
    assert tracks_digest([a, b]) != tracks_digest([a])


queries = st.builds(
    TrackQuery,
    start_ms=st.none() | st.integers(0, 2000),
    end_ms=st.none() | st.integers(0, 2000),
    object_class=st.none() | st.sampled_from(ObjectClass),
    colour=st.none() | st.sampled_from(Colour),
    direction=st.none() | st.sampled_from(Direction),
    moving=st.none() | st.booleans(),
    min_height=st.none() | st.integers(1, 20).map(lambda h: h * 10.0),
    max_height=st.none() | st.integers(1, 20).map(lambda h: h * 10.0),
    min_dwell_ms=st.none() | st.integers(0, 2000),
    max_dwell_ms=st.none() | st.integers(0, 2000),
    min_speed=st.none() | st.sampled_from((0.0, 0.5, 1.0)),
    max_speed=st.none() | st.sampled_from((0.0, 0.5, 1.0)),
)


@pytest.fixture
def store(engine: Engine, exhibit: Callable[[str], Exhibit]) -> TrackStore:
    for name in ("e", "f"):
        exhibit(name)
    return TrackStore(engine)


def test_a_search_finds_what_a_look_at_every_track_finds(store: TrackStore) -> None:
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        kept = [data.draw(tracks("e", i)) for i in range(1, data.draw(st.integers(1, 6)))]
        store.replace("e", kept, "m")
        for query in data.draw(st.lists(queries, min_size=1, max_size=5)):
            ordered = sorted(kept, key=lambda t: (t.start_ms, t.number))
            expected = [track_bytes(t) for t in ordered if query.matches(t)]
            assert [track_bytes(t) for t in store.search(["e"], query)] == expected

    check()


@pytest.fixture
def some() -> Callable[[str, int], Track]:
    rng = np.random.default_rng(1)
    description = Description(True, (), (), (), 5.0, 10.0, Direction.LEFT, 3.0, 40)

    def make(exhibit_id: str, number: int) -> Track:
        return Track(
            f"{exhibit_id}-{number}",
            exhibit_id,
            number,
            ObjectClass.PERSON,
            0.5,
            "",
            Fraction(1, 25),
            np.array([1, 2], np.int64),
            np.array([1, 2], np.int64),
            rng.uniform(1, 9, (2, 4)).astype(np.float32),
            np.array([True, False]),
            description,
        )

    return make


def test_a_result_takes_the_place_of_the_earlier_one_whole_or_not_at_all(
    store: TrackStore, some: Callable[[str, int], Track]
) -> None:
    first = [some("e", 1), some("e", 2)]
    store.replace("e", first, "m1")
    store.replace("f", [some("f", 1)], "m1")
    with pytest.raises(Exception, match="UNIQUE"):
        store.replace("e", [some("e", 3), some("e", 3)], "m2")
    assert store.manifest("e") == "m1"
    assert [t.id for t in store.search(["e"])] == ["e-1", "e-2"]
    store.replace("e", [], "m2")
    assert (store.manifest("e"), store.search(["e"])) == ("m2", ())
    assert [t.id for t in store.search(["e", "f"])] == ["f-1"]
    assert store.manifest("absent") is None
    with pytest.raises(ValueError, match="another exhibit"):
        store.replace("e", [some("f", 1)], "m3")


def test_tracks_by_id_come_in_the_order_asked(
    store: TrackStore, some: Callable[[str, int], Track]
) -> None:
    store.replace("e", [some("e", i) for i in range(1, 4)], "m")
    assert [t.id for t in store.get(["e-3", "x", "e-1"])] == ["e-3", "e-1"]
