"""The machine's clock may not go back behind what the ledger tells.

A file beside the ledger holds the latest time, for all processes, and can be written over.
Each entry's own time is sealed in it, and cannot: so nothing is decided at a time that lies
before that of the last grant, whatever the file says.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scelle.door.writing import Keys
from scelle.ledger.book import Book
from scelle.ledger.entries import key_label, label_of, open_sealed

#: How far the clock may fall behind the ledger: clocks are corrected by moments.
TOLERANCE = timedelta(seconds=60)

#: Entries that are read at once, from the end.
_PART = 64


class Clock:
    """Says when a time lies behind the ledger's.

    Only grants count.  A refusal is written at whatever time the clock shows, and a grant
    never was at a time behind the ledger: but for an overseer's word that the clock had
    run ahead before (``accept-time``), after which the time of that very grant counts.
    """

    def __init__(self, book: Book, keys: Keys) -> None:
        self._book = book
        self._keys = keys
        self._granted: datetime | None = None

    def behind(self, at: datetime) -> datetime | None:
        """The time of the ledger that ``at`` lies too far behind; ``None`` where it may be now."""
        written = self._book.latest()
        if written is not None and at < written - TOLERANCE:
            return written
        if self._granted is None or at < self._granted - TOLERANCE:
            # At first; and another process may have been told that the clock is right now.
            self._granted = self._last_grant()
        late = self._granted is not None and at < self._granted - TOLERANCE
        return self._granted if late else None

    def granted(self, at: datetime) -> None:
        """Something was granted at this time."""
        self._granted = at

    def _last_grant(self) -> datetime | None:
        """When the last grant was written whose sealed time can be read.

        That of an erased case cannot; the erasure itself can.
        """
        found, keys = dict[str, bytes](), self._keys.sealing_keys()
        for stop in range(self._book.size(), 0, -_PART):
            for entry in reversed(list(self._book.entries(max(0, stop - _PART), stop))):
                if (entry.value("phase"), entry.value("result")) != ("decision", "granted"):
                    continue
                label = label_of(entry)
                while label not in found and (key := next(keys, None)) is not None:
                    found[key_label(key)] = key
                if label in found:
                    at = open_sealed(entry, found[label]).sealed.get("at")
                    return datetime.fromisoformat(at) if isinstance(at, str) else None
        return None
