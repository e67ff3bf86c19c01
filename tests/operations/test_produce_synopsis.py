from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.container import InputContainer
from tests.operations.conftest import AT

from scelle.errors import BadInput, Misconfigured, NotFound, Refused
from scelle.model.acts import MakeSynopsis, ViewSynopsis, no_progress
from scelle.model.decisions import Reveal
from scelle.model.error_words import french_error
from scelle.model.evidence import new_id
from scelle.model.geometry import Direction
from scelle.model.results import Synopsis
from scelle.model.synopsis import Rows, Staging
from scelle.model.tracks import TrackQuery
from scelle.reporting.provenance import COMPOSED, manifest_definition

if TYPE_CHECKING:
    from tests.operations.conftest import House

UInt8Array = npt.NDArray[np.uint8]
Int64Array = npt.NDArray[np.int64]

SIZE = (321, 240)


def frames(video: bytes) -> list[UInt8Array]:
    with av.open(io.BytesIO(video), mode="r") as container:
        return [
            np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in container.decode(video=0)
        ]


def test_a_synopsis_is_kept_copied_recorded_and_played(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000, 50_000))
    output = tmp_path / "copy.mp4"
    outcome = house.make(MakeSynopsis(case_id=house.case.id, output=output), exhibit)
    made = outcome.value
    assert isinstance(made, Synopsis)
    assert (made.tracks_total, made.tracks_shown) == (3, 3)
    assert made.source_s == 60
    assert made.duration_s == 2.0, "three on different rows play at once"
    assert made.collision <= 0.05
    assert house.records.synopsis(made.id) == made
    act = ViewSynopsis(case_id=house.case.id, synopsis_id=made.id)
    played = house.synopses.view(act, house.permit(act, (exhibit,), 9), no_progress).value
    assert isinstance(played, bytes)
    assert played == output.read_bytes()
    assert outcome.objects[made.id] == hashlib.sha256(played).hexdigest()
    pictures = frames(played)
    assert len(pictures) == 20
    strip = pictures[0].shape[0] - SIZE[1]
    for row in (30, 60, 90):
        spot = pictures[0][strip + row + 12, 22]
        assert int(spot[2]) - int(spot[0]) > 80, "all three are there"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_copy_comes_with_what_a_signer_needs_and_names_nobody(
    house: House, tmp_path: Path
) -> None:
    first, second = house.receive("e"), house.receive("f")
    house.analyse(first, (0,))
    house.analyse(second, (1000,))
    output = tmp_path / "copy.mp4"
    act = MakeSynopsis(case_id=house.case.id, output=output)
    made = house.make(act, first, second).value
    assert isinstance(made, Synopsis)
    text = (tmp_path / "copy.mp4.c2pa.json").read_text()
    claim = json.loads(text)
    assert {i["hash"] for i in claim["ingredients"]} == {first.sha256, second.sha256}
    assert {i["relationship"] for i in claim["ingredients"]} == {"componentOf"}
    said = {a["label"]: a["data"] for a in claim["assertions"]}
    actions = {a["action"]: a for a in said["c2pa.actions.v2"]["actions"]}
    assert list(actions) == ["c2pa.created", "c2pa.placed", "c2pa.edited"]
    assert actions["c2pa.created"]["digitalSourceType"] == COMPOSED
    assert "not a recording" in actions["c2pa.created"]["description"]
    placed = actions["c2pa.placed"]["parameters"]["ingredientIds"]
    assert placed == [i["instance_id"] for i in claim["ingredients"]]
    own = said["eu.scelle.synopsis"]
    assert own["sha256_unsigned"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert (own["tracks_shown"], own["tracks_total"]) == (2, 2)
    for name in (house.case.reference, house.case.id, first.name, first.camera, "e-1"):
        assert f'"{name}' not in text
    assert "save those" not in text
    revealing = manifest_definition(made, (first,), "0" * 64, 1)
    assert b"save those of 1 of 2 tracks" in revealing


def test_a_track_without_pictures_is_counted_and_not_shown(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000, 50_000), without=2)
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    assert isinstance(made, Synopsis)
    assert (made.tracks_total, made.tracks_shown) == (3, 2)


