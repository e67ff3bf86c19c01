from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scelle.benchmarks.watch import Watch

MEGABYTE = 2**20
# Each step waits for a line and answers with one.
HOLD = """
def step():
    print(flush=True)
    input()
step()
block = bytearray(b"x") * (100 << 20)
step()
del block
step()
"""
BUSY = """
import time
while time.process_time() < 2: pass
print(flush=True)
while True: pass
"""


@contextmanager
def started(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own: what else the tests have started comes and goes beside it."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        answer(child)
        try:
            yield child
        finally:
            child.kill()


def answer(child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline()


def go_on(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.write(b"\n")
    child.stdin.flush()
    answer(child)


def sampled(memory: Watch, above: int = 0) -> int:
    """The peak once it is above so much, however busy the machine."""
    end = time.monotonic() + 60
    while memory.peak <= above and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)
    return memory.peak


def test_the_peak_is_kept_after_it_has_passed() -> None:
    with started(HOLD) as child, Watch(0.02, child.pid) as memory:
        before = sampled(memory)
        go_on(child)
        sampled(memory, before + 80 * MEGABYTE)
        go_on(child)
        time.sleep(0.1)
    assert before > 0
    assert 80 * MEGABYTE < memory.peak - before < 200 * MEGABYTE


def test_what_other_processes_of_ours_hold_is_counted() -> None:
    above = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"
    with started(above) as child, Watch(0.02, child.pid) as memory:
        before = sampled(memory)
        go_on(child)
        sampled(memory, before + 90 * MEGABYTE)
        go_on(child)
    assert memory.peak - before > 90 * MEGABYTE


def test_seconds_of_a_process_that_is_killed_are_counted_and_earlier_ones_are_not() -> None:
    with started(BUSY) as child, Watch(0.05, child.pid) as watch:
        began = time.monotonic()
        while watch.cpu_s < 0.5:
            assert time.monotonic() - began < 60
            time.sleep(0.05)
        child.kill()
    assert 0.5 <= watch.cpu_s < 2
