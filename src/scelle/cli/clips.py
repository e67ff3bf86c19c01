"""``clip`` and ``cameras``: spans of recordings as videos that leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, RecipientOption, milliseconds, moment
from scelle.cli.views import exported_line, exported_view
from scelle.errors import BadInput
from scelle.model.acts import (
    ConsultBookmarks,
    ConsultCase,
    ConsultSearches,
    ExportCameras,
    ExportClip,
    Film,
    SearchTracks,
    Span,
)
from scelle.model.bookmarks import Bookmark
from scelle.model.decisions import Judgement, SearchRecord
from scelle.model.evidence import Exhibit
from scelle.model.results import CaseFile, Exported
from scelle.model.tracks import Track


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "clip",
        example="scelle clip --case $CASE --exhibit $EXHIBIT --from 1:30 --to 1:50 -o clip.mp4",
    )(clip)
    command(
        app,
        "cameras",
        example="scelle cameras --case $CASE --exhibit $ONE --exhibit $OTHER "
        "--from 2026-03-01T22:00:00+01:00 --to 2026-03-01T22:01:00+01:00 -o cameras.mp4",
    )(cameras)


def clip(
    session: Session,
    output: Annotated[Path, typer.Option("--output", "-o", help="The MP4 file to write.")],
    case_id: CaseOption = "",
    exhibit_id: Annotated[
        str, typer.Option("--exhibit", metavar="ID", help="The exhibit, with --from and --to.")
    ] = "",
    start: Annotated[
        int | None,
        typer.Option(
            "--from", parser=milliseconds, metavar="TIME", help="h:mm:ss in the recording."
        ),
    ] = None,
    end: Annotated[
        int | None,
        typer.Option("--to", parser=milliseconds, metavar="TIME", help="h:mm:ss, excluded."),
    ] = None,
    bookmark_id: Annotated[
        str, typer.Option("--bookmark", metavar="ID", help="The span of this bookmark.")
    ] = "",
    track_id: Annotated[
        str, typer.Option("--track", metavar="ID", help="Around this confirmed candidate.")
    ] = "",
    recipient: RecipientOption = "",
    native: Annotated[
        bool,
        typer.Option(
            "--native",
            help="With the untouched packets around the span, in a file of their own: nothing is "
            "concealed in it.",
        ),
    ] = False,
) -> Reply:
    """Export a span of one exhibit as a video, heads masked.

    The span is given by --exhibit, --from and --to, or by --bookmark, or by --track.
    """
    points = start is not None or end is not None
    if bool(bookmark_id) + bool(track_id) + points != 1 or (
        points and (not exhibit_id or start is None or end is None)
    ):
        raise BadInput(
            "a clip is of a span, of a bookmark, or around a confirmed candidate",
            remedy="Give --exhibit, --from and --to; or --bookmark; or --track.",
        )
    _require_mp4(output)
    exhibit_id = exhibit_id or track_id.rpartition("-")[0]
    case_id = session.case(case_id, *filter(None, (exhibit_id,)))
    if bookmark_id:
        span = _bookmark(session, case_id, bookmark_id)
    elif track_id:
        span = _candidate(session, case_id, track_id)
    else:
        span = Span(exhibit_id, start or 0, end or 0)
    if span.end_ms <= span.start_ms:
        raise BadInput(
            "the span ends before it begins", remedy="Give a --to that is later than --from."
        )
    act = ExportClip(
        case_id=case_id,
        exhibit_ids=(span.exhibit_id,),
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        output=output,
        recipient=recipient,
        native=native,
    )
    exported: Exported = session.perform(act)
    told = {**exported_view(exported), "how": exported.how}
    said: list[RenderableType] = [exported_line(exported, "pictures"), f"  {exported.how}"]
    if exported.native is not None:
        told["native"] = str(exported.native)
        said.append(f"  untouched packets beside it: {exported.native}")
    return Reply({"clip": told}, tuple(said))


def cameras(
    session: Session,
    exhibit_ids: Annotated[
        list[str],
        typer.Option("--exhibit", metavar="ID", help="Two to four, in the order they stand."),
    ],
    start: Annotated[
        datetime,
        typer.Option("--from", parser=moment, metavar="TIME", help="A date and time, real."),
    ],
    end: Annotated[
        datetime,
        typer.Option("--to", parser=moment, metavar="TIME", help="A date and time, excluded."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The MP4 file to write.")],
    case_id: CaseOption = "",
    recipient: RecipientOption = "",
) -> Reply:
    """Export several cameras in one picture, on real time, each under its own clock."""
    _require_mp4(output)
    case_id = session.case(case_id, *exhibit_ids)
    act = ExportCameras(
        case_id=case_id,
        exhibit_ids=tuple(exhibit_ids),
        film=film_of(session, case_id, exhibit_ids, start, end),
        output=output,
        recipient=recipient,
    )
    exported: Exported = session.perform(act)
    return Reply({"clip": exported_view(exported)}, (exported_line(exported, "pictures"),))


def film_of(
    session: Session, case_id: str, exhibit_ids: Sequence[str], start: datetime, end: datetime
) -> Film:
    """What exhibits recorded between two real times."""
    spans = tuple(_during(_exhibit(session, case_id, e), start, end) for e in exhibit_ids)
    return Film(start, end, spans)


def _during(exhibit: Exhibit, start: datetime, end: datetime) -> Span:
    """What an exhibit recorded between two real times; of no length where that is nothing."""
    places = exhibit.position_ms(start), exhibit.position_ms(end)
    if places[0] is None or places[1] is None:
        raise BadInput(
            f"nobody has stated when {exhibit.name} was recorded",
            remedy="State its clock with scelle clock set.",
        )
    first, last = exhibit.span_ms
    begin = min(max(places[0], first), last)
    return Span(exhibit.id, begin, max(begin, min(places[1], last)))


def _require_mp4(output: Path) -> None:
    if output.suffix.lower() != ".mp4":
        raise BadInput(
            f"a clip is an MP4 file, and {output.name} is not named so",
            remedy=f"Give a name that ends in .mp4, such as {output.stem or 'clip'}.mp4.",
        )


def _bookmark(session: Session, case_id: str, bookmark_id: str) -> Span:
    """The span of a bookmark; of a moment, that around it."""
    kept: tuple[Bookmark, ...] = session.perform(ConsultBookmarks(case_id=case_id))
    for each in kept:
        if each.id == bookmark_id and each.end_ms is not None:
            return Span(each.exhibit_id, each.at_ms, each.end_ms)
        if each.id == bookmark_id:
            exhibit = _exhibit(session, case_id, each.exhibit_id)
            return Span(exhibit.id, *exhibit.around(each.at_ms, each.at_ms))
    raise BadInput(
        f"there is no bookmark {bookmark_id} in this case",
        remedy="List them with scelle bookmark list.",
    )


def _candidate(session: Session, case_id: str, track_id: str) -> Span:
    """The span around a candidate whom a person has confirmed."""
    record: SearchRecord = session.perform(ConsultSearches(case_id=case_id))
    last = {d.track_id: d.judgement for d in record.decisions}
    exhibit_id = track_id.rpartition("-")[0]
    found: tuple[Track, ...] = ()
    if last.get(track_id) is Judgement.CONFIRMED:
        found = session.perform(SearchTracks(case_id=case_id, exhibit_ids=(exhibit_id,)))
    for track in found:
        if track.id == track_id:
            exhibit = _exhibit(session, case_id, exhibit_id)
            return Span(exhibit.id, *exhibit.around(track.start_ms, track.end_ms))
    raise BadInput(
        f"nobody has confirmed a track {track_id}",
        remedy="Decide on it first with scelle decide, or give --exhibit, --from and --to.",
    )


def _exhibit(session: Session, case_id: str, exhibit_id: str) -> Exhibit:
    read: CaseFile = session.perform(ConsultCase(case_id=case_id))
    for exhibit in read.exhibits:
        if exhibit.id == exhibit_id:
            return exhibit
    raise BadInput(
        f"there is no exhibit {exhibit_id} in this case",
        remedy="List them with scelle exhibit list.",
    )
