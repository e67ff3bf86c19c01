"""``still``: what tracks did, in a single picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption
from scelle.cli.views import field_list, plain
from scelle.errors import BadInput
from scelle.model.acts import MakeStill
from scelle.model.geometry import Direction
from scelle.model.results import Exported
from scelle.model.stills import Still
from scelle.model.tracks import Colour, ObjectClass, TrackQuery


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "still", example="scelle still paths --case $CASE --class person -o paths.png")(
        still
    )


def still(
    session: Session,
    kind: Annotated[Still, typer.Argument(help="What the picture sums up.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The PNG file.")],
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    object_class: Annotated[
        ObjectClass | None, typer.Option("--class", help="Only this class.")
    ] = None,
    colour: Annotated[Colour | None, typer.Option(help="Only with this colour.")] = None,
    direction: Annotated[Direction | None, typer.Option(help="Only going there.")] = None,
    moving: Annotated[
        bool | None, typer.Option("--moving/--standing", help="Only what moves or stands.")
    ] = None,
) -> Reply:
    """Draw one picture of what tracks did: a storyboard, their paths, or a heat map."""
    if output.suffix.lower() != ".png":
        raise BadInput(
            f"A still is written as PNG, and {output.name} is not named so.",
            remedy="Give a name that ends in .png.",
        )
    act = MakeStill(
        case_id=session.case(case_id, *exhibit_ids or ()),
        exhibit_ids=tuple(exhibit_ids or ()),
        still=kind,
        query=TrackQuery(
            object_class=object_class, colour=colour, direction=direction, moving=moving
        ),
        output=output,
    )
    made: Exported = session.perform(act)
    data = {"path": str(made.path), "tracks": made.rows, "sha256": made.sha256}
    fields = {"tracks": str(made.rows), "SHA-256": made.sha256}
    return Reply({"still": data}, (field_list(fields), plain(str(made.path))))
