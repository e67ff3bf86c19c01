"""Replaying an analysis: the same recording, analysed again aside, and both results compared."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from scelle.errors import BadInput
from scelle.model.acts import AnalyseExhibit, Outcome, Permit, Progress, ReplayAnalysis
from scelle.model.evidence import Exhibit
from scelle.model.results import Replay
from scelle.model.tracks import Track
from scelle.operations.analyse import (
    EXHAUSTIVE,
    TRIAGE,
    Analyse,
    manifest_digest,
    manifest_name,
)
from scelle.operations.carrying import under_numbers
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tasks import TaskBook
from scelle.store.tracks import TrackStore, tracks_digest
from scelle.store.vault import Vault

#: Two tracks are the same one when they begin and end so near, milliseconds ...
NEAR_MS = 200
#: ... and their boxes overlap so much on average (intersection over union).
OVERLAP = 0.9
#: So many of the tracks of each side must have their like for a result *within tolerance*.
SHARE = 0.99

TOLERANCE = (
    f"{SHARE:.0%} of the tracks of each side with their like: class the same, "
    f"begin and end within {NEAR_MS} ms, mean overlap of boxes {OVERLAP}"
)
"""The same in words."""

#: Makes an analyser over other stores.
MakeAnalyse = Callable[[Vault, Records, TrackStore, TaskBook], Analyse]


class ReplayOperation:
    """Handler of :class:`scelle.model.acts.ReplayAnalysis`.

    (1) the manifest that was sealed with the result, and what would decide it now;
    (2) an installation aside, in a folder that goes at the end: the exhibit's encrypted
        original, under the same key, and nothing else;
    (3) analyse there;
    (4) compare: the same digest over all tracks, or else track by track.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        records: Records,
        tracks: TrackStore,
        make: MakeAnalyse,
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._tracks = tracks
        self._make = make

    def replay(self, act: ReplayAnalysis, permit: Permit, progress: Progress) -> Outcome:
        """Replay each exhibit; the value is a tuple of :class:`Replay`.

        Raises:
            BadInput: never analysed, so there is nothing to compare with.
        """
        told = tuple(
            self._exhibit(self._records.exhibit(e), act, permit, progress)
            for e in permit.exhibit_ids
        )
        counts = {
            "exhibits": len(told),
            "identical": sum(1 for r in told if r.verdict == "identical"),
            "within_tolerance": sum(1 for r in told if r.verdict == "within tolerance"),
            "different": sum(1 for r in told if r.verdict == "different"),
        }
        return Outcome(told, counts, {r.exhibit_id: r.tracks_sha256_now for r in told})

    def _exhibit(
        self, exhibit: Exhibit, act: ReplayAnalysis, permit: Permit, progress: Progress
    ) -> Replay:
        # (1)
        sealed = self._tracks.manifest(exhibit.id)
        if sealed is None:
            raise BadInput(
                f"The exhibit {exhibit.name} has not been analysed: there is nothing to replay.",
                remedy="Analyse the exhibit first, or replay another.",
            )
        before = self._tracks.search([exhibit.id])
        # (2)
        with self._aside(exhibit) as (vault, records, tracks, tasks):
            analyse = self._make(vault, records, tracks, tasks)
            # As it was made: in the mode that its sealed manifest names.
            mode = str((self._sealed(exhibit) or {}).get("mode", EXHAUSTIVE))
            manifest = analyse.manifest(exhibit, act.detector, mode=mode)
            # (3)
            again = AnalyseExhibit(
                case_id=exhibit.case_id,
                exhibit_ids=(exhibit.id,),
                workers=act.workers,
                detector=act.detector,
                reason=act.reason,
                triage=mode == TRIAGE,
            )
            inner = replace(permit, act=again, exhibit_ids=(exhibit.id,))
            analyse.analyse(again, inner, progress)
            after = under_numbers(before, tracks.search([exhibit.id]))
        # (4)
        digest, digest_now = tracks_digest(before), tracks_digest(after)
        alike, verdict = judge(before, after)
        return Replay(
            exhibit_id=exhibit.id,
            manifest_sha256=sealed,
            manifest_sha256_now=manifest_digest(manifest),
            differences=tuple(
                differences(self._sealed(exhibit), _json(deciding(asdict(manifest))))
            ),
            tracks=len(before),
            tracks_now=len(after),
            matched=alike,
            tracks_sha256=digest,
            tracks_sha256_now=digest_now,
            tolerance=TOLERANCE,
            verdict=verdict,
        )

    def _sealed(self, exhibit: Exhibit) -> Mapping[str, Any] | None:
        name = manifest_name(exhibit.id)
        if not self._vault.exists(exhibit.case_id, name):
            return None
        key = self._keys.case_key(exhibit.case_id)
        told: Mapping[str, Any] = json.loads(self._vault.read(exhibit.case_id, name, key))
        return deciding(told)

    @contextmanager
    def _aside(self, exhibit: Exhibit) -> Iterator[tuple[Vault, Records, TrackStore, TaskBook]]:
        """Stores that hold this exhibit alone, beside the vault, gone at the end."""
        # Under the vault's own case, so that an erasure meanwhile takes it along.
        home = self._vault.root / exhibit.case_id
        with tempfile.TemporaryDirectory(prefix=".replay-", dir=home) as folder:
            vault = Vault(Path(folder) / "vault")
            for kind in ("original", "index"):
                # Of the whole case: one file may hold several exhibits, or several files one.
                for name in self._vault.names(exhibit.case_id, kind):
                    target = vault.stored(exhibit.case_id, name)
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    os.link(self._vault.stored(exhibit.case_id, name), target)
            engine = open_database(Path(folder) / "aside.db")
            try:
                records = Records(engine)
                records.add_case(self._records.case(exhibit.case_id))
                records.add_exhibit(exhibit)
                yield vault, records, TrackStore(engine), TaskBook(engine)
            finally:
                engine.dispose()


