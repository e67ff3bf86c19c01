"""Stores with one case, for what is made from analyses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.errors import Refused
from scelle.model.acts import (
    MakeStill,
    MakeSynopsis,
    Outcome,
    Permit,
    Reason,
    ViewSynopsis,
    no_progress,
)
from scelle.model.evidence import Case, Exhibit, Stream
from scelle.model.geometry import Direction
from scelle.model.time import Clock
from scelle.model.tracks import Description, ObjectClass, Track, Tube
from scelle.operations.produce_stills import ProduceStills
from scelle.operations.produce_synopsis import ProduceSynopsis
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import to_bytes
from scelle.vision.masking import conceal_object

Int64Array = npt.NDArray[np.int64]

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
BASE = Fraction(1, 1000)
SIZE = (321, 240)  # odd on purpose: pictures of a vault's background have even sides


@dataclass
class House:
    """Stores with one case, and the handlers of what is made from its analyses."""

    vault: Vault
    keys: Keyring
    records: Records
    tracks: TrackStore
    synopses: ProduceSynopsis
    stills: ProduceStills
    key: bytes
    case: Case

    def receive(self, exhibit_id: str, *, camera: str = "gate", start_pts: int = 0) -> Exhibit:
        stream = Stream("mp4", "h264", "yuv420p", *SIZE, BASE, 1500, 5, start_pts, Fraction(60))
        exhibit = Exhibit(
            exhibit_id,
            self.case.id,
            hashlib.sha256(exhibit_id.encode()).hexdigest(),
            1,
            f"{exhibit_id}.mp4",
            camera,
            "seal 7",
            Clock(recorded_at=AT),
            stream,
            AT,
        )
        self.records.add_exhibit(exhibit)
        return exhibit

    def analyse(self, exhibit: Exhibit, starts: tuple[int, ...], *, without: int = -1) -> None:
        """One walker a start, each on its own row; ``without`` has no tube."""
        tracks = []
        for number, start in enumerate(starts, 1):
            pts = start + 100 * np.arange(20, dtype=np.int64)
            left = 10 + 10 * np.arange(20)
            boxes = np.stack([left, np.full(20, 30 * number), *(np.full(20, 25),) * 2], axis=1)
            tracks.append(_track(exhibit.id, number, pts, boxes))
            if number != without:
                picture = cv2.imencode(".jpg", np.full((25, 25, 3), (20, 20, 200), np.uint8))[1]
                mask = cv2.imencode(".png", np.full((25, 25), 255, np.uint8))[1]
                tube = Tube(
                    f"{exhibit.id}-{number}",
                    exhibit.id,
                    BASE,
                    pts,
                    boxes.astype(np.int64),
                    (picture.tobytes(),) * 20,
                    (mask.tobytes(),) * 20,
                )
                self.vault.write(self.case.id, f"tube/{tube.track_id}", self.key, to_bytes(tube))
        ground = np.full((240, 320, 3), 90, np.uint8)
        scene = cv2.imencode(".jpg", ground)[1].tobytes()
        self.vault.write(self.case.id, f"background/{exhibit.id}-{0:012d}", self.key, scene)
        self.tracks.replace(exhibit.id, tracks, "aa" * 32)

    def make(self, act: MakeSynopsis, *exhibits: Exhibit, allowed: int = 10**9) -> Outcome:
        return self.synopses.make(act, self.permit(act, exhibits, allowed), no_progress)

    def draw(self, act: MakeStill, *exhibits: Exhibit, allowed: int = 10**9) -> Outcome:
        return self.stills.make(act, self.permit(act, exhibits, allowed), no_progress)

    def permit(
        self,
        act: MakeSynopsis | MakeStill | ViewSynopsis,
        exhibits: tuple[Exhibit, ...],
        allowed: int,
    ) -> Permit:
        looks = iter(range(allowed))

        def recheck() -> None:
            if next(looks, None) is None:
                reason = Reason("mandate-active", "R. 40-40", "Suspended.", "Ask the magistrate.")
                raise Refused((reason,), entry=1)

        return Permit(act, "officer", "m", tuple(e.id for e in exhibits), AT, 1, recheck)

    def left(self) -> tuple[str, ...]:
        return tuple(n for n in self.vault.names(self.case.id) if n.startswith("synopsis"))


def _track(exhibit_id: str, number: int, pts: Int64Array, boxes: Int64Array) -> Track:
    description = Description(
        moving=True,
        colours=(),
        upper=(),
        lower=(),
        width=25,
        height=25,
        direction=Direction.RIGHT,
        speed=100,
        dwell_ms=1900,
    )
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        ObjectClass.UNKNOWN,
        0.5,
        "motion",
        BASE,
        pts // 40,
        pts,
        boxes.astype(np.float32),
        np.ones(len(pts), np.bool_),
        description,
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = open_database(tmp_path / "scelle.db")
    records, tracks = Records(engine), TrackStore(engine)
    vault, keys = Vault(tmp_path / "vault"), Keyring(tmp_path)
    case = Case("c" * 26, "PV-1", "preliminaire", "SR", "theft", AT, AT.replace(year=2029))
    key = keys.create_case_key(case.id)
    records.add_case(case)
    synopses = ProduceSynopsis(vault, keys, records, tracks, conceal_object)
    stills = ProduceStills(vault, keys, records, tracks, conceal_object)
    yield House(vault, keys, records, tracks, synopses, stills, key, case)
    engine.dispose()
