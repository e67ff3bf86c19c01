"""Proves that published figures are what the entries' tallies add up to.

The published figures are sums of cells; the cells themselves, the withheld ones among
them, stay hidden.  A proof of knowledge of a representation (Okamoto 1992; Schnorr
1991), made non-interactive (Fiat and Shamir 1986), with linear relations:

    known: the tallies' sum ``C = R H + sum(x[j] G[j])``, figures ``n[i]``
    claim: the ``x[j]`` fulfil ``sum(x[j] for j in relation[i]) == n[i]`` for each i

    (1) draw ``k[j]`` and ``k``; ``A = k H + sum(k[j] G[j])``, ``K[i] = sum(k[j], j in i)``
    (2) ``c`` = SHA-512 of all that is public, modulo the group's order
    (3) ``z[j] = k[j] + c x[j]``, ``z = k + c R``

Who checks it sees that ``z H + sum(z[j] G[j]) == A + c C`` and, for each relation,
``sum(z[j]) == K[i] + c n[i]``.  The ``z`` are uniform whatever the ``x``: nothing is
told about them beyond the figures.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence

from scelle.ledger import curve
from scelle.ledger.curve import ORDER, Point
from scelle.ledger.tally import BLINDING, digest_of

_DOMAIN = b"scelle opening 1\n"


def prove(
    statement: bytes,
    total: Point,
    amounts: Mapping[str, int],
    cells: Sequence[str],
    blinding: int,
    relations: Sequence[Sequence[str]],
) -> dict[str, object]:
    """Make the proof.

    Args:
        statement: digest of everything published, so that the proof fits nothing else.
        total: sum of the tallies.
        amounts: what it commits to; absent cells are 0.
        cells: every cell that may be other than 0, in the order of the answer.
        blinding: sum of the blindings.
        relations: the cells that each published number is the sum of.

    Returns:
        JSON: ``commitment``, ``blinding``, ``cells`` and ``relations``, base64 of 32
        bytes little-endian (64 for the point).
    """
    drawn = {cell: secrets.randbelow(ORDER) for cell in cells}
    mask = secrets.randbelow(ORDER)
    points = [curve.generator(BLINDING), *(curve.generator(cell) for cell in cells)]
    point = curve.encode(curve.weighted_sum([mask, *drawn.values()], points))
    sums = [sum(drawn[cell] for cell in relation) % ORDER for relation in relations]
    c = challenge(statement, total, point, sums)
    answers = [(drawn[cell] + c * amounts.get(cell, 0)) % ORDER for cell in cells]
    return {
        "commitment": base64.b64encode(point).decode(),
        "blinding": _text((mask + c * blinding) % ORDER),
        "cells": [_text(answer) for answer in answers],
        "relations": [_text(each) for each in sums],
    }


def challenge(statement: bytes, total: Point, commitment: bytes, sums: Sequence[int]) -> int:
    """Step (2)."""
    told = b"".join(each.to_bytes(32, "little") for each in sums)
    return digest_of(_DOMAIN + statement + curve.encode(total) + commitment + told)


def _text(number: int) -> str:
    return base64.b64encode(number.to_bytes(32, "little")).decode()
