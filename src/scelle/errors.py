"""Every error that Scelle raises on purpose.

::

    ScelleError
    ├── BadInput            what was given cannot be used
    │   ├── UnreadableSource   not a closed regular file, or no video in it
    │   │   └── DecoderFailed     the sandbox of its decoder crashed, or reached a limit
    │   └── NotFound           no such case, exhibit, mandate, track
    ├── Refused             the door said no: reasons, articles, remedies
    ├── PermitMisused       a permit was used twice, or for another act
    ├── Damaged             stored bytes are not what was written
    │   ├── VaultDamaged
    │   └── LedgerDamaged
    ├── Interrupted         stopped on purpose; running again completes it
    └── Misconfigured       the machine or the settings do not allow it

Each carries a ``remedy``: one sentence that says what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scelle.model.acts.answer import Reason


class ScelleError(Exception):
    """Base of all deliberate errors; ``str(error)`` is a sentence for people."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class BadInput(ScelleError):
    """What was given cannot be used."""


class NoPicture(BadInput):
    """A span of a recording that holds no picture, such as a gap."""


class UnreadableSource(BadInput):
    """Not a closed regular file holding video that can be decoded."""


class DecoderFailed(UnreadableSource):
    """What decoded a recording, in its sandbox, crashed or reached a limit; nothing else did.

    Attributes:
        why: ``crash``, ``time``, ``memory``, ``output`` or ``forbidden``.
    """

    def __init__(self, message: str, *, why: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.why = why


class NotFound(BadInput):
    """The named case, exhibit, mandate, clearance or track does not exist."""


class Refused(ScelleError):
    """The door refused the act; the refusal is already in the ledger.

    Attributes:
        reasons: why, each with its rule, article and remedy; never empty.
        entry: index of the ledger entry that records the refusal.
    """

    def __init__(self, reasons: Sequence[Reason], *, entry: int) -> None:
        super().__init__(
            "; ".join(f"{r.text} [{r.rule}, {r.article}]" for r in reasons),
            remedy=" ".join(r.remedy for r in reasons if r.remedy),
        )
        self.reasons = tuple(reasons)
        self.entry = entry


class PermitMisused(ScelleError):
    """A permit was used twice, for another act, or was never issued."""

    def __init__(self, message: str) -> None:
        super().__init__(message, remedy="Ask the door again: each act needs its own permit.")


class Damaged(ScelleError):
    """Stored bytes are not what was written."""


class VaultDamaged(Damaged):
    """A vault object is truncated, reordered, altered or under another key."""


class LedgerDamaged(Damaged):
    """The ledger does not match its own signed head."""


class Interrupted(ScelleError):
    """Stopped on purpose; nothing is corrupt and running again completes it."""


class Misconfigured(ScelleError):
    """The machine, the installation or a setting does not allow it."""
