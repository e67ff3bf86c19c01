"""``bench oversight``: a simulated year, published and verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from scelle.benchmarks.oversight import bench_oversight
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table

_VERIFIER = Path(__file__).resolve().parents[3] / "tools" / "verify.py"


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("oversight", epilog="Example: scelle bench oversight --entries 100000")(oversight)


def oversight(
    entries: Annotated[int, typer.Option(min=100, help="About how many entries.")] = 20000,
    services: Annotated[int, typer.Option(min=1, max=200, help="How many services.")] = 40,
    seed: Annotated[int, typer.Option(help="Which of all the years that might be.")] = 1,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the published folder stays; must not exist."),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the filled installation stays; one that is there is published again.",
        ),
    ] = None,
    verifier: Annotated[
        Path, typer.Option(metavar="FILE", help="The independent verifier.", show_default=False)
    ] = _VERIFIER,
    as_json: JsonOption = False,
) -> None:
    """Simulate a year of many services, publish it and verify it, and tell how long each took.

    Nothing in it is real. The exit status is 1 when the verifier finds something.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        made = bench_oversight(entries, services, seed, keep, home, verifier, progress)
    shown = table(f"A simulated year of {services} services", "what", ">figure")
    shown.add_row("entries", f"{made.entries:,}")
    shown.add_row("written in", f"{made.write_s:.1f} s")
    shown.add_row("published in", f"{made.publish_s:.1f} s")
    shown.add_row("verified in", f"{made.verify_s:.1f} s")
    shown.add_row("published folder", f"{made.folder_bytes / 1e6:.1f} MB")
    verdict = (
        Text("The verifier finds that all holds.", style="bold green")
        if made.holds
        else Text(made.told, style="bold red")
    )
    data = {
        "entries": made.entries,
        "services": services,
        "write_s": round(made.write_s, 2),
        "publish_s": round(made.publish_s, 2),
        "verify_s": round(made.verify_s, 2),
        "folder_bytes": made.folder_bytes,
        "holds": made.holds,
    }
    emit(Reply(data, (shown, verdict), status=0 if made.holds else 1), as_json=as_json)
