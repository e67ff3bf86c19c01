"""``search``, ``clip`` and ``tracks``: moving objects, found and taken out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import (
    CaseOption,
    ExhibitsOption,
    area,
    milliseconds,
    position,
)
from scelle.cli.views import exported_line, exported_view, track_view, tracks_tables
from scelle.errors import BadInput
from scelle.model.acts import ConsultCase, ExportClip, ExportTracks, SearchTracks
from scelle.model.evidence import Exhibit
from scelle.model.geometry import Area, Direction
from scelle.model.results import CaseFile, Exported
from scelle.model.tracks import Colour, ObjectClass, Track, TrackQuery

group = typer.Typer(no_args_is_help=True, help="Tracks as rows of numbers.")


def register(app: typer.Typer) -> None:
    """Add the group, and the two commands that stand alone."""
    command(
        app,
        "search",
        example="scelle search --case $CASE --class car --colour red --direction left --from 0:30",
    )(search)
    command(
        app,
        "clip",
        example="scelle clip --case $CASE --exhibit $EXHIBIT --from 1:30 --to 1:50 -o clip.mp4",
    )(clip)
    app.add_typer(group, name="tracks")


def search(
    session: Session,
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    start: Annotated[
        object | None,
        typer.Option(
            "--from",
            parser=position,
            metavar="TIME",
            help="Present after this: h:mm:ss in the recording, or a date and time.",
        ),
    ] = None,
    end: Annotated[
        object | None,
        typer.Option(
            "--to", parser=position, metavar="TIME", help="Present before this, written likewise."
        ),
    ] = None,
    object_class: Annotated[ObjectClass | None, typer.Option("--class", help="What it is.")] = None,
    colour: Annotated[Colour | None, typer.Option(help="Some part is mainly this colour.")] = None,
    not_colour: Annotated[Colour | None, typer.Option(help="No part is this colour.")] = None,
    direction: Annotated[Direction | None, typer.Option(help="Where it goes.")] = None,
    moving: Annotated[
        bool | None, typer.Option("--moving/--standing", help="Whether it left its place.")
    ] = None,
    min_height: Annotated[
        float | None, typer.Option(min=0, help="Median height in pixels.")
    ] = None,
    max_height: Annotated[
        float | None, typer.Option(min=0, help="Median height in pixels.")
    ] = None,
    min_dwell: Annotated[
        int | None,
        typer.Option(parser=milliseconds, metavar="SECONDS", help="Stays at least this long."),
    ] = None,
    max_dwell: Annotated[
        int | None,
        typer.Option(parser=milliseconds, metavar="SECONDS", help="Stays at most this long."),
    ] = None,
    inside: Annotated[
        Area | None,
        typer.Option(
            parser=area, metavar='"X,Y X,Y X,Y"', help="Its foot enters this area, in pixels."
        ),
    ] = None,
    outside: Annotated[
        Area | None,
        typer.Option(parser=area, metavar='"X,Y X,Y X,Y"', help="Its foot never enters this area."),
    ] = None,
) -> Reply:
    """Search the tracks; without any condition, list them all. Each is a candidate, no more.

    A date and time is held against each exhibit's own clock; an exhibit whose
    clock nobody stated cannot be searched by it, and is named.
    """
    query = TrackQuery(
        object_class=object_class,
        colour=colour,
        not_colour=not_colour,
        direction=direction,
        moving=moving,
        min_height=min_height,
        max_height=max_height,
        min_dwell_ms=min_dwell,
        max_dwell_ms=max_dwell,
        inside=inside,
        outside=outside,
    )
    case_id = session.case(case_id, *exhibit_ids or ())
    read: CaseFile = session.perform(ConsultCase(case_id=case_id))
    wanted = [e for e in read.exhibits if not exhibit_ids or e.id in exhibit_ids]
    found: list[Track] = []
    unclocked: list[Exhibit] = []
    if isinstance(start, datetime) or isinstance(end, datetime):
        for exhibit in wanted:
            if exhibit.clock.recorded_at is None:
                unclocked.append(exhibit)
                continue
            own = replace(query, start_ms=_elapsed(exhibit, start), end_ms=_elapsed(exhibit, end))
            act = SearchTracks(case_id=case_id, exhibit_ids=(exhibit.id,), query=own)
            found += session.perform(act)
    else:
        own = replace(query, start_ms=_whole(start), end_ms=_whole(end))
        act = SearchTracks(case_id=case_id, exhibit_ids=tuple(exhibit_ids or ()), query=own)
        found += session.perform(act)
    exhibits = {e.id: e for e in read.exhibits}
    return Reply(
        {
            "tracks": [track_view(t, exhibits[t.exhibit_id]) for t in found],
            "not_searched": [e.id for e in unclocked],
        },
        (
            *(tracks_tables(found, exhibits) or ["No track answers this."]),
            *_remarks(unclocked),
        ),
    )


def _elapsed(exhibit: Exhibit, at: object | None) -> int | None:
    """Milliseconds of the recording's own time at a position."""
    return exhibit.position_ms(at) if isinstance(at, datetime) else _whole(at)


def _whole(at: object | None) -> int | None:
    return at if isinstance(at, int) else None


def _remarks(unclocked: Iterable[Exhibit]) -> list[RenderableType]:
    return [
        f"Not searched: exhibit {e.id} ({e.name}), whose recorder's clock nobody stated."
        for e in unclocked
    ]


def clip(
    session: Session,
    exhibit_id: Annotated[str, typer.Option("--exhibit", metavar="ID", help="The exhibit.")],
    start: Annotated[
        int,
        typer.Option(
            "--from", parser=milliseconds, metavar="TIME", help="h:mm:ss in the recording."
        ),
    ],
    end: Annotated[
        int,
        typer.Option("--to", parser=milliseconds, metavar="TIME", help="h:mm:ss, excluded."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The MP4 file to write.")],
    case_id: CaseOption = "",
) -> Reply:
    """Export a span of one exhibit as a video, heads masked."""
    if end <= start:
        raise BadInput(
            "the span ends before it begins", remedy="Give a --to that is later than --from."
        )
    act = ExportClip(
        case_id=session.case(case_id, exhibit_id),
        exhibit_ids=(exhibit_id,),
        start_ms=start,
        end_ms=end,
        output=output,
    )
    exported: Exported = session.perform(act)
    return Reply({"clip": exported_view(exported)}, (exported_line(exported, "pictures"),))


@command(
    group,
    "export",
    example="scelle tracks export --case $CASE --exhibit $EXHIBIT --format mot -o tracks.txt",
)
def tracks_export(
    session: Session,
    exhibit_id: Annotated[str, typer.Option("--exhibit", metavar="ID", help="The exhibit.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    case_id: CaseOption = "",
    table_format: Annotated[
        str,
        typer.Option("--format", help="mot: MOTChallenge rows, 1-based frames, native pixels."),
    ] = "mot",
) -> Reply:
    """Export the tracks of one exhibit as rows of numbers."""
    act = ExportTracks(
        case_id=session.case(case_id, exhibit_id),
        exhibit_ids=(exhibit_id,),
        format=table_format,
        output=output,
    )
    exported: Exported = session.perform(act)
    return Reply({"tracks": exported_view(exported)}, (exported_line(exported, "rows"),))
