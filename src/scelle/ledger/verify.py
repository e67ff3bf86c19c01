"""What holds of a ledger, and what does not.  Pure: entries and notes in, a report out.

A single flipped bit, and an entry removed, reordered or added, changes a digest,
a leaf or the root, and the signed head no longer matches.  A ledger cut short and
signed again by whoever holds the key is found against any earlier head, kept by
anybody or co-signed by a witness.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scelle.ledger import checkpoint as notes
from scelle.ledger import entries as forms
from scelle.ledger import merkle
from scelle.ledger.checkpoint import BadNote, Checkpoint, VerifierKey
from scelle.ledger.entries import Entry

#: After this act, months may have gone back: the clock had run ahead.
TIME_ACCEPTED = "accept-time"


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold.

    Attributes:
        check: short stable name: ``order``, ``leaf``, ``digest``, ``sealed``,
            ``month``, ``root``, ``size``, ``signature``, ``earlier``, ``heads``,
            ``handover``, ``witness``, ``anchor``, ``nodes``, ``state``, ``format``,
            ``storage``.
        seq: the entry concerned; ``None`` for the ledger as a whole.
        text: one sentence.
    """

    check: str
    seq: int | None
    text: str


@dataclass(frozen=True)
class Witnessed:
    """The last head of this ledger that a witness co-signed.

    Attributes:
        name: whose signature; empty key material never gets here.
        size: entries of that head; 0 when the witness co-signed none.
        at: when, in seconds since 1970.
    """

    name: str
    size: int
    at: int


@dataclass(frozen=True)
class Report:
    """The answer of a verification.

    Attributes:
        size: entries read.
        root: root over them, 32 bytes.
        holds: sentences that were checked and are true.
        problems: what is not.
        witnessed: for each witness known or asked for, how far it has seen.
    """

    size: int
    root: bytes
    holds: tuple[str, ...]
    problems: tuple[Problem, ...]
    witnessed: tuple[Witnessed, ...] = ()

    @property
    def ok(self) -> bool:
        """Everything that was checked holds."""
        return not self.problems


#: The entry that hands over to another key: its disclosed ``act``, in phase ``system``.
ROTATED = "key-rotated"

#: The entry that names a witness.
WITNESS_NAMED = "witness-named"

#: Told each node ``(level, index, hash)`` as the tree grows, leaves included.
NodeSink = Callable[[Sequence[merkle.Node]], None]


class Seen(NamedTuple):
    """What one entry, taken alone, brings to the whole.

    Attributes:
        seq: the place that its row or line has.
        hash: its leaf's hash in the tree.
        month: as it states; empty where it states none.
        event: ``act`` of an entry in phase ``system``, and of one by which an overseer
            accepts a time that lies before an entry's; empty for others.
        vkey: the key that such an entry names.
        problems: ``(check, sentence)`` of what is wrong with it.
    """

    seq: int
    hash: bytes
    month: str
    event: str
    vkey: str
    problems: tuple[tuple[str, str], ...]


def look(entry: Entry) -> Seen:
    """Check one entry by itself: its leaf, its fields, its sealed bytes."""
    month, event, vkey = (entry.value(name) for name in ("month", "act", "vkey"))
    return Seen(
        entry.seq,
        merkle.leaf_hash(entry.leaf),
        month if isinstance(month, str) else "",
        str(event) if entry.value("phase") == "system" or _corrects_time(entry) else "",
        vkey if isinstance(vkey, str) else "",
        tuple(check_entry(entry)),
    )


def _corrects_time(entry: Entry) -> bool:
    """An overseer has said that the clock ran ahead before."""
    told = tuple(entry.value(name) for name in ("phase", "act", "result"))
    return told == ("outcome", TIME_ACCEPTED, "done")


