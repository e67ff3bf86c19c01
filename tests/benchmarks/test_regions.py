from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from scelle.benchmarks.labelled import MotSequence
from scelle.benchmarks.regions import measure_regions
from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.detect import Detection

WIDTH, HEIGHT, FRAMES, STEP = 320, 240, 60, 6
WALKER = (24, 60)
"""Width and height of a dark figure that crosses a light ground."""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody walks through; somebody else is in the truth and never moves."""
    folder = tmp_path_factory.mktemp("street")
    rng = np.random.default_rng(0)
    ground = rng.integers(120, 180, (30, 40, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    rows = []
    with av.open(str(folder / "video.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(1, FRAMES + 1):
            picture = ground.copy()
            x, y = -40 + STEP * number, 90
            shown = max(0, x), min(WIDTH, x + WALKER[0])
            picture[y : y + WALKER[1], shown[0] : max(shown)] = (20, 20, 90)
            if shown[1] > shown[0]:
                rows.append([number, 1, shown[0], y, shown[1] - shown[0], WALKER[1], 1, 0, 0, 0])
            rows.append([number, 2, 280, 10, 20, 50, 1, 0, 0, 0])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode(None))
    (folder / "gt").mkdir()
    np.savetxt(folder / "gt" / "gt.txt", np.array(rows), delimiter=",", fmt="%d")
    return folder


@dataclass(frozen=True)
class Dark:
    """Finds dark red figures; sees ghosts beside them if asked to."""

    ghosts: float = 0.0
    name: str = "dark"
    sha256: str = "0" * 64

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        dark = (picture[..., 2] > 60) & (picture[..., 0] < 60) & (picture[..., 1] < 60)
        if not dark.any():
            return []
        rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
        sides = (int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
        box = Box(int(columns[0]), int(rows[0]), *sides)
        found = [Detection(box, ObjectClass.PERSON, 0.8)]
        if self.ghosts:
            ghost = Box(box.left, box.top, box.width / 4, box.height / 4)
            found.append(Detection(ghost, ObjectClass.PERSON, self.ghosts))
        return found

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        return [self.detect(picture) for picture in pictures]


def test_who_moves_is_asked_for_and_who_stands_is_not(street: Path) -> None:
    regions = measure_regions(Dark(), MotSequence(street), 2, sure=0.5)
    assert regions.looks == FRAMES // 2
    assert 22 <= regions.people <= 30
    assert regions.seen >= 0.9
    assert regions.recall == regions.recall_sure >= 0.9
    assert regions.precision_sure >= 0.9
    assert 0 < regions.canvases <= 1


def test_precision_decides_from_which_score_recall_is_read(street: Path) -> None:
    below = measure_regions(Dark(ghosts=0.3), MotSequence(street), 2, sure=0.2)
    assert below.recall >= 0.9
    assert below.at == pytest.approx(0.8)
    assert below.precision_sure == pytest.approx(0.5, abs=0.05)
    above = measure_regions(Dark(ghosts=0.9), MotSequence(street), 2, sure=0.2)
    assert above.recall == 0
    assert above.recall_sure >= 0.9
