"""Charts as SVG, drawn here: no script, no font, no picture from elsewhere.

A bar is a share of the longest.  A withheld count has a hatched bar of fixed length, so
that its length tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

INK, BAR, PALE = "#1b2430", "#23527c", "#8fa3b8"

_HATCH = (
    '<defs><pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#eef1f5"/>'
    f'<rect width="2.5" height="6" fill="{PALE}"/></pattern></defs>'
)

Row = tuple[str, int | None, str]


def bars(name: str, title: str, rows: Sequence[Row]) -> str:
    """Horizontal bars, one for each row.

    Args:
        name: unique in its page; letters and digits.
        title: what a screen reader says.
        rows: label, count or ``None`` where it is withheld, and how it is written.
    """
    label, width, step = 250, 900, 24
    height = step * len(rows) + 8
    most = max([count for _, count, _ in rows if count] or [1])
    room = width - label - 90
    parts = [_open(name, title, width, height)]
    for place, (text, count, told) in enumerate(rows):
        y = 4 + step * place
        length = 40 if count is None else round(room * count / most, 1)
        fill = f"url(#h{name})" if count is None else BAR
        parts.append(_text(label - 10, y + 15, text, "end"))
        if length:
            parts.append(
                f'<rect x="{label}" y="{y + 3}" width="{length}" height="{step - 8}" '
                f'rx="2" fill="{fill}"/>'
            )
        parts.append(_text(label + length + 7, y + 15, told, "start", bold=count is not None))
    return "".join([*parts, "</svg>"])


def columns(name: str, title: str, rows: Sequence[Row]) -> str:
    """Upright bars, one for each row; labels below.  Arguments as :func:`bars`."""
    width, height, floor = 900, 232, 190
    most = max([count for _, count, _ in rows if count] or [1])
    step = (width - 10) / max(1, len(rows))
    parts = [_open(name, title, width, height)]
    parts.append(f'<line x1="5" y1="{floor}" x2="{width - 5}" y2="{floor}" stroke="{PALE}"/>')
    for place, (text, count, told) in enumerate(rows):
        x, wide = 5 + step * place + step * 0.14, step * 0.72
        tall = 26 if count is None else round(152 * count / most, 1)
        fill = f"url(#h{name})" if count is None else BAR
        middle = round(x + wide / 2, 1)
        parts.append(
            f'<rect x="{x:.1f}" y="{floor - tall:.1f}" width="{wide:.1f}" height="{tall}" '
            f'rx="2" fill="{fill}"/>'
        )
        if count is not None:
            parts.append(_text(middle, floor - tall - 6, told, "middle", bold=True))
        for line, piece in enumerate(text.split("\n")):
            parts.append(_text(middle, floor + 16 + 14 * line, piece, "middle"))
    return "".join([*parts, "</svg>"])


def _open(name: str, title: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-labelledby="t{name}" '
        'font-family="system-ui, Liberation Sans, Arial, sans-serif" font-size="12.5">'
        f'<title id="t{name}">{escape(title)}</title>' + _HATCH.replace("{id}", f"h{name}")
    )


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )
