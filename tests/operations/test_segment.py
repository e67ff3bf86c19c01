from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.engine.local import local_engine
from scelle.footage.encode import Mp4Writer
from scelle.footage.index import NO_TIME, PacketIndex, segments
from scelle.model.acts import Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit
from scelle.model.geometry import iou_matrix
from scelle.operations import segment
from scelle.operations.intake import Intake
from scelle.operations.lending import Lending
from scelle.operations.sandbox import PRELOAD
from scelle.operations.segment import (
    SEGMENT_S,
    SegmentDone,
    SegmentTask,
    background_start,
    object_name,
    work,
)
from scelle.scene.street import Street
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault
from scelle.vision.motion import MotionSettings
from scelle.vision.observations import Observations, Pictures

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
FPS = 6
SEGMENTS = 3


@dataclass(frozen=True)
class House:
    """One installation that has received the recording."""

    vault: Vault
    key: bytes
    exhibit: Exhibit

    def tasks(self, stage: str) -> list[SegmentTask]:
        e = self.exhibit
        motion = MotionSettings()
        return [SegmentTask(stage, n, e.case_id, e.id, motion) for n in range(SEGMENTS)]

    @property
    def lending(self) -> Lending:
        kinds = frozenset(("original", "index", "survey"))
        written = kinds | {"observe", "pictures", "tally", "glimpses", "background"}
        e = self.exhibit
        return Lending(self.vault, e.case_id, self.key, e.id, kinds, written - {"original"})

    def read(self, kind: str, number: int) -> bytes:
        e = self.exhibit
        return self.vault.read(e.case_id, object_name(kind, e.id, number), self.key)


@pytest.fixture(scope="module")
def street() -> Street:
    """A little more than two minutes, so that it is cut in three."""
    return Street(3, 125, (320, 180), FPS, noise=1.5)


