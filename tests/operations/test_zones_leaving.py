"""Whatever shows a recording shows the same in a marked zone, whatever was there."""

from __future__ import annotations

import io
import math
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.operations.conftest import AT, BASE

from scelle.errors import BadInput
from scelle.footage.index import PacketIndex
from scelle.model.acts import (
    DecideTrack,
    MakeBundle,
    MakeDossier,
    MakeStill,
    MakeSynopsis,
    MarkZone,
    ViewPictures,
    ViewSynopsis,
    ViewTubes,
    no_progress,
)
from scelle.model.decisions import Judgement
from scelle.model.evidence import Exhibit
from scelle.model.stills import Still
from scelle.model.synopsis import Part
from scelle.model.tracks import Tube
from scelle.model.zones import Keyframe, Zone
from scelle.operations.blanking import GREY, blank, blank_row, blank_ways
from scelle.operations.consult import Consult
from scelle.operations.sandbox import Sandbox
from scelle.store.control import Control
from scelle.synopsis.tubes import from_bytes, to_bytes

House = Any
Staffed = Any
UInt8Array = npt.NDArray[np.uint8]
Show = Callable[[House, Exhibit, Path], object]

PLACE = Keyframe(0, 20, 20, 100, 25)
"""Half of the walker's way, and more than half of its height."""


def png(picture: UInt8Array) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def zone_of(exhibit: Exhibit, *places: Keyframe, name: str = "z") -> Zone:
    return Zone(name, "zone", exhibit.case_id, exhibit.id, places, "", "officer", AT, 1)


@pytest.fixture
def exhibit(house: House) -> Exhibit:
    received: Exhibit = house.receive("e" * 26, start_pts=0)
    house.analyse(received, (0,))
    return received


def fill(house: House, exhibit: Exhibit, seed: int) -> None:
    """Another picture in the zone and nowhere else: of the walker, its mask, and the scene."""
    rng = np.random.default_rng(seed)
    name = f"tube/{exhibit.id}-1"
    tube = from_bytes(house.vault.read(house.case.id, name, house.key))
    pictures, masks = [], []
    for left, top, width, height in tube.boxes.tolist():
        picture = np.full((height, width, 3), (20, 20, 200), np.uint8)
        mask = np.full((height, width), 255, np.uint8)
        right, below = PLACE.left + PLACE.width - left, PLACE.top + PLACE.height - top
        inside = slice(0, below), slice(max(0, PLACE.left - left), max(0, right))
        picture[inside] = rng.integers(0, 256, picture[inside].shape, np.uint8)
        mask[inside] = rng.choice([0, 255], mask[inside].shape)
        pictures.append(png(picture))
        masks.append(png(mask))
    tube = replace(tube, pictures=tuple(pictures), masks=tuple(masks))
    house.vault.write(house.case.id, name, house.key, to_bytes(tube))
    ground = np.full((240, 320, 3), 90, np.uint8)
    place = ground[PLACE.top :, PLACE.left :][: PLACE.height, : PLACE.width]
    place[:] = rng.integers(0, 256, place.shape, np.uint8)
    scene = f"background/{exhibit.id}-{0:012d}"
    house.vault.write(house.case.id, scene, house.key, png(ground))


def pictures(house: House, exhibit: Exhibit, _: Path) -> object:
    act = ViewPictures(case_id=house.case.id, track_ids=(f"{exhibit.id}-1",))
    handler = Consult(house.vault, house.keys, house.records, house.tracks, told(house), Sandbox())
    return handler.pictures(act, house.permit(act, (exhibit,), 10**9), no_progress).value


def still(kind: Still) -> Show:
    def show(house: House, exhibit: Exhibit, folder: Path) -> bytes:
        output = folder / "still.png"
        house.draw(MakeStill(case_id=house.case.id, still=kind, output=output), exhibit)
        return output.read_bytes()

    return show


def synopsis(house: House, exhibit: Exhibit, folder: Path) -> bytes:
    output = folder / "synopsis.mp4"
    house.make(MakeSynopsis(case_id=house.case.id, output=output), exhibit)
    return output.read_bytes()


def live(house: House, exhibit: Exhibit, _: Path) -> object:
    parts = (Part(f"{exhibit.id}-1", 0), Part(f"{exhibit.id}-1", 1))
    act = ViewTubes(case_id=house.case.id, parts=parts, scenes=(f"{exhibit.id}-{0:012d}",))
    return house.live.tubes(act, house.permit(act, (exhibit,), 10**9), no_progress).value


