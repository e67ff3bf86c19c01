"""Tracks, what they look like, tubes, and how they are searched for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Area, Direction, Edge, Line, Route

Int64Array = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


class ObjectClass(StrEnum):
    """The only things that Scelle tells apart."""

    PERSON = "person"
    TWO_WHEELER = "two-wheeler"
    CAR = "car"
    LARGE_VEHICLE = "large-vehicle"
    ANIMAL = "animal"
    UNKNOWN = "unknown"


class Colour(StrEnum):
    """The eleven basic colour terms (Berlin and Kay 1969)."""

    BLACK = "black"
    BLUE = "blue"
    BROWN = "brown"
    GREY = "grey"
    GREEN = "green"
    ORANGE = "orange"
    PINK = "pink"
    PURPLE = "purple"
    RED = "red"
    WHITE = "white"
    YELLOW = "yellow"


@dataclass(frozen=True)
class Description:
    """What a witness could say of an object: never anything about a body.

    Attributes:
        moving: it went further than its own size.
        colours: share of each colour over the object's pictures, 0 to 1,
            largest first; empty when colour is unknown (night, infrared).
        upper, lower: the same for the upper and lower half.
        width, height: median size in native pixels.
        direction: from first to last position.
        speed: median, in native pixels per second.
        dwell_ms: milliseconds from first to last picture.
        colour_confidence: of the first of ``upper``, 0 to 1; 0 when colour is unknown.
        metres_per_s: median speed on the ground; 0 where no scale could be learned from
            the heights of those who pass.
        entry, exit: where it came from and went to.
    """

    moving: bool
    colours: tuple[tuple[Colour, float], ...]
    upper: tuple[tuple[Colour, float], ...]
    lower: tuple[tuple[Colour, float], ...]
    width: float
    height: float
    direction: Direction
    speed: float
    dwell_ms: int
    colour_confidence: float = 0.0
    metres_per_s: float = 0.0
    entry: Edge = Edge.INSIDE
    exit: Edge = Edge.INSIDE

    def share(self, colour: Colour) -> float:
        """The largest share of a colour in the whole, the upper or the lower half."""
        parts = (*self.colours, *self.upper, *self.lower)
        return max((share for named, share in parts if named is colour), default=0.0)


@dataclass(frozen=True, eq=False)
class Track:
    """One moving object inside one exhibit.

    Arrays share their first axis, in time order, one row per picture.

    Attributes:
        id: ``<exhibit id>-<number>``, stable for the same recording and manifest.
        number: 1, 2, 3 ... inside the exhibit, in order of first picture.
        frame: int64 ``(n,)``, 0-based index in the decoded stream, increasing.
        pts: int64 ``(n,)``, presentation timestamps in ``time_base``.
        boxes: float32 ``(n, 4)``, left, top, width, height in native pixels.
        observed: bool ``(n,)``, false where the box was interpolated.
        confidence: 0 to 1.
        why: what the confidence rests on, in words.
    """

    id: str
    exhibit_id: str
    number: int
    object_class: ObjectClass
    confidence: float
    why: str
    time_base: Fraction
    frame: Int64Array
    pts: Int64Array
    boxes: Float32Array
    observed: BoolArray
    description: Description

    def __post_init__(self) -> None:
        n = len(self.frame)
        if n == 0:
            raise ValueError("a track needs at least one picture")
        if self.pts.shape != (n,) or self.boxes.shape != (n, 4) or self.observed.shape != (n,):
            raise ValueError("a track's arrays must share their first axis")
        if n > 1 and not (np.diff(self.frame) > 0).all():
            raise ValueError("a track's frames must increase")

    @cached_property
    def start_ms(self) -> int:
        """First picture, milliseconds of the recording's own time."""
        return round(int(self.pts[0]) * self.time_base * 1000)

    @cached_property
    def end_ms(self) -> int:
        """Last picture, milliseconds of the recording's own time."""
        return round(int(self.pts[-1]) * self.time_base * 1000)

    @property
    def feet(self) -> Float32Array:
        """Float32 ``(n, 2)``, the bottom centre of each box, native pixels."""
        return self.boxes[:, :2] + self.boxes[:, 2:] * np.array([0.5, 1.0], np.float32)


