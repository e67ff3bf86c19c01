"""The viewer of a bundle: one page, both languages, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from scelle.model.decisions import Judgement
from scelle.model.evidence import Exhibit
from scelle.reporting.handed_out import HandedOut, HandedRecording, searches
from scelle.reporting.track_formats import FORMATS

_BAR = 1000  # units across a map of times


@dataclass(frozen=True)
class _Mark:
    """One track on a map of times: place and length in thousandths, and what is said of it."""

    x: float
    width: float
    judged: str
    words: str


def viewer(handed: HandedOut) -> str:
    """The page."""
    folder = files("scelle.reporting").joinpath("templates")
    # Autoescaping is on: what people wrote is shown as they wrote it.
    house = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = house.from_string(folder.joinpath("viewer.html").read_text(encoding="utf-8"))
    css = files("scelle.reporting").joinpath("style.css").read_text(encoding="utf-8")
    words = {d.track_id: d for d in handed.decisions}
    return page.render(
        handed=handed,
        css=css,
        formats=FORMATS,
        confirmed=handed.judged(Judgement.CONFIRMED),
        rejected=handed.judged(Judgement.REJECTED),
        clips=[s for s in handed.shown if s.path.startswith("clips/")],
        by_label={r.label: r for r in handed.recordings},
        maps={r.label: _map(r, words) for r in handed.recordings},
        asked=[e for e in handed.entries if e.disclosed["phase"] == "decision"],
        searches=_searches(handed),
        span=span_words,
        at=at_words,
    )


def at_words(exhibit: Exhibit, ms: int) -> str:
    """A point of a recording: its own time, and real time with its uncertainty if known."""
    seconds, rest = divmod(ms, 1000)
    own = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest // 100}"
    real = exhibit.real_time(ms)
    if real is None:
        return own
    margin = exhibit.clock.uncertainty
    doubt = "?" if margin is None else f"{float(margin):g} s"
    return f"{own} ({real:%Y-%m-%d %H:%M:%S %z} ± {doubt})"


def span_words(exhibit: Exhibit, start_ms: int, end_ms: int) -> str:
    """A span of a recording."""
    return f"{at_words(exhibit, start_ms)} → {at_words(exhibit, end_ms)}"


def _map(recording: HandedRecording, words: Mapping[str, object]) -> list[_Mark]:
    stream = recording.exhibit.stream
    first = float(stream.start_pts * stream.time_base) * 1000
    whole = max(1.0, float(stream.duration) * 1000)
    marks = []
    for track in recording.tracks:
        judged = getattr(words.get(track.id), "judgement", "")
        x = (track.start_ms - first) / whole * _BAR
        width = max(2.0, (track.end_ms - track.start_ms) / whole * _BAR)
        said = f"{track.number} · {track.object_class.value} · "
        said += span_words(recording.exhibit, track.start_ms, track.end_ms)
        marks.append(_Mark(round(x, 1), round(width, 1), str(judged), said))
    return marks


def _searches(handed: HandedOut) -> list[tuple[int, str, str, str, int]]:
    """Entry, when, who, what was asked, how many answered; fruitless ones too."""
    found = []
    for made in searches(handed.entries):
        asked = [f"{k} = {v}" for k, v in made.query.items() if k != "colour_share"]
        at = made.at.isoformat()[:19]
        found.append((made.entry, at, made.agent_id, ", ".join(asked) or "∅", made.answers))
    return found
