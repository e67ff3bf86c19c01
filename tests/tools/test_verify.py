"""The independent verifier, run as an outsider runs it: alone, in a bare interpreter."""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from scelle.ledger import checkpoint as notes
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import COSIGNATURE, Signer
from scelle.ledger.entries import Draft
from scelle.ledger.export import lines as export_lines
from scelle.ledger.export import verify_export

TOOL = Path(__file__).parents[2] / "tools" / "verify.py"
LOG = Signer("ledger.example/scelle", b"s" * 32)
WITNESS = Signer("witness.example/w", b"w" * 32, COSIGNATURE)


def run(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", TOOL, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db", LOG)
    for i in range(5):
        book.append(
            Draft(
                {
                    "month": f"2026-0{1 + i}",
                    "act": "search-tracks",
                    "result": "granted" if i % 2 else "refused",
                    "service": "gendarmerie d'été \U0001f600 \x07",
                    "demonstration": i == 4,
                    "counts": {"tracks": i},
                },
                {"agent": "agent-1"},
                b"k" * 32,
            ),
            keep=True,
        )
    yield book
    book.close()


@pytest.fixture
def file(book: Book, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"".join(book.export()))
    return path


def test_it_needs_the_standard_library_alone() -> None:
    tree = ast.parse(TOOL.read_text())
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {
        str(node.module).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names
    ast.parse(TOOL.read_text(), feature_version=(3, 9))


def test_its_own_signature_check_is_tested() -> None:
    status, said = run("--self-test")
    assert status == 0
    assert "RFC 8032" in said


def test_a_whole_export_holds(file: Path, book: Book, tmp_path: Path) -> None:
    head = tmp_path / "head.txt"
    head.write_text(book.head_at(3))
    status, said = run(file, "--vkey", book.vkey, "--earlier", head)
    assert status == 0, said
    assert "DOES NOT HOLD" not in said
    assert "5 entries" in said
    assert "3 entries of the earlier head" in said
    assert "2 x search-tracks, granted" in said
    assert "2 x search-tracks, refused" in said
    assert "1 x search-tracks (demonstration), refused" in said
    assert "not that nobody" in said
    status, said = run(file)
    assert status == 0
    assert book.vkey in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"refused"', b'"granted"', "is not the one that was written"),
        (b'"tracks":3', b'"tracks":0', "is not the one that was written"),
        (b'"seq":2}', b'"seq":3}', "states that it is entry 3"),
        (b"\\n5\\n", b"\\n6\\n", "is wrong"),
    ],
)
def test_it_says_what_does_not_hold(file: Path, old: bytes, new: bytes, reason: str) -> None:
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new, 1))
    status, said = run(file)
    assert status == 1
    assert reason in said