@dataclass
class Walk:
    """Grows the tree entry by entry and notes what later checks need.

    Attributes:
        wanted: sizes whose root is to be kept.
        nodes: told every node.
        at: root by size.
        handovers: place and verifier key of each entry that hands over.
    """

    wanted: frozenset[int]
    nodes: NodeSink | None = None
    at: dict[int, bytes] = field(default_factory=dict)
    tree: merkle.Growing = field(default_factory=merkle.Growing)
    handovers: list[tuple[int, str]] = field(default_factory=list)
    month: str = ""

    def __post_init__(self) -> None:
        self._keep()

    def take(self, seen: Seen) -> list[Problem]:
        """Grow by the next entry; gives what is wrong with it."""
        place, seq = self.tree.size, seen.seq
        problems = [Problem(check, seq, text) for check, text in seen.problems]
        if seq != place:
            problems.append(Problem("order", seq, f"Entry {seq} stands at place {place}."))
        if seen.month:
            if seen.event == TIME_ACCEPTED:
                # Months go on from here, as everybody can see.
                self.month = seen.month
            if seen.month < self.month:
                text = f"It is dated {seen.month}, after entries dated {self.month}"
                problems.append(Problem("month", seq, f"{text}: the clock went back."))
            self.month = max(self.month, seen.month)
        if seen.event == ROTATED:
            self.handovers.append((place, seen.vkey))
        new = self.tree.add(seen.hash)
        if self.nodes is not None:
            self.nodes(new)
        self._keep()
        return problems

    def _keep(self) -> None:
        if self.tree.size in self.wanted:
            self.at[self.tree.size] = self.tree.root


def verify(
    entries: Iterable[Seen],
    note: str,
    vkey: str,
    *,
    trusted: str = "",
    heads: Sequence[str] = (),
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
    nodes: NodeSink | None = None,
) -> Report:
    """Hold entries against their signed head.

    Steps:
        (1) each entry in its place, each field against its digest, the tree
        (2) each handing over of the key: the head over it is signed by both keys
        (3) the last head: size, root, signature of the key in force
        (4) the heads that the ledger kept, and those that others kept
        (5) the witnesses' co-signatures on any of them

    Args:
        entries: all of them looked at (:func:`look`), in order; read once.
        note: the last signed head.
        vkey: the key that the ledger says it began with.
        trusted: a key of the ledger obtained from elsewhere, without which the answer
            means little against whoever holds the ledger: it must be one of its keys.
        heads: signed heads that the ledger kept itself.
        earlier: signed heads that others kept: each must be a beginning.
        witnesses: verifier keys that must each have co-signed some head.
        nodes: told every node.
    """
    problems: list[Problem] = []
    kept = _parsed(heads, "heads", problems)
    old = _parsed(earlier, "earlier", problems)
    last = _parsed([note], "signature", problems)
    walk = Walk(frozenset(head.size for _, head in (*kept, *old)), nodes)
    for entry in entries:  # (1)
        problems += walk.take(entry)
    size, root = walk.tree.size, walk.tree.root
    holds = []
    if not problems:
        holds.append(f"Each of the {size} entries is in its place and matches its digests.")
    chain = _chain(vkey, walk, kept, problems)  # (2)
    if trusted and trusted not in [str(key) for _, key in chain]:
        text = "The key that you trust is none of this ledger's keys."
        problems.append(Problem("signature", None, text))
    for text, head in last:  # (3)
        if _signed(text, chain, head.size, "signature", problems):
            problems += _against(head, size, root)
            if head.size == size and head.root == root:
                told = f"The tree of {size} entries has the root that {head.origin} signed."
                holds.append(told)
        walk.at[size] = root
    good = [text for text, head in last if walk.at.get(head.size) == head.root]
    for check, notes_ in (("heads", kept), ("earlier", old)):  # (4)
        for text, head in notes_:
            if not _signed(text, chain, head.size, check, problems):
                continue
            if walk.at.get(head.size) == head.root:
                good.append(text)
                if check == "earlier":
                    holds.append(f"It begins with the {head.size} entries of the earlier head.")
            else:
                whose = "a head that it kept" if check == "heads" else "an earlier head"
                text = f"It does not begin with the {head.size} entries of {whose}."
                problems.append(Problem(check, None, text))
    seen = _witnessed(good, witnesses, problems)  # (5)
    holds += [f"{w.name} has witnessed the first {w.size} entries." for w in seen if w.size]
    return Report(size, root, tuple(dict.fromkeys(holds)), tuple(problems), seen)


