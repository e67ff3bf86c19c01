"""Paints a synopsis: every object at its native place, its original time beside it.

Tubes are stitched onto a background of their own time of day, as in Pritch,
Rav-Acha and Peleg (IEEE TPAMI 30(11), 2008, section 5); instead of solving a
Poisson equation, the rim of each object is brought to the background's light.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.blend import Decode, alpha_of, blended, fitted
from scelle.synopsis.labels import Rect, place_labels
from scelle.synopsis.lettering import banner, label_size, plate, stamp
from scelle.synopsis.occupancy import Int64Array, Occupancy

UInt8Array = npt.NDArray[np.uint8]
Conceal = Callable[[UInt8Array, ObjectClass | None, float], UInt8Array]

_FADE_S = Fraction(1)  # from one background to the next
_KEPT_BACKGROUNDS = 3
_NOT_AT_ITS_SPEED = " »"
_TRAIL = (40, 200, 255)  # BGR, amber


@dataclass(frozen=True)
class Background:
    """The empty scene from some time on.

    Attributes:
        start_ms: milliseconds of the recording's own time.
        load: gives uint8 ``(height, width, 3)``, BGR.
    """

    start_ms: int
    load: Callable[[], UInt8Array]


@dataclass(frozen=True)
class Row:
    """When an object appears in a synopsis, and when it was recorded.

    Attributes:
        track_id: whose passage it is.
        appears: seconds into the synopsis.
        lasts: seconds.
        original: seconds of the recording's own time at its first picture.
    """

    track_id: str
    appears: Fraction
    lasts: Fraction
    original: Fraction


def table(
    arrangement: Arrangement, originals: Sequence[tuple[str, Fraction]], rate: Fraction
) -> tuple[Row, ...]:
    """What appears when: one row an object, in order of appearance.

    Args:
        arrangement: of some tubes.
        originals: track id and first original second of each tube shown, in the
            order of ``arrangement.tubes``.
        rate: pictures of the synopsis that are played a second.
    """
    return tuple(
        Row(
            originals[i][0],
            arrangement.starts[i] / rate,
            arrangement.lengths[i] / rate,
            originals[i][1],
        )
        for i in arrangement.order
    )


@dataclass(eq=False)
class _Playing:
    """A tube being shown, and its picture of the moment."""

    tube: Tube
    start: int
    shown: Int64Array
    marked: npt.NDArray[np.bool_]
    picture: int = -1
    over: int = -1
    colour: UInt8Array | None = None
    through: UInt8Array | None = None


def compose(
    arrangement: Arrangement,
    tubes: Sequence[Occupancy],
    load: Callable[[int], Tube],
    *,
    size: tuple[int, int],
    backgrounds: Sequence[Background],
    label: Callable[[str, int], str],
    banner_rows: tuple[tuple[str, str], ...],
    conceal: Conceal,
    decode: Decode,
    trails: bool = False,
) -> Iterator[UInt8Array]:
    """The pictures of a synopsis, in order.

    Only the tubes that play are in memory.

    Args:
        arrangement: when each tube appears.
        tubes: what the arranger was given: which picture plays when.
        load: gives the pictures of one of them, by its index.
        size: width and height of the recording in pixels.
        backgrounds: at least one; the one in force at the middle of the
            original times of what is shown is used.
        label: text for a track at one of its timestamps; where it does not play
            at its own speed, a mark is added.
        banner_rows: for the strip above the picture (:func:`.lettering.banner`); none, no strip.
        conceal: applied to the picture of every object that is not revealed.
        decode: reads pictures and masks.
        trails: draw where each object has been.

    Yields:
        uint8 ``(strip + height, width, 3)``, BGR; each may be kept.

    Raises:
        ValueError: without a background, or with one of another size.
        Damaged: if a stored picture cannot be decoded.
    """
    if not backgrounds:
        raise ValueError("a synopsis needs a background")
    width, height = size
    strip = np.empty((0, width, 3), np.uint8)
    if banner_rows:
        strip = banner(width, height, banner_rows)
    letters = label_size(height)
    fps = arrangement.fps
    scenes = _Scenes(sorted(backgrounds, key=lambda b: b.start_ms), size, fps)
    playing: OrderedDict[int, _Playing] = OrderedDict()
    waiting = list(reversed(arrangement.order))
    places: dict[str, int] = {}
    for tick in range(arrangement.length):
        for index in [i for i, p in playing.items() if tick >= p.start + len(p.shown)]:
            del playing[index]
        while waiting and arrangement.starts[waiting[-1]] <= tick:
            index = waiting.pop()
            number = arrangement.tubes[index]
            rows = tubes[number].shown(fps)
            playing[index] = _Playing(
                load(number),
                arrangement.starts[index],
                tubes[number].pictures[rows],
                tubes[number].marked[rows],
            )
        now = [(p, int(p.shown[tick - p.start])) for p in playing.values()]
        scene, version = scenes.at([int(p.tube.pts[i]) * p.tube.time_base for p, i in now])
        canvas = np.empty((strip.shape[0] + height, width, 3), np.uint8)
        canvas[: strip.shape[0]] = strip
        picture = canvas[strip.shape[0] :]
        picture[:] = scene
        # What stands lower in the picture is nearer to the camera.
        now.sort(key=lambda entry: (int(entry[0].tube.boxes[entry[1], 1::2].sum()), entry[0].start))
        if trails:
            for entry, _ in now:
                _trail(picture, entry.tube, entry.shown[: tick - entry.start + 1])
        # Labels lie under the objects: none is ever hidden by one.
        places = _label(picture, now, tick, label, letters, places)
        for entry, at in now:
            _paint(picture, scene, version, entry, at, conceal, decode)
        yield canvas


class _Scenes:
    """The background of the moment, fading from one to the next."""

    def __init__(
        self, backgrounds: Sequence[Background], size: tuple[int, int], fps: Fraction
    ) -> None:
        self._backgrounds = backgrounds
        self._starts = np.array([b.start_ms for b in backgrounds])
        self._shape = (size[1], size[0], 3)
        self._step = 1 / max(1, round(_FADE_S * fps))
        self._kept: OrderedDict[int, UInt8Array] = OrderedDict()
        self._old, self._new, self._share = -1, -1, 1.0
        self._version = 0
        self._scene: UInt8Array | None = None

    def at(self, seconds: Sequence[Fraction]) -> tuple[UInt8Array, int]:
        """The scene for objects of these times, and a number that changes when it does."""
        if seconds or self._new < 0:
            middle = sorted(seconds)[len(seconds) // 2] if seconds else Fraction(0)
            wanted = int(np.searchsorted(self._starts, float(middle * 1000), side="right")) - 1
            wanted = max(0, wanted)
            if wanted != self._new and self._share >= 1:
                self._old, self._new = self._new, wanted
                self._share = 0.0 if self._old >= 0 else 1.0
                self._scene = None
        if self._share < 1:
            self._share = min(1.0, self._share + self._step)
            self._scene = None
        if self._scene is None:
            self._version += 1
            new = self._picture(self._new)
            if self._share >= 1:
                self._scene = new
            else:
                mixed = cv2.addWeighted(
                    self._picture(self._old), 1 - self._share, new, self._share, 0
                )
                self._scene = np.asarray(mixed, np.uint8)
        return self._scene, self._version

    def _picture(self, index: int) -> UInt8Array:
        if index not in self._kept:
            picture = self._backgrounds[index].load()
            if picture.shape != self._shape:
                raise ValueError(f"a background of {picture.shape}, not {self._shape}")
            self._kept[index] = picture
            if len(self._kept) > _KEPT_BACKGROUNDS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(index)
        return self._kept[index]


def _paint(
    picture: UInt8Array,
    scene: UInt8Array,
    version: int,
    entry: _Playing,
    at: int,
    conceal: Conceal,
    decode: Decode,
) -> None:
    left, top, width, height = (int(v) for v in entry.tube.boxes[at])
    area = slice(top, top + height), slice(left, left + width)
    if (entry.picture, entry.over) != (at, version):
        cut, mask = decode(entry.tube, at)
        cut = fitted(cut, (width, height))
        if not entry.tube.revealed:
            cut = conceal(cut, entry.tube.upright, entry.tube.pixel)
        alpha = alpha_of(mask, entry.tube.boxes[at], picture.shape[:2])
        colour, opaque = blended(cut, alpha, scene[area])
        opaque = np.asarray(cv2.merge([opaque] * 3), np.uint8)
        entry.colour = np.asarray(cv2.multiply(colour, opaque, scale=1 / 255), np.uint8)
        entry.through = 255 - opaque
        entry.picture, entry.over = at, version
    if entry.colour is None or entry.through is None:
        raise AssertionError("drawn above")
    part = picture[area]
    cv2.add(cv2.multiply(part, entry.through, scale=1 / 255), entry.colour, part)


def _trail(picture: UInt8Array, tube: Tube, shown: Int64Array) -> None:
    """The way of an object's foot point so far."""
    boxes = tube.boxes[shown]
    feet = boxes[:, :2] + boxes[:, 2:] * np.array([0.5, 1.0])
    fine = np.rint(feet * 8).astype(np.int32)[:, None]
    cv2.polylines(picture, [fine], False, _TRAIL, max(1, picture.shape[0] // 360), cv2.LINE_AA, 3)


def _label(
    picture: UInt8Array,
    now: Sequence[tuple[_Playing, int]],
    tick: int,
    label: Callable[[str, int], str],
    letters: int,
    before: dict[str, int],
) -> dict[str, int]:
    plates = {}
    objects: list[tuple[str, Rect]] = []
    for entry, at in sorted(now, key=lambda e: e[0].tube.track_id):
        tube = entry.tube
        left, top, width, height = (int(v) for v in tube.boxes[at])
        objects.append((tube.track_id, (left, top, width, height)))
        text = label(tube.track_id, int(tube.pts[at]))
        if entry.marked[tick - entry.start]:
            text += _NOT_AT_ITS_SPEED
        plates[tube.track_id] = plate(text, letters)
    sizes = {track: (p.shape[1], p.shape[0]) for track, p in plates.items()}
    rects, places = place_labels(objects, sizes, (picture.shape[1], picture.shape[0]), before)
    for track, (left, top, width, height) in rects.items():
        if width <= picture.shape[1] and height <= picture.shape[0]:
            stamp(picture, plates[track], left, top)
    return places
