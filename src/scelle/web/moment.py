"""What a page shows first: which pictures its arrangement needs at a moment."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from scelle.model.live import LivePanel, LiveView, Passage
from scelle.model.synopsis import Part
from scelle.synopsis.sprites import most

_MOST = 96
"""Pictures that come with the arrangement, as in each file that the page asks for after it."""


def needed(view: LiveView, second: float) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Parts of passages and empty scenes that are on the screen at a second of a synopsis.

    Args:
        view: the arrangement.
        second: of the synopsis; its last one where it is shorter.

    Returns:
        The part of each passage, in order of appearance, of the first whose pictures may come
        with the arrangement, and the scene of each panel.
    """
    second = max(0.0, min(second, view.length_s))
    parts: list[Part] = []
    scenes = []
    for panel in view.panels:
        tick = int(second * panel.rate + 1e-9)
        shown = [p for p in panel.passages if p.start <= tick < p.start + p.ticks]
        parts += [Part(p.track.id, _part(p, tick - p.start)) for p in shown]
        if panel.scenes:
            scenes.append(_scene(panel, shown))
    pictures = list(accumulate(most(part.number) for part in parts))
    return tuple(parts[: bisect_right(pictures, _MOST)]), tuple(dict.fromkeys(scenes))


def _part(passage: Passage, tick: int) -> int:
    """The part that is shown at a tick of a passage."""
    return max(n for n, first in enumerate(passage.parts) if 0 <= first <= tick)


def _scene(panel: LivePanel, shown: list[Passage]) -> str:
    """The scene in force at the middle of the original times of what is shown."""
    times = sorted(p.track.start_ms / 1000 + panel.shifts[p.track.exhibit_id] for p in shown)
    middle = times[len(times) // 2] if times else panel.scenes[0][1]
    begun = [name for name, start in panel.scenes if start <= middle]
    return begun[-1] if begun else panel.scenes[0][0]
