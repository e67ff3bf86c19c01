"""What the motion stage and plain MOG2 see in a recording, for trackers that are given boxes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scelle.footage.index import looks
from scelle.footage.recording import Recording
from scelle.footage.source import open_closed
from scelle.model.acts import Progress, no_progress
from scelle.vision.background import Background, Look, working_factor
from scelle.vision.observations import Observations
from scelle.vision.observe import Observer

LOOKS_PER_S = 10
SAMPLES = 96


@dataclass(frozen=True, eq=False)
class Observed:
    """A whole recording, observed.

    Attributes:
        seen: what the motion stage saw.
        time_base: of its timestamps.
        size: width and height of the picture.
        blobs: float64 ``(N, 5)``, frame (0-based), left, top, width, height of the
            regions that plain MOG2 found in every frame.
        frames: how many pictures the recording has.
    """

    seen: Observations
    time_base: Fraction
    size: tuple[int, int]
    blobs: npt.NDArray[np.float64]
    frames: int


def observe_file(file: Path, progress: Progress = no_progress) -> Observed:
    """Look at a whole recording against one background, and run MOG2 beside it."""
    with open_closed(file) as closed, Recording.open(closed.file) as recording:
        index = recording.index
        total = len(index.times)
        factor = working_factor(recording.height)
        start, end = int(index.times[0]), int(index.times[-1]) + 1
        marks = np.unique(np.linspace(0, total - 1, SAMPLES).round().astype(int))
        samples = [Look.of(*p.yuv(), factor) for p in recording.pictures(start, end, wanted=marks)]
        tube_step = int(Fraction(1) / index.time_base)
        observer = Observer(Background.estimate(samples), factor, tube_step)
        wanted = {int(r) for r in looks(index, LOOKS_PER_S).ranks}
        blobs: list[tuple[float, ...]] = []
        mog = cv2.createBackgroundSubtractorMOG2(detectShadows=True)
        for picture in recording.pictures(start, end):
            if picture.frame in wanted:
                observer.look(picture)
            blobs += [(picture.frame, *box) for box in _blobs(mog, picture.bgr())]
            progress("observe", picture.frame + 1, total, "pictures")
        seen, _ = observer.result()
        size = (recording.width, recording.height)
    table = np.array(blobs, np.float64).reshape(-1, 5)
    return Observed(seen, index.time_base, size, table, total)


def _blobs(
    mog: cv2.BackgroundSubtractorMOG2, picture: npt.NDArray[np.uint8]
) -> list[tuple[int, int, int, int]]:
    """Regions of a picture as the common recipe gives them: no shadows, opened, closed."""
    mask = np.asarray(mog.apply(picture), np.uint8)
    mask = np.asarray((mask == 255).view(np.uint8) * np.uint8(255), np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    least = picture.shape[0] * picture.shape[1] / 2000
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, area in stats[1:] if area >= least]
