"""Plain values as bytes: all that a sandboxed process may say to the one that started it.

What comes out of a sandbox is not trusted.  It is never unpickled: a value is JSON
beside raw blocks, and becomes only numbers, texts, bytes, sequences, mappings, exact
fractions, arrays of numbers, and instances of those dataclasses and enumerations that
the receiver names.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from scelle.errors import Damaged

_LENGTH = struct.Struct(">I")
_KINDS = frozenset("biuf")


class Unspeakable(TypeError):
    """A value that has no form here."""


def dumps(value: object) -> bytes:
    """A value as bytes.

    Layout: ``uint32`` length of the JSON text, big endian; the text; the raw blocks,
    whose lengths the text gives.

    Raises:
        Unspeakable: a type that is not in the list above.
    """
    blocks: list[bytes | memoryview] = []
    tree = _tree(value, blocks)
    sizes = [len(block) for block in blocks]
    text = json.dumps([sizes, tree], separators=(",", ":")).encode()
    return b"".join((_LENGTH.pack(len(text)), text, *blocks))


def loads(data: bytes | bytearray | memoryview, types: Sequence[type] = ()) -> Any:
    """The value of :func:`dumps`.

    Args:
        data: from an untrusted process.
        types: dataclasses and enumerations that may come out.

    Raises:
        Damaged: anything else than what :func:`dumps` writes.
    """
    view = memoryview(data)
    try:
        (length,) = _LENGTH.unpack_from(view)
        sizes, tree = json.loads(bytes(view[4 : 4 + length]))
        at, blocks = 4 + length, []
        for size in sizes:
            block = view[at : at + size]
            if size < 0 or len(block) != size:
                raise ValueError("a block is cut short")
            blocks.append(block)
            at += size
        if at != len(view):
            raise ValueError("wrong length")
        return _value(tree, blocks, {t.__name__: t for t in types})
    except (ValueError, TypeError, KeyError, IndexError, struct.error, RecursionError) as error:
        raise Damaged(
            f"A sandboxed process answered with something that is no answer: {error}.",
            remedy="Treat the recording as hostile: keep the original apart and report it.",
        ) from error


def _tree(value: object, blocks: list[bytes | memoryview]) -> Any:
    match value:
        case None | bool():
            return value
        case Enum():
            return ["e", type(value).__name__, value.value]
        case str():
            return value
        case int() | float():
            return value
        case np.integer() | np.floating() | np.bool_():
            return value.item()
        case bytes() | bytearray():
            blocks.append(bytes(value))
            return ["b", len(blocks) - 1]
        case np.ndarray() if value.dtype.kind in _KINDS:
            plain = np.ascontiguousarray(value)
            blocks.append(plain.data.cast("B") if plain.size else b"")
            return ["a", plain.dtype.str, list(value.shape), len(blocks) - 1]
        case Fraction():
            return ["q", value.numerator, value.denominator]
        case tuple():
            return ["t", [_tree(v, blocks) for v in value]]
        case list():
            return ["l", [_tree(v, blocks) for v in value]]
        case Mapping():
            return ["m", [[_tree(k, blocks), _tree(v, blocks)] for k, v in value.items()]]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: _tree(getattr(value, f.name), blocks) for f in _fields(value)}
            return ["d", type(value).__name__, fields]
        case _:
            raise Unspeakable(f"a sandboxed process cannot say a {type(value).__name__}")


def _fields(value: Any) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(f for f in dataclasses.fields(value) if f.init)


def _value(tree: Any, blocks: Sequence[memoryview], types: Mapping[str, type]) -> Any:
    if tree is None or isinstance(tree, bool | str | int | float):
        return tree
    match tree:
        case ["t", [*items]]:
            return tuple(_value(v, blocks, types) for v in items)
        case ["l", [*items]]:
            return [_value(v, blocks, types) for v in items]
        case ["m", [*items]]:
            return {_value(k, blocks, types): _value(v, blocks, types) for k, v in items}
        case ["b", int(at)]:
            return bytes(blocks[at])
        case ["a", str(dtype), [*shape], int(at)]:
            kind = np.dtype(dtype)
            if kind.kind not in _KINDS:
                raise ValueError("an array of something else than numbers")
            return np.frombuffer(blocks[at], kind).reshape([int(n) for n in shape]).copy()
        case ["q", int(numerator), int(denominator)] if denominator > 0:
            return Fraction(numerator, denominator)
        case ["e", str(name), value] if issubclass(types[name], Enum):
            return types[name](value)
        case ["d", str(name), dict(fields)] if dataclasses.is_dataclass(types[name]):
            return types[name](**{k: _value(v, blocks, types) for k, v in fields.items()})
    raise ValueError(f"no value: {str(tree)[:40]}")
