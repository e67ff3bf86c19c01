#!/usr/bin/env python3
r"""Verify what a Scelle installation hands out.  Needs Python 3.9 or newer and nothing else.

    python3 verify.py ledger.jsonl                  a ledger's export
    python3 verify.py TILES/                        a ledger as tiles (C2SP tlog-tiles)
    python3 verify.py proof.json                    entries with their proofs, as in a bundle
    python3 verify.py published-folder              published figures
    python3 verify.py bundle-folder-or.zip          evidence that was handed out
    python3 verify.py report.pdf --ledger BUNDLE    a closing report, against a bundle
    python3 verify.py ledger.jsonl --vkey 'NAME+ID+KEY' --earlier head-of-last-month.txt \
        --witness 'NAME+ID+KEY' --authority timestamp-authority.pem

Made to be read in an hour or two; it imports nothing of the software that it checks.

What is checked of a ledger, in this order (the code below is labelled alike):

(1) the file: one canonical JSON object (RFC 8785) on each line, no byte without meaning
(2) each entry stands at the place that it states
(3) each published field is the one written then: its salted digest is in the leaf
(4) months never go back: the clock was not turned back to date an entry earlier
(5) all the leaves together give the root of a Merkle tree (RFC 6962, section 2.1)
(6) each time the ledger's key was exchanged, an entry says so, and the head over that
    entry is signed by the old key and by the new one
(7) the root and the number of entries are those of the signed head (C2SP
    tlog-checkpoint, signed-note), and its Ed25519 signature holds (RFC 8032)
(8) heads that you kept from before, and heads that were handed out with the ledger, are
    of this ledger's beginning
(9) witnesses' co-signatures on any of these heads hold (C2SP tlog-cosignature)
(10) timestamps of these heads (RFC 3161): what is checked stands beside the code

The exit status is 0 when all holds, 1 when anything does not, 2 when there is nothing
that this program can check.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import collections
import concurrent.futures
import contextlib
import csv
import datetime
import hashlib
import html
import io
import itertools
import json
import os
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LEDGER, TILES, PROOF = "scelle-ledger-2", "scelle-tiles-1", "scelle-proof-1"
BUNDLE, SHOWN = "scelle-bundle-1", 20  # problems printed in full
UTC = datetime.timezone.utc  # noqa: UP017 - Python 3.9 knows no shorter name


class Wrong(Exception):
    """Something is malformed or does not hold; the text says what."""


# -- Ed25519, RFC 8032 section 5.1 ----------------------------------------------
# The curve is -x^2 + y^2 = 1 + D x^2 y^2 over the integers modulo P.  A point is
# kept as (X, Y, Z, T) with x = X/Z, y = Y/Z, x y = T/Z, so that adding points needs
# no division.

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
TWICE_D = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """The sum of two points (RFC 8032, 5.1.4)."""
    # Reduced at once: what follows multiplies these, and short numbers multiply faster.
    below = (a[1] - a[0]) * (b[1] - b[0]) % P
    above = (a[1] + a[0]) * (b[1] + b[0]) % P
    cross = TWICE_D * a[3] % P * b[3] % P
    depth = 2 * a[2] * b[2] % P
    e, f, g, h = above - below, depth - cross, depth + cross, above + below
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A point added to itself ``number`` times, by doubling."""
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def same(a: Point, b: Point) -> bool:
    """Whether two points are one."""
    return not (a[0] * b[2] - b[0] * a[2]) % P and not (a[1] * b[2] - b[1] * a[2]) % P


def point_of(data: bytes) -> Point:
    """Decode 32 bytes: y, and the sign of x in the highest bit (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        raise Wrong("a point of the signature is out of range")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Wrong("a point of the signature is not on the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a message (RFC 8032, 5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    try:
        key, r = point_of(public), point_of(signature[:32])
    except Wrong:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    return same(times(s, BASE), add(r, times(k % ORDER, key)))


# Public key, message and signature: RFC 8032, section 7.1, tests 1, 2 and 3.
KNOWN_ANSWERS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


def self_test() -> None:
    """The signature check accepts the RFC's signatures, and none with a bit flipped."""
    for public, message, signature in KNOWN_ANSWERS:
        key, text, good = (bytes.fromhex(h) for h in (public, message, signature))
        bad = bytes([good[0] ^ 1]) + good[1:]
        if not ed25519_holds(key, text, good):
            raise Wrong("this program's signature check is broken: a good signature fails")
        if ed25519_holds(key, text, bad) or ed25519_holds(key, text + b"!", good):
            raise Wrong("this program's signature check is broken: a bad signature passes")


# -- canonical JSON, RFC 8785 -----------------------------------------------------


# The standard library's way to write a text is the canonical one (RFC 8785, 3.2.2.2).
quoted = json.encoder.encode_basestring
WORDS = {None: "null", True: "true", False: "false"}


def canonical(value: Any) -> str:
    """The one way to write a value."""
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, (int, float)) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join([canonical(v) for v in value]) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join([f"{canonical(n)}:{canonical(value[n])}" for n in names]) + "}"
    raise Wrong(f"{value!r} is not a value that a ledger holds")


def whole(text: str) -> int:
    """A whole number of a JSON text; a larger one may not mean the same everywhere."""
    if len(text) > 16 or abs(int(text)) >= 2**53 or text == "-0":
        raise Wrong(f"it holds the number {text}")
    return int(text)


def fraction(text: str) -> float:
    """A fraction of a sealed field that was shown, if every program writes it so."""
    value = float(text)
    if repr(value) != text or value.is_integer() or not 1e-4 <= abs(value) < 1e16:
        raise Wrong(f"it holds the number {text}")
    return value


READER = json.JSONDecoder(parse_int=whole, parse_float=fraction, parse_constant=fraction)
WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_line(line: bytes) -> dict[str, Any]:
    """(1) The JSON object of a line, if the line is canonical."""
    try:
        value = READER.decode(line.decode())
        # Where all is ASCII the standard library's own sorted way of writing is the canonical.
        again = WRITER.encode(value) if line.isascii() else canonical(value)
        if isinstance(value, dict) and again.encode() == line:
            return value
    except (ValueError, RecursionError, Wrong):
        pass
    raise Wrong("it is not one canonical JSON object")


def from_base64(text: Any) -> bytes:
    """Decode base64 that has exactly one way to be written."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Wrong("it holds something that is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Wrong("it holds base64 with stray bits")
    return data


# -- the tree, RFC 6962 section 2.1 -------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf, and keeps the roots of its complete subtrees alone."""

    def __init__(self) -> None:
        self.size = 0
        self.subtrees: list[bytes] = []  # one for each bit of size, largest first

    def add(self, leaf: bytes) -> None:
        """Append a leaf's hash."""
        self.graft(1, leaf)

    def graft(self, leaves: int, root: bytes) -> None:
        """Append a complete subtree: two neighbours of equal size make one of twice that size.

        leaves: a power of two, by which the size so far can be divided.
        """
        self.subtrees.append(root)
        size = self.size // leaves
        while size & 1:
            right = self.subtrees.pop()
            self.subtrees[-1] = node_hash(self.subtrees[-1], right)
            size >>= 1
        self.size += leaves

    def root(self) -> bytes:
        """The hash over everything added so far."""
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        result = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            result = node_hash(left, result)
        return result


def root_by_proof(leaf: bytes, place: int, size: int, proof: list[bytes]) -> bytes:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= place < size:
        raise Wrong(f"there is no place {place} among {size} entries")
    result, last = leaf, size - 1
    for each in proof:
        if last == 0:
            raise Wrong("its proof is too long")
        if place & 1 or place == last:
            result = node_hash(each, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, each)
        place, last = place >> 1, last >> 1
    if last:
        raise Wrong("its proof is too short")
    return result


# -- signed heads, C2SP signed-note and tlog-checkpoint ------------------------------


class Key:
    """A verifier key: name, first bytes of a hash, type and public key."""

    def __init__(self, text: str) -> None:
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Wrong("a verifier key is NAME+ID+KEY")
        self.text, self.name, raw = text, parts[0], from_base64(parts[2])
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if len(raw) != 33 or raw[0] not in (1, 4) or self.id.hex() != parts[1] or not self.name:
            raise Wrong("the verifier key is malformed, or does not have the id that it states")
        self.type, self.public = raw[0], raw[1:]


