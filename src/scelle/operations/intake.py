"""Receiving a recording: hashed, encrypted, probed and recorded, or nothing at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

from scelle.errors import BadInput, Damaged, UnreadableSource
from scelle.footage.joined import Part, join
from scelle.footage.names import seconds_apart
from scelle.footage.probe import Probe
from scelle.footage.source import ClosedFile, open_closed
from scelle.model.acts import Outcome, Permit, Progress, ReceiveExhibit
from scelle.model.evidence import (
    Exhibit,
    Finding,
    FindingKind,
    PartFile,
    new_id,
    original_of,
    view_id,
)
from scelle.model.time import Clock
from scelle.operations.copying import KEPT_S, STOPS, Closed, Receiver
from scelle.operations.lending import Lending
from scelle.operations.original import part_name
from scelle.operations.receipt import TYPES, ExamineTask, examine
from scelle.operations.sandbox import Sandbox, reading_limits
from scelle.operations.uploads import Arrived, Uploads
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_MOST_VIEWS = 16

_MOST_DURATION = 366 * 86400
"""Seconds beyond which a recording's own times cannot be believed."""


class _Known(Exception):
    """The same bytes were received before; the copy under way is dropped."""

    def __init__(self, exhibit: Exhibit) -> None:
        super().__init__(exhibit.id)
        self.exhibit = exhibit


