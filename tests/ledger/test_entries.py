from __future__ import annotations

import base64
import dataclasses
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import LedgerDamaged
from scelle.ledger import entries as forms
from scelle.ledger.canonical import canonical
from scelle.ledger.entries import Draft, Entry

KEY = b"k" * 32

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("abc", max_size=3), v, max_size=3),
    max_leaves=5,
)
names = st.text("abcdefgh", min_size=1, max_size=3)


def draft() -> Draft:
    return Draft({"month": "2026-03", "n": 2}, {"agent": "agent-1", "reason": "because"}, KEY)


def test_the_leaf_is_what_the_documentation_says() -> None:
    entry = forms.seal(draft(), 7)
    pairs = json.loads(entry.leaf)
    assert [name for name, _ in pairs] == [
        "agent", "key", "month", "n", "reason", "sealed", "seq",
    ]  # fmt: skip
    salt, value = entry.disclosed["month"]
    assert value == "2026-03"
    text = f'["{salt}","month","2026-03"]'.encode()
    assert dict(pairs)["month"] == base64.b64encode(hashlib.sha256(text).digest()).decode()
    assert len(base64.b64decode(salt)) == 16
    assert entry.value("seq") == 7


@given(
    st.dictionaries(names, values, max_size=3),
    st.dictionaries(names.map(str.upper), values, max_size=3),
)
def test_what_is_sealed_opens(
    disclosed: dict[str, forms.Value], sealed: dict[str, forms.Value]
) -> None:
    entry = forms.seal(Draft(disclosed, sealed, KEY), 0)
    opened = forms.open_sealed(entry, KEY)
    assert opened.sealed == sealed
    assert {k: v for k, v in opened.disclosed.items() if k not in ("seq", "sealed")} == disclosed
    assert not forms.mismatches({**entry.disclosed, **entry.withheld}, forms.parse_leaf(entry.leaf))


def test_nothing_sealed_shows() -> None:
    _, leaf, disclosed, withheld, sealed = forms.seal_row(draft(), 0)
    shown = (leaf + disclosed + withheld).encode() + sealed
    assert b"2026-03" in shown
    assert b"agent-1" not in shown
    assert b"because" not in shown


def test_equal_values_give_unlike_digests() -> None:
    first, second = forms.seal(draft(), 0), forms.seal(draft(), 0)
    a, b = forms.parse_leaf(first.leaf), forms.parse_leaf(second.leaf)
    assert not set(a.values()) & set(b.values())


def test_another_key_opens_nothing() -> None:
    with pytest.raises(LedgerDamaged, match="entry 0"):
        forms.open_sealed(forms.seal(draft(), 0), b"x" * 32)


def test_sealed_bytes_open_in_no_other_entry() -> None:
    first, second = forms.seal(draft(), 0), forms.seal(draft(), 0)
    with pytest.raises(LedgerDamaged):
        forms.open_sealed(dataclasses.replace(first, sealed=second.sealed), KEY)


def test_every_flipped_bit_of_the_sealed_bytes_is_found() -> None:
    entry = forms.seal(draft(), 0)
    assert entry.sealed
    for i in range(len(entry.sealed) * 8):
        bad = bytearray(entry.sealed)
        bad[i // 8] ^= 1 << i % 8
        with pytest.raises(LedgerDamaged):
            forms.open_sealed(dataclasses.replace(entry, sealed=bytes(bad)), KEY)


def test_sealed_fields_must_match_their_digests() -> None:
    """Even whoever holds the key cannot put other words under an old leaf."""
    entry = forms.seal(draft(), 0)
    assert entry.sealed
    digests = forms.parse_leaf(entry.leaf)
    others = [[name, each] for name, each in digests.items() if name != "sealed"]
    nonce, bound = entry.sealed[:12], canonical(others)
    plain = AESGCM(KEY).decrypt(nonce, entry.sealed[12:], bound)
    forged = nonce + AESGCM(KEY).encrypt(nonce, plain.replace(b"agent-1", b"agent-2"), bound)
    with pytest.raises(LedgerDamaged):
        forms.open_sealed(dataclasses.replace(entry, sealed=forged), KEY)
    again = nonce + AESGCM(KEY).encrypt(nonce, plain, bound)
    assert forms.open_sealed(dataclasses.replace(entry, sealed=again), KEY).sealed


def test_destroyed_fields_do_not_open() -> None:
    entry = dataclasses.replace(forms.seal(draft(), 0), sealed=None)
    with pytest.raises(LedgerDamaged):
        forms.open_sealed(entry, KEY)


def test_changed_values_do_not_match() -> None:
    entry = forms.seal(draft(), 0)
    salt, _ = entry.disclosed["n"]
    digests = forms.parse_leaf(entry.leaf)
    assert forms.mismatches({"n": (salt, 3)}, digests) == ["n"]
    assert forms.mismatches({"m": (salt, 2)}, digests) == ["m"]
    assert forms.mismatches({"n": (salt + "A", 2)}, digests) == ["n"]


@pytest.mark.parametrize(
    "bad",
    [
        Draft({"a": 1}, {"a": 2}, KEY),
        Draft({"seq": 1}, {}, KEY),
        Draft({}, {"key": 1}, KEY),
        Draft({}, {"sealed": 1}, KEY),
        Draft({"a": 1}, {}, b"short"),
        Draft({"a": float("nan")}, {}, KEY),
        Draft({"a": 2**60}, {}, KEY),
        Draft({}, {"a": 2.0**60}, KEY),
    ],
)
def test_impossible_drafts(bad: Draft) -> None:
    with pytest.raises(ValueError, match=r"named twice|32 bytes|canonical"):
        forms.seal(bad, 0)


D = base64.b64encode(b"d" * 32).decode()


@pytest.mark.parametrize(
    "leaf",
    [
        b"{}",
        b"[1]",
        b'[["a"]]',
        b'[["a","AAAA"]]',
        f'[["b","{D}"],["a","{D}"]]'.encode(),
        f'[["a","{D}"],["a","{D}"]]'.encode(),
        f'[["a", "{D}"]]'.encode(),
        f'[["a","{D[:-2]}l="]]'.encode(),
        b"[",
    ],
)
def test_malformed_leaves(leaf: bytes) -> None:
    with pytest.raises(ValueError, match=r"leaf|Expecting"):
        forms.parse_leaf(leaf)


@pytest.mark.parametrize("fields", [b"[]", b'{"a":[1,2]}', b'{"a":["s"]}', b'{"a": ["s",1]}'])
def test_malformed_fields(fields: bytes) -> None:
    with pytest.raises(ValueError, match="field"):
        forms.load_salted(fields)


def test_the_label_tells_keys_apart() -> None:
    assert forms.key_label(KEY) == forms.key_label(KEY) != forms.key_label(b"x" * 32)
    entry: Entry = forms.seal(draft(), 0)
    assert entry.withheld["key"][1] == forms.key_label(KEY)
    assert entry.value("nothing") is None
