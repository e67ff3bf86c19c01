"""What people decide, ask and order, kept in the database."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, Table, insert, select, update

from scelle.model.bookmarks import Bookmark
from scelle.model.decisions import Approval, Decision, Note, Request, RequestState, Reveal
from scelle.model.zones import Keyframe, Zone
from scelle.store import states, tables
from scelle.store.database import reading
from scelle.store.records import Records
from scelle.store.statements import of_case, requests_of

_T = TypeVar("_T")


class Control:
    """Adds and reads decisions, notes, reveals, bookmarks, zones, approvals and requests.

    Nothing is ever replaced, save that an approval is used up, a request settled, a
    bookmark taken away.
    """

    def __init__(self, engine: Engine, records: Records) -> None:
        self._records = records
        self._reader = reading(engine)

    def add_decision(self, decision: Decision) -> None:
        """Add one person's word on a track."""
        self._add(tables.decisions, decision)

    def decisions(self, case_id: str) -> tuple[Decision, ...]:
        """All decisions of a case, oldest first."""
        return self._all(tables.decisions, Decision, case_id)

    def add_note(self, note: Note) -> None:
        """Add one person's remark on a track."""
        self._add(tables.notes, note)

    def notes(self, case_id: str) -> tuple[Note, ...]:
        """All notes of a case, oldest first."""
        return self._all(tables.notes, Note, case_id)

    def add_reveal(self, reveal: Reveal) -> None:
        """Add that a track is shown without concealment, or concealed again."""
        self._add(tables.reveals, reveal)

    def reveals(self, case_id: str) -> tuple[Reveal, ...]:
        """All reveals of a case, oldest first."""
        return self._all(tables.reveals, Reveal, case_id)

    def revealed(self, case_id: str) -> frozenset[str]:
        """Ids of the tracks whose concealment is lifted now."""
        last = {r.track_id: r.lifted for r in self.reveals(case_id)}
        return frozenset(track_id for track_id, lifted in last.items() if lifted)

    def add_bookmark(self, bookmark: Bookmark) -> None:
        """Add a place that a person keeps."""
        self._add(tables.bookmarks, bookmark)

    def bookmarks(self, case_id: str) -> tuple[Bookmark, ...]:
        """All bookmarks of a case, oldest first; those that were taken away too."""
        return self._all(tables.bookmarks, Bookmark, case_id)

    def remove_bookmark(self, bookmark: Bookmark, by: str, at: datetime) -> Bookmark:
        """Say that a bookmark was taken away; gives it as it is then."""
        t = tables.bookmarks
        told = {"removed_by": by, "removed_at": at}
        with self._records.changing(states.of_case(bookmark.case_id)) as db:
            db.execute(update(t).where(t.c.id == bookmark.id).values(told))
        return replace(bookmark, removed_by=by, removed_at=at)

    def add_zone(self, zone: Zone) -> None:
        """Add a word on a zone that a person conceals."""
        self._add(tables.zones, zone)

    def zones(self, case_id: str) -> tuple[Zone, ...]:
        """The zones of a case that are concealed now, the oldest first."""
        said = self._all(tables.zones, Zone, case_id)
        return tuple(
            replace(
                z,
                keyframes=tuple(Keyframe(*k) for k in z.keyframes),
                outline=tuple((x, y) for x, y in z.outline),
            )
            for z in {z.zone_id: z for z in said}.values()
            if z.keyframes
        )

    def add_approval(self, approval: Approval) -> None:
        """Add a second person's approval."""
        self._add(tables.approvals, approval)

    def add_request(self, request: Request) -> None:
        """Add an order or a request."""
        self._add(tables.requests, request)

    def requests(self, case_id: str) -> tuple[Request, ...]:
        """All requests about a case, oldest first."""
        return self._all(tables.requests, Request, case_id)

    def settle_request(
        self, request: Request, state: RequestState, by: str, at: datetime, answer: str
    ) -> Request:
        """Say what became of a request; gives it as it is then."""
        t = tables.requests
        told = {"state": state.value, "settled_by": by, "settled_at": at, "answer": answer}
        with self._records.changing(states.of_case(request.case_id)) as db:
            db.execute(update(t).where(t.c.id == request.id).values(told))
            return next(r for r in requests_of(db, request.case_id) if r.id == request.id)

    def announce(self, case_id: str, days: int, erase_by: datetime) -> None:
        """Remember that this deadline was announced so many days before."""
        row = {"case_id": case_id, "days": days, "erase_by": erase_by}
        with self._records.changing() as db:
            db.execute(insert(tables.announcements).values(row))

    def announced(self, case_id: str, erase_by: datetime) -> tuple[int, ...]:
        """How many days before this deadline it was announced, earliest first."""
        t = tables.announcements
        of = (t.c.case_id == case_id) & (t.c.erase_by == erase_by)
        with self._reader.connect() as db:
            return tuple(sorted(db.scalars(select(t.c.days).where(of)), reverse=True))

    def _add(self, table: Table, record: Any) -> None:
        row = {f.name: getattr(record, f.name) for f in fields(record)}
        with self._records.changing(states.of_case(record.case_id)) as db:
            db.execute(insert(table).values(row))

    def _all(self, table: Table, make: type[_T], case_id: str) -> tuple[_T, ...]:
        key = (table.name, "of case", case_id)
        return self._records.held.one(key, lambda db: of_case(db, table, make, case_id))
