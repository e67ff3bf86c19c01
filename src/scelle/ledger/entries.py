"""Entries of the ledger: salted field digests, so that each field can be shown or withheld.

A leaf is the JCS (RFC 8785) of the sorted list of ``[name, digest]``, where
``digest`` is the base64 of ``SHA-256(JCS([salt, name, value]))`` and ``salt`` is
128 random bits in base64, one for each field: the manner of selective-disclosure
tokens (RFC 9901).  Fields are of three sorts:

*disclosed*
    coarse; published with their salts.
*withheld*
    kept readable inside the installation, never published: which key sealed
    the entry.
*sealed*
    what names anybody or anything; AES-256-GCM under the case's key, so that they
    are lost when that key is destroyed, and the tree still verifies.

The SHA-256 of the sealed bytes is itself a disclosed field, ``sealed``, so that a
flipped bit in them is found without the key.  The digests of all other fields are
the cipher's associated data, so that sealed bytes open in no other entry.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scelle.errors import LedgerDamaged
from scelle.ledger.canonical import parse, text_of

#: Bytes of a sealing key: AES-256.
KEY_SIZE = 32

_NONCE_SIZE = 12
_SALT_SIZE = 16

_NAME = re.compile(r"[A-Za-z0-9_-]+")
# The one way to write a leaf whose names are such; base64 of 32 bytes is 42 characters
# and one of 16, and a sign.
_LEAF = re.compile(
    rb'\[(?:\["[A-Za-z0-9_-]+","[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="\](?:,(?!\])|(?=\])))*\]'
)

#: A value of a field: what JSON holds, integers within 2**53.
Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]

#: Field name to ``(salt, value)``.
Salted = Mapping[str, tuple[str, Value]]

#: An entry as it is stored: place; leaf, disclosed and withheld fields as canonical
#: JSON; sealed bytes.
Row = tuple[int, str, str, str, bytes]


@dataclass(frozen=True)
class Draft:
    """An entry to be, before it knows its place.

    Attributes:
        disclosed: fields to publish; ``seq`` and ``sealed`` are added.
        sealed: fields to encrypt.
        key: 32 bytes, the sealing key.
    """

    disclosed: Mapping[str, Value]
    sealed: Mapping[str, Value]
    key: bytes


@dataclass(frozen=True)
class Entry:
    """An entry as it is stored.

    Attributes:
        seq: place in the ledger, from 0.
        leaf: the bytes that the tree hashes.
        disclosed, withheld: fields with their salts.
        sealed: nonce, ciphertext and tag; ``None`` once destroyed.
    """

    seq: int
    leaf: bytes
    disclosed: Salted
    withheld: Salted
    sealed: bytes | None

    def value(self, name: str) -> Value:
        """The value of a disclosed field; ``None`` where it is not there."""
        return self.disclosed[name][1] if name in self.disclosed else None


@dataclass(frozen=True)
class Opened:
    """An entry with its sealed fields in clear.

    Attributes:
        disclosed, sealed: values by name, without salts.
    """

    seq: int
    disclosed: Mapping[str, Value]
    sealed: Mapping[str, Value]


def digest(salt: str, name: str, value: Value) -> str:
    """Base64 of ``SHA-256(JCS([salt, name, value]))``."""
    text = f"[{encode_basestring(salt)},{encode_basestring(name)},{text_of(value)}]"
    return b2a_base64(hashlib.sha256(text.encode()).digest(), newline=False).decode()


def key_label(key: bytes) -> str:
    """What tells which key sealed an entry, and nothing about the key."""
    return hmac.digest(key, b"scelle ledger: which key", "sha256")[:16].hex()


def label_of(entry: Entry) -> str:
    """What tells which key sealed an entry; empty where it was altered and tells nothing."""
    return str(entry.withheld.get("key", ("", ""))[1])


def seal(draft: Draft, seq: int) -> Entry:
    """Make the entry that takes place ``seq``.

    Raises:
        ValueError: as :func:`seal_row`.
    """
    return from_row(seal_row(draft, seq))


def seal_row(draft: Draft, seq: int) -> Row:
    """The same as it is stored.

    Raises:
        ValueError: a field is both disclosed and sealed, has a reserved name,
            or is not JSON; or the key is not 32 bytes.
    """
    if len(draft.key) != KEY_SIZE:
        raise ValueError(f"a sealing key has {KEY_SIZE} bytes")
    names = [*draft.disclosed, *draft.sealed, "seq", "sealed", "key"]
    if len(set(names)) != len(names):
        raise ValueError("a field is named twice, or has a reserved name")
    if not all(map(_NAME.fullmatch, names)):
        raise ValueError("a field's name is letters, digits, _ and -")
    try:
        disclosed = _written({**draft.disclosed, "seq": seq})
        withheld = _written({"key": key_label(draft.key)})
        hidden = _written(draft.sealed)
        digests = {name: each.digest for name, each in (disclosed | withheld | hidden).items()}
        nonce = secrets.token_bytes(_NONCE_SIZE)
        text = _members(hidden).encode()
        sealed = nonce + AESGCM(draft.key).encrypt(nonce, text, _leaf(digests))
    except UnicodeEncodeError as error:
        raise ValueError("not canonical JSON: half of a surrogate pair") from error
    disclosed |= _written({"sealed": hashlib.sha256(sealed).hexdigest()})
    digests["sealed"] = disclosed["sealed"].digest
    return seq, _leaf(digests).decode(), _members(disclosed), _members(withheld), sealed


def from_row(row: Row) -> Entry:
    """The entry that a row holds.

    Raises:
        ValueError: the row does not hold canonical fields.
    """
    seq, leaf, disclosed, withheld, sealed = row
    shown, kept = load_salted(disclosed.encode()), load_salted(withheld.encode())
    return Entry(seq, leaf.encode(), shown, kept, sealed)


def open_sealed(entry: Entry, key: bytes) -> Opened:
    """Decrypt the sealed fields.

    Raises:
        LedgerDamaged: another key, altered bytes, a field that does not match
            its digest, or sealed fields that were destroyed.
    """
    hidden = open_salted(entry, key)
    return Opened(
        entry.seq,
        {name: value for name, (_, value) in entry.disclosed.items()},
        {name: value for name, (_, value) in hidden.items()},
    )


def open_salted(entry: Entry, key: bytes) -> Salted:
    """The sealed fields with their salts: whoever has both can hold a field against the leaf.

    Raises:
        LedgerDamaged: as :func:`open_sealed`.
    """
    damaged = LedgerDamaged(
        f"The sealed fields of ledger entry {entry.seq} do not open.",
        remedy="Run `scelle ledger verify` to see which entries are damaged.",
    )
    if entry.sealed is None:
        raise damaged
    nonce, body = entry.sealed[:_NONCE_SIZE], entry.sealed[_NONCE_SIZE:]
    try:
        digests = parse_leaf(entry.leaf)
        others = {name: each for name, each in digests.items() if name != "sealed"}
        hidden = load_salted(AESGCM(key).decrypt(nonce, body, _leaf(others)))
    except (InvalidTag, ValueError) as error:
        raise damaged from error
    if any(digests.get(name) != each for name, each in _digests(hidden).items()):
        raise damaged
    return hidden


def open_with(entry: Entry, keys: Iterable[bytes]) -> Opened:
    """Decrypt the sealed fields with whichever key sealed them.

    Raises:
        LedgerDamaged: none of them did, or see :func:`open_sealed`.
    """
    own = next((key for key in keys if key_label(key) == label_of(entry)), bytes(KEY_SIZE))
    return open_sealed(entry, own)


def split_leaf(leaf: str) -> tuple[tuple[str, ...], list[str]]:
    """Names and digests (base64) of a leaf that this program wrote, for whoever reads many.

    Nothing is checked; :func:`parse_leaf` checks.
    """
    parts = leaf.split('"')
    return tuple(parts[1::4]), parts[3::4]


def parse_leaf(leaf: bytes) -> dict[str, str]:
    """Digest by field name.

    Raises:
        ValueError: not exactly what :func:`seal` writes: canonical, sorted, each
            name once, each digest 32 bytes in base64.
    """
    if not _LEAF.fullmatch(leaf):
        raise ValueError("a leaf is a list of names and digests, written in one way")
    pairs = [pair.split('","') for pair in leaf[3:-3].decode().split('"],["')] if leaf[2:] else []
    digests = dict(pairs)
    if len(digests) != len(pairs) or sorted(digests) != list(digests):
        raise ValueError("a leaf is canonical, sorted, and names each field once")
    return digests


def load_salted(text: bytes) -> dict[str, tuple[str, Value]]:
    """Parse the canonical JSON of ``{name: [salt, value]}``.

    Raises:
        ValueError: anything else.
    """
    fields = parse(text)
    if not isinstance(fields, dict):
        raise ValueError("fields are one canonical JSON object")
    for each in fields.values():
        if not (isinstance(each, list) and len(each) == 2 and isinstance(each[0], str)):
            raise ValueError("a field is its salt and its value")
    return {name: (salt, value) for name, (salt, value) in fields.items()}


def mismatches(fields: Salted, digests: Mapping[str, str]) -> list[str]:
    """Names of the fields that do not match the leaf's digest, or are not in the leaf."""
    return [name for name, each in _digests(fields).items() if digests.get(name) != each]


