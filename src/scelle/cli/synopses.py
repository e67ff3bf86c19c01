"""``synopsis``: a recording watched in minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption
from scelle.cli.views import asked_of, field_list, length, plain, synopsis_view
from scelle.errors import BadInput
from scelle.model.acts import ConsultCase, MakeSynopsis
from scelle.model.geometry import Direction
from scelle.model.results import Synopsis
from scelle.model.synopsis import Rows, Staging, Stays
from scelle.model.tracks import Colour, ObjectClass, TrackQuery


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "synopsis", example="scelle synopsis --case $CASE --colour red -o red.mp4")(
        synopsis
    )


def synopsis(
    session: Session,
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where a copy is written; kept in the vault alone by default."
        ),
    ] = None,
    collision: Annotated[
        float,
        typer.Option(min=0, max=1, help="Largest share of object area that may collide."),
    ] = 0.05,
    chronology: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="What order counts against shortness; 1 keeps it strictly."
        ),
    ] = 0.0,
    density: Annotated[
        float,
        typer.Option(min=0.01, max=1, help="Largest share of the picture covered at any time."),
    ] = 1.0,
    together: Annotated[
        bool,
        typer.Option("--together/--apart", help="Whether people who met keep together."),
    ] = True,
    stays: Annotated[
        Stays, typer.Option(help="Long stays at one place: kept, played fast, or cut.")
    ] = Stays.KEEP,
    speed: Annotated[
        float, typer.Option(min=0.1, max=16, help="How many times faster it plays.")
    ] = 1.0,
    trails: Annotated[
        bool, typer.Option("--trails", help="Draw where each object has been.")
    ] = False,
    rows: Annotated[
        Rows,
        typer.Option(help="What is shown apart, side by side: cameras must be, if several."),
    ] = Rows.ONE,
    object_class: Annotated[
        ObjectClass | None, typer.Option("--class", help="Only this class.")
    ] = None,
    colour: Annotated[Colour | None, typer.Option(help="Only with this colour.")] = None,
    direction: Annotated[Direction | None, typer.Option(help="Only going there.")] = None,
    moving: Annotated[
        bool | None, typer.Option("--moving/--standing", help="Only what moves or stands.")
    ] = None,
) -> Reply:
    """Compose a synopsis: every object once, closer together, its original time beside it."""
    query = TrackQuery(object_class=object_class, colour=colour, direction=direction, moving=moving)
    case_id = session.case(case_id, *exhibit_ids or ())
    held = () if exhibit_ids else session.perform(ConsultCase(case_id=case_id)).exhibits
    act = MakeSynopsis(
        case_id=case_id,
        exhibit_ids=tuple(exhibit_ids or ()),
        query=query,
        staging=Staging(
            collision=collision,
            chronology=chronology,
            density=density,
            together=together,
            stays=stays,
            speed=speed,
            trails=trails,
            rows=rows,
        ),
        output=output,
    )
    try:
        made: Synopsis = session.perform(act)
    except BadInput as error:
        if exhibit_ids or held:
            raise
        raise BadInput(
            "The case has no exhibit: there is nothing to show.",
            remedy="Receive a recording with `scelle exhibit receive`, then analyse it.",
        ) from error
    absent = [e for e in held if e.id not in made.exhibit_ids]
    told = (
        f"Not in it: exhibit {e.id} ({e.name}), which is not analysed or which the mandate does "
        "not cover; nothing can be said of what happens there."
        for e in absent
    )
    view = synopsis_view(made) | {"exhibits_absent": [e.id for e in absent]}
    return Reply({"synopsis": view}, (*synopsis_shown(made), *told))


def synopsis_shown(made: Synopsis) -> tuple[RenderableType, ...]:
    """What people want to know of a synopsis; a path on a line of its own."""
    share = made.duration_s / made.source_s if made.source_s else 0.0
    fields = {
        "synopsis": made.id,
        "length": f"{length(made.duration_s)} for {length(made.source_s)} recorded ({share:.0%})",
        "asked for": asked_of(made),
        "tracks": f"{made.tracks_shown} shown of {made.tracks_total} found",
        "collisions": f"{made.collision:.1%} of object area",
        "written to": "the vault alone" if made.path is None else "the vault, and:",
    }
    if made.path is None:
        return (field_list(fields),)
    return field_list(fields), plain(str(made.path))
