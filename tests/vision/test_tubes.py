from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.model.tracks import Colour, ObjectClass, Tube
from scelle.vision.join import join
from scelle.vision.link import Linker
from scelle.vision.observations import Observations, Pictures
from scelle.vision.sourced import Sourced
from scelle.vision.tracks import make_tracks
from scelle.vision.tubes import PAUSE, STEP, _file, _jpeg, _paced, _Row, cut_tube

Watch = Callable[..., Observations]
BASE = Fraction(1, 1000)
SIZE = (320, 180)
TIMES = [k / 8 for k in range(52)]
BGR = {Colour.RED: (20, 20, 220), Colour.BLUE: (220, 40, 20)}


def right(t: float) -> tuple[float, float, float, float]:
    return (20 + 40 * t, 60, 20, 60)


def left(t: float) -> tuple[float, float, float, float]:
    return (280 - 40 * t, 62, 20, 60)


def picture(t: float) -> npt.NDArray[np.uint8]:
    whole = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    for path, colour in ((right, Colour.RED), (left, Colour.BLUE)):
        x, y, w, h = (round(v) for v in path(t))
        whole[y : y + h, max(x, 0) : x + w] = BGR[colour]
    return whole


@pytest.fixture(scope="module")
def segment(watch: Watch) -> tuple[Observations, Pictures]:
    seen = watch([(right, Colour.RED), (left, Colour.BLUE)], TIMES)
    crops = []
    for box, look in zip(seen.boxes, seen.look, strict=True):
        x, y, w, h = (int(v) for v in box)
        _, data = cv2.imencode(".jpg", picture(TIMES[look])[y : y + h, x : x + w])
        crops.append(data.tobytes())
    return seen, Pictures.of(crops)


@pytest.fixture(scope="module")
def sourced(segment: tuple[Observations, Pictures]) -> list[Sourced]:
    seen, _ = segment
    linker = Linker(BASE)
    found = [*linker.feed(0, seen), *linker.finish()]
    return make_tracks(join(found, BASE, SIZE), "x", BASE, seen.frame, seen.pts, SIZE)


def decoded(data: bytes, how: int = cv2.IMREAD_UNCHANGED) -> npt.NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    assert image is not None
    return np.asarray(image, np.uint8)


def cut(track: Sourced, segment: tuple[Observations, Pictures]) -> Tube:
    asked: list[int] = []

    def load(number: int) -> tuple[Observations, Pictures]:
        asked.append(number)
        return segment

    tube = cut_tube(track, load)
    assert tube is not None
    assert set(asked) == {0}
    return tube


def test_a_tube_agrees_with_its_track(
    sourced: list[Sourced], segment: tuple[Observations, Pictures]
) -> None:
    assert len(sourced) == 2
    for s in sourced:
        tube = cut(s, segment)
        assert (tube.track_id, tube.exhibit_id) == (s.track.id, "x")
        assert tube.object_class is s.track.object_class is ObjectClass.UNKNOWN
        assert tube.time_base == BASE
        assert (np.diff(tube.pts) > 0).all()
        assert set(tube.pts.tolist()) <= set(s.track.pts[s.track.observed].tolist())
        assert (tube.pts[0], tube.pts[-1]) == (s.track.pts[0], s.track.pts[-1])
        assert (tube.boxes[:, :2] >= 0).all()
        assert (tube.boxes[:, 2:] > 0).all()
        assert (tube.boxes[:, :2] + tube.boxes[:, 2:] <= np.array(SIZE)).all()
        for box, jpeg, png in zip(tube.boxes, tube.pictures, tube.masks, strict=True):
            assert decoded(jpeg).shape == (box[3], box[2], 3)
            mask = decoded(png)
            assert mask.dtype == np.uint8
            assert mask.ndim == 2
            assert mask.max() == 255


def rows_of(n: int) -> Iterator[_Row]:
    """Rows of which a picture was kept, whatever it shows."""
    nothing = cast("tuple[Observations, Pictures]", (None, None))
    return iter([(i, 0, *nothing) for i in range(n)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(20, 300), st.floats(0, 9)), min_size=1, max_size=40))
def test_a_tube_has_as_many_pictures_as_the_speed_calls_for(
    sourced: list[Sourced], looks: list[tuple[int, float]]
) -> None:
    gaps, steps = (np.array(v) for v in zip(*looks, strict=True))
    n = len(looks)
    boxes = np.array([[0.0, 10, 20, 45]] * n, np.float32)  # of root area 30
    boxes[:, 0] = np.cumsum(steps)
    pts = np.cumsum(gaps).astype(np.int64)
    shown = replace(sourced[0].track, frame=np.arange(n), pts=pts, boxes=boxes, observed=pts > 0)
    kept = [row for row, *_ in _paced(shown, rows_of(n))]
    assert (kept[0], kept[-1]) == (0, n - 1)
    for one, other in pairwise(kept):
        near = abs(boxes[other, 0] - boxes[one, 0]) <= STEP * 30 + 1e-6
        assert other == one + 1 or (near and pts[other] - pts[one] <= PAUSE * 1000)
    for one, other in zip(kept, kept[2:], strict=False):
        # None is kept for nothing.
        far = abs(boxes[other, 0] - boxes[one, 0]) > STEP * 30 - 1e-6
        assert other == n - 1 or far or pts[other] - pts[one] > PAUSE * 1000


