from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import Damaged
from scelle.model.tracks import ObjectClass, Tube
from scelle.synopsis.arrange import Arrangement, arrange
from scelle.synopsis.blend import decoded
from scelle.synopsis.compose import Background, compose, table
from scelle.synopsis.occupancy import Occupancy

UInt8Array = npt.NDArray[np.uint8]

SIZE = (320, 240)
FPS = Fraction(10)
GREY = 100


def tube(
    number: int,
    start_ms: int,
    boxes: Sequence[tuple[int, int, int, int]],
    colour: tuple[int, int, int] = (30, 30, 220),
    ground: int = GREY,
) -> Tube:
    """A disc of one colour on even ground, ten pictures a second."""
    pictures, masks = [], []
    for _, _, width, height in boxes:
        mask = np.zeros((height, width), np.uint8)
        cv2.ellipse(mask, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, 255, -1)
        picture = np.full((height, width, 3), ground, np.uint8)
        picture[mask > 0] = colour
        pictures.append(cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 95))[1].tobytes())
        soft = cv2.GaussianBlur(cv2.dilate(mask, np.ones((9, 9), np.uint8)), (9, 9), 0)
        masks.append(cv2.imencode(".png", soft)[1].tobytes())
    return Tube(
        f"x-{number}",
        "x",
        Fraction(1, 1000),
        start_ms + 100 * np.arange(len(boxes), dtype=np.int64),
        np.array(boxes, np.int64),
        tuple(pictures),
        tuple(masks),
        ObjectClass.PERSON,
    )


def walk(number: int, start_ms: int, y: int, **how: int) -> Tube:
    return tube(number, start_ms, [(10 + 8 * i, y, 40, 60) for i in range(12)], **how)  # type: ignore[arg-type]


def flat(level: int) -> UInt8Array:
    return np.full((SIZE[1], SIZE[0], 3), level, np.uint8)


def played(
    tubes: Sequence[Tube],
    *,
    backgrounds: Sequence[Background] | None = None,
    arrangement: Arrangement | None = None,
) -> tuple[Arrangement, Iterator[UInt8Array]]:
    arrangement = arrangement or arrange([Occupancy.of(t) for t in tubes], size=SIZE, fps=FPS)
    if backgrounds is None:
        backgrounds = [Background(0, lambda: flat(GREY))]
    return arrangement, compose(
        arrangement,
        [Occupancy.of(t) for t in tubes],
        lambda i: tubes[i],
        size=SIZE,
        backgrounds=backgrounds,
        label=lambda track, pts: f"{track} {pts}",
        banner_rows=(("Reconstructed view", "PV 1"),),
        conceal=lambda picture, *_: picture,
        decode=decoded,
    )


def test_objects_of_different_times_appear_together_at_their_native_places() -> None:
    tubes = [walk(1, 0, 20), walk(2, 60_000, 150)]
    arrangement, pictures = played(tubes)
    frames = list(pictures)
    assert len(frames) == arrangement.length == 12
    strip = frames[0].shape[0] - SIZE[1]
    assert strip > 0
    for tick, frame in enumerate(frames):
        for y in (20, 150):
            centre = frame[strip + y + 30, 10 + 8 * tick + 20]
            assert np.abs(centre.astype(int) - (30, 30, 220)).max() < 12
    assert (frames[0][:strip] == frames[-1][:strip]).all()


def test_where_nothing_is_the_background_is_untouched() -> None:
    _, pictures = played([walk(1, 0, 100)])
    frame = next(pictures)
    strip = frame.shape[0] - SIZE[1]
    assert (frame[strip:, 200:] == GREY).all()


def test_the_original_time_is_written_beside_the_object_and_not_on_it() -> None:
    written: list[tuple[str, int]] = []

    def pictures(text: str) -> list[UInt8Array]:
        tubes = [walk(1, 5_000, 100)]

        def label(track: str, pts: int) -> str:
            written.append((track, pts))
            return text

        arrangement = arrange([Occupancy.of(t) for t in tubes], size=SIZE, fps=FPS)
        return list(
            compose(
                arrangement,
                [Occupancy.of(t) for t in tubes],
                lambda i: tubes[i],
                size=SIZE,
                backgrounds=[Background(0, lambda: flat(GREY))],
                label=label,
                banner_rows=(),
                conceal=lambda picture, *_: picture,
                decode=decoded,
            )
        )

    short, longer = pictures("0:00"), pictures("1 · 0:00:05")
    assert written[:12] == [("x-1", 5_000 + 100 * i) for i in range(12)]
    for tick, (a, b) in enumerate(zip(short, longer, strict=True)):
        changed = (a != b).any(axis=2)[-SIZE[1] :]
        assert changed.any()
        assert not changed[100:160, 10 + 8 * tick : 50 + 8 * tick].any()


