"""What reviewers leave beside what they see: bookmarks in recordings, notes on candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from scelle.errors import BadInput
from scelle.model.acts import KeepBookmark, NoteTrack, RemoveBookmark
from scelle.model.bookmarks import Bookmark
from scelle.model.decisions import Note
from scelle.web.desk import Desk
from scelle.web.forms import read_json

_REASON = "review bench"


def add_remarks(page: FastAPI, desk: Desk, path: str) -> None:
    """Add what the bench's script asks for, below a path."""

    @page.post(f"{path}/mark")
    async def mark(request: Request) -> Response:
        """Keep a bookmark, or take it away."""
        act = _marking(await read_json(request))
        kept: Bookmark = await run_in_threadpool(desk.perform, act)
        return JSONResponse(bookmark_json(kept))

    @page.post(f"{path}/note")
    async def note(request: Request) -> Response:
        """Write a note on a candidate, or take one's own back."""
        act = _noting(await read_json(request))
        written: Note = await run_in_threadpool(desk.perform, act)
        return JSONResponse({"by": written.agent_id, "text": written.text})


def _marking(body: Mapping[str, Any]) -> KeepBookmark | RemoveBookmark:
    match body:
        case {"case": str(case_id), "remove": str(bookmark_id)}:
            return RemoveBookmark(case_id=case_id, bookmark_id=bookmark_id, reason=_REASON)
        case {
            "case": str(case_id),
            "exhibit": str(exhibit_id),
            "at": int(at_ms),
            "end": None | int() as end_ms,
            "note": str(note),
        }:
            return KeepBookmark(
                case_id=case_id, exhibit_ids=(exhibit_id,), at_ms=at_ms, end_ms=end_ms, note=note,
                reason=_REASON,
            )  # fmt: skip
    raise BadInput("The bookmark cannot be read.", remedy="Load the page again.")


def _noting(body: Mapping[str, Any]) -> NoteTrack:
    match body:
        case {"case": str(case_id), "track": str(track_id), "text": str(text)}:
            return NoteTrack(case_id=case_id, track_id=track_id, text=text, reason=_REASON)
    raise BadInput("The note cannot be read.", remedy="Load the page again.")


def bookmark_json(one: Bookmark) -> dict[str, Any]:
    """A bookmark as the script reads it."""
    return {
        "id": one.id, "exhibit": one.exhibit_id, "at": one.at_ms, "end": one.end_ms,
        "note": one.note, "by": one.agent_id,
    }  # fmt: skip