def test_recordings_of_one_camera_share_a_synopsis(house: House) -> None:
    first, second = house.receive("e"), house.receive("f", start_pts=777)
    house.analyse(first, (0,))
    house.analyse(second, (1000,))
    made = house.make(MakeSynopsis(case_id=house.case.id), first, second).value
    assert isinstance(made, Synopsis)
    assert (made.tracks_shown, made.source_s) == (2, 120)
    rows = json.loads(house.vault.read(house.case.id, f"synopsis-table/{made.id}", house.key))
    assert [(r["track"], r["exhibit"], r["original_ms"], r["lasts_ms"]) for r in rows] == [
        ("e-1", "e", 0, 2000),
        ("f-1", "f", 1000, 2000),
    ]
    assert [r["appears_ms"] for r in rows] == sorted(r["appears_ms"] for r in rows)


def test_two_cameras_need_two_synopses(house: House) -> None:
    first, second = house.receive("e"), house.receive("f", camera="yard")
    house.analyse(first, (0,))
    house.analyse(second, (0,))
    with pytest.raises(BadInput, match="one camera") as refused:
        house.make(MakeSynopsis(case_id=house.case.id), first, second)
    assert "--exhibit" in refused.value.remedy


def test_nothing_found_and_nothing_analysed_are_told_apart(house: House, tmp_path: Path) -> None:
    exhibit = house.receive("e")
    output = tmp_path / "copy.mp4"
    act = MakeSynopsis(case_id=house.case.id, output=output)
    with pytest.raises(BadInput, match="Not analysed"):
        house.make(act, exhibit)
    house.analyse(exhibit, (0,))
    nobody = replace(act, query=TrackQuery(direction=Direction.UP))
    with pytest.raises(BadInput, match="nothing to show") as refused:
        house.make(nobody, exhibit)
    assert refused.value.remedy
    unread = house.receive("f")
    made = house.make(act, exhibit, unread).value
    assert isinstance(made, Synopsis)
    assert made.exhibit_ids == ("e",), "what was not analysed is not claimed"
    with pytest.raises(BadInput, match=r"f\.mp4"):
        house.make(replace(act, exhibit_ids=("e", "f")), exhibit, unread)


def test_a_synopsis_that_would_fill_the_memory_is_refused_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000, 50_000))
    monkeypatch.setattr("scelle.operations.produce_synopsis.LONGEST_S", 1)
    with pytest.raises(BadInput, match="would last 1 minutes") as refused:
        house.make(MakeSynopsis(case_id=house.case.id), exhibit)
    assert french_error(str(refused.value)) == "Le synopsis durerait 1 minutes."
    assert "On compose au plus une heure" in (french_error(refused.value.remedy or "") or "")
    assert not house.records.synopses(house.case.id)


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_mandate_that_ends_half_way_leaves_nothing(
    house: House, tmp_path: Path, allowed: int
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    output = tmp_path / "copy.mp4"
    act = MakeSynopsis(case_id=house.case.id, output=output)
    with pytest.raises(Refused):
        house.make(act, exhibit, allowed=allowed)
    assert house.left() == ()
    assert house.records.synopses(house.case.id) == ()
    assert not output.exists()


def test_a_copy_that_cannot_be_written_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    with pytest.raises(BadInput):
        house.make(MakeSynopsis(case_id=house.case.id, output=tmp_path), exhibit)
    with pytest.raises(BadInput):
        house.make(MakeSynopsis(case_id=house.case.id, output=tmp_path / "no" / "x.mp4"), exhibit)
    output = tmp_path / "copy.mp4"

    opened = Path.open

    def full(path: Path, mode: str = "r", **how: Any) -> object:
        if path.name.startswith(".copy.mp4") and mode == "wb":
            raise OSError(28, "No space left on device")
        return opened(path, mode, **how)

    act = MakeSynopsis(case_id=house.case.id, output=output)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(Misconfigured):
            house.make(act, exhibit)

    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(house.records, "add_synopsis", stopped)
        with pytest.raises(KeyboardInterrupt):
            house.make(act, exhibit)
    assert house.left() == ()
    assert house.records.synopses(house.case.id) == ()
    assert [p for p in tmp_path.iterdir() if "copy" in p.name] == []
    house.make(act, exhibit)
    assert output.exists()
    assert (tmp_path / "copy.mp4.c2pa.json").exists()


def test_a_synopsis_of_another_case_is_not_found(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0,))
    made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
    assert isinstance(made, Synopsis)
    act = ViewSynopsis(case_id="d" * 26, synopsis_id=made.id)
    with pytest.raises(NotFound):
        house.synopses.view(act, house.permit(act, (exhibit,), 9), no_progress)


