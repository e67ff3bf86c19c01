"""The vault: every picture of a person lies here, encrypted under its case's key.

Objects are called ``<kind>/<name>`` inside a case and lie at
``<root>/<case id>/<kind>/<name>``.  They appear whole or not at all: bytes go to a
part file, which is locked while it is written, flushed to the disk, then renamed.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scelle.errors import Misconfigured, NotFound, ScelleError, VaultDamaged
from scelle.store.folders import sync_folder
from scelle.store.stream import (
    CHUNK,
    HEADER,
    SALT,
    ChunkCipher,
    FileSecret,
    Layout,
    make_header,
    read_header,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CASE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_CACHED_CHUNKS = 8
_PART = ".part"


class Vault:
    """Encrypted objects in a folder, one folder per case.

    Args:
        root: made if absent, readable by its owner alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, case_id: str, name: str, key: bytes) -> VaultWriter:
        """A writer, to be used as a context manager: the object exists once it is left.

        An object of the same name is replaced.  On any error nothing is left.

        Args:
            case_id: letters, digits, ``-`` and ``_``.
            name: ``<kind>/<name>``.
            key: the case key, 32 bytes.
        """
        return VaultWriter(self._path(case_id, name), (case_id, *name.split("/")), key)

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

    def delete(self, case_id: str, name: str) -> None:
        """Remove an object; one that does not exist is no error."""
        path = self._path(case_id, name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def exists(self, case_id: str, name: str) -> bool:
        """Whether an object of that name was written whole."""
        return self._path(case_id, name).is_file()

    def names(self, case_id: str, kind: str = "") -> tuple[str, ...]:
        """Names, sorted, of the objects of a case, or of one kind of them."""
        folder = self._case(case_id)
        return tuple(
            sorted(
                name
                for path in folder.glob(f"{kind or '*'}/*")
                if not path.name.endswith(_PART)
                and _NAME.fullmatch(name := f"{path.parent.name}/{path.name}")
            )
        )

    def cases(self) -> tuple[str, ...]:
        """Ids, sorted, of the cases that have a folder here."""
        return tuple(sorted(p.name for p in self.root.iterdir() if p.is_dir()))

    def sweep(self) -> int:
        """Remove what a killed process left half-written; parts being written stay.

        Returns:
            How many part files were removed.
        """
        removed = 0
        for part in self.root.glob(f"*/*/.*{_PART}"):
            with suppress(OSError), part.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()
                removed += 1
        return removed

    def _case(self, case_id: str) -> Path:
        if not _CASE.fullmatch(case_id):
            raise ValueError(f"not a case id: {case_id!r}")
        return self.root / case_id

    def _path(self, case_id: str, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.endswith(_PART):
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


class VaultWriter:
    """Writes one object; see :meth:`Vault.create`."""

    def __init__(self, path: Path, names: tuple[str, ...], key: bytes) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_PART}")
        header = make_header(secrets.token_bytes(SALT))
        self._cipher = ChunkCipher(FileSecret.of(key, header, names))
        self._pending = bytearray(header)
        self._buffer = bytearray()
        self._chunk = 0
        self._file: io.FileIO | None = None

    def __enter__(self) -> Self:
        with _disk_full(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = io.FileIO(descriptor, "wb")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        return self

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append plain bytes.

        Raises:
            Misconfigured: the disk is full.
        """
        self._buffer += data
        # The last chunk, even a full one, is kept back: it alone bears the flag.
        whole = max(0, (len(self._buffer) - 1) // CHUNK)
        with memoryview(self._buffer) as view:
            for i in range(whole):
                self._emit(bytes(view[i * CHUNK : (i + 1) * CHUNK]), last=False)
        del self._buffer[: whole * CHUNK]
        return len(data)

    def _emit(self, plain: bytes, *, last: bool) -> None:
        self._pending += self._cipher.seal(self._chunk, plain, last=last)
        self._chunk += 1
        if self._file is None:
            raise ValueError("a vault writer is used as a context manager")
        with _disk_full(self._path), memoryview(self._pending) as view:
            done = 0
            while done < len(view):
                done += self._file.write(view[done:])
        self._pending.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        try:
            if error is None:
                self._emit(bytes(self._buffer), last=True)
                with _disk_full(self._path):
                    os.fsync(self._file.fileno())
                    self._part.replace(self._path)
                    sync_folder(self._path.parent)
        finally:
            self._part.unlink(missing_ok=True)
            self._file.close()


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


@contextmanager
def _disk_full(path: Path) -> Iterator[None]:
    """Say plainly that the disk is full."""
    try:
        yield
    except ScelleError:
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise Misconfigured(
            f"There is no room left on the disk that holds {path.parent}.",
            remedy="Free some space or move the installation, then run the command again; "
            "nothing half-written was kept.",
        ) from error
