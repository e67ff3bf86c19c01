"""Where a picture differs from the empty scene, and whether light alone explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.background import Background, Look, Plane, halved, local_mean
from scelle.vision.colour import is_monochrome

Mask = npt.NDArray[np.uint8]
Int32Array = npt.NDArray[np.int32]


@dataclass(frozen=True)
class MotionSettings:
    """Every parameter of the motion stage; part of the analysis manifest.

    Levels are 8-bit, lengths are working pixels.

    Attributes:
        luma_floor, chroma_floor: smallest difference that can be movement.
        grey_floor: the same for luma where the scene is without colour, as in infrared
            light: cloth may then differ from the street by little else than its folds.
        noise_gain: widths of the background's own noise that a difference
            must exceed.
        sure: factor on the threshold that a region must reach somewhere.
        sure_share: share of a region that must reach it.
        shadow_darkest: a shadow leaves at least this share of the light.
        structure: local deviation left, in levels, that light alone cannot cause.
        grey_structure: the same where the scene is without colour, and fainter shadows
            reach the floor.
        grey_rim: what of it the rim of a region must show there.
        new_structure: share of a region's rim that must show such residual.
        min_area: smallest region, working pixels.
        hole: largest hole that is filled, in shares of its region: cloth of the scene's
            own colour is cloth all the same, but between an arm and the body is nothing.
        light_share: share of the picture whose change means that the light changed.
    """

    luma_floor: int = 18
    chroma_floor: int = 7
    grey_floor: int = 9
    noise_gain: float = 3.0
    sure: float = 1.8
    sure_share: float = 0.25
    shadow_darkest: float = 0.5
    structure: float = 7.0
    grey_structure: float = 7.5
    grey_rim: float = 4.5
    new_structure: float = 0.35
    min_area: int = 24
    hole: float = 0.06
    light_share: float = 0.5


@dataclass(frozen=True, eq=False)
class Motion:
    """What moved in one picture, at working size: n regions.

    Attributes:
        shape: height and width of the picture.
        boxes: int32 ``(n, 4)``, left, top, width, height of each region.
        areas: int32 ``(n,)``, pixels in each region.
        outlines: n of uint8 ``(height, width)`` of its box, 255 inside the region.
        relit: the light of the whole picture changed beyond compensation.
    """

    shape: tuple[int, int]
    boxes: Int32Array
    areas: Int32Array
    outlines: tuple[Mask, ...]
    relit: bool = False

    @property
    def mask(self) -> Mask:
        """uint8 ``(h, w)``, 255 where something is that the empty scene lacks."""
        mask = np.zeros(self.shape, np.uint8)
        for (x, y, w, h), outline in zip(self.boxes.tolist(), self.outlines, strict=True):
            mask[y : y + h, x : x + w] |= outline
        return mask

    @property
    def bodies(self) -> Int32Array:
        """int32 ``(n, 4)``, the boxes without what is thin at their left and right.

        The rest of a shadow at somebody's feet, and the seams that compression leaves, lie
        in columns in which little else is.
        """
        bodies = []
        for (x, y, _, h), outline in zip(self.boxes.tolist(), self.outlines, strict=True):
            first, stop = thick(outline)
            bodies.append((x + first, y, stop - first, h))
        return np.array(bodies, np.int32).reshape(-1, 4)


def thick(outline: npt.NDArray[np.uint8] | npt.NDArray[np.bool_]) -> tuple[int, int]:
    """First column, and the one past the last, that hold a share of what the fullest holds.

    Args:
        outline: ``(h, w)``, any value but 0 inside; not empty.
    """
    held = cv2.reduce(outline.view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0].tolist()
    least = _THIN * max(held)
    first, stop = 0, len(held)
    while held[first] < least:
        first += 1
    while held[stop - 1] < least:
        stop -= 1
    return first, stop


@dataclass(frozen=True, eq=False)
class _Part:
    """A rectangle of the picture, sides even, and what differs in it.

    Attributes:
        area: rows and columns at working size; ``half`` at half of it.
        over: uint8, by how much luma exceeds its threshold.
        hue, sure_hue: uint8, 255 where chroma exceeds its threshold, and surely does.
    """

    area: tuple[slice, slice]
    half: tuple[slice, slice]
    over: Plane
    hue: Mask
    sure_hue: Mask


class MotionDetector:
    """Compares pictures with one background.

    Steps of :meth:`detect`:

    (1) follow the light: one gain for the picture, by the median of ratios;
    (2) threshold luma and chroma differences by floor and local noise; what
        follows is done only in the rectangle that holds all of them;
    (3) find new structure: what is left of the picture after the best local
        gain and offset of the background (a change of light leaves nothing);
    (4) remove cast shadows: darker, same hue, no new structure;
    (5) join the pieces into regions, keep those with sure pixels and a rim of
        new structure.
    """

    def __init__(self, background: Background, settings: MotionSettings | None = None) -> None:
        self.settings = s = settings or MotionSettings()
        self.background = background
        grey = is_monochrome(background.look.blue, background.look.red)
        floor = s.grey_floor if grey else s.luma_floor
        # What no shadow leaves, and what the rim of a thing must.
        self._clear = s.grey_structure if grey else s.structure
        self._rim = s.grey_rim if grey else s.structure
        self._luma_threshold = _threshold(background.luma_noise, floor, s.noise_gain)
        self._blue_threshold = _threshold(background.blue_noise, s.chroma_floor, s.noise_gain)
        self._red_threshold = _threshold(background.red_noise, s.chroma_floor, s.noise_gain)
        self._luma_sure = _scaled(self._luma_threshold, s.sure - 1)
        self._blue_sure = _scaled(self._blue_threshold, s.sure - 1)
        self._red_sure = _scaled(self._red_threshold, s.sure - 1)
        self._light = _Light(background.look.luma, s.shadow_darkest)
        mean, variance = background.moments
        self._moments = mean, variance + np.float32(1)

    def detect(self, look: Look) -> Motion:
        """Find the regions of one picture."""
        # (1)
        reference, shade = self._light.of(look.luma)
        # (2)
        part = self._changed(look, reference)
        if part is None:
            return _nothing(look.luma.shape)
        # (3)
        luma = look.luma[part.area]
        structure, rim = self._structure(luma, part.half)
        # (4)
        mask = cv2.threshold(part.over, 0, 255, cv2.THRESH_BINARY)[1]
        # What light explains goes, save where structure is new: what is both is in ``new``.
        new = cv2.bitwise_and(mask, structure)
        shadow = cv2.inRange(luma, shade[0][part.area], shade[1][part.area])
        cv2.bitwise_or(cv2.subtract(mask, shadow, mask), new, mask)
        cv2.bitwise_or(mask, part.hue, mask)
        # (5)
        cv2.morphologyEx(mask, cv2.MORPH_OPEN, _CROSS, mask)
        cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _UPRIGHT, mask)
        sure = cv2.compare(part.over, self._luma_sure[part.area], cv2.CMP_GT)
        # Another hue is a new thing even where its brightness is the scene's.
        return self._regions(
            look.luma.shape,
            part.area,
            _mask(mask),
            _mask(cv2.bitwise_or(sure, part.sure_hue, sure)),
            _mask(cv2.bitwise_or(rim, part.sure_hue)),
        )

    def _changed(self, look: Look, reference: Plane) -> _Part | None:
        """What exceeds its threshold, and the rectangle it lies in; ``None`` for specks."""
        empty = self.background.look
        h, w = look.luma.shape
        over = _beyond(look.luma, reference, self._luma_threshold)
        blue = _beyond(look.blue, empty.blue, self._blue_threshold)
        red = _beyond(look.red, empty.red, self._red_threshold)
        hue = _mask(cv2.max(blue, red))
        either = cv2.bitwise_or(over, _doubled(hue))
        left, top, width, height = cv2.boundingRect(cv2.erode(either, _CROSS, either))
        if not width:
            return None
        # As far around as the steps that follow look.
        x0, y0 = max(0, left - _REACH) & ~1, max(0, top - _REACH) & ~1
        x1, y1 = min(w, left + width + _REACH + 1) & ~1, min(h, top + height + _REACH + 1) & ~1
        half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
        sure = cv2.bitwise_or(
            cv2.compare(blue[half], self._blue_sure[half], cv2.CMP_GT),
            cv2.compare(red[half], self._red_sure[half], cv2.CMP_GT),
        )
        return _Part(
            (slice(y0, y1), slice(x0, x1)),
            half,
            over[y0:y1, x0:x1],
            _doubled(_mask(cv2.threshold(hue[half], 0, 255, cv2.THRESH_BINARY)[1])),
            _doubled(_mask(sure)),
        )

    def _structure(self, luma: Plane, half: tuple[slice, slice]) -> tuple[Mask, Mask]:
        """255 where the best local gain and offset leaves too much, uint8, as ``luma``.

        Clearly too much, as no shadow does; and as much as the rim of a thing must leave.

        The deviation left is measured at half the working size: structure that
        matters survives the halving, and it costs a quarter.
        """
        empty = self.background.halved[half]
        mean_b, var_b = (m[half] for m in self._moments)
        picture = halved(luma).astype(np.float32)
        mean = local_mean(picture)
        cov = local_mean(picture * empty)
        cov -= mean * mean_b
        np.maximum(cov, 0, out=cov)
        var = local_mean(np.square(picture, out=picture))
        var -= np.square(mean, out=mean)
        var -= np.divide(np.square(cov, out=cov), var_b, out=cov)

        def beyond(least: float) -> Mask:
            return _doubled((var > least**2).view(np.uint8) * np.uint8(255))

        clear = beyond(self._clear)
        return clear, clear if self._rim == self._clear else beyond(self._rim)

    def _regions(
        self,
        shape: tuple[int, ...],
        area: tuple[slice, slice],
        mask: Mask,
        sure: Mask,
        structure: Mask,
    ) -> Motion:
        """Regions of ``mask``, which lies at ``area``; small holes in them are filled."""
        s = self.settings
        y0, x0 = area[0].start, area[1].start
        # Means of levels of 255 are compared, a rounding error below what they must reach.
        sure_share, new_structure = 255 * s.sure_share - _TINY, s.new_structure - _TINY
        boxes, areas, outlines = [], [], []
        count = cv2.countNonZero(mask)
        contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        # Of each: the next and the previous beside it, its first hole, what it is a hole of.
        links = tree[0].tolist() if len(contours) else []
        large = self._fill(mask, contours, links)
        rim = cv2.subtract(mask, cv2.erode(mask, _CROSS, borderValue=0))
        shown = cv2.merge((sure, rim, cv2.bitwise_and(rim, structure)))
        for contour, holes, (*_, parent) in zip(contours, large, links, strict=True):
            if parent >= 0:
                continue
            x, y, w, h = cv2.boundingRect(contour)
            if w * h < s.min_area:
                continue
            outline = np.zeros((h, w), np.uint8)
            cv2.drawContours(outline, [contour], -1, 255, cv2.FILLED, offset=(-x, -y))
            for hole in holes:
                # Its contour is the region's own innermost pixels.
                for level, thickness in ((0, cv2.FILLED), (255, 1)):
                    cv2.drawContours(outline, contours, hole, level, thickness, offset=(-x, -y))
            size = cv2.countNonZero(outline)
            if size < s.min_area:
                continue
            certain, around, new, _ = cv2.mean(shown[y : y + h, x : x + w], outline)
            # What has no rim lies in a hole that was filled.
            if not around or certain < sure_share or new < around * new_structure:
                continue
            boxes.append((x0 + x, y0 + y, w, h))
            areas.append(size)
            outlines.append(outline)
        # In reading order of their tops, however the library walks.
        order = sorted(range(len(boxes)), key=lambda k: (boxes[k][1], boxes[k][0]))
        return Motion(
            (shape[0], shape[1]),
            np.array([boxes[k] for k in order], np.int32).reshape(-1, 4),
            np.array([areas[k] for k in order], np.int32),
            tuple(outlines[k] for k in order),
            count > s.light_share * shape[0] * shape[1],
        )

    def _fill(
        self, mask: Mask, contours: Sequence[cv2.typing.MatLike], links: list[list[int]]
    ) -> list[list[int]]:
        """Fill the small holes in ``mask``; which are the large ones of each contour."""
        large: list[list[int]] = [[] for _ in links]
        for contour, (_, _, hole, _), kept in zip(contours, links, large, strict=True):
            most = self.settings.hole * cv2.contourArea(contour) if hole >= 0 else 0
            while hole >= 0:
                if cv2.contourArea(contours[hole]) > most:
                    kept.append(hole)
                else:
                    cv2.drawContours(mask, contours, hole, 255, cv2.FILLED)
                hole = links[hole][0]
        return large


class _Light:
    """Follows the light of whole pictures by one gain, the median of ratios.

    Args:
        empty: luma of the empty scene.
        darkest: a shadow leaves at least this share of the light.
    """

    def __init__(self, empty: Plane, darkest: float) -> None:
        self._empty = empty
        self._darkest = darkest
        grid = empty[2::8, 2::8]
        self._places = np.flatnonzero((grid > 20) & (grid < 235))
        self._inverse = 1 / grid.ravel()[self._places].astype(np.float32)
        self._gain = 1.0
        self._under = self._relit(1.0)

    def of(self, luma: Plane) -> tuple[Plane, tuple[Plane, Plane]]:
        """The empty scene under the picture's light; the least and the most of its shadows."""
        gain = self._measure(luma)
        if gain != self._gain:
            self._gain, self._under = gain, self._relit(gain)
        return self._under

    def _measure(self, luma: Plane) -> float:
        values = luma[2::8, 2::8].ravel()[self._places]
        # Too dark or too bright to tell.
        usable = (values - np.uint8(9)) < np.uint8(236)
        ratios = values[usable] * self._inverse[usable]
        if len(ratios) < 32:
            return 1.0
        middle = len(ratios) // 2
        gain = float(np.partition(ratios, middle)[middle])
        # In steps of half a hundredth, so that a light that stays is worked out once.
        return 1.0 if abs(gain - 1) < 0.01 else round(gain * 200) / 200

    def _relit(self, gain: float) -> tuple[Plane, tuple[Plane, Plane]]:
        reference = self._empty if gain == 1.0 else _scaled(self._empty, gain)
        darkest = _scaled(reference, self._darkest)
        least = np.minimum(darkest, np.uint8(254)) + np.uint8(1)
        most = np.maximum(reference, np.uint8(1)) - np.uint8(1)
        return reference, (least, most)


