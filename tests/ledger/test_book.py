from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scelle.errors import LedgerDamaged, Misconfigured, NotFound
from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle, storage
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer, VerifierKey
from scelle.ledger.entries import Draft

Draw = Callable[..., Draft]
KEY = b"c" * 32
OTHER = b"o" * 32


@contextmanager
def raw(book: Book) -> Iterator[sqlite3.Connection]:
    """The database without its guards, as an intruder has it."""
    with closing(sqlite3.connect(book.path)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, sql in guards:
            db.execute(sql)
        db.commit()


def fill(book: Book, draw: Draw, count: int) -> None:
    for i in range(count):
        book.append(draw(key=KEY if i % 2 == 0 else OTHER), keep=True)


def test_a_new_book_is_empty_and_holds(book: Book) -> None:
    assert book.size() == 0
    assert list(book.entries()) == []
    report = book.check()
    assert report.ok
    assert report.root == merkle.EMPTY_ROOT


def test_what_is_appended_is_read(book: Book, draw: Draw) -> None:
    fill(book, draw, 5)
    assert [e.seq for e in book.entries()] == [0, 1, 2, 3, 4]
    assert [e.seq for e in book.entries(1, 3)] == [1, 2]
    assert book.entry(4).value("act") == "search-tracks"
    assert [e.seq for e in book.sealed_under(KEY)] == [0, 2, 4]
    assert [e.seq for e in book.sealed_under(b"x" * 32)] == []
    assert [e.seq for e in book.sealed_under(KEY, 10**300)] == []
    assert [e.seq for e in book.sealed_under(KEY, -(10**300))] == [0, 2, 4]
    opened = forms.open_sealed(book.entry(1), OTHER)
    assert opened.sealed["agent"] == "agent-1"
    report = book.check()
    assert report.ok, report.problems
    assert report.size == book.size() == 5
    assert report.root == merkle.root_of(merkle.leaf_hash(e.leaf) for e in book.entries())


def test_every_head_is_signed_and_stays(book: Book, draw: Draw) -> None:
    fill(book, draw, 4)
    key = VerifierKey.parse(book.vkey)
    for size in range(5):
        head = notes.verify(book.head_at(size), key)
        leaves = [merkle.leaf_hash(e.leaf) for e in book.entries(0, size)]
        assert (head.size, head.root) == (size, merkle.root_of(leaves))
        assert book.root(size) == head.root
    assert book.head() == book.head_at(4) == book.beside.head_path.read_text()


def test_proofs(book: Book, draw: Draw) -> None:
    fill(book, draw, 7)
    key = VerifierKey.parse(book.vkey)
    old, new = notes.verify(book.head_at(3), key), notes.verify(book.head(), key)
    proof = book.consistency_proof(3, 7)
    assert merkle.consistency_holds(3, 7, proof, old.root, new.root)
    leaf = merkle.leaf_hash(book.entry(2).leaf)
    assert merkle.inclusion_holds(leaf, 2, 7, book.inclusion_proof(2, 7), new.root)
    assert merkle.inclusion_holds(leaf, 2, 3, book.inclusion_proof(2, 3), old.root)
    with pytest.raises(NotFound):
        book.inclusion_proof(2, 8)
    with pytest.raises(NotFound):
        book.root(8)
    with pytest.raises(NotFound):
        book.consistency_proof(3, 8)
    with pytest.raises(NotFound):
        book.entry(7)


def test_reopened(book: Book, draw: Draw, signer: Signer) -> None:
    fill(book, draw, 3)
    again = Book(book.path, signer)
    assert again.append(draw()) == 3
    assert again.check().ok
    with pytest.raises(Misconfigured, match="another signing key"):
        Book(book.path, Signer(signer.name, b"t" * 32))


def test_a_draft_that_cannot_be_sealed_leaves_nothing(book: Book) -> None:
    with pytest.raises(ValueError, match="reserved"):
        book.append(Draft({"seq": 1}, {}, KEY))
    assert book.size() == 0
    assert book.check().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET disclosed = '{}'",
        "DELETE FROM entries WHERE seq = 2",
        "DELETE FROM entries",
        "INSERT INTO entries SELECT 9, leaf, disclosed, withheld, sealed FROM entries LIMIT 1",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 1",
        "UPDATE nodes SET hash = x'00'",
        "DELETE FROM nodes",
        "INSERT OR REPLACE INTO nodes SELECT * FROM nodes WHERE idx = 0",
        "UPDATE head SET size = 2, note = ''",
        "UPDATE head SET size = 3, note = ''",
        "DELETE FROM head",
        "INSERT OR REPLACE INTO head VALUES (0, 9, '')",
        "UPDATE heads SET note = ''",
        "DELETE FROM heads WHERE size = 3",
        "INSERT OR REPLACE INTO heads SELECT * FROM heads WHERE size = 3",
        "INSERT INTO heads SELECT 9, 9, note FROM heads WHERE size = 3",
        "INSERT INTO heads SELECT 4, 3, note FROM heads WHERE size = 3",
        "UPDATE meta SET value = ''",
        "DELETE FROM meta",
        "INSERT OR REPLACE INTO meta VALUES ('vkey', 'x')",
    ],
)
def test_the_database_refuses_to_change(book: Book, draw: Draw, statement: str) -> None:
    fill(book, draw, 3)
    with (
        closing(sqlite3.connect(book.path)) as db,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        db.execute(statement)
    assert book.check().ok


def flip(value: object) -> object:
    """The value with one bit of its middle changed."""
    if isinstance(value, int):
        return value ^ 1
    middle = min(len(value) // 2 + 3, len(value) - 1)  # type: ignore[arg-type]
    if isinstance(value, bytes):
        return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
    assert isinstance(value, str)
    return value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("entries", "seq"),
        ("entries", "leaf"),
        ("entries", "disclosed"),
        ("entries", "withheld"),
        ("entries", "sealed"),
        ("nodes", "level"),
        ("nodes", "idx"),
        ("nodes", "hash"),
        ("heads", "size"),
        ("heads", "note"),
        ("head", "size"),
        ("head", "note"),
        ("meta", "value"),
    ],
)
def test_every_column_is_guarded(book: Book, draw: Draw, table: str, column: str) -> None:
    fill(book, draw, 6)
    with closing(sqlite3.connect(book.path)) as db:
        count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    saved = book.path.read_bytes() if wal_emptied(book) else b""
    assert saved
    for row in range(count):
        with raw(book) as db:
            order = "size" if table == "heads" else "1"
            got = db.execute(
                f"SELECT {column} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {row}"
            ).fetchone()
            keys = {
                "entries": "seq",
                "nodes": "level, idx",
                "heads": "size",
                "head": "id",
                "meta": "name",
            }
            where = db.execute(
                f"SELECT {keys[table]} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {row}"
            ).fetchone()
            condition = " AND ".join(f"{k.strip()} = ?" for k in keys[table].split(","))
            new = flip(got[0])
            if column in ("seq", "level", "idx", "size"):
                new = 1000  # a free place: one flipped bit may collide with a row that is there
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {condition}", (new, *where))
        report = book.check()
        assert not report.ok, (table, column, row)
        restore(book, saved)
    assert book.check().ok


