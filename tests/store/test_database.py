import importlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.dialects import sqlite

from scelle.errors import Misconfigured
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Direction
from scelle.model.results import Activity
from scelle.model.tracks import Colour, Description, ObjectClass, Track, TrackQuery
from scelle.store.database import NEWEST, open_database, reading
from scelle.store.tables import metadata
from scelle.store.tracks import TrackStore
from scelle.store.types import ExactFraction, UtcTime

DIALECT = sqlite.dialect()

file_alone = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@file_alone
def test_migrations_lead_to_the_tables_that_a_new_database_is_given(
    engine: Engine, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(older)) as db, db:
        db.execute("CREATE TABLE alembic_version (version_num TEXT)")
        db.execute("INSERT INTO alembic_version VALUES ('base')")
        db.execute("DELETE FROM alembic_version")
    migrated = open_database(older)
    with engine.connect() as new, migrated.connect() as led:
        assert compare_metadata(MigrationContext.configure(led), metadata) == []
        assert _shape(new) == _shape(led)
        versions = [
            d.execute(text("SELECT version_num FROM alembic_version")).all() for d in (new, led)
        ]
    assert versions == [[(NEWEST,)]] * 2
    migrated.dispose()


def _shape(db: Connection) -> dict[str, object]:
    """Columns, keys and indexes of each table, whatever order they were added in."""
    asked = inspect(db)
    return {
        table: (
            {
                c["name"]: (str(c["type"]), c["nullable"], c["default"])
                for c in asked.get_columns(table)
            },
            asked.get_pk_constraint(table)["constrained_columns"],
            sorted(u["column_names"] for u in asked.get_unique_constraints(table)),
            sorted(
                (i["name"] or "", i["column_names"], i["unique"]) for i in asked.get_indexes(table)
            ),
            sorted(
                (f["constrained_columns"], f["referred_table"])
                for f in asked.get_foreign_keys(table)
            ),
        )
        for table in asked.get_table_names()
        if table != "alembic_version"
    }


@file_alone
def test_the_database_protects_what_it_holds(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as db:
        pragmas = {
            name: db.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("foreign_keys", "journal_mode", "secure_delete", "synchronous")
        }
    assert pragmas == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "secure_delete": 1,
        "synchronous": 2,
    }
    assert (tmp_path / "scelle.db").stat().st_mode & 0o077 == 0


def test_opening_again_keeps_what_is_there(engine: Engine, place: Path | str) -> None:
    with engine.begin() as db:
        db.execute(text("INSERT INTO agents (id, roles, service) VALUES ('a', '[]', 's')"))
    again = open_database(place)
    with again.connect() as db:
        assert db.execute(text("SELECT id FROM agents")).scalars().all() == ["a"]
    again.dispose()


def test_a_newer_database_is_refused(engine: Engine, place: Path | str) -> None:
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer version") as caught:
        open_database(place)
    assert caught.value.remedy


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database" * 100)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        open_database(tmp_path / "x.db")


def test_a_reader_sees_one_snapshot_while_another_writes(engine: Engine) -> None:
    count = text("SELECT count(*) FROM agents")
    with reading(engine).connect() as reader:
        assert reader.execute(count).scalar() == 0
        with engine.begin() as writer:
            writer.execute(text("INSERT INTO agents (id, roles, service) VALUES ('a','[]','s')"))
        assert reader.execute(count).scalar() == 0
    with reading(engine).connect() as reader:
        assert reader.execute(count).scalar() == 1


offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(1971, 1, 2), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001


@given(a=instants, b=instants)
def test_instants_come_back_equal_in_utc_and_sort_as_text(a: datetime, b: datetime) -> None:
    kind = UtcTime()
    texts = [kind.process_bind_param(x, DIALECT) or "" for x in (a, b)]
    back = kind.process_result_value(texts[0], DIALECT)
    assert back == a
    assert back is not None
    assert back.tzinfo == UTC
    assert (texts[0] < texts[1]) == (a < b)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcTime().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001


@given(st.fractions())
def test_fractions_come_back_exactly(value: Fraction) -> None:
    kind = ExactFraction()
    stored = kind.process_bind_param(value, DIALECT)
    assert kind.process_result_value(stored, DIALECT) == value


@file_alone
def test_tracks_of_an_earlier_version_are_found_by_what_they_look_like(
    tmp_path: Path, exhibit: Callable[[str], Exhibit], engine: Engine
) -> None:
    exhibit("e")
    red = Description(
        True, ((Colour.RED, 0.5),), (), (), 5.0, 10.0, Direction.LEFT, 3.0, 40, metres_per_s=1.5
    )
    pts = np.arange(2, dtype=np.int64)
    boxes = np.array([[1, 2, 4, 8], [11, 2, 4, 8]], np.float32)
    track = Track(
        "e-1", "e", 1, ObjectClass.CAR, 0.5, "", Fraction(1, 10), pts, pts, boxes,
        np.ones(2, np.bool_), red,
    )  # fmt: skip
    TrackStore(engine).replace("e", [track], "m")
    migration = importlib.import_module("scelle.store.migrations.versions.0010_answers")
    with engine.begin() as db:
        stored = db.execute(text("SELECT * FROM tracks")).mappings().one()
        db.execute(text("DROP INDEX tracks_by_answer"))
        db.execute(text("CREATE INDEX tracks_by_time ON tracks (exhibit_id, start_ms, end_ms)"))
        for name in migration.ADDED:
            db.execute(text(f"ALTER TABLE tracks DROP COLUMN {name}"))
        db.execute(text("ALTER TABLE zones DROP COLUMN outline"))
        for name in ("tracks", "spans"):
            db.execute(text(f"ALTER TABLE analyses DROP COLUMN {name}"))
        for table in ("notes", "track_columns"):
            db.execute(text(f"DROP TABLE {table}"))
        db.execute(text("ALTER TABLE synopses DROP COLUMN asked"))
        db.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    again = open_database(tmp_path / "scelle.db")
    with again.connect() as db:
        assert dict(db.execute(text("SELECT * FROM tracks")).mappings().one()) == dict(stored)
    found = TrackStore(again).find(["e"], TrackQuery(colour=Colour.RED, min_speed=1.0))
    assert found.ids(0, None) == ["e-1"]
    assert TrackStore(again).activity("e") == Activity(1, ((track.start_ms, track.end_ms),))
    again.dispose()
