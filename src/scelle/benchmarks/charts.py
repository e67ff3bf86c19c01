"""Pictures of what was measured, as SVG that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping
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
