"""Looks at an entry as it is stored, as text: what a full verification does a million times.

Gives what :func:`scelle.ledger.verify.look` gives of the entry that is read from the row.
A digest is taken over the very text that is stored, so a row whose fields are plain is
neither read into values nor written again.  Whatever is not plain, or not as it should be,
is looked at the long way, which says what is wrong.
"""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from scelle.ledger.canonical import parse
from scelle.ledger.entries import Row, from_row
from scelle.ledger.merkle import leaf_hash
from scelle.ledger.verify import TIME_ACCEPTED, Seen, look

# Name, salt and value of one member.  A value is a text without escapes, a word, a number
# below 10**15, or one array or object without another inside.
_MEMBER = re.compile(
    r'"([A-Za-z0-9_-]+)":\["([A-Za-z0-9+/=]*)",'
    r'("[^"\\\x00-\x1f]*"|true|false|null|0|[1-9][0-9]{0,14}|[\[{][^\[\]{}\\]*[\]}])\]'
    r'(?:,(?=")|\}\Z)'
)
# Name and digest of one pair of a leaf.
_PAIR = re.compile(
    rb'\["([A-Za-z0-9_-]+)","([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"\](?:,(?=\[)|\]\Z)'
)
#: Characters of a member beyond name, salt and value, and of a pair beyond name and digest.
_AROUND_MEMBER, _AROUND_PAIR = 9, 8

_Members = list[tuple[str, str, str]]


def look_row(row: Row) -> Seen:
    """Check one stored entry by itself.

    Raises:
        ValueError: the row does not hold canonical fields.
    """
    seq, leaf_text, disclosed, withheld, sealed = row
    leaf = leaf_text.encode()
    shown, kept, pairs = _members(disclosed), _members(withheld), _pairs(leaf)
    if shown and kept and pairs:
        plan = _plan(
            tuple([name for name, _ in pairs]),
            tuple([name for name, _, _ in shown]),
            tuple([name for name, _, _ in kept]),
        )
        if plan is not None:
            month = plan.month(shown, seq, sealed)
            if month and plan.picked([d for _, d in pairs]) == _digests(shown + kept):
                return Seen(seq, leaf_hash(leaf), month, "", "", ())
    return look(from_row(row))


@dataclass(frozen=True)
class _Plan:
    """How entries with the same names are looked at.

    Attributes:
        picked: of a leaf's digests those of the disclosed and withheld fields, in order.
        told: of the disclosed fields ``month``, ``seq``, ``sealed``, ``phase``, ``act``.
    """

    picked: Callable[[Sequence[bytes]], tuple[bytes, ...]]
    told: Callable[[_Members], tuple[tuple[str, str, str], ...]]

    def month(self, shown: _Members, seq: int, sealed: bytes) -> str:
        """The month of an everyday entry whose place and sealed bytes are its own; else empty."""
        month, place, hidden, phase, act = [value for _, _, value in self.told(shown)]
        everyday = phase != '"system"' and act != f'"{TIME_ACCEPTED}"' and month[0] == '"'
        if everyday and place == str(seq) and hidden == f'"{hashlib.sha256(sealed).hexdigest()}"':
            return month[1:-1]
        return ""


@lru_cache(maxsize=1024)
def _plan(pairs: tuple[bytes, ...], shown: tuple[str, ...], kept: tuple[str, ...]) -> _Plan | None:
    """The plan of these names; ``None`` where they are not those of an everyday entry in order."""
    inside = [name.decode() for name in pairs]
    own = {*shown, *kept}
    for names in (inside, list(shown), list(kept)):
        if names != sorted(set(names)):
            return None
    told = ("month", "seq", "sealed", "phase", "act")
    if not own.issubset(inside) or not set(told).issubset(shown) or len(own) < 2 or "vkey" in own:
        return None
    return _Plan(
        itemgetter(*[inside.index(name) for name in (*shown, *kept)]),
        itemgetter(*[shown.index(name) for name in told]),
    )


def _members(text: str) -> _Members:
    """The members of a plain object; none where it is not one that is written canonically."""
    found = _MEMBER.findall(text)
    long = sum([len(name) + len(salt) + len(value) for name, salt, value in found])
    if text[:1] != "{" or long + _AROUND_MEMBER * len(found) + 1 != len(text):
        return []
    return found if all(_sound(v) for _, _, v in found if v[0] in "[{") else []


def _pairs(leaf: bytes) -> list[tuple[bytes, bytes]]:
    """Names and digests of a leaf; none where it is not written as one."""
    found: list[tuple[bytes, bytes]] = _PAIR.findall(leaf)
    long = sum([len(name) + len(digest) for name, digest in found])
    if leaf[:1] != b"[" or long + _AROUND_PAIR * len(found) + 1 != len(leaf):
        return []
    return found


def _digests(fields: _Members) -> tuple[bytes, ...]:
    sha256, base64 = hashlib.sha256, b2a_base64
    return tuple(
        [
            base64(sha256(f'["{salt}","{name}",{value}]'.encode()).digest(), newline=False)
            for name, salt, value in fields
        ]
    )


@lru_cache(maxsize=4096)
def _sound(value: str) -> bool:
    """Whether an array or an object is canonical: counts and rules repeat."""
    try:
        parse(value.encode())
    except ValueError:
        return False
    return True
