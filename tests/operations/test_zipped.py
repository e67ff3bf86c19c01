"""A ZIP file is taken only where it can be read in one way."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput, Damaged
from scelle.operations.zipped import pack, unpack

PART = st.text("abcXYZ019é-_", min_size=1, max_size=6)
NAMES = st.lists(PART, min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=5)


def packed(place: Path, files: dict[str, bytes]) -> Path:
    """A ZIP file of these, by the program itself."""
    for name, data in files.items():
        (place / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "in" / name).write_bytes(data)
    pack(place / "in", place / "out.zip")
    return place / "out.zip"


def taken(archive: Path, to: Path) -> dict[str, bytes]:
    unpack(archive, to)
    return {
        p.relative_to(to).as_posix(): p.read_bytes() for p in sorted(to.rglob("*")) if p.is_file()
    }


def possible(files: dict[str, bytes]) -> bool:
    """No file is also a folder, nor do two differ in case alone: not every system has those."""
    told = {name.casefold() for name in files}
    above = {"/".join(n.split("/")[:i]) for n in told for i in range(1, n.count("/") + 1)}
    return len(told) == len(files) and not above & told


@settings(max_examples=60, deadline=None)
@given(TREES.filter(possible))
def test_what_was_packed_is_taken_as_it_was(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as place:
        archive = packed(Path(place), files)
        assert taken(archive, Path(place) / "to") == files


@settings(max_examples=150, deadline=None)
@given(TREES.filter(possible), st.data())
def test_a_changed_byte_is_refused_or_changes_no_file(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as place:
        archive = packed(Path(place), files)
        changed = bytearray(archive.read_bytes())
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] ^= data.draw(st.integers(1, 255))
        archive.write_bytes(changed)
        with contextlib.suppress(BadInput, Damaged):
            assert taken(archive, Path(place) / "to") == files


@settings(max_examples=60, deadline=None)
@given(TREES.filter(possible), st.data(), st.binary(min_size=1, max_size=40))
def test_nothing_is_hidden_anywhere_in_it(
    files: dict[str, bytes], data: st.DataObject, more: bytes
) -> None:
    with TemporaryDirectory() as place:
        archive = packed(Path(place), files)
        whole = archive.read_bytes()
        at = data.draw(st.integers(0, len(whole)))
        archive.write_bytes(whole[:at] + more + whole[at:])
        with pytest.raises((BadInput, Damaged)):
            unpack(archive, Path(place) / "to")


Entry = tuple[str | zipfile.ZipInfo, bytes]


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def squeezed(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize(
    "entries",
    [
        [("../a", b"")],
        [("a/../../b", b"")],
        [("/etc/a", b"")],
        [("a\\..\\b", b"")],
        [("C:/a", b"")],
        [("a//b", b"")],
        [("a/./b", b"")],
        [("con.txt", b"")],
        [("a.", b"")],
        [("a\u202eb", b"")],
        [("a\nb", b"")],
        [("a", b"1"), ("a", b"2")],
        [("a/b", b"1"), ("A/B", b"2")],
        [("a", b"1"), ("a/b", b"2")],
        [("a/", b"")],
        [(link("a"), b"/etc/passwd")],
        [(squeezed("a"), bytes(1 << 20))],
    ],
    ids=lambda entries: repr([getattr(name, "filename", name) for name, _ in entries]),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_deceives_is_refused_before_anything_is_written(
    tmp_path: Path, entries: list[Entry]
) -> None:
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name, data in entries:
            out.writestr(name, data)
    with pytest.raises(Damaged, match="not built as one"):
        unpack(archive, tmp_path / "to" / "deep")
    assert [p.name for p in tmp_path.iterdir()] == ["in.zip"]


def made(*, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"one")
        archive.comment = comment
    return out.getvalue()


def twice(whole: bytes) -> bytes:
    """The directory names the first file's bytes a second time, under another name."""
    at = whole.index(b"PK\x01\x02")
    entry = whole[at : whole.index(b"PK\x05\x06")]
    end = bytearray(whole[whole.index(b"PK\x05\x06") :])
    end[8] = end[10] = 2
    end[12:16] = (2 * len(entry)).to_bytes(4, "little")
    return whole[:at] + entry + entry[:-1] + b"b" + bytes(end)


@pytest.mark.parametrize(
    "alter",
    [
        lambda w: b"#!/bin/sh\n" + w,
        lambda w: w + b"more",
        lambda w: made(comment=b"more"),
        twice,
        lambda w: w.replace(b"PK\x01\x02", b"hidden" + b"PK\x01\x02"),
        lambda w: w[:-30],
        lambda w: b"",
    ],
    ids=["before", "after", "comment", "twice", "between", "cut off", "empty"],
)
def test_another_structure_is_refused(tmp_path: Path, alter: Callable[[bytes], bytes]) -> None:
    archive = tmp_path / "in.zip"
    archive.write_bytes(made())
    assert taken(archive, tmp_path / "plain") == {"a": b"one"}
    archive.write_bytes(alter(made()))
    with pytest.raises((BadInput, Damaged)):
        unpack(archive, tmp_path / "to")


@pytest.mark.parametrize("limit", [0, 300, 1 << 31])
def test_large_ones_are_taken_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    files = {"a": b"1" * 200, "b": b"2" * 400, "c": b"3" * 5, "é": b"4"}
    assert taken(packed(tmp_path, files), tmp_path / "to") == files


def two_ends(whole: bytes) -> bytes:
    """The long record tells of the directory, the short one of another, which lies in a file."""
    end = whole.index(b"PK\x05\x06")
    at = whole.index(b"PK\x01\x02")
    long = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - at, at)
    other = bytearray(whole[end:])
    other[16:20] = (31).to_bytes(4, "little")
    return whole[:end] + long + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1) + bytes(other)


def another_size(whole: bytes) -> bytes:
    """Whoever reads on from file to file finds the next one earlier than the directory says."""
    return whole[:18] + bytes(8) + whole[26:]


def fewer(whole: bytes) -> bytes:
    end = whole.index(b"PK\x05\x06")
    return whole[: end + 8] + bytes(4) + whole[end + 12 :]


@pytest.mark.parametrize("alter", [two_ends, another_size, fewer])
def test_what_programs_would_read_in_two_ways_is_refused(
    tmp_path: Path, alter: Callable[[bytes], bytes]
) -> None:
    archive = tmp_path / "in.zip"
    archive.write_bytes(alter(made()))
    with zipfile.ZipFile(archive) as packed_otherwise:
        assert packed_otherwise.read("a") == b"one"
    with pytest.raises(Damaged, match="not built as one"):
        unpack(archive, tmp_path / "to")
