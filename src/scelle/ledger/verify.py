"""What holds of a ledger, and what does not.  Pure: entries and notes in, a report out.

A single flipped bit, and an entry removed, reordered or added, changes a digest,
a leaf or the root, and the signed head no longer matches.  A ledger cut short and
signed again by whoever holds the key is found against any earlier head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.checkpoint import BadNote, Checkpoint, VerifierKey
from scelle.ledger.entries import Entry


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold.

    Attributes:
        check: short stable name: ``order``, ``leaf``, ``digest``, ``sealed``,
            ``month``, ``root``, ``size``, ``signature``, ``earlier``, ``nodes``,
            ``format``, ``storage``.
        seq: the entry concerned; ``None`` for the ledger as a whole.
        text: one sentence.
    """

    check: str
    seq: int | None
    text: str


@dataclass(frozen=True)
class Report:
    """The answer of a verification.

    Attributes:
        size: entries read.
        root: root over them, 32 bytes.
        holds: sentences that were checked and are true.
        problems: what is not.
    """

    size: int
    root: bytes
    holds: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Everything that was checked holds."""
        return not self.problems


@dataclass
class Roots:
    """The roots of the entries read so far, at the sizes asked for.

    Attributes:
        wanted: sizes whose root is to be kept.
        at: root by size.
    """

    wanted: frozenset[int]
    at: dict[int, bytes] = field(default_factory=dict)
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)

    def __post_init__(self) -> None:
        self._keep()

    def add(self, leaf: bytes) -> None:
        """Take the next entry's leaf."""
        self.frontier, _ = self.frontier.append(merkle.leaf_hash(leaf))
        self._keep()

    def _keep(self) -> None:
        if self.frontier.size in self.wanted:
            self.at[self.frontier.size] = self.frontier.root


def verify(
    entries: Iterable[Entry],
    note: str,
    vkey: str,
    *,
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
) -> Report:
    """Hold entries against their signed head.

    Args:
        entries: all of them, in order; read once.
        note: the signed head.
        vkey: the ledger's verifier key, obtained from elsewhere than the
            ledger if the answer is to mean anything against who holds it.
        earlier: signed heads kept from before: each must be a prefix.
        witnesses: verifier keys that must have co-signed the head.
    """
    problems: list[Problem] = []
    head = _read(note, vkey, witnesses, "signature", problems)
    old = [c for n in earlier if (c := _read(n, vkey, (), "earlier", problems))]
    roots = Roots(frozenset(c.size for c in old))
    month = ""
    for entry in entries:
        problems += check_entry(entry, roots.frontier.size)
        stated = entry.value("month")
        if isinstance(stated, str):
            if stated < month:
                text = f"It is dated {stated}, after entries dated {month}: the clock went back."
                problems.append(Problem("month", entry.seq, text))
            month = max(month, stated)
        roots.add(entry.leaf)
    size, root = roots.frontier.size, roots.frontier.root
    holds = []
    if not problems:
        holds.append(f"Each of the {size} entries is in its place and matches its digests.")
    if head is not None:
        problems += _against(head, size, root)
        if head.size == size and head.root == root:
            holds.append(
                f"The tree of {size} entries has the root that {head.origin} signed"
                + (f", with {len(witnesses)} witnesses." if witnesses else ".")
            )
    for each in old:
        if roots.at.get(each.size) == each.root:
            holds.append(f"It begins with the {each.size} entries of the earlier head.")
        else:
            text = f"It does not begin with the {each.size} entries of an earlier head."
            problems.append(Problem("earlier", None, text))
    return Report(size, root, tuple(dict.fromkeys(holds)), tuple(problems))


def check_entry(entry: Entry, place: int) -> Iterator[Problem]:
    """What is wrong with one entry taken alone, at its place."""
    if entry.seq != place:
        yield Problem("order", entry.seq, f"Entry {entry.seq} stands at place {place}.")
    try:
        digests = forms.parse_leaf(entry.leaf)
    except ValueError as error:
        yield Problem("leaf", entry.seq, f"Its leaf is malformed: {error}.")
        return
    for name in forms.mismatches({**entry.disclosed, **entry.withheld}, digests):
        yield Problem("digest", entry.seq, f"Its field {name!r} does not match its digest.")
    if entry.value("seq") != entry.seq:
        yield Problem("order", entry.seq, f"It states that it is entry {entry.value('seq')}.")
    if entry.sealed is not None and entry.value("sealed") != _hex(entry.sealed):
        yield Problem("sealed", entry.seq, "Its sealed bytes are not those that were written.")


def _read(
    note: str, vkey: str, witnesses: Sequence[str], check: str, problems: list[Problem]
) -> Checkpoint | None:
    try:
        key = VerifierKey.parse(vkey)
        return notes.verify(note, key, [VerifierKey.parse(w) for w in witnesses])
    except BadNote as error:
        problems.append(Problem(check, None, f"The signed head cannot be trusted: {error}."))
        return None


def _against(head: Checkpoint, size: int, root: bytes) -> Iterator[Problem]:
    if size != head.size:
        what = "entries were removed" if size < head.size else "entries were added"
        text = f"The signed head states {head.size} entries, there are {size}: {what}."
        yield Problem("size", None, text)
    elif root != head.root:
        text = "The tree's root is not the one that was signed: entries were altered or reordered."
        yield Problem("root", None, text)


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
