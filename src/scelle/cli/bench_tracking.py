"""``bench tracking``: how well objects are followed, beside public trackers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.tracking import Compared, Scored, bench_tracking
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.options import DetectorOption, WorkersOption
from scelle.cli.progress import Bars
from scelle.cli.views import table

_ROWS = {
    "motion": "own motion only",
    "det": "the public detections",
    "gt": "the true boxes: association alone",
}


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    example = "scelle bench tracking PETS09-S2L1 --oracle judge/bin/python"
    group.command("tracking", epilog=f"Example: {example}")(tracking)


def tracking(
    sequences: Annotated[
        list[Path],
        typer.Argument(exists=True, file_okay=False, help="Folders in MOTChallenge layout."),
    ],
    oracle: Annotated[
        Path | None,
        typer.Option(
            metavar="PYTHON",
            help="Interpreter that has the public trackers; one is set up by default.",
        ),
    ] = None,
    workers: WorkersOption = 2,
    detector: DetectorOption = "motion",
    as_json: JsonOption = False,
) -> None:
    """Follow objects in sequences of known truth, beside public trackers on the same input.

    A public package judges all alike. Nothing is kept, and no case is touched.
    """
    with interruptible(), Bars(Console(stderr=True)) as progress:
        compared = bench_tracking(
            sequences, python=oracle, detector=detector, workers=workers, progress=progress
        )
    data = {
        "judge": compared.judge,
        "encoded": list(compared.encoded),
        "scored": [s.view() for s in compared.scored],
    }
    emit(Reply(data, tuple(_shown(compared))), as_json=as_json)


def _shown(compared: Compared) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for name in dict.fromkeys(s.sequence for s in compared.scored):
        for row, title in _ROWS.items():
            scored = [s for s in compared.scored if (s.sequence, s.row) == (name, row)]
            if scored:
                shown.append(_row(f"{name}: {title}", scored))
    if compared.encoded:
        shown.append(
            "The pictures of "
            + ", ".join(compared.encoded)
            + " were first encoded almost without loss (H.264, CRF 8, 4:2:0)."
        )
    shown.append(f"Judged by {compared.judge}.")
    return shown


def _row(title: str, scored: list[Scored]) -> RenderableType:
    shown = table(
        title,
        *("tracker", "given", ">HOTA", ">DetA", ">AssA", ">IDF1", ">MOTA", ">switches"),
        *(">tracks", ">frames/s"),
    )
    best = max(s.hota for s in scored)
    for s in scored:
        percent = [f"{v:.1f}" for v in (s.hota, s.det_a, s.ass_a, s.idf1, s.mota)]
        shown.add_row(
            s.tracker,
            s.given,
            *percent,
            str(s.switches),
            str(s.tracks),
            f"{s.fps:,.0f}" if s.fps else "",
            style="bold" if s.hota == best else None,
        )
    return shown
