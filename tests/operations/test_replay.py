"""An auditor has an analysis done again, and the results compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scelle.errors import BadInput
from scelle.model.acts import Outcome, ReplayAnalysis
from scelle.model.tracks import Manifest, Track
from scelle.operations import replay as module
from scelle.operations.analyse import manifest_bytes, manifest_digest, manifest_name
from scelle.store.tracks import TrackStore

Staffed = Any


class Again:
    """Stands for the analysis: gives what a test says, from the stores that it was given."""

    def __init__(self, tracks: list[Track], manifest: Manifest, stores: Any) -> None:
        self.tracks, self.told, self.stores = tracks, manifest, stores

    def manifest(self, exhibit: Any, detector: str, *, mode: str) -> Manifest:
        assert mode == "exhaustive"
        return self.told

    def analyse(self, act: Any, permit: Any, progress: Any) -> Outcome:
        vault, records, tracks, _ = self.stores
        permit.recheck()
        (exhibit_id,) = act.exhibit_ids
        # The encrypted original is there, and nothing of the kept result is.
        case_id = act.case_id
        assert vault.exists(case_id, f"original/{exhibit_id}")
        assert vault.names(case_id, "tube") == ()
        assert tracks.search([exhibit_id]) == ()
        assert records.exhibit(exhibit_id).case_id == case_id
        tracks.replace(exhibit_id, self.tracks, manifest_digest(self.told))
        return Outcome(None)


MANIFEST = Manifest("00" * 32, "exhaustive", {"av": "18.0.0"}, {"looks": 10})


def replay(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch, tracks: list[Track], now: Manifest = MANIFEST
) -> Any:
    kept = TrackStore(staffed.app._engine)
    kept.replace(staffed.exhibit.id, staffed.tracks, manifest_digest(MANIFEST))
    name = manifest_name(staffed.exhibit.id)
    staffed.vault().write(staffed.case.id, name, staffed.key(), manifest_bytes(MANIFEST))
    operation = staffed.app._door._handlers[ReplayAnalysis].__self__
    monkeypatch.setattr(operation, "_make", lambda *stores: Again(tracks, now, stores))
    before = staffed.vault().names(staffed.case.id)
    act = ReplayAnalysis(case_id=staffed.case.id, exhibit_ids=(staffed.exhibit.id,))
    (told,) = staffed.do("auditor", act)
    assert staffed.vault().names(staffed.case.id) == before
    assert not list((staffed.folder / "vault" / staffed.case.id).glob(".replay-*"))
    return told


def moved(track: Track, pixels: float) -> Track:
    return replace(track, boxes=track.boxes + np.array([pixels, 0, 0, 0], np.float32))


def test_the_same_result_is_identical(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    told = replay(staffed, monkeypatch, staffed.tracks)
    assert (told.verdict, told.matched, told.differences) == ("identical", 3, ())
    assert told.tracks_sha256 == told.tracks_sha256_now
    assert staffed.counts("replay-analysis")[0]["identical"] == 1


def test_a_shift_of_a_pixel_is_within_tolerance(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = replace(MANIFEST, versions={"av": "19.0.0"})
    told = replay(staffed, monkeypatch, [moved(t, 1) for t in staffed.tracks], now)
    assert (told.verdict, told.matched) == ("within tolerance", 3)
    assert told.differences == ("versions.av was 18.0.0, is 19.0.0",)


@pytest.mark.parametrize("spoiled", ["shifted", "missing", "added"])
def test_another_result_is_told(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    one, two, three = staffed.tracks
    fourth = replace(three, id=f"{staffed.exhibit.id}-4", number=4, pts=three.pts + 9000)
    tracks = {
        "shifted": [one, two, moved(three, 9)],
        "missing": [one, two],
        "added": [one, two, three, fourth],
    }[spoiled]
    assert replay(staffed, monkeypatch, tracks).verdict == "different"
    assert staffed.counts("replay-analysis")[0]["different"] == 1


def test_who_may_replay_and_what(staffed: Staffed) -> None:
    act = ReplayAnalysis(case_id=staffed.case.id, exhibit_ids=(staffed.exhibit.id,))
    for agent in ("officer", "admin", "head"):
        assert staffed.rules(agent, act) == {"role"}
    assert staffed.rules("auditor", replace(act, exhibit_ids=())) == {"no-exhibit-named"}
    fresh = staffed.add_exhibit("fresh.mp4")
    with pytest.raises(BadInput, match="not been analysed"):
        staffed.do("auditor", replace(act, exhibit_ids=(fresh.id,)))


def test_a_result_without_its_manifest_is_compared_by_its_digest() -> None:
    (said,) = module.differences(None, {"a": 1})
    assert "not kept" in said
