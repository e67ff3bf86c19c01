from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scelle.model.live import LivePanel, LiveView, Passage
from scelle.model.synopsis import Part
from scelle.synopsis.sprites import bounds
from scelle.web.moment import needed

PICTURES = 200
BEGINS = bounds(PICTURES)[:-1]


def a_view(starts: list[int]) -> LiveView:
    """Passages of 200 pictures, one a tick, at 10 ticks a second."""
    passages = []
    for number, start in enumerate(starts):
        track: Any = SimpleNamespace(id=f"e-{number}", exhibit_id="e", start_ms=0)
        passages.append(Passage(track, start, PICTURES, tuple(BEGINS), ()))
    length = max(starts) + PICTURES
    panel = LivePanel(
        "", 640, 480, 1.0, Fraction(10), length, 0.0, tuple(passages), (("e-0", 0.0),), {"e": 0.0}
    )
    return LiveView((panel,), (), len(starts), 0, 0, (), 60.0, {})


@given(st.lists(st.integers(0, 150), min_size=1, max_size=300), st.floats(0, 40))
def test_no_more_pictures_come_with_the_arrangement_than_in_any_other_file(
    starts: list[int], second: float
) -> None:
    view = a_view(sorted(starts))
    parts, scenes = needed(view, second)
    tick = int(min(second, view.length_s) * 10 + 1e-9)
    shown = [p for p in view.panels[0].passages if p.start <= tick < p.start + p.ticks]
    every = [Part(p.track.id, sum(b <= tick - p.start for b in BEGINS) - 1) for p in shown]
    assert list(parts) == every[: len(parts)]
    sizes = {0: 1, 1: 5}
    come = sum(sizes.get(part.number, 24) for part in parts)
    assert come <= 96
    if len(parts) < len(every):
        assert come + sizes.get(every[len(parts)].number, 24) > 96, "as many as there is room for"
    assert scenes == ("e-0",)
