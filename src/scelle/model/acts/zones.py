"""Acts by which people conceal more than the machine does, and take that back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scelle.model.acts.base import CaseAct
from scelle.model.evidence import FourEyes, Power
from scelle.model.tracks import TrackQuery
from scelle.model.zones import Keyframe


@dataclass(frozen=True, kw_only=True)
class MarkZone(CaseAct):
    """Conceal a zone of one exhibit, fixed or moving, in whatever shows it.

    Attributes:
        keyframes: one for a zone that lies still at all times; else in order of time.
        label: what it conceals, in words.
        outline: as that of :class:`~scelle.model.zones.Zone`; none for a rectangle.
    """

    kind: ClassVar[str] = "mark-zone"
    power: ClassVar[Power | None] = Power.CONSULT
    keyframes: tuple[Keyframe, ...]
    label: str = ""
    outline: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeZone(CaseAct):
    """Move a marked zone, or conceal it no more; what it hid may show, so it is a reveal.

    Attributes:
        keyframes: where it is from now on; none takes it away.
        outline: what it is from now on; ``None`` leaves it.
    """

    kind: ClassVar[str] = "change-zone"
    power: ClassVar[Power | None] = Power.REVEAL
    seconded: ClassVar[FourEyes | None] = FourEyes.REVEAL
    zone_id: str
    keyframes: tuple[Keyframe, ...] = ()
    outline: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultZones(CaseAct):
    """Read which zones people have marked, as they are now.

    Attributes:
        query: what was looked for, whose pictures lie open beside them: refused where the
            mandate is limited to less.
    """

    kind: ClassVar[str] = "consult-zones"
    power: ClassVar[Power | None] = Power.CONSULT
    query: TrackQuery | None = None
