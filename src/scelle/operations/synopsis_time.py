"""Recordings of one camera on one time line, and what a synopsis says of their time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scelle.errors import BadInput
from scelle.model.evidence import Case, Exhibit
from scelle.model.synopsis import Hours
from scelle.model.tracks import Track
from scelle.synopsis.compose import Row


@dataclass(frozen=True, eq=False)
class Source:
    """One recording on the common time line of a synopsis.

    Attributes:
        shift: added to its timestamps so that recordings follow each other.
    """

    exhibit: Exhibit
    shift: int

    def own_ms(self, shifted: int) -> int:
        """Milliseconds of the recording's own time at a timestamp of the common line."""
        return self.own_ms_at(shifted * self.exhibit.stream.time_base)

    def own_ms_at(self, common: Fraction) -> int:
        """The same for seconds of the common line."""
        return round((common - self.shift * self.exhibit.stream.time_base) * 1000)


def follow(exhibits: Sequence[Exhibit]) -> dict[str, Source]:
    """Recordings of one camera, one after the other on a common time line.

    In the order of their real times where all are known, else as given.

    Raises:
        BadInput: of several cameras or picture sizes.
    """
    cameras = {(e.camera, e.stream.width, e.stream.height) for e in exhibits}
    if len(cameras) > 1:
        names = ", ".join(f"{camera} ({w} x {h})" for camera, w, h in sorted(cameras))
        raise BadInput(
            f"A synopsis shows one camera at one picture size; these are {names}.",
            remedy="Name the exhibits of one camera with --exhibit, or show cameras side by side "
            "with --rows camera.",
        )
    ordered = list(exhibits)
    if clocked(exhibits):
        ordered.sort(key=lambda e: (e.clock.real_time(Fraction(0)), e.id))
    sources: dict[str, Source] = {}
    begins = Fraction(0)
    for exhibit in ordered:
        stream = exhibit.stream
        sources[exhibit.id] = Source(exhibit, int(begins // stream.time_base) - stream.start_pts)
        begins += stream.duration + 1
    return sources


def clocked(exhibits: Sequence[Exhibit]) -> bool:
    """Whether what the recorder's clock showed is known of every one."""
    return all(e.clock.recorded_at is not None for e in exhibits)


def require_clocks(exhibits: Sequence[Exhibit]) -> None:
    """A time of day can be chosen by.

    Raises:
        BadInput: what the recorder's clock showed is not known of every exhibit.
    """
    if not clocked(exhibits):
        raise BadInput(
            "What the recorder's clock showed is not known of every exhibit, so there is no "
            "time of day to choose by.",
            remedy="State it with `scelle clock set`, or choose by the recording's own time.",
        )


def at_hours(
    tracks: Sequence[Track], hours: Hours | None, sources: Mapping[str, Source]
) -> Sequence[Track]:
    """Those tracks that were there at a time of day; all where none is asked for.

    Raises:
        BadInput: none was, or what the recorder's clock showed is not known of every exhibit.
    """
    if hours is None:
        return tracks
    require_clocks([s.exhibit for s in sources.values()])
    found = [t for t in tracks if within(t, hours, sources[t.exhibit_id])]
    if not found:
        raise BadInput(
            "No track was there at that time of day: there is nothing to show.",
            remedy="Choose other hours.",
        )
    return found


def within(track: Track, hours: Hours, source: Source) -> bool:
    """Whether a track was there at some moment of these hours."""
    first = shown_second(source, track.start_ms, on_clock=True)
    return hours.meet(first, (track.end_ms - track.start_ms) // 1000)


def shown_second(source: Source, own_ms: int, *, on_clock: bool) -> int:
    """What is written beside an object, as whole seconds.

    On the recorder's clock since midnight, else since the recording's first picture,
    as :func:`banner` says.
    """
    clock = source.exhibit.recorder_time(own_ms) if on_clock else None
    if clock is not None:
        return clock.hour * 3600 + clock.minute * 60 + clock.second
    first = source.exhibit.stream.start_pts * source.exhibit.stream.time_base
    return int(Fraction(own_ms, 1000) - first)


def labels(shown: Sequence[Track], sources: dict[str, Source]) -> Callable[[str, int], str]:
    """What is written beside an object: its number, and the time of its picture.

    Returns:
        A function of a track's id and a timestamp of the common line.
    """
    numbers = {t.id: (t.number, sources[t.exhibit_id]) for t in shown}
    on_clock = clocked([s.exhibit for s in sources.values()])

    def label(track_id: str, shifted: int) -> str:
        number, source = numbers[track_id]
        seconds = shown_second(source, source.own_ms(shifted), on_clock=on_clock)
        hours = f"{seconds // 3600:02}" if on_clock else f"{seconds // 3600}"
        return f"{number} · {hours}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    return label


def table_json(
    rows: Sequence[Row],
    shown: Sequence[Track],
    sources: dict[str, Source],
    where: Mapping[str, str] | None = None,
) -> bytes:
    """Which track appears when, and when it was recorded: JSON, one object a row, in order.

    Args:
        rows: of the synopsis.
        shown: tracks in it.
        sources: recordings they lie in.
        where: the picture in which each appears, where several stand side by side.
    """
    tracks = {t.id: t for t in shown}
    return json.dumps(
        [
            {
                "track": row.track_id,
                "exhibit": tracks[row.track_id].exhibit_id,
                **({"picture": where[row.track_id]} if where else {}),
                "appears_ms": round(row.appears * 1000),
                "lasts_ms": round(row.lasts * 1000),
                "original_ms": sources[tracks[row.track_id].exhibit_id].own_ms_at(row.original),
            }
            for row in rows
        ],
        sort_keys=True,
    ).encode()


def _zone_and_days(exhibits: Sequence[Exhibit]) -> str:
    """The stated zones, and the days that the recorders showed: labels say neither."""
    zones: set[str] = set()
    days: set[str] = set()
    for exhibit in exhibits:
        for seconds in (Fraction(0), exhibit.stream.duration):
            at = exhibit.clock.recorder_time(seconds)
            if at is not None:
                zones.add(f"{at:%Z}")
                days.add(f"{at:%Y-%m-%d}")
    ends = sorted({min(days), max(days)})
    return f"{', '.join(sorted(zones))}, {' / '.join(ends)}"


def clock_words(exhibits: Sequence[Exhibit]) -> tuple[str, str]:
    """On which clock the times shown are, in French and in English."""
    clocks = {e.clock for e in exhibits}
    first = exhibits[0].clock
    if not clocked(exhibits):
        french, english = "temps depuis le début", "time since the recording's start"
    else:
        when = _zone_and_days(exhibits)
        french, english = f"heure de l'enregistreur ({when})", f"recorder's clock ({when})"
        if len(clocks) == 1 and first.offset:
            french += f", écart {float(first.offset):+g} s"
            english += f", offset {float(first.offset):+g} s"
    return french, english


def banner(case: Case, exhibits: Sequence[Exhibit]) -> tuple[tuple[str, str], ...]:
    """What the strip above a synopsis says: what it is, of which case, on which clock."""
    french, english = clock_words(exhibits)
    reference = case.reference + (" · DEMO" if case.demonstration else "")
    return (
        ("Vue reconstituée : ce n'est pas un enregistrement", f"{reference} · {french}"),
        ("Reconstructed view: not a recording", english),
    )
