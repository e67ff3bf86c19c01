"""Conditions of a search that nothing could answer, refused rather than left to find nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scelle.cli.views import length
from scelle.errors import BadInput
from scelle.model.evidence import Exhibit
from scelle.model.tracks import TrackQuery

Span = tuple[int | None, int | None]
"""From and to, milliseconds of the recording's own time; ``None`` sets no limit."""


def refuse_contradictions(query: TrackQuery) -> None:
    """Refuse a least value above the greatest.

    Raises:
        BadInput: heights, dwells or speeds that no track can have.
    """
    for name, low, high in (
        ("height", query.min_height, query.max_height),
        ("dwell", query.min_dwell_ms, query.max_dwell_ms),
        ("speed", query.min_speed, query.max_speed),
    ):
        if low is not None and high is not None and low > high:
            raise BadInput(
                f"the least {name} is above the greatest: no track can answer this",
                remedy=f"Give a --min-{name} that is not above --max-{name}.",
            )


def refuse_areas(query: TrackQuery, exhibits: Sequence[Exhibit]) -> None:
    """Refuse an area or a path that lies outside the picture of every exhibit.

    Raises:
        BadInput: no foot can enter it, or go along it.
    """
    sizes = sorted({(e.stream.width, e.stream.height) for e in exhibits})
    for what, drawn, off in (
        ("area of --inside", query.inside, 0.0),
        ("area of --outside", query.outside, 0.0),
        ("path of --path", query.follows, query.follows.tolerance if query.follows else 0.0),
    ):
        if drawn is None or not sizes:
            continue
        across, down = zip(*drawn.points, strict=True)
        if not any(
            max(across) > -off
            and min(across) < width + off
            and max(down) > -off
            and min(down) <= height + off
            for width, height in sizes
        ):
            pictures = ", ".join(f"{width} x {height}" for width, height in sizes)
            raise BadInput(
                f"the {what} lies outside the picture of every exhibit",
                remedy=f"Draw it in pixels from the top left corner; the pictures are {pictures}.",
            )


def refuse_span(spans: Mapping[str, Span], exhibits: Sequence[Exhibit]) -> None:
    """Refuse a span of time that ends before it begins, or that no recording reaches.

    Args:
        spans: by exhibit id, for those that can be searched.
        exhibits: at least those.

    Raises:
        BadInput: no track can lie in it.
    """
    asked = [(spans[e.id], e) for e in exhibits if e.id in spans]
    for (start, end), _ in asked:
        if start is not None and end is not None and start > end:
            raise BadInput(
                "the span ends before it begins", remedy="Give a --to that is not before --from."
            )
    if asked and not any(_reaches(span, exhibit) for span, exhibit in asked):
        there = "; ".join(_extent(exhibit) for _, exhibit in asked)
        raise BadInput(
            "the span lies beyond every recording", remedy=f"Give times inside one: {there}."
        )


def _limits(exhibit: Exhibit) -> tuple[float, float]:
    """First and last moment of a recording, milliseconds of its own time."""
    stream = exhibit.stream
    first = stream.start_pts * stream.time_base
    return float(first * 1000), float((first + stream.duration) * 1000)


def _reaches(span: Span, exhibit: Exhibit) -> bool:
    first, last = _limits(exhibit)
    start, end = span
    return (start is None or start <= last) and (end is None or end >= first)


def _extent(exhibit: Exhibit) -> str:
    """From where to where a recording goes, and on the recorder's clock where it is stated."""
    first, last = _limits(exhibit)
    told = f"{exhibit.name} goes from {length(first / 1000)} to {length(last / 1000)}"
    begun, ended = exhibit.real_time(round(first)), exhibit.real_time(round(last))
    if begun is None or ended is None:
        return told
    return (
        f"{told} ({begun.isoformat(timespec='seconds')} to {ended.isoformat(timespec='seconds')})"
    )
