"""What is otherwise where the database is on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from private_postgresql import GUARDED, PASSWORD, Server
from sqlalchemy import Engine, insert, text

from scelle.errors import BadInput, Misconfigured
from scelle.model.evidence import Agent, Role
from scelle.model.tracks import Colour, TrackQuery
from scelle.store import postgresql, tables
from scelle.store.answers import answering
from scelle.store.database import NEWEST, kind, open_database, reading
from scelle.store.held import Held
from scelle.store.records import Records


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = open_database(database)
    yield engine
    engine.dispose()


def count(engine: Engine) -> int:
    with reading(engine).connect() as db:
        return int(db.execute(text("SELECT count(*) FROM agents")).scalar_one())


@pytest.mark.parametrize(
    "stated",
    [
        "not an address",
        "mysql://me:so-secret@host/db",
        "postgresql://me:so-secret@host",
        "postgresql://me:so@secret@host/db",
        "a.db",
    ],
)
def test_what_is_no_address_is_said_and_never_repeated(stated: str) -> None:
    with pytest.raises(Misconfigured, match="is not the address") as caught:
        open_database(stated)
    told = f"{caught.value} {caught.value.remedy}"
    assert "postgresql://NAME@HOST/DATABASE" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("stated", "mode"),
    [
        ("postgresql://me@db.example/cases", "verify-full"),
        ("postgresql://me@db.example/cases?sslmode=verify-ca", "verify-ca"),
        ("postgres://me@localhost:5433/cases", None),
        ("postgresql:///cases?host=/run/postgresql", None),
        ("postgresql:///cases?host=db.example", "verify-full"),
        ("postgresql:///cases?host=/run/postgresql,db.example", "verify-full"),
        ("postgresql://me@localhost/cases?hostaddr=192.0.2.1", "verify-full"),
        ("postgresql:///cases?service=far", "verify-full"),
    ],
)
def test_over_a_network_the_server_must_prove_who_it_is(stated: str, mode: str | None) -> None:
    engine = postgresql.connect(stated, 1)
    assert engine.url.query.get("sslmode") == mode
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "value", "stated", "mode"),
    [
        ("PGHOST", "db.example", "postgresql:///cases", "verify-full"),
        ("PGHOST", "db.example", "postgresql:///cases?sslmode=require", "require"),
        ("PGHOST", "db.example", "postgresql://localhost/cases", None),
        ("PGHOST", "/run/postgresql", "postgresql:///cases", None),
        ("PGHOSTADDR", "192.0.2.1", "postgresql://localhost/cases", "verify-full"),
        ("PGSERVICE", "far", "postgresql:///cases", "verify-full"),
    ],
)
def test_so_it_must_where_the_surroundings_lead_there(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, stated: str, mode: str | None
) -> None:
    monkeypatch.setenv(name, value)
    engine = postgresql.connect(stated, 1)
    assert engine.url.query.get("sslmode") == mode
    engine.dispose()


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_what_is_sent_to_another_machine_never_lies_open(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    with pytest.raises(Misconfigured, match="lie open"):
        postgresql.connect(f"postgresql:///cases?sslmode={mode}", 1)


def test_a_server_that_is_absent_is_said_in_words() -> None:
    with pytest.raises(Misconfigured, match=r"cannot be reached: .*No such file") as caught:
        open_database("postgresql://me:so-secret@/cases?host=/no-such-folder")
    assert "SCELLE_DATABASE" in caught.value.remedy
    assert "secret" not in str(caught.value)


def test_a_wrong_password_is_said_and_not_told(server: Server, made_database: str) -> None:
    right, wrong = (f"{GUARDED}:{word}" for word in (PASSWORD, "wrong-and-secret"))
    with pytest.raises(Misconfigured, match="password authentication failed") as caught:
        open_database(server.address(made_database, wrong))
    assert "secret" not in f"{caught.value}{caught.value.__cause__!r}"
    # The right one comes in, and is not the owner of anything.
    with pytest.raises(Misconfigured, match="does not allow") as caught:
        open_database(server.address(made_database, right))
    assert "owner" in caught.value.remedy


def test_a_database_is_of_one_installation(database: str) -> None:
    with pytest.raises(Misconfigured, match="another installation"):
        open_database(database, "scelle/other")


def test_an_installation_that_was_used_begins_no_new_database(server: Server) -> None:
    with server.database() as empty:
        with pytest.raises(Misconfigured, match="is empty") as caught:
            open_database(empty, begun=True)
        assert "backup" in caught.value.remedy
        open_database(empty).dispose()
        open_database(empty, begun=True).dispose()


def test_a_database_in_another_encoding_is_refused(server: Server) -> None:
    with (
        server.database(more="ENCODING SQL_ASCII LOCALE 'C'") as ascii_,
        pytest.raises(Misconfigured, match="in SQL_ASCII") as caught,
    ):
        open_database(ascii_)
    assert "createdb" in caught.value.remedy


def test_an_older_database_is_migrated_to_the_same_tables(engine: Engine, database: str) -> None:
    shape = text(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), c.collname, a.attstattarget, "
        "a.attnotnull FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation "
        "WHERE a.attrelid = 'notes'::regclass AND a.attnum > 0 ORDER BY 1"
    )
    with engine.begin() as db:
        before = db.execute(shape).all()
        db.execute(text("DROP TABLE notes"))
        db.execute(text("DROP TABLE track_columns"))
        db.execute(text("ALTER TABLE synopses DROP COLUMN asked"))
        db.execute(text("UPDATE alembic_version SET version_num = '0013'"))
    again = open_database(database)
    with again.connect() as db:
        assert db.execute(shape).all() == before
        assert db.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
    again.dispose()
    assert {tuple(row[1:4]) for row in before if row[0] == "text"} == {("text", "C", 0)}


def test_texts_order_as_in_a_file_whatever_the_server_thinks_of_letters(server: Server) -> None:
    french = "LOCALE_PROVIDER icu ICU_LOCALE 'fr' LOCALE 'C.UTF-8'"
    words = ["a", "B", "é", "z", "Z", "~", "ab", "A b"]
    with server.database(more=french) as address:
        engine = open_database(address)
        with engine.begin() as db:
            rows = [{"id": word, "roles": [], "service": "s"} for word in words]
            db.execute(insert(tables.agents), rows)
            ordered = db.scalars(tables.agents.select().with_only_columns(tables.agents.c.id)
                                 .order_by(tables.agents.c.id)).all()  # fmt: skip
            assert ordered == sorted(words)
            less = tables.agents.c.id < "a"
            assert set(db.scalars(tables.agents.select().with_only_columns(tables.agents.c.id)
                                  .where(less))) == {w for w in words if w < "a"}  # fmt: skip
        engine.dispose()


def test_long_texts_and_large_numbers_are_kept_as_in_a_file(engine: Engine) -> None:
    records = Records(engine)
    name = "n" * 3000
    records.put_agent(Agent(name, frozenset({Role.AUDITOR}), "s"))
    assert records.agent(name).id == name
    drift = Fraction(10**90 + 1, 10**91)
    with engine.begin() as db:
        db.execute(text("ALTER TABLE exhibits ALTER case_id DROP NOT NULL"))
        t = tables.exhibits
        some: dict[str, object] = {
            c.name: "x" for c in t.columns if not c.nullable and c.name != "serial"
        }
        some |= dict.fromkeys(["size", "keyframes", "start_pts", "width", "height"], 2**40)
        some |= {"clock_offset": drift, "clock_drift_ppm": drift, "time_base": drift}
        some |= {"duration": drift, "clock_references": [], "parts": [], "clock_follows": False}
        some |= {"view": 2**33, "case_id": None}
        some["received_at"] = datetime.now(UTC)
        db.execute(insert(t).values(some))
        kept = db.execute(t.select()).mappings().one()
    assert (kept["duration"], kept["view"], kept["width"]) == (drift, 2**33, 2**40)


def test_a_null_character_is_refused_in_words(engine: Engine) -> None:
    with pytest.raises(BadInput, match="null character"):
        Records(engine).agent("a\0b")


@pytest.mark.parametrize("state", sorted(postgresql._WORDS))
def test_what_the_server_cannot_do_is_said_with_what_to_do(engine: Engine, state: str) -> None:
    fails = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(Misconfigured) as caught, engine.begin() as db:
        db.execute(text(fails))
    assert (str(caught.value), caught.value.remedy) == postgresql._WORDS[state]


def test_a_change_by_hand_in_the_midst_of_a_change_is_not_taken_for_the_programs(
    engine: Engine, server: Server
) -> None:
    """Neither seen by it, so that the ledger never vouches for it, nor overwritten."""
    name = str(engine.url.database)
    Records(engine).put_agent(Agent("jo", frozenset({Role.AUDITOR}), "sru"))
    with engine.begin() as db:
        assert db.execute(text("SELECT service FROM agents")).scalar() == "sru"
        server.execute("UPDATE agents SET service = 'mine'", name)
        assert db.execute(text("SELECT service FROM agents")).scalar() == "sru"
    changed = text("UPDATE agents SET service = 'sru'")
    with engine.connect() as db:
        db.execute(text("SELECT 1"))
        server.execute("UPDATE agents SET service = 'yours'", name)
        with pytest.raises(Misconfigured, match="outside the program"):
            db.execute(changed)


def test_what_only_reads_cannot_write(engine: Engine) -> None:
    with reading(engine).connect() as db, pytest.raises(Misconfigured, match="only lets itself"):
        db.execute(text("DELETE FROM agents"))


def test_a_server_that_ends_every_connection_is_found_again(engine: Engine, server: Server) -> None:
    held = Held(engine)
    assert held.one("agents", lambda db: db.scalar(text("SELECT count(*) FROM agents"))) == 0
    assert count(engine) == 0
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{engine.url.database}'"
    )
    Records(engine).put_agent(Agent("jo", frozenset({Role.AUDITOR}), "sru"))
    assert held.one("agents", lambda db: db.scalar(text("SELECT count(*) FROM agents"))) == 1


def test_a_search_walks_along_the_exhibits_part_of_the_index(engine: Engine) -> None:
    with engine.begin() as db:
        db.execute(text("ALTER TABLE tracks DROP CONSTRAINT tracks_exhibit_id_fkey"))
        names = [c.name for c in tables.tracks.columns]
        values = dict.fromkeys(names, "0") | {
            "id": "e || '-' || n", "exhibit_id": "e", "number": "n", "start_ms": "n",
            "object_class": "'car'", "direction": "'left'", "moving": "true", "canonical": "'x'",
        }  # fmt: skip
        told = ", ".join(values[name] for name in names)
        db.execute(
            text(f"INSERT INTO tracks ({', '.join(names)}) SELECT {told} FROM "
                 "unnest(ARRAY['e', 'f']) e, generate_series(1, 5000) n")
        )  # fmt: skip
    kind(engine).scrub(engine)
    for query in (TrackQuery(), TrackQuery(colour=Colour.RED, min_speed=1, start_ms=3, end_ms=9)):
        asked = answering("e", query, tables.tracks.c.number)
        with reading(engine).connect() as db:
            compiled = str(asked.compile(engine, compile_kwargs={"literal_binds": True}))
            plan = "\n".join(db.scalars(text(f"EXPLAIN {compiled}")))
        assert "Index Only Scan using tracks_by_answer" in plan
        assert "exhibit_id = 'e'" in plan
        assert query != TrackQuery() or "Sort" not in plan


def test_everything_in_the_database_is_given_to_a_search(engine: Engine, server: Server) -> None:
    token = "a-telling-word"
    name = str(engine.url.database)
    server.execute(
        f"CREATE TABLE by_hand AS SELECT '{token}'::text AS note FROM generate_series(1, 9)", name
    )
    server.execute("ALTER TABLE by_hand OWNER TO scelle", name)
    with engine.begin() as db:
        rows = [{"id": f"{token} {n}", "roles": [], "service": token} for n in range(3)]
        db.execute(insert(tables.agents), rows)

    def told() -> set[str]:
        with reading(engine).connect() as db:
            rows = kind(engine).contents(db)
            return {table for table, row in rows if token.encode() in row}

    assert told() == {"public.agents", "public.by_hand"}
    # The planner's samples keep nothing of the program's own tables, and are searched as well.
    server.execute("ANALYZE", name)
    with engine.begin() as db:
        db.execute(text("DELETE FROM agents"))
        db.execute(text("DELETE FROM by_hand"))
    assert told() == {"planner's samples"}
    server.execute("DROP TABLE by_hand", name)
    assert told() == set()
