"""Seccomp: a process keeps the system calls that computing needs, and loses all others.

A filter is a classic BPF program (kernel documentation, *Seccomp BPF*; structures in
Linux ``include/uapi/linux/seccomp.h`` and ``filter.h``).  Calls that are not listed here
fail with EPERM: no socket can be made, no file be opened for writing, no process be
started, watched or signalled.  Numbers: the kernel's tables for x86-64 and, for 64-bit
ARM, ``asm-generic/unistd.h``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Sequence

_LD_WORD, _JUMP_EQUAL, _JUMP_ANY, _AND, _RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16
_SET_MODE_FILTER, _TSYNC = 1, 1
_PR_SET_NO_NEW_PRIVS, _PR_GET_SECCOMP = 38, 21
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Most frequent first: the list is gone through from its head.
_FREE = {
    "x86_64": (
        *(0, 202, 7, 17, 9, 11, 28, 10, 25, 12, 8, 45, 44, 228, 24, 1, 3, 5, 19, 20, 18),
        *(4, 6, 262, 332, 21, 269, 439, 89, 267, 79, 217, 436, 32, 292, 77, 74, 75, 271),
        *(273, 334, 324, 204, 143, 145, 229, 230, 35, 96, 201, 100, 98, 97, 99, 63),
        *(39, 186, 110, 102, 107, 104, 108, 111, 121, 13, 14, 15, 131, 60, 231, 219),
        *(23, 270, 291, 233, 232, 281, 290, 293, 47, 46, 55, 48, 318, 158, 218),
    ),
    "aarch64": (
        *(63, 98, 73, 67, 222, 215, 233, 226, 216, 214, 62, 207, 206, 113, 124, 64, 57),
        *(80, 65, 66, 68, 79, 291, 48, 439, 78, 17, 61, 436, 23, 24, 46, 82, 83),
        *(99, 293, 283, 123, 121, 120, 114, 115, 101, 169, 153, 165, 163, 179, 160),
        *(172, 178, 173, 174, 175, 176, 177, 155, 134, 135, 139, 132, 93, 94, 128),
        *(72, 20, 21, 22, 19, 59, 212, 211, 209, 210, 278, 96),
    ),
}
# Calls that are looked at more closely; 0 where an architecture lacks one.
_CLOSE = ("open", "openat", "clone", "fcntl", "prctl", "ioctl", "tgkill", "kill", "prlimit")
_NUMBERS = {
    "x86_64": dict(zip(_CLOSE, (2, 257, 56, 72, 157, 16, 234, 62, 302), strict=True)),
    "aarch64": dict(zip(_CLOSE, (0, 56, 220, 25, 167, 29, 131, 129, 261), strict=True)),
}
# There is an older call that does the same, and whose arguments can be looked at.
_ABSENT = (435, 437)  # clone3, openat2

_CLONE_THREAD = 0x00010000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FCNTL = (0, 1, 2, 3, 4, 5, 1030, 1033, 1034)  # duplicate, flags, test a lock, seals
_PRCTL = (15, 16, 0x53564D41)  # names of threads and of memory
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is it a terminal; waiting; on exec

Instruction = tuple[int, int, int, int]


class _Program:
    """Instructions that are added one after the other; each test ends in a verdict."""

    def __init__(self) -> None:
        self.code: list[Instruction] = []

    def verdict(self, value: int) -> Instruction:
        return (_RETURN, 0, 0, value)

    def when(self, number: int, then: Sequence[Instruction]) -> None:
        """If the call is this one, do ``then``, which ends in a verdict."""
        self.code.append((_JUMP_EQUAL, 0, len(then), number))
        self.code += then

    def argument(self, at: int, *, high: bool = False) -> Instruction:
        """Load the lower, or the higher, half of an argument (little endian)."""
        return (_LD_WORD, 0, 0, _AT_ARGUMENTS + 8 * at + 4 * high)

    def one_of(self, at: int, values: Iterable[int]) -> list[Instruction]:
        """Allow if an argument's lower half is one of the values."""
        code = [self.argument(at)]
        for value in values:
            code += [(_JUMP_EQUAL, 0, 1, value & 0xFFFFFFFF), self.verdict(_ALLOW)]
        return [*code, self.verdict(_ERRNO | errno.EPERM)]

    def without(self, at: int, bits: int, refusal: int) -> list[Instruction]:
        """Allow if none of the bits is set in an argument's lower half."""
        return [
            self.argument(at),
            (_JUMP_ANY, 0, 1, bits),
            self.verdict(_ERRNO | refusal),
            self.verdict(_ALLOW),
        ]


def program(machine: str, pid: int, *, files: bool, devices: bool) -> bytes:
    """The filter for a process.

    Args:
        machine: ``x86_64`` or ``aarch64``.
        pid: its own, which it alone may signal.
        files: whether files may be opened for reading; whoever allows it must say which
            (see :mod:`scelle.engine.landlock`).
        devices: whether they may be opened for reading and writing, and controlled; for
            a graphics processor.

    Returns:
        An array of ``struct sock_filter``.
    """
    made, number = _Program(), _NUMBERS[machine]
    allow, refuse = made.verdict(_ALLOW), made.verdict(_ERRNO | errno.EPERM)
    made.code += [
        (_LD_WORD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _AUDIT[machine]),
        made.verdict(_KILL_PROCESS),
        (_LD_WORD, 0, 0, _AT_NUMBER),
    ]
    for free in _FREE[machine]:
        made.when(free, [allow])
    for absent in _ABSENT:
        made.when(absent, [made.verdict(_ERRNO | errno.ENOSYS)])
    if files:
        bits = os.O_CREAT | os.O_TRUNC | os.O_APPEND if devices else _WRITING
        made.when(number["openat"], made.without(2, bits, errno.EACCES))
        if number["open"]:
            made.when(number["open"], made.without(1, bits, errno.EACCES))
    made.when(number["clone"], [made.argument(0), (_JUMP_ANY, 0, 1, _CLONE_THREAD), allow, refuse])
    made.when(number["fcntl"], made.one_of(1, _FCNTL))
    made.when(number["prctl"], made.one_of(0, _PRCTL))
    made.when(number["ioctl"], [allow] if devices else made.one_of(1, _IOCTL))
    made.when(number["tgkill"], made.one_of(0, [pid]))
    made.when(number["kill"], made.one_of(0, [pid]))
    # Limits may be read, not set: the address of the new ones must be empty.
    made.when(
        number["prlimit"],
        [
            made.argument(2),
            (_JUMP_EQUAL, 0, 3, 0),
            made.argument(2, high=True),
            (_JUMP_EQUAL, 0, 1, 0),
            allow,
            refuse,
        ],
    )
    made.code.append(refuse)
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in made.code)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def available() -> bool:
    """Whether this kernel and this architecture have it."""
    return platform.machine() in _SECCOMP and _libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def no_new_privileges() -> None:
    """No program started from here gains rights; both protections ask for it."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def restrict(*, files: bool, devices: bool = False) -> None:
    """Put the filter on every thread of this process, for ever.

    :func:`no_new_privileges` must have been called.

    Raises:
        OSError: this kernel has no seccomp filters.
    """
    machine = platform.machine()
    code = program(machine, os.getpid(), files=files, devices=devices)
    given = _Filter(len(code) // 8, code)
    result = _libc.syscall(
        ctypes.c_long(_SECCOMP[machine]),
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_TSYNC),
        ctypes.byref(given),
    )
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number) if result < 0 else "a thread stands aside")
