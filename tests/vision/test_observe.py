from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.geometry import Box
from scelle.model.tracks import Colour, ObjectClass
from scelle.vision.apart import UNKNOWN
from scelle.vision.background import Background, Look
from scelle.vision.colour import NAMES
from scelle.vision.detect import Detection, Detector
from scelle.vision.naming import CLASSES
from scelle.vision.observations import Observations, Pictures
from scelle.vision.observe import Observer, crop

UInt8Array = npt.NDArray[np.uint8]
Planes = tuple[UInt8Array, UInt8Array, UInt8Array]
FACTOR = 2
HEIGHT, WIDTH = 240, 320
BGR = {Colour.RED: (40, 35, 190), Colour.BLUE: (170, 70, 35), Colour.GREEN: (60, 130, 50)}


def planes(picture: UInt8Array) -> Planes:
    """4:2:0 planes of a BGR picture of even sides."""
    h, w = picture.shape[:2]
    flat = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    chroma = flat[h:].reshape(2, h // 2, w // 2)
    return flat[:h], chroma[0], chroma[1]


@dataclass(frozen=True)
class Shown:
    """A decoded picture."""

    frame: int
    pts: int
    picture: UInt8Array

    def yuv(self) -> Planes:
        return planes(self.picture)


def street(seed: int = 0) -> UInt8Array:
    """An empty place with a little colour."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(80, 150, (HEIGHT // 16, WIDTH // 16, 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT)), np.float32).astype(np.uint8)


def with_somebody(
    empty: UInt8Array, left: int, top: int, upper: Colour, lower: Colour
) -> UInt8Array:
    picture = empty.copy()
    picture[top : top + 48, left : left + 40] = BGR[upper]
    picture[top + 48 : top + 96, left : left + 40] = BGR[lower]
    return picture


def background(empty: UInt8Array) -> Background:
    return Background.estimate([Look.of(*planes(empty), FACTOR)] * 3)


def observe(
    pictures: list[UInt8Array],
    empty: UInt8Array,
    detector: Detector | None = None,
    rest: int = 1,
) -> tuple[Observations, Pictures]:
    observer = Observer(background(empty), FACTOR, rest, detector=detector)
    for i, picture in enumerate(pictures):
        observer.look(Shown(3 * i, 40 * i, picture))
    return observer.result()


def test_what_moves_is_written_down_at_native_size() -> None:
    empty = street()
    lefts = [40, 60, 80]
    shown = [with_somebody(empty, x, 60, Colour.RED, Colour.BLUE) for x in lefts]
    seen, crops = observe([empty, *shown, empty], empty)
    assert seen.frame.tolist() == [0, 3, 6, 9, 12]
    assert seen.pts.tolist() == [0, 40, 80, 120, 160]
    assert seen.look.tolist() == [1, 2, 3]
    assert not seen.relit.any()
    for i, left in enumerate(lefts):
        box = Box(*(float(v) for v in seen.boxes[i]))
        assert box.iou(Box(left, 60, 40, 96)) > 0.8
        assert (seen.boxes[i] % FACTOR == 0).all()
        assert seen.mask(i).shape == (box.height // FACTOR, box.width // FACTOR)
        assert seen.area[i] == seen.mask(i).sum() * FACTOR**2
        kept = cv2.imdecode(np.frombuffer(crops[i], np.uint8), cv2.IMREAD_COLOR)
        assert kept is not None
        assert kept.shape == (box.height, box.width, 3)
        x, y, w, h = (int(v) for v in seen.boxes[i])
        assert np.abs(kept.astype(int) - shown[i][y : y + h, x : x + w]).mean() < 8
    for part, colour in ((seen.upper, Colour.RED), (seen.lower, Colour.BLUE)):
        assert (part.argmax(1) == NAMES.index(colour)).all()
        assert (part.max(1) > 0.9 * part.sum(1)).all()
    assert set(seen.object_class.tolist()) == {UNKNOWN}
    assert not seen.score.any()


def test_the_same_pictures_give_the_same_bytes() -> None:
    empty = street()
    shown = [with_somebody(empty, x, 60, Colour.GREEN, Colour.BLUE) for x in (40, 60)]
    one, other = (observe(shown, empty) for _ in range(2))
    assert one[0].to_bytes() == other[0].to_bytes()
    assert one[1].to_bytes() == other[1].to_bytes()


def test_pictures_are_kept_of_what_stirs_and_now_and_then_of_what_does_not() -> None:
    empty = street()
    lefts = [20, 21, 22, 40, 60, 60, 60, 60, 60, 60, 60, 60, 60]
    shown = [with_somebody(empty, x, 60, Colour.RED, Colour.BLUE) for x in lefts]
    every, each = observe(shown, empty)
    seldom, crops = observe(shown, empty, rest=240)
    assert seldom.to_bytes() == every.to_bytes(), "what was seen is the same"
    assert all(each[i] for i in range(len(lefts)))
    kept = [i for i in range(len(lefts)) if crops[i]]
    assert all(crops[i] == each[i] for i in kept)
    assert kept == [0, 3, 4, 10], "240 units of time are six looks"


class Sure:
    """A detector that calls whoever wears something red above a person."""

    name, sha256 = "sure", "0" * 64

    def __init__(self) -> None:
        self.canvases = 0

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        self.canvases += 1
        red = (picture[..., 2] > 150) & (picture[..., 1] < 80)
        count, _, stats, _ = cv2.connectedComponentsWithStats(red.astype(np.uint8))
        return [
            Detection(Box(float(x), float(y), float(w), 2.0 * h), ObjectClass.PERSON, 0.75)
            for x, y, w, h in stats[1:count, :4].tolist()
        ]

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        return [self.detect(picture) for picture in pictures]


def test_what_moves_is_named_at_few_looks_and_many_on_one_canvas() -> None:
    empty = street()
    shown = []
    for i in range(30):
        picture = with_somebody(empty, 20 + 2 * i, 100, Colour.RED, Colour.BLUE)
        shown.append(with_somebody(picture, 180 + 2 * i, 20, Colour.GREEN, Colour.BLUE))
    detector = Sure()
    seen, _ = observe(shown, empty, detector, rest=200)
    person = seen.object_class == CLASSES.index(ObjectClass.PERSON)
    assert set(seen.object_class[~person].tolist()) == {UNKNOWN}
    assert seen.score[person].tolist() == [0.75] * int(person.sum())
    assert not seen.score[~person].any()
    # After 120 units of time, 480 and 1 080: the waits grow.
    assert seen.look[person].tolist() == [3, 11, 26]
    assert (seen.boxes[person, 0] < 160).all(), "each word goes to the region that it is about"
    assert detector.canvases == 3, "the two share a canvas each time"


def test_at_night_no_colour_is_claimed() -> None:
    empty = np.repeat(street()[..., :1], 3, 2)
    shown = empty.copy()
    shown[60:140, 40:80] = 240
    seen, _ = observe([shown], empty)
    assert len(seen) == 1
    assert not seen.upper.any()
    assert not seen.lower.any()


def test_a_flash_is_marked() -> None:
    empty = street()
    checks = (np.indices((HEIGHT, WIDTH)).sum(0) // 12 % 2 * 255).astype(np.uint8)
    flash = np.repeat(checks[..., None], 3, 2)
    seen, _ = observe([empty, flash, empty], empty)
    assert seen.relit.tolist() == [False, True, False]


@pytest.fixture(scope="module")
def native() -> Planes:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (12, 16, 3)).astype(np.uint8)
    return planes(np.asarray(cv2.resize(coarse, (128, 96)), np.uint8))


@settings(max_examples=60)
@given(st.data())
def test_a_crop_is_what_converting_the_whole_picture_gives(
    native: Planes, data: st.DataObject
) -> None:
    x = data.draw(st.integers(0, 127))
    y = data.draw(st.integers(0, 95))
    w = data.draw(st.integers(1, 128 - x))
    h = data.draw(st.integers(1, 96 - y))
    stacked = np.concatenate([p.reshape(-1) for p in native]).reshape(144, 128)
    whole = np.asarray(cv2.cvtColor(stacked, cv2.COLOR_YUV2BGR_I420), np.uint8)
    found = crop(native, (x, y, w, h))
    assert found.shape == (h, w, 3)
    assert np.abs(found.astype(int) - whole[y : y + h, x : x + w]).max() <= 1


def test_a_crop_ends_with_the_picture(native: Planes) -> None:
    assert crop(native, (100, 80, 60, 60)).shape == (16, 28, 3)