def told(house: House) -> Control:
    return Control(house.records._engine, house.records)


WAYS: dict[str, Show] = {
    "kept picture": pictures,
    "storyboard": still(Still.STORYBOARD),
    "paths": still(Still.PATHS),
    "synopsis": synopsis,
    "live": live,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_leaves_is_the_same_whatever_a_zone_hides(
    house: House, exhibit: Exhibit, tmp_path: Path, way: str
) -> None:
    show = WAYS[way]

    def shown() -> list[object]:
        found = []
        for seed in (1, 2):
            fill(house, exhibit, seed)
            found.append(show(house, exhibit, tmp_path))
        return found

    one, other = shown()
    assert one != other, "it shows what is there while nothing is marked"
    told(house).add_zone(zone_of(exhibit, PLACE))
    one, other = shown()
    assert one == other


def test_a_synopsis_conceals_in_each_recordings_own_time(house: House, tmp_path: Path) -> None:
    """Two recordings follow each other; the second's zone lies there for one second of it."""
    first, second = house.receive("e" * 26), house.receive("f" * 26, start_pts=5000)
    house.analyse(first, (0,))
    house.analyse(second, (7000,))
    seen = []
    for places in ((), (Keyframe(7000, 0, 0, 320, 240), Keyframe(8000, 0, 0, 320, 240))):
        if places:
            told(house).add_zone(zone_of(second, *places))
        output = tmp_path / f"{len(places)}.mp4"
        house.make(MakeSynopsis(case_id=house.case.id, output=output), first, second)
        with av.open(io.BytesIO(output.read_bytes()), mode="r") as container:
            shown = [f.to_ndarray(format="bgr24")[-240:] for f in container.decode(video=0)]
        seen.append(sum(int((p[..., 2].astype(int) - p[..., 0] > 90).sum()) for p in shown))
    # Half of the passage of one of two.
    assert 0.68 < seen[1] / seen[0] < 0.8


def test_a_synopsis_made_before_a_zone_is_shown_no_more(house: House, exhibit: Exhibit) -> None:
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    act = ViewSynopsis(case_id=house.case.id, synopsis_id=made.id)

    def view(act: ViewSynopsis) -> object:
        return house.synopses.view(act, house.permit(act, (exhibit,), 9), no_progress).value

    assert view(act)
    other = house.receive("f" * 26)
    told(house).add_zone(zone_of(other, PLACE))
    assert view(act), "the zone of another recording"
    told(house).add_zone(zone_of(exhibit, PLACE, name="y"))
    with pytest.raises(BadInput, match="after this synopsis"):
        view(act)
    again = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    assert view(ViewSynopsis(case_id=house.case.id, synopsis_id=again.id))


def test_the_report_and_the_bundle_show_a_track_outside_the_zones_alone(
    staffed: Staffed, tmp_path: Path
) -> None:
    track = staffed.tracks[0]
    judged = Judgement.REJECTED
    staffed.do(
        "officer",
        DecideTrack(
            case_id=staffed.case.id, track_id=track.id, judgement=judged, reason="other clothes"
        ),
    )
    places = (Keyframe(0, 10, 60, 40, 60),)  # the lower half of each box
    staffed.do(
        "officer",
        MarkZone(case_id=staffed.case.id, exhibit_ids=(staffed.exhibit.id,), keyframes=places),
    )
    _index(staffed)
    printed = staffed.do("officer", MakeDossier(case_id=staffed.case.id, language="fr"))
    document = pypdfium2.PdfDocument(printed.data)
    shown = [picture for page in document for picture in _images(page) if picture.shape[1] == 40]
    file = _bundle(staffed, tmp_path / "out") / "stills" / f"S1-{track.number}.jpg"
    still = np.asarray(cv2.imread(str(file)))
    for picture in (*shown, still):
        assert np.abs(picture[60:95].astype(int) - GREY).max() < 6
        assert picture[:30].std() > 10
    assert len(shown) == 1


def _images(page: Any) -> Iterator[UInt8Array]:
    for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
        yield each.get_bitmap().to_numpy()


def _index(staffed: Staffed) -> None:
    """Of the exhibit's packets; nothing of it is decoded."""
    column = np.arange(250, dtype=np.int64) * 40
    flags = np.zeros(250, np.bool_)
    size = np.zeros(250, np.int32)
    index = PacketIndex(BASE, 10_000, column, column, size, ~flags, flags, flags, ~flags)
    name = f"index/{staffed.exhibit.id}"
    staffed.vault().write(staffed.case.id, name, staffed.key(), index.to_bytes())


def _bundle(staffed: Staffed, folder: Path) -> Path:
    act = MakeBundle(
        case_id=staffed.case.id, output=folder, recipient="Juge R.", reason="asked for"
    )
    staffed.do("officer", act)
    return folder


@given(
    places=st.lists(
        st.tuples(*(st.integers(-20, 60),) * 2, *(st.integers(1, 50),) * 2), min_size=1, max_size=4
    ),
    share=st.floats(0, 1),
)
def test_an_empty_scene_is_blank_wherever_a_zone_ever_lies(
    places: Sequence[tuple[int, int, int, int]], share: float
) -> None:
    keyframes = tuple(Keyframe(100 * i, *place) for i, place in enumerate(places))
    zone = Zone("z", "z", "c", "e", keyframes, "", "officer", AT, 1)
    scene = np.zeros((48, 64, 3), np.uint8)
    blank_ways(scene, [zone])
    box = zone.box(share * 100 * (len(places) - 1))
    assert box is not None
    left, top, right, bottom = (max(0, side) for side in box)
    assert (scene[top:bottom, left:right] == GREY).all()


@given(
    place=st.tuples(*(st.integers(-20, 60),) * 2, *(st.integers(1, 50),) * 2),
    size=st.tuples(st.integers(1, 30), st.integers(1, 30)),
)
def test_every_pixel_of_a_reduced_picture_that_touches_a_zone_is_blank(
    place: tuple[int, int, int, int], size: tuple[int, int]
) -> None:
    box = np.array([[10, 12, 24, 18]], np.int64)
    tube = Tube("e-1", "e", Fraction(1, 1000), np.array([5]), box, (b"",), (b"",))
    zone = Zone("z", "z", "c", "e", (Keyframe(0, *place),), "", "officer", AT, 1)
    picture, mask = np.zeros((*size, 3), np.uint8), np.full(size, 255, np.uint8)
    blank_row(tube, 0, [zone], picture, mask)
    for y, x in np.ndindex(size):
        # What the pixel is of, in native ones.
        left, right = 10 + x * 24 / size[1], 10 + (x + 1) * 24 / size[1]
        top, bottom = 12 + y * 18 / size[0], 12 + (y + 1) * 18 / size[0]
        across = min(right, place[0] + place[2]) - max(left, place[0])
        down = min(bottom, place[1] + place[3]) - max(top, place[1])
        hidden = across > 1e-9 and down > 1e-9
        assert hidden <= (mask[y, x] == 0)
        assert (mask[y, x] == 0) == (picture[y, x] == GREY).all()


CORNERS = st.lists(st.tuples(*(st.integers(0, 10_000),) * 2), min_size=3, max_size=7)
SPREAD = ((0.02, 0.02), (0.98, 0.02), (0.02, 0.98), (0.98, 0.98))


def enclosed(points: npt.NDArray[np.float64], outline: Sequence[Any]) -> npt.NDArray[np.bool_]:
    """Which points an outline goes around, however often: its winding number is not nought."""
    turns = np.zeros(len(points), int)
    x, y = points.T
    corners = [(float(a), float(b)) for a, b in outline]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        right = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0) > 0
        turns += (y0 <= y) & (y < y1) & right
        turns -= (y1 <= y) & (y < y0) & ~right
    inside: npt.NDArray[np.bool_] = turns != 0
    return inside


