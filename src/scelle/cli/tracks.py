"""``search`` and ``tracks``: moving objects, found and taken out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from scelle.cli import asking
from scelle.cli.command import Reply, Session, command
from scelle.cli.conditions import refuse_areas, refuse_contradictions, refuse_span
from scelle.cli.exhibits import damage_shown
from scelle.cli.options import (
    CaseOption,
    ExhibitsOption,
    RecipientOption,
    area,
    milliseconds,
    path,
    position,
)
from scelle.cli.views import exported_line, exported_view, length, track_view, tracks_tables
from scelle.model.acts import (
    ConsultCase,
    ConsultCoverage,
    ExportTracks,
    SearchTracks,
)
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.geometry import Area, Direction, Route
from scelle.model.results import CaseFile, Exported
from scelle.model.tracks import Colour, ObjectClass, Track, TrackQuery

group = typer.Typer(no_args_is_help=True, help="Tracks as rows of numbers.")


def register(app: typer.Typer) -> None:
    """Add the group, and the command that stands alone."""
    command(
        app,
        "search",
        example="scelle search --case $CASE --class car --colour red --direction left --from 0:30",
    )(search)
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
    follows: Annotated[
        Route | None,
        typer.Option(
            "--path",
            parser=path,
            metavar='"X,Y X,Y within N"',
            help="Its foot goes along this path, in this direction, within so many pixels.",
        ),
    ] = None,
    words: Annotated[
        str,
        typer.Option(
            "--words", metavar="TEXT", help="All of it in plain words, English or French."
        ),
    ] = "",
    zones: Annotated[
        list[Any] | None,
        typer.Option(
            "--zone",
            parser=asking.zone,
            metavar='"NAME: X,Y X,Y X,Y"',
            help="A name that the words may use; repeat for several.",
        ),
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
        follows=follows,
    )
    named = tuple(exhibit_ids or ())
    case_id = session.case(case_id, *named)
    read: CaseFile = session.perform(ConsultCase(case_id=case_id))
    wanted = [e for e in read.exhibits if not named or e.id in named]
    places = dict(zones or ())
    said = asking.asked(words, query, wanted, places)
    query, hours = said.question.query, said.question.hours
    if said.question.exhibits:
        wanted = asking.named(said.question, wanted)
        named = tuple(e.id for e in wanted)
    refuse_contradictions(query)
    refuse_areas(query, wanted)
    dated = isinstance(start, datetime) or isinstance(end, datetime) or hours is not None
    unclocked = [e for e in wanted if dated and e.clock.recorded_at is None]
    first = query.start_ms if start is None else start
    last = query.end_ms if end is None else end
    spans = {e.id: (_elapsed(e, first), _elapsed(e, last)) for e in wanted if e not in unclocked}
    refuse_span(spans, wanted)
    # Before the search: what is analysed meanwhile is then told as not analysed, never as absent.
    covered: tuple[Coverage, ...] = session.perform(
        ConsultCoverage(case_id=case_id, exhibit_ids=named)
    )
    unread = {c.exhibit_id for c in covered if not c.ended}
    triaged = {c.exhibit_id: c.passed_over_ms for c in covered if c.ended and c.passed_over_ms}
    whole = all(c.complete for c in covered)
    queries: dict[tuple[str, ...], TrackQuery] = {
        (e,): replace(query, start_ms=a, end_ms=b) for e, (a, b) in spans.items()
    }
    if not dated:
        queries = {named: replace(query, start_ms=_whole(first), end_ms=_whole(last))}
    found: list[Track] = []
    for ids, own in queries.items():
        found += session.perform(
            SearchTracks(case_id=case_id, exhibit_ids=ids, query=own, hours=hours)
        )
    unnamed = False
    if not found and query.object_class not in {None, ObjectClass.UNKNOWN}:
        every = session.perform(SearchTracks(case_id=case_id, exhibit_ids=named))
        unnamed = bool(every) and all(t.object_class is ObjectClass.UNKNOWN for t in every)
    exhibits = {e.id: e for e in read.exhibits}
    show = tracks_tables(found, exhibits)
    told = asking.remarks(said, places) if words else []
    if not show and whole and not unclocked:
        show.append("No track answers this.")
    elif not show and len(unread) < len(covered):
        show.append("No track answers this in what was analysed.")
    return Reply(
        {
            "tracks": [track_view(t, exhibits[t.exhibit_id]) for t in found],
            "not_searched": [e.id for e in unclocked],
            "not_analysed": [e.id for e in wanted if e.id in unread],
            "passed_over_ms": {e.id: triaged[e.id] for e in wanted if e.id in triaged},
            "not_complete": [c.exhibit_id for c in covered if not c.complete],
            "not_understood": list(said.left),
        },
        (
            *told,
            *show,
            *_remarks(unclocked, [e for e in wanted if e.id in unread], unnamed=unnamed),
            *(
                f"Triage passed over {length(triaged[e.id] / 1000)} of exhibit {e.id} ({e.name}): "
                "nothing can be said of what happens there; run scelle analyse."
                for e in wanted
                if e.id in triaged
            ),
            *damage_shown(c for c in covered if c.exhibit_id in {e.id for e in wanted}),
        ),
    )


def _elapsed(exhibit: Exhibit, at: object | None) -> int | None:
    """Milliseconds of the recording's own time at a position."""
    return exhibit.position_ms(at) if isinstance(at, datetime) else _whole(at)


def _whole(at: object | None) -> int | None:
    return at if isinstance(at, int) else None


def _remarks(
    unclocked: Iterable[Exhibit], unread: Iterable[Exhibit], *, unnamed: bool
) -> list[RenderableType]:
    """What the answer does not speak of."""
    said: list[RenderableType] = [
        f"Not searched: exhibit {e.id} ({e.name}), whose recorder's clock nobody stated. "
        'Of a time in the recording, write "from 0:01:00 in the recording".'
        for e in unclocked
    ]
    said += [
        f"Not analysed yet: exhibit {e.id} ({e.name}), so nothing can be said of it; "
        "run scelle analyse."
        for e in unread
    ]
    if unnamed:
        said.append(
            "No detector named anything: every track's class is unknown, so no other class can "
            "be found; search without --class, or run scelle analyse without --detector motion."
        )
    return said


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
        typer.Option("--format", help="mot (MOTChallenge), csv, mf-json (OGC) or cvat."),
    ] = "mot",
    recipient: RecipientOption = "",
) -> Reply:
    """Export the tracks of one exhibit as rows of numbers."""
    act = ExportTracks(
        case_id=session.case(case_id, exhibit_id),
        exhibit_ids=(exhibit_id,),
        format=table_format,
        output=output,
        recipient=recipient,
    )
    exported: Exported = session.perform(act)
    what = "rows" if table_format == "mot" else "tracks"
    return Reply({"tracks": exported_view(exported)}, (exported_line(exported, what),))
