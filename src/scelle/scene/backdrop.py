"""The empty street: buildings, pavements, road, and where things stand in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.scene.palette import Bgr, shade

UInt8Array = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Ground:
    """The street's perspective: a level ground seen by a fixed camera.

    Heights in pixels grow with the distance of the foot below the horizon.
    All of it scales with the picture's height.

    Attributes:
        width, height: picture size in pixels.
    """

    width: int
    height: int

    @property
    def horizon(self) -> float:
        """Row of the horizon."""
        return 0.147 * self.height

    def metre(self, foot: float) -> float:
        """Pixels per metre for something that stands on row ``foot``."""
        return 0.158 * max(1.0, foot - self.horizon)

    def row(self, share: float) -> float:
        """Row at a share of the picture's height."""
        return share * self.height

    def column(self, share: float) -> float:
        """Column at a share of the picture's width."""
        return share * self.width

    @property
    def passage(self) -> tuple[int, int, int, int]:
        """The passage between the houses: left, top, right, bottom; people vanish in it."""
        return (
            round(self.column(0.545)),
            0,
            round(self.column(0.635)),
            round(self.row(FACADE_FOOT)),
        )

    @property
    def prospect(self) -> tuple[int, int, int, int]:
        """Where one sees far, if no house stands there: left, top, right, bottom."""
        return (
            round(self.column(0.26)),
            0,
            round(self.column(0.545)),
            round(self.row(FACADE_FOOT)),
        )


FACADE_FOOT = 0.425
FAR_PATH = 0.206, 0.232
FAR_KERB = 0.505
NEAR_KERB = 0.80


def paint(ground: Ground, rng: np.random.Generator, *, prospect: bool = False) -> UInt8Array:
    """The empty street in even light.

    Args:
        ground: its perspective.
        rng: of everything that varies.
        prospect: in place of one house, a meadow with a path far away.

    Returns:
        uint8 ``(height, width, 3)``, BGR, without noise.
    """
    w, h = ground.width, ground.height
    picture = np.zeros((h, w, 3), np.uint8)
    _houses(picture, ground, rng)
    if prospect:
        _prospect(picture, ground)
    _passage(picture, ground)
    _pavements_and_road(picture, ground)
    _furniture(picture, ground)
    return _texture(picture, rng)


def _polygon(picture: UInt8Array, points: list[tuple[float, float]], colour: Bgr) -> None:
    corners = [np.array([(round(x * 16), round(y * 16)) for x, y in points], np.int32)]
    cv2.fillPoly(picture, corners, colour, cv2.LINE_AA, 4)


def _rectangle(
    picture: UInt8Array, left: float, top: float, right: float, bottom: float, colour: Bgr
) -> None:
    _polygon(picture, [(left, top), (right, top), (right, bottom), (left, bottom)], colour)


_WALLS: tuple[Bgr, ...] = (
    (140, 166, 186),
    (158, 172, 178),
    (126, 142, 168),
    (168, 176, 180),
    (132, 154, 160),
)


def _houses(picture: UInt8Array, ground: Ground, rng: np.random.Generator) -> None:
    left_of_gap, _, right_of_gap, _ = ground.passage
    spans = [
        (0.0, ground.column(0.26)),
        (ground.column(0.26), float(left_of_gap)),
        (float(right_of_gap), ground.column(0.83)),
        (ground.column(0.83), float(ground.width)),
    ]
    order = rng.permutation(len(_WALLS))
    foot = ground.row(FACADE_FOOT)
    for index, (left, right) in enumerate(spans):
        wall = _WALLS[order[index]]
        _rectangle(picture, left, 0, right, foot, wall)
        _windows(picture, ground, left, right, wall, rng)
        _shop(picture, ground, left, right, index, rng)
        _rectangle(picture, right - 3, 0, right, foot, shade(wall, 0.72))
        # Plinth, darker where the wall meets the ground.
        _rectangle(picture, left, foot - ground.row(0.012), right, foot, shade(wall, 0.6))


