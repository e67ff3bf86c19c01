from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.errors import BadInput, NotFound
from scelle.model.acts import CaseAct, ConsultCoverage, Permit, SearchTracks, ViewPictures
from scelle.model.acts import no_progress as quiet
from scelle.model.decisions import Reveal
from scelle.model.evidence import Case, Coverage, Exhibit, Finding, FindingKind, Stream
from scelle.model.geometry import Direction
from scelle.model.synopsis import Hours
from scelle.model.time import Clock
from scelle.model.tracks import Colour, Description, ObjectClass, Track, TrackQuery, Tube
from scelle.model.zones import Keyframe, Zone
from scelle.operations import consult as consulting
from scelle.operations import portraits
from scelle.operations.consult import Consult
from scelle.operations.portraits import Portraits, Wanted
from scelle.operations.sandbox import Sandbox
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import to_bytes

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
BASE = Fraction(1, 1000)
GAP = Finding(FindingKind.GAP, 100, 200, "No picture for 0.1 s.")


def exhibit(name: str) -> Exhibit:
    stream = Stream("mp4", "h264", "yuv420p", 320, 180, BASE, 250, 5, 0, Fraction(10))
    return Exhibit(name, "c", name * 64, 9, "a.mp4", "n", "o", Clock(), stream, NOW, (GAP,))


def track(exhibit_id: str, number: int, colour: Colour) -> Track:
    n = 5
    shares = ((colour, 1.0),)
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        ObjectClass.PERSON,
        0.5,
        "",
        BASE,
        np.arange(n, dtype=np.int64),
        1000 * number + 40 * np.arange(n, dtype=np.int64),
        np.tile(np.array([[10, 20, 40, 100]], np.float32), (n, 1)),
        np.ones(n, np.bool_),
        Description(True, shares, shares, shares, 40, 100, Direction.RIGHT, 9.0, 160),
    )


