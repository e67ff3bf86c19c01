from __future__ import annotations

import numpy as np

from scelle.synopsis.stills import heat_map, paths, storyboard

ROWS = (("Trajets", "PV 1"), ("Paths", "clock"))
SCENE = np.full((240, 320, 3), 120, np.uint8)


def test_a_storyboard_holds_every_picture_whole_and_in_order() -> None:
    colours = [(0, 0, 200), (0, 200, 0), (200, 0, 0), (0, 200, 200), (200, 200, 0)]
    sizes = [(300, 100), (20, 10), (60, 200), (150, 150), (90, 30)]
    pictures = [
        (np.full((*size, 3), colour, np.uint8), f"{i} · 0:00:0{i}")
        for i, (size, colour) in enumerate(zip(sizes, colours, strict=True))
    ]
    sheet = storyboard(pictures, 3, ROWS)
    places = []
    for colour in colours:
        y, x = np.nonzero((sheet == colour).all(axis=2))
        assert len(y), "every picture is there"
        places.append((y.max(), x.min()))
        tall, wide = y.max() - y.min() + 1, x.max() - x.min() + 1
        original = sizes[colours.index(colour)]
        assert abs(tall / wide - original[0] / original[1]) < 0.15 * original[0] / original[1]
    # Three stand on one line, the others below.
    assert len({y for y, _ in places[:3]}) == 1
    assert {y for y, _ in places[3:]} == {places[3][0]}
    assert places[3][0] > places[0][0]
    assert places[0][1] < places[1][1] < places[2][1]


def test_one_picture_is_a_storyboard_too() -> None:
    sheet = storyboard([(np.zeros((1, 1, 3), np.uint8), "a very long text of one object")], 8, ROWS)
    assert sheet.shape[1] > 600


def test_paths_run_where_objects_went_and_differ_by_time() -> None:
    ways = [
        (np.stack([np.linspace(20, 300, 30), np.full(30, y)], axis=1), when)
        for y, when in ((60.0, 0.0), (180.0, 1.0))
    ]
    picture = paths(SCENE, ways, ("8:00", "20:00"), ROWS)
    top = picture.shape[0] - 240 - 4 * 11
    early, late = picture[top + 60, 160].astype(int), picture[top + 180, 160].astype(int)
    dark = picture[top + 120, 160].astype(int)
    assert np.abs(early - dark).max() > 30
    assert np.abs(late - dark).max() > 30
    assert np.abs(late - early).max() > 60
    # The arrow's head is at the end, and wider than the way.
    head = np.abs(picture[top + 50 : top + 71, 296].astype(int) - dark).max(axis=1) > 30
    tail = np.abs(picture[top + 50 : top + 71, 40].astype(int) - dark).max(axis=1) > 30
    assert head.sum() > tail.sum()


def test_a_heat_map_is_hot_where_the_amount_is_and_shows_the_scene_elsewhere() -> None:
    amount = np.zeros((24, 32), np.float32)
    amount[10:14, 20:24] = 8
    picture = heat_map(SCENE, amount, "objects", ROWS)
    top = picture.shape[0] - 240 - 4 * 11
    inside = picture[top : top + 240].astype(int)
    spread = inside.max(axis=2) - inside.min(axis=2)
    assert spread[120, 220] > 60
    assert spread[:60, :100].max() < 3, "no colour where nothing was"
    assert picture[-40:].min() < 60, "there is a scale below"


def test_nothing_gives_an_empty_heat_map() -> None:
    picture = heat_map(SCENE, np.zeros((24, 32), np.float32), "objects", ROWS)
    assert picture.shape[0] > 240