def signature_line(line: str) -> tuple[str, bytes]:
    """Who signed, and the key's id with the signature."""
    dash, name, data = [*line.split(" "), "", ""][:3]
    if dash != "\N{EM DASH}" or line.count(" ") != 2:
        raise Wrong("a signature line is malformed")
    return name, from_base64(data)


class Note:
    """A signed head: origin, number of entries, root, signature lines."""

    def __init__(self, note: Any) -> None:
        self.whole = str(note)
        text, blank, tail = self.whole.rpartition("\n\n")
        lines = text.split("\n")
        if not blank or not tail.endswith("\n") or len(lines) != 3:
            raise Wrong("it is not a signed head")
        self.text, self.origin, size, self.root = text + "\n", lines[0], lines[1], lines[2]
        if not (size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size):
            raise Wrong("its number of entries is not a number")
        self.size, self.hash = int(size), from_base64(self.root)
        self.signed: list[tuple[str, bytes]] = []
        self.signed += map(signature_line, tail[:-1].split("\n"))

    def by(self, key: Key) -> int | None:
        """(7) (9) Whether a key signed: a witness' time, 0 for the ledger; None if it did not."""
        own = [raw[4:] for name, raw in self.signed if name == key.name and raw[:4] == key.id]
        time = 0
        for signature in own:
            text = self.text
            if key.type == 4:  # a witness signs a time as well
                time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                text = f"cosignature/v1\ntime {time}\n{text}"
            if not ed25519_holds(key.public, text.encode(), signature):
                raise Wrong(f"the signature of {key.name} is wrong")
        return time if own else None

    def require(self, key: Key) -> None:
        """The ledger's own key has signed it."""
        if self.origin != key.name:
            raise Wrong(f"it is the head of {self.origin!r}, the key is that of {key.name!r}")
        if self.by(key) is None:
            raise Wrong(f"{key.name} has not signed it with the key in force")


# -- timestamps, RFC 3161 -----------------------------------------------------------
#
# (10) A reply holds a signed statement: this hash was there at this time.  Checked:
#   * the reply says "granted", and the hash is the SHA-256 of the head's text;
#   * the statement's own digest is the one among the signed attributes (RFC 5652, 5.4);
#   * the signature over these attributes holds under the certificate that came with it,
#     if it is RSA with PKCS #1 v1.5 padding and SHA-2 (RFC 8017, 8.2.2);
#   * with --authority, that this certificate is the one that you gave.
# Not checked: who issued the certificate, its dates, its purpose, its revocation.  Use
# "openssl ts -verify" for these; without --authority the time is the authority's word
# alone, whoever it is.


class Der(NamedTuple):
    """One element of DER (X.690): tag, contents, and the whole with tag and length."""

    tag: int
    data: bytes
    whole: bytes

    def parts(self) -> list[Der]:
        """The elements inside."""
        return der(self.data)

    def at(self, *path: int) -> Der:
        """The element inside, inside, inside."""
        found = self
        for place in path:
            parts = found.parts()
            if place >= len(parts):
                raise Wrong("its structure is not that of a timestamp")
            found = parts[place]
        return found


