"""The one way to write a JSON value: RFC 8785, in the time that a million entries leave.

Strings are written by the standard library's encoder, which escapes exactly as the
RFC says (3.2.2.2) when told to keep what is not ASCII.  Fractions, which the ledger
hardly holds, go to the ``rfc8785`` library, the test oracle for all the rest.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring

import rfc8785

_WORDS = {None: "null", True: "true", False: "false"}
_LIMIT = 2**53
#: From here on RFC 8785 writes a whole float with an exponent, so that it reads back.
_EXPONENT = 1e21


def text_of(value: object) -> str:
    """JSON in its canonical form, as text.

    Raises:
        ValueError: not JSON, not finite, or a number that would not read back: an
            integer, or a float written like one, of 2**53 and more.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)  # type: ignore[arg-type]
    if value is None or kind is bool:
        return _WORDS[value]  # type: ignore[index]
    if kind is int:
        if -_LIMIT < value < _LIMIT:  # type: ignore[operator]
            return str(value)
        raise ValueError(f"not canonical JSON: {value} is beyond 2**53")
    if isinstance(value, dict):
        names = sorted(value) if all(map(_is_ascii, value)) else sorted(value, key=_utf16)
        members = [f"{encode_basestring(n)}:{text_of(value[n])}" for n in names]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([text_of(each) for each in value]) + "]"
    if isinstance(value, float) and _LIMIT <= abs(value) < _EXPONENT:
        raise ValueError(f"not canonical JSON: {value} is beyond 2**53")
    try:
        return rfc8785.dumps(value).decode()  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"not canonical JSON: {error}") from error


def canonical(value: object) -> bytes:
    """The same, as UTF-8.

    Raises:
        ValueError: as :func:`text_of`, or half of a surrogate pair in a text.
    """
    try:
        return text_of(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError("not canonical JSON: half of a surrogate pair") from error


def parse(text: bytes) -> object:
    """The value that a canonical text writes.

    Raises:
        ValueError: not JSON, or not written in the canonical way.
    """
    try:
        value = _plain.decode(text.decode())
        # With neither fractions nor names beyond ASCII, sorting by code points is the order.
        own = _sorted.encode(value).encode() if text.isascii() else canonical(value)
    except _NotPlain:
        value = json.loads(text)
        own = canonical(value)
    if own != text:
        raise ValueError("these fields are not canonical JSON: there is another way to write them")
    return value


class _NotPlain(Exception):
    """A number that the fast way does not write as RFC 8785 does."""


def _refuse(text: str) -> None:
    raise _NotPlain(text)


def _small(text: str) -> int:
    number = int(text)
    if not -_LIMIT < number < _LIMIT or text == "-0":
        raise _NotPlain(text)
    return number


_plain = json.JSONDecoder(parse_float=_refuse, parse_int=_small, parse_constant=_refuse)
_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _is_ascii(name: object) -> bool:
    if not isinstance(name, str):
        raise ValueError(f"not canonical JSON: a member's name is {type(name).__name__}")
    return name.isascii()


def _utf16(name: str) -> bytes:
    # RFC 8785, 3.2.3: members are in the order of their names' UTF-16 code units.
    return name.encode("utf-16-be", "surrogatepass")