def test_removed_reordered_and_added_lines(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    for changed in (
        lines[:-2] + lines[-1:],
        lines[:2] + lines[3:],
        [lines[0], lines[2], lines[1], *lines[3:]],
        [*lines[:3], lines[2], *lines[3:]],
        lines[:-1],
        lines[1:],
        lines[1:2],
        lines[-1:],
        [*lines, b"\n"],
        [*lines, lines[2]],
        [lines[0], lines[-1], *lines[1:-1]],
    ):
        file.write_bytes(b"".join(changed))
        assert run(file)[0] == 1


def test_signed_again_after_cutting(file: Path, book: Book, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(book.head())
    cut = export_lines(book.vkey, book.entries(0, 3), [], book.head_at(3))
    file.write_bytes(b"".join(cut))
    assert run(file, "--vkey", book.vkey)[0] == 0
    status, said = run(file, "--vkey", book.vkey, "--earlier", kept)
    assert status == 1
    assert "earlier head" in said


def test_another_key(file: Path, tmp_path: Path) -> None:
    other = Signer(LOG.name, b"x" * 32)
    status, said = run(file, "--vkey", other.vkey)
    assert status == 1
    assert "other keys than the one you gave" in said


def test_witnesses(file: Path, book: Book) -> None:
    assert run(file, "--witness", WITNESS.vkey)[0] == 1
    note = notes.add_cosignature(book.head(), WITNESS, 1_790_000_000)
    file.write_bytes(b"".join(export_lines(book.vkey, book.entries(), [], note)))
    status, said = run(file, "--witness", WITNESS.vkey)
    assert status == 0, said
    assert "witness.example/w has witnessed the first 5 entries, on 2026-09-21 at" in said
    assert "give --witness" in run(file)[1]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    status, said = run(tmp_path / "none")
    assert status == 2
    assert (
        said == f"CANNOT CHECK   {tmp_path / 'none'} cannot be read: No such file or directory.\n"
    )


def test_an_earlier_head_that_is_not_there(file: Path, tmp_path: Path) -> None:
    status, said = run(file, "--earlier", tmp_path / "none")
    assert status == 2
    assert f"{tmp_path / 'none'} cannot be read" in said
    (tmp_path / "none").write_bytes(b"\xff")
    assert run(file, "--earlier", tmp_path / "none") == (
        2,
        "CANNOT CHECK   An earlier head is not a text.\n",
    )


@pytest.mark.parametrize("data", [b"", b"Dear colleague,\n", b'{"a":1}\n{"b":2}\n', b"\x00\xff"])
def test_a_file_that_is_no_export(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(data)
    assert run(path) == (
        2,
        f"CANNOT CHECK   {path} is nothing that a Scelle installation hands out.\n",
    )


# -- in this interpreter, for speed: the very same functions ----------------------


def test_every_flipped_bit_is_found(file: Path, tool: ModuleType) -> None:
    """Every eleventh byte, one random bit of it; the product's own verifier agrees."""
    data = file.read_bytes()
    assert not tool.check_export(file, tool.Trust()).wrong
    chance = random.Random(7)
    for i in range(0, len(data), 11):
        bad = bytearray(data)
        bad[i] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(bad))
        assert tool.check_export(file, tool.Trust()).wrong, i
        if i % 33 == 0:
            assert not verify_export(bytes(bad).splitlines(keepends=True)).ok


def test_signatures_as_the_library_sees_them(tool: ModuleType) -> None:
    chance = random.Random(3)
    for _ in range(6):
        signer = Signer("x", chance.randbytes(32))
        message = chance.randbytes(chance.randrange(40))
        signature = signer._signature(message)
        public = signer.vkey.public
        assert tool.ed25519_holds(public, message, signature)
        bit = chance.randrange(512)
        bad = bytearray(signature)
        bad[bit // 8] ^= 1 << bit % 8
        assert not tool.ed25519_holds(public, message, bytes(bad))
        # The same signature with S + L: RFC 8032 forbids it, some libraries let it pass.
        s = int.from_bytes(signature[32:], "little") + tool.ORDER
        assert not tool.ed25519_holds(public, message, signature[:32] + s.to_bytes(32, "little"))
        assert not tool.ed25519_holds(public, message, signature[:63])
        assert not tool.ed25519_holds(public[:31], message, signature)
    assert not tool.ed25519_holds(b"\xff" * 32, b"", signature)


def test_an_empty_ledger(tmp_path: Path, tool: ModuleType) -> None:
    empty = Book(tmp_path / "empty.db", LOG)
    file = tmp_path / "empty.jsonl"
    file.write_bytes(b"".join(empty.export()))
    result = tool.check_export(file, tool.Trust(earlier=(("first", empty.head()),)))
    assert result.wrong == []
    empty.close()


@pytest.mark.parametrize("value", [1.5, 2**53, {"a": 0.1}])
def test_values_no_ledger_holds(tool: ModuleType, value: object) -> None:
    with pytest.raises(tool.Wrong):
        tool.canonical(value)


def test_canonical_is_the_library_s(tool: ModuleType) -> None:
    import rfc8785

    value = {"é": [1, -2, True, None], "\U0001f600": '\x00\x1f\x7f"\\/', "\ufb33": {}, "a": ""}
    assert tool.canonical(value).encode() == rfc8785.dumps(json.loads(json.dumps(value)))