class Intake:
    """Handler of :class:`scelle.model.acts.ReceiveExhibit`.

    The original goes to the vault as ``original/<exhibit id>``, its packet index as
    ``index/<exhibit id>``; the further files of a split recording as
    ``original/<exhibit id>-0002`` and so on.

    Attributes:
        uploads: where what browsers bring is received from.
    """

    def __init__(
        self, vault: Vault, keys: Keyring, records: Records, sandbox: Sandbox | None = None
    ) -> None:
        self._sandbox = sandbox or Sandbox()
        self.uploads = Uploads(vault, keys)
        self._vault = vault
        self._keys = keys
        self._records = records

    def receive(self, act: ReceiveExhibit, permit: Permit, progress: Progress) -> Outcome:
        """Take one closed recording into the vault; the value is its :class:`Exhibit`.

        (1) open each file once, and only if nobody is writing it, or what a browser
            brought and finished (:mod:`scelle.operations.uploads`);
        (2) in one pass, hash, encrypt and write it, or what an earlier receipt that was
            killed had not yet written of it;
        (3) look at the file again: one that has changed is refused;
        (4) the same bytes in the same case are one exhibit: the earlier one is given
            back if the same is stated of it, and ``already_received`` counts 1;
        (5) probe what lies in the vault, not the file outside it; each further video
            stream is an exhibit of its own, a view of this one;
        (6) look at the file once more, when nothing has changed it for long enough, and
            record the exhibit and its views.

        Whatever is refused leaves nothing.  A receipt that was killed or stopped can be
        gone on with for a week by the same command; then :meth:`sweep` removes it.

        Raises:
            BadInput: no camera or no origin is stated, or the same bytes were received
                with another camera, origin or clock.
            UnreadableSource: not a closed regular file, or no video in it.
            Misconfigured: no room on the disk.
        """
        _check_stated(act)
        key = self._keys.create_case_key(act.case_id)
        with ExitStack() as opened:
            # (1)
            sources: list[ClosedFile | Arrived]
            if act.upload:
                sources = [opened.enter_context(self.uploads.open(act, permit, key))]
            else:
                sources = [opened.enter_context(open_closed(p)) for p in (act.path, *act.also)]
            opened.enter_context(self._receiving())
            receiver = opened.enter_context(Receiver(self._vault, act.case_id, key))
            exhibit_id = receiver.claim(sources[0], new_id())
            try:
                # (2) and (3)
                digests = list(_copied(receiver, exhibit_id, sources, progress))
                # (4)
                sha256 = _together(digests)
                for source in sources:
                    if isinstance(source, Arrived):
                        source.check_digest(sha256)
                known = self._records.exhibit_with(act.case_id, sha256)
                if known is not None:
                    raise _Known(known)
                permit.recheck()
                # (5)
                parts = [
                    PartFile(s.path.name, d, s.size, 0)
                    for s, d in zip(sources, digests, strict=True)
                ]
                views = self._views(act, permit, exhibit_id, sha256, parts, key)
                # (6)
                for source in sources:
                    source.settle(lambda done, all_: progress("settle", done, all_, "seconds"))
                recorded = self._records.add_exhibit(*views)
                if recorded.id != exhibit_id:
                    raise _Known(recorded)
            except _Known as known:
                self._drop(act.case_id, exhibit_id)
                _check_same(act, known.exhibit)
                return _outcome(known.exhibit, received=0)
            except BaseException as error:
                if not isinstance(error, STOPS):
                    self._drop(act.case_id, exhibit_id)
                raise
            receiver.finish()
        before = self._records.exhibits(act.case_id)
        own = {view.id for view in views}
        seen = any(e.camera == views[0].camera for e in before if e.id not in own)
        return _outcome(views[0], received=1, cameras=int(not seen))

    def sweep(self) -> int:
        """Remove what killed processes left: half-written objects and unrecorded originals.

        What can still be gone on with stays for a week.  Does nothing to originals while
        any process is receiving.

        Returns:
            How many files were removed.
        """
        held = {
            (case_id, f"original/{name.removeprefix('receipt/')}")
            for case_id in self._vault.cases()
            for name in self._vault.names(case_id, "receipt")
            if self._vault.age(case_id, name) < KEPT_S
        }
        self.uploads.sweep()
        removed = self._vault.sweep(held)
        with suppress(BlockingIOError), self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for case_id in self._vault.cases():
                known = {original_of(exhibit.id) for exhibit in self._records.exhibits(case_id)}
                for kind in ("original", "index", "receipt"):
                    for name in self._vault.names(case_id, kind):
                        own = name.removeprefix(f"{kind}/")
                        recorded = original_of(own).partition("-")[0] in known
                        waits = (case_id, f"original/{own}") in held and kind != "index"
                        over = recorded and kind == "receipt"
                        if over or not (recorded or waits):
                            self._vault.delete(case_id, name)
                            removed += 1
        return removed

    # -- probing ------------------------------------------------------------------

    def _views(
        self,
        act: ReceiveExhibit,
        permit: Permit,
        exhibit_id: str,
        sha256: str,
        parts: Sequence[PartFile],
        key: bytes,
    ) -> list[Exhibit]:
        """The exhibit, and one more for each further video stream that can be read."""
        made: list[Exhibit] = []
        unread: list[Finding] = []
        streams = 1
        while len(made) + len(unread) < min(streams, _MOST_VIEWS):
            view = len(made) + len(unread)
            try:
                probes = [
                    self._examine(act, exhibit_id, number, view, key, part.size)
                    for number, part in enumerate(parts)
                ]
            except UnreadableSource as error:
                if not view:
                    raise
                text = f"Video stream {view + 1} of the file cannot be read: {error}"
                unread.append(Finding(FindingKind.UNDECODABLE, 0, 0, text))
                continue
            streams = probes[0].views
            made.append(self._view(act, permit, exhibit_id, sha256, parts, probes, view, key))
        if streams > 1:
            text = f"The file holds {streams} video streams; each is an exhibit of its own."
            told = (Finding(FindingKind.VIEWS, 0, 0, text), *unread)
            made[0] = replace(made[0], findings=(*made[0].findings, *told))
        return made

    def _view(
        self,
        act: ReceiveExhibit,
        permit: Permit,
        exhibit_id: str,
        sha256: str,
        parts: Sequence[PartFile],
        probes: Sequence[Probe],
        view: int,
        key: bytes,
    ) -> Exhibit:
        found, starts = probes[0], [Fraction(0)]
        if len(probes) > 1:
            apart = seconds_apart([p.name for p in parts])
            joined, findings = join(
                [
                    Part(part.name, probe.index, probe.findings, start)
                    for part, probe, start in zip(parts, probes, apart, strict=True)
                ]
            )
            found = replace(found.joined(joined), findings=findings)
            first = [joined.pts[part.row :].min() for part in joined.parts]
            starts = [int(at) * joined.time_base for at in first]
        if found.stream.duration > _MOST_DURATION:
            raise UnreadableSource(
                f"The times in {act.path.name} span {float(found.stream.duration) / 86400:.0f} "
                "days, which cannot be true.",
                remedy="Have the pictures counted instead, at the rate of the recorder, with "
                "--rate RATE.",
            )
        own = view_id(exhibit_id, view)
        self._vault.write(act.case_id, f"index/{own}", key, found.index.to_bytes())
        return Exhibit(
            id=own,
            case_id=act.case_id,
            sha256=sha256,
            size=sum(part.size for part in parts),
            name=act.path.name + (f" (view {view + 1})" if view else ""),
            camera=act.camera,
            origin=act.origin,
            clock=_clock(act),
            stream=found.stream,
            received_at=permit.at,
            findings=found.findings,
            view=view,
            parts=tuple(
                replace(part, start_ms=round(start * 1000))
                for part, start in zip(parts, starts, strict=True)
            )
            if len(parts) > 1
            else (),
        )

    def _examine(
        self, act: ReceiveExhibit, exhibit_id: str, number: int, view: int, key: bytes, size: int
    ) -> Probe:
        lending = Lending(self._vault, act.case_id, key, exhibit_id, reads=frozenset(("original",)))
        found = self._sandbox.call(
            examine,
            ExamineTask(act.case_id, part_name(exhibit_id, number), view, act.rate),
            serve=lending,
            limits=reading_limits(size),
            types=TYPES,
        )
        if not isinstance(found, Probe):
            raise Damaged(
                "A sandboxed process answered with something that is no answer.",
                remedy="Treat the recording as hostile, and report it.",
            )
        return found

    def _drop(self, case_id: str, exhibit_id: str) -> None:
        for kind in ("original", "index", "receipt"):
            for name in self._vault.names(case_id, kind):
                own = name.removeprefix(f"{kind}/")
                if original_of(own).partition("-")[0] == exhibit_id:
                    self._vault.delete(case_id, name)
        self._vault.sweep_parts(case_id, f"original/{exhibit_id}")

    @contextmanager
    def _receiving(self) -> Iterator[None]:
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        path = self._vault.root / ".receiving"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _check_stated(act: ReceiveExhibit) -> None:
    if not act.camera.strip():
        raise BadInput(
            "No camera is stated.", remedy="Name the camera in words with --camera CAMERA."
        )
    if not act.origin.strip():
        raise BadInput(
            "No origin is stated: a recording is received on a requisition or under a seal "
            "(art. 230-21).",
            remedy="Cite the requisition or the seal with --origin ORIGIN.",
        )