@dataclass(frozen=True, eq=False)
class Tube:
    """A track's pictures over time, with masks (the synopsis literature's word).

    Attributes:
        pts: int64 ``(n,)`` in ``time_base``, increasing.
        boxes: int64 ``(n, 4)``, whole native pixels, inside the picture.
        pictures: ``n`` JPEG files, each the box's pixels, possibly reduced; coarse where they are
            not the object's.
        masks: ``n`` portable bitmaps or other single-channel picture files, white where the
            object is, of any size: stretched to the box, and softened at the rim, when drawn.
        revealed: a person has lifted its concealment; never stored with it.
        turned: its recording is (:attr:`.Exhibit.turned`); never stored with it.
        shift: added to the recording's own timestamps; never stored with it.
        tall: how tall its recording's picture is, native pixels; never stored with it.
        pixel: width over height of one (:attr:`.Exhibit.pixel_shape`); never stored with it.
    """

    track_id: str
    exhibit_id: str
    time_base: Fraction
    pts: Int64Array
    boxes: Int64Array
    pictures: tuple[bytes, ...]
    masks: tuple[bytes, ...]
    object_class: ObjectClass = ObjectClass.UNKNOWN
    revealed: bool = False
    turned: bool = False
    shift: int = 0
    tall: int = 1 << 30
    pixel: float = 1.0

    def __post_init__(self) -> None:
        n = len(self.pts)
        if n == 0 or self.boxes.shape != (n, 4):
            raise ValueError("a tube needs pictures, and one box for each")
        if len(self.pictures) != n or len(self.masks) != n:
            raise ValueError("a tube needs one picture and one mask per box")

    @property
    def upright(self) -> ObjectClass | None:
        """What it is, for whoever conceals its head; ``None`` where that may be anywhere."""
        return None if self.turned else self.object_class

    @property
    def start_ms(self) -> int:
        return round(int(self.pts[0]) * self.time_base * 1000)

    @property
    def end_ms(self) -> int:
        return round(int(self.pts[-1]) * self.time_base * 1000)


@dataclass(frozen=True)
class TrackQuery:
    """What a search asks for; an absent field asks nothing.

    Attributes:
        start_ms, end_ms: the track must be present somewhere in this span.
        colour: must hold at least ``colour_share`` of the object.
        not_colour: must hold less than ``colour_share``.
        min_height, max_height: median height in native pixels.
        min_dwell_ms, max_dwell_ms: time in the picture.
        inside: some foot point (bottom centre) lies in the area.
        outside: no foot point lies in the area.
        min_speed, max_speed: median speed on the ground, metres a second; a track whose
            scale is not known answers neither.
        crosses: the path of its foot point passes over the line.
        follows: its foot point goes along the path, in its direction.
    """

    start_ms: int | None = None
    end_ms: int | None = None
    object_class: ObjectClass | None = None
    colour: Colour | None = None
    not_colour: Colour | None = None
    colour_share: float = 0.15
    direction: Direction | None = None
    moving: bool | None = None
    min_height: float | None = None
    max_height: float | None = None
    min_dwell_ms: int | None = None
    max_dwell_ms: int | None = None
    inside: Area | None = None
    outside: Area | None = None
    min_speed: float | None = None
    max_speed: float | None = None
    crosses: Line | None = None
    follows: Route | None = None

    @property
    def drawn(self) -> bool:
        """It asks for something that was drawn on the picture: an area, a line or a path."""
        return any((self.inside, self.outside, self.crosses, self.follows))

    def matches(self, track: Track) -> bool:
        """Whether a track answers every part of the question."""
        d = track.description
        # Worked out only where they are asked for: a live synopsis asks of every track why not.
        return (
            (self.start_ms is None or track.end_ms >= self.start_ms)
            and (self.end_ms is None or track.start_ms <= self.end_ms)
            and (self.object_class is None or track.object_class == self.object_class)
            and (self.colour is None or d.share(self.colour) >= self.colour_share)
            and (self.not_colour is None or d.share(self.not_colour) < self.colour_share)
            and (self.direction is None or self.direction.includes(d.direction))
            and (self.moving is None or d.moving == self.moving)
            and (self.min_height is None or d.height >= self.min_height)
            and (self.max_height is None or d.height <= self.max_height)
            and (self.min_dwell_ms is None or d.dwell_ms >= self.min_dwell_ms)
            and (self.max_dwell_ms is None or d.dwell_ms <= self.max_dwell_ms)
            and (self.inside is None or bool(self.inside.contains(track.feet).any()))
            and (self.outside is None or not bool(self.outside.contains(track.feet).any()))
            and (self.min_speed is None or 0 < d.metres_per_s >= self.min_speed)
            and (self.max_speed is None or 0 < d.metres_per_s <= self.max_speed)
            and (self.crosses is None or self.crosses.crossed(track.feet))
            and (self.follows is None or self.follows.followed(track.feet))
        )


@dataclass(frozen=True)
class Manifest:
    """Everything that decides an analysis' result.

    Attributes:
        exhibit_sha256: hash of the original.
        mode: ``exhaustive`` or ``triage``.
        versions: library name to version.
        settings: every parameter, JSON values only.
        models: model name to SHA-256 of its file.
        environment: where it ran and what held it; decides nothing, and is no part of
            the digest.
    """

    exhibit_sha256: str
    mode: str
    versions: Mapping[str, str]
    settings: Mapping[str, object]
    models: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
