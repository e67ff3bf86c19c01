"""Tallies: what an entry adds to every published figure, committed when it is written.

A publication gives totals by month, service, framework and offence family.  Were these
fields shown entry by entry, whoever reads them could count any combination, however
small.  So each entry also carries a *tally*: a Pedersen commitment (Pedersen 1991)

    ``C = r H + sum(amount * G[cell])``

to what it adds to each *cell*.  Commitments add up: the sum over the entries of a
period commits to the period's totals, and only these are opened.  No entry tells
anything by itself, and nobody can change later what an entry adds.

A cell is ``<kind>|<quantity>|<dimension>|<value>``:

kind
    ``<phase> <act> <result>``; ``refusal`` for the rules that refused.
quantity
    ``entries`` (1 for each), a name of ``counts``, or the name of a rule.
dimension
    ``all``; ``month``, ``service``, ``framework``, ``offence_family``, each with its value;
    for a demonstration ``demonstration`` alone, so that it is counted apart.

The rule is the same for every act, those to come included: figures are sums of
cells, and can be defined later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache

from scelle.ledger import curve
from scelle.ledger.curve import Point
from scelle.ledger.entries import Value

#: Bytes of a nonce, from which an entry's blinding follows under the installation's key.
NONCE_SIZE = 16
#: What an entry's fields are told apart by.
DIMENSIONS = ("month", "service", "framework", "offence_family")
#: Rules are told by month alone: a service's refusals are counted, not their rules.
RULE_DIMENSIONS = ("month",)

#: The point that blinds; no cell has its name.
BLINDING = "blinding"

_LABEL = b"scelle tally blinding v1"
_WINDOW = 6


def amounts(fields: Mapping[str, Value]) -> dict[str, int]:
    """What an entry adds to each cell, from its disclosed fields.

    Args:
        fields: values by name: ``phase``, ``act``, ``result``, ``demonstration``,
            ``rules``, ``counts`` and :data:`DIMENSIONS`.

    Returns:
        Positive amounts by cell.
    """
    kind = f"{fields['phase']} {fields['act']} {fields['result']}"
    counts, rules = fields.get("counts"), fields.get("rules")
    # A count may have that name too (entries that were read): it is not told.
    held = {**(counts if isinstance(counts, dict) else {}), "entries": 1}
    own: list[tuple[str, tuple[str, ...], int]] = [
        (f"{kind}|{name}", DIMENSIONS, amount)
        for name, amount in held.items()
        if isinstance(amount, int) and amount > 0
    ]
    told = rules if isinstance(rules, list) else []
    own += [(f"refusal|{rule}", RULE_DIMENSIONS, 1) for rule in told]
    found: dict[str, int] = {}
    for name, dimensions, amount in own:
        if fields.get("demonstration"):
            found[f"{name}|demonstration|"] = amount
            continue
        found[f"{name}|all|"] = amount
        found |= {f"{name}|{each}|{fields[each]}": amount for each in dimensions}
    return found


def blinding_key(installation_key: bytes) -> bytes:
    """The key that blindings follow from: the installation's, never a case's.

    So an entry can be counted after its case's key was destroyed.
    """
    return hmac.digest(installation_key, _LABEL, "sha256")


def blinding(key: bytes, nonce: bytes) -> int:
    """The blinding that belongs to a nonce, below the group's order."""
    return int.from_bytes(hmac.digest(key, nonce, "sha512"), "little") % curve.ORDER


def tally(fields: Mapping[str, Value], key: bytes) -> str:
    """The disclosed field ``tally`` of an entry: base64 of nonce and commitment.

    Args:
        fields: the entry's other disclosed fields.
        key: what :func:`blinding_key` gave.
    """
    nonce = secrets.token_bytes(NONCE_SIZE)
    point = commitment(amounts(fields), blinding(key, nonce))
    return base64.b64encode(nonce + curve.encode(point)).decode()


def parse(text: Value) -> tuple[bytes, Point]:
    """Nonce and commitment of a field ``tally``.

    Raises:
        ValueError: malformed, or not on the curve.
    """
    if not isinstance(text, str):
        raise ValueError("a tally is a text")
    raw = base64.b64decode(text, validate=True)
    return raw[:NONCE_SIZE], curve.decode(raw[NONCE_SIZE:])


def commitment(held: Mapping[str, int], r: int) -> Point:
    """``r H + sum(amount * G[cell])``."""
    by_amount: dict[int, list[str]] = {}
    for cell, amount in held.items():
        by_amount.setdefault(amount, []).append(cell)
    point = _blinding_times(r)
    for amount, cells in by_amount.items():
        point = curve.add(point, curve.times(amount, _sum_of(tuple(cells))))
    return point


@lru_cache(maxsize=4096)
def _sum_of(cells: Sequence[str]) -> Point:
    """The cells of one act are asked for together, again and again."""
    total = curve.ZERO
    for cell in cells:
        total = curve.add(total, curve.generator(cell))
    return total


def _blinding_times(r: int) -> Point:
    point = curve.ZERO
    for place, row in enumerate(_blinding_rows()):
        digit = r >> _WINDOW * place & (1 << _WINDOW) - 1
        if digit:
            point = curve.add(point, row[digit])
    return point


@lru_cache(maxsize=1)
def _blinding_rows() -> list[list[Point]]:
    """Multiples of the blinding point: ``rows[i][d] = d * 16**i * H``."""
    base, rows = curve.generator(BLINDING), []
    for _ in range(-(-curve.ORDER.bit_length() // _WINDOW)):
        row = [curve.ZERO]
        for _ in range((1 << _WINDOW) - 1):
            row.append(curve.add(row[-1], base))
        rows.append(row)
        base = curve.add(row[-1], base)
    return rows


def digest_of(text: bytes) -> int:
    """A challenge below the group's order: SHA-512 (Fiat and Shamir 1986)."""
    return int.from_bytes(hashlib.sha512(text).digest(), "little") % curve.ORDER
