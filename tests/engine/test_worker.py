from __future__ import annotations

import os
import signal
import struct
import time
from pathlib import Path
from typing import Any

import attempts
import pytest

from scelle.engine.protection import MEBIBYTE, Rules
from scelle.engine.worker import Answer, Limits, Worker
from scelle.errors import BadInput, Damaged, DecoderFailed, Interrupted, Misconfigured

SMALL = Rules(memory=200 * MEBIBYTE, output=3 * MEBIBYTE)
ENDLESS = "any(False for _ in iter(int, 1))"


def fails(task: str, rules: Rules = SMALL, **limits: Any) -> DecoderFailed:
    """How one piece of work fails; the sandbox is gone, this process lives on."""
    with Worker("attempts", rules) as worker:
        with pytest.raises(DecoderFailed) as caught:
            worker.call(eval, task, limits=Limits(**limits))
        assert "alone in its sandbox" in str(caught.value)
        assert "another export" in caught.value.remedy
        return caught.value


@pytest.mark.parametrize(
    "how", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE]
)
def test_a_crash(how: signal.Signals) -> None:
    error = fails(f"__import__('os').kill(__import__('os').getpid(), {int(how)})")
    assert error.why == "crash"
    assert how.name in str(error)


def test_a_real_crash_in_native_code() -> None:
    assert fails("__import__('ctypes').string_at(8)").why == "crash"
    assert fails("__import__('os')._exit(3)").why == "crash"


def test_a_hang_that_computes_meets_its_processor_limit() -> None:
    began = time.monotonic()
    assert fails(ENDLESS, cpu_s=1, wall_s=100).why == "time"
    assert time.monotonic() - began < 60


def test_a_hang_that_sleeps_meets_its_wall_limit() -> None:
    began = time.monotonic()
    assert fails("__import__('time').sleep(100)", wall_s=0.3).why == "time"
    assert time.monotonic() - began < 30


def test_the_processor_limit_is_that_of_each_piece() -> None:
    burn = "sum(i for i in range(6_000_000)) and 1"
    with Worker("attempts") as worker:
        for _ in range(4):
            assert worker.call(eval, burn, limits=Limits(cpu_s=2)) == 1


@pytest.mark.parametrize(
    "bomb",
    [
        "len(bytearray(1 << 30))",
        "__import__('numpy').ones(1 << 28).sum()",
        "[bytearray(1 << 20) for _ in range(1000)] and 1",
        "__import__('mmap').mmap(-1, 1 << 33).close()",
    ],
)
def test_memory_without_end(bomb: str) -> None:
    assert fails(bomb).why == "memory"
    with Worker("attempts", Rules(memory=200 * MEBIBYTE)) as worker:
        assert worker.call(eval, "len(bytearray(100 << 20))") == 100 << 20


def test_an_answer_without_end() -> None:
    assert fails("b'x' * (20 << 20)", output=10 * MEBIBYTE).why == "output"
    with Worker("attempts") as worker:
        limits = Limits(output=30 * MEBIBYTE)
        assert len(worker.call(eval, "b'x' * (20 << 20)", limits=limits)) == 20 << 20
        # A long row of short ones is no way round it.
        with pytest.raises(DecoderFailed) as caught:
            worker.call(
                attempts.ask_twice,
                [b"x" * 1000] * 1000,
                serve=lambda name, arguments: Answer(b"y"),
                limits=Limits(output=500_000),
            )
    assert caught.value.why == "output"


def test_a_file_that_was_granted_and_grows_without_end(tmp_path: Path) -> None:
    def grant(name: str, arguments: Any) -> Answer:
        return Answer("here", (os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT),))

    with Worker("attempts", SMALL) as worker:
        assert worker.call(attempts.write_to_granted, 2 * MEBIBYTE, serve=grant) == 2 * MEBIBYTE
        with pytest.raises(DecoderFailed) as caught:
            worker.call(attempts.write_to_granted, 9 * MEBIBYTE, serve=grant)
    assert caught.value.why == "output"
    assert (tmp_path / "out").stat().st_size == 3 * MEBIBYTE