def check_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry taken alone: a check's name and a sentence."""
    try:
        digests = forms.parse_leaf(entry.leaf)
    except ValueError as error:
        yield "leaf", f"Its leaf is malformed: {error}."
        return
    for name in forms.mismatches({**entry.disclosed, **entry.withheld}, digests):
        yield "digest", f"Its field {name!r} does not match its digest."
    if entry.value("seq") != entry.seq:
        yield "order", f"It states that it is entry {entry.value('seq')}."
    if entry.sealed is not None and entry.value("sealed") != _hex(entry.sealed):
        yield "sealed", "Its sealed bytes are not those that were written."


def _parsed(
    texts: Sequence[str], check: str, problems: list[Problem]
) -> list[tuple[str, Checkpoint]]:
    """Each note with what it states; those that are none are problems."""
    parsed = []
    for text in texts:
        try:
            parsed.append((text, notes.parse(text)))
        except BadNote as error:
            told = f"A signed head cannot be read: {error}."
            problems.append(Problem(check, None, told))
    return parsed


def _chain(
    vkey: str, walk: Walk, kept: Sequence[tuple[str, Checkpoint]], problems: list[Problem]
) -> list[tuple[int, VerifierKey]]:
    """Each key with the size from which on it signs; the first from 0."""
    chain: list[tuple[int, VerifierKey]] = []
    try:
        chain.append((0, VerifierKey.parse(vkey)))
    except BadNote as error:
        problems.append(Problem("signature", None, f"The ledger's key cannot be read: {error}."))
        return chain
    for seq, text in walk.handovers:
        try:
            new = VerifierKey.parse(text)
            over = next((note for note, head in kept if head.size == seq + 1), None)
            if over is None:
                raise BadNote("the head over it was not kept")
            for key in (chain[-1][1], new):
                if notes.verify(over, key).root != walk.at[seq + 1]:
                    raise BadNote("the head over it is not of this tree")
        except BadNote as error:
            told = f"It hands over to another key, and that does not hold: {error}."
            problems.append(Problem("handover", seq, told))
            continue
        chain.append((seq + 1, new))
    return chain


def _signed(
    text: str,
    chain: Sequence[tuple[int, VerifierKey]],
    size: int,
    check: str,
    problems: list[Problem],
) -> bool:
    """Whether the key in force at a size signed a note; at a handing over, both did."""
    own = [key for since, key in chain if since <= size][-1:]
    try:
        notes.verify_any(text, own)
    except BadNote as error:
        told = f"The signed head of {size} entries cannot be trusted: {error}."
        problems.append(Problem(check, None, told))
        return False
    return True


def _witnessed(
    good: Sequence[str], witnesses: Sequence[str], problems: list[Problem]
) -> tuple[Witnessed, ...]:
    """How far each witness has seen, on heads that are of this ledger."""
    seen = []
    for text in witnesses:
        size = at = 0
        try:
            key = VerifierKey.parse(text)
            for note in good:
                signed = notes.witnessed(note, key)
                if signed is not None:
                    size, at = max((size, at), (notes.size_of(note), signed))
        except BadNote as error:
            problems.append(Problem("witness", None, f"A co-signature cannot be used: {error}."))
            continue
        if not size:
            told = f"{key.name} has witnessed no head of this ledger."
            problems.append(Problem("witness", None, told))
        seen.append(Witnessed(key.name, size, at))
    return tuple(seen)


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
