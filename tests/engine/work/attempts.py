"""What the tests have sandboxed processes do; loaded by the process they fork off."""

from __future__ import annotations

import ctypes
import os
import pickle
import struct
from typing import Any

CHANNEL = 3


def system_call(number: int, *arguments: int) -> tuple[int, int]:
    """Result and error number of a bare system call."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc.syscall(ctypes.c_long(number), *arguments), ctypes.get_errno()


def ask_twice(task: list[Any], link: Any) -> list[Any]:
    link.tell("remark", *task)
    return [link.ask("double", value) for value in task]


def write_to_granted(size: int, link: Any) -> int:
    _, descriptor = link.ask("file")
    done = 0
    while done < size:
        done += os.write(descriptor, bytes(min(size - done, 1 << 20)))
    return done


def read_granted(length: int, link: Any) -> bytes:
    _, descriptor = link.ask("file")
    return os.pread(descriptor, length, 0)


class Bomb:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


def answer_with_a_pickle(path: str) -> None:
    data = pickle.dumps(Bomb(path))
    os.write(CHANNEL, struct.pack(">cBQ", b"R", 0, len(data)) + data)


def answer_with(data: bytes) -> None:
    os.write(CHANNEL, data)
