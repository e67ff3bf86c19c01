#!/usr/bin/env python3
"""Verify a Scelle ledger export.  Needs Python 3.9 or newer and nothing else.

    python3 verify.py ledger.jsonl
    python3 verify.py ledger.jsonl --vkey 'NAME+ID+KEY' --earlier head-of-last-month.txt

Made to be read in an hour; it imports nothing of the software that it checks.

What is checked, in this order (the code below is labelled alike):

(1) the file: one canonical JSON object (RFC 8785) on each line, no byte without meaning
(2) each entry stands at the place that it states
(3) each published field is the one written then: its salted digest is in the leaf
(4) months never go back: the clock was not turned back to date an entry earlier
(5) all the leaves together give the root of a Merkle tree (RFC 6962, section 2.1)
(6) that root and the number of entries are those of the signed head (C2SP
    tlog-checkpoint, signed-note), and its Ed25519 signature holds (RFC 8032)
(7) heads that you kept from before are of this ledger's beginning

The exit status is 0 when all holds, 1 when anything does not, 2 without a ledger's export.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import collections
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

FORMAT = "scelle-ledger-1"
SHOWN = 20  # problems printed in full
MARKS = (FORMAT.encode(), b'"leaf"', b'"checkpoint"')  # an altered export still holds one


class Wrong(Exception):
    """Something is malformed or does not hold; the text says what."""


# -- Ed25519, RFC 8032 section 5.1 ----------------------------------------------
#
# The curve is -x^2 + y^2 = 1 + D x^2 y^2 over the integers modulo P.  A point is
# kept as (X, Y, Z, T) with x = X/Z, y = Y/Z, x y = T/Z, so that adding points needs
# no division.

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """The sum of two points (RFC 8032, 5.1.4)."""
    below = (a[1] - a[0]) * (b[1] - b[0])
    above = (a[1] + a[0]) * (b[1] + b[0])
    cross = 2 * D * a[3] * b[3]
    depth = 2 * a[2] * b[2]
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
    left, right = times(s, BASE), add(r, times(k % ORDER, key))
    return (
        not (left[0] * right[2] - right[0] * left[2]) % P
        and not (left[1] * right[2] - right[1] * left[2]) % P
    )


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


def canonical(value: Any) -> str:
    """The one way to write a value.  The ledger publishes no fractions."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    raise Wrong(f"{value!r} is not a value that a ledger holds")


def read_line(line: bytes) -> dict[str, Any]:
    """(1) The JSON object of a line, if the line is canonical."""
    try:
        value = json.loads(line.decode())
        if isinstance(value, dict) and canonical(value).encode() == line:
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


class Tree:
    """Grows leaf by leaf, and keeps the roots of its complete subtrees alone."""

    def __init__(self) -> None:
        self.size = 0
        self.subtrees: list[tuple[int, bytes]] = []  # (leaves, root), largest first

    def add(self, leaf: bytes) -> None:
        """Append a leaf: two neighbours of equal size make one of twice that size."""
        self.size += 1
        self.subtrees.append((1, hashlib.sha256(b"\x00" + leaf).digest()))
        while len(self.subtrees) > 1 and self.subtrees[-1][0] == self.subtrees[-2][0]:
            (half, right), (_, left) = self.subtrees.pop(), self.subtrees.pop()
            self.subtrees.append((2 * half, hashlib.sha256(b"\x01" + left + right).digest()))

    def root(self) -> bytes:
        """The hash over everything added so far."""
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        result = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            result = hashlib.sha256(b"\x01" + left + result).digest()
        return result


# -- signed heads, C2SP signed-note and tlog-checkpoint ------------------------------


class Key:
    """A verifier key: name, first bytes of a hash, type and public key."""

    def __init__(self, text: str) -> None:
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Wrong("a verifier key is NAME+ID+KEY")
        self.name, raw = parts[0], from_base64(parts[2])
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if len(raw) != 33 or raw[0] not in (1, 4) or self.id.hex() != parts[1] or not self.name:
            raise Wrong("the verifier key is malformed, or does not have the id that it states")
        self.type, self.public = raw[0], raw[1:]

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether a signature is this key's.  A witness (type 4) signs a time as well."""
        if self.type == 4:
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            text = f"cosignature/v1\ntime {at}\n{text}"
        return ed25519_holds(self.public, text.encode(), signature)


