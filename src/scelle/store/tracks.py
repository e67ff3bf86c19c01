"""Tracks in the database, and their canonical bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

import numpy as np
from sqlalchemy import ColumnElement, Engine, delete, insert, select

from scelle.errors import Damaged
from scelle.model.geometry import Direction, Edge
from scelle.model.tracks import Colour, Description, ObjectClass, Track, TrackQuery
from scelle.store import tables
from scelle.store.database import reading

_ARRAYS = (("frame", "<i8", 1), ("pts", "<i8", 1), ("boxes", "<f4", 4), ("observed", "|b1", 1))


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

    def replace(self, exhibit_id: str, tracks: Sequence[Track], manifest_sha256: str) -> None:
        """Put the result of a finished analysis in the place of any earlier one, in one step.

        Args:
            exhibit_id: to which all the tracks belong.
            tracks: may be none: nothing moved.
            manifest_sha256: digest of all that decided the result.
        """
        if any(track.exhibit_id != exhibit_id for track in tracks):
            raise ValueError("a track of another exhibit")
        with self._engine.begin() as db:
            for table in (tables.tracks, tables.analyses):
                db.execute(delete(table).where(table.c.exhibit_id == exhibit_id))
            db.execute(
                insert(tables.analyses).values(
                    exhibit_id=exhibit_id, manifest_sha256=manifest_sha256
                )
            )
            if tracks:
                db.execute(insert(tables.tracks), [_row(track) for track in tracks])

    def manifest(self, exhibit_id: str) -> str | None:
        """Manifest digest of an exhibit's finished analysis; ``None`` if there is none."""
        of = tables.analyses.c.exhibit_id == exhibit_id
        with self._reader.connect() as db:
            return db.execute(select(tables.analyses.c.manifest_sha256).where(of)).scalar()

    def search(
        self, exhibit_ids: Collection[str], query: TrackQuery | None = None
    ) -> tuple[Track, ...]:
        """Tracks of some exhibits that answer a query, by exhibit as given, then time."""
        query = query or TrackQuery()
        table = tables.tracks
        found: list[Track] = []
        with self._reader.connect() as db:
            for exhibit_id in exhibit_ids:
                of = (table.c.exhibit_id == exhibit_id, *_narrowed(query))
                chosen = (
                    select(table.c.canonical).where(*of).order_by(table.c.start_ms, table.c.number)
                )
                tracks = (track_from_bytes(data) for data in db.execute(chosen).scalars())
                found.extend(track for track in tracks if query.matches(track))
        return tuple(found)

    def get(self, track_ids: Sequence[str]) -> tuple[Track, ...]:
        """Tracks by id, in the order given; unknown ids are left out."""
        table = tables.tracks
        found: dict[str, Track] = {}
        with self._reader.connect() as db:
            for at in range(0, len(track_ids), 500):
                of = table.c.id.in_(track_ids[at : at + 500])
                for data in db.execute(select(table.c.canonical).where(of)).scalars():
                    track = track_from_bytes(data)
                    found[track.id] = track
        return tuple(found[i] for i in track_ids if i in found)


def _narrowed(query: TrackQuery) -> list[ColumnElement[bool]]:
    """What the database can decide exactly; the rest is decided on the tracks."""
    c = tables.tracks.c
    asked: list[ColumnElement[bool]] = []
    if query.start_ms is not None:
        asked.append(c.end_ms >= query.start_ms)
    if query.end_ms is not None:
        asked.append(c.start_ms <= query.end_ms)
    if query.object_class is not None:
        asked.append(c.object_class == query.object_class.value)
    if query.moving is not None:
        asked.append(c.moving == query.moving)
    if query.direction is not None:
        accepted = [d.value for d in Direction if query.direction.includes(d)]
        asked.append(c.direction.in_(accepted))
    if query.min_height is not None:
        asked.append(c.height >= query.min_height)
    if query.max_height is not None:
        asked.append(c.height <= query.max_height)
    if query.min_dwell_ms is not None:
        asked.append(c.dwell_ms >= query.min_dwell_ms)
    if query.max_dwell_ms is not None:
        asked.append(c.dwell_ms <= query.max_dwell_ms)
    return asked


def _row(track: Track) -> dict[str, object]:
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
        "canonical": track_bytes(track),
    }


def _shares(colours: Iterable[tuple[Colour, float]]) -> list[list[object]]:
    return [[colour.value, float(share)] for colour, share in colours]


def _colours(shares: Iterable[tuple[str, float]]) -> tuple[tuple[Colour, float], ...]:
    return tuple((Colour(name), share) for name, share in shares)