def _windows(
    picture: UInt8Array,
    ground: Ground,
    left: float,
    right: float,
    wall: Bgr,
    rng: np.random.Generator,
) -> None:
    count = max(2, round((right - left) / ground.column(0.07)))
    pitch = (right - left) / count
    wide, tall = pitch * 0.44, ground.row(0.105)
    for top in (ground.row(-0.015), ground.row(0.135)):
        for i in range(count):
            x = left + pitch * (i + 0.5) - wide / 2
            _rectangle(picture, x - 4, top - 4, x + wide + 4, top + tall + 4, shade(wall, 1.14))
            glass = shade((92, 82, 72), float(rng.uniform(0.75, 1.25)))
            _rectangle(picture, x, top, x + wide, top + tall, glass)
            shine = [(x, top + tall), (x, top + tall * 0.45), (x + wide, top), (x + wide, top + 8)]
            _polygon(picture, shine, shade(glass, 1.22))
            _rectangle(picture, x + wide / 2 - 1.5, top, x + wide / 2 + 1.5, top + tall, (196,) * 3)
            _rectangle(
                picture, x, top + tall / 2 - 1.5, x + wide, top + tall / 2 + 1.5, (196, 196, 196)
            )
            _rectangle(
                picture, x - 7, top + tall + 4, x + wide + 7, top + tall + 9, shade(wall, 0.8)
            )


def _shop(
    picture: UInt8Array,
    ground: Ground,
    left: float,
    right: float,
    index: int,
    rng: np.random.Generator,
) -> None:
    top, foot = ground.row(0.275), ground.row(FACADE_FOOT)
    margin = (right - left) * 0.06
    awning: Bgr = ((74, 88, 64), (70, 74, 118), (112, 92, 70), (84, 110, 130))[index]
    _rectangle(
        picture, left + margin, top + 18, right - margin, foot - ground.row(0.02), (70, 64, 60)
    )
    panes = max(2, round((right - left) / ground.column(0.085)))
    door = int(rng.integers(0, panes))
    pitch = (right - left - 2 * margin) / panes
    for i in range(panes):
        x = left + margin + pitch * i
        bottom = foot - 2 if i == door else foot - ground.row(0.035)
        glass = (64, 60, 58) if i == door else shade((104, 100, 94), float(rng.uniform(0.8, 1.15)))
        _rectangle(picture, x + 5, top + 26, x + pitch - 5, bottom, glass)
        lit = [
            (x + 8, top + 60),
            (x + pitch - 12, top + 28),
            (x + pitch - 6, top + 28),
            (x + 8, top + 74),
        ]
        _polygon(picture, lit, shade(glass, 1.25))
    slats = 14
    step = (right - left - margin) / slats
    for i in range(slats):
        colour = awning if i % 2 else shade(awning, 1.45)
        x = left + margin / 2 + step * i
        _polygon(
            picture,
            [(x, top), (x + step, top), (x + step + 3, top + 24), (x + 3, top + 24)],
            colour,
        )
    _rectangle(
        picture, left + margin / 2, top + 24, right - margin / 2 + 3, top + 30, shade(awning, 0.6)
    )


def _passage(picture: UInt8Array, ground: Ground) -> None:
    left, _, right, foot = ground.passage
    tall = np.linspace(0, 1, foot, dtype=np.float32)[:, None, None]
    sky, deep = np.array((214, 204, 194)), np.array((86, 84, 84))
    picture[:foot, left:right] = (sky + (deep - sky) * np.clip(tall * 1.6, 0, 1)).astype(np.uint8)
    side = (right - left) * 0.28
    back = ground.row(0.34)
    _polygon(picture, [(left, 0), (left + side, 0), (left + side, back), (left, foot)], (92,) * 3)
    floor = [(left, foot), (left + side, back), (right, back), (right, foot)]
    _polygon(picture, floor, (112, 114, 116))


def _prospect(picture: UInt8Array, ground: Ground) -> None:
    left, _, right, foot = ground.prospect
    _rectangle(picture, left, 0, right, ground.horizon, (212, 202, 192))
    _rectangle(picture, left, ground.horizon, right, foot, (96, 132, 118))
    _rectangle(
        picture, left, ground.row(FAR_PATH[0]), right, ground.row(FAR_PATH[1]), (150, 158, 162)
    )


