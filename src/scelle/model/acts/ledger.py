"""Acts on the ledger itself: its key, and who witnesses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.acts.base import Act


@dataclass(frozen=True, kw_only=True)
class RotateKey(Act):
    """Exchange the key that signs the ledger's heads; the old one hands over and is destroyed."""

    kind: ClassVar[str] = "rotate-key"


@dataclass(frozen=True, kw_only=True)
class NameWitness(Act):
    """Name an outside party that co-signs the ledger's heads; it cannot be taken back.

    Attributes:
        vkey: its verifier key (C2SP signed-note).
        url: where it is asked; empty when files are exchanged.
    """

    kind: ClassVar[str] = "name-witness"
    vkey: str
    url: str = ""
