#!/usr/bin/env python3
"""Verify a Scelle ledger export, or a published folder.

Needs Python 3.9 or newer and nothing else.

    python3 verify.py ledger.jsonl
    python3 verify.py ledger.jsonl --vkey 'NAME+ID+KEY' --earlier head-of-last-month.txt
    python3 verify.py published-folder --vkey 'NAME+ID+KEY'

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
import csv
import hashlib
import html
import io
import json
import re
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
        """Append a leaf."""
        self.graft(1, hashlib.sha256(b"\x00" + leaf).digest())

    def graft(self, leaves: int, root: bytes) -> None:
        """Append a complete subtree: two neighbours of equal size make one of twice that size."""
        self.size += leaves
        self.subtrees.append((leaves, root))
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


def same(a: Point, b: Point) -> bool:
    """Whether two points are one."""
    return not (a[0] * b[2] - b[0] * a[2]) % P and not (a[1] * b[2] - b[1] * a[2]) % P


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


def root_by_path(leaf: bytes, place: int, size: int, path: list[bytes]) -> bytes:
    """The root that an entry's audit path leads to (RFC 9162, 2.1.3.2)."""
    result, last = hashlib.sha256(b"\x00" + leaf).digest(), size - 1
    for each in path:
        if place % 2 or place == last:
            result = hashlib.sha256(b"\x01" + each + result).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            result = hashlib.sha256(b"\x01" + result + each).digest()
        place, last = place // 2, last // 2
    if last:
        raise Wrong("its path does not lead to the root")
    return result


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
        try:
            return check()
        except Wrong as error:
            self.result.wrong.append(f"{what}: {error}.")
        except (KeyError, IndexError, TypeError, ValueError, OSError, RecursionError) as error:
            self.result.wrong.append(f"{what}: malformed ({type(error).__name__}: {error}).")
        return None

    def manifest(self, vkey: str, key: Key) -> None:
        """(a) The signature, and each file that it names."""
        note = (self.path / "manifest.txt").read_bytes().decode()
        text, blank, tail = note.rpartition("\n\n")
        lines = text.split("\n")
        _, name, data = [*tail.rstrip("\n").split(" "), "", ""][:3]
        if lines[:2] != [PUBLICATION, key.name] or not blank:
            raise Wrong("it is not that of a publication of this ledger")
        raw = from_base64(data)
        if name != key.name or raw[:4] != key.id or not key.holds(text + "\n", raw[4:]):
            self.result.wrong.append("manifest.txt: its signature is not the ledger's.")
        listed = {path: digest for digest, _, path in (x.partition("  ") for x in lines[2:])}
        there = {p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file()}
        for path in sorted(there - set(listed) - {"manifest.txt"}):
            self.result.wrong.append(f"{path}: the manifest does not name it.")
        for path in sorted(listed):
            if path not in there:
                self.result.wrong.append(f"{path}: it is missing.")
                continue
            with (self.path / path).open("rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            if digest != listed[path]:
                self.result.wrong.append(f"{path}: it is not the file that was signed.")
        if not self.result.wrong:
            self.result.holds.append(
                f"Each of the {len(listed)} files is the one that {key.name} has signed."
            )
            if not vkey:
                self.result.remarks.append(
                    "The key is the folder's own word. Compare it with the one that was "
                    f"published: {self.vkey}"
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
                field = [base64.b64encode(salt).decode(), "tally", base64.b64encode(tally).decode()]
                own = base64.b64encode(hashlib.sha256(canonical(field).encode()).digest()).decode()
                pairs, hidden = [], 1
                for name in shape:
                    if name == "tally":
                        pairs.append(f'["tally","{own}"]')
                        continue
                    digest = base64.b64encode(record[hidden : hidden + 32]).decode()
                    pairs.append(f'["{name}","{digest}"]')
                    hidden += 32
                tree.add(("[" + ",".join(pairs) + "]").encode())
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
            text = canonical([salt, name, value]).encode()
            if digests.get(name) != base64.b64encode(hashlib.sha256(text).digest()).decode():
                raise Wrong(f"the field {name!r} of entry {place} is not the one that was written")
        if root_by_path(leaf, place, size, [from_base64(p) for p in shown["path"]]) != root:
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

    def recount(self, told: dict[str, Any], figures: Figures, export: bytes, key: Key) -> None:
        """(g) Every figure, counted from the fields of each exported entry."""
        checked = verify(export, "", [], {})
        lines = export.split(b"\n")[:-1]
        if checked.wrong or json.loads(lines[0])["vkey"] != self.vkey:
            raise Wrong("it does not hold by itself, or is of another ledger")
        start, stop = told["range"]
        months = {"", *told["values"]["month"]}
        found: collections.Counter[str] = collections.Counter()
        for place, line in enumerate(lines[1:-1]):
            fields = {n: value for n, (_, value) in json.loads(line)["disclosed"].items()}
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


def amounts(fields: dict[str, Any]) -> dict[str, int]:
    """(g) What an entry adds to each cell."""
    kind = f"{fields['phase']} {fields['act']} {fields['result']}"
    held = {"entries": 1, **fields["counts"]}
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


def verify_folder(path: Path, vkey: str, export: bytes | None) -> Result:
    """Check a published folder; see (a) to (g)."""
    result = Result()
    folder = Folder(path, result)
    text = (path / "data" / "figures.json").read_bytes()
    told = folder.attempt("data/figures.json", lambda: read_line(text))
    key = folder.attempt("data/figures.json, its key", lambda: Key(vkey or told["vkey"]))
    if key is None:
        return result
    folder.attempt("manifest.txt", lambda: folder.manifest(vkey, key))
    head = folder.attempt("The signed head", lambda: read_head(told["head"], [key]))
    figures = folder.attempt("data/figures.json", lambda: Figures(told))
    if head is None or figures is None:
        return result
    _, size, root, _ = head
    if size != told["size"]:
        result.wrong.append("The signed head: it states another number of entries.")
    total = folder.attempt("The entries", lambda: folder.records(told, root))
    folder.attempt("The period", lambda: folder.borders(told, root))
    if total is not None:
        folder.attempt("proof/opening.json", lambda: folder.opening(told, total, figures, text))
    folder.attempt("data/figures.json", lambda: folder.arithmetic(told))
    folder.attempt("The pages", lambda: folder.pages(figures))
    if export is not None:
        folder.attempt("The export", lambda: folder.recount(told, figures, export, key))
    for each in told["figures"]:
        result.figures[f"{each['name']}"] = each["total"]
    return result


def main(arguments: list[str]) -> int:
    """Run from the command line; gives the exit status."""
    parser = argparse.ArgumentParser(
        description="Verify a Scelle ledger export, or a published folder."
    )
    parser.add_argument("export", nargs="?", help="the exported file, or the published folder")
    parser.add_argument("--ledger", help="with a folder: the export to count every figure anew")
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
        earlier = {name: Path(name).read_bytes().decode() for name in asked.earlier}
        folder = Path(asked.export) if Path(asked.export).is_dir() else None
        ledger = Path(asked.ledger).read_bytes() if asked.ledger else None
        data = (folder / "data" / "figures.json" if folder else Path(asked.export)).read_bytes()
        if not folder and not any(mark in data for mark in MARKS):
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
    if folder:
        result = verify_folder(folder, asked.vkey.strip(), ledger)
    else:
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
