"""The viewer of a bundle: one page, both languages, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from markupsafe import Markup

from scelle.model.act_names import act_name, reason_words, result_name
from scelle.model.dates import moment_words
from scelle.model.decisions import Judgement
from scelle.model.evidence import Exhibit
from scelle.model.wording import french
from scelle.reporting.dossier_blocks import Blocks
from scelle.reporting.dossier_blocks import span as own_span
from scelle.reporting.handed_out import HandedOut, HandedRecording, searches
from scelle.reporting.track_formats import FORMATS
from scelle.reporting.words import LANGUAGES, Language, value_name

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
    # Loaded here: commands that write no page start without it.
    from jinja2 import Environment, StrictUndefined

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
        span=_span,
        at=_at,
        when=_when,
        framework=_both(lambda language: value_name(language, "framework", handed.case.framework)),
        act=_act,
        result=_result,
        told=_told,
        reason=_reason,
        own=own_span,
    )


def at_words(exhibit: Exhibit, ms: int, language: Language) -> str:
    """A point of a recording: its own time, and real time with its uncertainty if known."""
    seconds, rest = divmod(ms, 1000)
    own = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest // 100}"
    real = exhibit.real_time(ms)
    if real is None:
        return own
    margin = exhibit.clock.uncertainty
    doubt = "?" if margin is None else f"{float(margin):g} s"
    return f"{own}, {moment_words(language, real, seconds=True)} ± {doubt}"


def span_words(exhibit: Exhibit, start_ms: int, end_ms: int, language: Language) -> str:
    """A span of a recording."""
    return " → ".join(at_words(exhibit, ms, language) for ms in (start_ms, end_ms))


def _span(exhibit: Exhibit, start_ms: int, end_ms: int) -> Markup:
    return _both(lambda language: span_words(exhibit, start_ms, end_ms, language))


def _at(exhibit: Exhibit, ms: int) -> Markup:
    return _both(lambda language: at_words(exhibit, ms, language))


def _when(at: datetime | str) -> Markup:
    """A moment, as the ledger holds it or as it is."""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    return _both(lambda language: moment_words(language, known, seconds=True))


def _act(kind: str) -> Markup:
    return _both(lambda language: act_name(kind, language))


def _query(query: Mapping[str, object]) -> Markup:
    return _both(lambda language: Blocks(language).query(query))


def _result(result: str) -> Markup:
    return _both(lambda language: result_name(result, language))


def _reason(reason: str) -> Markup:
    return _both(lambda language: reason_words(reason, language))


def _told(sentence: str) -> Markup:
    """A finding's sentence; in English where there is no other."""
    return _both(lambda language: (language == "fr" and french(sentence)) or sentence)


def _both(say: Callable[[Language], str]) -> Markup:
    """In both languages; the page shows the one that is chosen."""
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(language, say(language))
        for language in reversed(LANGUAGES)
    )


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
        said += own_span(track.start_ms, track.end_ms)
        marks.append(_Mark(round(x, 1), round(width, 1), str(judged), said))
    return marks


def _searches(handed: HandedOut) -> list[tuple[int, datetime, str, Markup, int]]:
    """Entry, when, who, what was asked, how many answered; fruitless ones too."""
    found = []
    for made in searches(handed):
        asked = _query(made.query)
        found.append((made.entry, made.at, made.agent_id, asked, made.answers))
    return found
