"""Which span of an exhibit is meant: in and out points, a bookmark, or a confirmed candidate."""

from __future__ import annotations

from scelle.errors import BadInput
from scelle.model.acts import ExportClip, Permit, Span
from scelle.model.decisions import Judgement
from scelle.model.evidence import Exhibit
from scelle.model.tracks import Track
from scelle.operations.bookmark import find_bookmark
from scelle.store.control import Control

AROUND_MS = 2000
"""Shown before and after a confirmed candidate, and a moment that was kept."""


def around(exhibit: Exhibit, start_ms: int, end_ms: int) -> Span:
    """A span with a little before and after it, within the recording."""
    first, last = exhibit.span_ms
    return Span(exhibit.id, max(first, start_ms - AROUND_MS), min(last, end_ms + AROUND_MS))


def span_of(
    act: ExportClip, exhibit: Exhibit, tracks: tuple[Track, ...], control: Control, permit: Permit
) -> Span:
    """The span that a clip is asked of.

    Args:
        exhibit: the one that the permit covers.
        tracks: its own.

    Raises:
        BadInput: not exactly one way to say which; or a track that nobody has confirmed.
        NotFound: no such bookmark in the exhibit.
    """
    points = act.start_ms is not None or act.end_ms is not None
    if points + bool(act.bookmark_id) + bool(act.track_id) != 1:
        raise BadInput(
            "A clip is of a span, of a bookmark, or of a confirmed candidate: one of them.",
            remedy="Give --from and --to, or --bookmark, or --track.",
        )
    if act.bookmark_id:
        kept = find_bookmark(control, act.case_id, act.bookmark_id, permit)
        if kept.end_ms is not None:
            return Span(exhibit.id, kept.at_ms, kept.end_ms)
        return around(exhibit, kept.at_ms, kept.at_ms)
    if act.track_id:
        last = {d.track_id: d.judgement for d in control.decisions(act.case_id)}
        for track in tracks:
            if track.id == act.track_id and last.get(track.id) is Judgement.CONFIRMED:
                return around(exhibit, track.start_ms, track.end_ms)
        raise BadInput(
            f"Nobody has confirmed a track {act.track_id} of this exhibit.",
            remedy="Decide on it first with `scelle decide`, or give --from and --to.",
        )
    if act.start_ms is None or act.end_ms is None:
        raise BadInput("Half a span is no span.", remedy="Give both --from and --to.")
    return Span(exhibit.id, act.start_ms, act.end_ms)