def der(data: bytes) -> list[Der]:
    """All elements, one after the other."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            raise Wrong("it is cut short")
        length, begin = data[at + 1], at + 2
        if length >= 128:
            begin += length - 128
            length = int.from_bytes(data[at + 2 : begin], "big")
        if begin + length > len(data):
            raise Wrong("it is cut short")
        found.append(Der(data[at], data[begin : begin + length], data[at : begin + length]))
        at = begin + length
    return found


OID = {  # object identifiers, encoded
    "signed data": "2a864886f70d010702",
    "statement": "2a864886f70d0109100104",
    "message digest": "2a864886f70d010904",
    "rsa": "2a864886f70d010101",
    "sha256": "608648016503040201",
    "sha384": "608648016503040202",
    "sha512": "608648016503040203",
}
HASHES = {OID[name]: name for name in ("sha256", "sha384", "sha512")}
RSA_WITH = {"2a864886f70d01010b": "sha256", "2a864886f70d01010c": "sha384",
            "2a864886f70d01010d": "sha512"}  # fmt: skip


class Stamp(NamedTuple):
    """What a timestamp says, and how far it was checked."""

    at: datetime.datetime
    signer: bytes  # the certificate, DER; empty when none came with it
    signature: str  # "holds", or why it was not checked


def read_stamp(reply: bytes, text: bytes, authority: bytes = b"") -> Stamp:
    """(10) Check the reply of a timestamp authority for a text."""
    outer = Der(0x30, reply, reply).at(0)
    if outer.at(0, 0).data not in (b"\x00", b"\x01"):
        raise Wrong("the authority refused to give it")
    if outer.at(1, 0).data.hex() != OID["signed data"]:
        raise Wrong("it is not signed data")
    signed = outer.at(1, 1, 0)
    if signed.at(2, 0).data.hex() != OID["statement"]:
        raise Wrong("it signs something else than a timestamp")
    statement = signed.at(2, 1, 0)
    info = Der(0x30, statement.data, b"").at(0)
    imprint = info.at(2)
    if imprint.at(0, 0).data.hex() != OID["sha256"]:
        raise Wrong("its hash is not a SHA-256")
    if imprint.at(1).data != hashlib.sha256(text).digest():
        raise Wrong("it is the timestamp of something else")
    written = info.at(4).data.decode("ascii", "replace")
    if not re.fullmatch(r"[0-9]{14}(\.[0-9]+)?Z", written):
        raise Wrong("its time is malformed")
    at = datetime.datetime.strptime(written[:14] + "+0000", "%Y%m%d%H%M%S%z")
    signer_info = signed.parts()[-1].at(0)
    fields = signer_info.parts()
    if len(fields) < 6 or fields[3].tag != 0xA0:
        raise Wrong("it has no signed attributes")
    hash_name = HASHES.get(fields[2].at(0).data.hex())
    if hash_name is None:
        raise Wrong("its digest is not SHA-2")
    digests = [
        each.at(1, 0).data
        for each in fields[3].parts()
        if each.at(0).data.hex() == OID["message digest"]
    ]
    if digests != [hashlib.new(hash_name, statement.data).digest()]:
        raise Wrong("its statement is not the one that was signed")
    offered = [c.whole for part in signed.parts() if part.tag == 0xA0 for c in part.parts()]
    return Stamp(at, *check_signature(fields, hash_name, offered, authority))


def check_signature(
    fields: list[Der], hash_name: str, offered: list[bytes], authority: bytes
) -> tuple[bytes, str]:
    """(10) The signer's certificate, and how far its signature was checked.

    fields: of the signer's information (RFC 5652, 5.3).
    """
    # The signer is named by issuer and serial number.
    issuer, serial = fields[1].at(0).whole, fields[1].at(1).whole
    own, body = b"", list[Der]()
    for each in [*offered, *([authority] if authority else [])]:
        parts = [part for part in Der(0x30, each, b"").at(0, 0).parts() if part.tag != 0xA0]
        if len(parts) > 5 and parts[0].whole == serial and parts[2].whole == issuer:
            own, body = each, parts
            break
    if authority and own != authority:
        raise Wrong("it was not signed with the certificate that you gave")
    if not own:
        return b"", "the signature was not checked: no certificate came with it"
    algorithm = fields[4].at(0).data.hex()
    hash_name = RSA_WITH.get(algorithm, hash_name if algorithm == OID["rsa"] else "")
    if not hash_name or body[5].at(0, 0).data.hex() != OID["rsa"]:
        return own, "the signature was not checked: it is not RSA with PKCS #1 v1.5"
    # What is signed are the attributes written as a set (RFC 5652, 5.4).
    digest = hashlib.new(hash_name, b"\x31" + fields[3].whole[1:]).digest()
    head = f"30{17 + len(digest):02x}300d0609{OID[hash_name]}050004{len(digest):02x}"
    info = bytes.fromhex(head) + digest
    numbers = Der(0x30, body[5].at(1).data[1:], b"").at(0).parts()
    modulus, exponent = (int.from_bytes(n.data, "big") for n in numbers[:2])
    size = (modulus.bit_length() + 7) // 8
    opened = pow(int.from_bytes(fields[5].data, "big"), exponent, modulus).to_bytes(size, "big")
    if opened != b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info:
        raise Wrong("its signature is wrong")
    return own, "holds"


# -- entries ------------------------------------------------------------------------


def field_digest(salt: str, name: str, value: Any) -> str:
    """(3) What a leaf holds of a field: base64 of the SHA-256 of salt, name and value."""
    text = f"[{quoted(salt)},{quoted(name)},{canonical(value)}]".encode()
    return binascii.b2a_base64(hashlib.sha256(text).digest(), newline=False).decode()


# The one way to write a leaf: base64 of 32 bytes is 42 characters, one of 16, and a sign.
LEAF = re.compile(
    r'\[(?:\["[A-Za-z0-9_-]+","[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="\](?:,(?!\])|(?=\])))*\]'
)


def check_fields(place: int, leaf: str, disclosed: Any) -> dict[str, Any]:
    """(2) (3) The published values of an entry by name, all of them as its leaf says."""
    if not LEAF.fullmatch(leaf) or not isinstance(disclosed, dict):
        raise Wrong("its leaf or its fields are malformed")
    pairs = [pair.split('","') for pair in leaf[3:-3].split('"],["')] if leaf[2:] else []
    digests = dict(pairs)
    if len(digests) != len(pairs) or list(digests) != sorted(digests):
        raise Wrong("its leaf is not in order")
    values = {}
    for name, field in disclosed.items():
        if not (isinstance(field, list) and len(field) == 2 and isinstance(field[0], str)):
            raise Wrong(f"its field {name!r} is malformed")
        if digests.get(name) != field_digest(field[0], name, field[1]):
            raise Wrong(f"its field {name!r} is not the one that was written")
        values[name] = field[1]
    if values.get("seq") != place or isinstance(values.get("seq"), bool):
        raise Wrong(f"it states that it is entry {values.get('seq')}")
    return values


# -- a ledger -----------------------------------------------------------------------


class Result:
    """What holds, what does not, and the figures."""

    def __init__(self) -> None:
        self.holds: list[str] = []
        self.wrong: list[str] = []
        self.remarks: list[str] = []
        self.figures: collections.Counter[str] = collections.Counter()

    @contextlib.contextmanager
    def telling(self, what: str) -> Iterator[None]:
        """What does not hold is told with where it is, and the next check follows."""
        try:
            yield
        except Wrong as error:
            self.wrong.append(f"{what}: {error}.")
        except (KeyError, IndexError, TypeError, ValueError, OSError, RecursionError) as error:
            self.wrong.append(f"{what}: malformed ({type(error).__name__}: {error}).")


class Trust(NamedTuple):
    """What you know from elsewhere than the files that are checked.

    vkey: the ledger's key; empty takes the file's own word.
    witnesses: keys that must each have co-signed some head.
    earlier: heads kept from before, by the name to speak of them.
    authority: the certificate of a timestamp authority, DER.
    """

    vkey: str = ""
    witnesses: tuple[str, ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()
    authority: bytes = b""


class Head(NamedTuple):
    """A head handed out with the ledger, and the timestamps of it."""

    note: Note
    anchors: list[bytes]


class Taken(NamedTuple):
    """What is needed of an entry once it was looked at alone."""

    hash: bytes  # of its leaf
    wrong: str = ""  # why it does not hold; the rest is then empty
    told: tuple[Any, ...] = ()  # phase, act, result
    month: Any = None
    vkey: Any = None
    shown: str = ""


def taken(leaf: bytes, values: dict[str, Any]) -> Taken:
    """An entry that holds by itself."""
    told = tuple([values.get(name) for name in ("phase", "act", "result")])
    shown = " (demonstration)" if values.get("demonstration") else ""
    return Taken(leaf_hash(leaf), "", told, values.get("month"), values.get("vkey"), shown)


TIME_ACCEPTED = ["outcome", "accept-time", "done"]


class Ledger:
    """Takes the entries of a ledger one by one, then holds them against its heads."""

    def __init__(self, result: Result, wanted: set[int]) -> None:
        self.result, self.tree = result, Tree()
        self.wanted, self.roots = wanted, {0: Tree().root()}
        self.month = ""
        self.handovers: list[tuple[int, str]] = []

    def take(self, entry: Taken) -> None:
        """(4) (5) The next entry."""
        place = self.tree.size
        self.tree.add(entry.hash)
        if self.tree.size in self.wanted:
            self.roots[self.tree.size] = self.tree.root()
        if entry.wrong:
            self.result.wrong.append(f"Entry {place}: {entry.wrong}.")
            return
        if list(entry.told) == TIME_ACCEPTED:
            self.month = ""  # an overseer has said that the clock ran ahead before
        if not isinstance(entry.month, str):
            self.result.wrong.append(f"Entry {place}: its month is not among its fields.")
        elif entry.month < self.month:
            text = f"Entry {place}: it is dated {entry.month}, after entries of {self.month}."
            self.result.wrong.append(text)
        else:
            self.month = entry.month
        phase, act, result = entry.told
        if phase == "system" and act == "key-rotated":
            self.handovers.append((place, str(entry.vkey)))
        self.result.figures[f"{act}{entry.shown}, {result}"] += 1

    def finish(self, vkey: str, last: Note, heads: list[Head], trust: Trust) -> None:
        """(6) to (10), once all entries were taken."""
        result, size, root = self.result, self.tree.size, self.tree.root()
        self.roots[size] = root
        if not result.wrong:
            result.holds.append(f"Each of the {size} entries is in its place, whole, as written.")
        try:
            chain = self.keys(vkey, heads)
        except Wrong as error:
            result.wrong.append(f"The ledger's key: {error}.")
            return
        if trust.vkey and trust.vkey not in [key.text for _, key in chain]:
            result.wrong.append("The ledger's key: it names other keys than the one you gave.")
        good = []
        with result.telling("The signed head"):
            last.require(chain[-1][1])
            if last.size != size:
                what = "removed" if size < last.size else "added"
                raise Wrong(f"it states {last.size} entries, there are {size}: some were {what}")
            if last.hash != root:
                raise Wrong("its root is not that of these entries: they were altered or reordered")
            result.holds.append(f"They are the {size} entries whose root {last.origin} has signed.")
            good.append(last)
        named = [(f"The earlier head {name}", note) for name, note in trust.earlier]
        named += [(f"The head of {head.note.size} entries", head.note.whole) for head in heads]
        for name, text in named:  # (8)
            with result.telling(name):
                note = Note(text)
                note.require([key for since, key in chain if since <= note.size][-1])
                if self.roots.get(note.size) != note.hash:
                    raise Wrong(f"its {note.size} entries are not how this ledger begins")
                good.append(note)
                if name.startswith("The earlier"):
                    result.holds.append(
                        f"It begins with the {note.size} entries of the e{name[5:]}."
                    )
        check_witnesses(result, good, trust)
        sound = {note.whole for note in good}
        check_stamps(result, [head for head in heads if head.note.whole in sound], trust)
        if not trust.vkey:
            result.remarks.append(
                f"The key is the file's own word. Compare it with the published one: {vkey}"
            )

    def keys(self, vkey: str, heads: list[Head]) -> list[tuple[int, Key]]:
        """(6) Each key with the number of entries from which on it signs."""
        chain = [(0, Key(vkey))]
        for place, text in self.handovers:
            over = [head.note for head in heads if head.note.size == place + 1]
            with self.result.telling(f"Entry {place} hands over to another key"):
                new = Key(text)
                if not over:
                    raise Wrong("the head over it is not there")
                over[0].require(chain[-1][1])
                over[0].require(new)
                chain.append((place + 1, new))
                self.result.holds.append(f"Entry {place} hands over to a new key; both signed it.")
        return chain


def check_witnesses(result: Result, good: list[Note], trust: Trust) -> None:
    """(9) What each witness has seen of this ledger."""
    known = set()
    for text in trust.witnesses:
        with result.telling(f"The witness {text.split('+')[0]}"):
            key = Key(text)
            known.add(key.name)
            seen = [(note.size, time) for note in good if (time := note.by(key)) is not None]
            if not seen:
                raise Wrong("has witnessed no head of this ledger")
            when = datetime.datetime.fromtimestamp(max(seen)[1], UTC)
            result.holds.append(f"{key.name} has witnessed the first {max(seen)[0]} entries, "
                                f"on {when:%Y-%m-%d at %H:%M} UTC.")  # fmt: skip
    others = {name for note in good for name, _ in note.signed if name != note.origin}
    for name in sorted(others - known):
        result.remarks.append(f"{name} signed too; give --witness with its key to check it.")


def check_stamps(result: Result, heads: list[Head], trust: Trust) -> None:
    """(10) The timestamps of heads that hold."""
    for head in heads:
        for reply in head.anchors:
            name = f"A timestamp of the first {head.note.size} entries"
            with result.telling(name):
                stamp = read_stamp(reply, head.note.text.encode(), trust.authority)
                when = f"{stamp.at:%Y-%m-%d at %H:%M:%S} UTC"
                if stamp.signature == "holds" and trust.authority:
                    result.holds.append(f"The first {head.note.size} entries were there on {when}, "
                                        "as the authority that you named says.")  # fmt: skip
                else:
                    print_ = hashlib.sha256(stamp.signer).hexdigest() if stamp.signer else "none"
                    result.remarks.append(
                        f"{name} says {when}; its signature "
                        + ("holds" if stamp.signature == "holds" else f"- {stamp.signature}")
                        + f"; certificate, SHA-256: {print_}. "
                        "Give --authority to check whose it is."
                    )


def read_head(line: dict[str, Any]) -> Head:
    """A line that hands out a head."""
    if set(line) != {"anchors", "head"} or not isinstance(line["anchors"], list):
        raise Wrong("it is not a head with its timestamps")
    return Head(Note(line["head"]), [from_base64(each) for each in line["anchors"]])


def wanted_sizes(heads: list[Head], trust: Trust) -> set[int]:
    """The numbers of entries at which roots will be asked for."""
    sizes = {head.note.size for head in heads}
    for _, note in trust.earlier:
        with contextlib.suppress(Wrong):  # told later
            sizes.add(Note(note).size)
    return sizes


# -- a ledger's export ----------------------------------------------------------------

PART = 4096  # entries that a process looks at in one go
ASTRAY = b"astray "  # begins what look_at is given of a line that stands in the wrong place
LARGE = 64 * 2**20  # bytes from which on an export is looked at by all cores


def look_at(first: int, lines: list[bytes]) -> list[Taken]:
    """(1) (2) (3) Lines of an export, each by itself.

    first: the place of the first of them.
    """
    found = []
    for place, line in enumerate(lines, first):
        try:
            if line.startswith(ASTRAY):
                raise Wrong("it does not stand among the entries")
            entry = read_line(line[:-1] if line.endswith(b"\n") else b"")
            if set(entry) != {"seq", "leaf", "disclosed"} or type(entry["seq"]) is not int:
                raise Wrong("it does not have the three parts of an entry")
            if entry["seq"] != place:
                raise Wrong(f"it states that it is entry {entry['seq']}")
            leaf = WRITER.encode(entry["leaf"])
            found.append(taken(leaf.encode(), check_fields(place, leaf, entry["disclosed"])))
        except Wrong as error:
            found.append(Taken(leaf_hash(line), str(error)))
    return found


def entry_lines(path: Path) -> Iterator[bytes]:
    """The lines of an export that hold entries; those astray are marked."""
    ended = False
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if line.startswith(b'{"disclosed"'):
                yield ASTRAY + line if ended or number == 0 else line
            else:
                ended = number > 0


def look_at_all(path: Path) -> Iterator[Taken]:
    """Every entry of an export, looked at by itself, in order; by all cores if it is large."""
    lines, first = entry_lines(path), 0
    parts = iter(lambda: list(itertools.islice(lines, PART)), [])
    cores = os.cpu_count() or 1
    if cores < 2 or path.stat().st_size < LARGE:
        for part in parts:
            yield from look_at(first, part)
            first += len(part)
        return
    with concurrent.futures.ProcessPoolExecutor(cores) as pool:
        waiting = collections.deque[Any]()
        for part in parts:
            waiting.append(pool.submit(look_at, first, part))
            first += len(part)
            if len(waiting) > 2 * cores:  # few ahead, so that the memory stays small
                yield from waiting.popleft().result()
        for each in waiting:
            yield from each.result()


def check_export(path: Path, trust: Trust) -> Result:
    """Check a whole export, a line at a time: it may be larger than the memory."""
    result, heads, last, first = Result(), list[Head](), None, dict[str, Any]()
    with path.open("rb") as file:  # the heads stand last, and say which roots will be asked for
        for number, line in enumerate(file):
            if number and line.startswith(b'{"disclosed"'):
                continue
            with result.telling(f"Line {number + 1}"):
                value = read_line(line[:-1] if line.endswith(b"\n") else b"")
                if number == 0:
                    first = value
                elif last is not None:
                    raise Wrong("it follows the signed head")
                elif set(value) == {"checkpoint"}:
                    last = Note(value["checkpoint"])
                else:
                    heads.append(read_head(value))
    if set(first) != {"format", "origin", "vkey"} or first.get("format") != LEDGER:
        result.wrong.append("The first line is not that of a ledger's export.")
    elif str(first["vkey"]).split("+")[0] != first["origin"]:
        result.wrong.append("The first line: the origin is not the key's.")
    sizes = [head.note.size for head in heads]
    if sizes != sorted(set(sizes)):
        result.wrong.append("The heads are not in order.")
    ledger = Ledger(result, wanted_sizes(heads, trust))
    for each in look_at_all(path):
        ledger.take(each)
    if last is None:
        result.wrong.append("The last line is not a signed head.")
    else:
        ledger.finish(str(first.get("vkey")), last, heads, trust)
    return result


# -- a ledger as tiles, C2SP tlog-tiles -----------------------------------------------


def tile_path(number: int, width: int) -> str:
    """``x001/x234/067``, and ``.p/<width>`` when it is not full."""
    digits = f"{number:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])
    return name if width == 256 else f"{name}.p/{width}"


def bundle(data: bytes) -> Iterator[bytes]:
    """The entries of a bundle: each after its length in two bytes."""
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            raise Wrong("it is cut short")
        yield data[at + 2 : end]
        at = end


def check_tiles(folder: Path, trust: Trust) -> Result:
    """Check a ledger that was handed out as tiles."""
    result = Result()
    try:
        about = read_line((folder / "ledger.json").read_bytes().rstrip(b"\n"))
        if set(about) != {"format", "origin", "vkey"} or about["format"] != TILES:
            raise Wrong("ledger.json is not that of a ledger's tiles")
        last = Note((folder / "checkpoint").read_bytes().decode())
        lines = (folder / "heads.jsonl").read_bytes().splitlines()
        heads = [read_head(read_line(line)) for line in lines]
    except (Wrong, OSError, UnicodeDecodeError) as error:
        result.wrong.append(f"The tiles' beginning cannot be read: {error}.")
        return result
    ledger, level = Ledger(result, wanted_sizes(heads, trust)), list[bytes]()
    for number in range(-(-last.size // 256)):
        width = min(256, last.size - 256 * number)
        name = tile_path(number, width)
        try:
            leaves = list(bundle((folder / "tile/entries" / name).read_bytes()))
            fields = (folder / "disclosed" / name).read_bytes().split(b"\n")
            if len(leaves) != width or len(fields) != width + 1 or fields[-1]:
                raise Wrong("it does not hold as many entries as it should")
        except (Wrong, OSError) as error:
            result.wrong.append(f"The bundle {name}: {error}.")
            return result
        for leaf, line in zip(leaves, fields):
            try:
                values = check_fields(ledger.tree.size, leaf.decode(), read_line(line))
                ledger.take(taken(leaf, values))
            except (Wrong, UnicodeDecodeError) as error:
                ledger.take(Taken(leaf_hash(leaf), str(error)))
            level.append(leaf_hash(leaf))
    check_hashes(result, folder, level)
    ledger.finish(str(about["vkey"]), last, heads, trust)
    return result


def check_hashes(result: Result, folder: Path, level: list[bytes]) -> None:
    """(5) Every tile of every level holds the hashes of what is below it."""
    height, count, sound = 0, 0, True
    while level:
        above = []
        for number in range(-(-len(level) // 256)):
            hashes = level[256 * number : 256 * number + 256]
            name = f"tile/{height}/{tile_path(number, len(hashes))}"
            count += 1
            try:
                same = (folder / name).read_bytes() == b"".join(hashes)
            except OSError:
                same = False
            if not same:
                sound = False
                result.wrong.append(f"The tile {name} is not that of these entries.")
            if len(hashes) == 256:
                tree = Tree()
                for each in hashes:
                    tree.add(each)
                above.append(tree.root())
        level, height = above, height + 1
    if sound:
        result.holds.append(f"Each of the {count} tiles holds the hashes of what is below it.")


# -- entries with their proofs ----------------------------------------------------------


def check_proof(data: dict[str, Any], trust: Trust) -> Result:
    """Check some entries of a ledger that stand in a bundle, each with its audit path.

    The chain of keys cannot be followed from some entries alone: the head must be signed
    by the key that the file names, or by the one that you gave.
    """
    result = Result()
    try:
        if set(data) != {"format", "vkey", "checkpoint", "entries"}:
            raise Wrong("it does not have the parts of a proof")
        key, head = Key(trust.vkey or str(data["vkey"])), Note(data["checkpoint"])
        head.require(key)
        result.holds.append(f"{head.origin} has signed a head of {head.size} entries.")
    except Wrong as error:
        result.wrong.append(f"The signed head: {error}.")
        return result
    for entry in data["entries"] if isinstance(data["entries"], list) else []:
        seq = entry.get("seq") if isinstance(entry, dict) else None
        with result.telling(f"Entry {seq}"):
            if not isinstance(entry, dict) or set(entry) != {"seq", "leaf", "disclosed", "proof"}:
                raise Wrong("it does not have the four parts of a proven entry")
            if type(seq) is not int or not isinstance(entry["proof"], list):
                raise Wrong("its place or its proof is malformed")
            leaf = WRITER.encode(entry["leaf"])
            values = check_fields(seq, leaf, entry["disclosed"])
            path = [from_base64(each) for each in entry["proof"]]
            if root_by_proof(leaf_hash(leaf.encode()), seq, head.size, path) != head.hash:
                raise Wrong("its proof does not lead to the signed root")
            result.holds.append(
                f"Entry {seq} is in it: {values.get('act')}, {values.get('result')}, "
                f"{values.get('month')}."
            )
    check_witnesses(result, [head], trust)
    if not trust.vkey:
        result.remarks.append(f"The key is the file's own word: {key.text}")
    return result


# -- a published folder ------------------------------------------------------------------
#
# (a) the manifest is signed by the ledger's key, and every file is the one that it names
# (b) the records of the period's entries give their leaves, and with the hashes of what
#     lies before and after them the root of the signed head
# (c) the first and last of them are of the period's first and last months, and their
#     neighbours are not
# (d) the sum of their tallies opens to the published figures: a proof that shows no cell
# (e) tables add up to their totals, small counts are withheld, no entry is left out
# (f) the table of values and the pages show these figures
# (g) with the ledger's export: every figure, the withheld ones too, counted anew from
#     each entry's own fields

PUBLICATION = "scelle-publication-1"
DIMENSIONS = ("month", "service", "framework", "offence_family")
GENERATOR = b"scelle tally generator 1\n"
OPENING = b"scelle opening 1\n"
SHOWN_CELL = re.compile(r'<data value="(\d*)" data-cell="([^"]*)">([^<]*)</data>')


def affine(data: bytes) -> Point:
    """A point from its x and y, 32 bytes each; it must be on the curve."""
    x, y = int.from_bytes(data[:32], "little"), int.from_bytes(data[32:64], "little")
    xx, yy = x * x % P, y * y % P
    if len(data) != 64 or x >= P or y >= P or (yy - xx - 1 - D * xx * yy) % P:
        raise Wrong("it holds a point that is not on the curve")
    return x, y, 1, x * y % P


def flat(point: Point) -> bytes:
    """The inverse of affine."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return x.to_bytes(32, "little") + y.to_bytes(32, "little")


