from __future__ import annotations

import math
import operator
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scelle.engine.local import LocalEngine, local_engine
from scelle.errors import DecoderFailed, Interrupted

# Worker processes import what they run by name: functions of the standard library.
PID = "__import__('os').getpid()"
SLOW_PID = f"(__import__('time').sleep(0.2), {PID})[1]"


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def eventually(what: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def engine() -> Iterator[LocalEngine]:
    with local_engine(2, "math") as made:
        yield made


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_depend_on_neither_workers_nor_order(workers: int) -> None:
    tasks = list(range(30))
    truth = {n: math.factorial(n) for n in tasks}
    with local_engine(workers, "math") as engine:
        for order in (tasks, tasks[::-1], tasks[1::2] + tasks[::2]):
            pairs = list(engine.run(order, math.factorial))
            assert len(pairs) == len(tasks), "each once"
            assert dict(pairs) == truth


def test_work_is_done_in_other_processes_at_once(engine: LocalEngine) -> None:
    began = time.monotonic()
    pids = {pid for _, pid in engine.run([SLOW_PID] * 4, eval)}
    assert time.monotonic() - began < 10
    assert os.getpid() not in pids
    assert len(pids) == 2
    assert list(engine.run([], eval)) == []


def test_an_error_in_a_task_is_raised_here(engine: LocalEngine) -> None:
    done: list[int] = []
    with pytest.raises(ValueError, match="factorial"):
        done += [result for _, result in engine.run([3, -1, 4], math.factorial)]
    # The workers are still there.
    assert [r for _, r in engine.run([5], math.factorial)] == [120]


def die(how: signal.Signals) -> str:
    return f"__import__('signal').raise_signal({int(how)})"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_worker_interrupts_and_what_was_done_is_kept(how: signal.Signals) -> None:
    kept: list[int] = []

    def run() -> None:
        with local_engine(1, "math") as engine:
            for _, result in engine.run(["2", "3", die(how)], eval):
                kept.append(result)

    with pytest.raises(Interrupted, match="killed or ran out of memory") as caught:
        run()
    assert "same command again" in caught.value.remedy
    assert kept == [2, 3]
    # Another engine is not harmed by it.
    with local_engine(1, "math") as engine:
        assert dict(engine.run([7], operator.neg)) == {7: -7}


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_fails_one_task_and_the_others_are_done(how: signal.Signals, workers: int) -> None:
    tasks = ["2", die(how), "3", "4", die(how), "5"]
    why = []

    def failed(task: str, error: DecoderFailed) -> int:
        why.append(error)
        return -1

    with local_engine(workers, "math") as engine:
        done = list(engine.run(tasks, eval, failed=failed))
        assert sorted(done) == sorted(
            [("2", 2), (tasks[1], -1), ("3", 3), ("4", 4), (tasks[4], -1), ("5", 5)]
        )
        assert {e.why for e in why} == {"crash"}
        assert how.name in str(why[0])
        assert why[0].remedy
        # Without an answer to it, it ends the run; the engine lives on.
        with pytest.raises(DecoderFailed, match="crashed"):
            list(engine.run(tasks, eval))
        assert dict(engine.run([7], operator.neg)) == {7: -7}


def test_a_worker_killed_while_others_start_interrupts() -> None:
    sleep = "__import__('time').sleep(60)"
    # Again and again: what is tried is a race.
    for _ in range(10):
        with local_engine(3, "math") as engine:
            running = engine.run([PID, *[sleep] * 6], eval)
            _, pid = next(running)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(Interrupted):
                next(running)


def test_control_c_is_left_to_the_parent(engine: LocalEngine) -> None:
    send = f"__import__('os').kill({PID}, {int(signal.SIGINT)})"
    assert list(engine.run([send], eval)) == [(send, None)]
    assert dict(engine.run([3], operator.neg)) == {3: -3}


def test_a_stop_is_quick_since_little_is_handed_out_ahead() -> None:
    began = time.monotonic()
    with local_engine(1, "math") as engine:
        for _ in engine.run([0.2] * 200, time.sleep):
            break
    assert time.monotonic() - began < 10
    with pytest.raises(RuntimeError):
        list(engine.run([1], operator.neg))


def test_closing_ends_the_workers() -> None:
    with local_engine(2, "math") as engine:
        running = engine.run([SLOW_PID] * 40, eval)
        pids = [next(running)[1] for _ in range(4)]
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)


def test_workers_serve_one_run_only(engine: LocalEngine) -> None:
    first = {pid for _, pid in engine.run([SLOW_PID] * 4, eval)}
    assert eventually(lambda: not any(alive(pid) for pid in first))
    assert not first & {pid for _, pid in engine.run([SLOW_PID] * 4, eval)}


def test_an_error_in_the_caller_ends_the_workers_too() -> None:
    pids: list[int] = []

    def fail() -> None:
        with local_engine(1, "math") as engine:
            pids.extend(pid for _, pid in engine.run([PID], eval))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert eventually(lambda: not any(alive(pid) for pid in pids))


def test_no_worker_is_no_engine() -> None:
    with pytest.raises(ValueError, match="at least one"):
        LocalEngine(0, "math")


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent("""
        from scelle.engine.local import local_engine

        if __name__ == "__main__":
            with local_engine(2, "math") as engine:
                pid = "(__import__('time').sleep(0.05), __import__('os').getpid())[1]"
                long = "__import__('time').sleep(600)"
                running, pids = engine.run([pid] * 20 + [long] * 4, eval), set()
                while len(pids) < 2:
                    pids.add(next(running)[1])
                print(*pids, flush=True)
                for _ in running:
                    pass
        """)
    )
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        try:
            assert len(pids) == 2
            assert all(alive(pid) for pid in pids)
        finally:
            parent.kill()
    assert eventually(lambda: not any(alive(pid) for pid in pids))
