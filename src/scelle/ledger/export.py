"""The ledger as one file for outsiders: JSON lines, each canonical (RFC 8785).

First line: ``format``, ``origin``, ``vkey``.  Then one line per entry: ``seq``,
``leaf`` (list of ``[name, digest]``) and ``disclosed`` (name to ``[salt, value]``).
Last line: ``checkpoint``, the signed note.  No sealed byte and no withheld field.
Since each line is canonical, no bit of the file is without meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from scelle.ledger import entries as forms
from scelle.ledger import verify
from scelle.ledger.entries import Entry
from scelle.ledger.verify import Problem, Report

#: What the first line's ``format`` says.
FORMAT = "scelle-ledger-1"


def export(vkey: str, origin: str, entries: Iterable[Entry], note: str) -> Iterator[bytes]:
    """The file's lines, newlines included."""
    yield forms.canonical({"format": FORMAT, "origin": origin, "vkey": vkey}) + b"\n"
    for entry in entries:
        line = {
            "seq": entry.seq,
            "leaf": json.loads(entry.leaf),
            "disclosed": {name: list(each) for name, each in entry.disclosed.items()},
        }
        yield forms.canonical(line) + b"\n"
    yield forms.canonical({"checkpoint": note}) + b"\n"


def verify_export(
    lines: Iterable[bytes],
    *,
    vkey: str = "",
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
) -> Report:
    """Hold an exported file against its signed head.

    Args:
        lines: the file's, newlines included.
        vkey: the key to trust; empty takes the file's own word for it.
        earlier: signed heads kept from before.
        witnesses: verifier keys that must have co-signed the head.
    """
    problems: list[Problem] = []
    parsed = [_parse(i, line, problems) for i, line in enumerate(lines)]
    head, tail = (parsed[0], parsed[-1]) if len(parsed) > 1 else ({}, {})
    stated = {name: head.get(name) for name in ("format", "origin", "vkey")}
    if set(head) != set(stated) or stated["format"] != FORMAT:
        problems.append(Problem("format", None, "The first line is not that of a ledger's export."))
    if set(tail) != {"checkpoint"}:
        problems.append(Problem("format", None, "The last line is not the signed head."))
    if vkey and stated["vkey"] != vkey:
        problems.append(Problem("signature", None, "The file names another verifier key."))
    key = vkey or str(stated["vkey"])
    if key.split("+")[0] != stated["origin"]:
        problems.append(Problem("format", None, "The file's origin is not its key's."))
    report = verify.verify(
        _entries(parsed[1:-1], problems),
        str(tail.get("checkpoint")),
        key,
        earlier=earlier,
        witnesses=witnesses,
    )
    problems += report.problems
    return Report(report.size, report.root, report.holds, tuple(problems))


def _parse(number: int, line: bytes, problems: list[Problem]) -> dict[str, object]:
    try:
        value = json.loads(line)
        if isinstance(value, dict) and forms.canonical(value) + b"\n" == line:
            return value
    except (ValueError, RecursionError):
        pass
    text = f"Line {number + 1} is not a canonical JSON object."
    problems.append(Problem("format", None, text))
    return {}


def _entries(lines: Sequence[dict[str, object]], problems: list[Problem]) -> Iterator[Entry]:
    for place, line in enumerate(lines):
        seq = line.get("seq")
        try:
            if set(line) != {"seq", "leaf", "disclosed"} or type(seq) is not int:
                raise ValueError("it does not have the three parts of an entry")
            disclosed = forms.load_salted(forms.canonical(line["disclosed"]))
            leaf = forms.canonical(line["leaf"])
        except ValueError as error:
            text = f"The line at place {place} is not an entry: {error}."
            problems.append(Problem("format", place, text))
            continue
        yield Entry(seq, leaf, disclosed, {}, None)