def generator(name: str) -> Point:
    """The point that stands for a cell: the first hash of its name that is a point, times 8."""
    for counter in range(256):
        try:
            data = hashlib.sha256(GENERATOR + bytes([counter]) + name.encode()).digest()
            point = times(8, point_of(data))
        except Wrong:
            continue
        if not same(point, (0, 1, 1, 0)):
            return point
    raise Wrong(f"no point stands for {name!r}")


def weighted_sum(numbers: list[int], points: list[Point]) -> Point:
    """The sum of number times point, eight bits of all numbers at a time."""
    total: Point = (0, 1, 1, 0)
    for shift in range(248, -1, -8):
        for _ in range(8):
            total = add(total, total)
        buckets: dict[int, Point] = {}
        for number, point in zip(numbers, points):
            digit = number >> shift & 255
            if digit:
                buckets[digit] = add(buckets[digit], point) if digit in buckets else point
        running: Point = (0, 1, 1, 0)
        for digit in range(255, 0, -1):
            if digit in buckets:
                running = add(running, buckets[digit])
            total = add(total, running)
    return total


class Figures:
    """What data/figures.json states, and which cells each of its numbers is the sum of."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told, self.rules, self.values = told, told["rules"], told["values"]
        self.numbers: dict[tuple[str, str, str], Any] = {}
        self.relations: list[tuple[str, list[str], int]] = []
        for each in told["figures"]:
            self._read(each)

    def cells(self) -> list[str]:
        """Every cell that may be other than 0."""
        found = []
        for kind, quantities in self.told["kinds"].items():
            for quantity in quantities:
                found += self._around(f"{kind}|{quantity}", DIMENSIONS)
        for rule in self.rules:
            found += self._around(f"refusal|{rule}", ("month",))
        return found

    def _around(self, name: str, dimensions: tuple[str, ...]) -> list[str]:
        told = [f"{name}|{d}|{value}" for d in dimensions for value in self.values[d]]
        return [f"{name}|all|", f"{name}|demonstration|", *told]

    def sum_of(self, each: dict[str, Any], dimension: str, value: str) -> list[str]:
        """The cells that one number of a figure is the sum of."""
        if each["quantity"] == "rule":
            place = "demonstration" if dimension == "demonstration" else "all"
            rules = [value] if dimension == "rule" else self.rules
            return [f"refusal|{rule}|{place}|" for rule in rules]
        patterns = [re.escape(kind).replace(r"\*", r"\S+") for kind in each["kinds"]]
        return [
            f"{kind}|{each['quantity']}|{dimension}|{value}"
            for kind, quantities in self.told["kinds"].items()
            if each["quantity"] in quantities
            and any(re.fullmatch(pattern, kind) for pattern in patterns)
        ]

    def _read(self, each: dict[str, Any]) -> None:
        name = each["name"]
        for where in ("all", "demonstration"):
            number = each["total" if where == "all" else where]
            self.numbers[name, where, ""] = number
            self.relations.append((f"{name}, {where}", self.sum_of(each, where, ""), number))
        for table in each["tables"]:
            dimension = table["dimension"]
            hidden: list[str] = []
            for value, count in table["rows"]:
                self.numbers[name, dimension, value] = count
                cells = self.sum_of(each, dimension, value)
                if count is None:
                    hidden += cells
                else:
                    self.relations.append((f"{name}, {dimension} {value}", cells, count))
            self.numbers[name, dimension, "withheld"] = table["withheld"]
            if any(count is None for _, count in table["rows"]):
                self.relations.append((f"{name}, {dimension}, withheld", hidden, table["withheld"]))

    def csv(self) -> str:
        """(f) The table of values, as it must be."""
        lines = [("figure", "dimension", "value", "count")]
        lines += [(*key, "withheld" if n is None else n) for key, n in self.numbers.items()]
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        return text.getvalue()


class Folder:
    """One published folder under verification."""

    def __init__(self, path: Path, result: Result) -> None:
        self.path, self.result = path, result

    def attempt(self, what: str, check: Any) -> Any:
        """Do one check; a failure is told with where it is, and the next check follows."""
        with self.result.telling(what):
            return check()
        return None

    def manifest(self, vkey: str, key: Key, form: str = PUBLICATION) -> None:
        """(a) The signature, and each file that it names."""
        note = (self.path / "manifest.txt").read_bytes().decode()
        text, blank, tail = note.rpartition("\n\n")
        lines = text.split("\n")
        if lines[:2] != [form, key.name] or not blank or not tail.endswith("\n"):
            raise Wrong("it is not that of something that this ledger's installation handed out")
        name, raw = signature_line(tail[:-1])
        if (
            name != key.name
            or raw[:4] != key.id
            or not ed25519_holds(key.public, (text + "\n").encode(), raw[4:])
        ):
            self.result.wrong.append("manifest.txt: its signature is not the ledger's.")
        listed = {path: digest for digest, _, path in (x.partition("  ") for x in lines[2:])}
        there = {p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file()}
        for path in sorted(there - set(listed) - {"manifest.txt"}):
            self.result.wrong.append(f"{path}: the manifest does not name it.")
        for path in sorted(listed):
            if path not in there:
                self.result.wrong.append(f"{path}: it is missing.")
                continue
            if hashlib.sha256((self.path / path).read_bytes()).hexdigest() != listed[path]:
                self.result.wrong.append(f"{path}: it is not the file that was signed.")
        if not self.result.wrong:
            self.result.holds.append(
                f"Each of the {len(listed)} files is the one that {key.name} has signed."
            )
            if not vkey:
                self.result.remarks.append(
                    "The key is the folder's own word. Compare it with the one that was "
                    f"published: {key.text}"
                )

    def records(self, told: dict[str, Any], root: bytes) -> Point:
        """(b) The sum of the tallies, once their entries are known to be those signed."""
        (start, stop), tree, total = told["range"], Tree(), (0, 1, 1, 0)
        sizes = [1 << bit for bit in range(start.bit_length() - 1, -1, -1) if start >> bit & 1]
        if len(sizes) != len(told["left"]):
            raise Wrong("it does not state what lies before the period")
        for leaves, text in zip(sizes, told["left"]):
            tree.graft(leaves, from_base64(text))
        widths = [1 + 32 * (len(shape) - 1) + 16 + 16 + 64 for shape in told["shapes"]]
        for first in range(start, stop, told["chunk"]):
            data, at = (self.path / "proof" / f"entries-{first}.bin").read_bytes(), 0
            for place in range(first, min(first + told["chunk"], stop)):
                if at >= len(data) or data[at] >= len(widths):
                    raise Wrong(f"proof/entries-{first}.bin has no record of entry {place}")
                shape, width = told["shapes"][data[at]], widths[data[at]]
                record, at = data[at : at + width], at + width
                if len(record) != width:
                    raise Wrong(f"proof/entries-{first}.bin is cut short at entry {place}")
                salt, tally = record[-96:-80], record[-80:]
                try:
                    total = add(total, affine(tally[16:]))
                except Wrong as error:
                    raise Wrong(f"the record of entry {place}: {error}") from None
                salted, added = (base64.b64encode(part).decode() for part in (salt, tally))
                own = field_digest(salted, "tally", added)
                pairs, hidden = [], 1
                for name in shape:
                    if name == "tally":
                        pairs.append(f'["tally","{own}"]')
                        continue
                    digest = base64.b64encode(record[hidden : hidden + 32]).decode()
                    pairs.append(f'["{name}","{digest}"]')
                    hidden += 32
                tree.add(leaf_hash(("[" + ",".join(pairs) + "]").encode()))
            if at != len(data):
                raise Wrong(f"proof/entries-{first}.bin holds more than its entries")
        for level, text in told["right"]:
            tree.graft(1 << level, from_base64(text))
        if tree.size != told["size"] or tree.root() != root:
            raise Wrong("the records in proof/ are not those of the signed entries")
        self.result.holds.append(
            f"The {stop - start} entries of the period are in the ledger that was signed."
        )
        return total

    def entry(self, shown: dict[str, Any], size: int, root: bytes) -> dict[str, Any]:
        """(c) The shown fields of one entry of the signed tree."""
        place, leaf = shown["seq"], canonical(shown["leaf"]).encode()
        digests = dict(shown["leaf"])
        for name, (salt, value) in shown["disclosed"].items():
            if digests.get(name) != field_digest(salt, name, value):
                raise Wrong(f"the field {name!r} of entry {place} is not the one that was written")
        path = [from_base64(each) for each in shown["path"]]
        if root_by_proof(leaf_hash(leaf), place, size, path) != root:
            raise Wrong(f"entry {place} is not in the signed tree at that place")
        return {name: value for name, (_, value) in shown["disclosed"].items()}

    def borders(self, told: dict[str, Any], root: bytes) -> None:
        """(c) The period holds all its entries and no others."""
        (start, stop), (first, last) = told["range"], told["period"]
        wanted = {p for p in (start - 1, start, stop - 1, stop) if 0 <= p < told["size"]}
        months = {
            each["seq"]: self.entry(each, told["size"], root)["month"] for each in told["borders"]
        }
        if set(months) != wanted or not first <= months[start] <= months[stop - 1] <= last:
            raise Wrong("the entries are not those of the period")
        if months.get(start - 1, "") >= first or months.get(stop, "~") <= last:
            raise Wrong("entries of the period are left out")
        for each in told["history"]:
            self.entry(each, told["size"], root)
        self.result.holds.append(f"They are all the entries from {first} to {last}, and no others.")

    def opening(self, told: dict[str, Any], total: Point, figures: Figures, text: bytes) -> None:
        """(d) The published figures are what the tallies add up to."""
        proof = json.loads((self.path / "proof" / "opening.json").read_bytes())

        def number(value: str) -> int:
            return int.from_bytes(from_base64(value), "little")

        cells, answers = figures.cells(), [number(each) for each in proof["cells"]]
        sums = [number(each) for each in proof["relations"]]
        if len(cells) != len(answers) or len(sums) != len(figures.relations):
            raise Wrong("it has another number of answers than there are figures")
        commitment = from_base64(proof["commitment"])
        public = OPENING + hashlib.sha256(text).digest() + flat(total) + commitment
        public += b"".join(from_base64(each) for each in proof["relations"])
        c = int.from_bytes(hashlib.sha512(public).digest(), "little") % ORDER
        points = [generator("blinding"), *(generator(cell) for cell in cells)]
        left = weighted_sum([number(proof["blinding"]), *answers], points)
        if not same(times(8, left), times(8, add(affine(commitment), times(c, total)))):
            raise Wrong("the figures are not what the entries' tallies add up to")
        by_cell = dict(zip(cells, answers))
        for (name, own, count), drawn in zip(figures.relations, sums):
            if (sum(by_cell[cell] for cell in own) - drawn - c * count) % ORDER:
                raise Wrong(f"the figure {name} is not {count}")
        self.result.holds.append(
            f"Each of the {len(figures.relations)} published numbers is what the entries' "
            "tallies add up to."
        )

    def arithmetic(self, told: dict[str, Any]) -> None:
        """(e) What the figures must be among themselves."""
        for each in told["figures"]:
            for table in each["tables"]:
                dimension = table["dimension"]
                counts = [count for _, count in table["rows"]]
                if sum(count or 0 for count in counts) + table["withheld"] != each["total"]:
                    raise Wrong(f"{each['name']} by {dimension} does not add up to its total")
                if len(counts) > 1 and any(count and count < told["small"] for count in counts):
                    raise Wrong(f"{each['name']} by {dimension} shows a small count")
                if counts.count(None) == 1:
                    raise Wrong(f"{each['name']} by {dimension} gives back what it withholds")
        whole = next(each for each in told["figures"] if each["name"] == "entries")
        if whole["total"] + whole["demonstration"] != told["range"][1] - told["range"][0]:
            raise Wrong("the figures do not count every entry")
        self.result.holds.append("Every table adds up to its total, and small counts are withheld.")

    def pages(self, figures: Figures) -> None:
        """(f) What people read is what was proved."""
        if (self.path / "data" / "figures.csv").read_bytes().decode() != figures.csv():
            self.result.wrong.append("data/figures.csv: it is not the table of these figures.")
        shown = 0
        for page in sorted(self.path.rglob("*.html")):
            name = page.relative_to(self.path).as_posix()
            for value, cell, text in SHOWN_CELL.findall(page.read_bytes().decode()):
                figure, dimension, row = [*html.unescape(cell).split("|", 2), "", ""][:3]
                key = (figure, dimension, row)
                number = figures.numbers.get(key)
                wanted = "" if number is None else str(number)
                digits = wanted
                if wanted and key[0] == "hours":
                    digits = str((int(wanted) + 1800) // 3600)
                if value != wanted or re.sub(r"\D", "", text) != digits:
                    self.result.wrong.append(f"{name}: it shows another figure for {cell}.")
                shown += 1
        if not any("figures.csv" in line or ".html" in line for line in self.result.wrong):
            self.result.holds.append(f"The pages and the table show these figures ({shown} times).")

    def recount(self, told: dict[str, Any], figures: Figures, export: Path) -> None:
        """(g) Every figure, counted from the fields of each exported entry."""
        if check_export(export, Trust(vkey=self.vkey)).wrong:
            raise Wrong("it does not hold by itself, or is of another ledger")
        start, stop = told["range"]
        months = {"", *told["values"]["month"]}
        found: collections.Counter[str] = collections.Counter()
        for place, fields in enumerate(published_fields(export)):
            if (fields["month"] in months) != (start <= place < stop):
                raise Wrong(f"entry {place} is on the wrong side of the period")
            if start <= place < stop:
                found.update(amounts(fields))
        for name, own, count in figures.relations:
            if sum(found[cell] for cell in own) != count:
                raise Wrong(f"the figure {name} is not {count}")
        if set(+found) - set(figures.cells()):
            raise Wrong("entries add to cells that the publication leaves out")
        self.result.holds.append("Counted anew from each exported entry, every figure is the same.")

    @property
    def vkey(self) -> str:
        """The ledger's key as the folder states it."""
        return str(json.loads((self.path / "data" / "figures.json").read_bytes())["vkey"])


