"""Tracks in the database, and their canonical bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from itertools import chain

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select

from scelle.errors import Damaged
from scelle.model.geometry import Direction, Edge
from scelle.model.results import Activity
from scelle.model.tracks import Colour, Description, Int64Array, ObjectClass, Track, TrackQuery
from scelle.store import columns, tables
from scelle.store.answers import Answer, Answers, answering, joined, reach
from scelle.store.database import reading
from scelle.store.held import Held

_ARRAYS = (("frame", "<i8", 1), ("pts", "<i8", 1), ("boxes", "<f4", 4), ("observed", "|b1", 1))

# Made once: making a statement takes longer than the database does.
_BY_ID = select(tables.tracks.c.canonical).where(
    tables.tracks.c.id.in_(bindparam("ids", expanding=True))
)


def track_bytes(track: Track) -> bytes:
    """Canonical bytes of a track: equal tracks give equal bytes, on any machine.

    One line of JSON (keys sorted, shortest floating-point forms), then the arrays in
    little-endian order: frame, pts, boxes, observed.
    """
    d = track.description
    head = {
        "class": track.object_class.value,
        "colour_confidence": float(d.colour_confidence),
        "colours": _shares(d.colours),
        "confidence": float(track.confidence),
        "direction": d.direction.value,
        "dwell_ms": int(d.dwell_ms),
        "entry": d.entry.value,
        "exhibit": track.exhibit_id,
        "exit": d.exit.value,
        "height": float(d.height),
        "id": track.id,
        "lower": _shares(d.lower),
        "metres_per_s": float(d.metres_per_s),
        "moving": bool(d.moving),
        "number": int(track.number),
        "rows": len(track.frame),
        "speed": float(d.speed),
        "time_base": [track.time_base.numerator, track.time_base.denominator],
        "upper": _shares(d.upper),
        "why": track.why,
        "width": float(d.width),
    }
    arrays = (getattr(track, name).astype(dtype).tobytes() for name, dtype, _ in _ARRAYS)
    text = json.dumps(head, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n" + b"".join(arrays)


def track_from_bytes(data: bytes) -> Track:
    """Inverse of :func:`track_bytes`.

    Raises:
        Damaged: not the bytes of a track.
    """
    try:
        stop = data.index(b"\n")
        head = json.loads(data[:stop])
        n, at, arrays = head["rows"], stop + 1, {}
        for name, dtype, width in _ARRAYS:
            values = np.frombuffer(data, dtype, n * width, at)
            arrays[name] = values.reshape(n, width) if width > 1 else values
            at += values.nbytes
        if at != len(data):
            raise ValueError("wrong length")
        description = Description(
            moving=head["moving"],
            colours=_colours(head["colours"]),
            upper=_colours(head["upper"]),
            lower=_colours(head["lower"]),
            width=head["width"],
            height=head["height"],
            direction=Direction(head["direction"]),
            speed=head["speed"],
            dwell_ms=head["dwell_ms"],
            # Tracks of an earlier version say nothing of these.
            colour_confidence=head.get("colour_confidence", 0.0),
            metres_per_s=head.get("metres_per_s", 0.0),
            entry=Edge(head.get("entry", Edge.INSIDE)),
            exit=Edge(head.get("exit", Edge.INSIDE)),
        )
        return Track(
            id=head["id"],
            exhibit_id=head["exhibit"],
            number=head["number"],
            object_class=ObjectClass(head["class"]),
            confidence=head["confidence"],
            why=head["why"],
            time_base=Fraction(*head["time_base"]),
            description=description,
            **arrays,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(
            f"A stored track cannot be read: {error}.", remedy="Analyse the exhibit again."
        ) from error


def tracks_digest(tracks: Iterable[Track]) -> str:
    """SHA-256, hexadecimal, of the canonical bytes of tracks in their order."""
    digest = hashlib.sha256()
    for track in tracks:
        data = track_bytes(track)
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


class TrackStore:
    """The tracks of every analysed exhibit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._answers = Answers()
        self._held = Held(engine)

    def replace(self, exhibit_id: str, tracks: Sequence[Track], manifest_sha256: str) -> None:
        """Put the result of a finished analysis in the place of any earlier one, in one step.

        Args:
            exhibit_id: to which all the tracks belong.
            tracks: may be none: nothing moved.
            manifest_sha256: digest of all that decided the result.
        """
        if any(track.exhibit_id != exhibit_id for track in tracks):
            raise ValueError("a track of another exhibit")
        times = np.array(sorted((t.start_ms, t.end_ms) for t in tracks), np.int64).reshape(-1, 2)
        rows = [columns_of(track) for track in tracks]
        told = [{"name": name, "data": data} for name, data in columns.packed(rows).items()]
        with self._engine.begin() as db:
            for table in (tables.tracks, tables.track_columns, tables.analyses):
                db.execute(delete(table).where(table.c.exhibit_id == exhibit_id))
            db.execute(
                insert(tables.analyses).values(
                    exhibit_id=exhibit_id,
                    manifest_sha256=manifest_sha256,
                    tracks=len(tracks),
                    spans=joined(times),
                )
            )
            db.execute(insert(tables.track_columns).values(exhibit_id=exhibit_id), told)
            if rows:
                db.execute(insert(tables.tracks), rows)

    def manifest(self, exhibit_id: str) -> str | None:
        """Manifest digest of an exhibit's finished analysis; ``None`` if there is none."""
        found = self._analysis(exhibit_id)
        return None if found is None else found[0]

    def search(
        self, exhibit_ids: Collection[str], query: TrackQuery | None = None
    ) -> tuple[Track, ...]:
        """Tracks of some exhibits that answer a query, by exhibit as given, then time."""
        query = query or TrackQuery()
        found: list[Track] = []
        with self._reader.connect() as db:
            for exhibit_id in exhibit_ids:
                if query.drawn or query == TrackQuery():
                    rows = db.execute(answering(exhibit_id, query, tables.tracks.c.canonical))
                    tracks = (track_from_bytes(data) for data in rows.scalars())
                    found.extend(t for t in tracks if not query.drawn or query.matches(t))
                else:
                    found += _searched(db, exhibit_id, [query])[0]
        return tuple(found)

    def search_each(
        self, exhibit_id: str, queries: Sequence[TrackQuery]
    ) -> list[tuple[Track, ...]]:
        """As :meth:`search` for each of some queries of one exhibit, in which nothing is drawn.

        A track that answers several of them is read once.
        """
        with self._reader.connect() as db:
            return _searched(db, exhibit_id, queries)

    def find(
        self,
        exhibit_ids: Sequence[str],
        query: TrackQuery,
        keep: Callable[[str, int, int], bool] | None = None,
    ) -> Answer:
        """Which tracks answer a query, as :meth:`search`, without reading what answers.

        An answer is held ready: it changes only with the analyses that it rests on.

        Args:
            keep: decides beside the query, by exhibit, and first and last millisecond of the
                recording's own time.
        """
        with self._reader.connect() as db:
            c = tables.analyses.c
            of = c.exhibit_id.in_(exhibit_ids)
            rests_on = db.execute(select(c.exhibit_id, c.manifest_sha256).where(of)).all()
            key = (tuple(exhibit_ids), tuple(sorted(rests_on)), query)
            held = self._answers.get(key) if keep is None else None
            if held is not None:
                return held
            parts = [(i, _numbers(db, i, query, keep)) for i in exhibit_ids]
        answer = Answer.of(parts)
        if keep is None:
            self._answers.put(key, answer)
        return answer

    def forget(self) -> None:
        """Hold no answer ready any more."""
        self._answers.clear()

    def activity(self, exhibit_id: str) -> Activity:
        """How many tracks an exhibit has, and when any of them is there."""
        found = self._analysis(exhibit_id)
        return Activity(0, ()) if found is None else found[1]

    def _analysis(self, exhibit_id: str) -> tuple[str, Activity] | None:
        """Manifest digest and activity of a finished analysis; ``None`` if there is none."""

        def read(db: Connection) -> tuple[str, Activity] | None:
            c = tables.analyses.c
            asked = select(c.manifest_sha256, c.tracks, c.spans)
            row = db.execute(asked.where(c.exhibit_id == exhibit_id)).first()
            if row is None:
                return None
            spans = tuple((first, last) for first, last in row.spans)
            return row.manifest_sha256, Activity(row.tracks, spans)

        return self._held.one(exhibit_id, read)

    def get(self, track_ids: Sequence[str]) -> tuple[Track, ...]:
        """Tracks by id, in the order given; unknown ids are left out."""
        with self._reader.connect() as db:
            found = _tracks(db, track_ids)
        return tuple(found[i] for i in track_ids if i in found)


