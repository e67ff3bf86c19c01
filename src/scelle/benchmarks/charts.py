"""Pictures of what was measured, as SVG that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from scelle.model.tracks import Colour

_CELL, _LEFT, _TOP = 44, 92, 84
_WORDS = ("true colour", "what it was called")


def confusion_svg(counts: Mapping[str, Mapping[str, int]]) -> str:
    """A matrix of true colours against what they were called.

    Args:
        counts: true colour to said colour, or ``unknown``, to how often.

    Returns:
        an SVG document; the shade of a cell is its share of the row.
    """
    said = [*(c.value for c in Colour), "unknown"]
    rows = [true for true in counts if sum(counts[true].values())]
    width, height = _LEFT + _CELL * len(said) + 12, _TOP + _CELL * len(rows) + 12
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>True colours, and what they were called</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="{_TOP - 10}" fill="#555">{_WORDS[0]}</text>',
        f'<text x="{_LEFT}" y="18" fill="#555">{_WORDS[1]}</text>',
    ]
    for column, name in enumerate(said):
        x = _LEFT + _CELL * column + _CELL // 2
        out.append(
            f'<text transform="translate({x + 4},{_TOP - 8}) rotate(-45)">{escape(name)}</text>'
        )
    for row, true in enumerate(rows):
        y = _TOP + _CELL * row
        total = sum(counts[true].values())
        out.append(f'<text x="{_LEFT - 8}" y="{y + 26}" text-anchor="end">{escape(true)}</text>')
        for column, name in enumerate(said):
            x, many = _LEFT + _CELL * column, counts[true].get(name, 0)
            share = many / total
            tone = "#2b6cb0" if name == true else "#c05621"
            out.append(
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" '
                f'fill="{tone if many else "#f1f1f1"}" fill-opacity="{max(share, 0.12):.2f}"/>'
            )
            if many:
                ink = "#fff" if share > 0.5 else "#222"
                out.append(
                    f'<text x="{x + _CELL // 2 - 1}" y="{y + 26}" text-anchor="middle" '
                    f'fill="{ink}">{many}</text>'
                )
    return "\n".join([*out, "</svg>"]) + "\n"


def growth_svg(rows: Sequence[tuple[float, float, float, float]]) -> str:
    """Time and memory against length, each on its own scale from zero.

    Args:
        rows: hours, seconds of a core for the analysis and for plain decoding, MiB; at least
            one.

    Returns:
        an SVG document.
    """
    wide, tall, left, top = 300, 200, 56, 40
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * (wide + left) + 40} 290" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Time and memory against the length of the recording</title>",
        f'<rect width="{2 * (wide + left) + 40}" height="290" fill="#fff"/>',
    ]
    longest = max(r[0] for r in rows)
    panels = (
        (
            "seconds of a core",
            ((1, "#2b6cb0", "receipt and analysis"), (2, "#8a8f98", "plain decoding")),
        ),
        ("MiB at the highest, all processes", ((3, "#c05621", "memory"),)),
    )
    for panel, (title, lines) in enumerate(panels):
        x0 = left + panel * (wide + left + 20)
        most = max(r[k] for r in rows for k, _, _ in lines) * 1.1 or 1.0
        out.append(f'<text x="{x0}" y="{top - 20}" fill="#555">{title}</text>')
        out.append(
            f'<path d="M{x0} {top}V{top + tall}H{x0 + wide}" fill="none" stroke="#999"/>'
            f'<text x="{x0 - 6}" y="{top + tall}" text-anchor="end">0</text>'
            f'<text x="{x0 - 6}" y="{top + 10}" text-anchor="end">{most:.0f}</text>'
        )
        for hours, *_ in rows:
            x = x0 + wide * hours / longest
            out.append(
                f'<text x="{x:.1f}" y="{top + tall + 16}" text-anchor="middle">{hours:g} h</text>'
            )
        for number, (k, tone, name) in enumerate(lines):
            points = [(x0 + wide * r[0] / longest, top + tall - tall * r[k] / most) for r in rows]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            out.append(f'<polyline points="{line}" fill="none" stroke="{tone}" stroke-width="2"/>')
            out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{tone}"/>' for x, y in points]
            out.append(
                f'<text x="{x0 + 10}" y="{top + 12 + 16 * number}" fill="{tone}">{name}</text>'
            )
    return "\n".join([*out, "</svg>"]) + "\n"
