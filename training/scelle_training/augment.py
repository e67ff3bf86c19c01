"""Towards the domain: night, infrared, low bit rate, blur; pure functions on one picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]


def pixels(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """A picture as a poorer camera and recorder would have given it.

    Steps, each with its own probability: colour and contrast; grey (infrared) or
    reversed grey (thermal); night; motion blur; loss of resolution; block artefacts.

    Args:
        picture: uint8 ``(h, w, 3)`` BGR; not altered.
        rng: decides everything.

    Returns:
        uint8, same shape.
    """
    out = _tones(picture, rng)
    chance = rng.random(6)
    if chance[0] < 0.22:
        out = _grey(out)
        if chance[5] < 0.1:
            out = 255 - out
    if chance[1] < 0.12:
        out = _night(out, rng)
    if chance[2] < 0.15:
        out = np.asarray(cv2.filter2D(out, -1, _streak(rng)), np.uint8)
    if chance[3] < 0.2:
        height, width = out.shape[:2]
        share = rng.uniform(0.4, 0.85)
        small = (max(1, int(width * share)), max(1, int(height * share)))
        down = cv2.resize(out, small, interpolation=cv2.INTER_AREA)
        larger = cv2.resize(down, (width, height), interpolation=cv2.INTER_LINEAR)
        out = np.asarray(larger, np.uint8)
    if chance[4] < 0.35:
        quality = int(rng.integers(15, 70))
        _, data = cv2.imencode(".jpg", out, (cv2.IMWRITE_JPEG_QUALITY, quality))
        out = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return out


def _tones(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Gamma, contrast, brightness, tint and saturation."""
    levels = np.arange(256, dtype=np.float32) / 255
    gamma = np.exp(rng.normal(0, 0.22))
    contrast, brightness = np.exp(rng.normal(0, 0.18)), rng.normal(0, 0.06)
    curve = (levels**gamma - 0.5) * contrast + 0.5 + brightness
    tint = np.exp(rng.normal(0, 0.06, 3)).astype(np.float32)
    table = np.clip(curve[:, None] * tint * 255, 0, 255).astype(np.uint8)
    out = cv2.LUT(np.ascontiguousarray(picture), table[None])
    if rng.random() < 0.5:
        grey = _grey(np.asarray(out, np.uint8))
        share = rng.uniform(0.3, 1.4)
        out = cv2.addWeighted(out, share, grey, 1 - share, 0)
    return np.asarray(out, np.uint8)


def _grey(picture: UInt8Array) -> UInt8Array:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def _night(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Little light and much gain: dark, flat and noisy."""
    share, floor = rng.uniform(0.15, 0.6), rng.uniform(0, 20)
    dark = cv2.convertScaleAbs(picture, alpha=share, beta=floor)
    noise = rng.standard_normal(picture.shape[:2], np.float32) * rng.uniform(2, 10)
    return np.clip(dark.astype(np.float32) + noise[..., None], 0, 255).astype(np.uint8)


def _streak(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Kernel of a movement during the exposure: a line, mostly level."""
    length = int(rng.integers(3, 8)) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.normal(0, 0.5)
    reach = (length - 1) / 2
    for t in np.linspace(-reach, reach, 2 * length):
        x, y = reach + t * np.cos(angle), reach + t * np.sin(angle)
        kernel[min(length - 1, max(0, round(y))), min(length - 1, max(0, round(x)))] = 1
    return np.asarray(kernel / kernel.sum(), np.float32)
