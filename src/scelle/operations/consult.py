"""Reading: tracks, their pictures, coverage.  Every one of these is a recorded act."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence

import cv2
import numpy as np

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ConsultCoverage, Outcome, Permit, Progress, SearchTracks, ViewPictures
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.results import Found
from scelle.model.synopsis import Hours
from scelle.model.tracks import Tube
from scelle.operations.decide import require_sought
from scelle.operations.material import read_tube
from scelle.operations.pictures import Pictures, UInt8Array
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
        """The value is a :class:`Found`: tracks that answer, in order of exhibit and time.

        What a recording shows at a time of day is not known where nobody stated its clock:
        its tracks answer no question about one.

        Raises:
            BadInput: a time of day, and no clock is known; or no such place in the order.
        """
        if act.first < 0 or (act.most is not None and act.most < 0):
            raise BadInput("There is no such part of an answer.", remedy="Count from 0.")
        keep = None if act.hours is None else self._at_hours(permit.exhibit_ids, act.hours)
        answer = self._tracks.find(permit.exhibit_ids, act.query, keep)
        found = self._tracks.get(answer.ids(act.first, act.most))
        activity = {i: self._tracks.activity(i) for i in permit.exhibit_ids if act.activity}
        counts = {"exhibits": len(permit.exhibit_ids), "candidates": answer.count}
        # The first by name; the digest stands for all, however many.
        objects = dict.fromkeys(answer.ids(0, _NAMED), "") | {"all-candidates": answer.sha256}
        return Outcome(Found.of(found, answer.count, permit.entry, activity), counts, objects)

    def _at_hours(
        self, exhibit_ids: Sequence[str], hours: Hours
    ) -> Callable[[str, int, int], bool]:
        """Whether something of an exhibit was there at some moment of these hours.

        Raises:
            BadInput: no clock is known.
        """
        exhibits = {i: self._records.exhibit(i) for i in exhibit_ids}
        if all(e.clock.recorded_at is None for e in exhibits.values()):
            raise BadInput(
                "What the recorder's clock showed is known of no exhibit, so there is no "
                "time of day to choose by.",
                remedy="State it with `scelle clock set`, or leave the time of day out.",
            )
        return lambda exhibit_id, start, end: _at(exhibits[exhibit_id], start, end, hours)

    def pictures(self, act: ViewPictures, permit: Permit, _progress: Progress) -> Outcome:
        """One picture a track, heads, plates and marked zones masked: track id -> JPEG file.

        A track whose concealment a person has lifted is shown as it is, outside the zones.

        The largest picture is shown, since it says most; a track without kept
        pictures is absent from the answer.
        """
        revealed = self._control.revealed(act.case_id)
        if permit.sought is not None:
            for track in self._tracks.get(act.track_ids):
                require_sought(track, permit)
        tubes = (self._tube(act, permit, track_id) for track_id in act.track_ids)
        with Pictures(self._sandbox, self._control.zones(act.case_id)) as decoder:
            pictures = portraits([t for t in tubes if t is not None], decoder, revealed)
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
        return read_tube(self._vault, self._records.exhibit(exhibit_id), key, track_id)

    def _coverage(self, exhibit_id: str) -> Coverage:
        """Stored coverage, or a statement that nothing was analysed yet."""
        stored = self._records.coverage(exhibit_id)
        if stored is not None:
            return stored
        exhibit = self._records.exhibit(exhibit_id)
        expected = exhibit.stream.frames_expected
        return Coverage(exhibit_id, expected, 0, 0, 0, 0, False, exhibit.findings)


def _at(exhibit: Exhibit, start_ms: int, end_ms: int, hours: Hours) -> bool:
    """Whether a span lies in part in these hours, by the recorder's clock."""
    at = exhibit.recorder_time(start_ms)
    if at is None:
        return False
    first = at.hour * 3600 + at.minute * 60 + at.second
    return hours.meet(first, (end_ms - start_ms) // 1000)


def portraits(
    tubes: Sequence[Tube], pictures: Pictures, revealed: Container[str]
) -> dict[str, bytes]:
    """As :func:`portrait`, of several tracks by id; a recording's are decoded at once."""
    made: dict[str, bytes] = {}
    for exhibit_id in dict.fromkeys(t.exhibit_id for t in tubes):
        own = [t for t in tubes if t.exhibit_id == exhibit_id]
        shown = pictures.several([(t, _telling(t)) for t in own])
        for tube, picture in zip(own, shown, strict=True):
            made[tube.track_id] = _handed_out(
                tube, picture, concealed=tube.track_id not in revealed
            )
    return {t.track_id: made[t.track_id] for t in tubes}


def portrait(tube: Tube, pictures: Pictures, *, concealed: bool) -> bytes:
    """The middle one among the larger pictures of a tube, JPEG; masked unless it is revealed."""
    return _handed_out(tube, pictures.picture(tube, _telling(tube)), concealed=concealed)


def _telling(tube: Tube) -> int:
    """Which picture of a tube says most."""
    area = tube.boxes[:, 2] * tube.boxes[:, 3]
    large = np.flatnonzero(area >= np.percentile(area, 70))
    return int(large[len(large) // 2])


def _handed_out(tube: Tube, picture: UInt8Array, *, concealed: bool) -> bytes:
    shown = conceal_object(picture, tube.upright) if concealed else picture
    _, data = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return bytes(data.tobytes())
