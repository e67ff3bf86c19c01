"""``bench player``: how quick the live synopsis is in a real browser."""

from __future__ import annotations

import statistics
from typing import Annotated

import typer
from rich.console import Console

from scelle.benchmarks.player import bench_player
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("player", epilog="Example: scelle bench player")(player)


def player(
    tracks: Annotated[int, typer.Option(min=60, help="Generated passages of the case.")] = 240,
    as_json: JsonOption = False,
) -> None:
    """Open, play, filter and click the live synopsis in Chromium.

    Nothing is kept, and no case is touched.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        p = bench_player(tracks, progress)
    middle = statistics.median(p.filters.values())
    slowest = max(p.filters, key=lambda query: p.filters[query])
    shown = table(f"Live synopsis of {p.tracks} passages in Chromium", "what", ">goal", ">measured")
    for what, goal, measured in (
        ("first picture, median", "1 s", f"{p.first / 1000:.2f} s"),
        ("first picture at 4 Mbit/s", "1 s", f"{p.first_slow / 1000:.2f} s"),
        ("pictures received until then", "", f"{p.first_kb:.0f} kB"),
        (f"pictures a second with {p.objects} objects or more (goal: 50)", "30", f"{p.fps:.0f}"),
        ("changed filter drawn, median", "150 ms", f"{middle:.0f} ms"),
        (f"the slowest: {slowest or 'none'}", "150 ms", f"{p.filters[slowest]:.0f} ms"),
        ("click: the original's second is off by", "0 s", f"{p.clicks:.2f} s"),
        ("click until the original's first picture", "", f"{p.original / 1000:.2f} s"),
    ):
        shown.add_row(what, goal, measured)
    data = {name: round(v, 3) for name, v in vars(p).items() if name != "filters"}
    filters = {query: round(ms, 1) for query, ms in p.filters.items()}
    emit(Reply({**data, "filters": filters}, (shown,)), as_json=as_json)