def _mask(image: object) -> Mask:
    return np.asarray(image, np.uint8)


def _doubled(plane: Mask) -> Mask:
    """Each pixel as two by two: ``(h, w)`` to ``(2 h, 2 w)``."""
    h, w = plane.shape
    return _mask(cv2.merge((plane, plane))).reshape(h, 2 * w).repeat(2, 0)


def _beyond(plane: Plane, empty: Plane, threshold: Plane) -> Plane:
    """By how much two planes differ more than they may, uint8, as ``plane``."""
    difference = cv2.absdiff(plane, empty)
    return _mask(cv2.subtract(difference, threshold, difference))


def _scaled(plane: Plane, factor: float) -> Plane:
    return np.asarray(cv2.convertScaleAbs(plane, alpha=factor), np.uint8)


def _threshold(noise: Plane, floor: int, gain: float) -> Plane:
    # Compared by what is left after subtraction: strictly above.
    return np.maximum(_scaled(noise, gain), np.uint8(floor))


def _nothing(shape: tuple[int, ...]) -> Motion:
    none = np.zeros((0, 4), np.int32)
    return Motion((shape[0], shape[1]), none, none[:, 0], ())


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
# People and their legs are taller than wide: close upwards more than sideways.
_UPRIGHT = np.ones((7, 3), np.uint8)
_REACH = 10
_TINY = 1e-9

_THIN = 0.2
"""Share of its fullest column below which a column at the side of a region is not the object."""
