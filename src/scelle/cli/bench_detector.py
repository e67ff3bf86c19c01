"""``bench detector``: how well and how fast what moves is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.detector import ALL, Measured, bench_detector
from scelle.benchmarks.precision import SIZES, Score
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.progress import Bars
from scelle.cli.views import table
from scelle.vision.catalogue import own_model

BESIDE = Path(__file__).resolve().parents[3].parent / "shared"
"""Where pictures and recordings for measuring are looked for: beside the repository."""


def add_to(group: typer.Typer) -> None:
    """Add the command to ``bench``."""
    example = "scelle bench detector pictures --model FastestDet.onnx"
    group.command("detector", epilog=f"Example: {example}")(detector)


def detector(
    training: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Holds val.json and its images.",
            show_default="shared/training beside the repository",
        ),
    ] = BESIDE / "training",
    sequence: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A MOTChallenge sequence: one video and gt/gt.txt."),
    ] = None,
    models: Annotated[
        list[Path] | None,
        typer.Option("--model", metavar="FILE", help="An admitted ONNX file to compare with."),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Measure only every so manieth picture.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Measure the project's own detector on labelled pictures, beside other admitted models.

    All see the same pictures through the same code. With a sequence of known people, also
    on its pictures, and on canvases packed from its moving regions. Nothing is kept.
    """
    files = [own_model(), *(models or ())]
    with interruptible(), Bars(Console(stderr=True)) as progress:
        measured = bench_detector(files, training, sequence, every=every, progress=progress)
    data = {"detectors": [m.view() for m in measured]}
    emit(Reply(data, tuple(_shown(measured))), as_json=as_json)


def _shown(measured: Sequence[Measured]) -> list[RenderableType]:
    shown = [_classes("Labelled pictures", [(m.name, m.pictures.get(ALL, {})) for m in measured])]
    for group in sorted({g for m in measured for g in m.pictures} - {ALL}):
        rows = [(m.name, m.pictures.get(group, {})) for m in measured]
        shown.append(_classes(f"Labelled pictures, {group.replace('_', ' ')}", rows))
    if any(m.sequence for m in measured):
        rows = [(m.name, m.sequence.get(ALL, {})) for m in measured]
        shown.append(_classes("Pictures of the sequence", rows))
    if any(m.regions for m in measured):
        shown.append(_regions(measured))
    shown += [_clothing(measured), _time(measured)]
    return shown


def _classes(title: str, rows: Sequence[tuple[str, dict[str, dict[str, Score]]]]) -> RenderableType:
    shown = table(
        title,
        *("detector", "class", ">objects", ">AP", ">AP50"),
        *(f">{size.name}" for size in SIZES[1:]),
        *(">recall", ">precision"),
    )
    for name, classes in rows:
        for kind, sizes in classes.items():
            whole = sizes[ALL]
            each = [sizes.get(size.name) for size in SIZES[1:]]
            shown.add_row(
                name,
                kind,
                str(whole.objects),
                _percent(whole.ap),
                _percent(whole.ap50),
                *(_percent(score.ap50) if score else "" for score in each),
                _percent(whole.recall),
                _percent(whole.precision),
            )
    return shown


def _regions(measured: Sequence[Measured]) -> RenderableType:
    shown = table(
        "Moving people of 30 pixels or more, on packed canvases",
        *("detector", ">people", ">in a region", ">recall at precision 90", ">at score"),
        *(">recall", ">precision", ">canvases a look"),
    )
    for m in measured:
        if m.regions:
            r = m.regions
            shown.add_row(
                m.name,
                str(r.people),
                _percent(r.seen),
                _percent(r.recall),
                f"{r.at:.2f}",
                _percent(r.recall_sure),
                _percent(r.precision_sure),
                f"{r.canvases:.1f}",
            )
    return shown


def _clothing(measured: Sequence[Measured]) -> RenderableType:
    shown = table(
        "Share of people found, by the main colour of what they wear above",
        "detector", "colour", ">people", ">recall",
    )  # fmt: skip
    for m in measured:
        for colour, (recall, people) in m.clothing.items():
            shown.add_row(m.name, colour, str(people), _percent(recall))
    return shown


def _time(measured: Sequence[Measured]) -> RenderableType:
    shown = table("One 320x320 picture, median processor time", "detector", ">time", ">threshold")
    for m in measured:
        shown.add_row(m.name, f"{m.latency_ms:.1f} ms", f"{m.threshold:.2f}")
    return shown


def _percent(share: float) -> str:
    return "" if share != share else f"{share * 100:.1f}"
