"""Receiving a recording: hashed, encrypted, probed and recorded, or nothing at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scelle.errors import BadInput, Damaged, UnreadableSource
from scelle.footage.probe import Probe
from scelle.footage.source import ClosedFile, open_closed
from scelle.model.acts import Outcome, Permit, Progress, ReceiveExhibit
from scelle.model.evidence import Exhibit, new_id
from scelle.model.time import Clock
from scelle.operations.lending import Lending
from scelle.operations.receipt import TYPES, ExamineTask, examine
from scelle.operations.sandbox import Sandbox, reading_limits
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_READ = 1 << 20


class _Known(Exception):
    """The same bytes were received before; the copy under way is dropped."""

    def __init__(self, exhibit: Exhibit) -> None:
        super().__init__(exhibit.id)
        self.exhibit = exhibit


class Intake:
    """Handler of :class:`scelle.model.acts.ReceiveExhibit`.

    The original goes to the vault as ``original/<exhibit id>``, its packet index as
    ``index/<exhibit id>``.
    """

    def __init__(
        self, vault: Vault, keys: Keyring, records: Records, sandbox: Sandbox | None = None
    ) -> None:
        self._sandbox = sandbox or Sandbox()
        self._vault = vault
        self._keys = keys
        self._records = records

    def receive(self, act: ReceiveExhibit, permit: Permit, progress: Progress) -> Outcome:
        """Take one closed recording into the vault; the value is its :class:`Exhibit`.

        (1) open the file once, and only if nobody is writing it;
        (2) in one pass, hash, encrypt and write it;
        (3) look at the file again: one that has changed is refused;
        (4) the same bytes in the same case are one exhibit: the earlier one is given
            back if the same is stated of it, and ``already_received`` counts 1;
        (5) probe what lies in the vault, not the file outside it;
        (6) record the exhibit.

        Whatever stops it, nothing is left of an exhibit that was not recorded; what
        a killed process leaves, :meth:`sweep` removes.

        Raises:
            BadInput: no camera or no origin is stated, or the same bytes were received
                with another camera, origin or clock.
            UnreadableSource: not a closed regular file, or no video in it.
            Misconfigured: no room on the disk.
        """
        _check_stated(act)
        key = self._keys.create_case_key(act.case_id)
        exhibit_id = new_id()
        names = f"original/{exhibit_id}", f"index/{exhibit_id}"
        # (1)
        with open_closed(act.path) as source, self._receiving():
            try:
                # (2) to (4)
                sha256 = self._copy(act, names[0], key, source, progress)
                permit.recheck()
                # (5)
                found = self._examine(act.case_id, exhibit_id, key, source.size)
                self._vault.write(act.case_id, names[1], key, found.index.to_bytes())
                # (6)
                exhibit = _exhibit(act, permit, exhibit_id, sha256, source.size, found)
                recorded = self._records.add_exhibit(exhibit)
                if recorded.id != exhibit_id:
                    raise _Known(recorded)
            except _Known as known:
                self._drop(act.case_id, names)
                _check_same(act, known.exhibit)
                return _outcome(known.exhibit, received=0)
            except BaseException:
                self._drop(act.case_id, names)
                raise
        return _outcome(exhibit, received=1)

    def sweep(self) -> int:
        """Remove what killed processes left: half-written objects and unrecorded originals.

        Does nothing to originals while any process is receiving.

        Returns:
            How many files were removed.
        """
        removed = self._vault.sweep()
        with suppress(BlockingIOError), self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for case_id in self._vault.cases():
                known = {exhibit.id for exhibit in self._records.exhibits(case_id)}
                for kind in ("original", "index"):
                    for name in self._vault.names(case_id, kind):
                        if name.removeprefix(f"{kind}/") not in known:
                            self._vault.delete(case_id, name)
                            removed += 1
        return removed

    def _examine(self, case_id: str, exhibit_id: str, key: bytes, size: int) -> Probe:
        lending = Lending(self._vault, case_id, key, exhibit_id, reads=frozenset(("original",)))
        found = self._sandbox.call(
            examine,
            ExamineTask(case_id, exhibit_id),
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

    def _copy(
        self, act: ReceiveExhibit, name: str, key: bytes, source: ClosedFile, progress: Progress
    ) -> str:
        digest, done = hashlib.sha256(), 0
        with self._vault.create(act.case_id, name, key) as target:
            while data := _read(source):
                digest.update(data)
                target.write(data)
                done += len(data)
                progress("receive", done, source.size, "bytes")
            source.check_unchanged()
            known = self._records.exhibit_with(act.case_id, digest.hexdigest())
            if known is not None:
                raise _Known(known)
        return digest.hexdigest()

    def _drop(self, case_id: str, names: tuple[str, ...]) -> None:
        for name in names:
            self._vault.delete(case_id, name)

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


def _read(source: ClosedFile) -> bytes:
    try:
        return source.file.read(_READ)
    except OSError as error:
        raise UnreadableSource(
            f"{source.path} cannot be read to its end: {error.strerror}.",
            remedy="Check the medium, and copy the recording again.",
        ) from error


def _exhibit(
    act: ReceiveExhibit, permit: Permit, exhibit_id: str, sha256: str, size: int, found: Probe
) -> Exhibit:
    return Exhibit(
        id=exhibit_id,
        case_id=act.case_id,
        sha256=sha256,
        size=size,
        name=act.path.name,
        camera=act.camera,
        origin=act.origin,
        clock=_clock(act),
        stream=found.stream,
        received_at=permit.at,
        findings=found.findings,
    )


def _clock(act: ReceiveExhibit) -> Clock:
    return Clock(act.recorded_at, act.clock_offset, proof=act.clock_proof)


def _outcome(exhibit: Exhibit, *, received: int) -> Outcome:
    counts = {
        "exhibits": received,
        "already_received": 1 - received,
        "recorded_seconds": round(exhibit.stream.duration) * received,
        "bytes": exhibit.size * received,
    }
    return Outcome(exhibit, counts, {exhibit.id: exhibit.sha256})
