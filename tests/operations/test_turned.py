"""Where a recording is stored turned, heads may be on any side of a box: none shows."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from tests.operations.conftest import AT
from tests.operations.test_zones_leaving import WAYS, png

from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.footage.recording import Recording
from scelle.model.acts import (
    ExportClip,
    MakeSynopsis,
    Permit,
    ReceiveExhibit,
    ViewSynopsis,
    no_progress,
)
from scelle.model.evidence import Case, Exhibit, Finding, FindingKind
from scelle.model.geometry import Direction
from scelle.model.tracks import Description, ObjectClass, Track
from scelle.operations.intake import Intake
from scelle.operations.produce_clip import Produce
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import from_bytes, to_bytes
from scelle.vision.masking import blank_boxes, conceal_boxes

House = Any

BASE = Fraction(1, 1000)
SIZE = (160, 120)
BOX = (60, 40, 32, 48)

# The linear part of a display matrix, and what it asks of players.
UPRIGHT = (1, 0, 0, 1)
ASKED: dict[tuple[float, ...], str] = {
    (0, 1, -1, 0): "turn its pictures by 270",
    (-1, 0, 0, -1): "turn its pictures by 180",
    (0, -1, 1, 0): "turn its pictures by 90",
    (1, 0, 0, -1): "mirror or skew",
    (1, 0.1, -0.1, 1): "turn its pictures by 355",
}
SIDES = {"above": (0, -1), "below": (0, 1), "left": (-1, 0), "right": (1, 0)}


def person(sides: Iterable[str]) -> npt.NDArray[np.uint8]:
    """A grey body in its box, and a white head on each of these sides of it."""
    picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    left, top, width, height = BOX
    cv2.rectangle(picture, BOX, (60, 60, 60), cv2.FILLED)
    for across, down in (SIDES[side] for side in sides):
        middle = (
            left + width // 2 + across * (width // 2 - 6),
            top + height // 2 + down * (height // 2 - 6),
        )
        cv2.circle(picture, middle, 6, (255, 255, 255), cv2.FILLED)
    return picture


def recording(path: Path, sides: Iterable[str], linear: tuple[float, ...]) -> None:
    """Twenty pictures of somebody, the display matrix written into the track header's box."""
    with Mp4Writer(path, *SIZE, BASE) as writer:
        for i in range(20):
            writer.write(person(sides), 100 * i)
    data = bytearray(path.read_bytes())
    a, b, c, d = (round(v * 65536) for v in linear)
    # ISO/IEC 14496-12, 8.3.2, version 0: the matrix stands 40 bytes after the version.
    at = data.index(b"tkhd") + 4
    assert data[at] == 0
    struct.pack_into(">9i", data, at + 40, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def brightest(folder: Path, sides: Iterable[str], linear: tuple[float, ...]) -> tuple[Exhibit, int]:
    """The exhibit, and the lightest pixel around the person in any picture of a clip."""
    folder.mkdir()
    engine = open_database(folder / "scelle.db")
    vault, keys = Vault(folder / "vault"), Keyring(folder)
    records, tracks = Records(engine), TrackStore(engine)
    records.add_case(Case("c", "r", "flagrance", "s", "o", AT, AT + timedelta(days=9)))
    video, output = folder / "a.mp4", folder / "clip.mp4"
    recording(video, sides, linear)
    received = ReceiveExhibit(case_id="c", path=video, camera="n", origin="o")
    permit = Permit(received, "a", "m", (), AT, 0, lambda: None)
    Intake(vault, keys, records).receive(received, permit, no_progress)
    (exhibit,) = records.exhibits("c")
    tracks.replace(exhibit.id, [seen(exhibit.id)], "m")
    control = Control(engine, records)
    produce = Produce(vault, keys, records, tracks, control, conceal_boxes, None, blank_boxes)
    act = ExportClip(case_id="c", start_ms=0, end_ms=1500, output=output)
    produce.clip(act, Permit(act, "a", "m", (exhibit.id,), AT, 0, lambda: None), no_progress)
    engine.dispose()
    left, top, width, height = BOX
    with output.open("rb") as file, Recording.open(file) as shown:
        pictures = [p.bgr()[-SIZE[1] :] for p in shown.pictures(0, 1 << 40)]
    assert len(pictures) == 15
    around = slice(top - 4, top + height + 4), slice(left - 4, left + width + 4)
    return exhibit, max(int(p[around].max()) for p in pictures)


def seen(exhibit_id: str) -> Track:
    frame = np.arange(20, dtype=np.int64)
    boxes = np.tile(np.array(BOX, np.float32), (20, 1))
    told = Description(True, (), (), (), 32.0, 48.0, Direction.RIGHT, 0.0, 1900)
    return Track(
        f"{exhibit_id}-1", exhibit_id, 1, ObjectClass.PERSON, 0.9, "", BASE,
        frame, 100 * frame, boxes, np.ones(20, np.bool_), told,
    )  # fmt: skip


@pytest.mark.parametrize("linear", ASKED, ids=ASKED.values())
def test_a_clip_of_a_turned_recording_shows_no_head_on_any_side(
    tmp_path: Path, linear: tuple[float, ...]
) -> None:
    exhibit, light = brightest(tmp_path / "a", SIDES, linear)
    assert exhibit.turned
    assert [ASKED[linear] in f.detail for f in exhibit.findings].count(True) == 1
    assert light < 180


def test_a_clip_of_an_upright_recording_conceals_what_is_above(tmp_path: Path) -> None:
    light = {}
    for side in ("above", "below"):
        exhibit, light[side] = brightest(tmp_path / side, [side], UPRIGHT)
        assert not exhibit.turned
    assert light["above"] < 180
    assert light["below"] > 240, "clothes and shoes show"


def asked_of_players(turned: bool) -> tuple[Finding, ...]:
    """What receipts have always told of such a recording, and of one with other pixels."""
    turn = "The file asks players to turn its pictures by 180 degrees counter-clockwise; "
    told = f"{turn}here they are as stored." if turned else "Its pixels are not square, 1 to 2."
    return (Finding(FindingKind.DISPLAY, 0, 0, told),)


def fill(house: House, exhibit: Exhibit, first: int) -> None:
    """A head below, of the same brightness in every block but not in detail."""
    name = f"tube/{exhibit.id}-1"
    tube = from_bytes(house.vault.read(house.case.id, name, house.key))
    picture = np.full((25, 25, 3), 90, np.uint8)
    down, across = np.indices((12, 24))
    picture[12:24, :24] = np.where((down + across) % 2 == first, 255, 0)[..., None]
    kept = (png(picture),) * len(tube.pts)
    changed = type(tube)(
        tube.track_id, tube.exhibit_id, tube.time_base, tube.pts, tube.boxes, kept, tube.masks,
        ObjectClass.PERSON,
    )  # fmt: skip
    house.vault.write(house.case.id, name, house.key, to_bytes(changed))


@pytest.mark.parametrize("turned", [True, False], ids=["turned", "upright"])
@pytest.mark.parametrize("way", [w for w in WAYS if w != "paths"])
def test_what_is_cut_out_of_a_turned_recording_shows_no_head_below(
    house: House, tmp_path: Path, way: str, *, turned: bool
) -> None:
    exhibit = house.receive("e" * 26, findings=asked_of_players(turned))
    house.analyse(exhibit, (0,))
    shown = []
    for first in (0, 1):
        fill(house, exhibit, first)
        shown.append(WAYS[way](house, exhibit, tmp_path))
    assert (shown[0] == shown[1]) is turned


def test_a_synopsis_in_which_heads_may_show_is_shown_no_more(house: House) -> None:
    exhibit = house.receive("e" * 26, findings=asked_of_players(True))
    house.analyse(exhibit, (0,))
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    act = ViewSynopsis(case_id=house.case.id, synopsis_id=made.id)
    permit = house.permit(act, (exhibit,), 9)
    assert house.synopses.view(act, permit, no_progress).value
    # As it was left by who composed it before whole objects were concealed.
    house.vault.write(house.case.id, f"synopsis-zones/{made.id}", house.key, b"[]")
    with pytest.raises(BadInput, match="before heads were concealed"):
        house.synopses.view(act, permit, no_progress)
