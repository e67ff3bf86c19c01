"""Into the vault in one pass: read, hashed, encrypted and written at the same time.

Three stages in a row, each on a thread of its own, hand a few buffers round: while one
is hashed, the next is read and the one before is encrypted and written.  SHA-256 and
AES-GCM let other threads run meanwhile, so two processors are kept busy, and memory does
not grow with the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from scelle.errors import Interrupted, NotFound, UnreadableSource, VaultDamaged
from scelle.store.vault import Vault

BLOCK = 4 << 20
"""Bytes that are read at a time."""

_BUFFERS = 4

KEPT_S = 7 * 86400
"""How long a receipt that was killed may be gone on with."""

STOPS = (KeyboardInterrupt, Interrupted)


class Closed(Protocol):
    """A recording that nobody is writing: :class:`~scelle.footage.source.ClosedFile` is one."""

    path: Path
    file: BinaryIO
    size: int

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """Size, time of the last change in nanoseconds, device and inode."""
        ...

    def check_unchanged(self) -> None:
        """Look again."""
        ...


class _Sink(Protocol):
    def write(self, data: memoryview) -> int: ...


@dataclass(frozen=True)
class Journal:
    """Which file a receipt was reading, so that a killed one can be gone on with.

    Attributes:
        path: as it was given, made absolute.
        size, mtime_ns, device, inode: what must be the same for it to be the same file.
    """

    path: str
    size: int
    mtime_ns: int
    device: int
    inode: int

    @classmethod
    def of(cls, source: Closed) -> Journal:
        """The journal of an open file."""
        return cls(str(Path(source.path).absolute()), *source.identity)

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()


class Receiver:
    """Copies closed files into the originals of one exhibit.  Use as a context manager.

    While it is entered, nobody else can go on with the same receipt.

    Args:
        key: the case's, 32 bytes.
    """

    def __init__(self, vault: Vault, case_id: str, key: bytes) -> None:
        self._vault, self._case_id, self._key = vault, case_id, key
        self._journals: list[str] = []
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()

    def claim(self, source: Closed, fresh: str) -> str:
        """The exhibit id under which a killed receipt of this very file was begun.

        Or ``fresh``, where there is none, or somebody is at it.
        """
        wanted = Journal.of(source).to_bytes()
        for name in self._vault.names(self._case_id, "receipt"):
            # The first file of a split recording stands for all.
            if "-" in name or self._vault.age(self._case_id, name) >= KEPT_S:
                continue
            if self._read(name) == wanted and self._lock(name):
                return name.removeprefix("receipt/")
        journal = f"receipt/{fresh}"
        self._vault.write(self._case_id, journal, self._key, wanted)
        self._lock(journal)
        return fresh

    def finish(self) -> None:
        """The exhibit is recorded: there is nothing to go on with."""
        for name in self._journals:
            self._vault.delete(self._case_id, name)

    def copy(self, source: Closed, name: str, told: Callable[[int], None]) -> str:
        """Copy one file, or what an earlier receipt had not copied of it.

        What lies in the vault is opened chunk by chunk and hashed; the file is read on
        from there.  Its bytes before that place are taken to be those read then, since
        it is the same file, of the same size, unchanged since; the last of them are
        compared.

        Args:
            source: the file.
            name: of the original in the vault.
            told: told how many bytes are done.

        Returns:
            SHA-256 of all the bytes, hexadecimal.

        Raises:
            UnreadableSource: it cannot be read to its end, or has changed.
            Misconfigured: no room on the disk.
        """
        journal = f"receipt/{name.removeprefix('original/')}"
        self._journals.append(journal)
        digest, wanted = hashlib.sha256(), Journal.of(source).to_bytes()
        if self._read(journal) != wanted:
            # Nothing there, or something of another file.
            self._vault.delete(self._case_id, name)
            self._vault.sweep_parts(self._case_id, name)
            self._vault.write(self._case_id, journal, self._key, wanted)
        if self._vault.exists(self._case_id, name):
            # Copied whole, and killed before it was recorded.
            with self._vault.open(self._case_id, name, self._key) as done:
                while data := done.read(BLOCK):
                    digest.update(data)
                    told(done.tell())
            source.check_unchanged()
            return digest.hexdigest()
        tail, verified = b"", 0

        def replay(plain: bytes) -> None:
            nonlocal tail, verified
            digest.update(plain)
            tail, verified = plain, verified + len(plain)
            told(verified)

        with self._vault.create(
            self._case_id, name, self._key, replay=replay, keep_on=STOPS
        ) as target:
            self._same_tail(source, target.resumed, tail)
            pump(source, target.resumed, digest, target, told)
            source.check_unchanged()
        return digest.hexdigest()

    def _read(self, name: str) -> bytes:
        try:
            return self._vault.read(self._case_id, name, self._key)
        except (NotFound, VaultDamaged):
            return b""

    def _lock(self, name: str) -> bool:
        descriptor = self._vault.lock(self._case_id, name)
        if descriptor is None:
            return False
        self._held.callback(os.close, descriptor)
        return True

    @staticmethod
    def _same_tail(source: Closed, at: int, tail: bytes) -> None:
        source.file.seek(at - len(tail))
        if source.file.read(len(tail)) != tail:
            raise UnreadableSource(
                f"{source.path} is not the file whose receipt was begun, though it looks so.",
                remedy="Copy the recording to another name and receive that.",
            )


def pump(
    source: Closed,
    start: int,
    digest: hashlib._Hash,
    target: _Sink,
    told: Callable[[int], None],
) -> None:
    """Read a file from ``start`` to its end; hash, and write each block, in order.

    Raises:
        UnreadableSource: the file cannot be read.
    """
    free: SimpleQueue[bytearray] = SimpleQueue()
    read: SimpleQueue[tuple[bytearray, int] | BaseException] = SimpleQueue()
    hashed: SimpleQueue[tuple[bytearray, int] | BaseException] = SimpleQueue()
    stop = threading.Event()
    for _ in range(_BUFFERS):
        free.put(bytearray(BLOCK))

    def reader() -> None:
        try:
            source.file.seek(start)
            while not stop.is_set():
                buffer = free.get()
                size = source.file.readinto(buffer)  # type: ignore[attr-defined]
                read.put((buffer, size))
                if not size:
                    return
            read.put(InterruptedError())
        except BaseException as error:
            read.put(error)

    def hasher() -> None:
        while not isinstance(item := read.get(), BaseException):
            buffer, size = item
            with memoryview(buffer) as view:
                digest.update(view[:size])
            hashed.put(item)
            if not size:
                return
        hashed.put(item)

    threads = [threading.Thread(target=each, daemon=True) for each in (reader, hasher)]
    for thread in threads:
        thread.start()
    done = start
    try:
        while True:
            item = hashed.get()
            if isinstance(item, BaseException):
                raise _unreadable(source, item) from item
            buffer, size = item
            if not size:
                return
            with memoryview(buffer) as view:
                target.write(view[:size])
            done += size
            told(done)
            free.put(buffer)
    finally:
        stop.set()
        # Whoever waits for a buffer gets one, and sees that it is over.
        free.put(bytearray(BLOCK))
        for thread in threads:
            thread.join()


def _unreadable(source: Closed, error: BaseException) -> BaseException:
    if not isinstance(error, OSError):
        return error
    return UnreadableSource(
        f"{source.path} cannot be read to its end: {error.strerror}.",
        remedy="Check the medium, and copy the recording again.",
    )
