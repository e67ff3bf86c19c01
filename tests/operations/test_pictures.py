"""Kept pictures: decoded in sandboxes alone, however they are shown, and never another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scelle.engine.worker import Worker
from scelle.errors import Damaged, DecoderFailed, VaultDamaged
from scelle.model.acts import MakeStill, MakeSynopsis, ViewPictures, ViewTubes, no_progress
from scelle.model.evidence import Exhibit
from scelle.model.stills import Still
from scelle.model.synopsis import Part
from scelle.model.tracks import Tube
from scelle.operations.consult import Consult
from scelle.operations.pictures import Pictures
from scelle.operations.sandbox import Sandbox
from scelle.store.control import Control
from scelle.synopsis.tubes import from_bytes, to_bytes

House = Any
Show = Callable[[House, Exhibit, Path], object]


def nobody(_: object) -> None:
    """Else is in these pictures."""


def pictures(house: House, exhibit: Exhibit, _: Path) -> object:
    act = ViewPictures(case_id=house.case.id, track_ids=(f"{exhibit.id}-1",))
    told = Control(house.records._engine, house.records)
    handler = Consult(house.vault, house.keys, house.records, house.tracks, told, Sandbox())
    shown = handler.pictures(act, house.permit(act, (exhibit,), 10**9), no_progress).value
    assert isinstance(shown, dict)
    assert list(shown) == [f"{exhibit.id}-1"]
    return shown


def storyboard(house: House, exhibit: Exhibit, folder: Path) -> object:
    output = folder / "board.png"
    house.draw(MakeStill(case_id=house.case.id, still=Still.STORYBOARD, output=output), exhibit)
    return output.stat().st_size


def heat(house: House, exhibit: Exhibit, folder: Path) -> object:
    output = folder / "heat.png"
    house.draw(MakeStill(case_id=house.case.id, still=Still.ACTIVITY, output=output), exhibit)
    return output.stat().st_size


def synopsis(house: House, exhibit: Exhibit, _: Path) -> object:
    return house.make(MakeSynopsis(case_id=house.case.id), exhibit).value


def live(house: House, exhibit: Exhibit, _: Path) -> object:
    parts = (Part(f"{exhibit.id}-1", 0),)
    act = ViewTubes(case_id=house.case.id, parts=parts, scenes=(f"{exhibit.id}-{0:012d}",))
    return house.live.tubes(act, house.permit(act, (exhibit,), 10**9), no_progress).value


EVERY = pytest.mark.parametrize("show", [pictures, storyboard, synopsis, live])


@pytest.fixture
def exhibit(house: House) -> Exhibit:
    received: Exhibit = house.receive("e" * 26)
    house.analyse(received, (0, 20_000))
    return received


def rewrite(house: House, exhibit: Exhibit, change: Callable[[Tube], Tube]) -> None:
    """What a sandbox that a hostile recording has taken over may hand over as a tube."""
    name = f"tube/{exhibit.id}-1"
    tube = from_bytes(house.vault.read(house.case.id, name, house.key))
    house.vault.write(house.case.id, name, house.key, to_bytes(change(tube)))


def altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("show", [pictures, storyboard, heat, synopsis, live])
def test_no_kept_picture_is_decoded_in_this_process(
    house: House, exhibit: Exhibit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("decoded in the process that holds keys")

    monkeypatch.setattr(cv2, "imdecode", decoded)
    assert show(house, exhibit, tmp_path)


@EVERY
def test_an_altered_object_is_refused_before_any_decoder_sees_it(
    house: House, exhibit: Exhibit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    show(house, exhibit, tmp_path)
    altered(house.vault._path(house.case.id, f"tube/{exhibit.id}-1"))
    given: list[object] = []
    monkeypatch.setattr(Worker, "give", lambda *what: given.append(what))
    with pytest.raises(VaultDamaged):
        show(house, exhibit, tmp_path)
    assert given == []


def test_an_altered_background_is_refused_before_any_decoder_sees_it(
    house: House, exhibit: Exhibit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(house.vault._path(house.case.id, f"background/{exhibit.id}-{0:012d}"))
    given: list[object] = []
    monkeypatch.setattr(Worker, "give", lambda *what: given.append(what))
    with pytest.raises(VaultDamaged):
        heat(house, exhibit, tmp_path)
    assert given == []


@EVERY
def test_a_file_that_is_no_picture_is_damage(
    house: House, exhibit: Exhibit, tmp_path: Path, show: Show
) -> None:
    rewrite(house, exhibit, lambda t: replace(t, pictures=(b"nothing",) * len(t.pts)))
    with pytest.raises(Damaged, match=f"{exhibit.id}-1"):
        show(house, exhibit, tmp_path)


@EVERY
def test_a_tube_cannot_pass_for_another_recordings(
    house: House, exhibit: Exhibit, tmp_path: Path, show: Show
) -> None:
    rewrite(house, exhibit, lambda t: replace(t, exhibit_id="f" * 26))
    with pytest.raises(Damaged, match="is not of it"):
        show(house, exhibit, tmp_path)


@pytest.mark.parametrize("show", [storyboard, synopsis, live])
def test_a_box_that_no_picture_holds_is_damage(
    house: House, exhibit: Exhibit, tmp_path: Path, show: Show
) -> None:
    def wide(tube: Tube) -> Tube:
        boxes = tube.boxes.copy()
        boxes[0, 2] = 2**31 - 1
        return replace(tube, boxes=boxes)

    rewrite(house, exhibit, wide)
    with pytest.raises(Damaged, match="is not of it"):
        show(house, exhibit, tmp_path)


def test_a_picture_of_giant_sides_ends_its_decoder_alone() -> None:
    bomb = cv2.imencode(".png", np.zeros((24_000, 24_000, 1), np.uint8))[1].tobytes()
    small = cv2.imencode(".png", np.full((2, 3, 3), 7, np.uint8))[1].tobytes()
    with Pictures(Sandbox(memory=256 << 20), (), nobody) as shown:
        with pytest.raises(DecoderFailed):
            shown.scene("a", bomb)
        assert shown.scene("b", small).tolist() == [[[7] * 3] * 3] * 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        [np.zeros((2, 2, 3), np.float32)],
        [np.zeros((2, 2), np.uint8)],
        [np.zeros((2, 2, 4), np.uint8)],
        [np.zeros((0, 2, 3), np.uint8)],
        [np.zeros((2, 2, 3), np.uint8)] * 2,
    ],
    ids=["nothing", "none", "floats", "grey", "four planes", "empty", "two"],
)
def test_what_a_sandbox_hands_out_must_be_the_picture_asked_for(
    monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(Worker, "call", lambda *_, **__: answer)
    with Pictures(Sandbox(), (), nobody) as shown, pytest.raises(Damaged, match="no picture"):
        shown.scene("a", b"")


def test_rows_are_those_asked_for_in_whatever_order() -> None:
    """Small ones are decoded many at a time, a large one alone."""
    rng = np.random.default_rng(1)
    sizes = [(30, 20)] * 40 + [(900, 700)] * 2 + [(30, 20)] * 8
    files = [
        cv2.imencode(".png", np.full((4, 4, 3), number, np.uint8))[1].tobytes()
        for number in range(len(sizes))
    ]
    boxes = np.array([(0, 0, w, h) for h, w in sizes], np.int64)
    base = Fraction(1, 25)
    tube = Tube("a-1", "a", base, np.arange(len(sizes)), boxes, tuple(files), tuple(files))
    with Pictures(Sandbox(), (), nobody) as shown:
        for at in [*range(len(sizes)), *rng.permutation(len(sizes)).tolist()]:
            picture, mask = shown.row(tube, at)
            assert (picture == at).all()
            assert (mask == at).all()
