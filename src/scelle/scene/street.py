"""A street under a fixed camera, generated, with everything in it known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Direction
from scelle.model.tracks import ObjectClass
from scelle.scene import sprites
from scelle.scene.backdrop import Ground, paint
from scelle.scene.cutouts import Cutout
from scelle.scene.schedule import PER_OBJECT_S, Actor, cast, stroll
from scelle.scene.sprites import Sprite
from scelle.scene.truth import Passage, Truth

UInt8Array = npt.NDArray[np.uint8]

_FILMED = 9  # pictures of a filmed figure for each of its strides
_POOL = 96  # pixels that the noise sheet is larger than the picture


@dataclass(frozen=True, eq=False)
class _Placed:
    """A sprite scaled and moved to its place: its rows and columns of the picture."""

    bgra: UInt8Array
    left: int
    top: int


@dataclass(eq=False)
class _Wardrobe:
    """The pictures of one actor, drawn when first needed and kept."""

    actor: Actor
    metre: float
    drawn: dict[tuple[int, int], tuple[Sprite, Sprite]] = field(default_factory=dict)

    def picture(self, at: int) -> tuple[Sprite, Sprite]:
        """The actor's sprite and shadow at its ``at``-th frame."""
        a = self.actor
        last = len(a.foot) - 1
        dx, dy = a.foot[min(last, at + 3)] - a.foot[max(0, at - 3)]
        if a.object_class is ObjectClass.PERSON:
            heading = int(np.sign(dx)) if abs(dx) > 0.4 * abs(dy) else 0
            standing = at > 0 and a.walked[at] == a.walked[at - 1]
            phase = (
                0
                if standing
                else int(a.walked[at] / sprites.STRIDE_M * sprites.PHASES) % sprites.PHASES
            )
        else:
            heading = 1 if a.foot[-1, 0] > a.foot[0, 0] else -1
            phase = int(a.walked[at] * 9) % sprites.PHASES
        if a.cutout is not None:
            # Filmed at some rate of its own; it walks with the drawn ones' step.
            phase = int(a.walked[at] / sprites.STRIDE_M * _FILMED)
        key = (heading, phase)
        if key not in self.drawn:
            sprite = a.cutout.at(phase) if a.cutout else self._draw(heading, phase)
            self.drawn[key] = (sprite, sprites.shadow(sprite))
        return self.drawn[key]

    def _draw(self, heading: int, phase: int) -> Sprite:
        a = self.actor
        if a.object_class is ObjectClass.PERSON:
            return sprites.walker(
                a.upper,
                a.lower,
                metre=self.metre,
                phase=phase,
                heading=heading,
                height=a.stature,
            )
        if a.object_class is ObjectClass.TWO_WHEELER:
            return sprites.two_wheeler(
                a.upper, a.lower, metre=self.metre, phase=phase, side=heading
            )
        draw = sprites.lorry if a.object_class is ObjectClass.LARGE_VEHICLE else sprites.car
        return draw(a.upper, metre=self.metre, phase=phase, side=heading)


