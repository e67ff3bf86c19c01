from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.dialects import sqlite

from scelle.errors import Misconfigured
from scelle.store.database import open_database, reading
from scelle.store.tables import metadata
from scelle.store.types import ExactFraction, UtcTime

DIALECT = sqlite.dialect()


def test_migrations_lead_to_the_tables_as_declared(engine: Engine) -> None:
    with engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []


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


def test_opening_again_keeps_what_is_there(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as db:
        db.execute(text("INSERT INTO agents (id, roles, service) VALUES ('a', '[]', 's')"))
    again = open_database(tmp_path / "scelle.db")
    with again.connect() as db:
        assert db.execute(text("SELECT id FROM agents")).scalars().all() == ["a"]
    again.dispose()


def test_a_newer_database_is_refused(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer version") as caught:
        open_database(tmp_path / "scelle.db")
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
