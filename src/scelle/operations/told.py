"""What a case's entries tell of one thing: read once, held, and kept for other processes.

The ledger only grows, so a later reading goes on where the last one ended.  What was read is
kept in the vault as well: a process that has just begun opens only what was written since.
It lies under the case's own key, which nobody else has and an erasure destroys, and it names
the tree of entries that it was read from.  Where it does not open, or is of another ledger or
another version, everything is read again.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from scelle import __version__
from scelle.errors import Misconfigured, NotFound, VaultDamaged
from scelle.ledger.entries import Entry, Opened, open_sealed
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

HELD = 200_000
"""How much of all cases is held together, at most, in what each counts as its size."""

EVERY = 512
"""Entries of a case after which what was read is kept anew: so many a new process reads."""


class Entries(Protocol):
    """The ledger, for reading alone."""

    def sealed_under(self, key: bytes, start: int = 0) -> Iterator[Entry]:
        """Entries from a place on whose sealed fields a key opens, in order."""
        ...

    def root(self, size: int) -> bytes:
        """The hash of the tree of so many entries; NotFound where there are fewer."""
        ...


class Told(Protocol):
    """What entries of one case tell; it begins with what was kept, or with none read."""

    @property
    def size(self) -> int:
        """How much it holds, at least one."""
        ...

    def concerns(self, entry: Entry) -> bool:
        """Whether an entry is to be opened."""
        ...

    def take(self, entry: Opened) -> None:
        """Take note of the next one."""
        ...

    def kept(self) -> object:
        """All of it, as JSON."""
        ...


_T = TypeVar("_T", bound=Told)


@dataclass
class _Read(Generic[_T]):
    """What was read of one case.

    Attributes:
        next: place of the first entry that was not read.
        since: entries that were read since it was kept.
    """

    told: _T | None = None
    next: int = 0
    since: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


class ReadOn(Generic[_T]):
    """Reads, holds and keeps; safe between threads and processes.

    Args:
        name: of what is kept, in the vault of each case.
        vault: keeps it.
        keys: opens the entries of a case.
        ledger: has the entries.
        begin: makes what is told of a case, from what was kept of it or from ``None``.
    """

    def __init__(
        self,
        name: str,
        vault: Vault,
        keys: Keyring,
        ledger: Entries,
        begin: Callable[[str, Any], _T],
    ) -> None:
        self._name = f"told/{name}"
        self._vault, self._keys, self._ledger, self._begin = vault, keys, ledger, begin
        self._one = threading.Lock()
        self._held: OrderedDict[str, _Read[_T]] = OrderedDict()

    @property
    def size(self) -> int:
        """How much is held."""
        with self._one:
            return sum(map(_size, self._held.values()))

    @contextmanager
    def of(self, case_id: str, *, anew: bool = False) -> Iterator[_T]:
        """What the entries of a case tell by now, for one thread at a time.

        Args:
            anew: believe nothing that was kept: every entry is read.

        Raises:
            NotFound: the case was erased.
            LedgerDamaged: an entry that was read was altered.
        """
        with self._one:
            if anew:
                self._held.pop(case_id, None)
            read = self._held.setdefault(case_id, _Read())
            self._held.move_to_end(case_id)
        try:
            # After it is held: an erasure lets go of what is, and leaves no key for the rest.
            self._keys.case_key(case_id)
            with read.turn:
                yield self._read_on(case_id, read, anew=anew)
        except BaseException:
            self.forget(case_id)
            raise
        self._bound()

    def forget(self, case_id: str) -> None:
        """Hold nothing of a case."""
        with self._one:
            self._held.pop(case_id, None)

    def _bound(self) -> None:
        with self._one:
            size = sum(map(_size, self._held.values()))
            while size > HELD and self._held:
                size -= _size(self._held.popitem(last=False)[1])

    def _read_on(self, case_id: str, read: _Read[_T], *, anew: bool) -> _T:
        if read.told is None:
            kept = None if anew else self._kept(case_id)
            read.next, read.told = kept or (0, self._begin(case_id, None))
        key = self._keys.sealing_key(case_id)
        for entry in self._ledger.sealed_under(key, read.next):
            if read.told.concerns(entry):
                read.told.take(open_sealed(entry, key))
            read.next = entry.seq + 1
            read.since += 1
        if read.since >= EVERY or anew:
            self._keep(case_id, read.next, read.told)
            read.since = 0
        return read.told

    def _kept(self, case_id: str) -> tuple[int, _T] | None:
        """What was kept and holds for this ledger, and the first place after it."""
        try:
            kept = json.loads(self._vault.read(case_id, self._name, self._keys.case_key(case_id)))
            size = kept["size"]
            if (kept["version"], kept["root"]) != (__version__, self._ledger.root(size).hex()):
                return None
            return size, self._begin(case_id, kept["told"])
        except (NotFound, VaultDamaged, ValueError, TypeError, LookupError):
            return None

    def _keep(self, case_id: str, size: int, told: _T) -> None:
        kept = {
            "version": __version__,
            "size": size,
            "root": self._ledger.root(size).hex(),
            "told": told.kept(),
        }
        data = json.dumps(kept, separators=(",", ":")).encode()
        # It spares time and nothing else: what is asked for is answered without it.
        with suppress(Misconfigured, OSError):
            self._vault.write(case_id, self._name, self._keys.case_key(case_id), data)
        if self._keys.destroyed(case_id):
            # Erased while it was written.
            self._vault.destroy(case_id)


def _size(read: _Read[_T]) -> int:
    return read.told.size if read.told is not None else 1
