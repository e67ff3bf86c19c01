from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from scelle.model.geometry import Direction
from scelle.model.tracks import ObjectClass
from scelle.scene.palette import SHADES
from scelle.scene.street import Street


@pytest.fixture(scope="module")
def two_minutes() -> Street:
    return Street(1)


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others() -> None:
    first, again, other = (
        [f.tobytes() for f in itertools.islice(Street(seed, 12, (640, 360)).frames(), 60)]
        for seed in (4, 4, 5)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("seed", [1, 2, 11])
def test_a_two_minute_scene_holds_what_it_promises(seed: int) -> None:
    scene = Street(seed)
    truth = scene.truth()
    assert 10 <= len(truth.passages) <= 14
    seconds = [len(p.frames) / truth.fps for p in truth.passages]
    assert min(seconds) >= 6
    assert max(seconds) <= 12
    assert sum(p.stops for p in truth.passages) == 1
    classes = {p.object_class for p in truth.passages}
    assert {ObjectClass.PERSON, ObjectClass.CAR} <= classes
    busy = np.zeros(truth.frame_count, np.int64)
    for p in truth.passages:
        busy[p.frames] += 1
        assert p.visibility.max() > 0.9
        assert (np.diff(p.frames) > 0).all()
        if p.object_class is ObjectClass.PERSON:
            tall = float(np.median(p.boxes[p.visibility > 0.9, 3]))
            assert 50 <= tall <= 165
    assert (busy == 0).mean() > 0.3, "there are gaps with nobody"
    assert busy.max() >= 2, "some are in the picture together"


def test_boxes_lie_in_the_picture_and_match_it(two_minutes: Street) -> None:
    truth = two_minutes.truth()
    passage = truth.passages[0]
    at = len(passage.frames) // 3
    frame, (left, top, width, height) = int(passage.frames[at]), passage.boxes[at].astype(int)
    for p in truth.passages:
        right_bottom = p.boxes[:, :2] + p.boxes[:, 2:]
        assert (p.boxes[:, :2] >= 0).all()
        assert (right_bottom <= (truth.width, truth.height)).all()
    plain = Street(1, noise=0, shadows=False, lighting=False)
    empty = next(plain.frames())
    picture = next(itertools.islice(plain.frames(), frame, None))
    differs = np.abs(picture.astype(int) - empty).max(axis=2) > 24
    inside = np.zeros_like(differs)
    for p in truth.passages:
        for box in p.boxes[p.frames == frame].astype(int):
            x, y, w, h = (int(v) for v in box)
            inside[max(0, y - 1) : y + h + 1, max(0, x - 1) : x + w + 1] = True
    assert not (differs & ~inside).any(), "nothing is drawn outside the boxes"
    assert differs[top : top + height, left : left + width].mean() > 0.2


def far_street(per_distant_s: float) -> Street:
    size = (1280, 720)
    return Street(
        *(4, 40, size, 2),
        noise=0,
        shadows=False,
        backdrop=1,
        per_object_s=float("inf"),
        per_distant_s=per_distant_s,
    )


def test_far_people_walk_along_the_path_and_are_where_the_truth_says() -> None:
    scene, empty = far_street(8), far_street(1e9).painted(0)
    people = scene.truth().passages
    assert len(people) >= 2
    for p in people:
        assert 12 <= p.boxes[:, 3].max() <= 17
        assert len(p.frames) >= 2 * 15
    for frame in range(0, scene.frame_count, 8):
        differs = np.abs(scene.painted(frame).astype(int) - empty).max(axis=2) > 24
        here = [p.boxes[p.frames == frame][0] for p in people if frame in p.frames]
        assert differs.any() == bool(here)
        inside = np.zeros_like(differs)
        for x, y, w, h in np.array(here).astype(int).reshape(-1, 4):
            assert differs[y : y + h, x : x + w].any()
            inside[y - 1 : y + h + 1, x - 1 : x + w + 1] = True
        assert not (differs & ~inside).any()


def test_upper_clothing_has_its_stated_colour() -> None:
    scene = Street(3, noise=0, lighting=False)
    checked = 0
    people = [p for p in scene.truth().passages if p.object_class is ObjectClass.PERSON]
    wanted = {int(p.frames[len(p.frames) // 3]): p for p in people}
    for index, picture in enumerate(scene.frames()):
        if (p := wanted.get(index)) is None:
            continue
        at = len(p.frames) // 3
        if p.visibility[at] < 0.97:
            continue
        x, y, w, h = p.boxes[at]
        chest = picture[int(y + 0.28 * h) : int(y + 0.42 * h), int(x + 0.4 * w) : int(x + 0.6 * w)]
        assert p.upper is not None
        gap = np.median(chest.reshape(-1, 3), axis=0) - np.array(SHADES[p.upper])
        assert np.abs(gap).max() < 45, (p.upper, gap)
        checked += 1
    assert checked >= 3


def test_the_one_who_stops_stands_still_and_goes_on(two_minutes: Street) -> None:
    (passage,) = (p for p in two_minutes.truth().passages if p.stops)
    middle = passage.boxes[:, 0] + passage.boxes[:, 2] / 2
    still = np.abs(np.diff(middle)) < 0.01
    longest = max(len(list(run)) for value, run in itertools.groupby(still.tolist()) if value)
    assert longest >= 2 * 25
    assert abs(middle[-1] - middle[0]) > 600


def test_light_falls_rises_and_comes_back() -> None:
    scene = Street(1)
    gains = np.array([scene.gain(i) for i in range(scene.frame_count)])
    assert gains[0] == gains[-1] == 1.0
    assert gains.min() < 0.8
    assert gains.max() > 1.15
    assert np.abs(np.diff(gains)).max() > 0.05, "the sun comes suddenly"
    assert {Street(1, lighting=False).gain(i) for i in range(0, 3000, 50)} == {1.0}


def test_truth_as_json(two_minutes: Street) -> None:
    truth = two_minutes.truth()
    value = json.loads(truth.to_json())
    assert value["frame_count"] == 3000
    assert [p["number"] for p in value["passages"]] == list(range(1, len(truth.passages) + 1))
    assert all(p["direction"] != Direction.NONE.value for p in value["passages"])
    assert truth.to_json() == Street(1).truth().to_json()


def test_a_picture_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="320 x 180"):
        Street(1, 5, (100, 100))
