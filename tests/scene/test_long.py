from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

from scelle.errors import BadInput
from scelle.model.tracks import ObjectClass
from scelle.scene import long
from scelle.scene.conditions import DISTURBANCES, LIGHTS, Conditions, conditions
from scelle.scene.cutouts import cut_out
from scelle.scene.long import CROWDS, LongStreet

SIZE = (320, 180)


@pytest.fixture(autouse=True)
def short_chapters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "CHAPTER_S", 20.0)


def street(seconds: float = 60, crowd: str = "busy", **more: object) -> LongStreet:
    return LongStreet(4, seconds, SIZE, 5, CROWDS[crowd], **more)  # type: ignore[arg-type]


def test_the_truth_runs_through_all_chapters() -> None:
    scene = street()
    passages = list(scene.passages())
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
    assert len(passages) >= 8
    chapters = {int(p.frames[0]) // 100 for p in passages}
    assert chapters == {0, 1, 2}
    for p in passages:
        assert p.frames[-1] < scene.frame_count
        assert p.metres > 0
        assert (np.diff(p.frames) > 0).all()
    frames = list(scene.frames())
    assert len(frames) == scene.frame_count == 300


def test_the_truth_is_where_the_pictures_change() -> None:
    scene = street(conditions=Conditions(noise=0, shadows=False))
    empty = next(street(crowd="empty", conditions=Conditions(noise=0)).frames())
    inside = np.zeros((scene.frame_count, *empty.shape[:2]), np.bool_)
    for p in scene.passages():
        for frame, (x, y, w, h) in zip(p.frames, p.boxes.astype(int), strict=True):
            inside[frame, max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2] = True
    found = 0
    for frame, picture in enumerate(scene.frames()):
        changed = np.abs(picture.astype(int) - empty).max(2) > 70
        assert not (changed & ~inside[frame]).any()
        found += bool(changed.any())
    assert found > 50


def test_nobody_passes_through_an_empty_street() -> None:
    scene = street(crowd="empty")
    assert list(scene.passages()) == []
    assert len(list(scene.frames())) == scene.frame_count


@pytest.mark.parametrize("name", sorted({*LIGHTS, *DISTURBANCES}))
def test_each_condition_changes_the_picture_and_repeats_itself(name: str) -> None:
    scene = street(4, "empty", conditions=conditions(name))
    first, again = (np.stack(list(scene.frames())) for _ in range(2))
    assert (first == again).all()
    still = np.stack(list(street(4, "empty", conditions=Conditions()).frames()))
    if name not in ("still", "day", "exposure", "clouds", "compression", "infrared-switch"):
        assert np.abs(first.astype(int) - still).mean() > 0.2


def test_infrared_has_no_colour_and_a_filter_moves_once() -> None:
    (picture,) = itertools.islice(street(4, conditions=conditions("infrared")).frames(), 1)
    assert (picture.max(2) == picture.min(2)).all()
    dusk = Conditions(infrared=True, switch_s=2, noise=0)
    coloured = [bool((f.max(2) != f.min(2)).any()) for f in street(4, conditions=dusk).frames()]
    assert coloured == [True] * 10 + [False] * 10


def test_memory_does_not_grow_with_the_length() -> None:
    peaks = []
    for seconds in (40, 160):
        tracemalloc.start()
        for _ in street(seconds, "busy").frames():
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_a_filmed_figure_walks_in_nobodys_clothes() -> None:
    empty = np.full((180, 320, 3), 90, np.uint8)
    filmed = []
    for k in range(14):
        picture = empty.copy()
        if 2 <= k < 12:
            picture[40:150, 100 + 4 * k : 130 + 4 * k] = (20, 30, 200)
        filmed.append(picture)
    (cutout,) = cut_out(filmed, empty)
    assert 8 <= len(cutout.sprites) <= 10
    assert [cutout.at(k) for k in range(3)] == list(cutout.sprites[:3])
    passages = list(street(cutouts=(cutout,)).passages())
    people = [p for p in passages if p.object_class is ObjectClass.PERSON]
    assert {p.upper is None for p in people} == {True, False}
    assert all(p.upper for p in passages if p.object_class is ObjectClass.CAR)


def test_unknown_conditions_are_refused() -> None:
    with pytest.raises(BadInput, match="fog") as caught:
        conditions("fog")
    assert "rain" in caught.value.remedy
