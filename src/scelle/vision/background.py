"""What the camera sees when nothing is there.

The recording is finished, so the background of a span is estimated from
samples on both sides of it, not learned forwards: there is no warm-up, and a
segment's background never depends on which worker asks.

Of the samples of a place, those with the least movement around it are kept (as
LaBGen does: Laugraud, Piérard, Van Droogenbroeck, Pattern Recognition Letters
96, 2017), for somebody who stands still for most of the time still stirs, and
an empty room does not.  Among these the *shorth* is taken, the shortest
interval that holds half of the values (Andrews et al., Robust Estimates of
Location, 1972): its middle is the background, its width the noise, so that
leaves, water and screens raise their own threshold, and that of their rim.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

KEPT = 0.1
"""Share of the samples kept at each place: those with the least movement around it."""

FEWEST = 9
"""Samples kept at the least; all of them where there are fewer."""

STIR = 14
"""Luma difference between two samples that counts as movement, 8-bit levels."""

SWAY = 3
"""How far leaves and flags reach beyond where they usually stir, working pixels."""


@dataclass(frozen=True, eq=False)
class Look:
    """One picture reduced to working size.

    Attributes:
        luma: uint8 ``(h, w)``.
        blue, red: uint8 ``(h // 2, w // 2)``, the chroma planes.
    """

    luma: Plane
    blue: Plane
    red: Plane

    @classmethod
    def of(cls, luma: Plane, blue: Plane, red: Plane, factor: int) -> Look:
        """Reduce native planes by a power of two, averaging.

        Args:
            luma: uint8 ``(H, W)``; rows may be strided.
            blue, red: uint8 ``(H / 2, W / 2)``, rounded up.
            factor: native pixels per working pixel.
        """
        h, w = (luma.shape[0] // factor) & ~1, (luma.shape[1] // factor) & ~1
        return cls(
            _reduce(luma, (w, h), factor),
            _reduce(blue, (w // 2, h // 2), factor),
            _reduce(red, (w // 2, h // 2), factor),
        )


def _reduce(plane: Plane, size: tuple[int, int], factor: int) -> Plane:
    w, h = size
    part = plane[: h * factor, : w * factor]
    if factor == 1:
        return part.copy()
    # By halves, over which the averaging is done many pixels at a time.
    for left in range(factor.bit_length() - 2, -1, -1):
        part = np.asarray(cv2.resize(part, (w << left, h << left), interpolation=cv2.INTER_AREA))
    return part


def working_factor(height: int, lines: int = 300) -> int:
    """Smallest power of two that leaves at most ``lines`` lines.

    >>> [working_factor(h) for h in (240, 576, 720, 1080, 2160)]
    [1, 2, 4, 4, 8]
    """
    return 1 << max(0, (-(-height // lines) - 1).bit_length())


@dataclass(frozen=True, eq=False)
class Background:
    """The empty scene at working size, with its noise.

    Attributes:
        look: the empty scene.
        luma_noise: uint8 ``(h, w)``, width of the shorth in 8-bit levels.
        blue_noise, red_noise: uint8 ``(h // 2, w // 2)``, likewise.
    """

    look: Look
    luma_noise: Plane
    blue_noise: Plane
    red_noise: Plane

    @classmethod
    def estimate(cls, samples: list[Look]) -> Background:
        """From samples in time order, at least one.

        Raises:
            ValueError: no sample was given.
        """
        if not samples:
            raise ValueError("a background needs at least one sample")
        luma = np.stack([s.luma for s in samples])
        order = _quietest(luma)
        small = order[:, ::2, ::2]
        planes = []
        for stack, chosen, sway in (
            (luma, order, SWAY),
            (np.stack([s.blue for s in samples]), small, SWAY // 2),
            (np.stack([s.red for s in samples]), small, SWAY // 2),
        ):
            middle, width = _shorth(np.take_along_axis(stack, chosen, 0))
            around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * sway + 1, 2 * sway + 1))
            flutter = _mask(cv2.dilate(_flutter(stack), around))
            planes.append((middle, np.maximum(width, flutter)))
        (y, y_noise), (u, u_noise), (v, v_noise) = planes
        return cls(Look(y, u, v), y_noise, u_noise, v_noise)

    @cached_property
    def halved(self) -> npt.NDArray[np.float32]:
        """The luma at half the working size, float32 ``(h / 2, w / 2)``."""
        return halved(self.look.luma).astype(np.float32)

    @cached_property
    def moments(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Local mean and variance of :attr:`halved`, float32 of the same shape each."""
        mean = local_mean(self.halved)
        return mean, np.maximum(local_mean(np.square(self.halved)) - mean * mean, 0)


def halved(luma: Plane) -> Plane:
    """A plane at half its size, averaged, uint8."""
    h, w = luma.shape
    return np.asarray(cv2.resize(luma, (w // 2, h // 2), interpolation=cv2.INTER_AREA), np.uint8)


def local_mean(
    image: npt.NDArray[np.float32], out: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """Mean over 5 x 5 pixels, float32 ``(h, w)``, in ``out`` if it is given."""
    return np.asarray(cv2.boxFilter(image, -1, (5, 5), out), np.float32)


def _quietest(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Indices ``(k, h, w)`` of the samples with the least movement around each place."""
    n, h, w = luma.shape
    kept = min(n, max(FEWEST, round(KEPT * n)))
    if kept == n:
        return np.broadcast_to(np.arange(n)[:, None, None], luma.shape)
    # A neighbourhood the size of a near person: a still jacket is quiet inside,
    # but the head and hands around it are not.
    step = 4
    size = -(-w // step), -(-h // step)
    reach = max(1, h // 6 // step) | 1
    moves = [
        cv2.boxFilter(
            cv2.resize(
                cv2.threshold(cv2.absdiff(a, b), STIR, 255, cv2.THRESH_BINARY)[1],
                size,
                interpolation=cv2.INTER_AREA,
            ).astype(np.float32),
            -1,
            (reach, reach * 2 | 1),
        )
        for a, b in pairwise(luma)
    ]
    # Against the calmer neighbour: the first moment of an empty room counts as empty.
    stir = np.stack([np.minimum(moves[max(i - 1, 0)], moves[min(i, n - 2)]) for i in range(n)])
    quiet = np.argsort(stir, axis=0, kind="stable")[:kept]
    return np.repeat(np.repeat(quiet, step, 1), step, 2)[:, :h, :w]


def _shorth(samples: npt.NDArray[np.uint8]) -> tuple[Plane, Plane]:
    """Middle and width of the shortest half of ``samples`` ``(n, h, w)`` at each place."""
    ordered = _sorted(list(samples))
    n = len(ordered)
    half = n // 2 + 1
    middle, width = ordered[(half - 1) // 2], _mask(cv2.subtract(ordered[half - 1], ordered[0]))
    for first in range(1, n - half + 1):
        wide = cv2.subtract(ordered[first + half - 1], ordered[first])
        shorter = cv2.compare(wide, width, cv2.CMP_LT)
        width = _mask(cv2.min(wide, width))
        middle = _mask(cv2.copyTo(ordered[first + (half - 1) // 2], shorter, middle.copy()))
    return middle, width


def _flutter(samples: npt.NDArray[np.uint8]) -> Plane:
    """Usual difference between neighbours in time at each place, uint8 ``(h, w)``.

    Over every sample, so that leaves that happened to be still in the quietest
    ones count as restless all the same.  Twice the lower quartile: the median of
    noise, yet traffic may pass in three quarters of the pairs and not count.
    """
    if len(samples) < FEWEST:
        return np.zeros(samples.shape[1:], np.uint8)
    steps = [_mask(cv2.absdiff(a, b)) for a, b in pairwise(samples)]
    # Bit by bit the largest value that at most a quarter is below: nothing need be sorted.
    usual = np.zeros(samples.shape[1:], np.uint8)
    below, few, mask = np.empty(usual.shape, np.uint16), np.empty_like(usual), np.empty_like(usual)
    for bit in (64, 32, 16, 8, 4, 2, 1):
        tried = usual + np.uint8(bit)
        below[:] = 0
        for at in range(0, len(steps), 255):
            few[:] = 0
            for step in steps[at : at + 255]:
                # A mask's 255 is minus one.
                np.subtract(few, cv2.compare(step, tried, cv2.CMP_LT, mask), out=few)
            below += few
        usual[below <= len(steps) // 4] += np.uint8(bit)
    return usual * np.uint8(2)


def _sorted(planes: list[Plane]) -> list[Plane]:
    """Planes whose values increase at every place.

    By Batcher's network (Sorting Networks and their Applications, 1968), each step of
    which is done at all places at once.
    """
    for low, high in _network(len(planes)):
        a, b = planes[low], planes[high]
        planes[low], planes[high] = _mask(cv2.min(a, b)), _mask(cv2.max(a, b))
    return planes


@cache
def _network(n: int) -> tuple[tuple[int, int], ...]:
    """Pairs to put in order, one after the other, so that any ``n`` values end sorted."""
    pairs = []
    block = 1
    while block < n:
        step = block
        while step:
            pairs += [
                (at + i, at + i + step)
                for at in range(step % block, n - step, 2 * step)
                for i in range(min(step, n - at - step))
                if (at + i) // (2 * block) == (at + i + step) // (2 * block)
            ]
            step //= 2
        block *= 2
    return tuple(pairs)


def _mask(image: object) -> Plane:
    return np.asarray(image, np.uint8)
