"""What somebody asked, as one digest: a second person's approval is bound to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from scelle.ledger.canonical import canonical
from scelle.ledger.entries import Opened, Value


def asked_sha256(
    agent_id: str, kind: str, case_id: str, reason: str, parameters: Mapping[str, Value]
) -> str:
    """SHA-256, hexadecimal, over who asks, for what, in which case and why.

    Args:
        kind: the act's name in the ledger.
        parameters: the act's own, as an entry holds them.
    """
    told = {
        "agent": agent_id,
        "act": kind,
        "case": case_id,
        "reason": reason,
        "parameters": dict(parameters),
    }
    return hashlib.sha256(canonical(told)).hexdigest()


def asked_of(opened: Opened) -> str:
    """The same digest, of a decision that the ledger holds."""
    parameters = opened.sealed["parameters"]
    return asked_sha256(
        str(opened.sealed["agent"]),
        str(opened.disclosed["act"]),
        str(opened.sealed["case"]),
        str(opened.sealed["reason"]),
        parameters if isinstance(parameters, dict) else {},
    )