def test_an_object_from_brighter_light_has_no_rim() -> None:
    _, pictures = played([walk(1, 0, 100, ground=150)])
    frame = next(pictures).astype(int)
    strip = frame.shape[0] - SIZE[1]
    box = frame[strip + 100 : strip + 160, 10:50]
    reddish = box[..., 2] - box[..., 0] > 40
    wide = cv2.dilate(reddish.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.abs(box[~wide] - GREY).max() <= 8
    # The object itself keeps the colour that it was recorded with.
    assert np.abs(box[30, 20] - (30, 30, 220)).max() < 12


def test_the_background_follows_the_hour_and_fades() -> None:
    backgrounds = [Background(0, lambda: flat(40)), Background(50_000, lambda: flat(200))]
    tubes = [walk(1, 0, 20), walk(2, 60_000, 20)]
    apart = Arrangement((0, 1), (0, 12), (12, 12), 24, FPS, 0.0, (0, 1))
    _, pictures = played(tubes, backgrounds=backgrounds, arrangement=apart)
    levels = [int(frame[-2, -2, 0]) for frame in pictures]
    assert levels[0] == 40
    assert levels[-1] == 200
    assert levels == sorted(levels)
    assert len(set(levels)) > 6, "it fades"


def test_concealing_is_asked_for_every_picture_with_its_class() -> None:
    asked: list[ObjectClass | None] = []

    def conceal(picture: UInt8Array, what: ObjectClass | None, _: float) -> UInt8Array:
        asked.append(what)
        return np.full_like(picture, 255)

    tubes = [walk(1, 0, 100)]
    arrangement = arrange([Occupancy.of(t) for t in tubes], size=SIZE, fps=FPS)
    pictures = compose(
        arrangement,
        [Occupancy.of(t) for t in tubes],
        lambda i: tubes[i],
        size=SIZE,
        backgrounds=[Background(0, lambda: flat(GREY))],
        label=lambda track, pts: "",
        banner_rows=(),
        conceal=conceal,
        decode=decoded,
    )
    frame = next(pictures)
    assert frame[130, 30].tolist() == [255, 255, 255]
    assert len(list(pictures)) == 11
    assert asked == [ObjectClass.PERSON] * 12


def test_tubes_are_loaded_when_they_appear_and_the_same_input_gives_the_same_pictures() -> None:
    tubes = [walk(1, 0, 20), walk(2, 60_000, 20)]
    apart = Arrangement((0, 1), (0, 14), (12, 12), 26, FPS, 0.0, (0, 1))
    loaded: list[int] = []

    def load(index: int) -> Tube:
        loaded.append(index)
        return tubes[index]

    pictures = compose(
        apart,
        [Occupancy.of(t) for t in tubes],
        load,
        size=SIZE,
        backgrounds=[Background(0, lambda: flat(GREY))],
        label=lambda track, pts: track,
        banner_rows=(),
        conceal=lambda picture, *_: picture,
        decode=decoded,
    )
    for _ in range(14):
        next(pictures)
    assert loaded == [0]
    assert len(list(pictures)) == 12
    assert loaded == [0, 1]
    first, second = (b"".join(f.tobytes() for f in played(tubes)[1]) for _ in range(2))
    assert first == second


def test_the_table_leads_back_to_the_original_time() -> None:
    tubes = [walk(1, 90_000, 20), walk(2, 5_000, 20)]
    arrangement = Arrangement((0, 1), (12, 0), (12, 12), 24, FPS, 0.0, (1, 0))
    rows = table(arrangement, [(t.track_id, Occupancy.of(t).start) for t in tubes], FPS)
    found = [(r.track_id, float(r.appears), float(r.lasts), float(r.original)) for r in rows]
    assert found == [
        ("x-2", 0.0, 1.2, 5.0),
        ("x-1", 1.2, 1.2, 90.0),
    ]


def test_damaged_pictures_and_wrong_backgrounds_are_not_passed_over() -> None:
    good = walk(1, 0, 20)
    bad = Tube(
        good.track_id,
        good.exhibit_id,
        good.time_base,
        good.pts,
        good.boxes,
        (b"nothing",) * 12,
        good.masks,
    )
    with pytest.raises(Damaged):
        next(played([bad])[1])
    with pytest.raises(ValueError, match="background"):
        next(played([good], backgrounds=[])[1])
    with pytest.raises(ValueError, match="background"):
        next(played([good], backgrounds=[Background(0, lambda: flat(9)[:100])])[1])
