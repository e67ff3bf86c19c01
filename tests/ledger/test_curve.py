"""The group: Ed25519's own base point, its order, and what adding must obey."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.ledger import curve

numbers = st.integers(0, curve.ORDER - 1)
names = st.text(max_size=8).filter(lambda text: text.isprintable())


@given(name=names)
@settings(max_examples=20)
def test_a_generator_has_the_groups_order_and_is_always_the_same(name: str) -> None:
    point = curve.generator(name)
    assert curve.same(curve.times(curve.ORDER, point), curve.ZERO)
    assert not curve.same(point, curve.ZERO)
    curve.generator.cache_clear()
    assert curve.same(curve.generator(name), point)


def test_two_names_are_two_points() -> None:
    assert not curve.same(curve.generator("a"), curve.generator("b"))


@given(data=st.lists(st.tuples(numbers, names), max_size=6), window=st.integers(1, 9))
@settings(max_examples=15)
def test_a_weighted_sum_is_the_sum_of_the_multiples(
    data: list[tuple[int, str]], window: int
) -> None:
    points = [curve.generator(name) for _, name in data]
    expected = curve.ZERO
    for (number, _), point in zip(data, points, strict=True):
        expected = curve.add(expected, curve.times(number, point))
    given_ = curve.weighted_sum([n for n, _ in data], points, window=window)
    assert curve.same(given_, expected)


@given(name=names, number=numbers)
@settings(max_examples=15)
def test_a_point_reads_back_and_stays_on_the_curve(name: str, number: int) -> None:
    point = curve.times(number, curve.generator(name))
    assert curve.same(curve.decode(curve.encode(point)), point)


def test_a_flipped_bit_is_not_on_the_curve() -> None:
    data = bytearray(curve.encode(curve.generator("a")))
    data[3] ^= 1
    with pytest.raises(ValueError, match="not on the curve"):
        curve.decode(bytes(data))
    with pytest.raises(ValueError, match="64 bytes"):
        curve.decode(bytes(data[:-1]))


def test_the_group_is_that_of_ed25519() -> None:
    # The public key of RFC 8032 is a multiple of its base point, by the clamped hash.
    import hashlib

    seed = bytes(32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    clamped = bytearray(hashlib.sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    y = 4 * pow(5, -1, curve.P) % curve.P
    base = curve._decompress(y)
    assert base is not None
    encoded = curve.encode(curve.times(int.from_bytes(clamped, "little"), base))
    x_is_odd = encoded[0] & 1
    number = int.from_bytes(encoded[32:], "little") | x_is_odd << 255
    assert number.to_bytes(32, "little") == public
