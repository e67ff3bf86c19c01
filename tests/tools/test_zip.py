"""A ZIP file tells of each file twice: where the two differ, the verifier says so."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from scelle.operations.zipped import pack

FILES = {"a.txt": b"one", "clips/b.mp4": b"\0" * 400, "clips/été.mp4": b"two"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    pack(tmp_path / "in", tmp_path / "out.zip")
    return tmp_path / "out.zip"


def test_what_was_packed_is_read(archive: Path, tool: ModuleType) -> None:
    # No bundle, but a ZIP file that can be taken: what lacks is told file by file.
    assert any("proof.json" in line for line in tool.check_bundle(archive, tool.Trust("")).wrong)


def test_every_byte_that_stands_before_a_file_is_its_directorys(
    archive: Path, tool: ModuleType
) -> None:
    whole = archive.read_bytes()
    with zipfile.ZipFile(archive) as packed:
        infos = packed.infolist()
    assert {i.filename for i in infos} == set(FILES)
    for info in infos:
        for at in range(30 + len(info.filename.encode())):
            changed = bytearray(whole)
            changed[info.header_offset + at] ^= 1
            archive.write_bytes(changed)
            with pytest.raises(tool.Wrong, match=f"handed out: {info.filename}|damaged"):
                tool.check_bundle(archive, tool.Trust(""))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_nothing_lies_between_two_files(archive: Path, tool: ModuleType, at: int) -> None:
    """Another directory, right in itself, of files with something before one of them."""
    with zipfile.ZipFile(archive) as packed, zipfile.ZipFile(archive.parent / "b", "w") as other:
        for number, info in enumerate(packed.infolist()):
            if number == at:
                assert other.fp is not None
                other.fp.write(b"hidden")
                other.start_dir += 6
            other.writestr(info, packed.read(info))
    with pytest.raises(tool.Wrong, match="handed out"):
        tool.check_bundle(archive.parent / "b", tool.Trust(""))


def test_one_name_is_one_file(archive: Path, tool: ModuleType) -> None:
    with zipfile.ZipFile(archive, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("a.txt", b"another")
    with pytest.raises(tool.Wrong, match=r"handed out: a\.txt"):
        tool.check_bundle(archive, tool.Trust(""))


@pytest.mark.parametrize("limit", [0, 420, 1 << 31])
def test_large_ones_are_read_too(
    archive: Path, tool: ModuleType, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    pack(archive.parent / "in", archive)
    assert any("proof.json" in line for line in tool.check_bundle(archive, tool.Trust("")).wrong)


@pytest.mark.parametrize("hidden", ["before the directory", "after it", "in its end"])
def test_nothing_lies_around_the_directory(archive: Path, tool: ModuleType, hidden: str) -> None:
    whole = archive.read_bytes()
    end = whole.rindex(b"PK\x05\x06")
    with zipfile.ZipFile(archive) as packed:
        at = packed.start_dir
    archive.write_bytes(
        {
            "before the directory": whole[:at] + b"hidden" + whole[at : end + 16]
            + (at + 6).to_bytes(4, "little") + whole[end + 20 :],
            "after it": whole[: end + 20] + b"\x06\0hidden",
            "in its end": whole[: end + 8] + b"\1\0\1\0" + whole[end + 12 :],
        }[hidden]
    )  # fmt: skip
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
    with pytest.raises(tool.Wrong, match="its directory"):
        tool.check_bundle(archive, tool.Trust(""))


def test_nothing_grows_when_it_is_taken_out(archive: Path, tool: ModuleType) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", bytes(1 << 20))
    with pytest.raises(tool.Wrong, match="handed out"):
        tool.check_bundle(archive, tool.Trust(""))
