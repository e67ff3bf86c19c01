"""``bench web``: how quick the pages are while many people review."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from scelle.benchmarks.web import GOALS, MIX, bench_web
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table

_SAID = {
    "page": "review bench of a case, opened",
    "search": "search, with masked pictures",
    "frame": "one exact picture",
    "video": "two seconds of video",
    "line": "time line of a case",
}


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    group.command("web", epilog="Example: scelle bench web --keep web-home")(web)


def web(
    tracks: Annotated[int, typer.Option(min=1000, help="Tracks of all cases.")] = 1_000_000,
    cases: Annotated[int, typer.Option(min=1, max=200, help="Cases that hold them.")] = 10,
    reviewers: Annotated[int, typer.Option(min=1, max=400, help="At the same time.")] = 200,
    think: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Mean time between two requests.")
    ] = 30.0,
    seconds: Annotated[float, typer.Option(min=1, help="Of measuring.")] = 90.0,
    readers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that answer the bench; one a processor by default."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the installation stays, to be used again."),
    ] = None,
    database: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Of an empty PostgreSQL database; a file by default."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Let many people review at once, and tell how long they wait.

    Nothing in the installation is real. The exit status is 1 when an answer was wrong.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress, ExitStack() as held:
        folder = keep or Path(held.enter_context(tempfile.TemporaryDirectory(prefix="scelle-web-")))
        m = bench_web(
            folder, tracks=tracks, cases=cases, reviewers=reviewers, think_s=think,
            seconds=seconds, readers=(os.cpu_count() or 1) if readers is None else readers,
            progress=progress, database=database,
        )  # fmt: skip
    shown = table(
        f"{m.reviewers} reviewers, {m.tracks:,} tracks in {m.cases} cases, milliseconds",
        "answer", ">share", ">goal", ">95 %", ">median", ">most", ">alone", ">answers",
    )  # fmt: skip
    for kind, said in _SAID.items():
        if kind not in m.kinds:
            continue
        t, goal, share = m.kinds[kind], GOALS.get(kind), MIX.get(kind)
        shown.add_row(
            said,
            "" if share is None else f"{share:.0%}",
            "" if goal is None else f"{goal:.0f}",
            Text(f"{t.p95:.0f}", style="" if goal is None or t.p95 <= goal else "bold red"),
            f"{t.median:.0f}", f"{t.most:.0f}", f"{t.alone:.0f}", f"{t.count}",
        )  # fmt: skip
    rest = table("Beside", "what", ">figure")
    rest.add_row("answers a second", f"{m.rate:.1f}")
    rest.add_row("answers that were wrong", str(m.wrong))
    rest.add_row("mean time to think", f"{m.think_s:g} s, exponential")
    rest.add_row("pictures on a page", f"{m.pictures:.1f}")
    rest.add_row("one question over all tracks, at the store", f"{m.whole_ms:.0f} ms")
    rest.add_row("server's memory with one reviewer", f"{m.memory_before / 2**20:.0f} MiB")
    rest.add_row("at most with all", f"{m.memory / 2**20:.0f} MiB")
    rest.add_row("filled in", f"{m.filled_s:.0f} s")
    rest.add_row("processors", str(os.cpu_count()))
    data = {k: v for k, v in vars(m).items() if k != "kinds"} | {
        "kinds": {kind: vars(t) for kind, t in m.kinds.items()},
        "rate": m.rate,
    }
    wrong = [Text(said, style="red") for said in m.told]
    emit(Reply(data, (shown, rest, *wrong), status=1 if m.wrong else 0), as_json=as_json)