def read_head(note: Any, keys: list[Key]) -> tuple[str, int, bytes, list[str]]:
    """(6) Origin, size, root and signers of a head that all the keys have signed."""
    text, blank, tail = str(note).rpartition("\n\n")
    lines = text.split("\n")
    if not blank or not tail.endswith("\n") or len(lines) != 3:
        raise Wrong("it is not a signed head")
    origin, size, root = lines[0], lines[1], from_base64(lines[2])
    if not (size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size):
        raise Wrong("its number of entries is not a number")
    signed: list[tuple[str, bytes]] = []
    for line in tail[:-1].split("\n"):
        dash, name, data = [*line.split(" "), "", ""][:3]
        if dash != "\N{EM DASH}" or line.count(" ") != 2:
            raise Wrong("a signature line is malformed")
        signed.append((name, from_base64(data)))
    if origin != keys[0].name:
        raise Wrong(f"it is the head of {origin!r}, the key is that of {keys[0].name!r}")
    for key in keys:
        own = [raw[4:] for name, raw in signed if name == key.name and raw[:4] == key.id]
        if not own:
            raise Wrong(f"{key.name} has not signed it")
        if not all(key.holds(text + "\n", signature) for signature in own):
            raise Wrong(f"the signature of {key.name} is wrong")
    return origin, int(size), root, [name for name, _ in signed]


# -- the whole file ------------------------------------------------------------------


def check_entry(line: bytes, place: int, month: str) -> tuple[bytes, dict[str, Any]]:
    """(1) to (4) for one entry: its leaf, and its published values by name."""
    entry = read_line(line)
    if set(entry) != {"seq", "leaf", "disclosed"}:
        raise Wrong("it does not have the three parts of an entry")
    leaf, disclosed = entry["leaf"], entry["disclosed"]
    # (2)
    if type(entry["seq"]) is not int or entry["seq"] != place:
        raise Wrong(f"it states that it is entry {entry['seq']}")
    # (3)
    if not isinstance(leaf, list) or not isinstance(disclosed, dict):
        raise Wrong("its leaf or its fields are malformed")
    digests: dict[str, str] = {}
    for pair in leaf:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise Wrong("its leaf is malformed")
        if len(from_base64(pair[1])) != 32 or pair[0] in digests:
            raise Wrong("its leaf is malformed")
        digests[pair[0]] = pair[1]
    if list(digests) != sorted(digests):
        raise Wrong("its leaf is not in order")
    values = {}
    for name, field in disclosed.items():
        if not (isinstance(field, list) and len(field) == 2 and isinstance(field[0], str)):
            raise Wrong(f"its field {name!r} is malformed")
        text = canonical([field[0], name, field[1]]).encode()
        if digests.get(name) != base64.b64encode(hashlib.sha256(text).digest()).decode():
            raise Wrong(f"its field {name!r} is not the one that was written")
        values[name] = field[1]
    if values.get("seq") != place or isinstance(values.get("seq"), bool):
        raise Wrong("its place is not among its published fields")
    # (4)
    if not isinstance(values.get("month"), str):
        raise Wrong("its month is not among its published fields")
    if values["month"] < month:
        raise Wrong(f"it is dated {values['month']}, after entries of {month}")
    return canonical(leaf).encode(), values


class Result:
    """What holds, what does not, and the figures."""

    def __init__(self) -> None:
        self.holds: list[str] = []
        self.wrong: list[str] = []
        self.remarks: list[str] = []
        self.figures: collections.Counter[str] = collections.Counter()


