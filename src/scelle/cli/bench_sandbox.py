"""``bench sandbox``: what the sandbox costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.sandbox import bench_sandbox
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("sandbox", epilog="Example: scelle bench sandbox night.mp4")(sandbox)


def sandbox(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A closed recording.")],
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Measure decoding in a sandbox beside decoding without one, in turn.

    The recording is decoded whole from a vault that is thrown away: here, in a sandbox to
    which the object is lent, and in one that asks for each read.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        m = bench_sandbox(file, rounds=rounds, progress=progress)
    shown = table("Beside decoding without a sandbox", "how", ">times as long", ">range")
    for how, ratio, low, high in (
        ("lent (as it is done)", m.lent, m.lent_low, m.lent_high),
        ("asking for each read", m.brokered, m.brokered_low, m.brokered_high),
    ):
        shown.add_row(how, f"{ratio:.3f}", f"{low:.3f}-{high:.3f}")
    said = (
        f"{m.pictures} pictures, {m.here_s:.2f} s without a sandbox, {m.rounds} rounds; "
        f"{m.reads} reads asked for. One sandbox starts in {m.start_ms:.1f} ms; a process that "
        f"loads the libraries takes {m.process_ms:.0f} ms. In force: {', '.join(m.protection)}."
    )
    emit(Reply(m.view(), (shown, said)), as_json=as_json)
