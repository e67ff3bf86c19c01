"""Whatever is done to the ledger of a real installation is found, here and by outsiders."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scelle.model.acts import ExportLedger, ListCases, OpenCase

if TYPE_CHECKING:
    from tests.way.conftest import Office

TOOL = Path(__file__).resolve().parents[2] / "tools" / "verify.py"


@pytest.fixture(scope="module")
def office(new_office: Callable[[], Office]) -> Office:
    """An installation with some twenty entries, written by the commands."""
    office = new_office()
    case_id = office.staff()
    office.authorise(case_id)
    for line in (
        ("case", "list"),
        ("search", "--case", case_id),
        ("coverage", "--case", case_id),
        ("analyse", "--case", "nosuchcase"),
        ("case", "close", "--case", case_id),
    ):
        office.command(*line)
    assert len(office.entries()) > 15
    assert office.command("ledger", "verify").status == 0
    return office


@pytest.fixture(scope="module")
def plain(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger's database in one file, without its log."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    with sqlite3.connect(office.home / "ledger.db") as db:
        db.execute("VACUUM INTO ?", (str(path),))
    db.close()
    return path


Altered = Callable[[Callable[[sqlite3.Connection], None]], "Office"]


@pytest.fixture
def altered(office: Office, plain: Path, tmp_path: Path) -> Altered:
    """A copy of the installation whose ledger somebody with the file at hand has altered."""

    def alter(change: Callable[[sqlite3.Connection], None]) -> Office:
        home = tmp_path / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(office.home, home)
        for path in home.glob("ledger.db*"):
            path.unlink()
        shutil.copyfile(plain, home / "ledger.db")
        with sqlite3.connect(home / "ledger.db", isolation_level=None) as db:
            asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            guards = db.execute(asked).fetchall()
            for name, _ in guards:
                db.execute(f"DROP TRIGGER {name}")
            change(db)
            # Whoever alters it covers the traces.
            for _, sql in guards:
                db.execute(sql)
        db.close()
        return type(office)(home)

    return alter


def verdict(office: Office, *options: object) -> bool:
    """Whether the command ``ledger verify`` finds nothing."""
    answer = office.command("ledger", "verify", *options)
    assert answer.status in (0, 4), answer
    if answer.status == 0:
        assert answer.data["ok"]
        return True
    told = answer.data
    # Either the report, or the refusal to open a ledger that does not match its own head.
    assert told.get("problems") or told["error"]["type"] == "LedgerDamaged"
    return False


def test_an_unaltered_copy_is_whole(altered: Altered) -> None:
    assert verdict(altered(lambda db: None))


COLUMNS = [
    ("entries", "leaf"),
    ("entries", "disclosed"),
    ("entries", "withheld"),
    ("entries", "sealed"),
    ("nodes", "hash"),
    ("head", "note"),
    ("heads", "note"),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c}" for t, c in COLUMNS])
def test_any_flipped_bit_is_found(altered: Altered, table: str, column: str) -> None:
    rng = random.Random(f"{table}.{column}")
    key = {"entries": "seq", "head": "id", "heads": "size", "nodes": "1000 * level + idx"}[table]
    for _ in range(8):

        def flip(db: sqlite3.Connection) -> None:
            keys = [k for (k,) in db.execute(f"SELECT {key} FROM {table}")]
            if table == "heads":
                keys.remove(0)
            chosen = rng.choice(keys)
            where = f"FROM {table} WHERE {key} = ?"
            kind, value = db.execute(
                f"SELECT typeof({column}), CAST({column} AS BLOB) {where}", (chosen,)
            ).fetchone()
            new = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {key} = ?"
            while True:
                bit = rng.randrange(8 * len(value))
                changed = bytearray(value)
                changed[bit // 8] ^= 1 << bit % 8
                # An index holds the withheld fields to being JSON: then another bit.
                with suppress(sqlite3.OperationalError):
                    db.execute(new, (bytes(changed), chosen))
                    break
            assert db.execute(f"SELECT CAST({column} AS BLOB) {where}", (chosen,)).fetchone() != (
                value,
            )

        assert not verdict(altered(flip))


def remove(place: int) -> Callable[[sqlite3.Connection], None]:
    def change(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entries WHERE seq = ?", (place,))

    return change


def remove_and_close_up(place: int) -> Callable[[sqlite3.Connection], None]:
    def change(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entries WHERE seq = ?", (place,))
        later = db.execute("SELECT seq FROM entries WHERE seq > ? ORDER BY seq", (place,))
        for (seq,) in later.fetchall():
            db.execute("UPDATE entries SET seq = ? WHERE seq = ?", (seq - 1, seq))

    return change


def swap(a: int, b: int) -> Callable[[sqlite3.Connection], None]:
    def change(db: sqlite3.Connection) -> None:
        for old, new in ((a, -1), (b, a), (-1, b)):
            db.execute("UPDATE entries SET seq = ? WHERE seq = ?", (new, old))

    return change


def add(db: sqlite3.Connection) -> None:
    (size,) = db.execute("SELECT count(*) FROM entries").fetchone()
    columns = "leaf, disclosed, withheld, sealed"
    db.execute(
        f"INSERT INTO entries (seq, {columns}) SELECT ?, {columns} FROM entries WHERE seq = 3",
        (size,),
    )


def put_in_its_place(db: sqlite3.Connection) -> None:
    columns = ("leaf", "disclosed", "withheld", "sealed")
    for column in columns:
        taken = f"(SELECT {column} FROM entries WHERE seq = 3)"
        db.execute(f"UPDATE entries SET {column} = {taken} WHERE seq = 5")


def cut(keep: int) -> Callable[[sqlite3.Connection], None]:
    """Cut short so that what is left matches itself: entries, nodes and heads."""

    def change(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entries WHERE seq >= ?", (keep,))
        db.execute("DELETE FROM heads WHERE size > ?", (keep,))
        (note,) = db.execute("SELECT note FROM heads WHERE size = ?", (keep,)).fetchone()
        db.execute("UPDATE head SET size = ?, note = ?", (keep, note))
        db.execute("DELETE FROM nodes WHERE (idx + 1) * (1 << level) > ?", (keep,))

    return change


@pytest.mark.parametrize(
    "change",
    [
        remove(0),
        remove(7),
        remove_and_close_up(7),
        swap(4, 5),
        swap(2, 11),
        add,
        put_in_its_place,
        cut(9),
        lambda db: db.execute("DELETE FROM nodes WHERE level = 1 AND idx = 2"),
        lambda db: db.execute("DELETE FROM heads WHERE size = 6"),
    ],
    ids=[
        "first removed",
        "removed",
        "removed and closed up",
        "neighbours swapped",
        "swapped",
        "added",
        "replaced by another",
        "cut short",
        "node removed",
        "head removed",
    ],
)
def test_entries_removed_reordered_added_or_replaced_are_found(
    altered: Altered, change: Callable[[sqlite3.Connection], Any]
) -> None:
    assert not verdict(altered(change))


def test_a_ledger_cut_short_with_its_head_does_not_fit_the_database(altered: Altered) -> None:
    short = altered(cut(9))
    with sqlite3.connect(short.home / "ledger.db") as db:
        (note,) = db.execute("SELECT note FROM heads WHERE size = 9").fetchone()
    db.close()
    (short.home / "ledger.head").write_text(note)
    # It matches itself, but not what the law believes.
    assert not verdict(short)


def test_an_old_state_of_everything_is_found_against_a_later_head(
    altered: Altered, tmp_path: Path
) -> None:
    """Whoever restores a whole backup is found by a head that somebody kept."""
    old = altered(lambda db: None)
    later = type(old)(tmp_path / "later")
    shutil.copytree(old.home, later.home)
    with later.app() as app:
        for _ in range(3):
            app.perform("judge", ListCases())
        size = app.ledger_head()[0]
    kept = tmp_path / "head.txt"
    kept.write_bytes((later.home / "ledger.head").read_bytes())
    assert verdict(later, "--against", kept)
    # It matches itself; only who kept a head can tell.
    assert verdict(old)
    assert not verdict(old, "--against", kept)
    with old.app() as app:
        # As many entries as there were, and more: by the real key, through the real door.
        while app.ledger_head()[0] <= size + 2:
            app.perform("judge", ListCases())
    assert verdict(old)
    assert not verdict(old, "--against", kept)


# -- as outsiders see it --------------------------------------------------------------


def outsider(*arguments: object) -> int:
    """Exit status of the independent verifier, in a bare interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", TOOL, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode in (0, 1), done.stdout
    return done.returncode


