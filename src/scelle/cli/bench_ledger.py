"""``bench ledger``: how fast the ledger is at any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.ledger import bench_ledger, rows
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table


def add_to(group: typer.Typer) -> None:
    """Add the command to its group."""
    group.command("ledger", epilog="Example: scelle bench ledger --entries 1000000")(ledger)


def ledger(
    entries: Annotated[
        int, typer.Option(min=1, help="How many there are when the measuring begins.")
    ] = 20_000,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the ledger is kept and found again; else it is removed."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fill a ledger and measure appends, proofs, verification and export at that size.

    Each append is on the disk, with its signed head, before it counts. No installation
    is touched.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        measured = bench_ledger(entries, folder, progress)
    shown = table(f"The ledger at {measured.entries} entries", "what", ">figure")
    for name, figure in rows(measured):
        shown.add_row(name, figure)
    emit(Reply(measured.view(), (shown,)), as_json=as_json)