def published_fields(export: Path) -> Iterator[dict[str, Any]]:
    """The published values of each entry of an export that was checked."""
    with export.open("rb") as file:
        for line in file:
            if line.startswith(b'{"disclosed"'):
                yield {n: value for n, (_, value) in json.loads(line)["disclosed"].items()}


def amounts(fields: dict[str, Any]) -> dict[str, int]:
    """(g) What an entry adds to each cell."""
    kind = f"{fields['phase']} {fields['act']} {fields['result']}"
    held = {**fields["counts"], "entries": 1}
    own: list[tuple[str, tuple[str, ...], int]] = []
    own += [(f"{kind}|{name}", DIMENSIONS, n) for name, n in held.items() if n]
    own += [(f"refusal|{rule}", ("month",), 1) for rule in fields["rules"]]
    found: dict[str, int] = {}
    for name, dimensions, amount in own:
        if fields["demonstration"]:
            found[f"{name}|demonstration|"] = amount
            continue
        found[f"{name}|all|"] = amount
        found.update({f"{name}|{each}|{fields[each]}": amount for each in dimensions})
    return found


def signed_head(text: Any, key: Key) -> Note:
    """The head that a publication was made at."""
    note = Note(text)
    note.require(key)
    return note


def check_publication(path: Path, vkey: str, export: Path | None) -> Result:
    """Check a published folder; see (a) to (g)."""
    result = Result()
    folder = Folder(path, result)
    text = (path / "data" / "figures.json").read_bytes()
    told = folder.attempt("data/figures.json", lambda: read_line(text))
    key = folder.attempt("data/figures.json, its key", lambda: Key(vkey or told["vkey"]))
    if key is None:
        return result
    folder.attempt("manifest.txt", lambda: folder.manifest(vkey, key))
    head = folder.attempt("The signed head", lambda: signed_head(told["head"], key))
    figures = folder.attempt("data/figures.json", lambda: Figures(told))
    if head is None or figures is None:
        return result
    root = head.hash
    if head.size != told["size"]:
        result.wrong.append("The signed head: it states another number of entries.")
    total = folder.attempt("The entries", lambda: folder.records(told, root))
    folder.attempt("The period", lambda: folder.borders(told, root))
    if total is not None:
        folder.attempt("proof/opening.json", lambda: folder.opening(told, total, figures, text))
    folder.attempt("data/figures.json", lambda: folder.arithmetic(told))
    folder.attempt("The pages", lambda: folder.pages(figures))
    if export is not None:
        folder.attempt("The export", lambda: folder.recount(told, figures, export))
    for each in told["figures"]:
        result.figures[f"{each['name']}"] = each["total"]
    return result


