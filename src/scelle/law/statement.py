"""What a magistrate signs: a mandate as one text, the same on every machine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum

from scelle.model.evidence import Mandate
from scelle.model.geometry import Area, Line, Route
from scelle.model.tracks import TrackQuery

#: What an Ed25519 key signs begins so: a signature on a mandate is good for nothing else.
CONTEXT = b"scelle mandate v1\n"

#: Whether a mandate may be used changes; what was authorised, and signed, does not.
_NOT_SIGNED = {"state"}

#: What can be sought since a later version: a mandate that does not say it is told as before,
#: so that signatures hold.
_LATER = {"min_speed", "max_speed", "crosses", "follows"}


def mandate_statement(mandate: Mandate) -> str:
    """Canonical JSON of everything that the mandate authorises; times in UTC."""
    told = {
        f.name: _told(getattr(mandate, f.name))
        for f in fields(Mandate)
        if f.name not in _NOT_SIGNED
    }
    return json.dumps(
        {"format": "scelle-mandate-1", **told},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def mandate_digest(mandate: Mandate) -> bytes:
    """SHA-256 of :func:`mandate_statement`, 32 bytes: what a key signs."""
    return hashlib.sha256(mandate_statement(mandate).encode()).digest()


def _told(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case frozenset():
            return sorted(str(_told(v)) for v in value)
        case Area():
            return [list(point) for point in value.points]
        case TrackQuery():
            told = {f.name: _told(getattr(value, f.name)) for f in fields(TrackQuery)}
            return {k: v for k, v in told.items() if v is not None or k not in _LATER}
        case Line():
            return [list(value.start), list(value.end), value.one_way]
        case Route():
            return [[list(point) for point in value.points], value.tolerance]
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case _:
            raise TypeError(f"a mandate states no {type(value).__name__}")
