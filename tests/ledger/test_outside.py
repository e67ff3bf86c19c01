"""Witnesses' signatures and handing over, kept by the book and followed by who verifies."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scelle.errors import BadInput, LedgerDamaged, Misconfigured
from scelle.ledger import checkpoint as notes
from scelle.ledger.anchoring import Anchoring
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
from scelle.ledger.export import verify_export
from scelle.ledger.verify import ROTATED, WITNESS_NAMED
from scelle.ledger.witness import Witness

Draw = Callable[..., Draft]
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = b"i" * 32


def event(act: str, vkey: str) -> Draft:
    fields = {"phase": "system", "act": act, "month": "2026-03", "vkey": vkey}
    return Draft(dict(fields), {}, KEY)


@pytest.fixture
def witness(tmp_path: Path, book: Book) -> Witness:
    made = Witness.begin(tmp_path / "w", "witness.example/w")
    made.trust(book.vkey)
    book.name_witness(event(WITNESS_NAMED, made.vkey), made.vkey, "", AT)
    return made


def exchange(book: Book, witness: Witness) -> tuple[str, ...]:
    """One exchange of files."""
    book.checkpoint(AT)
    anchoring = Anchoring(book, None, lambda *_: None)
    (named,) = book.outside.witnesses()
    return book.outside.add(witness.answer_file(anchoring.request_for(named), AT))


def rotate(book: Book, seed: bytes) -> Signer:
    successor = Signer(book.origin, seed)
    book.rotate(event(ROTATED, str(successor.vkey)), successor, AT)
    return successor


def test_a_witness_signs_and_the_book_tells_how_far(
    book: Book, draw: Draw, witness: Witness
) -> None:
    assert book.check().witnessed[0].size == 0
    book.append(draw())
    assert exchange(book, witness) == (witness.name,)
    assert exchange(book, witness) == ()
    for _ in range(3):
        book.append(draw())
    report = book.check()
    assert report.ok, report.problems
    (seen,) = report.witnessed
    assert (seen.name, seen.size, seen.at) == (witness.name, 2, int(AT.timestamp()))
    assert exchange(book, witness)
    assert book.check().witnessed[0].size == 5
    assert [w.size for w in book.outside.witnesses()] == [5]
    exported = list(book.export())
    assert verify_export(exported, witnesses=[witness.vkey]).ok
    stranger = Signer("stranger", b"z" * 32, notes.COSIGNATURE)
    assert not verify_export(exported, witnesses=[str(stranger.vkey)]).ok
    assert not book.check(witnesses=[str(stranger.vkey)]).ok


def test_foreign_or_wrong_answers_are_not_kept(book: Book, draw: Draw, witness: Witness) -> None:
    note = book.checkpoint(AT)
    signer = Signer("somebody", b"z" * 32, notes.COSIGNATURE)
    assert book.outside.add(notes.add_cosignature(note, signer, 1)) == ()
    # The witness' own name and key id, over another text.
    other = notes.add_cosignature(note.replace("\n1\n", "\n2\n"), witness._signer, 1)
    with pytest.raises(BadInput, match="kept no such head"):
        book.outside.add(other)
    forged = note + notes.signature_lines(other)[-1]
    with pytest.raises(BadInput, match=r"signature of witness\.example/w is wrong"):
        book.outside.add(forged)
    with pytest.raises(BadInput, match="cannot be used"):
        book.outside.add("no note")
    assert book.check().witnessed[0].size == 0


def test_a_copy_that_goes_on_apart_gets_no_second_signature(
    book: Book, draw: Draw, witness: Witness, signer: Signer, tmp_path: Path
) -> None:
    """Two instances that part: the witness signs one history, and keeps the other as evidence."""
    book.append(draw())
    exchange(book, witness)
    book.close()
    twin_home = tmp_path / "twin"
    twin_home.mkdir()
    for path in tmp_path.glob("ledger.*"):
        shutil.copy2(path, twin_home / path.name)
    twin = Book(twin_home / "ledger.db", signer)
    book.append(draw(act="one"))
    twin.append(draw(act="other"))
    assert exchange(book, witness)
    with pytest.raises(BadInput, match="another head of this ledger, of 3 entries"):
        exchange(twin, witness)
    twin.append(draw(), keep=True)
    anchoring = Anchoring(twin, None, lambda *_: None)
    (named,) = twin.outside.witnesses()
    request = anchoring.request_for(named, seen=3)
    with pytest.raises(BadInput, match="was altered"):
        witness.answer_file(request, AT)
    assert witness.known()[0].refused == 1
    # Each by itself is whole; a head of the other tells.
    assert twin.check().ok
    assert [p.check for p in twin.check(earlier=[book.head()]).problems] == ["earlier"]


def test_the_key_hands_over_and_everybody_follows(
    book: Book, draw: Draw, witness: Witness, signer: Signer
) -> None:
    book.append(draw())
    kept, first = book.checkpoint(AT), book.vkey
    second = rotate(book, b"2" * 32)
    book.append(draw())
    third = rotate(book, b"3" * 32)
    book.append(draw())
    assert book.vkeys() == (first, str(second.vkey), str(third.vkey))
    assert notes.verify(book.head(), third.vkey).size == 6
    report = book.check(earlier=[kept])
    assert report.ok, report.problems
    lines = list(book.export())
    for key in book.vkeys():
        assert verify_export(lines, vkey=key, earlier=[kept]).ok
    stranger = str(Signer(book.origin, b"9" * 32).vkey)
    assert not verify_export(lines, vkey=stranger).ok
    # Reopened with the key in force, found among others; not with the old one alone.
    book.close()
    again = Book(book.path, signer, third)
    assert again.append(draw()) == 6
    with pytest.raises(Misconfigured, match="another signing key"):
        Book(book.path, signer)


def test_another_process_follows_the_hand_over(book: Book, draw: Draw, signer: Signer) -> None:
    successor = Signer(signer.name, b"2" * 32)
    other = Book(book.path, signer, reload=lambda: [signer, successor])
    blind = Book(book.path, signer)
    rotate(book, b"2" * 32)
    assert other.append(draw()) == 1
    with pytest.raises(Misconfigured, match="another signing key"):
        blind.append(draw())
    assert other.check().ok


@pytest.mark.parametrize("how", ["unnamed", "unsigned", "head taken away"])
def test_a_hand_over_that_the_old_key_did_not_sign_is_found(
    book: Book, draw: Draw, signer: Signer, how: str
) -> None:
    """An intruder with the file, and a key of their own."""
    book.append(draw())
    own = Signer(book.origin, b"x" * 32)
    if how == "unnamed":
        with closing(sqlite3.connect(book.path)) as db:
            db.execute("INSERT INTO keys VALUES (0, ?)", (str(own.vkey),))
            db.commit()
        with pytest.raises(Misconfigured, match="another signing key"):
            Book(book.path, signer)
        assert {p.check for p in book.check().problems} >= {"storage", "handover"}
        return
    rotate(book, b"x" * 32)
    with closing(sqlite3.connect(book.path)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        guards = triggers.fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        if how == "unsigned":
            (note,) = db.execute("SELECT note FROM heads WHERE size = 2").fetchone()
            text = note.rpartition("\n\n")[0] + "\n"
            db.execute("UPDATE heads SET note = ? WHERE size = 2", (f"{text}\n{own.sign(text)}",))
            db.execute("UPDATE head SET note = ?", (f"{text}\n{own.sign(text)}",))
        else:
            db.execute("DELETE FROM heads WHERE size = 2")
        for _, sql in guards:
            db.execute(sql)
        db.commit()
    assert "handover" in {p.check for p in book.check().problems}


def test_a_signature_or_witness_taken_out_of_the_database_is_found(
    book: Book, draw: Draw, witness: Witness
) -> None:
    exchange(book, witness)
    with closing(sqlite3.connect(book.path)) as db:
        db.execute("DROP TRIGGER witnesses_no_delete")
        db.execute("DELETE FROM witnesses")
        db.commit()
    assert {p.check for p in book.check().problems} == {"storage", "witness"}


def test_outside_rows_are_append_only(book: Book, witness: Witness) -> None:
    exchange(book, witness)
    for statement in (
        "DELETE FROM witnesses",
        "UPDATE cosignatures SET line = ''",
        "INSERT OR REPLACE INTO cosignatures SELECT * FROM cosignatures",
        "INSERT INTO keys SELECT 0, vkey FROM witnesses UNION SELECT 0, vkey FROM witnesses",
        "DELETE FROM anchors WHERE number = 0 OR 1",
    ):
        with closing(sqlite3.connect(book.path)) as db:
            if "anchors" in statement:
                db.execute("INSERT INTO anchors VALUES (0, 1, 'x', x'00')")
            if "keys" in statement:
                db.execute("INSERT INTO keys VALUES (5, 'x')")
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(statement)


def test_a_book_does_not_shrink_under_a_process_that_saw_more(
    book: Book, draw: Draw, signer: Signer
) -> None:
    """An old copy is put back, head beside and all, while the program runs."""
    book.append(draw())
    book.close()
    names = ("ledger.db", "ledger.head", "ledger.clock")
    old = {n: (book.path.parent / n).read_bytes() for n in names if (book.path.parent / n).exists()}
    for _ in range(3):
        book.append(draw())
    known = book._known
    book.close()
    for name, data in old.items():
        (book.path.parent / name).write_bytes(data)
    book._known = known
    with pytest.raises(LedgerDamaged, match="first 4 entries are not what they were"):
        book.append(draw())
    # A new process cannot know; only who kept a head can.
    assert Book(book.path, signer).check().ok