@pytest.fixture(scope="module")
def video(street: Street, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("street") / "street.mp4"
    with Mp4Writer(path, 320, 180, Fraction(1, FPS), rate=Fraction(FPS)) as writer:
        for i, picture in enumerate(street.frames()):
            writer.write(picture, i)
    return path


def receive(video: Path, home: Path) -> House:
    engine = open_database(home / "scelle.db")
    try:
        vault, keys, records = Vault(home / "vault"), Keyring(home), Records(engine)
        records.add_case(Case("c", "r", "flagrance", "s", "o", NOW, NOW + timedelta(days=9)))
        act = ReceiveExhibit(case_id="c", path=video, camera="n", origin="o")
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        exhibit = Intake(vault, keys, records).receive(act, permit, no_progress).value
        assert isinstance(exhibit, Exhibit)
        return House(vault, keys.case_key("c"), exhibit)
    finally:
        engine.dispose()


def analyse(
    house: House, workers: int, order: Sequence[int] = range(SEGMENTS)
) -> dict[tuple[str, int], SegmentDone]:
    found = {}
    with local_engine(workers, PRELOAD) as engine:
        for stage in ("survey", "observe"):
            tasks = house.tasks(stage)
            for task, done in engine.run(
                [tasks[n] for n in order], work, serve=house.lending, types=(SegmentDone,)
            ):
                found[stage, task.number] = done
    return found


@pytest.fixture(scope="module")
def house(video: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    return receive(video, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def done(house: House) -> dict[tuple[str, int], SegmentDone]:
    return analyse(house, 2)


def test_neither_workers_nor_order_nor_place_show_in_the_result(
    done: dict[tuple[str, int], SegmentDone], video: Path, tmp_path: Path
) -> None:
    assert len(done) == 2 * SEGMENTS
    assert len({d.sha256 for d in done.values()}) == 2 * SEGMENTS
    elsewhere = receive(video, tmp_path)
    assert analyse(elsewhere, 1, order=[2, 0, 1]) == done


def test_doing_a_task_again_changes_nothing(
    house: House, done: dict[tuple[str, int], SegmentDone]
) -> None:
    before = house.read("observe", 2), house.read("pictures", 2)
    again = analyse(house, 1, [2])
    assert again == {(stage, 2): done[stage, 2] for stage in ("survey", "observe")}
    assert (house.read("observe", 2), house.read("pictures", 2)) == before


def test_every_picture_is_accounted_for(
    house: House, done: dict[tuple[str, int], SegmentDone], street: Street
) -> None:
    observed = [done["observe", n] for n in range(SEGMENTS)]
    for d in observed:
        assert d.expected == d.decoded + d.skipped + d.damaged
        assert 0 < d.analysed <= d.decoded
    assert sum(d.expected for d in observed) == street.frame_count
    assert house.exhibit.stream.frames_expected == street.frame_count
    # Slower than the looks: all are looked at.
    assert sum(d.analysed for d in observed) == street.frame_count
    assert not any(done["survey", n].expected for n in range(SEGMENTS))


def test_what_was_written_is_what_the_digest_says(
    house: House, done: dict[tuple[str, int], SegmentDone]
) -> None:
    frames: list[int] = []
    for n in range(SEGMENTS):
        tally = SegmentDone.from_bytes(house.read("tally", n))
        assert tally == done["observe", n]
        seen = Observations.from_bytes(house.read("observe", n))
        crops = Pictures.from_bytes(house.read("pictures", n))
        assert len(crops.at) == len(seen) + 1
        assert len(seen.frame) == tally.analysed
        frames += seen.frame.tolist()
    assert frames == list(range(house.exhibit.stream.frames_expected or 0))


def test_what_is_in_the_scene_is_seen(
    house: House, done: dict[tuple[str, int], SegmentDone], street: Street
) -> None:
    assert done
    parts = [Observations.from_bytes(house.read("observe", n)) for n in range(SEGMENTS)]
    boxes = {}
    for seen in parts:
        for k, frame in enumerate(seen.frame):
            boxes[int(frame)] = seen.boxes[seen.look == k]
    for passage in street.truth().passages:
        clear = passage.visibility > 0.9
        hits = [
            iou_matrix(box, boxes[int(frame)]).max(initial=0) > 0.3
            for frame, box in zip(passage.frames[clear], passage.boxes[clear], strict=True)
        ]
        assert np.mean(hits) > 0.5, passage.number


def test_the_empty_scene_of_each_segment_is_kept(
    house: House, done: dict[tuple[str, int], SegmentDone]
) -> None:
    assert done
    e = house.exhibit
    names = sorted(house.vault.names(e.case_id, "background"))
    assert len(names) == SEGMENTS
    index = PacketIndex.from_bytes(house.vault.read(e.case_id, f"index/{e.id}", house.key))
    starts = [index.milliseconds(start) for start, _, _ in segments(index, SEGMENT_S)]
    assert [background_start(name) for name in names] == [(e.id, start) for start in starts]
    empty = next(iter(Street(3, 125, (320, 180), FPS, noise=0, lighting=False).frames()))
    for name in names:
        data = house.vault.read(e.case_id, name, house.key)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        assert image.shape == (180, 320, 3)
        # Apart from the light, it is the street before anybody came.
        change = image.astype(float).mean(2) - empty.astype(float).mean(2)
        assert np.abs(change - np.median(change)).mean() < 10


@given(
    st.builds(
        SegmentDone,
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.integers(0, 9999),
        st.integers(0, 9999),
        st.integers(0, 9999),
        st.integers(0, 9999),
        st.integers(0, 9999),
        st.lists(st.integers(0, 9999)).map(tuple),
    )
)
def test_a_tally_comes_back_as_it_was(tally: SegmentDone) -> None:
    assert SegmentDone.from_bytes(tally.to_bytes()) == tally


def an_index(times: Sequence[int], keys: set[int]) -> PacketIndex:
    n = len(times)
    no = np.zeros(n, np.bool_)
    return PacketIndex(
        Fraction(1, 1000),
        times[-1] + 40,
        np.array(times, np.int64),
        np.full(n, NO_TIME, np.int64),
        np.ones(n, np.int32),
        np.array([i in keys for i in range(n)]),
        no,
        no,
        ~no,
    )


@given(st.integers(1, 4000), st.integers(1, 300), st.integers(20, 400))
def test_samples_are_spread_over_the_recording(n: int, every: int, step: int) -> None:
    index = an_index(range(100, 100 + n * step, step), set(range(0, n, every)))
    ranks, keyframes = segment.sample_ranks(index)
    assert len(ranks) > 0
    assert (np.diff(ranks) > 0).all()
    assert ranks[0] >= 0
    assert ranks[-1] < n
    if keyframes:
        assert (ranks % every == 0).all()
        assert len(ranks) >= segment.FEWEST_KEYFRAMES // 3
    else:
        # As many as were asked for, or every picture there is.
        wanted = min(n, segment.SAMPLES, 1 + n * step // (1000 * segment.SAMPLE_S))
        assert len(ranks) >= min(n, wanted)
    spans = segments(index, segment.SEGMENT_S)
    inside = [((index.times[ranks] >= a) & (index.times[ranks] < b)).sum() for a, b, _ in spans]
    assert sum(inside) == len(ranks), "each sample belongs to one segment"


def test_objects_have_names_that_sort_as_their_numbers() -> None:
    names = [object_name("observe", "x", n) for n in (0, 9, 10, 99, 100, 12345)]
    assert all(a < b for a, b in itertools.pairwise(names))


def test_what_is_too_small_for_the_working_size_is_seen_where_it_is_far(tmp_path: Path) -> None:
    """Something of 6 x 10 pixels walks along the top of a picture of 320 lines."""
    rng = np.random.default_rng(5)
    ground = cv2.GaussianBlur(rng.normal(110, 12, (320, 640, 3)), (0, 0), 2)
    noise = rng.normal(0, 2, (8, *ground.shape))
    at = np.linspace(30, 600, 240).round().astype(int).tolist()
    video = tmp_path / "far.mp4"
    with Mp4Writer(video, 640, 320, Fraction(1, FPS), rate=Fraction(FPS)) as writer:
        for i, x in enumerate(at):
            picture = ground + noise[i % 8]
            picture[40:50, x : x + 6] = (40, 30, 200)
            writer.write(picture.clip(0, 255).astype(np.uint8), i)
    house = receive(video, tmp_path)
    tasks = [house.tasks(stage)[0] for stage in ("survey", "observe")]
    with local_engine(1, PRELOAD) as engine:
        for task in tasks:
            list(engine.run([task], work, serve=house.lending, types=(SegmentDone,)))
    seen = Observations.from_bytes(house.read("observe", 0))
    assert len(seen.frame) == len(at)
    middle = seen.boxes[:, :2] + seen.boxes[:, 2:] / 2
    true = np.array([(at[int(f)] + 3, 45) for f in seen.frame[seen.look]])
    assert (np.abs(middle - true) < 5).all()
    assert len(np.unique(seen.look)) > 0.8 * len(at)
    pictures = Pictures.from_bytes(house.read("pictures", 0))
    assert all(pictures[i] for i in range(len(seen)))
