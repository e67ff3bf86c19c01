"""What a player needs to draw a synopsis that its viewer shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scelle.model.decisions import Judgement
from scelle.model.evidence import Exhibit
from scelle.model.tracks import Track


@dataclass(frozen=True, eq=False)
class Passage:
    """One track in an arrangement.

    Attributes:
        start: tick of its first picture.
        ticks: how many it lasts.
        parts: for each part of its tube, the tick of its first picture, counted from
            ``start``; -1 where none of it is shown.
        plan: picture, first tick and mark of each row, where it does not play at its
            own speed throughout; empty where it does.
    """

    track: Track
    start: int
    ticks: int
    parts: tuple[int, ...]
    plan: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class LivePanel:
    """One picture: a camera's, or what is shown apart in it.

    Attributes:
        name: what it holds: a class, a direction, an exhibit, a camera; empty if alone.
        width, height: of the recording, native pixels.
        scale: of the sprites and scenes handed out, above 0 to 1.
        rate: ticks a second.
        length: ticks.
        collision: share of object area that collides, 0 to 1.
        passages: in order of appearance.
        scenes: name of each empty scene, and from which second of the exhibits' common
            time line on it holds, in order.
        shifts: for each exhibit, seconds from its own time to that line.
    """

    name: str
    width: int
    height: int
    scale: float
    rate: Fraction
    length: int
    collision: float
    passages: tuple[Passage, ...]
    scenes: tuple[tuple[str, float], ...]
    shifts: Mapping[str, float]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.length / self.rate)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """A track that is not in an arrangement, and why.

    Attributes:
        second: at which it appeared, of the day where the clock is known, else of the recording.
        why: which choices it does not answer (``class``, ``colour``, ``not_colour``,
            ``direction``, ``motion``, ``lasts``, ``inside``, ``outside``, ``hours``, ``other``);
            ``picture`` where none was kept.
    """

    track: Track
    second: int
    why: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LiveView:
    """An arrangement, and what it leaves out.

    Attributes:
        exhibits: analysed, in order.
        total: tracks that exist in them.
        filtered: of those, how many do not answer the question.
        unseen: of the rest, how many have kept no picture.
        left: all of these, in order of time, save those that the mandate does not seek: they
            are counted alone.
        source_s: length of the recordings.
        judgements: what people said of tracks that are shown.
    """

    panels: tuple[LivePanel, ...]
    exhibits: tuple[Exhibit, ...]
    total: int
    filtered: int
    unseen: int
    left: tuple[LeftOut, ...]
    source_s: float
    judgements: Mapping[str, Judgement]

    @property
    def length_s(self) -> float:
        """Length in seconds: that of the longest panel."""
        return max((p.duration_s for p in self.panels), default=0.0)

    @property
    def shown(self) -> int:
        """Tracks in the arrangement."""
        return sum(len(p.passages) for p in self.panels)


@dataclass(frozen=True)
class Played:
    """A span of a recording.

    Attributes:
        video: an MP4 file that begins at time 0.
        first_ms: its first picture, milliseconds of the recording's own time.
        pts: of each of its pictures, in ``time_base`` of the recording.
    """

    video: bytes
    first_ms: int
    pts: tuple[int, ...] = ()
    time_base: Fraction = Fraction(1, 1000)
