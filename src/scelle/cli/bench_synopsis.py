"""``bench synopsis``: how short synopses become, and how quickly they are arranged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.synopsis import (
    RIVAL_S,
    Compared,
    Filtered,
    GivenUp,
    Row,
    Scored,
    bench_synopsis,
)
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import length, table


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    example = "scelle bench synopsis PETS09-S2L1 passages.mp4"
    group.command("synopsis", epilog=f"Example: {example}")(synopsis)


def synopsis(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            exists=True,
            help="Folders in MOTChallenge layout, whose true tubes are taken, and closed "
            "recordings, which are analysed first.",
        ),
    ] = None,
    generated: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Size of a generated set; repeat for several."),
    ] = None,
    rival_seconds: Annotated[
        float,
        typer.Option(min=1, help="Processor seconds after which a rival method is given up."),
    ] = RIVAL_S,
    as_json: JsonOption = False,
) -> None:
    """Arrange tubes in time, beside chronological packing and a greedy method.

    Nothing is kept, and no case is touched.
    """
    counts = generated if generated is not None else [100, 1000, 10_000]
    console = Console(stderr=True)
    with interruptible(), Bars(console) as progress:
        compared = bench_synopsis(
            sources or [],
            counts,
            rival_s=rival_seconds,
            progress=progress,
            told=lambda row: console.print(_line(row), highlight=False, soft_wrap=True),
        )
    data: dict[str, object] = {
        "scored": [s.view() for s in compared.scored],
        "given_up": [vars(g) for g in compared.given_up],
        "filters": [
            {"tubes": f.tubes, "kept": f.kept, "seconds": round(f.seconds, 5)}
            for f in compared.filters
        ],
    }
    data["stored"] = [
        {"tubes": name, "bytes_per_object_second": round(n)} for name, n in compared.stored
    ]
    if compared.export is not None:
        data["export"] = {
            **{k: round(v, 3) for k, v in vars(compared.export).items()},
            "realtime": round(compared.export.realtime, 2),
        }
    emit(Reply(data, tuple(_shown(compared))), as_json=as_json)


def _shown(compared: Compared) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for name in dict.fromkeys(s.tubes for s in compared.scored):
        scored = [s for s in compared.scored if s.tubes == name]
        shown.append(_set(scored))
        said: tuple[GivenUp | Filtered, ...] = (*compared.given_up, *compared.filters)
        shown += [_told(row) for row in said if row.tubes == name]
    for name, taken in compared.stored:
        shown.append(f"{name}: {taken / 1000:.1f} kB stored for each second of each object.")
    if compared.export is not None:
        e = compared.export
        shown.append(
            f"Export at 1280 x 720, {e.objects:.0f} objects at a time, {e.pictures} pictures: "
            f"{e.realtime:.1f} times real time ({e.pictures / e.seconds:.0f} pictures a second)."
        )
    return shown


def _line(row: Row) -> str:
    """A row as it is told when it has been measured."""
    if not isinstance(row, Scored):
        return f"{row.tubes}: {_told(row)}"
    m = row.metrics
    return (
        f"{row.tubes}: {row.method}, {row.limit:.0%}: {length(row.length_s)}, "
        f"FR {m.frame_condensation:.3f}, OR {m.overlap:.3f}, {row.seconds:.2f} s."
    )


def _told(row: GivenUp | Filtered) -> str:
    if isinstance(row, GivenUp):
        return (
            f"{row.method}, {row.limit:.0%}: given up, not finished after {row.seconds:g} s "
            "of processor time."
        )
    return f"A filter that keeps {row.kept}: arranged again in {row.seconds * 1e3:.0f} ms."


def _set(scored: list[Scored]) -> RenderableType:
    first = scored[0]
    shown = table(
        f"{first.tubes}: {first.count} tubes of {length(first.source_s)}, "
        f"the longest {length(first.longest_s)}",
        *("method", ">limit", ">length", ">FR", ">OR", ">CR", ">CDR", ">coll.", ">s", ">src/s"),
    )
    for s in scored:
        m = s.metrics
        shown.add_row(
            s.method,
            f"{s.limit:.0%}",
            length(s.length_s),
            f"{m.frame_condensation:.3f}",
            f"{m.overlap:.3f}",
            f"{m.compact:.2f}",
            f"{m.disorder:.2f}",
            f"{m.collision:.0%}",
            f"{s.seconds:.2f}",
            f"{s.frames_per_s / 1000:,.0f}k",
        )
    return shown
