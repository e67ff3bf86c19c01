"""Bookmarks: what people want to find again in recordings."""

from __future__ import annotations

import unicodedata

from scelle.errors import BadInput, NotFound
from scelle.model.acts import (
    ConsultBookmarks,
    KeepBookmark,
    Outcome,
    Permit,
    Progress,
    RemoveBookmark,
)
from scelle.model.bookmarks import Bookmark
from scelle.model.evidence import new_id
from scelle.store.control import Control
from scelle.store.records import Records

LONGEST_NOTE = 2000
"""Characters: a note is a remark, not a report."""

_TURNING = frozenset({"LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def plain_note(text: str) -> str:
    """What a person wrote, without the space around it: plain text, lines and all.

    Raises:
        BadInput: more than :data:`LONGEST_NOTE` characters, or one that no keyboard writes
            or that turns round how others are read.
    """
    kept = text.strip()
    if len(kept) > LONGEST_NOTE:
        raise BadInput(f"A note has at most {LONGEST_NOTE} characters.", remedy="Shorten the note.")
    if any(_commands(c) for c in kept):
        raise BadInput(
            "A note is plain text, and this holds control characters.",
            remedy="Write it anew, or paste it without formatting.",
        )
    return kept


def _commands(character: str) -> bool:
    """A control, half a character, or what embeds, overrides or isolates a direction (UAX 9)."""
    control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"
    return control or unicodedata.bidirectional(character) in _TURNING


class Bookmarks:
    """Handlers of :class:`KeepBookmark`, :class:`RemoveBookmark` and :class:`ConsultBookmarks`.

    Args:
        records: knows the exhibits.
        control: keeps the bookmarks.
    """

    def __init__(self, records: Records, control: Control) -> None:
        self._records, self._control = records, control

    def keep(self, act: KeepBookmark, permit: Permit, progress: Progress) -> Outcome:
        """Keep a moment or a span; the value is the :class:`Bookmark`.

        Raises:
            BadInput: not exactly one exhibit, a place that is not in it, a span that
                ends before it begins, or a note that :func:`plain_note` does not take.
        """
        if len(permit.exhibit_ids) != 1:
            raise BadInput(
                f"A bookmark is kept in one exhibit, not in {len(permit.exhibit_ids)}.",
                remedy="Name the exhibit with --exhibit.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        first, last = exhibit.span_ms
        end = act.at_ms if act.end_ms is None else act.end_ms
        if not first <= act.at_ms <= end <= last or act.end_ms == act.at_ms:
            raise BadInput(
                f"{exhibit.name} has no such place.",
                remedy=f"Give a place between {first} and {last} milliseconds; "
                "a span ends after it begins.",
            )
        bookmark = Bookmark(
            id=new_id(),
            case_id=act.case_id,
            exhibit_id=exhibit.id,
            at_ms=act.at_ms,
            end_ms=act.end_ms,
            note=plain_note(act.note),
            agent_id=permit.agent_id,
            kept_at=permit.at,
            entry=permit.entry,
        )
        self._control.add_bookmark(bookmark)
        return Outcome(bookmark, {"bookmarks": 1}, {exhibit.id: bookmark.id})

    def remove(self, act: RemoveBookmark, permit: Permit, progress: Progress) -> Outcome:
        """Take a bookmark away; the value is the :class:`Bookmark` as it is then.

        Raises:
            NotFound: no such bookmark in what the permit covers, or it was taken away.
        """
        for bookmark in self._control.bookmarks(act.case_id):
            covered = bookmark.exhibit_id in permit.exhibit_ids
            if bookmark.id == act.bookmark_id and covered and bookmark.removed_at is None:
                removed = self._control.remove_bookmark(bookmark, permit.agent_id, permit.at)
                return Outcome(removed, {"removed": 1}, {bookmark.exhibit_id: bookmark.id})
        raise NotFound(
            f"There is no bookmark {act.bookmark_id} in this case.",
            remedy="List them with `scelle bookmark list`.",
        )

    def consult(self, act: ConsultBookmarks, permit: Permit, progress: Progress) -> Outcome:
        """The bookmarks of the exhibits covered; the value is a tuple of :class:`Bookmark`.

        By exhibit in the order of receipt, then by place.
        """
        place = {exhibit_id: rank for rank, exhibit_id in enumerate(permit.exhibit_ids)}
        kept = [
            b
            for b in self._control.bookmarks(act.case_id)
            if b.exhibit_id in place and (act.removed or b.removed_at is None)
        ]
        kept.sort(key=lambda b: (place[b.exhibit_id], b.at_ms))
        return Outcome(tuple(kept), {"bookmarks": len(kept)}, {b.id: b.exhibit_id for b in kept})
