"""How fast a large file is received, beside ``sha256sum`` and beside a plain copy of it.

The three are run in turn, round after round, on the same file, so that a machine whose
speed drifts slows all of them.  Copy and receipt both end with the bytes on the disk.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from scelle.benchmarks.installation import AGENT, open_case, register_people
from scelle.benchmarks.watch import Watch
from scelle.bootstrap import App, open_app
from scelle.errors import Misconfigured
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import Progress, ReceiveExhibit, no_progress
from scelle.settings import Settings

_BLOCK = 4 << 20
_OLD = 1_000_000_000
"""A time of change long past: a fresh file is watched longer before it is received."""


@dataclass(frozen=True)
class IntakeSpeed:
    """What was measured; medians over the rounds, megabytes (10**6) a second.

    Attributes:
        size: bytes of the file.
        sparse: its content is a hole in the file system, which costs no reading.
        rounds: how often each was run.
        receipt: hashing, encrypting, writing and probing, through the door.
        copy: a plain copy, flushed to the disk.
        sha256sum: the command of that name.
        ratio_to_copy: receipt's speed over the copy's of the same round.
        low, high: range of that ratio.
        start_s: what receiving a file of a few kilobytes takes; not in ``receipt``.
        peak_bytes: memory of all processes together, at its highest.
        idle_bytes: the same before anything was received.
    """

    size: int
    sparse: bool
    rounds: int
    receipt: float
    copy: float
    sha256sum: float
    ratio_to_copy: float
    low: float
    high: float
    start_s: float
    peak_bytes: int
    idle_bytes: int

    def view(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in vars(self).items()
        }


def bench_intake(
    megabytes: int = 1024,
    *,
    rounds: int = 3,
    sparse: bool = False,
    folder: Path | None = None,
    progress: Progress = no_progress,
) -> IntakeSpeed:
    """Measure the receipt of a generated file.

    Args:
        megabytes: of 2**20 bytes.
        rounds: how often each is run.
        sparse: make the file a hole instead of random bytes.
        folder: on the disk to be measured; that of temporary files by default.
        progress: told rounds done.

    Raises:
        Misconfigured: no room on the disk, or no command ``sha256sum``.
    """
    command = shutil.which("sha256sum")
    if command is None:
        raise Misconfigured("There is no command sha256sum.", remedy="Install coreutils.")
    size = megabytes << 20
    with tempfile.TemporaryDirectory(prefix="scelle-bench-", dir=folder) as made:
        place = Path(made)
        _require_room(place, size, sparse)
        large, small = place / "large.mp4", place / "small.mp4"
        make_film(large, size, sparse=sparse)
        make_film(small, 0, sparse=False)
        with (
            open_app(Settings(home=place / "home", agent=AGENT)) as app,
            Watch(every_s=0.05) as memory,
        ):
            register_people(app)
            start = min(_timed(lambda: _receive(app, small)) for _ in range(3))
            idle = memory.peak
            figures: list[tuple[float, float, float]] = []
            for number in range(rounds):
                summed = _timed(
                    lambda: subprocess.run([command, large], check=True, capture_output=True)
                )
                copied = _timed(lambda: copy_plainly(large, place / "copy.mp4"))
                (place / "copy.mp4").unlink()
                received = _timed(lambda: _receive(app, large)) - start
                shutil.rmtree(place / "home" / "vault", ignore_errors=True)
                (place / "home" / "vault").mkdir(mode=0o700)
                figures.append((max(received, 1e-3), copied, summed))
                progress("bench intake", number + 1, rounds, "rounds")
    ratios = [copied / received for received, copied, _ in figures]
    speeds = [
        statistics.median(size / s / 1e6 for s in each) for each in zip(*figures, strict=True)
    ]
    return IntakeSpeed(
        size=size,
        sparse=sparse,
        rounds=rounds,
        receipt=speeds[0],
        copy=speeds[1],
        sha256sum=speeds[2],
        ratio_to_copy=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        start_s=start,
        peak_bytes=memory.peak,
        idle_bytes=idle,
    )


def make_film(path: Path, size: int, *, sparse: bool) -> None:
    """A short film, followed by a box of ``size`` bytes that no player looks at.

    So it is a whole MP4 file of any size (ISO/IEC 14496-12, 8.1.2, free space box).
    """
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(25):
            writer.write(np.full((48, 64, 3), i * 5, np.uint8), i)
    with path.open("ab") as file:
        # A size of its own each time, so that no two films are the same bytes.
        file.write((1).to_bytes(4, "big") + b"free" + (size + 32).to_bytes(8, "big"))
        file.write(os.urandom(16))
        if sparse:
            file.truncate(file.tell() + size)
        else:
            block = os.urandom(_BLOCK)
            for at in range(0, size, _BLOCK):
                file.write(block[: size - at])
        file.flush()
        os.fsync(file.fileno())
    os.utime(path, (_OLD, _OLD))


def _receive(app: App, path: Path) -> None:
    act = ReceiveExhibit(case_id=open_case(app), path=path, camera="bench", origin="bench")
    app.perform(AGENT, act)


def copy_plainly(source: Path, target: Path) -> None:
    """Read and write alone: no shortcut that copies nothing, and on the disk at the end."""
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as written:
        buffer = bytearray(_BLOCK)
        view = memoryview(buffer)
        while size := read.readinto(buffer):
            written.write(view[:size])
        os.fsync(written.fileno())


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _require_room(place: Path, size: int, sparse: bool) -> None:
    # The file, if it takes room, and one more at a time: the copy, then what is received.
    needed = size * (1 if sparse else 2)
    if shutil.disk_usage(place).free < needed:
        raise Misconfigured(
            f"The measurement needs {needed / 1e9:.1f} GB of room in {place.parent}.",
            remedy="Give a smaller --size, or a --folder on another disk.",
        )
