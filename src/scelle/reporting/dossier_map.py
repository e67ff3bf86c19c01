"""A map of times: every exhibit as a lane, on real time where it is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from scelle.model.dates import day_words
from scelle.model.decisions import Judgement
from scelle.reporting.dossier_words import word
from scelle.reporting.handed_out import HandedOut, HandedRecording
from scelle.reporting.viewer import at_words
from scelle.reporting.words import Language

READ, LEFT, UNREAD, CONFIRMED, INK = "#23527c", "#9aa7b5", "#a3262a", "#1d6b43", "#1b2430"
_LANES = 24  # a drawing is no higher than a page
_LEFT, _WIDTH, _STEP = 60, 900, 26


@dataclass(frozen=True)
class Lane:
    """One exhibit on a line of seconds.

    Attributes:
        start, end: of the recording.
        read: an analysis came to its end.
        unread: spans that were not decoded or are missing.
        confirmed: passages that a person has confirmed.
    """

    label: str
    start: float
    end: float
    read: bool
    unread: tuple[tuple[float, float], ...]
    confirmed: tuple[tuple[float, float], ...]
    told: str


def maps(handed: HandedOut, language: Language) -> Iterator[tuple[str, str, str]]:
    """Heading, what a screen reader says, and SVG of each drawing.

    Exhibits whose real time is known share one axis, in pages of 24 lanes; each other
    one has an axis of its own.
    """
    real: list[Lane] = []
    own: list[Lane] = []
    for recording in handed.recordings:
        clocked = recording.exhibit.clock.recorded_at is not None
        (real if clocked else own).append(_lane(handed, recording, language, clocked))
    ends = (min((x.start for x in real), default=0), max((x.end for x in real), default=0))
    for first in range(0, len(real), _LANES):
        page = real[first : first + _LANES]
        yield (
            word(language, "map.real"),
            _alt(page),
            _draw(page, *ends, language=language, dated=True),
        )
    for lane in own:
        drawn = _draw([lane], lane.start, lane.end, language=language, dated=False)
        yield word(language, "map.own"), _alt([lane]), drawn


def _lane(handed: HandedOut, recording: HandedRecording, language: Language, clocked: bool) -> Lane:
    exhibit = recording.exhibit
    first = round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)
    last = first + round(exhibit.stream.duration * 1000)

    def place(ms: int) -> float:
        at = exhibit.real_time(ms) if clocked else None
        return ms / 1000 if at is None else at.timestamp()

    kept = {d.track_id for d in handed.judged(Judgement.CONFIRMED) if d.exhibit_id == exhibit.id}
    unread = [u for u in recording.certificate.untouched if u.reason != "not-analysed"]
    passages = [t for t in recording.tracks if t.id in kept]
    told = word(
        language,
        "map.lane",
        label=recording.label,
        first=at_words(exhibit, first, language),
        last=at_words(exhibit, last, language),
        gaps=len(unread),
        confirmed=len(passages),
    )
    return Lane(
        recording.label,
        place(first),
        place(last),
        recording.certificate.coverage.ended,
        tuple((place(u.start_ms), place(u.end_ms)) for u in unread),
        tuple((place(t.start_ms), place(t.end_ms)) for t in passages),
        told,
    )


def _alt(lanes: Sequence[Lane]) -> str:
    return "; ".join(lane.told for lane in lanes)


def _draw(
    lanes: Sequence[Lane], first: float, last: float, *, language: Language, dated: bool
) -> str:
    whole, room = max(last - first, 1e-3), _WIDTH - _LEFT - 20

    def x(at: float) -> float:
        return _LEFT + room * min(max((at - first) / whole, 0.0), 1.0)

    def bar(span: tuple[float, float], y: float, high: float, look: str) -> str:
        left = x(span[0])
        wide = max(1.5, x(span[1]) - left)
        return f'<rect x="{left:.1f}" y="{y}" width="{wide:.1f}" height="{high}" {look}/>'

    parts = []
    for row, lane in enumerate(lanes):
        y = 6 + _STEP * row
        parts.append(_text(_LEFT - 8, y + 17, lane.label, "end"))
        parts.append(
            bar((lane.start, lane.end), y + 8, 11, f'fill="{READ if lane.read else LEFT}"')
        )
        look = f'fill="white" stroke="{UNREAD}" stroke-width="0.8"'
        parts += [bar(span, y + 8, 11, look) for span in lane.unread]
        parts += [bar(span, y, 6, f'fill="{CONFIRMED}"') for span in lane.confirmed]
    foot = 12 + _STEP * len(lanes)
    parts.append(f'<line x1="{_LEFT}" y1="{foot}" x2="{_WIDTH - 20}" y2="{foot}" stroke="{INK}"/>')
    for tick in range(4):
        at = first + whole * tick / 3
        anchor = ("start", "middle", "middle", "end")[tick]
        for line, text in enumerate(_tick(at, language, dated=dated)):
            parts.append(_text(x(at), foot + 15 + 14 * line, text, anchor))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {foot + 34}" '
        f'width="{_WIDTH}" height="{foot + 34}" font-family="Libertinus Serif" font-size="13">'
        + "".join(parts)
        + "</svg>"
    )


def _tick(at: float, language: Language, *, dated: bool) -> tuple[str, ...]:
    if dated:
        moment = datetime.fromtimestamp(at, UTC)
        return day_words(language, moment), f"{moment:%H:%M:%S} UTC"
    seconds = int(at)
    return (f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}",)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="{INK}">{escape(text)}</text>'
