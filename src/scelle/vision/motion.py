"""Where a picture differs from the empty scene, and whether light alone explains it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scelle.vision.background import Background, Look, Plane, halved, local_mean

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class MotionSettings:
    """Every parameter of the motion stage; part of the analysis manifest.

    Levels are 8-bit, lengths are working pixels.

    Attributes:
        luma_floor, chroma_floor: smallest difference that can be movement.
        noise_gain: widths of the background's own noise that a difference
            must exceed.
        sure: factor on the threshold that a region must reach somewhere.
        sure_share: share of a region that must reach it.
        shadow_darkest: a shadow leaves at least this share of the light.
        structure: local deviation left, in levels, that light alone cannot cause.
        new_structure: share of a region's rim that must show such residual.
        min_area: smallest region, working pixels.
        light_share: share of the picture whose change means that the light changed.
    """

    luma_floor: int = 18
    chroma_floor: int = 7
    noise_gain: float = 3.0
    sure: float = 1.8
    sure_share: float = 0.25
    shadow_darkest: float = 0.5
    structure: float = 7.0
    new_structure: float = 0.35
    min_area: int = 24
    light_share: float = 0.5


@dataclass(frozen=True, eq=False)
class Motion:
    """What moved in one picture, at working size.

    Attributes:
        mask: uint8 ``(h, w)``, 255 where something is that the empty scene lacks.
        labels: int32 ``(h, w)``, 0 for nothing, k for the k-th region.
        boxes: int32 ``(n, 4)``, left, top, width, height of region k = 1..n.
        areas: int32 ``(n,)``, pixels in each region.
        relit: the light of the whole picture changed beyond compensation.
    """

    mask: Mask
    labels: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]
    areas: npt.NDArray[np.int32]
    relit: bool = False


class MotionDetector:
    """Compares pictures with one background.

    Steps of :meth:`detect`:

    (1) follow the light: one gain for the picture, by the median of ratios;
    (2) threshold luma and chroma differences by floor and local noise;
    (3) find new structure: what is left of the picture after the best local
        gain and offset of the background (a change of light leaves nothing);
    (4) remove cast shadows: darker, same hue, no new structure;
    (5) join the pieces into regions, keep those with sure pixels and a rim of
        new structure.
    """

    def __init__(self, background: Background, settings: MotionSettings | None = None) -> None:
        self.settings = s = settings or MotionSettings()
        self.background = background
        self._luma_threshold = _threshold(background.luma_noise, s.luma_floor, s.noise_gain)
        self._blue_threshold = _threshold(background.blue_noise, s.chroma_floor, s.noise_gain)
        self._red_threshold = _threshold(background.red_noise, s.chroma_floor, s.noise_gain)
        self._luma_sure = _scaled(self._luma_threshold, s.sure)
        self._blue_sure = _scaled(self._blue_threshold, s.sure)
        self._red_sure = _scaled(self._red_threshold, s.sure)

    def detect(self, look: Look) -> Motion:
        """Find the regions of one picture."""
        s, empty = self.settings, self.background.look
        # (1)
        reference = _relight(empty.luma, look.luma)
        # (2)
        h, w = look.luma.shape
        d_luma = cv2.absdiff(look.luma, reference)
        d_blue, d_red = cv2.absdiff(look.blue, empty.blue), cv2.absdiff(look.red, empty.red)
        hue = _enlarged(_either(d_blue, self._blue_threshold, d_red, self._red_threshold), (w, h))
        changed = _mask(cv2.compare(d_luma, self._luma_threshold, cv2.CMP_GT)) | hue
        if not cv2.countNonZero(changed):
            return _nothing(h, w)
        # (3)
        structure = self._structure(look.luma)
        # (4)
        darkest = _scaled(reference, s.shadow_darkest)
        darker = _mask(cv2.compare(look.luma, reference, cv2.CMP_LT))
        lit = _mask(cv2.compare(look.luma, darkest, cv2.CMP_GT))
        shadow = darker & lit & ~hue & ~structure
        mask = changed & ~shadow
        # (5)
        mask = _mask(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _CROSS))
        mask = _mask(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _UPRIGHT))
        sure = _mask(cv2.compare(d_luma, self._luma_sure, cv2.CMP_GT))
        sure_hue = _enlarged(_either(d_blue, self._blue_sure, d_red, self._red_sure), (w, h))
        # Another hue is a new thing even where its brightness is the scene's.
        return self._regions(mask, sure | sure_hue, structure | sure_hue)

    def _structure(self, luma: Plane) -> Mask:
        """255 where the best local gain and offset leaves too much, uint8 ``(h, w)``.

        The deviation left is measured at half the working size: structure that
        matters survives the halving, and it costs a quarter.
        """
        picture = halved(luma).astype(np.float32)
        empty = self.background.halved
        mean_b, var_b = self.background.moments
        mean_p = local_mean(picture)
        var_p = local_mean(picture * picture) - mean_p * mean_p
        cov = local_mean(picture * empty) - mean_p * mean_b
        np.maximum(cov, 0, out=cov)
        left = var_p - cov * cov / (var_b + 1.0)
        new = (left > self.settings.structure**2).view(np.uint8) * np.uint8(255)
        return _enlarged(new, luma.shape[::-1])

    def _regions(self, mask: Mask, sure: Mask, structure: Mask) -> Motion:
        s = self.settings
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        rim = mask > cv2.erode(mask, _CROSS)
        rims = np.bincount(labels[rim], minlength=count)
        rims_new = np.bincount(labels[rim & (structure > 0)], minlength=count)
        sures = np.bincount(labels[sure > 0], minlength=count)
        area = stats[:, cv2.CC_STAT_AREA]
        keep = (
            (area >= s.min_area)
            & (sures >= s.sure_share * area)
            & (rims_new >= s.new_structure * rims)
        )
        keep[0] = False
        kept = np.flatnonzero(keep)
        renumber = np.zeros(count, np.int32)
        renumber[kept] = np.arange(1, len(kept) + 1)
        labels = renumber[labels]
        relit = bool(cv2.countNonZero(mask) > s.light_share * mask.size)
        return Motion(
            (labels > 0).view(np.uint8) * np.uint8(255),
            labels,
            stats[kept, :4].astype(np.int32),
            area[kept].astype(np.int32),
            relit,
        )


def _mask(image: object) -> Mask:
    return np.asarray(image, np.uint8)


def _scaled(plane: Plane, factor: float) -> Plane:
    return np.asarray(cv2.convertScaleAbs(plane, alpha=factor), np.uint8)


def _threshold(noise: Plane, floor: int, gain: float) -> Plane:
    return np.maximum(_scaled(noise, gain), np.uint8(floor))


def _either(a: object, above_a: Plane, b: object, above_b: Plane) -> Mask:
    """255 where either plane exceeds its threshold."""
    first = cv2.compare(np.asarray(a, np.uint8), above_a, cv2.CMP_GT)
    return _mask(first) | _mask(cv2.compare(np.asarray(b, np.uint8), above_b, cv2.CMP_GT))


def _enlarged(mask: Mask, size: tuple[int, ...]) -> Mask:
    return _mask(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST))


def _relight(empty: Plane, luma: Plane) -> Plane:
    """The empty scene under the picture's light: one gain, the median of ratios."""
    a, b = luma[2::8, 2::8].astype(np.float32), empty[2::8, 2::8].astype(np.float32)
    usable = (b > 20) & (b < 235) & (a > 8) & (a < 245)
    if usable.sum() < 32:
        return empty
    gain = float(np.median(a[usable] / b[usable]))
    if abs(gain - 1) < 0.01:
        return empty
    return np.asarray(cv2.convertScaleAbs(empty, alpha=gain), np.uint8)


def _nothing(h: int, w: int) -> Motion:
    return Motion(
        np.zeros((h, w), np.uint8),
        np.zeros((h, w), np.int32),
        np.zeros((0, 4), np.int32),
        np.zeros(0, np.int32),
    )


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
# People and their legs are taller than wide: close upwards more than sideways.
_UPRIGHT = np.ones((7, 3), np.uint8)
