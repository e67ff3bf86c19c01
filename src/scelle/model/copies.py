"""Copies that left the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Recall:
    """One time that a copy was called back.

    Attributes:
        entry: of the ledger.
        reason: why, in words.
    """

    entry: int
    at: datetime
    agent_id: str
    reason: str


@dataclass(frozen=True)
class Copy:
    """One copy: who received what, when and why.

    Attributes:
        entry: ledger entry of the decision that let it leave.
        act: kind of the act, such as ``make-bundle``.
        agent_id: who handed it out.
        recipient: who received it; empty where the one who made it kept it.
        reason: why, in words.
        name: of the file or folder.
        sha256: of the file; of a bundle, of its manifest.
        recalls: oldest first.
    """

    entry: int
    at: datetime
    act: str
    agent_id: str
    recipient: str
    reason: str
    name: str
    sha256: str
    recalls: tuple[Recall, ...] = ()

    @property
    def reference(self) -> str:
        """What the copy bears on its face."""
        return f"C-{self.entry}"