@given(
    places=st.lists(
        st.tuples(*(st.integers(-20, 60),) * 2, *(st.integers(1, 50),) * 2), min_size=1, max_size=3
    ),
    outline=CORNERS,
    share=st.fractions(0, 1, max_denominator=997),
    size=st.sampled_from([(48, 64), (20, 50), (7, 9), (97, 130), (100, 9)]),
)
def test_at_every_instant_the_whole_outline_is_blank(
    places: Sequence[tuple[int, int, int, int]],
    outline: list[tuple[int, int]],
    share: Fraction,
    size: tuple[int, int],
) -> None:
    """In whole and in reduced pictures, even where it crosses itself."""
    keyframes = tuple(Keyframe(4 * i, *place) for i, place in enumerate(places))
    zone = Zone("z", "z", "c", "e", keyframes, "", "officer", AT, 1, tuple(outline))
    at_ms = share * 4 * (len(places) - 1)
    # Where it is then, exactly, and in the whole milliseconds around it.
    shapes = []
    for at in (Fraction(math.floor(at_ms)), at_ms, Fraction(math.ceil(at_ms))):
        number = min(int(at // 4), max(0, len(places) - 2))
        a, b = places[number], places[min(number + 1, len(places) - 1)]
        gone = at / 4 - number
        left, top, wide, tall = (p + gone * (q - p) for p, q in zip(a, b, strict=True))
        shapes.append([(left + wide * x / 10_000, top + tall * y / 10_000) for x, y in outline])
    scene = np.zeros((48, 64, 3), np.uint8)
    blank([scene], [zone], at_ms)
    # And as pictures leave: luma, and colours half as wide and tall.
    planes = tuple(np.zeros(shape, np.uint8) for shape in ((48, 64), (24, 32), (24, 32)))
    blank(planes, [zone], at_ms)
    picture, mask = np.zeros((*size, 3), np.uint8), np.full(size, 255, np.uint8)
    base = Fraction(1, 1000 * at_ms.denominator)
    tube = Tube(
        "e-1", "e", base, np.array([at_ms.numerator]), np.array([[10, 12, 50, 30]]), (b"",), (b"",)
    )
    blank_row(tube, 0, [zone], picture, mask)
    whole = (0, 0, 64, 48)
    for shown, (x, y, width, height) in (
        (scene, whole),
        (picture, (10, 12, 50, 30)),
        *((plane, whole) for plane in planes),
    ):
        down, across = height / shown.shape[0], width / shown.shape[1]
        rows, columns = np.mgrid[: shown.shape[0], : shown.shape[1]].reshape(2, -1)
        for to_right, below in SPREAD:
            points = np.stack([x + (columns + to_right) * across, y + (rows + below) * down], 1)
            inside = np.any([enclosed(points, drawn) for drawn in shapes], axis=0)
            assert (shown.reshape(len(inside), -1)[inside] == GREY).all()
    assert ((mask == 0) == (picture == GREY).all(axis=2)).all()


def test_an_outline_leaves_what_lies_outside_it_as_it_is() -> None:
    place = Keyframe(0, 8, 8, 40, 40)
    half = ((0, 0), (10_000, 0), (0, 10_000))
    zone = Zone("z", "z", "c", "e", (place,), "", "officer", AT, 1, half)
    scene = np.zeros((56, 56, 3), np.uint8)
    blank([scene], [zone], 0)
    covered = (scene == GREY).all(axis=2)
    assert covered[10, 10]
    assert not covered[40, 40]
    # Half of the rectangle, and two or three pixels along the slope.
    assert 800 < covered.sum() < 1010


def test_an_outline_that_crosses_itself_conceals_what_it_encloses_twice() -> None:
    star = ((5000, 0), (8000, 10_000), (0, 3500), (10_000, 3500), (2000, 10_000))
    zone = Zone("z", "z", "c", "e", (Keyframe(0, 8, 8, 80, 80),), "", "officer", AT, 1, star)
    scene = np.zeros((96, 96, 3), np.uint8)
    blank([scene], [zone], 0)
    assert (scene[50, 48] == GREY).all()
    assert (scene[84, 48] == 0).all()


def test_what_is_shown_enlarged_takes_no_more_room_for_an_outline() -> None:
    """A zone as large as a 4K picture, in a stored picture far larger than its object."""
    box = np.array([[100, 100, 2, 2]], np.int64)
    tube = Tube("e-1", "e", Fraction(1, 1000), np.array([5]), box, (b"",), (b"",))
    half = ((0, 0), (10_000, 0), (0, 10_000))
    zone = Zone("z", "z", "c", "e", (Keyframe(0, 0, 0, 3840, 2160),), "", "officer", AT, 1, half)
    picture = np.zeros((1000, 1000, 3), np.uint8)
    tracemalloc.start()
    try:
        blank_row(tube, 0, [zone], picture)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert (picture == GREY).all()