def _tracks(db: Connection, track_ids: Sequence[str]) -> dict[str, Track]:
    """Tracks by id; unknown ids are left out."""
    found: dict[str, Track] = {}
    for at in range(0, len(track_ids), 500):
        for data in db.execute(_BY_ID, {"ids": track_ids[at : at + 500]}).scalars():
            track = track_from_bytes(data)
            found[track.id] = track
    return found


def _searched(
    db: Connection, exhibit_id: str, queries: Sequence[TrackQuery]
) -> list[tuple[Track, ...]]:
    """What answers each of some queries, in which nothing is drawn."""
    each = [
        [f"{exhibit_id}-{number}" for number in numbers.tolist()]
        for numbers in columns.numbers(db, exhibit_id, queries)
    ]
    found = _tracks(db, list(dict.fromkeys(chain(*each))))
    return [tuple(found[track_id] for track_id in ids) for ids in each]


def _numbers(
    db: Connection,
    exhibit_id: str,
    query: TrackQuery,
    keep: Callable[[str, int, int], bool] | None,
) -> Int64Array:
    """Numbers of the tracks of one exhibit that answer, in order."""
    if not query.drawn and keep is None:
        return columns.numbers(db, exhibit_id, [query])[0]
    c = tables.tracks.c
    asked = [c.number, c.start_ms, c.end_ms, *([c.canonical] if query.drawn else [])]
    found = [
        number
        for number, start, end, *data in db.execute(answering(exhibit_id, query, *asked))
        if (keep is None or keep(exhibit_id, start, end))
        and (not data or query.matches(track_from_bytes(data[0])))
    ]
    return np.array(found, np.int64)


def columns_of(track: Track) -> dict[str, object]:
    """The row of a track."""
    d = track.description
    return {
        "id": track.id,
        "exhibit_id": track.exhibit_id,
        "number": int(track.number),
        "object_class": track.object_class.value,
        "start_ms": track.start_ms,
        "end_ms": track.end_ms,
        "dwell_ms": int(d.dwell_ms),
        "height": float(d.height),
        "metres_per_s": float(d.metres_per_s),
        "moving": bool(d.moving),
        "direction": d.direction.value,
        **dict(zip(tables.REACH, reach(track), strict=True)),
        **{column: float(d.share(colour)) for colour, column in tables.SHARES.items()},
        "canonical": track_bytes(track),
    }


def _shares(colours: Iterable[tuple[Colour, float]]) -> list[list[object]]:
    return [[colour.value, float(share)] for colour, share in colours]


def _colours(shares: Iterable[tuple[str, float]]) -> tuple[tuple[Colour, float], ...]:
    return tuple((Colour(name), share) for name, share in shares)