def test_what_stands_still_takes_a_fourth_of_the_pictures(sourced: list[Sourced]) -> None:
    n = 101
    still = replace(
        sourced[0].track,
        frame=np.arange(n),
        pts=np.arange(n) * 100,
        boxes=np.array([[0, 10, 20, 45]] * n, np.float32),
        observed=np.ones(n, np.bool_),
    )
    assert len(list(_paced(still, rows_of(n)))) == 26


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_an_outline_is_read_back_as_it_was_and_takes_little_room(
    height: int, width: int, seed: int, noise: bool
) -> None:
    rng = np.random.default_rng(seed)
    outline = np.zeros((height, width), np.bool_)
    if noise:
        outline |= rng.random(outline.shape) < 0.5
    else:
        outline[height // 4 :, width // 4 : 1 + 3 * width // 4] = True
    data = _file(outline)
    assert (decoded(data) == outline * np.uint8(255)).all()
    assert len(data) <= 20 + height * -(-width // 8)


def test_a_picture_is_fine_where_its_object_is_and_small() -> None:
    rng = np.random.default_rng(6)
    grey = cv2.blur(rng.integers(0, 256, (200, 160)).astype(np.uint8), (3, 3))
    fine = np.asarray(cv2.merge([grey] * 3), np.uint8)
    outline = np.zeros((50, 40), np.bool_)
    outline[10:40, 12:28] = True
    own = np.s_[40:160, 48:112]
    image = decoded(_jpeg(fine, outline))
    whole = cv2.imencode(".jpg", fine, (cv2.IMWRITE_JPEG_QUALITY, 85))[1].tobytes()
    assert len(_jpeg(fine, outline)) < 0.6 * len(whole)
    apart = np.abs(image.astype(int) - fine)
    assert apart[own].mean() < 9
    for edge in (np.s_[:20], np.s_[:, :20]):
        assert image[edge].std() < 0.5 * fine[edge].std()
        assert abs(image[edge].mean() - fine[edge].mean()) < 3


def test_a_large_picture_is_as_coarse_around_its_object_as_the_heads_in_it_are_large() -> None:
    """Stripes as wide as a sixth of a head beside somebody near the camera."""
    outline = np.zeros((60, 40), np.bool_)
    outline[:, :8] = True
    tall, wide = 960, 640
    fine = np.zeros((tall, wide, 3), np.uint8)
    fine[:, np.arange(wide) // 24 % 2 == 0] = 255
    around = decoded(_jpeg(fine, outline), cv2.IMREAD_GRAYSCALE)[:, 240:]
    assert np.ptp(fine[:, 240:]) == 255
    assert around.std() < 64, "half of the contrast at most"


def test_each_picture_shows_the_place_of_its_box(
    sourced: list[Sourced], segment: tuple[Observations, Pictures]
) -> None:
    for s in sourced:
        tube = cut(s, segment)
        for at, box, jpeg in zip(tube.pts, tube.boxes, tube.pictures, strict=True):
            x, y, w, h = (int(v) for v in box)
            truth = picture(int(at) / 1000)[y : y + h, x : x + w]
            assert np.abs(decoded(jpeg).astype(int) - truth).mean() < 12


def test_in_a_group_each_tube_shows_its_own_part(
    sourced: list[Sourced], segment: tuple[Observations, Pictures]
) -> None:
    seen, _ = segment
    shared = [k for k in range(len(TIMES)) if (seen.look == k).sum() == 1]
    widest = max(float(seen.boxes[seen.look == k][0, 2]) for k in shared)
    cut_short = 0
    for s in sourced:
        tube = cut(s, segment)
        inside = np.isin(tube.pts, seen.pts[shared])
        assert (tube.boxes[~inside, 2] <= 21).all()
        assert tube.boxes[inside, 2].max() < widest
        cut_short += int((tube.boxes[inside, 2] < 30).sum())
    assert cut_short > 3


def test_a_track_that_was_never_seen_has_no_tube(sourced: list[Sourced]) -> None:
    track = sourced[0].track
    nowhere = Sourced(track, np.full((len(track.frame), 2), -1, np.int64))

    def load(number: int) -> tuple[Observations, Pictures]:
        raise AssertionError(f"segment {number} is not needed")

    assert cut_tube(nowhere, load) is None
