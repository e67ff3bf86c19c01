import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, insert

from scelle.errors import Damaged
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Area, Direction, Line, Route
from scelle.model.results import Activity
from scelle.model.tracks import Colour, Description, ObjectClass, Track, TrackQuery
from scelle.store import tables
from scelle.store.answers import answering
from scelle.store.tracks import TrackStore, columns_of, track_bytes, track_from_bytes, tracks_digest

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


corners = st.tuples(st.floats(0, 800), st.floats(0, 800))
areas = st.lists(corners, min_size=3, max_size=5).map(lambda points: Area(tuple(points)))
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
    not_colour=st.none() | st.sampled_from(Colour),
    colour_share=st.floats(0, 1),
    inside=st.none() | areas,
    outside=st.none() | areas,
    crosses=st.none() | st.builds(Line, corners, st.just((900.0, 900.0)), st.booleans()),
    follows=st.none()
    | st.builds(
        Route, st.lists(corners, min_size=2, max_size=4, unique=True).map(tuple), st.floats(1, 400)
    ),
)


@pytest.fixture
def store(engine: Engine, exhibit: Callable[[str], Exhibit]) -> TrackStore:
    for name in ("e", "f"):
        exhibit(name)
    return TrackStore(engine)


def test_a_search_finds_what_a_look_at_every_track_finds(store: TrackStore) -> None:
    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        kept = [data.draw(tracks("e", i)) for i in range(1, data.draw(st.integers(1, 6)))]
        store.replace("e", kept, "m")
        ordered = sorted(kept, key=lambda t: (t.start_ms, t.number))
        drawn = data.draw(st.lists(queries, min_size=1, max_size=5))
        undrawn = [
            replace(query, inside=None, outside=None, crosses=None, follows=None)
            for query in drawn[:2]
        ]
        assert [[t.id for t in found] for found in store.search_each("e", undrawn)] == [
            [t.id for t in ordered if query.matches(t)] for query in undrawn
        ]
        for query in (*drawn, *undrawn):
            expected = [track_bytes(t) for t in ordered if query.matches(t)]
            assert [track_bytes(t) for t in store.search(["e"], query)] == expected
            answer = store.find(["e"], query)
            assert [track_bytes(t) for t in store.get(answer.ids(0, None))] == expected
            ids = [t.id for t in ordered if query.matches(t)]
            assert answer.sha256 == hashlib.sha256("\n".join(ids).encode()).hexdigest()
            store.forget()

    check()


def test_an_answer_is_held_until_an_analysis_takes_the_place_of_another(
    store: TrackStore, some: Callable[[str, int], Track]
) -> None:
    store.replace("e", [some("e", n) for n in (1, 2, 3)], "first")
    store.replace("f", [some("f", 1)], "first")
    found = store.find(["e", "f"], TrackQuery())
    assert store.find(["e", "f"], TrackQuery()) is found
    assert (found.ids(0, 2), found.ids(2, 9), found.ids(3, None)) == (
        ["e-1", "e-2"], ["e-3", "f-1"], ["f-1"],
    )  # fmt: skip
    assert (found.ids(1, 0), found.ids(9, 9)) == ([], [])
    assert store.find(["f"], TrackQuery()).ids(0, None) == ["f-1"]
    store.replace("e", [some("e", 1)], "second")
    assert store.find(["e", "f"], TrackQuery()).ids(0, None) == ["e-1", "f-1"]


def test_a_path_is_decided_beyond_the_rectangle_around_it(
    store: TrackStore, some: Callable[[str, int], Track]
) -> None:
    one = some("e", 1)
    boxes = one.boxes.copy()
    boxes[:, :2] = np.linspace((20, 30), (420, 130), len(boxes))
    store.replace("e", [replace(one, boxes=boxes)], "m")
    feet = replace(one, boxes=boxes).feet[[0, -1]]
    first, last = ((float(x), float(y)) for x, y in feet)
    for points, found in (((first, last), ["e-1"]), ((last, first), [])):
        query = TrackQuery(follows=Route(points, 5))
        assert store.find(["e"], query).ids(0, None) == found
        assert [t.id for t in store.search(["e"], query)] == found


