"""``bench describe`` and ``bench scene``: generated streets, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from scelle.benchmarks.charts import confusion_svg
from scelle.benchmarks.describe import UNKNOWN, Described, Disturbed, Lit, Plan, bench_describe
from scelle.benchmarks.recorder import PULSING, filmed_figures, write_sequence
from scelle.cli.command import JsonOption, Reply, emit, interruptible
from scelle.cli.options import DetectorOption, WorkersOption
from scelle.cli.progress import Bars
from scelle.cli.views import table
from scelle.errors import BadInput
from scelle.scene.conditions import DISTURBANCES, LIGHTS, conditions
from scelle.scene.long import CROWDS, LongStreet

SIZES = {"180p": (320, 180), "360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080)}

FiguresOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="A recording in which single people pass a still camera: half of the persons.",
    ),
]


def add_to(group: typer.Typer) -> None:
    """Add the commands to ``bench``."""
    group.command("describe", epilog="Example: scelle bench describe --minutes 10")(describe)
    example = "scelle bench scene night --under night --crowd busy --minutes 120"
    group.command("scene", epilog=f"Example: {example}")(scene)


def describe(
    minutes: Annotated[float, typer.Option(min=0.5, help="Length of each street.")] = 4.0,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Lights and disturbances; all by default."),
    ] = None,
    figures: FiguresOption = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the confusion matrix there.")
    ] = None,
    workers: WorkersOption = 2,
    detector: DetectorOption = "motion",
    as_json: JsonOption = False,
) -> None:
    """Hold descriptions against the truth of generated streets, and count false tracks.

    Colour, direction, speed and time in the picture by light; false tracks per hour of
    an empty street by disturbance. Nothing is kept, and no case is touched.
    """
    for name in only or ():
        conditions(name)
    console = Console(stderr=True)

    def told(one: Lit | Disturbed) -> None:
        if isinstance(one, Lit):
            console.print(f"{one.light}: {len(one.told)} of {one.passages} passages found")
        else:
            console.print(f"{one.disturbance}: {one.tracks} false tracks in {one.hours:.2g} h")

    with interruptible(), Bars(console) as progress:
        plan = Plan(
            lights=tuple(n for n in LIGHTS if not only or n in only),
            disturbances=tuple(n for n in DISTURBANCES if not only or n in only),
            light_s=minutes * 60,
            empty_s=minutes * 60,
            cutouts=filmed_figures(figures, progress) if figures else (),
        )
        found = bench_describe(
            plan, workers=workers, detector=detector, progress=progress, told=told
        )
    confusion = found.confusion()
    if svg is not None and found.lights:
        svg.write_text(confusion_svg({true: dict(said) for true, said in confusion.items()}))
    data = {
        "lights": [lit.view() for lit in found.lights],
        "empty": [e.view() for e in found.empty],
        "confusion": {true: dict(said) for true, said in confusion.items()},
        "confidence": found.calibration(),
    }
    emit(Reply(data, tuple(_shown(found))), as_json=as_json)


def scene(
    folder: Annotated[Path, typer.Argument(help="A new folder, in MOTChallenge layout.")],
    minutes: Annotated[float, typer.Option(min=0.1, help="Length of the recording.")] = 10.0,
    under: Annotated[
        str, typer.Option(metavar="NAME", help="Light, weather or disturbance.")
    ] = "day",
    crowd: Annotated[str, typer.Option(help="How many pass.")] = "usual",
    size: Annotated[str, typer.Option(help="Of the pictures.")] = "360p",
    fps: Annotated[int, typer.Option(min=1, help="Pictures per second.")] = 12,
    seed: Annotated[int, typer.Option(help="Decides everything that varies.")] = 1,
    figures: FiguresOption = None,
    as_json: JsonOption = False,
) -> None:
    """Generate a recording of any length with its exact truth.

    The folder holds the recording, the true boxes and one JSON object for each passage.
    """
    for value, known, name in ((crowd, CROWDS, "--crowd"), (size, SIZES, "--size")):
        if value not in known:
            raise BadInput(
                f"{name} cannot be {value!r}", remedy=f"Choose one of {', '.join(known)}."
            )
    if folder.exists():
        raise BadInput(f"{folder} is already there", remedy="Name a new folder.")
    with interruptible(), Bars(Console(stderr=True)) as progress:
        street = LongStreet(
            seed,
            minutes * 60,
            SIZES[size],
            fps,
            CROWDS[crowd],
            conditions(under),
            filmed_figures(figures, progress) if figures else (),
        )
        passages = write_sequence(
            street, folder, PULSING if under == "compression" else None, progress
        )
    data = {"folder": str(folder), "frames": street.frame_count, "passages": passages}
    text = f"{street.frame_count} pictures and {passages} passages in {folder}."
    emit(Reply(data, (text,)), as_json=as_json)


def _shown(found: Described) -> list[RenderableType]:
    shown: list[RenderableType] = []
    if found.lights:
        lights = table(
            "Descriptions beside the truth",
            *("light", ">passages", ">found", ">tracks", ">colour told", ">colour right"),
            *(">direction right", ">speed", ">metres/s", ">dwell off"),
        )
        for lit in found.lights:
            v = lit.view()
            lights.add_row(
                lit.light,
                str(v["passages"]),
                str(v["found"]),
                str(v["tracks"]),
                *(_percent(v[k]) for k in ("colour_told", "colour_right", "direction_right")),
                *(_ratio(v[k]) for k in ("speed_ratio", "pace_ratio")),
                "" if v["dwell_off_s"] is None else f"{v['dwell_off_s']} s",
            )
        shown += [lights, _matrix(found), _calibrated(found)]
    if found.empty:
        empty = table("An empty street", "disturbance", ">hours", ">false tracks", ">per hour")
        for e in found.empty:
            empty.add_row(e.disturbance, f"{e.hours:.2f}", str(e.tracks), f"{e.per_hour:.1f}")
        shown.append(empty)
    return shown


def _matrix(found: Described) -> RenderableType:
    confusion = found.confusion()
    names = [*confusion, UNKNOWN]
    shown = table("True colour (rows), and what it was called", "true", *(f">{n}" for n in names))
    for true, said in confusion.items():
        if said:
            shown.add_row(true, *(str(said[n]) if said[n] else "·" for n in names))
    return shown


def _calibrated(found: Described) -> RenderableType:
    shown = table("Colour by its stated confidence", "confidence", ">told", ">right")
    for row in found.calibration():
        shown.add_row(str(row["confidence"]), str(row["told"]), _percent(row["right"]))
    return shown


def _percent(value: object) -> str:
    return f"{100 * value:.0f} %" if isinstance(value, float) else ""


def _ratio(value: object) -> str:
    return f"{value:.2f}x" if isinstance(value, float) else ""
