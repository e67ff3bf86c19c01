"""What was asked, as JSON that the ledger can hold."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from fractions import Fraction
from pathlib import Path

from scelle.ledger.entries import Value
from scelle.model.acts import Act, CaseAct, OpenCase

#: The most characters of one text that an entry holds: nobody fills the ledger by asking.
_LONGEST = 2000
_CUT = " [cut]"


def parameters_of(act: Act) -> dict[str, Value]:
    """What was asked, as JSON; without the reason and the case, which have fields of their own.

    Nor what is secret: passwords, codes, answers of passkeys.
    """
    own = {"reason", "case_id"} if isinstance(act, CaseAct | OpenCase) else {"reason"}
    told = [f for f in dataclasses.fields(act) if f.name not in own and "secret" not in f.metadata]
    return {f.name: to_json(getattr(act, f.name)) for f in told}


def to_json(value: object) -> Value:
    """A value as JSON that reads back as itself (RFC 8785 knows no integer beyond 2**53).

    Texts of more than 2000 characters are cut and end with ``[cut]``.

    Raises:
        TypeError: a type that acts do not hold.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return to_json(value.value)
        case str():
            # A file name may hold bytes that are no UTF-8.
            told = value.encode("utf-8", "backslashreplace").decode()
            return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}{_CUT}"
        case int():
            return value if abs(value) < 2**53 else str(value)
        case float():
            return value if math.isfinite(value) and abs(value) < 2**53 else str(value)
        case datetime():
            return value.isoformat()
        case Path() | Fraction():
            return to_json(str(value))
        case frozenset() | set():
            return [to_json(v) for v in sorted(value, key=str)]
        case Mapping():
            return {str(to_json(str(k))): to_json(v) for k, v in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [to_json(v) for v in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            raise TypeError(f"an act holds no {type(value).__name__}")


def fields(values: Mapping[str, object]) -> dict[str, Value]:
    """Fields of an entry, as JSON."""
    return {name: to_json(value) for name, value in values.items()}
