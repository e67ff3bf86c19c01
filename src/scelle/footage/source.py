"""Opening what was given: a closed regular file, or nothing.

Deferred only: no address, device, pipe or file that is still being written can come
in.  The path is opened once; everything that is checked and read afterwards is that
same open file, so that it cannot be exchanged in between.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from scelle.errors import UnreadableSource
from scelle.footage.ending import ends_itself

QUIET_S = 10.0
"""Seconds without any change after which a file that states no end counts as closed."""

ENDED_QUIET_S = 0.7
"""The same for a file whose container states where it ends."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_LOOK_AGAIN_S = 0.05
_LOOK_EACH_S = 0.5
_TAIL = 1 << 16
_KINDS = (
    (stat.S_ISDIR, "a folder", "Give the recordings in it one by one."),
    (stat.S_ISBLK, "a device", "Copy the recording to a file first."),
    (stat.S_ISCHR, "a device", "Export the recording to a file first."),
    (stat.S_ISFIFO, "a pipe", "Export the recording to a file first."),
    (stat.S_ISSOCK, "a socket", "Export the recording to a file first."),
    (stat.S_ISLNK, "a symbolic link", "Give the file that it points to."),
)


@dataclass(frozen=True)
class _Shape:
    """What must not change while a file is read."""

    size: int
    mtime_ns: int
    device: int
    inode: int
    tail: bytes

    @classmethod
    def of(cls, descriptor: int) -> _Shape:
        s = os.fstat(descriptor)
        # Some file systems count time in steps in which a file can be changed twice.
        tail = os.pread(descriptor, _TAIL, max(0, s.st_size - _TAIL))
        return cls(s.st_size, s.st_mtime_ns, s.st_dev, s.st_ino, tail)


class ClosedFile:
    """An open regular file that nobody is writing; see :func:`open_closed`.

    Attributes:
        path: as it was given.
        file: binary, read-only, seekable.
        size: bytes, above zero.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self._shape = _Shape.of(file.fileno())
        self._opened, self._opened_at = time.monotonic(), time.time()
        self.size = self._shape.size

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """Size, time of the last change in nanoseconds, device and inode."""
        s = self._shape
        return s.size, s.mtime_ns, s.device, s.inode

    def check_unchanged(self) -> None:
        """Look again.

        Raises:
            UnreadableSource: the file has changed since it was opened.
        """
        if _Shape.of(self.file.fileno()) != self._shape or _writers(self._shape):
            raise _changing(self.path)

    def settle(self, waiting: Callable[[float, float], None] = lambda done, total: None) -> None:
        """Wait until the file has been left alone for long enough, and look once more.

        A recorder may close its file between two writes: one that was changed just now is
        closed when nothing has changed for :data:`QUIET_S`, or :data:`ENDED_QUIET_S` if its
        container itself states where it ends.  What was read in the meantime counts.

        Args:
            waiting: told, while there is something to wait for, seconds done and in all.

        Raises:
            UnreadableSource: the file has changed since it was opened.
        """
        quiet_s = ENDED_QUIET_S if ends_itself(self.file, self.size) else QUIET_S
        # A time yet to come is another machine's clock: then only what was seen here counts.
        age = max(0.0, self._opened_at - self._shape.mtime_ns / 1e9)
        until = self._opened + quiet_s - age
        began = time.monotonic()
        while (now := time.monotonic()) < until:
            time.sleep(min(_LOOK_EACH_S, until - now))
            self.check_unchanged()
            waiting(time.monotonic() - began, until - began)
        self.check_unchanged()

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_closed(path: Path | str) -> ClosedFile:
    """Open a closed regular file.

    (1) An address is refused as such.  (2) The path is opened without waiting and
    without following a link at its end.  (3) What was opened must be a regular file
    with something in it.  (4) Nobody may hold it open for writing or locked, as far
    as this system lets us see, and it must look the same a moment later.  Whoever has
    read it asks :meth:`ClosedFile.settle` before believing what was read.

    Raises:
        UnreadableSource: any of these fails; the remedy says what to give instead.
    """
    # (1)
    if _ADDRESS.match(str(path)):
        # Of the slashes after a scheme a path keeps one.
        slashes = ":///" if str(path).startswith("file:") else "://"
        given = str(path).replace(":/", slashes, 1) if isinstance(path, Path) else path
        raise UnreadableSource(
            f"{given} is an address, not a file: only closed recordings are received.",
            remedy="Export the recording to a file and give its path.",
        )
    path = Path(path)
    # (2)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise _not_opened(path, error) from error
    try:
        # (3)
        status = os.fstat(descriptor)
        _refuse_kind(path, status.st_mode)
        if status.st_size == 0:
            raise UnreadableSource(
                f"{path} is empty.", remedy="Copy the recording again from its medium."
            )
        # (4)
        before = _Shape.of(descriptor)
        if _locked(descriptor) or _writers(before):
            raise _changing(path)
        time.sleep(_LOOK_AGAIN_S)
        if _Shape.of(descriptor) != before:
            raise _changing(path)
        return ClosedFile(path, os.fdopen(descriptor, "rb"))
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_kind(path: Path, mode: int) -> None:
    for is_kind, name, remedy in _KINDS:
        if is_kind(mode):
            raise UnreadableSource(f"{path} is {name}, not a recording.", remedy=remedy)
    if not stat.S_ISREG(mode):
        raise UnreadableSource(
            f"{path} is not a regular file.", remedy="Give a file that holds a recording."
        )


def _not_opened(path: Path, error: OSError | ValueError) -> UnreadableSource:
    with suppress(OSError, ValueError):
        _refuse_kind(path, path.lstat().st_mode)
    if isinstance(error, OSError) and error.errno == errno.ENOENT:
        return UnreadableSource(f"There is no file {path}.", remedy="Check the path.")
    why = error.strerror if isinstance(error, OSError) else str(error)
    return UnreadableSource(
        f"{path} cannot be opened: {why}.", remedy="Check the path and the right to read it."
    )


def _changing(path: Path) -> UnreadableSource:
    return UnreadableSource(
        f"{path} is still being written or was changed while it was read.",
        remedy="Wait until the recorder or the copy has finished, then try again.",
    )


def _locked(descriptor: int) -> bool:
    """Whether somebody holds an advisory lock that excludes readers."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return True
    with suppress(OSError, AttributeError):
        asked = struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
        answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, asked)
        return bool(struct.unpack("hhqqi", answer)[0] != fcntl.F_UNLCK)
    return False


def _writers(shape: _Shape) -> bool:
    """Whether a process that we may look into has the file open for writing (Linux)."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError), os.scandir(process / "fd") as entries:
            for entry in entries:
                with suppress(OSError, ValueError):
                    status = entry.stat()
                    if (status.st_dev, status.st_ino) != (shape.device, shape.inode):
                        continue
                    info = (process / "fdinfo" / entry.name).read_text()
                    flags = int(info.split("flags:")[1].split()[0], 8)
                    if flags & os.O_ACCMODE != os.O_RDONLY:
                        return True
    return False