def deciding(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Without where it ran and what held it, which decides nothing."""
    return {name: value for name, value in manifest.items() if name != "environment"}


def differences(
    before: Mapping[str, Any] | None, now: Mapping[str, Any], path: str = ""
) -> Iterator[str]:
    """What decides a result otherwise now, in words: *versions.av was 18.0.0, is 18.1.0*."""
    if before is None:
        yield "the sealed manifest is not kept: its digest alone can be compared"
        return
    for name in sorted({*before, *now}):
        old, new, where = before.get(name), now.get(name), f"{path}{name}"
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, f"{where}.")
        elif old != new:
            yield f"{where} was {old}, is {new}"


def judge(before: Sequence[Track], after: Sequence[Track]) -> tuple[int, str]:
    """How many tracks have their like, and the verdict: see :class:`Replay`."""
    alike = matched(before, after)
    if tracks_digest(before) == tracks_digest(after):
        return alike, "identical"
    fewest = min(alike / max(1, len(before)), alike / max(1, len(after)))
    return alike, "within tolerance" if fewest >= SHARE else "different"


def matched(before: Sequence[Track], after: Sequence[Track]) -> int:
    """How many tracks have their like on the other side, each counted once.

    Greedy in order of time, which is right where tracks are as alike as
    :data:`OVERLAP` asks: two of one side cannot both be like one of the other.
    """
    free = list(after)
    count = 0
    for track in before:
        like = next((other for other in free if _alike(track, other)), None)
        if like is not None:
            free.remove(like)
            count += 1
    return count


def _alike(one: Track, other: Track) -> bool:
    if one.object_class is not other.object_class:
        return False
    if max(abs(one.start_ms - other.start_ms), abs(one.end_ms - other.end_ms)) > NEAR_MS:
        return False
    common, at, also = np.intersect1d(one.pts, other.pts, return_indices=True)
    if len(common) == 0:
        return False
    a, b = one.boxes[at].astype(np.float64), other.boxes[also].astype(np.float64)
    corner = np.maximum(a[:, :2], b[:, :2])
    far = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    inside = np.prod(np.clip(far - corner, 0, None), axis=1)
    union = np.prod(a[:, 2:], axis=1) + np.prod(b[:, 2:], axis=1) - inside
    return bool(np.mean(inside / np.maximum(union, 1e-9)) >= OVERLAP)


def _json(value: Mapping[str, Any]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(json.dumps(value))
    return told