def test_a_guard_taken_away_is_found(book: Book, draw: Draw) -> None:
    fill(book, draw, 1)
    with closing(sqlite3.connect(book.path)) as db:
        db.execute("DROP TRIGGER entries_no_delete")
    assert [p.check for p in book.check().problems] == ["storage"]


def dump(book: Book) -> list[object]:
    with closing(sqlite3.connect(f"file:{book.path}?mode=ro", uri=True)) as db:
        return [
            db.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("sqlite_master", "meta", "entries", "nodes", "head", "heads")
        ]


def test_no_flipped_bit_of_the_file_goes_unseen(book: Book, draw: Draw) -> None:
    """It is found, or it lies where SQLite keeps nothing."""
    fill(book, draw, 6)
    assert wal_emptied(book)
    saved = book.path.read_bytes()
    whole = dump(book)
    chance = random.Random(1)
    found = 0
    # Most of a page of so short a ledger is empty: only what is not.
    filled = [i for i in range(100, len(saved)) if saved[i]]
    for _ in range(100):
        bit = 8 * chance.choice(filled) + chance.randrange(8)
        bad = bytearray(saved)
        bad[bit // 8] ^= 1 << bit % 8
        restore(book, bytes(bad))
        if book.check().ok:
            assert dump(book) == whole, bit
        else:
            found += 1
    assert found > 20


def wal_emptied(book: Book) -> bool:
    book.close()
    with closing(sqlite3.connect(book.path)) as db:
        return bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def restore(book: Book, saved: bytes) -> None:
    book.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{book.path}{suffix}").unlink(missing_ok=True)
    book.path.write_bytes(saved)


def test_removed_reordered_and_added_entries_are_found(book: Book, draw: Draw) -> None:
    fill(book, draw, 6)
    assert wal_emptied(book)
    saved = book.path.read_bytes()
    swap = [
        "UPDATE entries SET seq = 99 WHERE seq = 1",
        "UPDATE entries SET seq = 1 WHERE seq = 2",
        "UPDATE entries SET seq = 2 WHERE seq = 99",
    ]
    closed = ["DELETE FROM entries WHERE seq = 2"]
    closed += [f"UPDATE entries SET seq = {i - 1} WHERE seq = {i}" for i in (3, 4, 5)]
    for statements in (
        ["DELETE FROM entries WHERE seq = 2"],
        ["DELETE FROM entries WHERE seq = 5"],
        closed,
        swap,
        ["INSERT INTO entries SELECT 6, leaf, disclosed, withheld, sealed FROM entries LIMIT 1"],
    ):
        with raw(book) as db:
            for statement in statements:
                db.execute(statement)
        assert not book.check().ok, statements
        restore(book, saved)
    assert book.check().ok


@pytest.mark.parametrize(
    ("count", "statement"),
    [
        (6, "UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND idx = 2"),
        (2, "UPDATE nodes SET hash = zeroblob(32)"),
        (6, "INSERT INTO nodes VALUES (0, 1000, zeroblob(32))"),
        (6, "DELETE FROM nodes WHERE level = 1 AND idx = 0"),
    ],
)
def test_altered_nodes_are_found(book: Book, draw: Draw, count: int, statement: str) -> None:
    fill(book, draw, count)
    with raw(book) as db:
        db.execute(statement)
    assert {p.check for p in book.check().problems} == {"nodes"}


def test_nothing_is_appended_to_an_altered_tree(book: Book, draw: Draw, signer: Signer) -> None:
    fill(book, draw, 6)
    with raw(book) as db:
        db.execute("UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND idx = 2")
    again = Book(book.path, signer)
    with pytest.raises(LedgerDamaged, match="not the one that was signed"):
        again.append(draw())


def cut(db: sqlite3.Connection, size: int) -> None:
    """Bring the database back to what it was with ``size`` entries."""
    db.execute("DELETE FROM entries WHERE seq >= ?", (size,))
    db.execute("DELETE FROM heads WHERE size > ?", (size,))
    note = db.execute("SELECT note FROM heads WHERE size = ?", (size,)).fetchone()[0]
    db.execute("UPDATE head SET size = ?, note = ?", (size, note))
    db.execute("DELETE FROM nodes WHERE (idx + 1) * (1 << level) > ?", (size,))


def test_a_database_cut_short_is_noticed(book: Book, draw: Draw, signer: Signer) -> None:
    fill(book, draw, 6)
    kept = book.head()
    with raw(book) as db:
        cut(db, 4)
    report = book.check()
    assert [p.check for p in report.problems] == ["earlier"]
    with pytest.raises(LedgerDamaged, match="6 entries are not what they were"):
        book.append(draw())
    book.close()
    with pytest.raises(LedgerDamaged, match=r"ledger\.head states a signed head of 6 entries"):
        book.append(draw())
    with pytest.raises(LedgerDamaged, match="6 entries"):
        Book(book.path, signer)
    # The file beside cut too: only a head kept elsewhere tells.
    book.beside.head_path.write_text(book.head())
    assert book.check().ok
    assert not book.check(earlier=[kept]).ok


def test_a_removed_database_or_head_is_noticed(book: Book, draw: Draw, signer: Signer) -> None:
    fill(book, draw, 2)
    head = book.beside.head_path.read_text()
    book.beside.head_path.unlink()
    assert not book.check().ok
    with pytest.raises(LedgerDamaged, match="gone"):
        book.append(draw())
    with pytest.raises(LedgerDamaged, match="gone"):
        Book(book.path, signer)
    book.beside.head_path.write_text(head)
    assert book.check().ok
    assert wal_emptied(book)
    book.path.unlink()
    with pytest.raises(LedgerDamaged, match="gone"):
        Book(book.path, signer)


def test_a_head_behind_is_no_fault(book: Book, draw: Draw) -> None:
    """As after a crash between the commit and the file beside."""
    fill(book, draw, 3)
    book.beside.head_path.write_text(book.head_at(2))
    assert book.check().ok
    book.append(draw())
    assert book.beside.head_path.read_text() == book.head()


def test_a_file_that_is_no_database(book: Book, draw: Draw) -> None:
    fill(book, draw, 2)
    assert wal_emptied(book)
    for suffix in ("-wal", "-shm"):
        Path(f"{book.path}{suffix}").unlink(missing_ok=True)
    book.path.write_bytes(b"no database" * 1000)
    report = book.check()
    assert [p.check for p in report.problems] == ["storage"]
    with pytest.raises(LedgerDamaged, match="not a database"):
        book.append(draw())


def test_a_full_disk_leaves_the_ledger_whole(
    book: Book, draw: Draw, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(book, draw, 3)
    pages = 0
    with closing(sqlite3.connect(book.path)) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    book._connection().execute(f"PRAGMA max_page_count = {pages}")
    big = Draft({}, {"reason": "x" * 100_000}, KEY)
    with pytest.raises(Misconfigured, match="full"):
        book.append(big)
    again = Book(book.path, signer)
    assert again.check().ok
    assert again.size() == 3
    assert again.append(draw()) == 3


MANY = """
import sys
from pathlib import Path
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
own = Book(Path(sys.argv[1]), Signer("ledger.example/scelle", b"s" * 32))
for _ in range(8):
    own.append(Draft({"month": "2026-03"}, {"agent": "a"}, b"c" * 32))
"""


def test_several_processes_append_at_once(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "shared.db"
    command = [sys.executable, "-c", MANY, str(path)]
    workers = [subprocess.Popen(command) for _ in range(3)]
    assert [w.wait(120) for w in workers] == [0, 0, 0]
    book = Book(path, signer)
    report = book.check()
    assert report.ok, report.problems
    assert report.size == 24


def test_several_threads_append_at_once(book: Book, draw: Draw) -> None:
    threads = [threading.Thread(target=fill, args=(book, draw, 6)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert book.size() == 18
    assert book.check().ok


def test_appends_and_proofs_cost_the_logarithm(
    book: Book, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a benchmark: only that neither an append nor a proof reads the whole tree."""
    fill(book, draw, 40)
    book.close()
    statements: list[str] = []
    connect = storage.connect

    def traced(path: Path) -> sqlite3.Connection:
        db = connect(path)
        db.set_trace_callback(statements.append)
        return db

    monkeypatch.setattr(storage, "connect", traced)
    book.append(draw())
    book.inclusion_proof(17, 41)
    assert any("INSERT INTO entries" in each for each in statements)
    assert len(statements) < 80
    assert len(statements) < 60


def test_what_is_stored_is_given_unread_and_subtrees_make_the_root(book: Book, draw: Draw) -> None:
    fill(book, draw, 7)
    stored = list(book.stored(2, 5))
    assert [leaf.encode() for leaf, _ in stored] == [e.leaf for e in book.entries(2, 5)]
    assert [forms.load_salted(d.encode()) for _, d in stored] == [
        e.disclosed for e in book.entries(2, 5)
    ]
    hashes = book.subtrees(merkle.frontier_nodes(7))
    assert merkle.Frontier(7, tuple(hashes)).root == book.check().root
    with pytest.raises(LedgerDamaged):
        book.subtrees([(9, 9)])


def test_readings_share_few_connections_and_none_to_a_book_that_was_exchanged(
    book: Book, draw: Draw, tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(book, draw, 3)
    opened: list[Path] = []
    connect = storage.connect

    def counting(path: Path) -> sqlite3.Connection:
        opened.append(path)
        return connect(path)

    monkeypatch.setattr(storage, "connect", counting)
    for _ in range(20):
        assert book.last_place_under(KEY) == 2
        assert book.entry(1).seq == 1
    assert len(opened) <= 1
    crowd = [book.entries() for _ in range(20)]
    assert [next(c).seq for c in crowd] == [0] * 20
    del crowd
    assert len(book._idle._open) <= 8
    # Another file at that place is another ledger: a connection to the one before is not used.
    other = Book(tmp_path / "other.db", signer)
    fill(other, draw, 1)
    other.close()
    (tmp_path / "other.db").replace(book.path)
    for side in ("-wal", "-shm"):
        book.path.with_name(book.path.name + side).unlink(missing_ok=True)
    assert book.last_place_under(KEY) == 0