class _Field(NamedTuple):
    """A field written once: for its digest, and for where it is kept.

    Attributes:
        digest: as in the leaf.
        member: ``"name":[salt,value]``, as in the object that holds it.
    """

    digest: str
    member: str


def _written(fields: Mapping[str, Value]) -> dict[str, _Field]:
    drawn = secrets.token_bytes(_SALT_SIZE * len(fields))
    written = {}
    for place, (name, value) in enumerate(fields.items()):
        own = drawn[_SALT_SIZE * place : _SALT_SIZE * (place + 1)]
        salt = b2a_base64(own, newline=False).decode()
        text = text_of(value)
        raw = hashlib.sha256(f'["{salt}","{name}",{text}]'.encode()).digest()
        member = f'"{name}":["{salt}",{text}]'
        written[name] = _Field(b2a_base64(raw, newline=False).decode(), member)
    return written


def _members(fields: Mapping[str, _Field]) -> str:
    return "{" + ",".join([fields[name].member for name in sorted(fields)]) + "}"


def _digests(fields: Salted) -> dict[str, str]:
    return {name: digest(salt, name, value) for name, (salt, value) in fields.items()}


def _leaf(digests: Mapping[str, str]) -> bytes:
    # Neither a name nor base64 needs escaping.
    pairs = [f'["{name}","{digests[name]}"]' for name in sorted(digests)]
    return f"[{','.join(pairs)}]".encode()
