"""Work that waits, kept so that it outlives the process that people asked.

``vault/<case>/queue/<keeper>-<piece>``   who asked for what, under the case's key
``queue/<keeper>``                        held by the process that keeps it, as long as it lives

So nobody who alters the database or the files can put words into somebody's mouth, and an
erasure takes the case's work with it.  What a process that was killed kept, the next one that
asks takes over; what another one keeps that lives, it leaves alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scelle.errors import NotFound, VaultDamaged
from scelle.model.evidence import new_id
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

_KIND = "queue"


@dataclass(frozen=True)
class Taken:
    """What was taken over.

    Attributes:
        pieces: by id, what was told of each.
        lost: how many there were that cannot be read.
    """

    pieces: Mapping[str, Mapping[str, Any]]
    lost: int


class Queue:
    """Pieces of work of this process, each told as a JSON object.

    Args:
        home: the installation's folder.
    """

    def __init__(self, vault: Vault, keys: Keyring, home: Path) -> None:
        self._vault, self._keys, self._folder = vault, keys, home / _KIND
        self._keeper = new_id()
        self._held: int | None = None
        self._one = threading.Lock()

    def keep(self, case_id: str, piece: str, told: Mapping[str, Any]) -> None:
        """Keep a piece, in the place of what was told of it before.

        Args:
            piece: its id, letters and digits.

        Raises:
            NotFound: the case is erased.
        """
        self._hold()
        data = json.dumps(told).encode()
        self._vault.write(case_id, self._name(piece), self._keys.case_key(case_id), data)

    def forget(self, case_id: str, piece: str) -> None:
        """Let go of a piece: it is done, or nothing comes of it."""
        self._vault.delete(case_id, self._name(piece))

    def take(self) -> Taken:
        """Take over what processes that are gone have kept."""
        pieces: dict[str, Mapping[str, Any]] = {}
        lost = 0
        left = [
            (case_id, name)
            for case_id in self._vault.cases()
            for name in self._vault.names(case_id, _KIND)
        ]
        for keeper in sorted({_keeper(name) for _, name in left} - {self._keeper}):
            with self._gone(keeper) as gone:
                for case_id, name in left if gone else ():
                    if _keeper(name) != keeper or not self._vault.exists(case_id, name):
                        continue
                    piece = name.rpartition("-")[2]
                    try:
                        told = json.loads(
                            self._vault.read(case_id, name, self._keys.case_key(case_id))
                        )
                    except NotFound:
                        # An erasure that was killed has destroyed the key; it goes on itself.
                        continue
                    except VaultDamaged:
                        lost += 1
                        continue
                    # Kept anew first: killed in between, it is there twice, and taken once.
                    self.keep(case_id, piece, told)
                    self._vault.delete(case_id, name)
                    pieces[piece] = told
        return Taken(pieces, lost)

    def _name(self, piece: str) -> str:
        return f"{_KIND}/{self._keeper}-{piece}"

    def _hold(self) -> None:
        """Say that this process lives: the kernel lets go when it no longer does."""
        with self._one:
            if self._held is None:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
                self._held = os.open(self._folder / self._keeper, flags, 0o600)
                fcntl.flock(self._held, fcntl.LOCK_EX)

    @contextmanager
    def _gone(self, keeper: str) -> Iterator[bool]:
        """Whether a keeper is gone; held meanwhile, so that one process alone takes over."""
        path = self._folder / keeper
        try:
            held = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            yield True
            return
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
            with suppress(FileNotFoundError):
                path.unlink()
        finally:
            os.close(held)

    def close(self) -> None:
        """Let go: what is kept is for the next process."""
        with self._one:
            if self._held is not None:
                os.close(self._held)
                self._held = None


def _keeper(name: str) -> str:
    return name.removeprefix(f"{_KIND}/").rpartition("-")[0]
