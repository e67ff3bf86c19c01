"""Copies that left the system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO


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
        exhibit_ids: what it shows something of.
        mandate_id: on which it was made; empty where on none.
        waits: it can be fetched from the vault, by who handed it out.
        claimed: and beside it a manifest definition (C2PA) for whoever wants to sign it.
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
    exhibit_ids: tuple[str, ...] = ()
    mandate_id: str = ""
    waits: bool = False
    claimed: bool = False

    @property
    def reference(self) -> str:
        """What the copy bears on its face."""
        return f"C-{self.entry}"


@dataclass(frozen=True)
class Waiting:
    """A copy that waits in the vault.

    Attributes:
        entry: ledger entry of the decision that lets it leave.
        name: of the file.
        sha256: of it, hexadecimal.
        size: bytes.
        claimed: a manifest definition (C2PA) waits beside it.
        waits: whether it still does: it may be called back, erased, or waited for too long.
    """

    entry: int
    name: str
    sha256: str
    size: int
    claimed: bool
    waits: Callable[[], bool] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Fetched:
    """A copy that is taken out, or what lies beside it.

    Attributes:
        name: of the file.
        sha256: of it, hexadecimal; empty where the ledger tells none.
        file: its plain bytes; whoever has read them closes it.
        waits: whether they may still be handed out: it may be called back or erased meanwhile.
    """

    name: str
    sha256: str
    file: BinaryIO
    waits: Callable[[], bool] = field(compare=False, repr=False)