def _check_same(act: ReceiveExhibit, known: Exhibit) -> None:
    """What is stated of bytes received before is what was stated then."""
    now = _stated(act.camera, act.origin, _clock(act))
    then = _stated(known.camera, known.origin, known.clock)
    differs = [f"{what} {then[what]}, not {now[what]}" for what in now if now[what] != then[what]]
    if differs:
        raise BadInput(
            f"{act.path.name} was received before as exhibit {known.id}, with "
            f"{'; '.join(differs)}. Nothing was changed.",
            remedy=f"Use exhibit {known.id} as it is, or correct what is stated of it with "
            "`scelle clock set` or `scelle exhibit correct`.",
        )


def _stated(camera: str, origin: str, clock: Clock) -> dict[str, str]:
    at = clock.recorded_at
    return {
        "the camera": repr(camera),
        "the origin": repr(origin),
        "the recorder's time": "unstated" if at is None else at.isoformat(),
        "the clock's offset": f"{float(clock.offset):+} s",
        "the clock's proof": repr(clock.proof),
    }


def _copied(
    receiver: Receiver, exhibit_id: str, sources: Sequence[Closed], progress: Progress
) -> Iterator[str]:
    """Copy each file in turn; gives the digests, hexadecimal."""
    total = sum(source.size for source in sources)
    before = accumulate((source.size for source in sources), initial=0)
    for number, (source, done) in enumerate(zip(sources, before, strict=False)):

        def told(more: int, done: int = done) -> None:
            progress("receive", done + more, total, "bytes")

        yield receiver.copy(source, part_name(exhibit_id, number), told)


def _together(digests: Sequence[str]) -> str:
    """The digest of a recording: the file's own, or that of its files' digests, one a line."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def _clock(act: ReceiveExhibit) -> Clock:
    return Clock(act.recorded_at, act.clock_offset, proof=act.clock_proof)


def _outcome(exhibit: Exhibit, *, received: int, cameras: int = 0) -> Outcome:
    counts = {
        "exhibits": received,
        "already_received": 1 - received,
        # Of the case: one that no recording came from before.
        "cameras": cameras,
        "recorded_seconds": round(exhibit.stream.duration) * received,
        "bytes": exhibit.size * received,
    }
    return Outcome(exhibit, counts, {exhibit.id: exhibit.sha256})
