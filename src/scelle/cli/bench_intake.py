"""``bench intake``: how fast a large file is received."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.intake import bench_intake
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("intake", epilog="Example: scelle bench intake --size 2048")(intake)


def intake(
    size: Annotated[int, typer.Option(min=1, metavar="MIB", help="Of the generated file.")] = 1024,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    sparse: Annotated[bool, typer.Option("--sparse", help="A hole instead of bytes.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="On the disk that is measured; temporary files' by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the receipt of a large file beside sha256sum and a plain copy, in turn.

    Receipt means hashed, encrypted, written, flushed and probed, through the door. Nothing
    is kept.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        m = bench_intake(size, rounds=rounds, sparse=sparse, folder=folder, progress=progress)
    shown = table("Megabytes a second, medians", "what", ">MB/s")
    for what, speed in (("receipt", m.receipt), ("copy", m.copy), ("sha256sum", m.sha256sum)):
        shown.add_row(what, f"{speed:.0f}")
    said = (
        f"Receipt beside copy: {m.ratio_to_copy:.2f} ({m.low:.2f} to {m.high:.2f}), "
        f"{m.size / 1e6:.0f} MB, {m.rounds} rounds; start {m.start_s:.1f} s; memory "
        f"{m.peak_bytes / 2**20:.0f} MiB at its highest, {m.idle_bytes / 2**20:.0f} before."
    )
    emit(Reply(m.view(), (shown, said)), as_json=as_json)
