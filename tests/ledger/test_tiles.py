"""Tiles as the specification lays them out, and proofs of single entries."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import NotFound
from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle
from scelle.ledger.book import Book
from scelle.ledger.entries import Draft
from scelle.ledger.tiles import _write_hashes, path_of

Draw = Callable[..., Draft]


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (1234067, 256, "x001/x234/067"),  # the specification's own example
        (0, 256, "000"),
        (0, 1, "000.p/1"),
        (999, 255, "999.p/255"),
        (1000, 256, "x001/000"),
    ],
)
def test_names(number: int, width: int, path: str) -> None:
    assert path_of(number, width) == path


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification(tmp_path: Path) -> None:
    """Its example: 273 full tiles and one of 112; one full and one of 17; one of 1."""
    level = [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(70_000)]
    _write_hashes(tmp_path, level)
    found = sorted(p.relative_to(tmp_path / "tile") for p in tmp_path.rglob("*") if p.is_file())
    names = {str(p) for p in found}
    assert len(names) == 273 + 1 + 1 + 1 + 1
    assert {"0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1", "0/272"} <= names
    assert (tmp_path / "tile/0/272").stat().st_size == 8192
    assert (tmp_path / "tile/0/272").read_bytes() == b"".join(level[272 * 256 : 273 * 256])
    tile = (tmp_path / "tile/1/000").read_bytes()
    assert tile[32:64] == merkle.root_of(level[256:512])
    assert (tmp_path / "tile/2/000.p/1").read_bytes() == merkle.root_of(level[:65536])


@given(size=st.integers(1, 3000))
def test_the_rightmost_tiles_are_as_wide_as_the_specification_says(
    size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tiles")
    _write_hashes(folder, [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(size)])
    for height in range(3):
        whole, rest = divmod(size // 256**height, 256)
        wanted = {f"{n:03d}" for n in range(whole)} | ({f"{whole:03d}.p/{rest}"} if rest else set())
        base = folder / "tile" / str(height)
        found = {str(p.relative_to(base)) for p in base.rglob("*") if p.is_file()}
        assert found == wanted


def test_a_later_export_completes_an_earlier_one(book: Book, draw: Draw, tmp_path: Path) -> None:
    book.append_all([draw()] * 300)
    folder = tmp_path / "tiles"
    assert book.tiles(folder) == 300
    full = (folder / "tile/entries/000").read_bytes()
    bundle, at = [], 0
    while at < len(full):
        length = int.from_bytes(full[at : at + 2], "big")
        bundle.append(full[at + 2 : at + 2 + length])
        at += 2 + length
    assert bundle == [e.leaf for e in book.entries(0, 256)]
    book.append(draw())
    assert book.tiles(folder) == 301
    assert (folder / "tile/entries/000").read_bytes() == full
    assert (folder / "tile/0/001.p/44").exists()
    assert (folder / "tile/0/001.p/45").stat().st_size == 45 * 32
    assert (folder / "checkpoint").read_text() == book.head()


def test_proofs_of_entries_stand_by_themselves(book: Book, draw: Draw) -> None:
    book.append_all([draw(act=f"act-{i}") for i in range(9)])
    proof = json.loads(book.prove([7, 2, 7]))
    assert [e["seq"] for e in proof["entries"]] == [2, 7]
    head = notes.parse(proof["checkpoint"])
    for each in proof["entries"]:
        leaf = merkle.leaf_hash(book.entry(each["seq"]).leaf)
        path = [base64.b64decode(p) for p in each["proof"]]
        assert merkle.inclusion_holds(leaf, each["seq"], 9, path, head.root)
    assert "agent-1" not in json.dumps(proof)
    with pytest.raises(NotFound, match="no entry 9"):
        book.prove([9])
