"""``bookmark``: places of recordings that a person wants to find again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from scelle.cli.command import Reply, Session, command
from scelle.cli.options import CaseOption, ExhibitsOption, milliseconds
from scelle.cli.views import clock_time, field_list, iso, length, table
from scelle.model.acts import ConsultBookmarks, ConsultCase, KeepBookmark, RemoveBookmark
from scelle.model.bookmarks import Bookmark
from scelle.model.results import CaseFile

group = typer.Typer(no_args_is_help=True, help="Places of recordings, kept to be found again.")


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="bookmark")


@command(
    group,
    "keep",
    example="scelle bookmark keep --exhibit $EXHIBIT --at 1:30 --note 'a red van turns round'",
)
def keep(
    session: Session,
    exhibit_id: Annotated[str, typer.Option("--exhibit", metavar="ID", help="The exhibit.")],
    at: Annotated[
        int, typer.Option(parser=milliseconds, metavar="TIME", help="h:mm:ss in the recording.")
    ],
    end: Annotated[
        int | None,
        typer.Option("--to", parser=milliseconds, metavar="TIME", help="End of a span, excluded."),
    ] = None,
    note: Annotated[str, typer.Option(help="What is to be seen there, in your words.")] = "",
    case_id: CaseOption = "",
) -> Reply:
    """Keep a moment or a span of one exhibit, with a note, in your own name."""
    act = KeepBookmark(
        case_id=session.case(case_id, exhibit_id),
        exhibit_ids=(exhibit_id,),
        at_ms=at,
        end_ms=end,
        note=note,
    )
    return _told(session.perform(act))


@command(group, "list", example="scelle bookmark list --case $CASE")
def list_bookmarks(
    session: Session,
    case_id: CaseOption = "",
    exhibit_ids: ExhibitsOption = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Also those that were taken away.")
    ] = False,
) -> Reply:
    """Show the bookmarks of a case, by exhibit and place."""
    named = tuple(exhibit_ids or ())
    case_id = session.case(case_id, *named)
    act = ConsultBookmarks(case_id=case_id, exhibit_ids=named, removed=removed)
    found: tuple[Bookmark, ...] = session.perform(act)
    read: CaseFile = session.perform(ConsultCase(case_id=case_id))
    exhibits = {e.id: e for e in read.exhibits}
    shown = table("Bookmarks", "bookmark", "exhibit", "from", ">lasts", "by", "note")
    for b in found:
        lasts = "" if b.end_ms is None else length((b.end_ms - b.at_ms) / 1000)
        note = f"(taken away by {b.removed_by}) {b.note}" if b.removed_by else b.note
        exhibit = exhibits[b.exhibit_id]
        shown.add_row(b.id, exhibit.name, clock_time(exhibit, b.at_ms), lasts, b.agent_id, note)
    return Reply(
        {"bookmarks": [bookmark_view(b) for b in found]},
        (shown,) if found else ("There is no bookmark in this case.",),
    )


@command(group, "remove", example="scelle bookmark remove $BOOKMARK --case $CASE")
def remove(
    session: Session,
    bookmark_id: Annotated[str, typer.Argument(metavar="BOOKMARK", help="Its id.")],
    case_id: CaseOption = "",
) -> Reply:
    """Take a bookmark away; that it was kept, and by whom, stays known."""
    act = RemoveBookmark(case_id=session.case(case_id), bookmark_id=bookmark_id)
    return _told(session.perform(act))


def bookmark_view(bookmark: Bookmark) -> dict[str, object]:
    """A bookmark as JSON."""
    times = {"kept_at": iso(bookmark.kept_at), "removed_at": iso(bookmark.removed_at)}
    return {**asdict(bookmark), **times}


def _told(bookmark: Bookmark) -> Reply:
    at = length(bookmark.at_ms / 1000)
    if bookmark.end_ms is not None:
        at += f" to {length(bookmark.end_ms / 1000)}"
    shown = {
        "bookmark": bookmark.id,
        "in the recording": at,
        "by": bookmark.agent_id,
        "note": bookmark.note,
    }
    if bookmark.removed_by:
        shown["taken away by"] = bookmark.removed_by
    return Reply({"bookmark": bookmark_view(bookmark)}, (field_list(shown),))
