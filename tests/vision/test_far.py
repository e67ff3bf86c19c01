"""The part in which small things come and go is found, and looked at finer; nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.benchmarks.recorder import record
from scelle.footage.recording import Recording
from scelle.footage.source import open_closed
from scelle.scene.long import CROWDS, LongStreet
from scelle.vision.background import Background, Look
from scelle.vision.far import MOST, Far, far_part
from scelle.vision.observations import Observations, Pictures
from scelle.vision.observe import Observer

UInt8Array = npt.NDArray[np.uint8]
WIDE, HIGH, FACTOR = 160, 96, 4
STREET = LongStreet(8, 45, (1280, 720), 5, CROWDS["empty"], per_distant_s=10)
"""Three people on the far path."""

NOISE = np.random.default_rng(1).normal(100, 1, (60, HIGH, WIDE)).astype(np.uint8)


@dataclass(frozen=True)
class Planes:
    frame: int
    pts: int
    planes: tuple[UInt8Array, UInt8Array, UInt8Array]

    def yuv(self) -> tuple[UInt8Array, UInt8Array, UInt8Array]:
        return self.planes


def looks(specks: list[list[tuple[int, int]]], side: int = 2) -> list[Look]:
    """Noisy looks at working size with bright squares at some places."""
    made = []
    for places, noise in zip(specks, NOISE, strict=False):
        luma = noise.copy()
        for x, y in places:
            luma[y : y + side, x : x + side] = 160
        grey = np.full((HIGH // 2, WIDE // 2), 128, np.uint8)
        made.append(Look(luma, grey, grey))
    return made


def part_of(specks: list[list[tuple[int, int]]], side: int = 2) -> tuple[int, int, int, int] | None:
    samples = looks(specks, side)
    return far_part(samples, Background.estimate(samples), FACTOR)


@settings(max_examples=20, deadline=None)
@given(left=st.integers(0, 78), row=st.integers(0, HIGH - 2))
def test_the_part_holds_every_speck_of_a_row(left: int, row: int) -> None:
    specks = [[(left + 2 * k, row)] for k in range(40)]
    part = part_of(specks)
    assert part is not None
    x, y, w, h = part
    assert all(v % (2 * FACTOR) == 0 for v in part)
    assert min(x, y) >= 0
    assert x + w <= WIDE * FACTOR
    assert y + h <= HIGH * FACTOR
    assert w * h <= MOST
    inside = [
        x <= a * FACTOR and (a + 2) * FACTOR <= x + w and y <= b * FACTOR <= y + h
        for ((a, b),) in specks
    ]
    assert np.mean(inside) > 0.9


def test_nothing_is_far_where_nothing_stirs_or_specks_are_everywhere() -> None:
    rng = np.random.default_rng(2)
    rain = [
        list(zip(rng.integers(0, 158, 6).tolist(), rng.integers(0, 94, 6).tolist(), strict=True))
        for _ in range(60)
    ]
    assert part_of([[] for _ in range(60)]) is None
    assert part_of(rain) is None


def test_no_part_is_chosen_where_specks_are_in_two_places_alike() -> None:
    assert part_of([[(30 + 2 * (k % 20), 10)] for k in range(60)]) is not None
    assert part_of([[(30 + 2 * (k % 20), y) for y in (10, 80)] for k in range(60)]) is None


def test_what_is_large_enough_is_not_looked_at_twice() -> None:
    specks = [[(40 + 2 * k, 50)] for k in range(60)]
    assert part_of(specks, side=2) is not None
    assert part_of(specks, side=8) is None


def test_a_picture_looked_at_as_it_is_has_no_finer_part() -> None:
    samples = looks([[(40 + 2 * k, 50)] for k in range(60)])
    assert far_part(samples, Background.estimate(samples), 1) is None


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> list[Planes]:
    """The street, as a recorder keeps it."""
    video = tmp_path_factory.mktemp("far") / "street.mp4"
    record(STREET, video)
    with open_closed(video) as closed, Recording.open(closed.file) as recording:
        times = recording.index.times
        pictures = recording.pictures(int(times[0]), int(times[-1]) + 1)
        return [Planes(p.frame, p.pts, p.yuv()) for p in pictures]


def test_far_people_are_seen_in_the_part_alone(filmed: list[Planes]) -> None:
    people = list(STREET.passages())
    assert len(people) == 3
    assert all(9 <= np.median(p.boxes[:, 3]) <= 17 for p in people)
    samples = [Look.of(*p.yuv(), FACTOR) for p in filmed[::3]]
    background = Background.estimate(samples)
    observer = Observer(background, FACTOR, 1)
    part = far_part(samples, background, FACTOR)
    assert part is not None
    far = Far(part, FACTOR)
    for picture in filmed:
        observer.look(picture)
        far.look(picture)
    seen, pictures = observer.result()
    both, crops = far.added(seen, pictures)
    share = [covered(both, p.frames, p.boxes) for p in people]
    assert not any(covered(seen, p.frames, p.boxes) for p in people), "seen without it"
    assert min(share) > 0.7, share
    assert (np.diff(both.look) >= 0).all()
    assert set(both.frame[both.look].tolist()) <= {int(f) for p in people for f in p.frames}
    for i, (x, y, w, h) in enumerate(both.boxes.astype(int).tolist()):
        assert part[0] <= x <= part[0] + part[2] - w
        assert part[1] <= y <= part[1] + part[3] - h
        shown = cv2.imdecode(np.frombuffer(crops[i], np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown.shape == (h, w, 3)
        assert both.mask(i).shape == (h, w)
        assert both.mask(i).sum() == both.area[i]


def covered(
    seen: Observations, frames: npt.NDArray[np.int64], boxes: npt.NDArray[np.float32]
) -> float:
    """Share of an object's pictures in which a region's middle lies in it."""
    rows = seen.boxes.astype(np.float64)
    middle = rows[:, :2] + rows[:, 2:] / 2
    when = seen.frame[seen.look]
    hits = 0
    for frame, (x, y, w, h) in zip(frames.tolist(), boxes.tolist(), strict=True):
        there = middle[when == frame]
        hits += bool(((there > (x, y)) & (there < (x + w, y + h))).all(1).any())
    return hits / len(frames)


def test_what_the_working_size_saw_stays_and_is_not_doubled(filmed: list[Planes]) -> None:
    part = 304, 112, 416, 96
    far = Far(part, FACTOR)
    for picture in filmed:
        far.look(picture)
    looked = len(filmed)
    numbers = np.arange(looked, dtype=np.int32)
    # One region in each look, over the whole part.
    seen = replace(
        Observations.none(),
        frame=numbers.astype(np.int64),
        pts=numbers.astype(np.int64),
        relit=np.zeros(looked, np.bool_),
        look=numbers,
        boxes=np.tile(np.array(part, np.float32), (looked, 1)),
        placed=np.tile(np.array(part, np.float32), (looked, 1)),
        area=np.ones(looked, np.float32),
        upper=np.zeros((looked, 11), np.float32),
        lower=np.zeros((looked, 11), np.float32),
        object_class=np.zeros(looked, np.uint8),
        score=np.zeros(looked, np.float32),
        mask_at=np.arange(looked + 1, dtype=np.int64),
        masks=np.full(looked, 128, np.uint8),
        mask_size=np.ones((looked, 2), np.int32),
    )
    pictures = Pictures.of([b"x"] * looked)
    same, kept = far.added(seen, pictures)
    assert same.to_bytes() == seen.to_bytes()
    assert kept.to_bytes() == pictures.to_bytes()
    away = replace(seen, boxes=seen.boxes + np.array([0, 300, 0, 0], np.float32))
    both, _ = far.added(away, pictures)
    assert len(both) > looked + 100
    first = np.searchsorted(both.look, numbers)
    np.testing.assert_array_equal(both.boxes[first], away.boxes)
    assert both.to_bytes() == far.added(away, pictures)[0].to_bytes()
