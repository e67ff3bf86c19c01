"""The coverage certificate as JSON and as one page, in English or French, without any script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple

from scelle.footage.certificate_words import WORDS
from scelle.model.certificate import Certificate, Showing
from scelle.model.dates import Language, moment_words
from scelle.model.wording import french

LANGUAGES: tuple[Language, ...] = ("en", "fr")

_COLOURS = {
    "undecodable": "#b3261e",
    "gap": "#8a8f98",
    "not-analysed": "#c77700",
    "passed-over": "#d9a21b",
}


class Link(NamedTuple):
    """Where a served page leads, in the language named."""

    address: str
    text: str
    language: str


# Longer than anybody looks at one picture, shorter than a visit.
_TOGETHER = timedelta(minutes=5)

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
body{color:#1b1d21}a{color:inherit;margin-right:1.5rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#5a6068}dd{margin:0}
code{font-size:.85em;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #dde0e4}
td,th{vertical-align:top}
th{color:#5a6068;font-weight:500}.state{padding:.6rem .8rem;border-left:4px solid}
.good{border-color:#2e7d32;background:#eef6ee}.bad{border-color:#b3261e;background:#fbeeed}
.open{border-color:#c77700;background:#fdf5e8}svg{width:100%;height:auto}
svg text{font:11px system-ui,sans-serif;fill:#5a6068}
@media(prefers-color-scheme:dark){body{background:#16181c;color:#e6e8eb}
td,th{border-color:#33373d}dt,th{color:#a8b0ba}svg text{fill:#a8b0ba}
.good{background:#1b2a1c}.bad{background:#2e1a19}.open{background:#2e2413}}
"""


def view(certificate: Certificate) -> dict[str, object]:
    """As a JSON object; exact numbers are fractions written as text."""
    e, c = certificate.exhibit, certificate.coverage
    return {
        "exhibit": e.id,
        "case": e.case_id,
        "name": e.name,
        "sha256": e.sha256,
        "size": e.size,
        "view": e.view,
        "parts": [asdict(part) for part in e.parts],
        "camera": e.camera,
        "origin": e.origin,
        "container": e.stream.container,
        "codec": e.stream.codec,
        "duration_s": str(e.stream.duration),
        "recorded_at": _iso(e.clock.recorded_at),
        "clock_offset_s": str(e.clock.offset),
        "clock_drift_ppm": str(e.clock.drift_ppm),
        "clock_uncertainty_s": None if e.clock.uncertainty is None else str(e.clock.uncertainty),
        "made_at": _iso(certificate.made_at),
        "made_by": certificate.agent_id,
        "packets": certificate.packets,
        "packet_bytes": certificate.packet_bytes,
        "keyframes": certificate.keyframes,
        "frames_expected": c.frames_expected,
        "frames_decoded": c.frames_decoded,
        "frames_skipped": c.frames_skipped,
        "frames_damaged": c.frames_damaged,
        "frames_concealed": c.frames_concealed,
        "frames_unread": certificate.unread,
        "frames_analysed": c.frames_analysed,
        "ended": c.ended,
        "complete": c.complete,
        "adds_up": certificate.adds_up,
        "untouched": [asdict(span) for span in certificate.untouched],
        "findings": [
            {"kind": f.kind.value, "start_ms": f.start_ms, "end_ms": f.end_ms, "detail": f.detail}
            for f in c.findings
        ],
        "showings": [{**asdict(s), "at": _iso(s.at)} for s in certificate.showings],
        "corrections": [{**asdict(k), "at": _iso(k.at)} for k in certificate.corrections],
    }


def page(certificate: Certificate, language: str, links: Sequence[Link] = ()) -> str:
    """One HTML page that needs nothing else.

    Args:
        certificate: what it certifies.
        language: of the page.
        links: what stands at its head where it is served; none in a file.

    Raises:
        ValueError: another language than English and French.
    """
    return _Page(certificate, language, links).text()


