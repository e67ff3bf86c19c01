"""Reading: tracks, their pictures, coverage.  Every one of these is a recorded act."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from scelle.errors import BadInput, NotFound
from scelle.model.acts import ConsultCoverage, Outcome, Permit, Progress, SearchTracks, ViewPictures
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.results import Found
from scelle.model.synopsis import Hours
from scelle.model.zones import Zone
from scelle.operations.decide import require_sought
from scelle.operations.material import read_tube
from scelle.operations.others import Others
from scelle.operations.pictures import Pictures
from scelle.operations.portraits import Portraits, Wanted, portraits, telling
from scelle.operations.sandbox import Sandbox
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault

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
        self._portraits = Portraits()

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
        for case_id in self._portraits.cases:
            # Another process may have erased it.
            if self._keys.destroyed(case_id):
                self.forget(case_id)
        # Of an erased case nothing is shown, held or not.
        key = self._keys.case_key(act.case_id)
        revealed = self._control.revealed(act.case_id)
        zones = self._control.zones(act.case_id)
        if permit.sought is not None:
            for track in self._tracks.get(act.track_ids):
                require_sought(track, permit)
        named = {track_id.rpartition("-")[0] for track_id in act.track_ids}
        exhibits = {i: self._records.exhibit(i) for i in permit.exhibit_ids if i in named}
        manifests = {i: self._tracks.manifest(i) for i in exhibits}
        wanted = {
            i: self._wanted(act, exhibits, i, revealed, zones, manifests) for i in act.track_ids
        }
        kept = {track_id: each for track_id, each in wanted.items() if each is not None}
        shown = {each: self._portraits.get(each) for each in kept.values()}
        missing = [track_id for track_id, each in kept.items() if shown[each] is None]
        if missing:
            tubes = [
                read_tube(self._vault, exhibits[each.exhibit_id], key, i, telling)
                for i, each in kept.items()
                if i in missing
            ]
            with Pictures(self._sandbox, zones, Others(self._tracks, revealed).conceal) as decoder:
                made = portraits(tubes, decoder, revealed)
            self._hold(act.case_id, {kept[i]: made[i] for i in missing})
            shown |= {kept[i]: made[i] for i in missing}
        pictures = {track_id: shown[each] for track_id, each in kept.items()}
        counts = {"pictures": len(pictures), "revealed": len(revealed.intersection(pictures))}
        return Outcome(pictures, counts, dict.fromkeys(pictures, ""))

    def forget(self, case_id: str) -> None:
        """Hold no picture of a case."""
        self._portraits.forget(case_id)

    def coverage(self, _act: ConsultCoverage, permit: Permit, _progress: Progress) -> Outcome:
        """What was and was not decoded and analysed, one answer an exhibit."""
        answers = tuple(self._coverage(e) for e in permit.exhibit_ids)
        return Outcome(answers, {"exhibits": len(answers)})

    def _wanted(
        self,
        act: ViewPictures,
        exhibits: Mapping[str, Exhibit],
        track_id: str,
        revealed: frozenset[str],
        zones: Sequence[Zone],
        manifests: Mapping[str, str | None],
    ) -> Wanted | None:
        """Which portrait of a track; ``None`` if no picture of it was kept."""
        exhibit_id, _, number = track_id.rpartition("-")
        if exhibit_id not in exhibits or not _NUMBER.fullmatch(number):
            raise NotFound(
                f"no track {track_id} in the exhibits of this act",
                remedy="List the tracks with `scelle search` and use their ids.",
            )
        version = self._vault.version(act.case_id, f"tube/{track_id}")
        if version is None:
            return None
        own = tuple(z for z in zones if z.exhibit_id == exhibit_id)
        return Wanted(
            case_id=act.case_id,
            exhibit_id=exhibit_id,
            track_id=track_id,
            version=version,
            concealed=track_id not in revealed,
            zones=own,
            turned=exhibits[exhibit_id].turned,
            manifest=manifests[exhibit_id],
            revealed=frozenset(i for i in revealed if i.rpartition("-")[0] == exhibit_id),
        )

    def _hold(self, case_id: str, made: Mapping[Wanted, bytes]) -> None:
        self._portraits.put(made)
        try:
            # After they are held: an erasure lets go of what is, and leaves no key for the rest.
            self._keys.case_key(case_id)
        except NotFound:
            self.forget(case_id)
            raise

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
