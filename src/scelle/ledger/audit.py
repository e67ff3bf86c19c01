"""Verifies a whole book as it is stored, beyond what an export shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select, text

from scelle.ledger import merkle, storage
from scelle.ledger.verify import Problem, Report, verify


def audit(
    db: Connection,
    vkey: str,
    beside: str,
    earlier: Sequence[str] = (),
    witnesses: Sequence[str] = (),
) -> Report:
    """Verify entries with their sealed bytes, the tree's nodes and every head ever signed.

    Args:
        db: a connection in a read transaction.
        vkey: the ledger's verifier key.
        beside: the head in the file beside the database, read before the
            transaction began; empty when the file is gone.
        earlier: signed heads kept elsewhere.
        witnesses: verifier keys that must have co-signed the last head.

    Raises:
        ValueError: a row cannot be read.
        scelle.errors.LedgerDamaged: there is no head at all.
        sqlalchemy.exc.DatabaseError: the file is not a database any more.
    """
    problems = [
        Problem("storage", None, f"SQLite finds: {line}.")
        for (line,) in db.execute(text("PRAGMA integrity_check"))
        if line != "ok"
    ]
    meta = {str(name): str(value) for name, value in db.execute(select(storage.meta))}
    if meta != {"schema": storage.SCHEMA, "vkey": vkey}:
        problems.append(Problem("storage", None, "The ledger's own description was altered."))
    sql = set(db.scalars(text("SELECT sql FROM sqlite_master")))
    if not sql.issuperset(storage.GUARDS):
        problems.append(Problem("storage", None, "What keeps the database append-only is gone."))
    if not beside:
        problems.append(Problem("earlier", None, "The signed head beside the database is gone."))
    stored = [(int(size), str(note)) for size, note in db.execute(_HEADS)]
    if [size for size, _ in stored] != list(range(len(stored))):
        problems.append(Problem("size", None, "A signed head is missing."))
    for size, note in stored:
        if note.split("\n")[1:2] != [str(size)]:
            wrong = f"The head stored for {size} entries is another one."
            problems.append(Problem("earlier", None, wrong))
    report = verify(
        map(storage.to_entry, db.execute(_ENTRIES)),
        storage.last_head(db),
        vkey,
        earlier=[*(note for _, note in stored), *([beside] if beside else []), *earlier],
        witnesses=witnesses,
    )
    problems += [*report.problems, *_nodes(db, report.size)]
    # One sentence for all the heads instead of one for each.
    holds = [h for h in report.holds if "earlier head" not in h]
    if not any(p.check == "earlier" for p in problems):
        count = len(stored) + len(earlier)
        holds.append(f"All {count} signed heads are of this ledger's beginning.")
    if not any(p.check == "nodes" for p in problems):
        holds.append("Every node of the tree is the hash of what is below it.")
    return Report(report.size, report.root, tuple(holds), tuple(problems))


_HEADS = select(storage.heads).order_by(storage.heads.c.size)
_ENTRIES = select(storage.entries).order_by(storage.entries.c.seq)

_node = storage.nodes.c
_left, _right = storage.nodes.alias().c, storage.nodes.alias().c
_LEAVES = (
    select(storage.entries.c.seq, storage.entries.c.leaf, _node.hash)
    .outerjoin(storage.nodes, (_node.level == 0) & (_node.idx == storage.entries.c.seq))
    .order_by(storage.entries.c.seq)
)
_INNER = (
    select(_node.level, _node.idx, _node.hash, _left.hash.label("l"), _right.hash.label("r"))
    .outerjoin(_left.hash.table, (_left.level == _node.level - 1) & (_left.idx == 2 * _node.idx))
    .outerjoin(
        _right.hash.table, (_right.level == _node.level - 1) & (_right.idx == 2 * _node.idx + 1)
    )
    .where(_node.level > 0)
)


def _nodes(db: Connection, size: int) -> Iterator[Problem]:
    """Every node is the hash of its two children, or of its leaf, and none is missing."""
    count = db.scalar(select(func.count()).select_from(storage.nodes))
    if count != 2 * size - size.bit_count():
        yield Problem("nodes", None, "The tree has a node too many or too few.")
    for seq, leaf, hash_ in db.execute(_LEAVES):
        if hash_ != merkle.leaf_hash(leaf.encode()):
            yield Problem("nodes", seq, "Its hash in the tree is not its leaf's.")
    for level, idx, hash_, left, right in db.execute(_INNER):
        if left is None or right is None or hash_ != merkle.node_hash(left, right):
            yield Problem("nodes", None, f"Node {idx} of level {level} is not its children's hash.")
