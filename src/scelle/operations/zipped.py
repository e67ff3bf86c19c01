"""A folder in one ZIP file, stored in the one plain way, and nothing taken that is not so.

Programs disagree about ZIP files: which of two files of one name counts, what lies before,
between and after them.  Evidence cannot be one thing here and another there, so a file that
could be read in two ways is refused (APPNOTE 6.3.10, sections 4.3 and 4.4).
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from scelle.errors import BadInput, Damaged
from scelle.footage.part import part_of

_BLOCK = 4 << 20
_MOST_FILES = 1_000_000
#: What Windows takes for a device, whatever the ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}


def pack(folder: Path, target: Path) -> None:
    """Store a folder in a ZIP file; the same files give the same bytes.

    Raises:
        BadInput: it cannot be written there.
    """
    try:
        with part_of(target) as part:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                    info = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                    info.create_system, info.external_attr = 3, 0o644 << 16
                    info.file_size = path.stat().st_size
                    with path.open("rb") as file, archive.open(info, "w") as out:
                        shutil.copyfileobj(file, out, _BLOCK)
            part.replace(target)
    except OSError as error:
        raise BadInput(
            f"{target} cannot be written: {error.strerror}.",
            remedy="Choose a place that exists, where you may write and where there is room.",
        ) from error


def unpack(archive: Path, to: Path) -> None:
    """Take the files out of a ZIP file, once its structure is that of :func:`pack`.

    Nothing is written before everything was looked at: that files are stored as they are
    (nothing grows when it is taken out), that each has a name of its own, on every system,
    within the folder, that each is a file, and that files and directory of the archive lie
    end to end, with nothing before, between or after them.

    Args:
        to: a folder that does not exist yet.

    Raises:
        BadInput: it is no ZIP file that can be read.
        Damaged: its structure is another one.
    """
    try:
        with archive.open("rb") as file, zipfile.ZipFile(file) as packed:
            for wrong in _wrong(file, packed):
                raise Damaged(
                    f"The ZIP file {archive.name} is not built as one that was handed out: "
                    f"{wrong}.",
                    remedy="Ask for another copy; it may have been made to deceive.",
                )
            packed.extractall(to)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise BadInput(
            f"{archive} cannot be read as a ZIP file: {error}.",
            remedy="Give a folder or ZIP file that `scelle bundle make` wrote.",
        ) from error


def _wrong(file: IO[bytes], packed: zipfile.ZipFile) -> Iterator[str]:
    """What of a structure is not as it must be."""
    infos = packed.infolist()
    if len(infos) > _MOST_FILES:
        yield f"it holds {len(infos)} files"
    seen: set[str] = set()
    at = 0
    for info in infos:
        name, told = info.filename, info.filename.casefold()
        if told in seen:
            yield f"two files are called {name!r}"
        seen.add(told)
        if not _plain(name) or name != info.orig_filename:
            yield f"{name!r} is no name of a file in a folder"
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG} or info.is_dir():
            yield f"{name!r} is no file"
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            yield f"{name!r} is not stored as it is"
        if info.comment or info.flag_bits & ~0x800:
            yield f"{name!r} has flags or a comment"
        if info.header_offset != at:
            yield f"something else lies before {name!r}"
        head = _head(info)
        file.seek(at)
        if file.read(len(head)) != head:
            yield f"{name!r} is told in two ways"
        at += len(head) + info.file_size
    for parent in {str(p) for name in seen for p in PurePosixPath(name).parents} & seen:
        yield f"{parent!r} is a file and a folder"
    if packed.start_dir != at:
        yield "something lies between its files and its directory"
    with tempfile.TemporaryFile() as own:
        # Some programs read one of the end's records where others read another (4.3.14 to
        # 4.3.16): all are to be as they are written for these files.
        own.seek(at)
        with zipfile.ZipFile(own, "w") as anew:
            anew.filelist = infos
        own.seek(at)
        file.seek(at)
        if file.read(len(directory := own.read()) + 1) != directory:
            yield "something lies in or after its directory"


def _head(info: zipfile.ZipInfo) -> bytes:
    """What stands before a file, written anew."""
    # What the directory says more of large files, and of those far from the beginning.
    info.extra, info.extract_version = b"", zipfile.DEFAULT_VERSION
    return info.FileHeader(info.file_size * 1.05 > zipfile.ZIP64_LIMIT)


def _plain(name: str) -> bool:
    """Whether a name means the same file, within the folder, on every system."""
    parts = name.split("/")
    return all(
        part
        and part not in {".", ".."}
        and part == part.strip(" ").rstrip(".")
        and part.split(".")[0].casefold() not in _DEVICES
        and part.isprintable()
        and not set(part) & set('\\:*?"<>|')
        for part in parts
    )
