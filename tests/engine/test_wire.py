from __future__ import annotations

import pickle
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scelle.engine.wire import Unspeakable, dumps, loads
from scelle.errors import Damaged


class Kind(StrEnum):
    ONE = "one"


@dataclass(frozen=True)
class Pair:
    left: Any
    right: Any

    def __post_init__(self) -> None:
        if self.left == "refused":
            raise ValueError("not this")


TYPES = (Kind, Pair)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.fractions()
    | st.just(Kind.ONE),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.builds(Pair, inner.filter(lambda v: v != "refused"), inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_values_come_back_as_they_were(value: Any) -> None:
    back = loads(dumps(value), TYPES)
    assert back == value
    assert type(back) is type(value)


@given(hnp.arrays(st.sampled_from(["<i8", "|b1", "|u1", "<f4", "<f8"]), hnp.array_shapes()))
def test_arrays_come_back_as_they_were(array: Any) -> None:
    back = loads(dumps({"a": array}))["a"]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    back[...] = 0  # its own memory


@given(st.binary(max_size=200), plain, st.integers(0, 10_000), st.integers(0, 255))
def test_anything_else_is_refused_and_nothing_else_happens(
    noise: bytes, value: Any, at: int, byte: int
) -> None:
    whole = bytearray(dumps(value))
    whole[at % len(whole)] = byte
    for data in (noise, bytes(whole), dumps(value)[:-1], dumps(value) + b"\0"):
        with suppress(Damaged):
            loads(data, TYPES)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, print, np.array([object()]), np.array(["text"]), 1j]
)
def test_what_has_no_form_is_not_sent(value: object) -> None:
    with pytest.raises(Unspeakable):
        dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(print),
        dumps(Pair(1, 2)),  # not named by the receiver
        dumps(Kind.ONE),
        b"\0\0\0\2[]",
        b"\0\0\0\5[[],[",
        b"\xff\xff\xff\xff",
        b"\0\0\x03\xe8" + b"[" * 1000,
        b"\0\0\0\x1d" + b'[[0],["a","|O8",[1],0]]      ',
        b"\0\0\0\x1d" + b'[[-1],["b",0]]               ',
        b"\0\0\0\x1d" + b'[[],["q",1,0]]               ',
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(Damaged):
        loads(data)


def test_a_dataclass_that_refuses_its_fields_is_no_value() -> None:
    data = (
        dumps(Pair("accepted", 1))
        .replace(b"accepted", b"refused ")
        .replace(b"refused ", b"refused ")
    )
    assert loads(data, TYPES).left == "refused "
    with pytest.raises(Damaged, match="not this"):
        loads(dumps(Pair("RefuseD", 1)).replace(b"RefuseD", b"refused"), TYPES)