@pytest.fixture(scope="module")
def exported(office: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The export, made by the command, and a head from before."""
    folder = tmp_path_factory.mktemp("export")
    early, path = folder / "early.txt", folder / "ledger.jsonl"
    early.write_bytes((office.home / "ledger.head").read_bytes())
    answer = office.command("ledger", "export", "-o", path, agent="auditor")
    assert answer.status == 0, answer
    return path, early


def test_the_export_holds_for_outsiders(exported: tuple[Path, Path], office: Office) -> None:
    path, early = exported
    assert outsider(path, "--earlier", early) == 0
    lines = path.read_bytes().splitlines()
    # All entries up to the one that grants this very export.
    assert len(lines) - 2 == len(office.entries()) - 1
    # Nothing of who or what: those fields are sealed.
    text = path.read_bytes()
    for word in (b"finder", b"judge", b"PV-1", b"auditor"):
        assert word not in text


def test_an_altered_export_is_found_by_outsiders(
    exported: tuple[Path, Path], tmp_path: Path
) -> None:
    path, early = exported
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    rng = random.Random(7)
    copies = [
        [*lines[:5], *lines[6:]],
        [*lines[:5], lines[6], lines[5], *lines[7:]],
        [*lines[:-1], lines[4], lines[-1]],
        lines[:-1],
    ]
    for _ in range(8):
        bit = rng.randrange(8 * len(whole))
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        copies.append([bytes(changed)])
    copy = tmp_path / "copy.jsonl"
    for each in copies:
        copy.write_bytes(b"".join(each))
        assert outsider(copy, "--earlier", early) == 1


def test_refusals_and_system_events_are_in_the_export(
    office: Office, exported: tuple[Path, Path]
) -> None:
    text = exported[0].read_text()
    assert '"installed"' in text
    assert '"refused"' in text
    with office.app() as app:
        opened = OpenCase(reference="x", framework="preliminaire", service="SR-1")
        app.perform("judge", opened)
        again = exported[0].with_name("again.jsonl")
        app.perform("auditor", ExportLedger(output=again))
    # A later export begins with the same lines.
    first = exported[0].read_bytes().splitlines()[1:-1]
    assert again.read_bytes().splitlines()[1:][: len(first)] == first
    assert outsider(again, "--earlier", exported[1]) == 0
