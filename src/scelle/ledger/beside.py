"""The files beside the ledger's database: the last signed head, and the latest time."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scelle.errors import Misconfigured
from scelle.ledger.storage import damaged

#: Seconds for which another process may hold the turn: a commit takes milliseconds.
PATIENCE_S = 30.0

_SECTOR = 512
"""Bytes from a file's beginning that a disk writes whole or not at all."""


class Beside:
    """Reads and replaces them, whole or not at all.

    Attributes:
        head_path: the last signed head.
        clock_path: the latest time of any entry.
    """

    def __init__(self, path: Path) -> None:
        self.head_path = path.with_suffix(".head")
        self.clock_path = path.with_suffix(".clock")
        self._lock_path = path.with_suffix(".lock")

    def head(self) -> tuple[int, str]:
        """Size and text of the head; size -1 when it is gone or not a head.

        In one's :meth:`turn`, or it may be that of two moments.
        """
        try:
            note = self.head_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return -1, ""
        size = note.split("\n")[1:2]
        return (int(size[0]) if size and size[0].isdecimal() else -1), note

    def latest(self) -> datetime | None:
        """The latest time at which an entry was made, whoever made it; ``None`` at first.

        Aware, in whole seconds.

        Raises:
            LedgerDamaged: the file that holds it holds something else.
        """
        try:
            written = self.clock_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        try:
            latest = datetime.fromisoformat(written.strip())
            if latest.tzinfo is None:
                raise ValueError("it has no time zone")
        except ValueError as error:
            raise damaged(f"{self.clock_path.name}, its latest time, cannot be read") from error
        return latest

    @contextmanager
    def turn(self) -> Iterator[None]:
        """While one process writes: the others wait, and go on in the moment in which it ends.

        Raises:
            Misconfigured: one has held it for :data:`PATIENCE_S`, such as one that was stopped.
        """
        lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _wait(lock)
        try:
            yield
        finally:
            os.close(lock)

    def reset(self, at: datetime) -> None:
        """Forget the latest time, which lay ahead: from now on it is ``at``."""
        with self.turn():
            _replace(self.clock_path, f"{at.astimezone(UTC).isoformat(timespec='seconds')}\n")

    def begin(self, note: str) -> None:
        """Write the first head."""
        _replace(self.head_path, note)

    def publish(self, note: str, at: datetime | None = None) -> None:
        """Bring both files up to date, in one's :meth:`turn`, so that neither goes back."""
        size, beside = self.head()
        if beside != note and size <= int(note.split("\n")[1]):
            # Most heads are as long as the one before.
            put = _overwrite if len(note) == len(beside) <= _SECTOR else _replace
            put(self.head_path, note)
        latest = self.latest()
        if at is not None and (latest is None or at - latest >= timedelta(seconds=1)):
            _replace(self.clock_path, f"{at.astimezone(UTC).isoformat(timespec='seconds')}\n")


def _wait(lock: int) -> None:
    """Wait for a lock; where that is in vain, it is closed once it comes.

    The kernel knows no limit to this wait, and a thread that waits there hears nothing else:
    so it is one of its own, and whoever is first, the lock or the end of patience, decides.
    """
    come, decided = threading.Event(), threading.Lock()

    def wait() -> None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if decided.acquire(blocking=False):
            come.set()
        else:
            os.close(lock)

    threading.Thread(target=wait, daemon=True).start()
    try:
        come.wait(PATIENCE_S)
    except BaseException:
        if not decided.acquire(blocking=False):
            os.close(lock)
        raise
    if decided.acquire(blocking=False):
        raise Misconfigured(
            f"Another program has held the ledger for {PATIENCE_S:.0f} seconds.",
            remedy="Look for a stopped program of this installation, and let it go on or end it; "
            "then do the same again.",
        )


def _overwrite(path: Path, note: str) -> None:
    """Write a head over another, which makes no new file for the disk to keep account of."""
    with path.open("r+b", buffering=0) as file:
        file.write(note.encode())
        os.fdatasync(file.fileno())


def _replace(path: Path, note: str) -> None:
    """Write a whole file or none."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(note.encode())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
