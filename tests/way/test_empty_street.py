"""What disturbs a camera makes no track, and what stops is neither lost nor leaves a ghost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.benchmarks.recorder import PULSING, record
from scelle.footage.index import looks
from scelle.footage.recording import Recording
from scelle.footage.source import open_closed
from scelle.model.tracks import Track
from scelle.scene.conditions import DISTURBANCES
from scelle.scene.long import CROWDS, LongStreet
from scelle.vision.background import Background, Look
from scelle.vision.far import Far, far_part
from scelle.vision.join import join
from scelle.vision.link import Linker
from scelle.vision.observe import Observer
from scelle.vision.tracks import make_tracks

UInt8Array = npt.NDArray[np.uint8]
SIZE = (320, 180)
FPS = 8


def street(name: str, seconds: float = 24.0) -> LongStreet:
    """An empty one; the filter moves within it."""
    how = DISTURBANCES[name]
    how = replace(how, switch_s=seconds / 2) if how.switch_s else how
    return LongStreet(3, seconds, SIZE, FPS, CROWDS["empty"], how)


@dataclass(frozen=True)
class Shown:
    """A picture as the observer takes it."""

    frame: int
    pts: int
    bgr: UInt8Array

    def yuv(self) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
        h, w = self.bgr.shape[:2]
        planes = np.asarray(cv2.cvtColor(self.bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)
        chroma = planes[h:].reshape(2, h // 2, w // 2)
        return planes[:h], chroma[0], chroma[1]


def followed(
    pictures: list[Shown], samples: list[Shown], base: Fraction, factor: int = 1
) -> list[Track]:
    """Motion alone, against one background, and what is far where the size is reduced."""
    scenes = [Look.of(*p.yuv(), factor) for p in samples]
    background = Background.estimate(scenes)
    observer = Observer(background, factor, round(Fraction(1, 2) / base))
    part = far_part(scenes, background, factor)
    far = Far(part, factor) if part else None
    for picture in pictures:
        observer.look(picture)
        if far is not None:
            far.look(picture)
    seen, kept = observer.result()
    if far is not None:
        seen, _ = far.added(seen, kept)
    linker = Linker(base)
    tracklets = [*linker.feed(0, seen), *linker.finish()]
    chains = join(tracklets, base, SIZE)
    return [s.track for s in make_tracks(chains, "street", base, seen.frame, seen.pts, SIZE)]


@pytest.mark.parametrize("name", sorted(DISTURBANCES))
def test_nothing_is_followed_where_nothing_passes(name: str, tmp_path: Path) -> None:
    video = tmp_path / "street.mp4"
    record(street(name), video, PULSING if name == "compression" else None)
    with open_closed(video) as closed, Recording.open(closed.file) as recording:
        index = recording.index
        start, end = int(index.times[0]), int(index.times[-1]) + 1
        wanted = looks(index, FPS).ranks
        shown = [
            Shown(p.frame, p.pts, p.bgr().copy())
            for p in recording.pictures(start, end, wanted=wanted)
        ]
        tracks = followed(shown, shown[::4], index.time_base)
        finer = followed(shown, shown[::4], index.time_base, 2)
    assert len(shown) > 150
    assert not tracks
    assert not finer


def passing(at: list[float | None], name: str = "still", top: int = 110) -> Iterator[Shown]:
    """A street in which something red stands at a column at each look, or is not there."""
    empty = list(street(name, len(at) / FPS).frames())
    for k, (picture, left) in enumerate(zip(empty, at, strict=True)):
        shown = picture.copy()
        if left is not None:
            x = round(left)
            shown[top : top + 50, max(x, 0) : max(x + 24, 0)] = (40, 40, 200)
            shown[top + 25 : top + 50, max(x, 0) : max(x + 24, 0)] = (160, 60, 40)
        yield Shown(k, k, shown)


@pytest.mark.parametrize("top", [30, 66])
def test_who_passes_before_or_below_a_waving_tree_is_followed(top: int) -> None:
    walks = np.linspace(-20, 330, 64).tolist()
    pictures = list(passing([None] * 60 + walks + [None] * 68, "tree", top))
    (track,) = followed(pictures, pictures[::4], Fraction(1, FPS))
    assert track.frame[-1] - track.frame[0] >= 56
    assert track.observed.mean() > 0.9


def test_who_stands_for_a_while_stays_one_track() -> None:
    comes = np.linspace(-20, 150, 30).tolist()
    goes = np.linspace(150, 330, 30).tolist()
    at = [None] * 60 + comes + [150.0] * 96 + goes + [None] * 100
    pictures = list(passing(at))
    (track,) = followed(pictures, pictures[::4], Fraction(1, FPS))
    assert int(track.frame[0]) <= 66
    assert int(track.frame[-1]) >= 60 + 30 + 96 + 24
    assert track.observed.mean() > 0.9


@pytest.mark.parametrize("leaves", [False, True])
def test_what_parks_or_leaves_is_followed_and_leaves_no_ghost(leaves: bool) -> None:
    drives = np.linspace(-20, 150, 40).tolist()
    at = [None] * 100 + drives + [150.0] * 220
    if leaves:
        at = [150.0] * 220 + np.linspace(150, 330, 40).tolist() + [None] * 100
    pictures = list(passing(at))
    tracks = followed(pictures, pictures[::4], Fraction(1, FPS))
    (track,) = tracks
    moves = (220, 260) if leaves else (100, 140)
    inside = (track.frame >= moves[0]) & (track.frame < moves[1])
    assert inside.sum() >= 30, "followed while it moves"
    for frame, (x, _, w, _) in zip(track.frame.tolist(), track.boxes.tolist(), strict=True):
        there = at[frame]
        if there is not None:
            assert abs(x + w / 2 - np.clip(there + 12, 6, 314)) < 20
