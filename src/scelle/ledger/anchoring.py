"""Shows the ledger's heads to outside parties, and keeps what they sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scelle.errors import ScelleError
from scelle.ledger import remote
from scelle.ledger.outside import Anchor, Outside, Witness
from scelle.ledger.timestamps import Authority, time_of
from scelle.ledger.witness import Answer, refusal, request_of

#: How often a head is timestamped at the most, unless it is asked for.
STAMP_EVERY = timedelta(days=1)

_BODY = "text/plain; charset=utf-8"


class Source(Protocol):
    """The ledger, as far as it is shown: :class:`scelle.ledger.book.Book` is one."""

    @property
    def outside(self) -> Outside:
        """What outside parties said so far."""
        ...

    def checkpoints(self) -> tuple[tuple[int, str], ...]:
        """Size and note of every head that is kept."""
        ...

    def last_checkpoint(self) -> tuple[int, str]:
        """The last of them."""
        ...

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof that the tree of ``old`` entries is a prefix of that of ``new``."""
        ...


@dataclass(frozen=True)
class Shown:
    """What became of showing a head to one outside party.

    Attributes:
        who: the witness' name, or the authority's address.
        size: entries of the head.
        status: ``signed``, ``refused``, or ``silent`` where nobody answered.
        text: one sentence.
    """

    who: str
    size: int
    status: str
    text: str


class Anchoring:
    """Asks every witness that has an address, and the timestamp authority.

    Args:
        book: the ledger.
        authority: of timestamps; ``None`` for none.
        refused: told the verifier key of a witness that refuses, and its words.
    """

    def __init__(
        self, book: Source, authority: Authority | None, refused: Callable[[str, str], None]
    ) -> None:
        self._book = book
        self._authority = authority
        self._refused = refused

    def show(self, now: datetime, *, stamp: bool = False) -> tuple[Shown, ...]:
        """Show the last head that was kept to those who have not signed it.

        Args:
            now: the time.
            stamp: have it timestamped even if another was within :data:`STAMP_EVERY`.
        """
        size, note = self._book.last_checkpoint()
        if not size:
            return ()
        witnesses = self._book.outside.witnesses()
        shown = [self._ask(w, size, note) for w in witnesses if w.url and w.size < size]
        if self._authority is not None and (stamp or self._stamp_due(now)):
            shown.append(self._stamp(self._authority, size, note))
        return tuple(shown)

    def request_for(self, witness: Witness, seen: int | None = None) -> str:
        """The request to a witness about the last head that was kept, as a file.

        Args:
            seen: the size that it co-signed last, where it says another than is known here.
        """
        size, note = self._book.last_checkpoint()
        old = witness.size if seen is None else seen
        proof = self._book.consistency_proof(old, size) if old <= size else ()
        return request_of(old, proof, note)

    def _ask(self, witness: Witness, size: int, note: str) -> Shown:
        name = witness.key.name
        try:
            answer = self._send(witness, self.request_for(witness))
            behind = answer.text.strip()
            if answer.status == 409 and behind.isdecimal() and int(behind) < size:
                # It has seen another head of ours than we know of: prove from there.
                answer = self._send(witness, self.request_for(witness, int(behind)))
            if answer.status == 200:
                self._book.outside.add(note + answer.text)
                return Shown(name, size, "signed", f"{name} has co-signed {size} entries.")
        except ScelleError as error:
            return Shown(name, size, "silent", f"{name}: {error}")
        text = refusal(name, answer)
        if answer.status in (409, 422):
            self._refused(witness.vkey, text)
        return Shown(name, size, "refused", text)

    def _send(self, witness: Witness, request: str) -> Answer:
        url = witness.url.rstrip("/") + "/add-checkpoint"
        status, data = remote.post(url, request.encode(), _BODY)
        return Answer(status, data.decode("utf-8", "replace"))

    def _stamp_due(self, now: datetime) -> bool:
        kept = dict(self._book.checkpoints()) if self._book.outside.anchors() else {}
        times = [
            time_of(kept[anchor.size], anchor.token)
            for anchor in self._book.outside.anchors()[-1:]
            if anchor.size in kept
        ]
        return not times or now - max(times) >= STAMP_EVERY

    def _stamp(self, authority: Authority, size: int, note: str) -> Shown:
        try:
            token, at = authority.stamp(note)
        except ScelleError as error:
            return Shown(authority.url, size, "silent", f"{error}")
        self._book.outside.add_anchor(Anchor(size, authority.url, token))
        when = f"{at:%Y-%m-%d %H:%M:%S} UTC"
        return Shown(authority.url, size, "signed", f"{size} entries timestamped: {when}.")