def portrait(height: int, width: int) -> npt.NDArray[np.uint8]:
    """Coarse stripes and, as in a face, detail in the upper part."""
    rng = np.random.default_rng(height)
    fine = rng.integers(0, 256, (height // 2, width // 2, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 95))
    return data.tobytes()


def decoded(data: bytes) -> npt.NDArray[np.int64]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.int64)


def tube(of: Track, heights: list[int], what: ObjectClass) -> Tube:
    n = len(heights)
    _, mask = cv2.imencode(".png", np.full((4, 4), 255, np.uint8))
    return Tube(
        of.id,
        of.exhibit_id,
        BASE,
        of.pts[:n],
        np.array([[10, 20, h * 2 // 5, h] for h in heights], np.int64),
        tuple(jpeg(portrait(h, h * 2 // 5)) for h in heights),
        (mask.tobytes(),) * n,
        what,
    )


@dataclass
class House:
    consult: Consult
    records: Records
    tracks: TrackStore
    vault: Vault
    control: Control
    keys: Keyring
    key: bytes

    def keep(self, kept: Tube) -> None:
        exhibit_id, _, number = kept.track_id.rpartition("-")
        self.vault.write("c", f"tube/{exhibit_id}-{number}", self.key, to_bytes(kept))

    def view(self, *ids: str, allowed: tuple[str, ...] = ("a", "b")) -> dict[str, bytes]:
        act = ViewPictures(case_id="c", track_ids=ids)
        done = self.consult.pictures(act, permit(act, *allowed), quiet)
        assert isinstance(done.value, dict)
        assert done.counts == {"pictures": len(done.value), "revealed": 0}
        assert set(done.objects) == set(done.value)
        return done.value


def permit(act: CaseAct, *exhibits: str) -> Permit:
    return Permit(act, "agent", "m", exhibits, NOW, 0, lambda: None)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = open_database(tmp_path / "scelle.db")
    vault, keys = Vault(tmp_path / "vault"), Keyring(tmp_path)
    records, tracks = Records(engine), TrackStore(engine)
    records.add_case(Case("c", "r", "flagrance", "s", "o", NOW, NOW + timedelta(days=9)))
    key = keys.create_case_key("c")
    for name in ("a", "b"):
        records.add_exhibit(exhibit(name))
    tracks.replace("a", [track("a", 1, Colour.RED), track("a", 2, Colour.BLUE)], "m")
    tracks.replace("b", [track("b", 1, Colour.RED)], "m")
    control = Control(engine, records)
    consult = Consult(vault, keys, records, tracks, control, Sandbox())
    yield House(consult, records, tracks, vault, control, keys, key)
    engine.dispose()


@pytest.mark.parametrize("what", [ObjectClass.PERSON, ObjectClass.UNKNOWN])
def test_heads_are_masked_and_clothes_are_not(house: House, what: ObjectClass) -> None:
    kept = tube(track("a", 1, Colour.RED), [100, 100, 100], what)
    house.keep(kept)
    shown = decoded(house.view("a-1")["a-1"])
    own = decoded(kept.pictures[1])
    assert shown.shape == own.shape == (100, 40, 3)

    def detail(picture: npt.NDArray[np.int64]) -> float:
        return float(np.abs(np.diff(picture, axis=1)).mean())

    head, body = np.s_[2:22], np.s_[40:]
    assert np.abs(shown[head] - own[head]).mean() > 30
    assert detail(shown[head]) < 0.5 * detail(own[head])
    assert np.abs(shown[body] - own[body]).mean() < 0.4 * np.abs(shown[head] - own[head]).mean()


def test_a_large_picture_is_chosen(house: House) -> None:
    house.keep(tube(track("a", 1, Colour.RED), [40, 100, 60, 110, 50], ObjectClass.PERSON))
    assert decoded(house.view("a-1")["a-1"]).shape[0] >= 100


def test_a_track_without_pictures_is_absent(house: House) -> None:
    house.keep(tube(track("a", 2, Colour.BLUE), [60], ObjectClass.PERSON))
    assert set(house.view("a-1", "a-2", "b-1")) == {"a-2"}
    assert house.view() == {}


@pytest.mark.parametrize("track_id", ["b-1", "z-1", "nonsense", "a", "../c/original-1"])
def test_no_picture_outside_the_acts_exhibits(house: House, track_id: str) -> None:
    house.keep(tube(track("a", 1, Colour.RED), [60], ObjectClass.PERSON))
    house.keep(tube(track("b", 1, Colour.RED), [60], ObjectClass.PERSON))
    with pytest.raises(NotFound, match="no track") as caught:
        house.view("a-1", track_id, allowed=("a",))
    assert "scelle search" in caught.value.remedy


def test_a_search_answers_within_the_permits_exhibits(house: House) -> None:
    def found(query: TrackQuery, *exhibits: str) -> list[str]:
        act = SearchTracks(case_id="c", query=query)
        done = house.consult.search(act, permit(act, *exhibits), quiet)
        assert isinstance(done.value, (list, tuple))
        ids = [t.id for t in done.value]
        assert done.counts == {"exhibits": len(exhibits), "candidates": len(ids)}
        assert set(done.objects) == {*ids, "all-candidates"}
        return ids

    red = TrackQuery(colour=Colour.RED)
    assert found(TrackQuery(), "a", "b") == ["a-1", "a-2", "b-1"]
    assert found(red, "a", "b") == ["a-1", "b-1"]
    assert found(red, "a") == ["a-1"]
    assert found(TrackQuery(colour=Colour.PINK), "a", "b") == []


def test_not_analysed_is_not_nothing_found(house: House) -> None:
    act = ConsultCoverage(case_id="c")
    analysed = Coverage("b", 250, 240, 0, 10, 120, ended=True, findings=(GAP,))
    house.records.put_coverage(analysed)
    done = house.consult.coverage(act, permit(act, "a", "b"), quiet)
    assert isinstance(done.value, tuple)
    first, second = done.value
    assert first == Coverage("a", 250, 0, 0, 0, 0, ended=False, findings=(GAP,))
    assert second == analysed
    assert done.counts == {"exhibits": 2}


def test_an_expectation_that_is_not_known_is_not_invented(house: House) -> None:
    stream = replace(exhibit("d").stream, frames_expected=None)
    house.records.add_exhibit(replace(exhibit("d"), stream=stream))
    act = ConsultCoverage(case_id="c")
    done = house.consult.coverage(act, permit(act, "d"), quiet)
    assert isinstance(done.value, tuple)
    assert done.value[0].frames_expected is None
    assert not done.value[0].ended


def test_a_time_of_day_is_asked_of_the_recorders_clock(house: House) -> None:
    act = SearchTracks(case_id="c", hours=Hours(79_200, 79_202))
    with pytest.raises(BadInput, match="clock"):
        house.consult.search(act, permit(act, "a", "b"), quiet)
    # Its first picture is at 22:00:00 by its clock, a second before the first track.
    house.records.add_exhibit(replace(exhibit("e"), clock=Clock(NOW)))
    house.tracks.replace("e", [track("e", n, Colour.RED) for n in (1, 2, 5)], "m")
    done = house.consult.search(act, permit(act, "a", "e"), quiet)
    assert isinstance(done.value, tuple)
    assert [t.id for t in done.value] == ["e-1"]


# -- portraits that are held ready


def first_portrait(house: House, *heights: int) -> bytes:
    """Keep a tube of the first track, and show its portrait."""
    house.keep(tube(track("a", 1, Colour.RED), list(heights), ObjectClass.PERSON))
    return house.view("a-1")["a-1"]


def test_a_portrait_is_shown_again_without_being_made_again(house: House) -> None:
    first = first_portrait(house, 100)
    with mock.patch.object(consulting, "read_tube", side_effect=AssertionError):
        assert house.view("a-1")["a-1"] == first
        # What may be seen is asked each time.
        with pytest.raises(NotFound, match="no track"):
            house.view("a-1", allowed=("b",))


def test_a_replaced_tube_has_another_portrait(house: House) -> None:
    first = first_portrait(house, 100)
    assert decoded(first_portrait(house, 80)).shape[0] == 80 != decoded(first).shape[0]
    house.vault.delete("c", "tube/a-1")
    assert house.view("a-1") == {}


def test_a_zone_marked_later_is_blank_at_once(house: House) -> None:
    first = decoded(first_portrait(house, 100))
    mark = Zone("z", "z", "c", "a", (Keyframe(0, 0, 0, 320, 180),), "", "o", NOW, 1)
    house.control.add_zone(mark)
    blank = decoded(house.view("a-1")["a-1"])
    assert np.ptp(blank) < 10 < np.ptp(first)
    house.control.add_zone(replace(mark, id="y", keyframes=()))
    assert (decoded(house.view("a-1")["a-1"]) == first).all()


def test_a_lifted_concealment_shows_another_portrait(house: House) -> None:
    first = first_portrait(house, 100)
    house.control.add_reveal(Reveal("r", "c", "a-1", True, "seen", "o", NOW, "m"))
    act = ViewPictures(case_id="c", track_ids=("a-1",))
    done = house.consult.pictures(act, permit(act, "a"), quiet)
    assert done.counts == {"pictures": 1, "revealed": 1}
    assert isinstance(done.value, dict)
    assert done.value["a-1"] != first


def test_of_an_erased_case_nothing_is_shown_or_held(house: House) -> None:
    first_portrait(house, 100)
    held = house.consult._portraits
    assert held.size
    house.keys.destroy_case_key("c")
    with pytest.raises(NotFound):
        house.view("a-1")
    house.consult.forget("c")
    assert held.size == 0


def test_what_is_made_while_its_case_is_erased_is_not_held(house: House) -> None:
    """The key goes, and what is held is let go of, while a picture is being made."""

    def erased(*args: object) -> dict[str, bytes]:
        house.keys.destroy_case_key("c")
        house.consult.forget("c")
        return made(*args)  # type: ignore[arg-type]

    made = portraits.portraits
    with mock.patch.object(consulting, "portraits", erased), pytest.raises(NotFound):
        first_portrait(house, 100)
    assert house.consult._portraits.size == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.binary(max_size=40))))
def test_no_more_is_held_than_may_be(asked: list[tuple[str, int, bytes]]) -> None:
    held = Portraits()
    with mock.patch.object(portraits, "HELD", 100):
        for case_id, number, picture in asked:
            of = case_id, "e", f"e-{number}", (1, 1, 1)
            wanted = Wanted(*of, True, (), False, "", frozenset())
            held.put({wanted: picture})
            assert held.get(wanted) == picture
            assert held.size == sum(map(len, held._held.values())) <= 100
    for case_id in "abc":
        held.forget(case_id)
    assert held.size == 0