class Street:
    """A generated street: persons, cars, lorries and two-wheelers of known colours.

    The same arguments give the same pictures.  Nobody in it has a face.

    Args:
        seed: decides everything that varies.
        duration_s: length, seconds.
        size: width and height in pixels; drawn for 16:9, at least 320 x 180.
        fps: pictures per second.
        noise: standard deviation of the sensor noise, grey levels; 0 for none.
        shadows: objects cast soft shadows.
        lighting: a cloud passes slowly, later the sun breaks through within a
            tenth of a second and goes again.
        backdrop: seed of the empty street, for several scenes of one place.
        per_object_s: one passage for each so many seconds, in the mean.
        cutouts: filmed figures, who then are half of the persons.
        per_distant_s: one person on a far path for each so many seconds, in the mean;
            infinite where a house hides it.

    Raises:
        ValueError: for a picture, rate or length too small to hold anything.
    """

    def __init__(
        self,
        seed: int,
        duration_s: float = 120,
        size: tuple[int, int] = (1280, 720),
        fps: int = 25,
        *,
        noise: float = 2.0,
        shadows: bool = True,
        lighting: bool = True,
        backdrop: int | None = None,
        per_object_s: float = PER_OBJECT_S,
        cutouts: tuple[Cutout, ...] = (),
        per_distant_s: float = math.inf,
    ) -> None:
        width, height = size
        if width < 320 or height < 180 or fps < 1 or duration_s * fps < 2 or noise < 0:
            raise ValueError("a street needs 320 x 180 pixels and two pictures at least")
        self.seed = seed
        self.size = size
        self.fps = fps
        self.frame_count = round(duration_s * fps)
        self._noise, self._shadows, self._lighting = noise, shadows, lighting
        self._ground = Ground(width, height)
        rng = np.random.default_rng(seed)
        place = rng if backdrop is None else np.random.default_rng(backdrop)
        prospect = per_distant_s < math.inf
        self._empty = paint(self._ground, place, prospect=prospect)
        self._actors = cast(
            self._ground,
            rng,
            self.frame_count,
            fps,
            per_object_s=per_object_s,
            cutouts=cutouts,
        )
        if prospect:
            self._actors += stroll(self._ground, rng, self.frame_count, fps, per_distant_s)
        self._wardrobes = [
            _Wardrobe(a, self._ground.metre(float(a.foot[:, 1].max()))) for a in self._actors
        ]
        self._truth: Truth | None = None

    def frames(self) -> Iterator[UInt8Array]:
        """The pictures in order: uint8 ``(height, width, 3)``, BGR; each may be kept."""
        rng = np.random.default_rng([self.seed, 1])
        brighter, darker = self._noise_sheets(rng)
        width, height = self.size
        for index in range(self.frame_count):
            picture = self.painted(index)
            gain = self.gain(index)
            if gain != 1.0:
                picture = np.asarray(cv2.convertScaleAbs(picture, alpha=gain), np.uint8)
            if brighter is not None and darker is not None:
                y, x = (int(v) for v in rng.integers(0, _POOL, 2))
                cv2.add(picture, brighter[y : y + height, x : x + width], picture)
                cv2.subtract(picture, darker[y : y + height, x : x + width], picture)
            yield picture

    def painted(self, index: int) -> UInt8Array:
        """A picture in even light and without noise, the caller's own."""
        picture = self._empty.copy()
        for _, sprite, cast_shadow in self._present(index, shadows=self._shadows):
            if cast_shadow is not None:
                _blend(picture, cast_shadow)
            _blend(picture, sprite)
        return picture

    def gain(self, index: int) -> float:
        """How bright the light is in a frame, 1 being the scene's own."""
        if not self._lighting:
            return 1.0
        share = index / self.frame_count
        cloud = float(np.interp(share, [0.18, 0.30, 0.38, 0.48], [0.0, 0.24, 0.24, 0.0]))
        ramp = 2.5 / self.frame_count  # the sun needs two or three pictures
        sun = float(np.interp(share, [0.62, 0.62 + ramp, 0.74, 0.74 + ramp], [0, 0.2, 0.2, 0]))
        return round((1 - cloud + sun) * 256) / 256

    def truth(self) -> Truth:
        """What is in the scene, frame by frame."""
        if self._truth is None:
            self._truth = self._measure()
        return self._truth

    def _noise_sheets(
        self, rng: np.random.Generator
    ) -> tuple[UInt8Array, UInt8Array] | tuple[None, None]:
        if not self._noise:
            return None, None
        width, height = self.size
        sheet = rng.standard_normal((height + _POOL, width + _POOL, 3), np.float32) * self._noise
        whole = np.rint(sheet)
        return whole.clip(0, 255).astype(np.uint8), (-whole).clip(0, 255).astype(np.uint8)

    def _present(self, index: int, *, shadows: bool) -> list[tuple[int, _Placed, _Placed | None]]:
        """Actor number, sprite and shadow of those in the picture, the farthest first."""
        here = []
        for number, actor in enumerate(self._actors):
            at = index - actor.first
            if not 0 <= at < len(actor.foot):
                continue
            x, y = (float(v) for v in actor.foot[at])
            sprite, shadow = self._wardrobes[number].picture(at)
            scale = self._ground.metre(y) / sprite.metre
            window = actor.window if actor.hidden[at] else None
            placed = _place(sprite, x, y, scale, self.size, window)
            if placed is None:
                continue
            under = _place(shadow, x, y, scale, self.size, window) if shadows else None
            here.append((y, number, placed, under))
        here.sort(key=lambda entry: entry[:2])
        return [(number, placed, under) for _, number, placed, under in here]

    def _measure(self) -> Truth:
        width, height = self.size
        rows: list[list[tuple[int, tuple[int, int, int, int], float]]] = [[] for _ in self._actors]
        cover = np.zeros((height, width), np.bool_)
        busy = {i for a in self._actors for i in range(a.first, a.first + len(a.foot))}
        for index in sorted(busy):
            cover[:] = False
            for number, placed, _ in reversed(self._present(index, shadows=False)):
                solid = placed.bgra[..., 3] >= 128
                ys, xs = np.nonzero(solid.any(1))[0], np.nonzero(solid.any(0))[0]
                if not len(ys):
                    continue
                h, w = solid.shape
                under = cover[placed.top : placed.top + h, placed.left : placed.left + w]
                seen = float((solid & ~under).sum()) / self._whole(number, index)
                under |= solid
                box = (
                    placed.left + int(xs[0]),
                    placed.top + int(ys[0]),
                    int(xs[-1] - xs[0]) + 1,
                    int(ys[-1] - ys[0]) + 1,
                )
                rows[number].append((index, box, min(1.0, seen)))
        seen_at_all = [n for n in range(len(rows)) if rows[n]]
        seen_at_all.sort(key=lambda n: (rows[n][0][0], n))
        return Truth(
            self.seed,
            width,
            height,
            self.fps,
            self.frame_count,
            tuple(
                self._passage(order, self._actors[n], rows[n])
                for order, n in enumerate(seen_at_all, 1)
            ),
        )

    def _whole(self, number: int, index: int) -> float:
        """Pixels of the whole sprite at its size in this frame."""
        actor = self._actors[number]
        at = index - actor.first
        sprite, _ = self._wardrobes[number].picture(at)
        scale = self._ground.metre(float(actor.foot[at, 1])) / sprite.metre
        return max(1.0, float((sprite.bgra[..., 3] >= 128).sum()) * scale * scale)

    def _passage(
        self,
        number: int,
        actor: Actor,
        rows: list[tuple[int, tuple[int, int, int, int], float]],
    ) -> Passage:
        dx, dy = actor.foot[-1] - actor.foot[0]
        return Passage(
            number,
            actor.object_class,
            None if actor.cutout else actor.upper,
            None if actor.cutout else actor.lower,
            Direction.of(float(dx), float(dy), still=1.0),
            actor.stops,
            float(abs(actor.walked[-1] - actor.walked[0])),
            np.array([r[0] for r in rows], np.int64),
            np.array([r[1] for r in rows], np.float32),
            np.array([r[2] for r in rows], np.float32),
        )


