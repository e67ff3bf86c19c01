"""Sandboxed processes that wait for whoever asks."""

import os
import signal
from collections.abc import Iterator

import pytest

from scelle.engine.protection import MEBIBYTE, Rules
from scelle.engine.ready import Ready
from scelle.errors import DecoderFailed

RULES = Rules(memory=200 * MEBIBYTE, output=3 * MEBIBYTE)


@pytest.fixture
def ready() -> Iterator[Ready]:
    made = Ready("attempts", RULES, 2)
    yield made
    made.close()


def ask(ready: Ready) -> int:
    """Have some work done; the process that did it."""
    with ready.worker() as worker:
        assert worker.protection.seccomp
        assert worker.call(eval, "6 * 7") == 42
        return worker.pid


def test_nothing_is_started_before_somebody_asks(ready: Ready) -> None:
    assert ready.waiting == ()
    ask(ready)
    ready.settle()
    assert len(ready.waiting) == 2


def test_no_process_serves_two(ready: Ready) -> None:
    served = [ask(ready)]
    for _ in range(4):
        ready.settle()
        first = ready.waiting[0]
        served.append(ask(ready))
        assert served[-1] == first
    ready.settle()
    assert len(set(served)) == 5
    for pid in served:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_one_that_was_killed_while_it_waited_is_not_handed_out(ready: Ready) -> None:
    ask(ready)
    ready.settle()
    gone, other = ready.waiting
    os.kill(gone, signal.SIGKILL)
    assert ready._waiting[0]._born.ended(10) == -signal.SIGKILL
    assert ask(ready) == other


def test_one_that_fails_is_let_go_of(ready: Ready) -> None:
    with ready.worker() as worker, pytest.raises(DecoderFailed):
        worker.call(eval, "__import__('os')._exit(3)")
    ask(ready)


def test_none_is_left_once_it_is_closed(ready: Ready) -> None:
    ask(ready)
    ready.settle()
    waiting = ready.waiting
    ready.close()
    assert ready.waiting == ()
    for pid in waiting:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
