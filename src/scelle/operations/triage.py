"""Triage: which spans of a segment are worth decoding whole, by its key pictures.

What is passed over is stated, span by span.  A span is decoded whole where a key picture
at either end of it shows something, where key pictures lie too far apart to say, and where
the recorder itself spent more on the pictures between them than it does when nothing stirs.
Sizes alone say nothing (an encoder of constant rate spends the same on an empty street),
so they only ever add spans.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from scelle.footage.index import BoolArray, Int64Array, PacketIndex
from scelle.vision.background import Background, Look
from scelle.vision.motion import MotionDetector, MotionSettings

FARTHEST_S = 6
"""Key pictures further apart than this say nothing of what lies between them, seconds."""

MARGIN_S = Fraction(3, 2)
"""Decoded before and after what key pictures show, seconds."""

EFFORT = 1.3
"""Share of the usual size above which the pictures between two key pictures show something."""

_SPREAD = 4.0  # usual deviations above the usual size
_DEVIATION = 1.4826  # of a normal law, over the median of absolute deviations


@dataclass(frozen=True, eq=False)
class Glance:
    """A key picture at working size.

    Attributes:
        frame: its frame index.
        whole: nothing of it was guessed by the decoder.
    """

    frame: int
    whole: bool
    look: Look


def bordering(glances: Sequence[Glance], first: int, stop: int) -> Sequence[Glance]:
    """Of glances in order, those of the pictures ``first`` up to ``stop``, and one beyond either
    end: no other says anything of what lies between them.
    """
    low = bisect_right(glances, first, key=lambda g: g.frame) - 1
    high = bisect_left(glances, stop, key=lambda g: g.frame) + 1
    return glances[max(low, 0) : high]


def glanced(
    glances: Sequence[Glance], background: Background, settings: MotionSettings
) -> BoolArray:
    """Which glances show something, bool ``(n,)``; a damaged one may show anything."""
    detector = MotionDetector(background, settings)
    motions = (detector.detect(g.look) for g in glances)
    shows = [bool(len(m.boxes)) or m.relit for m in motions]
    return np.array([s or not g.whole for s, g in zip(shows, glances, strict=True)], np.bool_)


def worth_decoding(
    index: PacketIndex, start: int, end: int, at: Int64Array, shows: BoolArray
) -> tuple[tuple[int, int], ...]:
    """Spans of ``[start, end)`` that are decoded whole, in order, apart from each other.

    Args:
        index: of the recording.
        start, end: of the segment; decoding may begin at ``start``.
        at: int64 ``(n,)``, times of the glances around the segment, increasing.
        shows: bool ``(n,)``, whether each shows something.

    Returns:
        Half-open spans; decoding may begin where each begins.
    """
    if not len(at):
        return ((start, end),)
    inside = (at > start) & (at < end)
    edges = np.concatenate([[start], at[inside], [end]])
    # Of each edge: the glance at it or beyond it, and whether that one shows something.
    before = np.maximum(np.searchsorted(at, edges[:-1], "right") - 1, 0)
    after = np.minimum(np.searchsorted(at, edges[1:], "left"), len(at) - 1)
    far = int(FARTHEST_S / index.time_base)
    known = (at[before] <= edges[:-1]) & (at[after] >= edges[1:])
    # At the ends of a recording there is no glance beyond.
    known |= (edges[:-1] <= index.times[0]) | (edges[1:] > index.times[-1])
    wide = np.maximum(at[after], edges[1:]) - np.minimum(at[before], edges[:-1]) > far
    seen = shows[before] | shows[after]
    active = seen | wide | ~known | _effort(index, edges, ~seen)
    margin = int(MARGIN_S / index.time_base)
    spans: list[tuple[int, int]] = []
    for a, b in zip(edges[:-1][active].tolist(), edges[1:][active].tolist(), strict=True):
        row = index.entry_before(max(a - margin, start))
        first = max(start, int(index.pts[row]) if row else start)
        last = min(end, b + margin)
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return tuple(spans)


def _effort(index: PacketIndex, edges: Int64Array, calm: BoolArray) -> BoolArray:
    """Between which edges the recorder spent more than it does when nothing stirs."""
    rows = index.order
    low = int(np.searchsorted(index.times, edges[0]))
    high = int(np.searchsorted(index.times, edges[-1]))
    rows = rows[low:high]
    part = np.searchsorted(edges, index.times[low:high], "right") - 1
    coded = ~index.keyframe[rows]
    count = np.bincount(part[coded], minlength=len(edges) - 1)
    spent = np.bincount(part[coded], index.size[rows][coded], minlength=len(edges) - 1)
    mean: npt.NDArray[np.float64] = spent / np.maximum(count, 1)
    usual = calm & (count > 0)
    if not usual.any():
        return np.zeros(len(calm), np.bool_)
    middle = float(np.median(mean[usual]))
    spread = _DEVIATION * float(np.median(np.abs(mean[usual] - middle)))
    return np.asarray(mean > max(EFFORT * middle, middle + _SPREAD * spread))