def _pavements_and_road(picture: UInt8Array, ground: Ground) -> None:
    w, h = ground.width, ground.height
    foot, far, near = (ground.row(s) for s in (FACADE_FOOT, FAR_KERB, NEAR_KERB))
    _rectangle(picture, 0, foot, w, far, (158, 162, 164))
    _rectangle(picture, 0, near, w, h, (164, 167, 170))
    centre = w / 2
    for top, bottom in ((foot, far), (near, float(h))):
        for column in range(-30, 31):
            # Slab joints run to the vanishing point on the horizon.
            start, end = (
                (round((centre + column * 1.1 * ground.metre(y)) * 16), round(y * 16))
                for y in (top, bottom)
            )
            cv2.line(picture, start, end, (140, 144, 147), 1, cv2.LINE_AA, 4)
        y = top
        while y < bottom:
            cv2.line(picture, (0, round(y)), (w, round(y)), (142, 146, 149), 1)
            y += 0.42 * ground.metre(y)
    _rectangle(picture, 0, far, w, near, (92, 90, 88))
    _rectangle(picture, 0, far, w, far + ground.row(0.009), (190, 192, 192))
    _rectangle(picture, 0, far + ground.row(0.009), w, far + ground.row(0.02), (70, 69, 68))
    _rectangle(picture, 0, near - ground.row(0.014), w, near - ground.row(0.008), (72, 71, 70))
    _rectangle(picture, 0, near - ground.row(0.008), w, near + ground.row(0.01), (196, 198, 198))
    middle = ground.row(0.625)
    thick = ground.row(0.007)
    step = 3.0 * ground.metre(middle)
    for i in range(-10, 11):
        x = centre + (i + 0.25) * step
        if ground.column(0.31) < x < ground.column(0.44):
            continue  # no lane marking across the zebra
        _rectangle(picture, x, middle, x + step * 0.5, middle + thick, (186, 190, 190))
    _crossing(picture, ground, far, near)


def _crossing(picture: UInt8Array, ground: Ground, far: float, near: float) -> None:
    rows = np.geomspace(far + ground.row(0.026) - ground.horizon, near - 14 - ground.horizon, 14)
    left, right = 3.0, 5.6
    for top, bottom in zip(rows[0::2], rows[1::2], strict=True):
        y0, y1 = top + ground.horizon, bottom + ground.horizon
        _rectangle(
            picture,
            ground.width / 2 - right * 34,
            y0,
            ground.width / 2 - right * 34 + (right - left) * 38,
            y1,
            (206, 208, 208),
        )


def _furniture(picture: UInt8Array, ground: Ground) -> None:
    """Lamp posts and bins by the wall: everybody passes in front of them."""
    foot = ground.row(FACADE_FOOT) + 3
    for share in (0.13, 0.42, 0.74, 0.95):
        x = ground.column(share)
        _rectangle(picture, x - 3, 0, x + 3, foot, (58, 60, 58))
        _rectangle(picture, x - 1, 0, x + 1, foot, (96, 98, 96))
        _rectangle(picture, x - 6, foot - 14, x + 6, foot + 2, (50, 52, 50))
    for share in (0.33, 0.79):
        x = ground.column(share)
        _rectangle(picture, x, foot - 30, x + 22, foot + 2, (66, 78, 62))
        _rectangle(picture, x - 2, foot - 34, x + 24, foot - 28, (48, 56, 46))


def _texture(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    h, w = picture.shape[:2]
    grain = rng.normal(0, 3.2, (h, w)).astype(np.float32)
    coarse = rng.normal(0, 1, (h // 8 + 1, w // 8 + 1)).astype(np.float32)
    stains = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC)
    stains = cv2.GaussianBlur(stains, (0, 0), 3) * 3.5
    rows = np.linspace(0.9, 1.06, h, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, w, dtype=np.float32)[None]
    light = rows * (1 - 0.07 * columns**2)
    mixed = picture.astype(np.float32) * light[..., None] + (grain + stains)[..., None]
    # A lens does not resolve a single pixel's edge.
    soft = cv2.GaussianBlur(mixed, (0, 0), 0.6)
    return np.asarray(np.clip(soft + 0.5, 0, 255), np.uint8)