# -- a bundle of evidence: the manifest as in (a), entries as in a proof, figures anew --------


def check_bundle(path: Path, trust: Trust, report: bytes = b"") -> Result:
    """Check a bundle, a folder or a ZIP file, and a closing report against it."""
    result = Result()
    if not path.is_dir():
        with tempfile.TemporaryDirectory() as place, tempfile.TemporaryFile() as again:
            try:
                with zipfile.ZipFile(path) as packed, path.open("rb") as raw:
                    for info in packed.infolist():
                        info.extra, info.extract_version = b"", 20  # told of large files, or far on
                        head = info.FileHeader(info.file_size * 1.05 > zipfile.ZIP64_LIMIT)
                        twice = packed.getinfo(info.filename) is not info
                        if twice or (raw.tell(), raw.read(len(head))) != (info.header_offset, head):
                            raise Wrong(f"The ZIP is not one that was handed out: {info.filename}.")
                        raw.seek(info.file_size, 1)
                    # The directory is written anew: programs differ in which of its ends they read.
                    at = again.seek(raw.tell())
                    with zipfile.ZipFile(again, "w") as fresh:
                        fresh.filelist = packed.filelist
                    if again.seek(at) != at or raw.read() != again.read():
                        raise Wrong("The ZIP is not one that was handed out: its directory.")
                    packed.extractall(place)
            except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
                raise Wrong(f"The ZIP file is damaged: {error}.") from None
            return check_bundle(Path(place), trust, report)
    folder, proof = Folder(path, result), path / "ledger" / "proof.json"
    told = folder.attempt("ledger/proof.json", lambda: read_line(proof.read_bytes()[:-1])) or {}
    stated = folder.attempt("ledger/proof.json, its key", lambda: Key(told["vkey"]))
    key = Key(trust.vkey) if trust.vkey else stated
    if key is not None:
        folder.attempt("manifest.txt", lambda: folder.manifest(trust.vkey, key, BUNDLE))
        inner = folder.attempt("ledger/proof.json", lambda: check_proof(told, trust))
        result.wrong += [f"ledger/proof.json: {line}" for line in inner.wrong] if inner else []
        own = folder.attempt("figures.json", lambda: (path / "figures.json").read_bytes()) or b"{}"
        folder.attempt("figures.json", lambda: bundle_figures(path, told, own, result))
        for pdf in sorted(path.glob("*.pdf")):
            if folder.attempt(pdf.name, lambda pdf=pdf: attached(pdf.read_bytes())) != own:
                result.wrong.append(f"{pdf.name}: it does not carry the figures of figures.json.")
        if report:
            folder.attempt("The report", lambda: check_report(path, told, report, own, result))
    return result