def _place(
    sprite: Sprite,
    x: float,
    y: float,
    scale: float,
    size: tuple[int, int],
    window: tuple[int, int, int, int] | None,
) -> _Placed | None:
    """Scale a sprite and put its anchor on a point of the picture, to a part of a pixel."""
    h, w = sprite.bgra.shape[:2]
    ax, ay = sprite.anchor
    low_x, low_y, high_x, high_y = window or (0, 0, size[0], size[1])
    left = max(low_x, int(np.floor(x - ax * scale)))
    top = max(low_y, int(np.floor(y - ay * scale)))
    right = min(high_x, int(np.ceil(x + (w - ax) * scale)))
    bottom = min(high_y, int(np.ceil(y + (h - ay) * scale)))
    if window is not None:
        left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), bottom
    if left >= right or top >= bottom:
        return None
    matrix = np.array([[scale, 0, x - ax * scale - left], [0, scale, y - ay * scale - top]])
    moved = cv2.warpAffine(sprite.bgra, matrix, (right - left, bottom - top))
    return _Placed(np.asarray(moved, np.uint8), left, top)


def _blend(picture: UInt8Array, placed: _Placed) -> None:
    h, w = placed.bgra.shape[:2]
    part = picture[placed.top : placed.top + h, placed.left : placed.left + w]
    through = cv2.cvtColor(255 - placed.bgra[..., 3], cv2.COLOR_GRAY2BGR)
    kept = cv2.multiply(part, through, scale=1 / 255)
    cv2.add(kept, cv2.cvtColor(placed.bgra, cv2.COLOR_BGRA2BGR), part)
