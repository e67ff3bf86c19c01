"""What leaves as files: a span of an exhibit as video, and its tracks as numbers."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from scelle.errors import BadInput, Misconfigured
from scelle.footage.part import memory_file, part_of
from scelle.ledger.credentials import SignsVideo
from scelle.model.acts import (
    CaseAct,
    ExportClip,
    ExportTracks,
    Outcome,
    Permit,
    PlayExhibit,
    Progress,
)
from scelle.model.evidence import Exhibit
from scelle.model.live import Played
from scelle.model.results import Exported
from scelle.model.tracks import Track, TrackQuery
from scelle.operations.clipping import Clipper
from scelle.operations.original import read_index
from scelle.operations.sandbox import Sandbox
from scelle.operations.sight import Conceal, Hidden, Marks
from scelle.reporting.track_formats import FORMATS, write
from scelle.store.control import Control
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault

_LONGEST_MS = 60_000

_NEAR_MS = 2000
"""How far from a span objects are looked for: farther than they are concealed."""


class Produce:
    """Handlers of :class:`ExportClip`, :class:`PlayExhibit` and :class:`ExportTracks`.

    Args:
        vault: holds the originals.
        keys: opens it.
        records: knows the exhibits.
        tracks: knows what is to be concealed.
        control: knows whose concealment is lifted.
        conceal: conceals objects.
        sandbox: has recordings decoded.
        screen: has decoded what is played at once; the same by default.
        blank: conceals objects in what leaves; as on the screen by default.
        sign: puts a signed manifest into what leaves; ``None`` puts none.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        control: Control,
        conceal: Conceal,
        sandbox: Sandbox | None = None,
        blank: Conceal | None = None,
        sign: SignsVideo | None = None,
        screen: Sandbox | None = None,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._tracks = tracks
        self._control = control
        self._screen = Clipper(vault, keys, conceal, screen or sandbox or Sandbox())
        self._clipper = Clipper(vault, keys, blank or conceal, sandbox or Sandbox(), sign)

    def clip(self, act: ExportClip, permit: Permit, progress: Progress) -> Outcome:
        """Write the pictures shown from ``start_ms`` up to ``end_ms``, which is excluded.

        Heads and plates are concealed, save those of tracks that a person has revealed,
        and the zones that people have marked;
        see :meth:`Clipper.write`.

        Raises:
            BadInput: not exactly one exhibit, not analysed (then nobody knows what to
                conceal), no picture in the span, or a span that ends after the recording.
        """
        exhibit, tracks = self._analysed(act, permit)
        case = self._records.case(exhibit.case_id)
        hidden = Hidden.of(exhibit, tracks, self._control)
        marks = Marks(case, exhibit.name, copy_reference(permit), act.recipient)
        span = (act.start_ms, act.end_ms)
        made = self._clipper.write(
            exhibit, span, target_of(act.output), hidden, marks, permit, progress, native=act.native
        )
        counts = {
            "exhibits": 1,
            "pictures": made.pictures,
            "pictures_missing": made.missing,
            "revealed": hidden.lifted,
            "zones": len(hidden.zones),
            "recorded_seconds": round(made.seconds),
            "copied": int(made.copied),
            "native_packets": made.packets,
        }
        objects = {exhibit.id: exhibit.sha256, act.output.name: made.sha256}
        if made.native is not None:
            objects[made.native.name] = made.native_sha256
        how = "stream copy" if made.copied else "encoded again"
        exported = Exported(act.output, made.pictures, made.sha256, how, made.native)
        return Outcome(exported, counts, objects)

    def play(self, act: PlayExhibit, permit: Permit, progress: Progress) -> Outcome:
        """The pictures of a span in memory, concealed as in :meth:`clip`, from time 0 on.

        The value is a :class:`Played`: it is handed out once the whole span is
        ready, so a span is a few seconds.

        Raises:
            BadInput: as :meth:`clip`, or the span is longer than a minute.
        """
        if act.end_ms - act.start_ms > _LONGEST_MS:
            raise BadInput(
                "At most a minute is played at a time.", remedy="Ask for a shorter span."
            )
        # Whoever is far from the span is in no picture of it.
        near = TrackQuery(act.start_ms - _NEAR_MS, act.end_ms + _NEAR_MS)
        exhibit, tracks = self._analysed(act, permit, near)
        hidden = Hidden.of(exhibit, tracks, self._control)
        with memory_file("span") as memory:
            span = (act.start_ms, act.end_ms)
            speed = act.speed
            shown = self._screen.play(exhibit, span, memory, hidden, permit, progress, speed)
            data = memory.read_bytes()
        counts = {
            "exhibits": 1,
            "pictures": shown.pictures,
            "pictures_missing": shown.missing,
            "revealed": hidden.lifted,
            "zones": len(hidden.zones),
            "recorded_seconds": round(shown.seconds),
        }
        played = Played(data, shown.first_ms, shown.pts, shown.time_base)
        return Outcome(played, counts, {exhibit.id: exhibit.sha256})

    def tracks(self, act: ExportTracks, permit: Permit, _progress: Progress) -> Outcome:
        """Write tracks in one of the formats of :mod:`scelle.reporting.track_formats`.

        Raises:
            BadInput: not exactly one exhibit, not analysed, or another format.
        """
        if act.format not in FORMATS:
            raise BadInput(
                f"There is no format {act.format!r}.", remedy=f"Use one of {', '.join(FORMATS)}."
            )
        exhibit, found = self._analysed(act, permit)
        sought = permit.sought
        tracks = [t for t in found if sought is None or sought.matches(t)]
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        data = write(act.format, tracks, exhibit, index.times).encode()
        _write(target_of(act.output), data)
        sha256 = hashlib.sha256(data).hexdigest()
        rows = data.count(b"\n") if act.format == "mot" else len(tracks)
        counts = {"exhibits": 1, "tracks": len(tracks), "rows": rows}
        objects = {exhibit.id: exhibit.sha256, act.output.name: sha256}
        return Outcome(Exported(act.output, rows, sha256), counts, objects)

    def _analysed(
        self, act: CaseAct, permit: Permit, query: TrackQuery | None = None
    ) -> tuple[Exhibit, tuple[Track, ...]]:
        if len(permit.exhibit_ids) != 1:
            raise BadInput(
                f"An export concerns one exhibit, not {len(permit.exhibit_ids)}.",
                remedy="Name the exhibit with --exhibit.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        if self._tracks.manifest(exhibit.id) is None:
            raise BadInput(
                f"The exhibit {exhibit.name} has not been analysed: nothing is known of the "
                "objects in it, nor of what must be concealed.",
                remedy="Analyse the exhibit first.",
            )
        return exhibit, self._tracks.search([exhibit.id], query)


def copy_reference(permit: Permit) -> str:
    """What tells one copy from every other, on its face: the ledger entry that let it leave.

    >>> from types import SimpleNamespace
    >>> copy_reference(SimpleNamespace(entry=57))
    'C-57'
    """
    return f"C-{permit.entry}"


def target_of(path: Path) -> Path:
    """The path, if a file can be there.

    Raises:
        BadInput: it is a folder, or its folder does not exist.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(
            f"{path} cannot be a file: it is a folder, or its folder does not exist.",
            remedy="Give the name of a file in a folder that exists.",
        )
    return path


def _write(path: Path, data: bytes) -> None:
    """The whole file or none."""
    try:
        with part_of(path) as part:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Free some space or choose another place; nothing half-written was kept.",
        ) from error
