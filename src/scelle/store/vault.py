"""The vault: every picture of a person lies here, encrypted under its case's key.

Objects are called ``<kind>/<name>`` inside a case and lie at
``<root>/<case id>/<kind>/<name>``.  They appear whole or not at all: bytes go to a
part file, which is locked while it is written, flushed to the disk, then renamed.
"""

from __future__ import annotations

import fcntl
import io
import math
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scelle.errors import NotFound, VaultDamaged
from scelle.store.folders import sync_folder
from scelle.store.stream import HEADER, ChunkCipher, FileSecret, Layout, read_header
from scelle.store.writer import PART, VaultWriter

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CASE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_CACHED_CHUNKS = 8
_AT_ONCE = 8
"""Objects that are written at a time where several are."""

Version = tuple[int, int, int]
"""What tells one writing of an object from another: file, time, size."""


class Vault:
    """Encrypted objects in a folder, one folder per case.

    Args:
        root: made if absent, readable by its owner alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(
        self,
        case_id: str,
        name: str,
        key: bytes,
        *,
        replay: Callable[[bytes], object] | None = None,
        keep_on: tuple[type[BaseException], ...] = (),
    ) -> VaultWriter:
        """A writer, to be used as a context manager: the object exists once it is left.

        An object of the same name is replaced.  On any error nothing is left.

        Args:
            case_id: letters, digits, ``-`` and ``_``.
            name: ``<kind>/<name>``.
            key: the case key, 32 bytes.
            replay: go on with what a killed writer left of this object, if there is any:
                each chunk that still opens is handed to it, in order, and what follows
                the last of them is cut off.  The caller answers for the bytes that come
                next being those that came next before.
            keep_on: errors at which what was written is left for a later ``replay``.
        """
        names = (case_id, *name.split("/"))
        path = self._path(case_id, name)
        return VaultWriter(path, names, key, replay=replay, keep_on=keep_on)

    def open(self, case_id: str, name: str, key: bytes) -> io.BufferedReader:
        """A seekable reader of the plain bytes; every chunk is verified as it is read.

        Raises:
            NotFound: no such object.
            VaultDamaged: on opening or on any read, if the bytes are not those written.
        """
        return open_lent(self.lend(case_id, name, key))

    def lend(self, case_id: str, name: str, key: bytes) -> Lent:
        """One object for a process that may read this one and have no other key.

        Raises:
            NotFound: no such object.
            VaultDamaged: not a vault object.
        """
        try:
            descriptor = os.open(self._path(case_id, name), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise NotFound(
                f"The vault holds no {name} for this case.",
                remedy="It was erased, or the work that makes it has not been done.",
            ) from error
        try:
            header = os.pread(descriptor, HEADER, 0)
            read_header(header)
            return Lent(descriptor, FileSecret.of(key, header, (case_id, *name.split("/"))))
        except BaseException:
            os.close(descriptor)
            raise

    def read(self, case_id: str, name: str, key: bytes) -> bytes:
        """All the plain bytes of one object."""
        with self.open(case_id, name, key) as file:
            return file.read()

    def write(self, case_id: str, name: str, key: bytes, data: bytes) -> None:
        """Create an object from bytes at hand."""
        with self.create(case_id, name, key) as file:
            file.write(data)

    def write_many(self, case_id: str, objects: Mapping[str, bytes], key: bytes) -> None:
        """Create several objects at once: the disk confirms many in the time of a few.

        Each appears whole or not at all; after an error some may be there.
        """
        if not objects:
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(objects))) as pool:
            for _ in pool.map(lambda o: self.write(case_id, o[0], key, o[1]), objects.items()):
                pass

    def delete_many(self, case_id: str, names: Collection[str]) -> None:
        """Remove objects; those that do not exist are no error."""
        folders = set()
        for name in names:
            path = self._path(case_id, name)
            path.unlink(missing_ok=True)
            folders.add(path.parent)
        for folder in sorted(folders):
            if folder.is_dir():
                sync_folder(folder)

    def delete(self, case_id: str, name: str) -> None:
        """Remove an object; one that does not exist is no error."""
        path = self._path(case_id, name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def destroy(self, case_id: str) -> int:
        """Remove everything that lies here of a case, half-written parts too.

        Returns:
            How many files were removed.
        """
        folder, removed = self._case(case_id), 0
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
                removed += 1
        if folder.is_dir():
            folder.rmdir()
            sync_folder(self.root)
        return removed

    def stored(self, case_id: str, name: str) -> Path:
        """The file of encrypted bytes that an object is."""
        return self._path(case_id, name)

    def exists(self, case_id: str, name: str) -> bool:
        """Whether an object of that name was written whole."""
        return self._path(case_id, name).is_file()

    def version(self, case_id: str, name: str) -> Version | None:
        """What changes whenever an object is replaced; ``None`` where there is none."""
        try:
            told = os.lstat(self._path(case_id, name))
        except FileNotFoundError:
            return None
        return told.st_ino, told.st_mtime_ns, told.st_size

    def names(self, case_id: str, kind: str = "") -> tuple[str, ...]:
        """Names, sorted, of the objects of a case, or of one kind of them."""
        folder = self._case(case_id)
        return tuple(
            sorted(
                name
                for path in folder.glob(f"{kind or '*'}/*")
                if not path.name.endswith(PART)
                and _NAME.fullmatch(name := f"{path.parent.name}/{path.name}")
            )
        )

    def cases(self) -> tuple[str, ...]:
        """Ids, sorted, of the cases that have a folder here."""
        return tuple(sorted(p.name for p in self.root.iterdir() if p.is_dir()))

    def age(self, case_id: str, name: str) -> float:
        """Seconds since an object was written; infinite for one that does not exist."""
        try:
            return time.time() - self._path(case_id, name).stat().st_mtime
        except FileNotFoundError:
            return math.inf

    def sweep(self, spare: Container[tuple[str, str]] = ()) -> int:
        """Remove what a killed process left half-written; parts being written stay.

        Args:
            spare: case and name of objects whose parts may be gone on with.

        Returns:
            How many part files were removed.
        """
        removed = 0
        for part in self.root.glob(f"*/*/.*{PART}"):
            name = part.name.removeprefix(".").rsplit(".", 2)[0]
            if (part.parent.parent.name, f"{part.parent.name}/{name}") in spare:
                continue
            with suppress(OSError), part.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()
                removed += 1
        return removed

    def sweep_parts(self, case_id: str, name: str) -> None:
        """Remove what killed writers left of objects whose names begin with ``name``."""
        path = self._path(case_id, name)
        for part in path.parent.glob(f".{path.name}*{PART}"):
            with suppress(OSError), part.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()

    def lock(self, case_id: str, name: str) -> int | None:
        """Hold an object against others that would lock it; the descriptor, to be closed.

        ``None`` where another holds it, or where it is not there.
        """
        try:
            descriptor = os.open(self._path(case_id, name), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _case(self, case_id: str) -> Path:
        if not _CASE.fullmatch(case_id):
            raise ValueError(f"not a case id: {case_id!r}")
        return self.root / case_id

    def _path(self, case_id: str, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.endswith(PART):
            raise ValueError(f"not an object name: {name!r}")
        return self._case(case_id) / name


@dataclass(frozen=True)
class Lent:
    """One object that can be read, wherever the descriptor is handed to.

    Attributes:
        descriptor: open for reading; whoever opens the object closes it.
        secret: opens this object alone.
    """

    descriptor: int
    secret: FileSecret


def open_lent(lent: Lent) -> io.BufferedReader:
    """A seekable reader of the plain bytes; every chunk is verified as it is read.

    Raises:
        VaultDamaged: on opening or on any read, if the bytes are not those written.
    """
    return io.BufferedReader(_VaultReader(lent), buffer_size=64 * 1024)


class _VaultReader(io.RawIOBase):
    """Random access to the plain bytes; chunks lately opened are kept."""

    def __init__(self, lent: Lent) -> None:
        self._lock = threading.Lock()
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0
        self._descriptor = lent.descriptor
        try:
            header = os.pread(self._descriptor, HEADER, 0)
            stored = os.fstat(self._descriptor).st_size
            self._layout = Layout.of(stored, read_header(header))
            self._cipher = ChunkCipher(lent.secret)
            # A file cut at a chunk's end is found out here, not when its end is read.
            self.chunk(self._layout.chunks - 1)
        except BaseException:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._layout.size}
        if base[whence] + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = base[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with memoryview(buffer).cast("B") as target:
            want = min(len(target), max(0, self._layout.size - self._position))
            done = 0
            while done < want:
                chunk, at = divmod(self._position, self._layout.chunk_size)
                plain = self.chunk(chunk)[at : at + want - done]
                target[done : done + len(plain)] = plain
                done += len(plain)
                self._position += len(plain)
            return done

    def readall(self) -> bytes:
        """The rest, chunk by chunk: the standard one asks for a few kilobytes at a time."""
        parts = []
        while self._position < self._layout.size:
            chunk, at = divmod(self._position, self._layout.chunk_size)
            parts.append(self.chunk(chunk)[at:])
            self._position += len(parts[-1])
        return b"".join(parts)

    def chunk(self, chunk: int) -> bytes:
        """Plain bytes of one chunk; any thread may ask."""
        with self._lock:
            kept = self._cache.get(chunk)
            if kept is not None:
                self._cache.move_to_end(chunk)
                return kept
        offset, size = self._layout.stored(chunk)
        sealed = os.pread(self._descriptor, size, offset)
        if len(sealed) != size:
            raise VaultDamaged(
                "A vault object became shorter while it was read.",
                remedy="Restore this object from a backup, or receive the original again.",
            )
        plain = self._cipher.open(chunk, sealed, last=chunk == self._layout.chunks - 1)
        with self._lock:
            self._cache[chunk] = plain
            if len(self._cache) > _CACHED_CHUNKS:
                self._cache.popitem(last=False)
        return plain

    def close(self) -> None:
        if not self.closed and self._descriptor >= 0:
            os.close(self._descriptor)
            self._cache.clear()
        super().close()
