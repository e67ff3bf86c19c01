"""How values are told: one JSON object each, and tables for people.

The JSON names are an interface: they are added to, never renamed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from scelle.law.sought import described
from scelle.model.asking import tell
from scelle.model.evidence import Case, Clearance, Coverage, Exhibit, Finding, Mandate
from scelle.model.results import Exported, Synopsis
from scelle.model.signing import Signature
from scelle.model.tracks import Colour, Track

Shares = Iterable[tuple[Colour, float]]

# What a terminal shows for each colour term; the word always stands beside it.
_SWATCH = {
    Colour.BLACK: "#1a1a1a on white",
    Colour.BLUE: "#3465c8",
    Colour.BROWN: "#7b5230",
    Colour.GREY: "#8a8a8a",
    Colour.GREEN: "#3d9a50",
    Colour.ORANGE: "#ee8a2c",
    Colour.PINK: "#ef93b8",
    Colour.PURPLE: "#8650a8",
    Colour.RED: "#cc3333",
    Colour.WHITE: "#ffffff on #555555",
    Colour.YELLOW: "#e8cf3a",
}


_GAP = 2
"""Most columns of the screen between two of the table."""

_IDS = {"case", "exhibit", "mandate", "synopsis"}


class PlainTable(Table):
    """A table whose cells are shown as they are: no markup, no control characters.

    Where the screen has room for the longest word of each column, none is broken.
    """

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Append a row; text is made harmless."""
        super().add_row(*(plain(c) if isinstance(c, str) else c for c in cells), **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, on a screen of a certain width."""
        cells = [
            [Measurement.get(console, options, t) for t in (c.header, *c.cells)]
            for c in self.columns
        ]
        words = [max(m.minimum for m in each) for each in cells]
        wholes = [max(m.maximum for m in each) for each in cells]
        room = options.max_width - _GAP * (len(words) - 1)
        if sum(words) <= room < sum(wholes):
            for column, width in zip(self.columns, _shared(words, wholes, room), strict=True):
                column.width = width
        yield from super().__rich_console__(console, options)


def _shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Widths of columns, of which none has less than its least and most than it can use.

    >>> _shared([5, 3, 2], [5, 10, 40], 20)
    [5, 8, 7]
    """
    widths = list(least)
    for _ in range(room - sum(least)):
        # The narrowest of those that could use more.
        at = min((i for i, w in enumerate(widths) if w < most[i]), key=lambda i: widths[i])
        widths[at] += 1
    return widths


def plain(text: str) -> Text:
    r"""Text from outside, with what could move the cursor or turn the line around spelt out.

    >>> plain("a" + chr(27) + "[2Jb").plain
    'a\\x1b[2Jb'
    """
    return Text("".join(c if unicodedata.category(c)[0] != "C" else _spell(c) for c in text))


def _spell(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def table(title: str, *columns: str) -> Table:
    """An empty table in the house style; a column that starts with ``>`` is for numbers."""
    made = PlainTable(title=title or None, title_justify="left", title_style="bold", box=None)
    made.pad_edge = False
    for column in columns:
        right = column.startswith(">")
        name = column.lstrip(">")
        # An id must stay whole: it is what people copy into the next command.
        whole = name in _IDS
        made.add_column(
            name,
            justify="right" if right else "left",
            header_style="dim",
            no_wrap=whole or right,
            overflow="fold",
            min_width=26 if whole else None,
        )
    return made


def iso(value: datetime | None) -> str | None:
    """ISO 8601, or ``None``."""
    return None if value is None else value.isoformat()


def length(seconds: float) -> str:
    """A span of time for people.

    >>> length(3725.5), length(-1.25)
    ('1:02:05.5', '-0:01.2')
    """
    tenths = round(abs(seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{'-' if seconds < 0 else ''}{head}:{rest // 10:02}.{rest % 10}"


def case_view(case: Case) -> dict[str, object]:
    """A case."""
    return {
        "id": case.id,
        "reference": case.reference,
        "framework": case.framework,
        "service": case.service,
        "offence_family": case.offence_family,
        "four_eyes": sorted(f.value for f in case.four_eyes),
        "opened_at": iso(case.opened_at),
        "erase_by": iso(case.erase_by),
        "first_data_at": iso(case.first_data_at),
        "closed_at": iso(case.closed_at),
        "state": case.state.value,
        "demonstration": case.demonstration,
    }


def mandate_view(mandate: Mandate) -> dict[str, object]:
    """A mandate; empty lists mean no limit."""
    return {
        "id": mandate.id,
        "case": mandate.case_id,
        "framework": mandate.framework,
        "powers": sorted(p.value for p in mandate.powers),
        "exhibits": sorted(mandate.exhibits),
        "cameras": sorted(mandate.cameras),
        "recorded_from": iso(mandate.recorded_from),
        "recorded_to": iso(mandate.recorded_to),
        "valid_from": iso(mandate.valid_from),
        "valid_to": iso(mandate.valid_to),
        "magistrate": mandate.magistrate,
        "deemed": mandate.deemed,
        "document_sha256": mandate.document_sha256,
        "sought": None if mandate.sought is None else described(mandate.sought),
        "state": mandate.state.value,
    }


def signature_view(signature: Signature) -> dict[str, object]:
    """A signature on a mandate."""
    return {
        "id": signature.id,
        "mandate": signature.mandate_id,
        "credential": signature.credential_id,
        "by": signature.agent_id,
        "digest": signature.digest,
        "evidence": signature.evidence,
        "signed_at": iso(signature.signed_at),
    }


def clearance_view(clearance: Clearance) -> dict[str, object]:
    """A clearance."""
    return {
        "id": clearance.id,
        "agent": clearance.agent_id,
        "service": clearance.service,
        "data_types": sorted(clearance.data_types),
        "valid_from": iso(clearance.valid_from),
        "valid_to": iso(clearance.valid_to),
        "granted_by": clearance.granted_by,
        "withdrawn": clearance.withdrawn,
    }


def finding_view(finding: Finding) -> dict[str, object]:
    """A finding."""
    return {
        "kind": finding.kind.value,
        "start_ms": finding.start_ms,
        "end_ms": finding.end_ms,
        "detail": finding.detail,
    }


def exhibit_view(exhibit: Exhibit) -> dict[str, object]:
    """An exhibit; exact numbers are fractions written as text."""
    stream = exhibit.stream
    return {
        "id": exhibit.id,
        "case": exhibit.case_id,
        "sha256": exhibit.sha256,
        "size": exhibit.size,
        "name": exhibit.name,
        "camera": exhibit.camera,
        "origin": exhibit.origin,
        "received_at": iso(exhibit.received_at),
        "recorded_at": iso(exhibit.clock.recorded_at),
        "clock_offset_s": str(exhibit.clock.offset),
        "duration_s": float(stream.duration),
        "frames_expected": stream.frames_expected,
        "container": stream.container,
        "codec": stream.codec,
        "width": stream.width,
        "height": stream.height,
        "time_base": str(stream.time_base),
        "findings": [finding_view(f) for f in exhibit.findings],
    }


def coverage_view(coverage: Coverage) -> dict[str, object]:
    """What was and was not read."""
    return {
        "exhibit": coverage.exhibit_id,
        "frames_expected": coverage.frames_expected,
        "frames_decoded": coverage.frames_decoded,
        "frames_skipped": coverage.frames_skipped,
        "frames_damaged": coverage.frames_damaged,
        "frames_concealed": coverage.frames_concealed,
        "frames_analysed": coverage.frames_analysed,
        "ended": coverage.ended,
        "complete": coverage.complete,
        "passed_over_ms": coverage.passed_over_ms,
        "findings": [finding_view(f) for f in coverage.findings],
    }


def shares_view(shares: Shares) -> list[dict[str, object]]:
    """Colours with their share, largest first."""
    return [{"colour": colour.value, "share": round(share, 4)} for colour, share in shares]


def track_view(track: Track, exhibit: Exhibit) -> dict[str, object]:
    """A track: times in milliseconds of the recording, and on both clocks when stated."""
    d = track.description
    return {
        "id": track.id,
        "exhibit": track.exhibit_id,
        "number": track.number,
        "class": track.object_class.value,
        "confidence": round(track.confidence, 4),
        "why": track.why,
        "start_ms": track.start_ms,
        "end_ms": track.end_ms,
        "recorder_time": iso(exhibit.recorder_time(track.start_ms)),
        "real_time": iso(exhibit.real_time(track.start_ms)),
        "dwell_ms": d.dwell_ms,
        "moving": d.moving,
        "direction": d.direction.value,
        "speed": round(d.speed, 2),
        "metres_per_s": round(d.metres_per_s, 2) or None,
        "entry": d.entry.value,
        "exit": d.exit.value,
        "width": round(d.width, 1),
        "height": round(d.height, 1),
        "colours": shares_view(d.colours),
        "colour_confidence": round(d.colour_confidence, 3),
        "upper": shares_view(d.upper),
        "lower": shares_view(d.lower),
        "pictures": len(track.frame),
        "observed": int(track.observed.sum()),
    }


def swatches(shares: Shares) -> Text:
    """The main colours as a patch and a word."""
    text = Text()
    for colour, share in shares:
        if share >= 0.15:
            text.append("■", style=_SWATCH[colour]).append(f" {colour.value} ")
    return text if text else Text("not known", style="dim")


def tracks_tables(tracks: Sequence[Track], exhibits: Mapping[str, Exhibit]) -> list[RenderableType]:
    """A table for each exhibit, one line for each track, under the clock that its times are on."""
    by_exhibit: dict[str, list[Track]] = {}
    for track in tracks:
        by_exhibit.setdefault(track.exhibit_id, []).append(track)
    return [_exhibit_tracks(exhibits[name], those) for name, those in by_exhibit.items()]


def _exhibit_tracks(exhibit: Exhibit, tracks: Sequence[Track]) -> Table:
    stated = exhibit.clock.recorded_at is not None
    clock = "real time, as the stated clock maps it" if stated else "times in the recording"
    shown = table("", ">track", "from", "to", ">dwell", "class", "going", ">px/s", "colours")
    shown.title = Text(f"Exhibit {exhibit.id} ") + plain(exhibit.name) + Text(f", {clock}")
    for track in tracks:
        d = track.description
        shown.add_row(
            str(track.number),
            clock_time(exhibit, track.start_ms),
            clock_time(exhibit, track.end_ms),
            length(d.dwell_ms / 1000),
            track.object_class.value,
            d.direction.value if d.moving else "standing",
            f"{d.speed:.0f}",
            swatches(d.colours),
        )
    return shown


def clock_time(exhibit: Exhibit, at_ms: int) -> str:
    """Real time where it can be known, else the recording's own."""
    real = exhibit.real_time(at_ms)
    return length(at_ms / 1000) if real is None else f"{real:%Y-%m-%d %H:%M:%S %Z}"


def synopsis_view(synopsis: Synopsis) -> dict[str, object]:
    """A synopsis."""
    return {
        "id": synopsis.id,
        "case": synopsis.case_id,
        "exhibits": list(synopsis.exhibit_ids),
        "duration_s": round(synopsis.duration_s, 3),
        "source_s": round(synopsis.source_s, 3),
        "tracks_total": synopsis.tracks_total,
        "tracks_shown": synopsis.tracks_shown,
        "collision": round(synopsis.collision, 4),
        "asked": None if synopsis.asked is None else tell(synopsis.asked, "en"),
        "path": None if synopsis.path is None else str(synopsis.path),
    }


def asked_of(synopsis: Synopsis) -> str:
    """What it was to show, for people."""
    if synopsis.asked is None:
        return "not kept"
    return tell(synopsis.asked, "en") or "everything"


def exported_view(exported: Exported) -> dict[str, object]:
    """A file that left the system."""
    return {"path": str(exported.path), "rows": exported.rows, "sha256": exported.sha256}


def exported_line(exported: Exported, what: str) -> Text:
    """The same: the path on a line of its own, then what it holds."""
    return Text.assemble(
        plain(str(exported.path)), f"\n  {exported.rows} {what}, SHA-256 {exported.sha256}"
    )


def field_list(pairs: Mapping[str, object]) -> Table:
    """Names and values, one a line."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for name, value in pairs.items():
        grid.add_row(name, value if isinstance(value, Text) else plain(str(value)))
    return grid
