from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle_training.compose import Composer, batch, cut
from scelle_training.material import Labelled, Pool

NONE = np.zeros((0, 5), np.float32)


def blocks(seed: int, height: int = 120, width: int = 160) -> Labelled:
    """Bright blocks on a dark ground: where a box is, the picture is bright."""
    rng = np.random.default_rng(seed)
    shown = np.full((height, width, 3), 20, np.uint8)
    rows = []
    for k in range(4):
        w, h = int(rng.integers(14, 40)), int(rng.integers(14, 40))
        x, y = 40 * k + int(rng.integers(0, 40 - w + 1)), int(rng.integers(0, height - h))
        shown[y : y + h, x : x + w] = 230
        rows.append([x, y, x + w, y + h, k % 5])
    return Labelled(shown, np.array(rows, np.float32), NONE)


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    folder = tmp_path_factory.mktemp("pool")
    Pool.write(folder, ((f"s{i}", blocks(i)) for i in range(12)))
    return Composer(Pool(folder))


def agree(item: Labelled) -> None:
    """Boxes lie where the bright blocks are, up to a pixel of resizing."""
    assert len(item.boxes)
    bright = item.picture[..., 0] > 125
    for x0, y0, x1, y1, _ in item.boxes:
        inner = bright[int(y0) + 2 : int(y1) - 1, int(x0) + 2 : int(x1) - 1]
        if inner.size:
            assert inner.mean() > 0.85


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 1000),
    window=st.tuples(
        st.integers(0, 60), st.integers(0, 50), st.integers(40, 100), st.integers(40, 70)
    ),
    size=st.tuples(st.integers(40, 200), st.integers(40, 200)),
    flip=st.booleans(),
)
def test_boxes_stay_on_what_they_are_of(
    seed: int, window: tuple[int, int, int, int], size: tuple[int, int], flip: bool
) -> None:
    x, y, w, h = window
    whole = blocks(seed)
    part = cut(whole, (x, y, x + w, y + h), size, flip)
    assert part.picture.shape == (size[1], size[0], 3)
    for rows in (part.boxes, part.ignored):
        assert (rows[:, :2] <= rows[:, 2:4]).all()
        assert (rows[:, :4] >= 0).all()
        assert (rows[:, [0, 2]] <= size[0]).all()
        assert (rows[:, [1, 3]] <= size[1]).all()
    if len(part.boxes):
        agree(part)


def test_what_is_mostly_cut_off_is_ignored_and_not_denied() -> None:
    item = Labelled(
        np.zeros((100, 100, 3), np.uint8), np.array([[0, 0, 40, 40, 2]], np.float32), NONE
    )
    part = cut(item, (30, 0, 100, 100), (70, 100), flip=False)
    assert len(part.boxes) == 0
    assert part.ignored.tolist() == [[0, 0, 10, 40, 2]]
    assert len(cut(item, (20, 0, 100, 100), (80, 100), flip=False).boxes) == 1


@pytest.mark.parametrize("kind", ["packed", "whole", "mosaic"])
@pytest.mark.parametrize("side", [96, 160])
def test_every_kind_of_picture_keeps_boxes_on_their_objects(
    composer: Composer, kind: str, side: int
) -> None:
    held = 0
    for seed in range(25):
        item = getattr(composer, kind)(side, np.random.default_rng(seed))
        assert item.picture.shape == (side, side, 3)
        if len(item.boxes):
            held += 1
            agree(item)
    assert held > 15


def test_a_batch_depends_on_seed_and_step_alone(composer: Composer) -> None:
    composer.picture(64, np.random.default_rng(9))
    first, again = batch(composer, 3, 96, 1, 5), batch(composer, 3, 96, 1, 5)
    for a, b in zip(first, again, strict=True):
        assert (a.picture == b.picture).all()
        assert (a.boxes == b.boxes).all()
    other = batch(composer, 3, 96, 1, 6)
    assert any((a.picture != b.picture).any() for a, b in zip(first, other, strict=True))


def test_weights_of_nothing_leave_a_picture_out(tmp_path: Path) -> None:
    Pool.write(tmp_path, (("s", blocks(i, 100 + i, 160)) for i in range(3)))
    one = Composer(Pool(tmp_path), np.array([0.0, 1.0, 0.0]))
    heights = {one._any(np.random.default_rng(s)).picture.shape[0] for s in range(40)}
    assert heights == {101}


def test_the_end_of_a_training_shows_whole_pictures_instead_of_mosaics(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    for kind in ("packed", "whole", "mosaic"):
        method = getattr(composer, kind)

        def told(side: int, rng: np.random.Generator, kind=kind, method=method) -> Labelled:  # type: ignore[no-untyped-def]
            made.append(kind)
            return method(side, rng)  # type: ignore[no-any-return]

        monkeypatch.setattr(composer, kind, told)
    shares = {}
    for plain in (False, True):
        made.clear()
        for seed in range(60):
            composer.picture(32, np.random.default_rng(seed), plain=plain)
        shares[plain] = {kind: made.count(kind) for kind in ("packed", "whole", "mosaic")}
    assert shares[True]["packed"] == shares[False]["packed"] > 0
    assert 0 < shares[True]["mosaic"] < shares[False]["mosaic"]
    assert shares[True]["whole"] > shares[False]["whole"]
