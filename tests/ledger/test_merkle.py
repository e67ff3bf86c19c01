"""The Merkle tree against RFC 6962: reference vectors, and its own recursive definitions."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.ledger import merkle

# Inputs and roots of the Certificate Transparency reference tests (public domain facts).
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(h)
    for h in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]


class Tree:
    """Keeps every node that the frontier completes."""

    def __init__(self, leaves: list[bytes]) -> None:
        tree = merkle.Growing()
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.read = 0
        for leaf in leaves:
            new = tree.add(merkle.leaf_hash(leaf))
            self.nodes |= {(level, index): hash_ for level, index, hash_ in new}
        self.frontier = tree.frontier

    def node(self, level: int, index: int) -> bytes:
        self.read += 1
        return self.nodes[level, index]


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


some_leaves = st.lists(st.binary(max_size=3), max_size=40)


def test_reference_roots() -> None:
    tree = merkle.Growing()
    assert tree.root == merkle.Frontier().root == merkle.EMPTY_ROOT == mth([])
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.add(merkle.leaf_hash(leaf))
        assert tree.root == tree.frontier.root == root
        assert merkle.Growing(tree.frontier).root == root
    assert merkle.root_of(map(merkle.leaf_hash, LEAVES)) == ROOTS[-1]


def test_reference_proofs() -> None:
    tree = Tree(LEAVES)
    assert [h.hex()[:8] for h in merkle.inclusion_proof(0, 8, tree.node)] == [
        "96a296d2",
        "5f083f0a",
        "6b47aaf2",
    ]
    assert [h.hex()[:8] for h in merkle.inclusion_proof(5, 8, tree.node)] == [
        "bc1a0643",
        "ca854ea1",
        "d37ee418",
    ]
    assert [h.hex()[:8] for h in merkle.consistency_proof(6, 8, tree.node)] == [
        "0ebc5d34",
        "ca854ea1",
        "d37ee418",
    ]


@given(some_leaves)
def test_tree_is_the_rfc_s(leaves: list[bytes]) -> None:
    tree = Tree(leaves)
    n = len(leaves)
    assert tree.frontier.root == mth(leaves)
    assert merkle.read_frontier(n, tree.node) == tree.frontier


@given(some_leaves.filter(bool), st.data())
def test_proofs_are_the_rfc_s_and_hold(leaves: list[bytes], data: st.DataObject) -> None:
    tree = Tree(leaves)
    n = data.draw(st.integers(1, len(leaves)))
    i = data.draw(st.integers(0, n - 1))
    m = data.draw(st.integers(0, n))
    included = merkle.inclusion_proof(i, n, tree.node)
    consistent = merkle.consistency_proof(m, n, tree.node)
    assert list(included) == path(i, leaves[:n])
    assert list(consistent) == (subproof(m, leaves[:n], True) if m else [])
    assert merkle.inclusion_holds(merkle.leaf_hash(leaves[i]), i, n, included, mth(leaves[:n]))
    assert merkle.consistency_holds(m, n, consistent, mth(leaves[:m]), mth(leaves[:n]))


@given(
    st.lists(st.binary(max_size=2), min_size=2, max_size=20, unique=True),
    st.data(),
)
def test_altered_proofs_do_not_hold(leaves: list[bytes], data: st.DataObject) -> None:
    tree = Tree(leaves)
    n = len(leaves)
    i = data.draw(st.integers(0, n - 1))
    m = data.draw(st.integers(1, n - 1))
    leaf, root = merkle.leaf_hash(leaves[i]), mth(leaves)
    included = list(merkle.inclusion_proof(i, n, tree.node))
    consistent = list(merkle.consistency_proof(m, n, tree.node))
    other = data.draw(st.integers(-1, n + 1).filter(lambda k: k != i))
    assert not merkle.inclusion_holds(leaf, other, n, included, root)
    for proof in (included, consistent):
        k = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        bad = bytearray(proof[k])
        bad[bit // 8] ^= 1 << bit % 8
        for altered in ([*proof[:k], bytes(bad), *proof[k + 1 :]], [*proof, leaf], proof[:-1]):
            if proof is included:
                assert not merkle.inclusion_holds(leaf, i, n, altered, root)
            else:
                assert not merkle.consistency_holds(m, n, altered, mth(leaves[:m]), root)
    assert not merkle.consistency_holds(m, n, consistent, root, root)
    assert not merkle.consistency_holds(m, n, consistent, mth(leaves[:m]), mth(leaves[:m]))


def test_leaf_cannot_pass_for_a_node() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.node_hash(left, right) != merkle.leaf_hash(left + right)
    assert merkle.node_hash(left, right) != merkle.node_hash(right, left)


def test_work_grows_with_the_logarithm() -> None:
    tree = Tree([b"%d" % i for i in range(3000)])
    tree.read = 0
    merkle.inclusion_proof(1234, 2999, tree.node)
    merkle.consistency_proof(1234, 2999, tree.node)
    assert tree.read <= 4 * 12 + 12
    assert len(tree.nodes) < 2 * 3000
    assert len(merkle.Growing(tree.frontier).add(b"x" * 32)) <= 13


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_impossible_consistency(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="consistency"):
        merkle.consistency_proof(old, new, Tree(LEAVES).node)
    assert not merkle.consistency_holds(old, new, [], ROOTS[0], ROOTS[0])


@pytest.mark.parametrize("index", [-1, 8])
def test_impossible_inclusion(index: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        merkle.inclusion_proof(index, 8, Tree(LEAVES).node)


def test_empty_tree_is_consistent_with_all() -> None:
    assert merkle.consistency_holds(0, 8, [], merkle.EMPTY_ROOT, ROOTS[-1])
    assert not merkle.consistency_holds(0, 8, [], ROOTS[0], ROOTS[-1])
    assert not merkle.consistency_holds(0, 8, [ROOTS[0]], merkle.EMPTY_ROOT, ROOTS[-1])


def test_frontier_refuses_a_wrong_number_of_subtrees() -> None:
    with pytest.raises(ValueError, match="subtrees"):
        merkle.Frontier(3, (b"x" * 32,))
