"""Rows looked at as text: the same as reading them first, whatever they hold."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.ledger import entries as forms
from scelle.ledger import rows
from scelle.ledger.entries import Draft, Row, from_row, seal_row
from scelle.ledger.rows import look_row
from scelle.ledger.verify import Seen, look

KEY = b"k" * 32
DISCLOSED: dict[str, Any] = {
    "phase": "outcome",
    "act": "search-tracks",
    "result": "done",
    "month": "2026-03",
    "service": "gendarmerie d'été 😀",
    "demonstration": False,
    "rules": [],
    "counts": {"exhibits": 1, "tracks": 3},
}


def row(seq: int = 3, **more: Any) -> Row:
    return seal_row(Draft({**DISCLOSED, **more}, {"agent": "agent-1"}, KEY), seq)


def the_long_way(each: Row) -> Seen | None:
    """What reading the row first gives; ``None`` where it cannot be read."""
    try:
        return look(from_row(each))
    except ValueError:
        return None


def quickly(each: Row) -> Seen | None:
    try:
        return look_row(each)
    except ValueError:
        return None


def test_an_everyday_entry_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(each: Row) -> None:
        raise AssertionError("read the long way")

    each = row()
    expected = the_long_way(each)
    monkeypatch.setattr(rows, "from_row", never)
    assert look_row(each) == expected
    assert expected
    assert expected.problems == ()


@pytest.mark.parametrize(
    "more",
    [
        {"phase": "system", "act": "key-rotated", "vkey": "a+b+c"},
        {"act": "accept-time"},
        {"month": 7},
        {"rules": [["deep"]]},
        {"rules": ["a]b"]},
        {"service": 'a "quoted" \\ text\n'},
        {"counts": {"b": 1, "a": 2**52}},
        {"counts": {"half": 0.5}},
        {"counts": -1},
    ],
)
def test_what_is_not_everyday_is_seen_alike(more: dict[str, Any]) -> None:
    each = row(**more)
    seen = look_row(each)
    assert seen == the_long_way(each)
    assert seen.problems == ()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(max_size=3), v, max_size=2),
    max_leaves=4,
)


@given(values, values)
def test_any_value_is_seen_alike(one: forms.Value, two: forms.Value) -> None:
    try:
        each = row(month=one, counts=two)
    except ValueError:
        return
    assert quickly(each) == the_long_way(each)


@given(
    st.integers(1, 4),
    st.integers(0, 10**6),
    st.sampled_from(["", " ", '"', "]", "}", ",", "0", "a", "\\", "[", "é", ',"a":["",1]']),
    st.booleans(),
)
def test_any_change_is_seen_alike(column: int, at: int, put: str, instead: bool) -> None:
    changed: list[Any] = list(row())
    text = changed[column]
    if isinstance(text, bytes):
        changed[column] = text[: at % len(text)] + put.encode() + text[at % len(text) + instead :]
    else:
        at %= len(text)
        changed[column] = text[:at] + put + text[at + instead :]
    each: Row = tuple(changed)
    assert quickly(each) == the_long_way(each)


def resealed(each: Row, name: str, text: str) -> Row:
    """A disclosed field written otherwise, with a leaf that says so."""
    seq, leaf, disclosed, withheld, sealed = each
    salt, old = json.loads(disclosed)[name]
    was = json.dumps(old, separators=(",", ":"), ensure_ascii=False)
    raw = hashlib.sha256(f'["{salt}","{name}",{text}]'.encode()).digest()
    digests = {**dict(json.loads(leaf)), name: base64.b64encode(raw).decode()}
    pairs = json.dumps([list(pair) for pair in digests.items()], separators=(",", ":"))
    assert f'["{salt}",{was}]' in disclosed
    disclosed = disclosed.replace(f'["{salt}",{was}]', f'["{salt}",{text}]')
    return seq, pairs, disclosed, withheld, sealed


def test_fields_that_can_be_written_otherwise_are_refused_whatever_the_leaf_says() -> None:
    each = row()
    same = json.dumps(DISCLOSED["counts"], separators=(",", ":"))
    assert look_row(resealed(each, "counts", same)).problems == ()
    for text in ('{"tracks":3,"exhibits":1}', '{"exhibits": 1,"tracks":3}', '{"a":1,"a":1}'):
        with pytest.raises(ValueError, match="canonical"):
            look_row(resealed(each, "counts", text))


def test_names_out_of_order_are_found() -> None:
    seq, leaf, disclosed, withheld, sealed = row()
    backwards = dict(reversed(json.loads(disclosed).items()))
    with pytest.raises(ValueError, match="canonical"):
        look_row((seq, leaf, text_of_pairs(backwards), withheld, sealed))
    pairs = json.dumps(json.loads(leaf)[::-1], separators=(",", ":"))
    assert [check for check, _ in look_row((seq, pairs, disclosed, withheld, sealed)).problems]


def text_of_pairs(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def test_one_bit_anywhere_is_found() -> None:
    draw = random.Random(1)
    good = row()
    for _ in range(300):
        changed: list[Any] = list(good)
        column = draw.randrange(1, 5)
        raw = changed[column] if column == 4 else changed[column].encode()
        at = draw.randrange(len(raw))
        raw = raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(7)]) + raw[at + 1 :]
        try:
            changed[column] = raw if column == 4 else raw.decode()
        except UnicodeDecodeError:
            continue
        seen = quickly(tuple(changed))
        # A withheld label may be another one only together with its digest.
        assert seen is None or seen.problems or seen.hash != look_row(good).hash, changed[column]
