"""``bench``: what this machine and this program can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.dvr_scan import program
from scelle.benchmarks.speed import bench_speed
from scelle.cli import (
    bench_describe,
    bench_detector,
    bench_export,
    bench_growth,
    bench_hostile,
    bench_hostile_web,
    bench_intake,
    bench_ledger,
    bench_oversight,
    bench_player,
    bench_sandbox,
    bench_synopsis,
    bench_tracking,
    bench_triage,
    bench_web,
)
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.options import DetectorOption, WorkersOption
from scelle.cli.progress import Bars
from scelle.cli.views import table
from scelle.errors import BadInput

_DVR_SCAN = "dvr-scan"

group = typer.Typer()


@group.command("speed", epilog="Example: scelle bench speed night.mp4 --rounds 5")
def speed(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Closed recordings.")
    ],
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    workers: WorkersOption = 2,
    detector: DetectorOption = "own",
    dvr_scan: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Program of DVR-Scan, to run in turn."),
    ] = None,
    rival: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="dvr-scan: run it in turn, in an environment of its own."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the analysis against plain decoding of the same file, rounds interleaved.

    A clip shorter than ten minutes is first repeated, without re-encoding, to ten
    minutes. Nothing is kept, and no case is touched. The analysis is measured with the
    detector and with motion alone; DVR-Scan takes its turn where it is named as the rival,
    whose environment is then made once, or where its program is given.
    """
    if rival not in (None, _DVR_SCAN):
        raise BadInput(f"--rival cannot be {rival!r}", remedy=f"Choose {_DVR_SCAN}.")
    with interruptible(), Bars(Console(stderr=True)) as progress:
        if rival is not None and dvr_scan is None:
            dvr_scan = program(progress)
        measured = bench_speed(
            files,
            rounds=rounds,
            workers=workers,
            detector=detector,
            dvr_scan=dvr_scan,
            progress=progress,
        )
    shown = table(
        "Analysis beside plain decoding, medians",
        "file", ">fps", ">real time", ">of decoding", ">range", ">motion alone",
        ">DVR-Scan", ">start", ">memory", ">rounds",
    )  # fmt: skip
    for m in measured:
        shown.add_row(
            m.file,
            f"{m.fps:.0f}",
            f"{m.realtime:.1f}x",
            f"{m.ratio_to_decoding:.2f}",
            f"{m.low:.2f}-{m.high:.2f}",
            f"{m.motion_ratio:.2f}",
            "not run" if m.dvr_scan_ratio is None else f"{m.dvr_scan_ratio:.1f}x slower",
            f"{m.start_s:.1f} s",
            f"{m.peak_bytes / 2**20:.0f} MiB",
            str(m.rounds),
        )
    emit(Reply({"files": [m.view() for m in measured]}, (shown,)), as_json=as_json)


for one in (
    bench_detector,
    bench_export,
    bench_ledger,
    bench_player,
    bench_synopsis,
    bench_tracking,
    bench_triage,
    bench_growth,
    bench_hostile,
    bench_hostile_web,
    bench_intake,
    bench_describe,
    bench_oversight,
    bench_sandbox,
    bench_web,
):
    one.add_to(group)
