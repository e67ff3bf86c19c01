"""Reading: tracks, their pictures, coverage.  Every one of these is a recorded act."""

from __future__ import annotations

import hashlib
import re

import cv2
import numpy as np

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ConsultCoverage, Outcome, Permit, Progress, SearchTracks, ViewPictures
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.synopsis import Hours
from scelle.model.tracks import Track, Tube
from scelle.operations.decide import require_sought
from scelle.operations.material import read_tube
from scelle.operations.pictures import Pictures
from scelle.operations.sandbox import Sandbox
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import conceal_object

_NAMED = 100
"""Candidates of a search that its ledger entry names one by one."""

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Consult:
    """Handlers of the acts that read an analysis."""

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        control: Control,
        sandbox: Sandbox,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._tracks = tracks
        self._control = control
        self._sandbox = sandbox

    def search(self, act: SearchTracks, permit: Permit, _progress: Progress) -> Outcome:
        """Tracks that answer the query, in order of exhibit and time.

        What a recording shows at a time of day is not known where nobody stated its clock:
        its tracks answer no question about one.

        Raises:
            BadInput: a time of day, and no clock is known.
        """
        found = self._tracks.search(permit.exhibit_ids, act.query)
        if act.hours is not None:
            exhibits = {i: self._records.exhibit(i) for i in permit.exhibit_ids}
            if all(e.clock.recorded_at is None for e in exhibits.values()):
                raise BadInput(
                    "What the recorder's clock showed is known of no exhibit, so there is no "
                    "time of day to choose by.",
                    remedy="State it with `scelle clock set`, or leave the time of day out.",
                )
            found = tuple(t for t in found if _at(t, exhibits[t.exhibit_id], act.hours))
        counts = {"exhibits": len(permit.exhibit_ids), "candidates": len(found)}
        # The first by name; the digest stands for all, however many.
        ids = [t.id for t in found]
        digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
        objects = dict.fromkeys(ids[:_NAMED], "") | {"all-candidates": digest}
        return Outcome(found, counts, objects)

    def pictures(self, act: ViewPictures, permit: Permit, _progress: Progress) -> Outcome:
        """One picture a track, heads and plates masked: track id -> JPEG file.

        A track whose concealment a person has lifted is shown as it is.

        The largest picture is shown, since it says most; a track without kept
        pictures is absent from the answer.
        """
        pictures: dict[str, bytes] = {}
        revealed = self._control.revealed(act.case_id)
        if permit.sought is not None:
            for track in self._tracks.get(act.track_ids):
                require_sought(track, permit)
        with Pictures(self._sandbox) as decoder:
            for track_id in act.track_ids:
                tube = self._tube(act, permit, track_id)
                if tube is not None:
                    concealed = track_id not in revealed
                    pictures[track_id] = portrait(tube, decoder, concealed=concealed)
        counts = {"pictures": len(pictures), "revealed": len(revealed.intersection(pictures))}
        return Outcome(pictures, counts, dict.fromkeys(pictures, ""))

    def coverage(self, _act: ConsultCoverage, permit: Permit, _progress: Progress) -> Outcome:
        """What was and was not decoded and analysed, one answer an exhibit."""
        answers = tuple(self._coverage(e) for e in permit.exhibit_ids)
        return Outcome(answers, {"exhibits": len(answers)})

    def _tube(self, act: ViewPictures, permit: Permit, track_id: str) -> Tube | None:
        """A track's pictures; ``None`` if none was kept."""
        exhibit_id, _, number = track_id.rpartition("-")
        if exhibit_id not in permit.exhibit_ids or not _NUMBER.fullmatch(number):
            raise NotFound(
                f"no track {track_id} in the exhibits of this act",
                remedy="List the tracks with `scelle search` and use their ids.",
            )
        if not self._vault.exists(act.case_id, f"tube/{track_id}"):
            return None
        key = self._keys.case_key(act.case_id)
        return read_tube(self._vault, act.case_id, key, track_id)

    def _coverage(self, exhibit_id: str) -> Coverage:
        """Stored coverage, or a statement that nothing was analysed yet."""
        stored = self._records.coverage(exhibit_id)
        if stored is not None:
            return stored
        exhibit = self._records.exhibit(exhibit_id)
        expected = exhibit.stream.frames_expected
        return Coverage(exhibit_id, expected, 0, 0, 0, 0, False, exhibit.findings)


def _at(track: Track, exhibit: Exhibit, hours: Hours) -> bool:
    """Whether a track was there at some moment of these hours, by the recorder's clock."""
    at = exhibit.recorder_time(track.start_ms)
    if at is None:
        return False
    first = at.hour * 3600 + at.minute * 60 + at.second
    return hours.meet(first, (track.end_ms - track.start_ms) // 1000)


def portrait(tube: Tube, pictures: Pictures, *, concealed: bool) -> bytes:
    """The middle one among the larger pictures of a tube, JPEG; masked unless it is revealed."""
    area = tube.boxes[:, 2] * tube.boxes[:, 3]
    large = np.flatnonzero(area >= np.percentile(area, 70))
    row = int(large[len(large) // 2])
    shown = pictures.picture(tube, row)
    if concealed:
        shown = conceal_object(shown, tube.object_class)
    _, data = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(data.tobytes())