def test_questions_are_answered_and_remarks_heard_in_order() -> None:
    heard: list[Any] = []

    def serve(name: str, arguments: Any) -> Answer:
        heard.append((name, tuple(arguments)))
        return Answer(arguments[0] * 2)

    with Worker("attempts") as worker:
        worker.give(attempts.ask_twice, [1, "a"], Limits())
        worker.give(attempts.ask_twice, [2], Limits())  # waits, while the first still asks
        assert worker.result(serve) == [2, "aa"]
        assert worker.result(serve) == [4]
    assert heard == [
        ("remark", (1, "a")),
        ("double", (1,)),
        ("double", ("a",)),
        ("remark", (2,)),
        ("double", (2,)),
    ]


def test_what_is_lent_is_read_and_no_descriptor_stays(tmp_path: Path) -> None:
    path = tmp_path / "lent"
    path.write_bytes(b"a secret of one exhibit")
    before = len(list(Path("/proc/self/fd").iterdir()))

    def lend(name: str, arguments: Any) -> Answer:
        return Answer(None, (os.open(path, os.O_RDONLY),))

    for _ in range(3):
        with Worker("attempts") as worker:
            assert worker.call(attempts.read_granted, 8, serve=lend) == b"a secret"
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1  # the process they fork off


def test_what_was_not_granted_is_refused() -> None:
    with Worker("attempts") as worker:
        with pytest.raises(Misconfigured, match="not granted"):
            worker.call(attempts.read_granted, 1)
        # The refusal ended the work, not the sandbox.
        assert worker.call(eval, "1 + 1") == 2


def test_a_remark_that_is_refused_ends_the_sandbox() -> None:
    with Worker("attempts") as worker, pytest.raises(Misconfigured):
        worker.call(attempts.ask_twice, [1])


def test_a_pickle_out_of_a_sandbox_is_never_loaded(tmp_path: Path) -> None:
    made = tmp_path / "made"
    with Worker("attempts") as worker, pytest.raises(Damaged):
        worker.call(attempts.answer_with_a_pickle, str(made))
    assert not made.exists()
    # The same pickle would have made it.
    import pickle

    pickle.loads(pickle.dumps(attempts.Bomb(str(made))))
    assert made.exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"?" * 100, "output"),
        (struct.pack(">cBQ", b"R", 0, 1 << 62), "output"),
        (struct.pack(">cBQ", b"W", 0, 0), "forbidden"),
    ],
)
def test_noise_out_of_a_sandbox_ends_it(data: bytes, why: str) -> None:
    with Worker("attempts") as worker, pytest.raises(DecoderFailed) as caught:
        worker.call(attempts.answer_with, data)
    assert caught.value.why == why


def test_errors_are_told_by_name_and_made_anew() -> None:
    with Worker("attempts") as worker:
        with pytest.raises(ValueError, match="no such"):
            worker.call(eval, "(_ for _ in ()).throw(ValueError('no such'))")
        raising = "(_ for _ in ()).throw(__import__('scelle.errors').errors.%s)"
        with pytest.raises(BadInput, match="what") as caught:
            worker.call(eval, raising % "BadInput('what', remedy='do')")
        assert caught.value.remedy == "do"
        with pytest.raises(RuntimeError, match="PermitMisused"):
            worker.call(eval, raising % "PermitMisused('x')")
        for name in ("SystemExit", "KeyboardInterrupt", "StopIteration"):
            with pytest.raises(RuntimeError, match=name):
                worker.call(eval, f"(lambda: (_ for _ in ()).throw({name}('x')))().__next__()")
        with pytest.raises(RuntimeError, match="cannot say"):
            worker.call(eval, "object()")
        assert worker.call(eval, "2 + 2") == 4


def test_somebody_kills_it() -> None:
    with Worker("attempts") as worker:
        worker.give(eval, "__import__('time').sleep(100)", Limits())
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(Interrupted, match="killed"):
            worker.result()
