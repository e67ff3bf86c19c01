from __future__ import annotations

import itertools
import json
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.blend import decoded
from scelle.synopsis.sprites import MAGIC, Sprite, Strip, bounds, pack, small_scene, sprite
from scelle.vision.masking import conceal_object

RED = (20, 20, 200)


def tube(*, revealed: bool = False) -> Tube:
    """A red person on grey ground, taller than wide, its head striped."""
    picture = np.full((60, 24, 3), 90, np.uint8)
    picture[4:56, 6:18] = RED
    picture[4:14:2, 6:18] = 250
    mask = np.zeros((60, 24), np.uint8)
    mask[2:58, 2:22] = 255
    files = [cv2.imencode(".png", p)[1].tobytes() for p in (picture, mask)]
    box = np.array([[100, 40, 24, 60]], np.int64)
    return Tube(
        "e-1", "e", Fraction(1, 10), np.array([5]), box, (files[0],), (files[1],),
        ObjectClass.PERSON, revealed,
    )  # fmt: skip


SCENE = np.full((120, 200, 3), 90, np.uint8)


def cut(one: Tube, scale: float = 1.0) -> Sprite:
    return sprite(one, 0, decoded(one, 0), SCENE, scale, conceal_object)


@given(st.integers(1, 400))
def test_parts_hold_every_picture_once_and_the_first_is_small(pictures: int) -> None:
    begins = bounds(pictures)
    assert begins[0] == 0
    assert begins[-1] == pictures
    assert all(a < b for a, b in itertools.pairwise(begins))
    assert begins[1] == 1
    assert all(b - a <= 6 for a, b in itertools.pairwise(begins[:3]))
    assert len(begins) - 3 <= pictures / 20 + 1


def test_ground_that_a_coarse_mask_carries_along_is_transparent() -> None:
    one = cut(tube())
    assert one.colour.shape == (60, 24, 3)
    assert one.alpha[30, 12] == 255
    assert one.alpha[58:, :2].max() < 30


def test_a_head_leaves_only_concealed_unless_it_was_revealed() -> None:
    concealed = cut(tube())
    revealed = cut(tube(revealed=True))
    assert np.ptp(revealed.colour[4:14, 11].astype(int), axis=0).max() > 200
    assert np.ptp(concealed.colour[4:6, 11].astype(int), axis=0).max() < 40


def test_a_large_recording_is_made_smaller() -> None:
    assert cut(tube(), 0.5).alpha.shape == (30, 12)
    data = np.frombuffer(small_scene(SCENE, 0.5), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (60, 100, 3)


shapes = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 300)), min_size=1, max_size=20)


@given(shapes)
def test_every_sprite_is_found_again_where_the_head_says(sizes: list[tuple[int, int]]) -> None:
    sprites = [
        Sprite(np.full((h, w, 3), 10 * i % 250, np.uint8), np.full((h, w), 255, np.uint8))
        for i, (h, w) in enumerate(sizes)
    ]
    rows = [[i, -i] for i in range(len(sizes))]
    data = pack([Strip("e-1", 0, 7, sprites, rows)], [("e-0", b"scene")])
    assert data == pack([Strip("e-1", 0, 7, sprites, rows)], [("e-0", b"scene")])
    head, files = unpacked(data)
    assert files[0] == b"scene"
    parts: Any = head["parts"]
    [[track, number, first, told]] = parts
    assert (track, number, first) == ("e-1", 0, 7)
    pictures = [np.asarray(cv2.imdecode(np.frombuffer(f, np.uint8), -1)) for f in files[1:]]
    taken = [np.zeros(p.shape[:2], np.uint8) for p in pictures[::2]]
    for i, (row, (h, w)) in enumerate(zip(told, sizes, strict=True)):
        own, (atlas, x, y, wide, tall) = row[:2], row[2:]
        assert own == rows[i]
        assert (wide, tall) == (w, h)
        taken[atlas][y : y + h, x : x + w] += 1
        middle = pictures[2 * atlas][y + h // 2, x + w // 2].astype(int)
        assert h < 8 or w < 8 or abs(middle - 10 * i % 250).max() < 60
        alpha = pictures[2 * atlas + 1]
        assert alpha[(y + h // 2) // 2, (x + w // 2) // 2, 3] > 60
    assert max(int(t.max()) for t in taken) == 1


def test_nothing_is_a_file_too() -> None:
    head, files = unpacked(pack([]))
    assert head == {"scenes": [], "atlases": [], "parts": []}
    assert files == []


@pytest.mark.parametrize("size", [(1, 1500), (1300, 2)])
def test_one_larger_than_an_atlas_has_its_own(size: tuple[int, int]) -> None:
    big = Sprite(np.zeros((*size, 3), np.uint8), np.zeros(size, np.uint8))
    head, _ = unpacked(pack([Strip("e-1", 0, 0, [big, big], [[0], [1]])]))
    assert all(w >= size[1] and h >= size[0] for w, h, _, _ in head["atlases"])


def unpacked(data: bytes) -> tuple[dict[str, list[list[int]]], list[bytes]]:
    assert data.startswith(MAGIC)
    line, _, rest = data[len(MAGIC) :].partition(b"\n")
    head = json.loads(line)
    sizes = [size for _, size in head["scenes"]] + [n for a in head["atlases"] for n in a[2:]]
    files = []
    for size in sizes:
        files.append(rest[:size])
        rest = rest[size:]
    assert rest == b""
    return head, files
