from __future__ import annotations

import json
from collections.abc import Callable

from scelle.ledger import export as files
from scelle.ledger.book import Book
from scelle.ledger.entries import Draft

Draw = Callable[..., Draft]


def lines_of(book: Book, draw: Draw) -> list[bytes]:
    for act in ("open-case", "search-tracks", "make-synopsis"):
        book.append(draw(act=act), keep=True)
    return list(book.export())


def test_an_export_holds(book: Book, draw: Draw) -> None:
    lines = lines_of(book, draw)
    report = files.verify_export(lines, vkey=book.vkey, earlier=[book.head_at(2)])
    assert report.ok, report.problems
    assert report.size == 3
    assert files.verify_export(lines).ok


def test_an_empty_export_holds(book: Book) -> None:
    assert files.verify_export(list(book.export())).ok


def test_nothing_sealed_leaves(book: Book, draw: Draw) -> None:
    whole = b"".join(lines_of(book, draw))
    assert b"agent-1" not in whole
    for entry in book.entries():
        assert entry.sealed
        assert entry.sealed.hex().encode() not in whole
        salt, label = entry.withheld["key"]
        assert salt.encode() not in whole
        assert str(label).encode() not in whole
    assert {json.loads(line)["disclosed"]["act"][1] for line in whole.split(b"\n")[1:4]} == {
        "open-case",
        "search-tracks",
        "make-synopsis",
    }


def test_every_flipped_bit_is_found(book: Book, draw: Draw) -> None:
    book.append(draw())
    whole = b"".join(book.export())
    # Every third bit: each byte's turn comes.
    for i in range(0, len(whole) * 8, 3):
        bad = bytearray(whole)
        bad[i // 8] ^= 1 << i % 8
        assert not files.verify_export(bytes(bad).splitlines(keepends=True)).ok, i


def test_lines_removed_reordered_added(book: Book, draw: Draw) -> None:
    lines = lines_of(book, draw)
    for i in range(len(lines)):
        assert not files.verify_export(lines[:i] + lines[i + 1 :]).ok
        assert not files.verify_export([*lines[: i + 1], lines[i], *lines[i + 1 :]]).ok
        assert not files.verify_export([*lines[:i], b"{}\n", *lines[i:]]).ok
    for i in range(len(lines) - 1):
        swapped = [*lines[:i], lines[i + 1], lines[i], *lines[i + 2 :]]
        assert not files.verify_export(swapped).ok
    assert not files.verify_export([]).ok
    assert not files.verify_export([*lines, b"\n"]).ok


def test_more_said_than_was_written(book: Book, draw: Draw) -> None:
    lines = lines_of(book, draw)
    line = json.loads(lines[1])
    line["disclosed"]["hours"] = ["salt", 3]
    forged = json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    report = files.verify_export([lines[0], forged, *lines[2:]])
    assert [p.check for p in report.problems] == ["digest"]


def test_another_key_than_expected(book: Book, draw: Draw) -> None:
    lines = lines_of(book, draw)
    other = book.vkey.replace("scelle", "scella")
    assert not files.verify_export(lines, vkey=other).ok
