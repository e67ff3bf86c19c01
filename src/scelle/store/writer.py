"""Writing one object of the vault: encrypted as it comes, whole or not at all, resumable."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from scelle.errors import Misconfigured, ScelleError, VaultDamaged
from scelle.store.folders import sync_folder
from scelle.store.stream import (
    CHUNK,
    HEADER,
    SALT,
    TAG,
    ChunkCipher,
    FileSecret,
    make_header,
    read_header,
)

PART = ".part"

_BATCH = 16
"""Chunks that are encrypted before they are written, 4 MiB: system calls cost too."""

_FLUSH = 64 << 20
"""Bytes after which the disk is set to work, so that the last flush has little to do."""


class VaultWriter:
    """Writes one object; see :meth:`scelle.store.vault.Vault.create`.

    Attributes:
        resumed: plain bytes that were there already, verified, once it is entered.
    """

    def __init__(
        self,
        path: Path,
        names: tuple[str, ...],
        key: bytes,
        *,
        replay: Callable[[bytes], object] | None = None,
        keep_on: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.resumed = 0
        self._path, self._names, self._key = path, names, key
        self._replay, self._keep_on = replay, keep_on
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(8)}{PART}")
        self._buffer = bytearray()
        self._out = bytearray()
        self._head = b""
        self._held = 0
        self._chunk = 0
        self._unflushed = 0
        self._flusher: ThreadPoolExecutor | None = None
        self._flushing: Future[None] | None = None
        self._file: io.FileIO | None = None

    def __enter__(self) -> Self:
        with _disk_full(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._replay is None or not self._resume(self._replay):
                self._begin()
        return self

    def _begin(self) -> None:
        header = make_header(secrets.token_bytes(SALT))
        self._cipher = ChunkCipher(FileSecret.of(self._key, header, self._names))
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = io.FileIO(descriptor, "wb")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Written with the first bytes, so that leaving the context cleans up after it too.
        self._head = header

    def _resume(self, replay: Callable[[bytes], object]) -> bool:
        """Go on where a killed process stopped: at the last chunk that still opens."""
        for part in sorted(self._path.parent.glob(f".{self._path.name}.*{PART}")):
            try:
                file = io.FileIO(os.open(part, os.O_RDWR | os.O_NOFOLLOW), "r+b")
            except OSError:
                continue
            try:
                # Whoever still writes it holds it.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                header = file.read(HEADER)
                if read_header(header) != CHUNK:
                    raise VaultDamaged("Chunks of another size.", remedy="Begin anew.")
                self._cipher = ChunkCipher(FileSecret.of(self._key, header, self._names))
                self._verify(file, replay)
            except (OSError, VaultDamaged) as error:
                file.close()
                if isinstance(error, VaultDamaged):
                    # Killed before anything was written: there is nothing to go on with.
                    part.unlink(missing_ok=True)
                continue
            except BaseException:
                file.close()
                raise
            self._part, self._file = part, file
            return True
        return False

    def _verify(self, file: io.FileIO, replay: Callable[[bytes], object]) -> None:
        full = CHUNK + TAG
        with suppress(VaultDamaged):
            while len(sealed := file.read(full) or b"") == full:
                replay(self._cipher.open(self._chunk, sealed, last=False))
                self._chunk += 1
        self.resumed = self._chunk * CHUNK
        end = HEADER + self._chunk * full
        file.truncate(end)
        file.seek(end)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append plain bytes.

        Raises:
            Misconfigured: the disk is full.
        """
        with memoryview(data) as view:
            at = 0
            # The last chunk, even a full one, is kept back: it alone bears the flag.
            if self._buffer:
                at = min(CHUNK - len(self._buffer), len(view))
                self._buffer += view[:at]
                if at < len(view):
                    self._emit(self._buffer, last=False)
                    self._buffer = bytearray()
            while len(view) - at > CHUNK:
                self._emit(view[at : at + CHUNK], last=False)
                at += CHUNK
            self._buffer += view[at:]
            return len(view)

    def _emit(self, plain: bytes | bytearray | memoryview, *, last: bool) -> None:
        size = len(plain) + TAG
        if not self._out:
            # Most objects are small.
            self._out = bytearray(size if last else _BATCH * (CHUNK + TAG))
        with memoryview(self._out) as out:
            self._cipher.seal_into(
                self._chunk, plain, out[self._held : self._held + size], last=last
            )
        self._chunk += 1
        self._held += size
        if last or self._held == len(self._out):
            with memoryview(self._out) as out:
                self._store(out[: self._held])
            self._held = 0

    def _store(self, view: memoryview) -> None:
        if self._file is None:
            raise ValueError("a vault writer is used as a context manager")
        with _disk_full(self._path):
            if self._head:
                self._file.write(self._head)
                self._head = b""
            done = 0
            while done < len(view):
                done += self._file.write(view[done:])
            self._unflushed += done
            if self._unflushed >= _FLUSH:
                self._flush(self._file.fileno())

    def _flush(self, descriptor: int) -> None:
        """Have the disk write while the next bytes are encrypted."""
        if self._flushing is not None:
            if not self._flushing.done():
                return
            self._flushing.result()
        self._flusher = self._flusher or ThreadPoolExecutor(1)
        self._flushing = self._flusher.submit(os.fdatasync, descriptor)
        self._unflushed = 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        keep = isinstance(error, self._keep_on)
        try:
            if error is None:
                self._emit(self._buffer, last=True)
                with _disk_full(self._path):
                    os.fsync(self._file.fileno())
                    self._part.replace(self._path)
                    sync_folder(self._path.parent)
            elif keep:
                with memoryview(self._out) as out:
                    self._store(out[: self._held])
        finally:
            if self._flusher is not None:
                self._flusher.shutdown()
            if not keep:
                self._part.unlink(missing_ok=True)
            self._file.close()


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
