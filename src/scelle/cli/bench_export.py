"""``bench export``: how fast clips leave."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.clips import bench_clips
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table

_GOAL = {720: "3"}


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("export", epilog="Example: scelle bench export --seconds 60")(export)


def export(
    seconds: Annotated[int, typer.Option(min=5, help="Of the generated recording.")] = 30,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    copied: Annotated[
        int, typer.Option(min=1, help="Megabytes of the recording that is copied, about.")
    ] = 300,
    folder: Annotated[
        Path | None, typer.Option(help="On the disk that is measured; temporary files' by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the export of clips: concealed and encoded again, and copied packet by packet.

    Nothing is kept, and no case is touched.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        measured = bench_clips(
            seconds, rounds=rounds, copied=copied, folder=folder, progress=progress
        )
    shown = table(
        "Export of clips, medians",
        "pictures", ">tracks", ">real time", ">goal", ">stream copy", ">plain copy",
    )  # fmt: skip
    for m in measured:
        shown.add_row(
            f"{m.width} x {m.height}",
            str(m.tracks),
            f"{m.realtime:.2f}x",
            f"{_GOAL[m.height]}x" if m.height in _GOAL else "",
            f"{m.copied:.0f} MB/s",
            f"{m.plain:.0f} MB/s",
        )
    data = [
        {k: round(v, 4) if isinstance(v, float) else v for k, v in vars(m).items()}
        for m in measured
    ]
    emit(Reply({"sizes": data}, (shown,)), as_json=as_json)
