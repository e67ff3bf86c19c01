"""The group in which tallies add up: edwards25519 (RFC 8032, section 5.1).

A point is kept as (X, Y, Z, T) with x = X/Z, y = Y/Z and x y = T/Z: the extended
coordinates of Hisil, Wong, Carter and Dawson (2008), whose addition needs no
division.  What is added is no secret of anybody who could time this machine: the
publisher holds every figure in clear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

Point = tuple[int, int, int, int]

P = 2**255 - 19
#: Order of the subgroup that every generator lies in.
ORDER = 2**252 + 27742317777372353535851937790883648493
ZERO: Point = (0, 1, 1, 0)
#: Bytes of an encoded point: x, then y, little-endian.  Not compressed: reading a
#: million points back costs a multiplication each instead of a square root.
POINT_SIZE = 64

_D = -121665 * pow(121666, -1, P) % P
_TWICE_D = 2 * _D % P
_ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
_DOMAIN = b"scelle tally generator 1\n"


def add(a: Point, b: Point) -> Point:
    """The sum of two points, equal or not (RFC 8032, 5.1.4)."""
    # Reduced at once: what follows multiplies these, and short numbers multiply faster.
    below = (a[1] - a[0]) * (b[1] - b[0]) % P
    above = (a[1] + a[0]) * (b[1] + b[0]) % P
    cross = _TWICE_D * a[3] % P * b[3] % P
    depth = 2 * a[2] * b[2] % P
    e, f, g, h = above - below, depth - cross, depth + cross, above + below
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A point added to itself ``number`` times; ``number`` is not negative."""
    total = ZERO
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def weighted_sum(numbers: Sequence[int], points: Sequence[Point], *, window: int = 8) -> Point:
    """``sum(number * point)``, by buckets (Pippenger 1976).

    Args:
        numbers: not negative.
        points: as many.
        window: bits of the numbers looked at together.
    """
    longest = max((number.bit_length() for number in numbers), default=0)
    total = ZERO
    for shift in range((longest + window - 1) // window * window, -1, -window):
        for _ in range(window):
            total = add(total, total)
        buckets: dict[int, Point] = {}
        for number, point in zip(numbers, points, strict=True):
            digit = number >> shift & (1 << window) - 1
            if digit:
                buckets[digit] = add(buckets[digit], point) if digit in buckets else point
        running = part = ZERO
        for digit in range(max(buckets, default=0), 0, -1):
            if digit in buckets:
                running = add(running, buckets[digit])
            part = add(part, running)
        total = add(total, part)
    return total


def same(a: Point, b: Point) -> bool:
    """Whether two points are one."""
    return not (a[0] * b[2] - b[0] * a[2]) % P and not (a[1] * b[2] - b[1] * a[2]) % P


def encode(point: Point) -> bytes:
    """64 bytes: x, then y, little-endian."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return x.to_bytes(32, "little") + y.to_bytes(32, "little")


def decode(data: bytes) -> Point:
    """The inverse of :func:`encode`.

    Raises:
        ValueError: not 64 bytes, out of range, or not on the curve.
    """
    if len(data) != POINT_SIZE:
        raise ValueError(f"a point has {POINT_SIZE} bytes")
    x, y = int.from_bytes(data[:32], "little"), int.from_bytes(data[32:], "little")
    xx, yy = x * x % P, y * y % P
    if x >= P or y >= P or (yy - xx - 1 - _D * xx * yy) % P:
        raise ValueError("a point that is not on the curve")
    return x, y, 1, x * y % P


@lru_cache(maxsize=65536)
def generator(name: str) -> Point:
    """The point that stands for a name; nobody knows how two of them relate.

    SHA-256 of domain, counter and name is read as a compressed point (RFC 8032,
    5.1.3); the first counter that gives one is taken, times the cofactor 8.
    """
    for counter in range(256):
        seed = hashlib.sha256(_DOMAIN + bytes([counter]) + name.encode()).digest()
        point = _decompress(int.from_bytes(seed, "little"))
        if point is not None:
            for _ in range(3):
                point = add(point, point)
            if not same(point, ZERO):
                return point
    raise AssertionError("no hash of 256 is a point: once in 2**256 names")


def _decompress(number: int) -> Point | None:
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    # A square root of u/v: RFC 8032, 5.1.3, step 2.
    u, v = (y * y - 1) % P, (_D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * _ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P or x == 0:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P