def attached(pdf: bytes) -> bytes:
    """The table of figures that a report carries."""
    for found in re.finditer(rb"stream\r?\n", pdf):
        with contextlib.suppress(zlib.error):
            data = zlib.decompressobj().decompress(memoryview(pdf)[found.end() :])
            if data.startswith(b"{") and b"figures" in data:
                return data
    raise Wrong("it carries no table of figures")


def check_report(
    path: Path, told: dict[str, Any], report: bytes, own: bytes, result: Result
) -> None:
    """A report made on its own: named by an entry, and its figures counted anew."""
    digest, figures = hashlib.sha256(report).hexdigest(), attached(report)
    if json.loads(figures)["exhibits"] != json.loads(own)["exhibits"]:
        raise Wrong("it is about other exhibits than the bundle")
    objects = [(e["seq"], e["disclosed"].get("objects", ["", {}])[1]) for e in told["entries"]]
    made = [seq for seq, each in objects if digest in each.values()]
    if not made:
        raise Wrong("no entry of the bundle's ledger names this very file")
    bundle_figures(path, told, figures, result)
    result.holds.append(f"The report is the very file of which entry {made[0]} tells.")


def bundle_figures(path: Path, told: dict[str, Any], stated: bytes, result: Result) -> None:
    """Each figure of a table, counted from the other files and the entries until then."""
    figures = json.loads(stated)
    until = [e for e in told["entries"] if e["seq"] < figures["size"]]
    entries = [{n: v for n, (_, v) in e["disclosed"].items()} for e in until]
    sorts = (f"{e['phase']} {e['act']} {e['result']}" for e in entries)
    counted: Any = {"entries": collections.Counter(sorts), "tracks": {}, "tracks_sha256": {}}
    for label in figures["tracks"]:
        with (path / "tracks" / f"{label}.csv").open(newline="", encoding="utf-8") as file:
            counted["tracks"][label] = len({row[0] for row in csv.reader(file)}) - 1
        exact = (path / "analysis" / f"{label}.tracks").read_bytes()
        counted["tracks_sha256"][label] = hashlib.sha256(exact).hexdigest()
    for kind in {"clips", "stills"}.intersection(figures):
        counted[kind] = len([*(path / kind).glob("*")])
    for name, value in counted.items():
        if figures[name] != value:
            raise Wrong(f"it says {name}: {figures[name]}, and {value} was counted")
    result.holds.append(f"Each of {len(entries)} entries is proved, and each figure is right.")


