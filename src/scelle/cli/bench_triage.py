"""``bench triage``: what triage costs, finds and misses on a quiet street."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.triage import bench_triage
from scelle.cli.bench_describe import SIZES
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.options import DetectorOption, WorkersOption
from scelle.cli.progress import Bars
from scelle.cli.views import table
from scelle.errors import BadInput
from scelle.scene.conditions import conditions
from scelle.scene.long import LongStreet


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("triage", epilog="Example: scelle bench triage --minutes 30 --size 720p")(triage)


def triage(
    minutes: Annotated[float, typer.Option(min=1, help="Length of the street.")] = 10.0,
    every: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="For each passage, in the mean.")
    ] = 180.0,
    under: Annotated[
        str, typer.Option(metavar="NAME", help="Light, weather or disturbance.")
    ] = "day",
    size: Annotated[str, typer.Option(help="Of the pictures.")] = "360p",
    fps: Annotated[int, typer.Option(min=1, help="Pictures per second.")] = 12,
    seed: Annotated[int, typer.Option(help="Decides everything that varies.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is timed.")] = 3,
    workers: WorkersOption = 2,
    detector: DetectorOption = "motion",
    judge: Annotated[bool, typer.Option(help="Have HOTA told by the public judge.")] = True,
    oracle: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="Interpreter of the judge; else one is made."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold triage of a generated quiet street against its truth, and time it.

    Rounds are interleaved with plain decoding and with the whole analysis. Nothing is
    kept, and no case is touched.
    """
    if size not in SIZES:
        raise BadInput(f"--size cannot be {size!r}", remedy=f"Choose one of {', '.join(SIZES)}.")
    street = LongStreet(seed, minutes * 60, SIZES[size], fps, every, conditions(under))
    with interruptible(), Bars(Console(stderr=True)) as progress:
        m = bench_triage(
            street,
            rounds=rounds,
            workers=workers,
            detector=detector,
            judge=judge,
            python=oracle,
            progress=progress,
        )
    shown = table("", "", ">seconds", ">passages found", ">tracks", ">HOTA", ">decoded")
    shown.add_row("plain decoding", f"{m.decoding_s:.1f}", "", "", "", str(m.frames))
    for name, seconds, found, tracks, hota, decoded in (
        ("triage", m.triage_s, m.found, m.tracks, m.hota, m.decoded),
        ("all of it", m.whole_s, m.found_whole, m.tracks_whole, m.hota_whole, m.frames),
    ):
        said = "" if hota is None else f"{hota:.1f}"
        of = f"{found} of {m.passages}"
        shown.add_row(name, f"{seconds:.1f}", of, str(tracks), said, str(decoded))
    text = (
        f"Triage is {m.faster:.2f} times as fast as plain decoding ({m.low:.2f} to {m.high:.2f}); "
        f"the start of a program's first sandbox, {m.start_s:.1f} s, is not in it."
    )
    emit(Reply(m.view(), (shown, text)), as_json=as_json)
