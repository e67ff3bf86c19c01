"""Part files: a file outside the vault appears whole or not at all."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """A new private file beside ``path``, to be written and renamed to it within the block.

    It is locked until the block is left, and then removed if it still bears its own
    name.  What killed processes left of the same ``path`` is removed first; parts that
    somebody is still writing stay.

    Args:
        path: where the whole file will appear; its folder exists.

    Raises:
        OSError: nothing can be written there.
    """
    for left in path.parent.glob(f".{_literal(path.name)}.{'[0-9a-f]' * 16}.part"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield part
    finally:
        part.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def memory_file(name: str) -> Iterator[Path]:
    """A file in memory that no other name leads to: it goes with the process."""
    descriptor = os.memfd_create(name)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _literal(name: str) -> str:
    """A name as a pattern that only it matches."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
