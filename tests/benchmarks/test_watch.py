from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from scelle.benchmarks.watch import Watch

MEGABYTE = 2**20


def sampled(memory: Watch, above: int = 0) -> int:
    """The peak once it is above so much, however busy the machine."""
    end = time.monotonic() + 60
    while memory.peak <= above and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)
    return memory.peak


def test_the_peak_is_kept_after_it_has_passed() -> None:
    with Watch(every_s=0.02) as memory:
        before = sampled(memory)
        block = np.ones(100 * MEGABYTE, np.uint8)
        sampled(memory, before + 80 * MEGABYTE)
        del block
        time.sleep(0.1)
    assert before > 0
    assert 80 * MEGABYTE < memory.peak - before < 200 * MEGABYTE


def test_what_other_processes_of_ours_hold_is_counted() -> None:
    with Watch(every_s=0.02) as memory:
        before = sampled(memory)
        hold = "block = bytearray(b'x') * (100 << 20); print(flush=True); input()"
        with subprocess.Popen(
            [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            sampled(memory, before + 90 * MEGABYTE)
            child.communicate(b"\n")
    assert memory.peak - before > 90 * MEGABYTE


def test_seconds_of_a_process_that_is_killed_are_counted_and_earlier_ones_are_not() -> None:
    busy = "while True: pass"
    sum(i for i in range(3_000_000))
    with Watch(every_s=0.05) as watch, subprocess.Popen([sys.executable, "-c", busy]) as child:
        began = time.monotonic()
        while watch.cpu_s < 1:
            assert time.monotonic() - began < 60
            time.sleep(0.05)
        child.kill()
    assert 1 <= watch.cpu_s < 2
