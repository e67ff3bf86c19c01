"""What a synopsis plays, and at which pace, before it is arranged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scelle.errors import BadInput
from scelle.model.synopsis import Staging
from scelle.model.tracks import ObjectClass, Track
from scelle.synopsis.arrange import Arrangement, Arranger
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.relations import meetings
from scelle.synopsis.stays import shorten

_FASTEST, _SLOWEST = 25, 2  # pictures of a synopsis per second


@dataclass(frozen=True, eq=False)
class Stage:
    """Tracks ready to be arranged.

    Attributes:
        tracks: those that are shown.
        tubes: when and where each plays, in the same order.
        groups: indices of those that keep their distance in time.
        rate: pictures of the synopsis per second.
        arranger: arranges them.
        pictures: of each tube, those of shortened stays too.
    """

    tracks: tuple[Track, ...]
    tubes: tuple[Occupancy, ...]
    groups: tuple[tuple[int, ...], ...]
    rate: Fraction
    arranger: Arranger
    pictures: tuple[int, ...]

    def arrange(
        self, staging: Staging, keep: Sequence[int] | None = None, *, quickly: bool = False
    ) -> Arrangement:
        """Arrange all, or some of them, as asked; quickly is :meth:`.Arranger.rearrange`."""
        how = self.arranger.rearrange if quickly else self.arranger.arrange
        return how(
            keep,
            collision=staging.collision,
            chronology=staging.chronology,
            density=staging.density,
        )


def set_stage(
    tracks: Sequence[Track],
    tubes: Sequence[Occupancy],
    size: tuple[int, int],
    staging: Staging,
    rate: Fraction | None = None,
) -> Stage:
    """Find who met, shorten the stays of the others, and choose a rate.

    Args:
        tracks: to be shown, at least one.
        tubes: of the tracks, in the same order, on one time line.
        size: width and height of the picture in pixels.
        staging: as asked.
        rate: pictures a second; as many as the tubes have by default.

    Raises:
        BadInput: a speed out of its range.
    """
    if not 0.1 <= staging.speed <= 16:
        raise BadInput(
            f"A synopsis plays 0.1 to 16 times as fast as recorded, not {staging.speed:g} times.",
            remedy="Give a speed such as 2.",
        )
    people = [i for i, t in enumerate(tracks) if _may_meet(t)]
    groups = meetings(tubes, people) if staging.together else ()
    met = {i for group in groups for i in group}
    paced = tuple(
        tube if i in met else shorten(tube, staging.stays) for i, tube in enumerate(tubes)
    )
    rate = rate or _rate(tubes)
    fps = rate / Fraction(staging.speed).limit_denominator(100)
    arranger = Arranger(paced, size=size, fps=fps, groups=groups)
    pictures = tuple(len(t.pts) for t in tubes)
    return Stage(tuple(tracks), paced, groups, rate, arranger, pictures)


def _may_meet(track: Track) -> bool:
    """Whether it may be somebody: a person, or something unknown that is higher than wide."""
    d = track.description
    return track.object_class is ObjectClass.PERSON or (
        track.object_class is ObjectClass.UNKNOWN and d.height > d.width
    )


def _rate(tubes: Sequence[Occupancy]) -> Fraction:
    """Pictures per second: as many as the densest tubes have."""
    gaps = [np.diff(t.pts) * float(t.time_base) for t in tubes if len(t.pts) > 1]
    if not gaps:
        return Fraction(_SLOWEST)
    densest = float(np.percentile(np.concatenate(gaps), 10))
    return Fraction(min(_FASTEST, max(_SLOWEST, round(1 / densest))))
