"""What the sandbox costs: one recording decoded from the vault in three ways, in turn.

Here, with nothing around it; in a sandbox to which the object was lent; and in a sandbox
that has to ask for each read, as it would have to if it were not trusted with the secret of
the one file that it decodes.  They differ in nothing else.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from scelle.engine.child import Link
from scelle.engine.protection import Rules
from scelle.engine.worker import Answer, Limits, Worker
from scelle.engine.zygote import Zygote
from scelle.errors import NotFound
from scelle.footage.recording import Recording
from scelle.model.acts import Progress, no_progress
from scelle.store.vault import Lent, Vault, open_lent

PRELOAD = "scelle.benchmarks.sandbox"
_CASE, _NAME, _KEY = "bench", "original/bench", bytes(32)
_ASKED = 64 * 1024
_STARTS = 20
_LIMITS = Limits(cpu_s=3600, wall_s=3600)


@dataclass(frozen=True)
class SandboxCost:
    """What was measured; medians.

    Attributes:
        pictures: decoded in each pass.
        rounds: passes of each kind.
        here_s: seconds of a pass without any sandbox.
        lent: of a sandbox with the object lent to it, as a multiple of ``here_s`` in the
            same round; its start included.
        lent_low, lent_high: range of that ratio.
        brokered: the same of one that asks for each read.
        brokered_low, brokered_high: range of that ratio.
        reads: how often it asked, in one pass.
        start_ms: of one sandbox, until it is locked down, milliseconds.
        process_ms: of a process that loads the libraries, milliseconds.
        protection: what was in force, as a sandbox itself said.
    """

    pictures: int
    rounds: int
    here_s: float
    lent: float
    lent_low: float
    lent_high: float
    brokered: float
    brokered_low: float
    brokered_high: float
    reads: int
    start_ms: float
    process_ms: float
    protection: tuple[str, ...]

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        told = {n: round(v, 4) if isinstance(v, float) else v for n, v in vars(self).items()}
        return told | {"protection": list(self.protection)}


def bench_sandbox(
    recording: Path, *, rounds: int = 5, progress: Progress = no_progress
) -> SandboxCost:
    """Measure one recording.

    Args:
        recording: a closed file.
        rounds: passes of each kind.
        progress: told rounds done.

    Raises:
        UnreadableSource: it cannot be decoded.
    """
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
        vault = Vault(Path(folder))
        with vault.create(_CASE, _NAME, _KEY) as target, recording.open("rb") as file:
            while data := file.read(1 << 20):
                target.write(memoryview(data))
        began = time.perf_counter()
        with Zygote(PRELOAD) as first:
            born = first.bear(Rules())
            process_s = time.perf_counter() - began
            born.kill()
            born.ended(None)
            born.close()
        starts: list[float] = []
        protection: tuple[str, ...] = ()
        for _ in range(_STARTS):
            began = time.perf_counter()
            with Worker(PRELOAD) as worker:
                starts.append(time.perf_counter() - began)
                protection = worker.protection.names
        passes: list[tuple[float, float, float]] = []
        for number in range(rounds):
            broker = _Broker(vault)
            ways = (
                lambda: _decode(vault.open(_CASE, _NAME, _KEY)),
                partial(_called, lent, broker),
                partial(_called, brokered, broker),
            )
            spent, pictures = zip(*(_timed(way) for way in ways), strict=True)
            if len(set(pictures)) != 1:
                raise AssertionError(f"three passes, and not the same pictures: {pictures}")
            passes.append(spent)
            progress("bench sandbox", number + 1, rounds, "rounds")
    with_lent = [b / a for a, b, _ in passes]
    with_brokered = [c / a for a, _, c in passes]
    return SandboxCost(
        pictures=pictures[0],
        rounds=rounds,
        here_s=statistics.median(a for a, _, _ in passes),
        lent=statistics.median(with_lent),
        lent_low=min(with_lent),
        lent_high=max(with_lent),
        brokered=statistics.median(with_brokered),
        brokered_low=min(with_brokered),
        brokered_high=max(with_brokered),
        reads=broker.reads,
        start_ms=1000 * statistics.median(starts),
        process_ms=1000 * process_s,
        protection=protection,
    )


class _Broker:
    """Outside: lends the object, or reads of it what it is asked for."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._file = vault.open(_CASE, _NAME, _KEY)
        self.reads = 0

    def __call__(self, name: str, arguments: Sequence[Any]) -> Answer:
        match name, tuple(arguments):
            case "open", ():
                found = self._vault.lend(_CASE, _NAME, _KEY)
                return Answer(found.secret, (found.descriptor,))
            case "size", ():
                return Answer(self._file.seek(0, io.SEEK_END))
            case "read", (int(at), int(size)):
                self.reads += 1
                self._file.seek(at)
                return Answer(self._file.read(size))
        raise NotFound(f"nothing answers to {name!r}")


def _called(work: Callable[[None, Link], int], broker: _Broker) -> int:
    with Worker(PRELOAD) as worker:
        return int(worker.call(work, None, serve=broker, limits=_LIMITS))


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


# -- in the sandbox ------------------------------------------------------------------


def lent(_task: None, link: Link) -> int:
    """Decode the object that is lent; how many pictures came."""
    secret, descriptor = link.ask("open")
    return _decode(open_lent(Lent(descriptor, secret)))


def brokered(_task: None, link: Link) -> int:
    """Decode it, brokered for each read."""
    return _decode(io.BufferedReader(_Asking(link), _ASKED))


class _Asking(io.RawIOBase):
    def __init__(self, link: Link) -> None:
        self._link, self._at = link, 0
        self._size = int(link.ask("size"))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        with memoryview(buffer) as view:
            data = self._link.ask("read", self._at, len(view))
            view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _decode(file: io.BufferedReader) -> int:
    """Index it and decode all of it, as an analysis does; how many pictures came."""
    with file, Recording.open(cast("BinaryIO", file)) as recording:
        index = recording.index
        span = int(index.times[0]), int(index.times[-1]) + 1
        return sum(1 for _ in recording.pictures(*span, damaged=True))
