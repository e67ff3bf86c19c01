"""Messages between a process and the sandboxed one that works for it, on a local socket.

A frame: kind (1 byte), how many descriptors come with it (1 byte), length (``uint64``,
big endian), payload.  Towards the sandbox a payload may be pickled, since the sandbox
trusts who started it; out of the sandbox it is :mod:`scelle.engine.wire` alone, and no
descriptor is taken.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = struct.Struct(">cBQ")
_MOST_DESCRIPTORS = 4
_PIECE = 1 << 20

WORK, ANSWER, REFUSAL = b"W", b"V", b"X"
"""Towards the sandbox: do this; the answer to a question; the question's error."""

READY, ASK, TELL, RESULT, ERROR = b"H", b"A", b"T", b"R", b"E"
"""Out of it: locked down; a question; a remark; the work's result; its error."""


class TooLong(Exception):
    """A frame is longer than the receiver allows."""


@dataclass(frozen=True)
class Frame:
    """One message.

    Attributes:
        descriptors: that came with it; the receiver closes them.
    """

    kind: bytes
    payload: bytearray
    descriptors: tuple[int, ...] = ()


def send(
    to: socket.socket, kind: bytes, payload: bytes = b"", descriptors: Sequence[int] = ()
) -> None:
    """Send one message whole."""
    head = _HEAD.pack(kind, len(descriptors), len(payload))
    if descriptors:
        socket.send_fds(to, [head], list(descriptors))
    else:
        to.sendall(head)
    to.sendall(payload)


def receive(source: socket.socket, *, most: int, descriptors: bool = False) -> Frame | None:
    """The next message; ``None`` when the other side is gone.

    Args:
        most: bytes of payload that are accepted.
        descriptors: whether they are; those that come unasked are never made.

    Raises:
        TooLong: more than ``most`` is announced.
        TimeoutError: the socket's own time has passed.
    """
    received: list[int] = []
    if descriptors:
        head, received, _, _ = socket.recv_fds(source, _HEAD.size, _MOST_DESCRIPTORS)
        head += _exactly(source, _HEAD.size - len(head)) if head else b""
    else:
        head = bytes(_exactly(source, _HEAD.size))
    if len(head) < _HEAD.size:
        return None
    kind, _, length = _HEAD.unpack(head)
    if length > most:
        raise TooLong
    payload = _exactly(source, length)
    return Frame(kind, payload, tuple(received)) if len(payload) == length else None


def _exactly(source: socket.socket, length: int) -> bytearray:
    """So many bytes, or fewer where the other side is gone."""
    data = bytearray(min(length, _PIECE))
    done = 0
    while done < length:
        if done == len(data):
            data.extend(bytes(min(length - done, _PIECE)))
        with memoryview(data) as view:
            got = source.recv_into(view[done:])
        if not got:
            break
        done += got
    del data[done:]
    return data
