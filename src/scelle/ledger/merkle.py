"""The ledger's Merkle tree: RFC 6962, section 2.1, with SHA-256.

A *node* ``(level, index)`` is the hash of the complete subtree over the leaves
``index * 2**level`` to ``(index + 1) * 2**level - 1``.  Whoever keeps the nodes
gives roots and proofs in O(log n); whoever keeps only the :class:`Frontier`
appends in O(log n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

#: Bytes of a hash.
HASH_SIZE = 32

#: Root of the tree without leaves (RFC 6962, 2.1).
EMPTY_ROOT = hashlib.sha256(b"").digest()

#: ``(level, index, hash)``.
Node = tuple[int, int, bytes]

#: Looks up the node ``(level, index)``.
NodeReader = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """``SHA-256(0x00 || leaf)``: no leaf can pass for an inner node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """``SHA-256(0x01 || left || right)``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the complete subtrees that make up a tree, largest first.

    Attributes:
        size: number of leaves.
        hashes: one per bit set in ``size``, from the highest.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has another number of subtrees")

    @property
    def root(self) -> bytes:
        """The tree's root hash."""
        return _fold(self.hashes)


class Growing:
    """A tree that grows, without a new value for each leaf.

    Attributes:
        size: number of leaves.
    """

    def __init__(self, frontier: Frontier | None = None) -> None:
        self.size = frontier.size if frontier else 0
        self._hashes = list(frontier.hashes) if frontier else []

    def add(self, leaf: bytes) -> list[Node]:
        """Take one more leaf hash.

        Returns:
            Each node completed by it, the leaf itself first.
        """
        hashes, index = self._hashes, self.size
        new = [(0, index, leaf)]
        level, hash_ = 0, leaf
        self.size += 1
        while index & 1:
            level, index = level + 1, index >> 1
            hash_ = node_hash(hashes.pop(), hash_)
            new.append((level, index, hash_))
        hashes.append(hash_)
        return new

    @property
    def frontier(self) -> Frontier:
        """What it has become."""
        return Frontier(self.size, tuple(self._hashes))

    @property
    def root(self) -> bytes:
        """The tree's root hash."""
        return _fold(self._hashes)


def frontier_nodes(size: int) -> Iterator[tuple[int, int]]:
    """The nodes ``(level, index)`` of a tree's frontier, largest first."""
    yield from _cover(0, size)


def read_frontier(size: int, node: NodeReader) -> Frontier:
    """The frontier of the first ``size`` leaves, from stored nodes."""
    return Frontier(size, tuple(node(*at) for at in frontier_nodes(size)))


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, in O(log n) memory."""
    tree = Growing()
    for each in leaf_hashes:
        tree.add(each)
    return tree.root


# -- proofs --------------------------------------------------------------------


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Audit path of leaf ``index`` in the tree of the first ``size`` leaves (2.1.1).

    Raises:
        ValueError: not ``0 <= index < size``.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Proof that the first ``old`` leaves are a prefix of the first ``new`` (2.1.2).

    Empty where ``old`` is 0 or equals ``new``.

    Raises:
        ValueError: not ``0 <= old <= new``.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no consistency from {old} to {new} leaves")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, end, node))
    return tuple(reversed(path))


def inclusion_holds(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether a leaf hash is at ``index`` of the tree with that size and root (RFC 9162, 2.1.3.2).

    Never raises: anything malformed does not hold.
    """
    if not 0 <= index < size:
        return False
    at, last, result = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            result = node_hash(each, result)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            result = node_hash(result, each)
        at, last = at // 2, last // 2
    return last == 0 and result == root


def consistency_holds(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the old tree is a prefix of the new one (RFC 9162, 2.1.4.2).

    Never raises: anything malformed does not hold.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at // 2, last // 2
    first = second = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            second = node_hash(second, each)
        at, last = at // 2, last // 2
    return last == 0 and first == old_root and second == new_root


# -- parts ---------------------------------------------------------------------


def _split(n: int) -> int:
    """The largest power of two smaller than ``n``, which is at least 2."""
    return 1 << ((n - 1).bit_length() - 1)


def _cover(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees of ``[start, end)``, largest first.

    ``start`` must be a multiple of the smallest power of two not below
    ``end - start``, as the splits of RFC 6962 always give.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _range_hash(start: int, end: int, node: NodeReader) -> bytes:
    return _fold([node(*at) for at in _cover(start, end)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Root over complete subtrees, largest first."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for each in reversed(hashes[:-1]):
        result = node_hash(each, result)
    return result
