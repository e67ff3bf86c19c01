"""How fast a synopsis is composed and encoded, in multiples of real time."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scelle.benchmarks.passages import FPS, SIZE, passages
from scelle.engine.ahead import ahead
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import Progress, no_progress
from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.arrange import arrange
from scelle.synopsis.blend import decoded
from scelle.synopsis.compose import Background, compose
from scelle.synopsis.occupancy import Occupancy
from scelle.vision.masking import conceal_object

_PASSAGES = 120
_SMOOTH = 3.0  # pixels: texture about as fine as that of a real picture


@dataclass(frozen=True)
class Exported:
    """One export of generated passages at 1280 x 720.

    Attributes:
        pictures: of the synopsis; ``objects`` in each, on average.
        length_s: of the synopsis, seconds.
        seconds: wall time of composing and encoding.
    """

    pictures: int
    objects: float
    length_s: float
    seconds: float

    @property
    def realtime(self) -> float:
        """Seconds of synopsis a second."""
        return self.length_s / self.seconds


def bench_export(progress: Progress = no_progress) -> Exported:
    """Compose and encode a synopsis of generated passages, heads concealed.

    Args:
        progress: told pictures done.
    """
    rng = np.random.default_rng(1)
    shown = passages(_PASSAGES, seed=1)
    tubes = [painted(each, rng) for each in shown]
    arrangement = arrange(shown, size=SIZE, fps=FPS)
    scene = texture(rng, (SIZE[1], SIZE[0]), 9.0)
    with tempfile.TemporaryDirectory(prefix="scelle-bench-") as folder:
        began = time.perf_counter()
        pictures = ahead(
            compose(
                arrangement,
                shown,
                lambda i: tubes[i],
                size=SIZE,
                backgrounds=[Background(0, lambda: scene)],
                label=lambda track, pts: f"{track} {pts // 60000:02}:{pts // 1000 % 60:02}",
                banner_rows=(("Vue reconstituée", "PV"), ("Reconstructed view", "PV")),
                conceal=conceal_object,
                decode=decoded,
            )
        )
        first = next(pictures)
        height, width = first.shape[:2]
        with Mp4Writer(Path(folder) / "synopsis.mp4", width, height, 1 / FPS, rate=FPS) as out:
            out.write(first, 0)
            for tick, picture in enumerate(pictures, 1):
                out.write(picture, tick)
                progress("bench export", tick + 1, arrangement.length, "pictures")
        seconds = time.perf_counter() - began
    return Exported(
        arrangement.length,
        sum(arrangement.lengths) / arrangement.length,
        float(arrangement.duration_s),
        seconds,
    )


def painted(passage: Occupancy, rng: np.random.Generator) -> Tube:
    """A generated passage with textured pictures and round masks."""
    pictures, masks = [], []
    for _, _, width, height in passage.parts[:, 0].tolist():
        picture = texture(rng, (height, width), _SMOOTH)
        mask = np.zeros((height // 2 + 1, width // 2 + 1), np.uint8)
        middle, axes = (width // 4, height // 4), (max(1, width // 5), max(1, height // 5))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1)
        pictures.append(cv2.imencode(".jpg", picture)[1].tobytes())
        masks.append(cv2.imencode(".png", mask)[1].tobytes())
    return Tube(
        passage.track_id,
        "made",
        passage.time_base,
        passage.pts,
        passage.parts[:, 0],
        tuple(pictures),
        tuple(masks),
        ObjectClass.PERSON,
    )


def texture(
    rng: np.random.Generator, shape: tuple[int, int], smooth: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Smooth noise: uint8 ``(*shape, 3)``, about as costly to encode as a real picture."""
    noise = rng.integers(0, 255, (*shape, 3), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), smooth), np.uint8)