def test_what_moves_is_told_in_spans_that_lie_apart(
    store: TrackStore, some: Callable[[str, int], Track]
) -> None:
    early, late = some("e", 1), some("e", 3)
    second = replace(some("e", 2), pts=early.pts + 1)
    store.replace("e", [early, second, replace(late, pts=early.pts + 10**9)], "m")
    told = store.activity("e")
    assert told.tracks == 3
    assert told.spans[0] == (early.start_ms, max(early.end_ms, second.end_ms))
    assert len(told.spans) == 2
    assert store.activity("f") == Activity(0, ())


def test_when_anything_moves_is_told_by_one_row_however_many_tracks_there_are(
    store: TrackStore, engine: Engine, some: Callable[[str, int], Track]
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for count in (3, 300):
        store.replace("e", [some("e", n) for n in range(1, count + 1)], f"m{count}")
        asked.clear()
        assert store.activity("e").tracks == count
        assert store.activity("e").tracks == count
        assert [q for q in asked if "FROM tracks" in q] == []
        assert len([q for q in asked if "FROM analyses" in q]) == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_search_reads_its_own_part_of_the_index_and_no_track(
    store: TrackStore, engine: Engine, some: Callable[[str, int], Track]
) -> None:
    row = columns_of(some("e", 1))
    every = [
        {**row, "id": f"{exhibit}-{n}", "exhibit_id": exhibit, "number": n, "start_ms": n}
        for exhibit, count in (("e", 200), ("f", 20_000))
        for n in range(count)
    ]
    with engine.begin() as db:
        db.execute(insert(tables.tracks), every)
    asked = TrackQuery(
        colour=Colour.RED, not_colour=Colour.BLUE, object_class=ObjectClass.CAR, moving=True,
        start_ms=3, end_ms=9, min_speed=1, min_height=2, min_dwell_ms=3, direction=Direction.LEFT,
        inside=Area(((0, 0), (9, 0), (9, 9))),
    )  # fmt: skip
    for query in (asked, TrackQuery()):
        text = str(
            answering("e", query, tables.tracks.c.number).compile(
                engine, compile_kwargs={"literal_binds": True}
            )
        )
        with engine.connect() as db:
            plan = [r[3] for r in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            # In order already; SQLite sorts where it expects next to nothing.
            assert query == asked or len(plan) == 1
            assert "USING COVERING INDEX tracks_by_answer (exhibit_id=?" in plan[0]
            assert steps(db, text) < 200 * 60
            other = text.replace("'e'", "'f'")
            assert query == asked or steps(db, other) > 20_000


def test_a_search_looks_at_numbers_and_at_no_track(
    store: TrackStore, engine: Engine, some: Callable[[str, int], Track]
) -> None:
    store.replace("e", [some("e", n) for n in range(1, 9)], "m")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    windows = [TrackQuery(start_ms=ms, end_ms=ms, colour=Colour.RED) for ms in range(9)]
    assert store.find(["e", "f"], windows[0]).count == 0
    assert store.find(["e"], TrackQuery(min_dwell_ms=1)).count == 8
    assert [q for q in asked if "FROM tracks" in q] == []
    asked.clear()
    # However many are asked at once, and each track is read once.
    assert store.search_each("e", [*windows, *[TrackQuery(max_dwell_ms=40)] * 9])[-1][7].id == "e-8"
    assert [("FROM tracks" in q, "FROM track_columns" in q) for q in asked if "SELECT" in q] == [
        (False, True), (True, False),
    ]  # fmt: skip


def steps(db: Connection, text: str) -> int:
    """Instructions of the database's machine that a statement takes, to the nearest ten."""
    driver, taken = db.connection.driver_connection, 0

    def count() -> None:
        nonlocal taken
        taken += 10

    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(count, 10)
    db.exec_driver_sql(text).all()
    driver.set_progress_handler(None, 0)
    return taken


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
    with pytest.raises(Exception, match=r"(?i)unique"):
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
