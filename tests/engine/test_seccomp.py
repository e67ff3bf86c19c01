"""The filter, run by a small interpreter, for both architectures."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from scelle.engine.seccomp import program

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
PERM, ACCES, NOSYS = (0x50000 | e for e in (errno.EPERM, errno.EACCES, errno.ENOSYS))
PID = 4242


def verdict(
    code: bytes, machine: str, number: int, *arguments: int, audit: int | None = None
) -> int:
    """Run a filter on one call, as the kernel would."""
    given = [*arguments, *[0] * 6][:6]
    data = struct.pack("=IIQ6Q", number, audit or AUDIT[machine], 0, *given)
    instructions = list(struct.iter_unpack("=HBBI", code))
    at = accumulator = 0
    for _ in range(len(instructions)):
        operation, yes, no, k = instructions[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, k)
        elif operation == 0x15:
            at += yes if accumulator == k else no
        elif operation == 0x45:
            at += yes if accumulator & k else no
        elif operation == 0x06:
            return int(k)
        else:
            pytest.fail(f"unknown instruction {operation:#x}")
    pytest.fail("the filter has no end")


# read, openat, clone, clone3, prlimit64, kill, tgkill, socket, execve, ioctl, fcntl, prctl
NUMBERS = {
    "x86_64": (0, 257, 56, 435, 302, 62, 234, 41, 59, 16, 72, 157),
    "aarch64": (63, 56, 220, 435, 261, 129, 131, 198, 221, 29, 25, 167),
}


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("files", [True, False])
def test_decisions(machine: str, files: bool) -> None:
    code = program(machine, PID, files=files, devices=False)
    read, openat, clone, clone3, prlimit, kill, tgkill, socket, execve, ioctl, fcntl, prctl = (
        NUMBERS[machine]
    )

    def says(number: int, *arguments: int) -> int:
        return verdict(code, machine, number, *arguments)

    assert says(read, 3) == ALLOW
    assert says(openat, 0, 0, os.O_RDONLY | os.O_CLOEXEC) == (ALLOW if files else PERM)
    for writing in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND, os.O_TMPFILE | 2):
        assert says(openat, 0, 0, writing) == (ACCES if files else PERM)
    assert says(clone, 0x3D0F00) == ALLOW, "a thread"
    assert says(clone, 17) == PERM, "a process"
    assert says(clone3) == NOSYS
    assert says(prlimit, 0, 7, 0) == ALLOW
    assert says(prlimit, 0, 7, 0x7FFF00000000) == PERM
    assert says(prlimit, 0, 7, 0xFFFFFFFF) == PERM
    assert says(kill, PID) == says(tgkill, PID) == ALLOW
    assert says(kill, PID + 1) == says(kill, 0) == says(kill, 2**32 - 1) == PERM
    assert says(socket, 2, 1) == says(execve) == PERM
    assert says(ioctl, 1, 0x5401) == ALLOW
    assert says(ioctl, 1, 0x5412) == PERM, "TIOCSTI puts words into a terminal's mouth"
    assert says(fcntl, 1, 3) == ALLOW
    assert says(fcntl, 1, 8) == PERM, "F_SETOWN has signals sent to others"
    assert says(prctl, 15) == ALLOW
    assert says(prctl, 4, 1) == PERM, "PR_SET_DUMPABLE"
    # Every other number, and those of the 32-bit table that x86-64 reaches with a bit.
    assert says(12345) == says(read | 0x40000000) == PERM
    assert verdict(code, machine, read, audit=0x40000003) == KILL, "another architecture"


@pytest.mark.parametrize("machine", NUMBERS)
def test_a_graphics_processor_may_be_spoken_to(machine: str) -> None:
    code = program(machine, PID, files=True, devices=True)
    openat, ioctl, socket = (NUMBERS[machine][i] for i in (1, 9, 7))
    assert verdict(code, machine, openat, 0, 0, os.O_RDWR) == ALLOW
    assert verdict(code, machine, openat, 0, 0, os.O_RDWR | os.O_CREAT) == ACCES
    assert verdict(code, machine, ioctl, 5, 0xC020462A) == ALLOW
    assert verdict(code, machine, socket, 2) == PERM


@pytest.mark.parametrize("machine", NUMBERS)
def test_every_number_has_a_verdict(machine: str) -> None:
    code = program(machine, PID, files=True, devices=False)
    told = [verdict(code, machine, n) for n in range(480)]
    assert set(told) <= {ALLOW, PERM, NOSYS, ACCES}
    # Fewer than a third are left at all.
    assert told.count(ALLOW) < 140
