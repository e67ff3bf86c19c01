"""``bench growth``: time and memory against the length of a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.charts import growth_svg
from scelle.benchmarks.growth import Grown, bench_growth
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.options import DetectorOption, WorkersOption
from scelle.cli.progress import Bars
from scelle.cli.views import table

_MIB = 2**20


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command(
        "growth", epilog="Example: scelle bench growth --points growth.jsonl --svg growth.svg"
    )(growth)


def growth(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Clip to repeat; else a generated one."),
    ] = None,
    hours: Annotated[
        list[float] | None, typer.Option(min=0.01, help="A length; repeat for several.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw time and memory there.")
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="Keep each length there once measured, and go on from what it holds.",
        ),
    ] = None,
    workers: WorkersOption = 2,
    detector: DetectorOption = "own",
    as_json: JsonOption = False,
) -> None:
    """Receive and analyse recordings of 1, 2, 4 and 8 hours, beside plain decoding.

    A clip is repeated to each length without re-encoding. Nothing is kept.
    """
    console = Console(stderr=True)

    def told(one: Grown) -> None:
        console.print(
            f"{one.hours:g} h: decoding {one.decoding_s:.0f} s, receipt and analysis "
            f"{one.analysis_s:.0f} s ({one.decoding_cpu_s:.0f} and {one.analysis_cpu_s:.0f} s of "
            f"a core), {one.peak_bytes / _MIB:.0f} MiB"
        )

    with interruptible(), Bars(console) as progress:
        grown = bench_growth(
            hours or [1, 2, 4, 8],
            file=file,
            workers=workers,
            detector=detector,
            points=points,
            progress=progress,
            told=told,
        )
    if svg is not None:
        rows = [(g.hours, g.analysis_cpu_s, g.decoding_cpu_s, g.peak_bytes / _MIB) for g in grown]
        svg.write_text(growth_svg(rows))
    shown = table(
        "", ">hours", ">pictures", ">plain decoding, s", ">of a core", ">receipt and analysis, s",
        ">of a core", ">MiB", ">tracks",
    )  # fmt: skip
    for g in grown:
        shown.add_row(
            f"{g.hours:g}",
            str(g.frames),
            f"{g.decoding_s:.1f}",
            f"{g.decoding_cpu_s:.1f}",
            f"{g.analysis_s:.1f}",
            f"{g.analysis_cpu_s:.1f}",
            f"{g.peak_bytes / _MIB:.0f}",
            str(g.tracks),
        )
    emit(Reply({"lengths": [g.view() for g in grown]}, (shown,)), as_json=as_json)
