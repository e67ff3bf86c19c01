"""The independent verifier, run as an outsider runs it: alone, in a bare interpreter."""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from scelle.ledger import checkpoint as notes
from scelle.ledger import storage
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import COSIGNATURE, Signer
from scelle.ledger.entries import Draft, Row
from scelle.ledger.export import lines as export_lines
from scelle.ledger.export import verify_export
from scelle.ledger.outside import Anchor

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


def rows_of(book: Book, stop: int = 2**62) -> list[Row]:
    with storage.reading(book.path) as db:
        return list(storage.rows(db, "seq < ?", (stop,)))


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


#: As Windows starts other processes, and as small as an export of a test.
IN_PARTS = """
import multiprocessing, sys
sys.path.insert(0, sys.argv[1])
import verify
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    verify.LARGE, verify.PART = 1, 2
    sys.exit(verify.main(sys.argv[2:]))
"""


def test_a_large_export_is_looked_at_by_several_processes_alike(file: Path, tmp_path: Path) -> None:
    program = tmp_path / "in_parts.py"
    program.write_text(IN_PARTS)

    def in_parts() -> tuple[int, str]:
        line = [sys.executable, str(program), str(TOOL.parent), str(file)]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
        assert done.stderr == ""
        return done.returncode, done.stdout

    whole = file.read_bytes().splitlines(keepends=True)
    assert in_parts() == run(file)
    assert in_parts()[0] == 0
    changed = [*whole[:4], whole[4].replace(b"2026-04", b"2026-05"), *whole[5:], *whole[2:3]]
    file.write_bytes(b"".join(changed))
    assert in_parts() == run(file)
    assert "Entry 3: its field 'month'" in in_parts()[1]