def test_a_synopsis_is_shown_no_more_once_it_shows_more_than_may_be_seen(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0, 20_000))
    control, revealed = house.synopses._control, f"{exhibit.id}-1"

    def say(*, lifted: bool) -> None:
        told = (house.case.id, revealed, lifted, "it is he", "officer", AT, "m")
        control.add_reveal(Reveal(new_id(), *told))

    def compose() -> ViewSynopsis:
        made = house.make(MakeSynopsis(case_id=house.case.id), exhibit).value
        assert isinstance(made, Synopsis)
        return ViewSynopsis(case_id=house.case.id, synopsis_id=made.id)

    def view(act: ViewSynopsis, sought: TrackQuery | None = None) -> object:
        permit = replace(house.permit(act, (exhibit,), 9), sought=sought)
        return house.synopses.view(act, permit, no_progress).value

    masked = compose()
    say(lifted=True)
    bare = compose()
    assert view(masked)
    assert view(bare)
    say(lifted=False)
    assert view(masked)
    assert view(compose()), "all are concealed in it"
    with pytest.raises(BadInput, match="concealed again"):
        view(bare)

    # Composed on a mandate that sought everything; the one in force seeks less.
    assert view(masked, TrackQuery(direction=Direction.RIGHT))
    with pytest.raises(BadInput, match="more than the mandate is limited to"):
        view(masked, TrackQuery(direction=Direction.LEFT))
    house.analyse(exhibit, (0,), manifest="bb" * 32)
    with pytest.raises(BadInput, match="more than the mandate is limited to"):
        view(masked, TrackQuery(direction=Direction.RIGHT))


def test_the_same_tracks_give_the_same_bytes(house: House) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    act = MakeSynopsis(case_id=house.case.id)
    first, second = (house.make(act, exhibit) for _ in range(2))
    assert set(first.objects) != set(second.objects)
    assert list(first.objects.values()) == list(second.objects.values())


def test_cameras_stand_side_by_side_in_one_video_with_one_table(house: House) -> None:
    gate, yard = house.receive("e" * 26), house.receive("f" * 26, camera="yard")
    for exhibit in (gate, yard):
        house.analyse(exhibit, (0, 20_000))
    act = MakeSynopsis(case_id=house.case.id, staging=Staging(rows=Rows.CAMERA))
    made = house.make(act, gate, yard).value
    assert isinstance(made, Synopsis)
    assert (made.tracks_total, made.tracks_shown) == (4, 4)
    rows = json.loads(house.vault.read(house.case.id, f"synopsis-table/{made.id}", house.key))
    assert sorted((r["picture"], r["exhibit"]) for r in rows) == sorted(
        [("gate", gate.id)] * 2 + [("yard", yard.id)] * 2
    )
    assert [r["appears_ms"] for r in rows] == sorted(r["appears_ms"] for r in rows)
    data = house.vault.read(house.case.id, f"synopsis/{made.id}", house.key)
    with av.open(io.BytesIO(data)) as video:
        stream = video.streams.video[0]
        assert stream.width > 2 * SIZE[0]
        assert isinstance(video, InputContainer)
        shown = len(list(video.decode(stream)))
    assert shown / float(made.duration_s) == pytest.approx(10, rel=0.01)


def test_a_single_row_needs_no_grid(house: House) -> None:
    exhibit = house.receive("e" * 26)
    house.analyse(exhibit, (0, 20_000))
    plain = house.make(MakeSynopsis(case_id=house.case.id), exhibit)
    act = MakeSynopsis(case_id=house.case.id, staging=Staging(rows=Rows.CLASS))
    rowed = house.make(act, exhibit)
    assert list(plain.objects.values()) == list(rowed.objects.values())