def verify(data: bytes, vkey: str, witnesses: list[str], earlier: dict[str, str]) -> Result:
    """Check a whole export.

    Args:
        data: the file.
        vkey: the key to trust; empty takes the file's own word.
        witnesses: keys that must have signed too.
        earlier: heads kept from before, by the name to speak of them.
    """
    result = Result()
    lines = data.split(b"\n")
    if lines.pop() != b"" or len(lines) < 2:
        result.wrong.append("The file is cut short: its last line is not whole.")
        return result
    # (1)
    head = last = {}
    try:
        head, last = read_line(lines[0]), read_line(lines[-1])
    except Wrong as error:
        result.wrong.append(f"The first or the last line: {error}.")
    if set(head) != {"format", "origin", "vkey"} or head.get("format") != FORMAT:
        result.wrong.append("The first line is not that of a ledger's export.")
    if set(last) != {"checkpoint"}:
        result.wrong.append("The last line is not a signed head.")
    # (1) to (5)
    tree, month, roots = Tree(), "", {0: Tree().root()}
    for place, line in enumerate(lines[1:-1]):
        try:
            leaf, values = check_entry(line, place, month)
        except Wrong as error:
            result.wrong.append(f"Entry {place}: {error}.")
            # Its place in the tree is taken, by something that will not match.
            leaf, values = line, {}
        tree.add(leaf)
        roots[tree.size] = tree.root()
        if values:
            month = values["month"]
            demonstration = " (demonstration)" if values.get("demonstration") else ""
            result.figures[f"{values.get('act')}{demonstration}, {values.get('result')}"] += 1
    if not result.wrong:
        result.holds.append(f"Each of the {tree.size} entries is in its place, whole, as written.")
    # (6)
    try:
        own = Key(str(head.get("vkey")))
        if vkey and vkey != head.get("vkey"):
            raise Wrong("the file names another key than the one you gave")
        if own.name != head.get("origin"):
            raise Wrong("the file's origin is not its key's")
        keys = [own, *(Key(w) for w in witnesses)]
        _, size, root, names = read_head(last.get("checkpoint"), keys)
        if size != tree.size:
            what = "removed" if tree.size < size else "added"
            raise Wrong(f"it states {size} entries, there are {tree.size}: entries were {what}")
        if root != tree.root():
            raise Wrong("its root is not that of these entries: they were altered or reordered")
        result.holds.append(f"They are the {size} entries whose root {own.name} has signed.")
        result.holds += [f"{key.name} has witnessed it." for key in keys[1:]]
        for name in sorted(set(names) - {key.name for key in keys}):
            result.remarks.append(f"{name} signed too; give --witness with its key to check it.")
        if not vkey:
            result.remarks.append(
                "The key is the file's own word. Compare it with the one that was published: "
                + str(head.get("vkey"))
            )
    except Wrong as error:
        result.wrong.append(f"The signed head: {error}.")
        return result
    # (7)
    for name, note in earlier.items():
        try:
            _, size, root, _ = read_head(note, [own])
            if roots.get(size) != root:
                raise Wrong(f"its {size} entries are not how this ledger begins")
            result.holds.append(f"It begins with the {size} entries of the earlier head {name}.")
        except Wrong as error:
            result.wrong.append(f"The earlier head {name}: {error}.")
    return result


def main(arguments: list[str]) -> int:
    """Run from the command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Verify a Scelle ledger export.")
    parser.add_argument("export", nargs="?", help="the exported file")
    parser.add_argument("--vkey", default="", help="the ledger's key, as it was published")
    parser.add_argument("--witness", action="append", default=[], help="key of a witness")
    parser.add_argument("--earlier", action="append", default=[], help="a head kept from before")
    parser.add_argument("--self-test", action="store_true", help="only check this program")
    asked = parser.parse_args(arguments)
    try:
        self_test()
        if asked.self_test:
            print("This program's signature check gives the known answers of RFC 8032.")
            return 0
        if asked.export is None:
            parser.error("name the exported file")
        data = Path(asked.export).read_bytes()
        earlier = {name: Path(name).read_bytes().decode() for name in asked.earlier}
        if not any(mark in data for mark in MARKS):
            print(f"CANNOT CHECK   {asked.export} is not a ledger's export.")
            return 2
    except OSError as error:
        print(f"CANNOT CHECK   {error.filename} cannot be read: {error.strerror}.")
        return 2
    except UnicodeDecodeError:
        print("CANNOT CHECK   An earlier head is not a text.")
        return 2
    except Wrong as error:
        print(f"DOES NOT HOLD  {error}")
        return 1
    result = verify(data, asked.vkey.strip(), asked.witness, earlier)
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