class _Page:
    def __init__(self, certificate: Certificate, language: str, links: Sequence[Link]) -> None:
        self._it, self._at, self._links = certificate, LANGUAGES.index(language), links
        self._language = LANGUAGES[self._at]
        e = certificate.exhibit
        self._start = round(e.stream.start_pts * e.stream.time_base * 1000)
        self._length = max(1, round(e.stream.duration * 1000))

    def _t(self, key: str) -> str:
        return escape(WORDS[key][self._at])

    def _said(self, sentence: str) -> str:
        told = french(sentence) if self._language == "fr" else None
        return escape(told) if told else f'<span lang="en">{escape(sentence)}</span>'

    def _moment(self, at: datetime) -> str:
        """In words, to the second; whole and exact for programs."""
        words = moment_words(self._language, at, seconds=True)
        return f'<time datetime="{at.isoformat()}">{words}</time>'

    def text(self) -> str:
        it, t = self._it, self._t
        title = f"{t('title')} — {escape(it.exhibit.name)}"
        body = "".join(
            (
                self._navigation(),
                f"<h1>{title}</h1>",
                self._facts(),
                self._state(),
                self._figures(),
                f"<h2>{t('picture')}</h2>{self._drawing()}",
                self._untouched(),
                self._findings(),
                self._corrections(),
                self._shown(),
                f"<p><small>{t('foot')}</small></p>",
            )
        )
        return (
            f'<!doctype html><html lang="{self._language}"><head><meta charset="utf-8">'
            f"<title>{title}</title><style>{_STYLE}</style></head>"
            f"<body><main>{body}</main></body></html>\n"
        )

    def _navigation(self) -> str:
        links = "".join(
            f'<a href="{escape(to.address)}" lang="{to.language}">{escape(to.text)}</a>'
            for to in self._links
        )
        return f"<nav>{links}</nav>" if links else ""

    def _facts(self) -> str:
        e, t = self._it.exhibit, self._t
        real = e.clock.real_time(e.elapsed(self._start))
        clock = t("unstated")
        if real is not None:
            within = "" if e.clock.uncertainty is None else f" ± {float(e.clock.uncertainty):.2f} s"
            clock = f"{self._moment(real)}{within}"
        rows = [
            (t("exhibit"), f"<code>{escape(e.id)}</code>"),
            (t("file"), f"{escape(e.name)}, {e.size} B"),
            ("SHA-256", f"<code>{e.sha256}</code>"),
            *((t("parts"), f"{escape(p.name)} <code>{p.sha256}</code>") for p in e.parts),
            (t("camera"), escape(e.camera)),
            (t("origin"), escape(e.origin)),
            (t("format"), escape(f"{e.stream.container}, {e.stream.codec}")),
            (t("length"), _clock(self._length)),
            (t("clock"), clock),
            (t("made"), f"{self._moment(self._it.made_at)} {t('by')} {escape(self._it.agent_id)}"),
        ]
        return "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in rows) + "</dl>"

    def _state(self) -> str:
        c = self._it.coverage
        keys = ["triage"] if c.passed_over_ms else []
        if c.frames_damaged:
            keys.append("damaged")
        if not c.ended:
            keys = ["not"]
        expected = "?" if c.frames_expected is None else c.frames_expected
        kind = "good" if c.complete else "open"
        return "".join(
            f'<p class="state {kind}">'
            f"{self._t(f'state.{key}').format(damaged=c.frames_damaged, expected=expected)}</p>"
            for key in keys or ["ended"]
        )

    def _figures(self) -> str:
        it, c, t = self._it, self._it.coverage, self._t
        expected = t("unknown") if c.frames_expected is None else str(c.frames_expected)
        verdict, kind = {True: ("good", "good"), False: ("bad", "bad"), None: ("unknown", "open")}[
            it.adds_up
        ]
        rows = [
            (t("packets"), f"{it.packets} ({it.keyframes} {t('keyframes')})"),
            (t("expected"), expected),
            (f"= {t('decoded')}", str(c.frames_decoded)),
            (f"+ {t('skipped')}", str(c.frames_skipped)),
            (f"+ {t('damaged')}", f"{c.frames_damaged} ({c.frames_concealed} {t('concealed')})"),
            (f"+ {t('unread')}", str(it.unread)),
            (t("analysed"), str(c.frames_analysed)),
        ]
        table = "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in rows)
        return f'<table>{table}</table><p class="state {kind}">{self._t(f"sum.{verdict}")}</p>'

    def _drawing(self) -> str:
        """The recording as a line, what was not read of it, findings, and who saw what."""
        lanes: list[tuple[str, list[tuple[int, int, str]]]] = [
            (self._t("lane.recording"), [(self._start, self._start + self._length, "#3465c8")]),
            (
                self._t("lane.untouched"),
                [(u.start_ms, u.end_ms, _COLOURS[u.reason]) for u in self._it.untouched],
            ),
            (
                self._t("lane.findings"),
                [(f.start_ms, f.end_ms, "#8650a8") for f in self._it.coverage.findings],
            ),
        ]
        people = dict.fromkeys(s.agent_id for s in self._it.showings)
        for agent in people:
            spans = [
                (s.start_ms, s.end_ms, "#2e7d32" if s.whole else "#9ccc9c")
                for s in self._it.showings
                if s.agent_id == agent
            ]
            lanes.append((escape(agent), spans))
        parts = []
        for row, (name, spans) in enumerate(lanes):
            y = 8 + 22 * row
            parts.append(f'<text x="0" y="{y + 10}">{name}</text>')
            for first, last, colour in spans:
                x, width = self._place(first), max(2.0, self._place(last) - self._place(first))
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="13" fill="{colour}"/>'
                )
        y = 18 + 22 * len(lanes)
        parts.append(f'<text x="220" y="{y}">{_clock(self._start)}</text>')
        end = _clock(self._start + self._length)
        parts.append(f'<text x="960" y="{y}" text-anchor="end">{end}</text>')
        label = self._t("picture")
        return (
            f'<svg viewBox="0 0 960 {y + 6}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
        )

    def _place(self, ms: int) -> float:
        share = (ms - self._start) / self._length
        return 220 + 740 * min(max(share, 0.0), 1.0)

    def _untouched(self) -> str:
        rows = [
            f"<tr><td>{_clock(u.start_ms)}–{_clock(u.end_ms)}</td>"
            f"<td>{self._why(u.reason, u.detail)}</td></tr>"
            for u in self._it.untouched
        ]
        return self._section("untouched", rows)

    def _why(self, reason: str, detail: str) -> str:
        return self._t(reason) if reason == "not-analysed" else self._said(detail)

    def _findings(self) -> str:
        rows = [
            f"<tr><td>{_clock(f.start_ms)}–{_clock(f.end_ms)}</td>"
            f"<td>{self._said(f.detail)}</td></tr>"
            for f in self._it.coverage.findings
        ]
        return self._section("findings", rows)

    def _shown(self) -> str:
        t = self._t
        head = "".join(f"<th>{t(k)}</th>" for k in ("who", "act", "when", "span", "speed"))
        rows = []
        for group in _following(self._it.showings):
            first, last = group[0], group[-1]
            entries = ", ".join(str(s.entry) for s in group)
            several = f" × {len(group)}" if len(group) > 1 else ""
            until = f" – {self._moment(last.at)}" if last.at > first.at else ""
            spans = "; ".join(f"{_clock(a)}–{_clock(b)}" for a, b in _joined(group))
            rows.append(
                f"<tr><td>{escape(first.agent_id)}</td>"
                f"<td>{escape(first.act)}{several}, {entries}</td>"
                f"<td>{self._moment(first.at)}{until}</td><td>{spans}</td>"
                f"<td>{self._speed(first)}</td></tr>"
            )
        return self._section("shown", rows, head)

    def _speed(self, showing: Showing) -> str:
        if not showing.speed:
            return self._t("stills")
        text = f"{showing.speed:.1f} {self._t('times')}"
        return text if showing.whole else f"{text}, {self._t('objects')}"

    def _corrections(self) -> str:
        rows = [
            f"<tr><td>{self._moment(k.at)}</td><td>{escape(k.agent_id)}</td><td>{escape(k.field)}</td>"
            f"<td>{escape(k.before)} → {escape(k.after)}</td><td>{escape(k.reason)}</td></tr>"
            for k in self._it.corrections
        ]
        return self._section("corrections", rows)

    def _section(self, key: str, rows: Sequence[str], head: str = "") -> str:
        none = self._t("shown.none" if key == "shown" else "untouched.none")
        body = f"<table>{head}{''.join(rows)}</table>" if rows else f"<p>{none}</p>"
        return f"<h2>{self._t(key)}</h2>{body}"


def _following(showings: Sequence[Showing]) -> list[list[Showing]]:
    """What one person was shown alike, by one act, again and again within a few minutes."""
    groups: list[list[Showing]] = []
    latest: dict[tuple[str, str, float, bool], list[Showing]] = {}
    for s in showings:
        alike = (s.agent_id, s.act, round(s.speed, 1), s.whole)
        group = latest.get(alike)
        if group is None or s.at - group[-1].at > _TOGETHER:
            group = latest[alike] = []
            groups.append(group)
        group.append(s)
    return groups


def _joined(showings: Sequence[Showing]) -> list[tuple[int, int]]:
    """Spans of the recording, in order of time; those that overlap or meet as one."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted((s.start_ms, s.end_ms) for s in showings):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    return spans


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _clock(ms: int) -> str:
    seconds, rest = divmod(abs(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if ms < 0 else ''}{hours}:{minutes:02}:{seconds:02}.{rest // 100}"