@pytest.mark.parametrize("console", ["ascii", "cp437", "cp1252", "utf-8"])
def test_any_console_and_any_name(file: Path, tmp_path: Path, console: str) -> None:
    """Consoles of Windows know few letters; names of files may have any."""
    odd = tmp_path / "pièce 7 \U0001f4fc"
    odd.mkdir()
    path = file.rename(odd / "registre né.jsonl")
    for arguments, status in (((path,), 0), ((odd / "nothing é.jsonl",), 2), ((odd,), 2)):
        done = subprocess.run(
            [sys.executable, TOOL, *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": console},
        )
        assert (done.returncode, done.stderr) == (status, b""), done
        assert b"\x1b" not in done.stdout


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
    cut = export_lines(book.vkey, rows_of(book, 3), [], book.head_at(3))
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
    file.write_bytes(b"".join(export_lines(book.vkey, rows_of(book), [], note)))
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


@pytest.mark.parametrize("text", ["1e30", "0.00001", "1.0", "0.10", "NaN", str(2**53)])
def test_values_no_ledger_holds(tool: ModuleType, text: str) -> None:
    with pytest.raises(tool.Wrong):
        tool.read_line(b'{"a":' + text.encode() + b"}")


def test_a_fraction_that_every_program_writes_alike_is_read(tool: ModuleType) -> None:
    assert tool.read_line(b'{"a":0.15}') == {"a": 0.15}


def test_canonical_is_the_library_s(tool: ModuleType) -> None:
    import rfc8785

    value = {"é": [1, -2, True, None], "\U0001f600": '\x00\x1f\x7f"\\/', "\ufb33": {}, "a": ""}
    assert tool.canonical(value).encode() == rfc8785.dumps(json.loads(json.dumps(value)))


# -- handing over, witnesses, tiles, proofs, timestamps ------------------------------


def rotated(book: Book, seed: bytes) -> Signer:
    successor = Signer(book.origin, seed)
    fields = {"phase": "system", "act": "key-rotated", "month": "2026-06", "result": "done"}
    draft = Draft({**fields, "vkey": str(successor.vkey)}, {}, b"k" * 32)
    book.rotate(draft, successor)
    return successor


def exported(book: Book, path: Path) -> Path:
    path.write_bytes(b"".join(book.export()))
    return path


def test_it_follows_the_key_and_the_witness(book: Book, tmp_path: Path) -> None:
    kept, first = tmp_path / "kept.txt", book.vkey
    kept.write_text(book.head())
    second = rotated(book, b"2" * 32)
    note = book.checkpoint(datetime(2026, 6, 1, tzinfo=UTC))
    fields = {"phase": "system", "act": "witness-named", "month": "2026-06", "result": "done"}
    draft = Draft({**fields, "vkey": str(WITNESS.vkey)}, {}, b"k" * 32)
    book.name_witness(draft, str(WITNESS.vkey), "")
    assert book.outside.add(notes.add_cosignature(note, WITNESS, 1_790_000_000))
    file = exported(book, tmp_path / "rotated.jsonl")
    for key in (first, str(second.vkey)):
        status, said = run(file, "--vkey", key, "--earlier", kept, "--witness", WITNESS.vkey)
        assert status == 0, said
        assert "Entry 5 hands over to a new key; both signed it." in said
        assert "has witnessed the first 6 entries, on 2026-09-21" in said
    other = Signer(book.origin, b"9" * 32)
    assert run(file, "--vkey", other.vkey)[0] == 1
    # Without the head over the hand-over nobody can follow.
    lines = file.read_bytes().splitlines(keepends=True)
    heads = [line for line in lines if line.startswith(b'{"anchors"')]
    assert len(heads) == 1
    file.write_bytes(b"".join(line for line in lines if line not in heads))
    status, said = run(file)
    assert status == 1
    assert "the head over it is not there" in said


def test_a_key_that_did_not_hand_over_is_not_followed(book: Book, tmp_path: Path) -> None:
    rotated(book, b"2" * 32)
    file = exported(book, tmp_path / "rotated.jsonl")
    head = notes.parse(book.head())
    forged = notes.sign(head, Signer(book.origin, b"2" * 32))
    data = file.read_text(encoding="utf-8")
    both = json.dumps(book.checkpoints()[-1][1], ensure_ascii=False)
    assert both in data
    file.write_text(data.replace(both, json.dumps(forged, ensure_ascii=False)), encoding="utf-8")
    status, said = run(file)
    assert status == 1
    assert "hands over to another key: ledger.example/scelle has not signed it" in said


def test_tiles_hold_and_every_altered_file_is_named(book: Book, tmp_path: Path) -> None:
    book.append_all([Draft({"month": "2026-06", "act": "a", "result": "r"}, {}, b"k" * 32)] * 260)
    folder = tmp_path / "tiles"
    assert book.tiles(folder) == 265
    status, said = run(folder, "--vkey", book.vkey)
    assert status == 0, said
    assert "Each of the 3 tiles holds the hashes" in said
    assert "265 entries whose root" in said
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            whole = path.read_bytes()
            bad = bytearray(whole)
            bad[len(bad) // 2] ^= 1
            path.write_bytes(bytes(bad))
            assert run(folder)[0] == 1, path
            path.write_bytes(whole)
    (folder / "tile" / "1" / "000.p" / "1").unlink()
    status, said = run(folder)
    assert status == 1
    assert "tile/1/000.p/1" in said


def test_entries_with_their_proofs(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(book.prove([1, 4]))
    status, said = run(file, "--vkey", book.vkey)
    assert status == 0, said
    assert "Entry 1 is in it: search-tracks, granted, 2026-02." in said
    assert "Entry 4 is in it" in said
    data = file.read_bytes()
    for i in range(0, len(data), 23):
        bad = bytearray(data)
        bad[i] ^= 1
        file.write_bytes(bytes(bad))
        assert run(file)[0] != 0, i


CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {0}/serial
signer_cert = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[leaf]
extendedKeyUsage = critical,timeStamping
"""


def stamped(folder: Path, text: bytes, key: str) -> tuple[bytes, Path]:
    """A timestamp authority's reply, and its certificate."""
    folder.mkdir()
    config = folder / "tsa.cnf"
    config.write_text(CONFIG.format(folder))
    (folder / "serial").write_text("01\n")
    (folder / "text").write_bytes(text)

    def openssl(*line: object) -> None:
        subprocess.run(["openssl", *map(str, line)], check=True, capture_output=True, cwd=folder)

    kind = ("rsa:2048",) if key == "rsa" else ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    openssl("req", "-x509", "-newkey", *kind, "-nodes", "-config", config, "-extensions", "leaf",
            "-subj", "/CN=tsa", "-keyout", "tsa.key", "-out", "tsa.pem")  # fmt: skip
    openssl("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "query")
    openssl("ts", "-reply", "-config", config, "-section", "own", "-queryfile", "query",
            "-out", "reply")  # fmt: skip
    return (folder / "reply").read_bytes(), folder / "tsa.pem"


def test_timestamps_as_far_as_the_standard_library_goes(book: Book, tmp_path: Path) -> None:
    text = notes.parse(book.head_at(4)).text.encode()
    reply, certificate = stamped(tmp_path / "rsa", text, "rsa")
    book.outside.add_anchor(Anchor(4, "tsa", reply))
    file = exported(book, tmp_path / "stamped.jsonl")
    status, said = run(file, "--authority", certificate)
    assert status == 0, said
    assert "The first 4 entries were there on 20" in said
    status, said = run(file)
    assert status == 0
    assert "its signature holds; certificate, SHA-256" in said
    _, other = stamped(tmp_path / "other", text, "rsa")
    status, said = run(file, "--authority", other)
    assert status == 1
    assert "not signed with the certificate that you gave" in said


def test_a_timestamp_whose_signature_it_cannot_check_says_so(
    tmp_path: Path, tool: ModuleType
) -> None:
    reply, _ = stamped(tmp_path / "ec", b"text", "ec")
    assert "not RSA" in tool.read_stamp(reply, b"text").signature


def test_every_flipped_bit_of_a_timestamp_that_matters_is_found(
    tmp_path: Path, tool: ModuleType
) -> None:
    """Of the certificate only the key, the serial number and the issuer matter."""
    reply, pem = stamped(tmp_path / "rsa", b"text", "rsa")
    assert tool.read_stamp(reply, b"text").signature == "holds"
    with pytest.raises(tool.Wrong, match="something else"):
        tool.read_stamp(reply, b"other")
    certificate = tool.certificate(pem)
    where = reply.index(certificate)
    chance, seen = random.Random(5), 0
    for _ in range(300):
        place = chance.randrange(len(reply))
        if where <= place < where + len(certificate):
            continue
        bad = bytearray(reply)
        bad[place] ^= 1 << chance.randrange(8)
        try:
            stamp = tool.read_stamp(bytes(bad), b"text", certificate)
        except (tool.Wrong, ValueError, IndexError):
            seen += 1
            continue
        # It says that it did not check; or what is left says the same.
        seen += stamp.signature != "holds"
        if stamp.signature == "holds":
            assert stamp == tool.read_stamp(reply, b"text", certificate), place
    assert seen > 100
