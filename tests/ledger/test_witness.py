"""A witness co-signs what continues, and nothing else: tlog-witness' answers one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput, Misconfigured
from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle
from scelle.ledger.checkpoint import Checkpoint, Signer, VerifierKey
from scelle.ledger.witness import Witness, request_of

LOG = Signer("log.example/one", b"1" * 32)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Log:
    """A tree of some leaves, and what its keeper would send."""

    def __init__(self, *leaves: bytes) -> None:
        self.hashes = [merkle.leaf_hash(leaf) for leaf in leaves]

    def head(self, size: int, signer: Signer = LOG) -> str:
        root = merkle.root_of(self.hashes[:size])
        return notes.sign(Checkpoint(LOG.name, size, root), signer)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        def node(level: int, index: int) -> bytes:
            return merkle.root_of(self.hashes[index << level : (index + 1) << level])

        return merkle.consistency_proof(old, new, node)

    def request(self, old: int, new: int, signer: Signer = LOG) -> str:
        return request_of(old, self.proof(old, new), self.head(new, signer))


LEAVES = [bytes([i]) for i in range(20)]
REAL = Log(*LEAVES)
OTHER = Log(*LEAVES[:5], b"altered", *LEAVES[6:])


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness.begin(tmp_path / "w", "witness.example/w")
    made.trust(str(LOG.vkey))
    return made


def test_it_signs_what_continues_and_remembers_it(witness: Witness, tmp_path: Path) -> None:
    for old, new in ((0, 3), (3, 8), (8, 8), (8, 20)):
        answer = witness.add_checkpoint(REAL.request(old, new), AT)
        assert answer.status == 200
        note = REAL.head(new) + answer.text
        key = VerifierKey.parse(witness.vkey)
        assert notes.verify(note, LOG.vkey, [key]).size == new
        assert notes.witnessed(note, key) == int(AT.timestamp())
    # Another process, another day.
    again = Witness(tmp_path / "w")
    assert again.vkey == witness.vkey
    assert again.add_checkpoint(REAL.request(0, 20), AT).status == 409
    (known,) = again.known()
    assert (notes.size_of(known.note), known.refused) == (20, 0)


@pytest.mark.parametrize(
    ("request_", "status", "text"),
    [
        ("", 400, ""),
        ("old 4\n" + REAL.head(8), 400, ""),
        (REAL.request(4, 8).replace("old 4", "old 04"), 400, ""),
        (REAL.request(4, 8).replace("old 4", "old -4"), 400, ""),
        (request_of(4, [b"short"], REAL.head(8)), 400, ""),
        (request_of(4, [b"x" * 32] * 64, REAL.head(8)), 400, ""),
        (request_of(9, [], REAL.head(8)), 400, ""),
        (REAL.request(4, 8, Signer("unknown.example", b"2" * 32)), 403, ""),
        (REAL.request(4, 8, Signer(LOG.name, b"2" * 32)), 403, ""),
        (REAL.request(4, 8).replace("log.example/one", "log.example/two"), 404, ""),
        (REAL.request(3, 8), 409, "4\n"),
        (REAL.request(0, 8), 409, "4\n"),
        (request_of(4, [], OTHER.head(8)), 422, ""),
        (OTHER.request(4, 8).replace("old 4", "old 4\n" + "A" * 43 + "="), 422, ""),
        (request_of(4, REAL.proof(4, 8), OTHER.head(8)), 422, ""),
    ],
)  # fmt: skip
def test_each_refusal(witness: Witness, request_: str, status: int, text: str) -> None:
    assert witness.add_checkpoint(REAL.request(0, 4), AT).status == 200
    answer = witness.add_checkpoint(request_, AT)
    assert (answer.status, answer.text) == (status, text)
    # Nothing was forgotten, and it goes on.
    assert witness.add_checkpoint(REAL.request(4, 9), AT).status == 200


def test_the_same_size_with_another_root_is_refused_and_kept_as_evidence(witness: Witness) -> None:
    assert witness.add_checkpoint(REAL.request(0, 8), AT).status == 200
    answer = witness.add_checkpoint(request_of(8, [], OTHER.head(8)), AT)
    assert (answer.status, answer.text) == (409, "8\n")
    assert witness.known()[0].refused == 1


@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=12
    )
)
@settings(max_examples=25)
def test_all_that_it_ever_signs_is_one_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int, int]]
) -> None:
    """Whatever is asked, in any order, from two ledgers that part at the sixth entry."""
    witness = Witness.begin(tmp_path_factory.mktemp("w") / "w", "w")
    witness.trust(str(LOG.vkey))
    signed: list[tuple[Log, int]] = []
    for real, old, new in steps:
        log = REAL if real else OTHER
        request = request_of(old, log.proof(old, new) if old <= new else (), log.head(new))
        if witness.add_checkpoint(request, AT).status == 200:
            signed.append((log, new))
    sizes = [size for _, size in signed]
    assert sizes == sorted(sizes)
    for log, size in signed:
        last, end = signed[-1]
        assert merkle.root_of(log.hashes[:size]) == merkle.root_of(last.hashes[:size])
        assert size <= end


def test_files_instead_of_a_service(witness: Witness) -> None:
    note = witness.answer_file(REAL.request(0, 4), AT)
    assert notes.signers(note) == (LOG.name, witness.name)
    with pytest.raises(BadInput, match="another head of this ledger, of 4 entries") as told:
        witness.answer_file(REAL.request(3, 8), AT)
    assert "--seen" in told.value.remedy
    with pytest.raises(BadInput, match="was altered"):
        witness.answer_file(request_of(4, [], OTHER.head(8)), AT)


def test_a_witness_that_lost_what_it_saw_does_not_start(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with pytest.raises(Misconfigured, match="holds no witness"):
        Witness(folder)
    Witness.begin(folder, "w")
    with pytest.raises(BadInput, match="holds a witness"):
        Witness.begin(folder, "w")
    (folder / "witness.db").unlink()
    with pytest.raises(Misconfigured, match="is gone"):
        Witness(folder)
    with pytest.raises(BadInput, match="cannot name"):
        Witness.begin(tmp_path / "v", "a b")


@pytest.mark.parametrize("vkey", ["", "x+y+z", "w"])
def test_only_a_ledger_s_key_is_trusted(
    witness: Witness, vkey: str, draw: Callable[..., object]
) -> None:
    with pytest.raises(BadInput):
        witness.trust(witness.vkey if vkey == "w" else vkey)