# -- certificates of erasure --------------------------------------------------------------

ERASURE = "scelle-erasure-1"


def check_erasure(text: str, trust: Trust) -> Result:
    """Check a certificate of erasure: one signed statement, read without any of the data."""
    result = Result()
    with result.telling("The certificate"):
        told = read_line(text.rstrip("\n").encode())
        if set(told) != {"body", "key", "signature"} or not isinstance(told["body"], dict):
            raise Wrong("it does not have the parts of a certificate")
        body, key = told["body"], Key(str(told["key"]))
        if trust.vkey and told["key"] != trust.vkey:
            raise Wrong("it was signed by another installation than the one you trust")
        message = b"scelle erasure certificate v1\n" + canonical(body).encode()
        if not ed25519_holds(key.public, message, from_base64(told["signature"])):
            raise Wrong("its signature does not hold: it is not what was signed")
        residue = body["residue"]
        result.holds.append(f"The certificate of case {body['case']} is what {key.name} signed.")
        result.holds.append(
            f"It tells of {len(body['exhibits'])} recordings and {len(body['objects'])} objects "
            f"erased on {body['completed_at']} ({body['trigger']}), by {body['asked_by']}."
        )
        if residue["found_before"] != residue["planted"]:
            result.wrong.append("The search for residue did not find all that was planted.")
        else:
            result.holds.append(
                f"The search found all {residue['planted']} texts planted before, "
                f"and {len(residue['found'])} places with something of the case afterwards."
            )
        result.wrong += [
            f"Something of the case was still found: {each}" for each in residue["found"]
        ]
        result.remarks += [
            f"A copy was handed out on {c['day']}: {c['sha256']}" for c in body["copies_handed_out"]
        ]
        result.remarks += [f"A backup was declared: {each}" for each in body["backups"]]
        if body["sequestered"] is not None:
            result.remarks.append(f"A copy is held by {body['sequestered']['recipient']}.")
        if not trust.vkey:
            result.remarks.append("You named no key: the certificate's own word was taken for it.")
    return result


# -- what there is to check ---------------------------------------------------------------


def check(path: Path, trust: Trust, ledger: Path | None) -> Result | None:
    """Recognise what was given and check it; None when it is nothing of Scelle's.

    ledger: with published figures, an export to count them anew from.
    """
    if path.is_dir():
        if (path / "data" / "figures.json").is_file():
            return check_publication(path, trust.vkey, ledger)
        if (path / "ledger" / "proof.json").is_file():
            return check_bundle(path, trust)
        return check_tiles(path, trust) if (path / "tile").is_dir() else None
    with path.open("rb") as file:
        start = file.read(4096)
        whole_file = start if len(start) < 4096 else start + file.read(64 * 2**20)
    if start.startswith(b"PK"):
        return check_bundle(path, trust)
    if start.startswith(b"%PDF-") and ledger is not None:
        return check_bundle(ledger, trust, path.read_bytes())
    if PROOF.encode() in whole_file:
        result = Result()
        with result.telling("The file"):
            return check_proof(read_line(whole_file.rstrip(b"\n")), trust)
        return result
    # An altered certificate still has one of these.
    if ERASURE.encode() in whole_file or start.startswith(b'{"body":'):
        return check_erasure(whole_file.decode("utf-8", "replace"), trust)
    # An altered export still holds one of these.
    if any(mark in whole_file for mark in (LEDGER.encode(), b'"leaf"', b'"checkpoint"')):
        return check_export(path, trust)
    return None


def certificate(path: Path) -> bytes:
    """A certificate, PEM or DER."""
    data = path.read_bytes()
    found = re.search(rb"-----BEGIN CERTIFICATE-----(.+?)-----END", data, re.DOTALL)
    return base64.b64decode(found.group(1)) if found else data


def main(arguments: list[str]) -> int:
    """Run from the command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Verify what a Scelle installation hands out.")
    parser.add_argument("what", nargs="?", help="export, proof, figures, certificate, bundle")
    parser.add_argument("--vkey", default="", help="the ledger's key, as it was published")
    parser.add_argument("--witness", action="append", default=[], help="key of a witness")
    parser.add_argument("--earlier", action="append", default=[], help="a head kept from before")
    parser.add_argument("--authority", default="", help="certificate of a timestamp authority")
    parser.add_argument("--ledger", help="of figures: an export to count anew; of a report: bundle")
    parser.add_argument("--self-test", action="store_true", help="only check this program")
    # A console that lacks a letter shows its number instead, as some of Windows' do.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    asked = parser.parse_args(arguments)
    try:
        self_test()
        if asked.self_test:
            print("This program's signature check gives the known answers of RFC 8032.")
            return 0
        if asked.what is None:
            parser.error("name the file or folder to check")
        trust = Trust(
            asked.vkey.strip(),
            tuple(asked.witness),
            tuple((name, Path(name).read_bytes().decode()) for name in asked.earlier),
            certificate(Path(asked.authority)) if asked.authority else b"",
        )
        ledger = Path(asked.ledger) if asked.ledger else None
        result = check(Path(asked.what), trust, ledger)
    except OSError as error:
        print(f"CANNOT CHECK   {error.filename} cannot be read: {error.strerror}.")
        return 2
    except UnicodeDecodeError:
        print("CANNOT CHECK   An earlier head is not a text.")
        return 2
    except Wrong as error:
        print(f"DOES NOT HOLD  {error}")
        return 1
    if result is None:
        print(f"CANNOT CHECK   {asked.what} is nothing that a Scelle installation hands out.")
        return 2
    for line in result.holds:
        print(f"holds          {line}")
    for line in result.wrong[:SHOWN]:
        print(f"DOES NOT HOLD  {line}")
    if len(result.wrong) > SHOWN:
        print(f"DOES NOT HOLD  ... and {len(result.wrong) - SHOWN} more.")
    for line in result.remarks:
        print(f"note           {line}")
    if result.wrong:
        return 1
    for name, count in sorted(result.figures.items()):
        print(f"counted        {count} x {name}")
    print("note           An intact ledger proves what this software did, not that nobody")
    print("               used another.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
