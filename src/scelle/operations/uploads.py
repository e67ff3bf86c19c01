"""What a browser brings: a closed file in chunks, each encrypted before it is acknowledged.

A chunk is one object of the vault, ``upload/<id>-<number>``: its SHA-256 (32 bytes), then its
bytes.  It is there whole or not at all, so a broken upload goes on after the last of them.
``upload/<id>`` says what was stated of the file, and later what the browser made of it.
Nothing lies in the clear at any time.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from scelle.errors import BadInput, NotFound, UnreadableSource
from scelle.footage.ending import ends_itself
from scelle.footage.source import ENDED_QUIET_S, QUIET_S
from scelle.model.acts import BeginUpload, Outcome, Permit, Progress, ReceiveExhibit
from scelle.model.evidence import new_id
from scelle.operations.copying import KEPT_S, STOPS
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 8 << 20
"""Bytes of a chunk; the last one may have fewer."""

LARGEST = 1 << 40
"""Bytes of a file that is brought through a browser: a larger one is received on the machine."""

_DIGEST = 32
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True)
class Stated:
    """What is stated of an upload, in ``upload/<id>``.

    Attributes:
        agent: who brings it.
        sha256: what the browser computed of the whole file, hexadecimal; empty until then.
    """

    agent: str
    name: str
    size: int
    modified_ms: int
    sha256: str = ""

    @property
    def chunks(self) -> int:
        """How many there are."""
        return -(-self.size // CHUNK)

    def length(self, number: int) -> int:
        """Bytes of one chunk, counted from 0."""
        return min(CHUNK, self.size - number * CHUNK)

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Stated:
        """The same back."""
        return cls(**json.loads(data))


class Upload:
    """The right to bring one file, as the door granted it; asked again at every chunk.

    Attributes:
        id: of the upload.
        stated: what is to come.
        chunk: bytes of a chunk.
    """

    def __init__(
        self, vault: Vault, key: bytes, upload_id: str, stated: Stated, permit: Permit
    ) -> None:
        self._vault, self._key, self._permit = vault, key, permit
        self._act = cast("BeginUpload", permit.act)
        self.id, self.stated, self.chunk = upload_id, stated, CHUNK

    def done(self) -> dict[int, str]:
        """Chunks that are there, and their SHA-256, hexadecimal."""
        found = {}
        for number in range(self.stated.chunks):
            if self._vault.exists(self._act.case_id, _chunk(self.id, number)):
                with self._vault.open(
                    self._act.case_id, _chunk(self.id, number), self._key
                ) as file:
                    found[number] = file.read(_DIGEST).hex()
        return found

    def put(self, number: int, sha256: str, data: bytes) -> None:
        """Keep one chunk.

        Args:
            number: from 0.
            sha256: of the chunk, as the browser computed it, hexadecimal.

        Raises:
            Refused: the law no longer grants it.
            BadInput: no such chunk, or not the bytes that left the browser.
        """
        self._permit.recheck()
        if not 0 <= number < self.stated.chunks or len(data) != self.stated.length(number):
            raise BadInput(
                "This is no chunk of the file that was stated.",
                remedy="Choose the file again: a file that grows is not closed.",
            )
        digest = hashlib.sha256(data)
        if digest.hexdigest() != sha256:
            raise BadInput(
                "A chunk did not arrive as it was sent.", remedy="Send it again; check the machine."
            )
        self._vault.write(
            self._act.case_id, _chunk(self.id, number), self._key, digest.digest() + data
        )

    def finish(self, sha256: str) -> ReceiveExhibit | float:
        """All is there: the act that receives it, or how many seconds to wait and look again.

        The browser has just looked at the file once more; like a file on the machine it
        must by then have been left alone for :data:`scelle.footage.source.QUIET_S`.

        Args:
            sha256: of the whole file, as the browser computed it, hexadecimal.

        Raises:
            Refused: the law no longer grants it.
            BadInput: chunks are missing, or that is no digest.
        """
        self._permit.recheck()
        act = self._act
        if not _SHA256.fullmatch(sha256):
            raise BadInput("This is no SHA-256.", remedy="Load the page and send it again.")
        with Arrived(self._vault, act.case_id, self._key, self.id, self.stated) as arrived:
            quiet_s = ENDED_QUIET_S if ends_itself(arrived.file, arrived.size) else QUIET_S
            arrived.keep()
        # A time yet to come is another machine's clock, and says nothing.
        age = time.time() - self.stated.modified_ms / 1000
        if 0 <= age < quiet_s:
            return quiet_s - age
        finished = replace(self.stated, sha256=sha256)
        self._vault.write(act.case_id, f"upload/{self.id}", self._key, finished.to_bytes())
        return ReceiveExhibit(
            case_id=act.case_id,
            path=Path(act.name),
            camera=act.camera,
            origin=act.origin,
            recorded_at=act.recorded_at,
            clock_offset=act.clock_offset,
            clock_proof=act.clock_proof,
            reason=act.reason,
            upload=self.id,
        )


class Uploads:
    """Handler of :class:`BeginUpload`, and where its files are received from."""

    def __init__(self, vault: Vault, keys: Keyring) -> None:
        self._vault, self._keys = vault, keys

    def begin(self, act: BeginUpload, permit: Permit, progress: Progress) -> Outcome:
        """Begin an upload, or go on with that of the same file by the same person.

        Returns:
            An outcome whose value is an :class:`Upload`.

        Raises:
            BadInput: no name, no camera or no origin; empty, too large, or no room for it.
        """
        stated = _stated(act, permit.agent_id)
        key = self._keys.create_case_key(act.case_id)
        upload_id = self._pending(act.case_id, key, stated)
        if not upload_id:
            # Both what was brought and the original lie here for a while.
            free = shutil.disk_usage(self._vault.root).free
            if 2 * act.size > free:
                raise BadInput(
                    f"{act.name} has {act.size} bytes, and there is room for {free // 2}.",
                    remedy="Make room on the installation's disk, or receive it on the machine "
                    "itself with `scelle exhibit receive`.",
                )
            upload_id = new_id()
            self._vault.write(act.case_id, f"upload/{upload_id}", key, stated.to_bytes())
        upload = Upload(self._vault, key, upload_id, stated, permit)
        return Outcome(upload, {"bytes": act.size}, {upload_id: "upload"})

    def open(self, act: ReceiveExhibit, permit: Permit, key: bytes) -> Arrived:
        """What was brought, to be received.

        Raises:
            NotFound: no such upload of that person, or it is not finished.
        """
        stated = self._stated(act.case_id, act.upload, key)
        if stated is None or stated.agent != permit.agent_id or not stated.sha256:
            raise NotFound(
                f"There is no finished upload {act.upload}.", remedy="Send the file again."
            )
        return Arrived(self._vault, act.case_id, key, act.upload, stated)

    def sweep(self) -> None:
        """Remove uploads with which nobody went on for a week."""
        for case_id in self._vault.cases():
            ages: dict[str, float] = {}
            for name in self._vault.names(case_id, "upload"):
                own = _own(name)
                ages[own] = min(ages.get(own, KEPT_S), self._vault.age(case_id, name))
            for own in (o for o, age in ages.items() if age >= KEPT_S):
                _remove(self._vault, case_id, own)

    def _pending(self, case_id: str, key: bytes, stated: Stated) -> str:
        for name in self._vault.names(case_id, "upload"):
            own = _own(name)
            known = self._stated(case_id, own, key) if name == f"upload/{own}" else None
            if known is not None and replace(known, sha256="") == stated:
                return own
        return ""

    def _stated(self, case_id: str, upload_id: str, key: bytes) -> Stated | None:
        if not self._vault.exists(case_id, f"upload/{upload_id}"):
            return None
        return Stated.from_bytes(self._vault.read(case_id, f"upload/{upload_id}", key))


class Arrived:
    """An upload that is whole, read like a closed file; see :class:`copying.Closed`.

    It is gone when it is left, unless the receipt was only stopped.
    """

    def __init__(
        self, vault: Vault, case_id: str, key: bytes, upload_id: str, stated: Stated
    ) -> None:
        missing = sum(not vault.exists(case_id, _chunk(upload_id, n)) for n in range(stated.chunks))
        if missing:
            raise BadInput(
                f"{missing} chunks of {stated.name} have not arrived.",
                remedy="Choose the same file again: it goes on where it stopped.",
            )
        self._vault, self._case_id, self._id, self._stated = vault, case_id, upload_id, stated
        self._kept = False
        self.path = Path(stated.name)
        self.size = stated.size
        self.identity = (stated.size, stated.modified_ms * 1_000_000, 0, 0)
        reader = _Chunks(vault, case_id, key, upload_id, stated)
        self.file: BinaryIO = cast("BinaryIO", reader)

    def check_digest(self, sha256: str) -> None:
        """Compare what was written with what the browser computed.

        Raises:
            UnreadableSource: they differ.
        """
        if sha256 != self._stated.sha256:
            raise UnreadableSource(
                f"{self.path} has the SHA-256 {sha256} here, and {self._stated.sha256} in the "
                "browser.",
                remedy="Send the file again; check the medium and the machine.",
            )

    def check_unchanged(self) -> None:
        """What lies in the vault does not change."""

    def settle(self, waiting: Callable[[float, float], None]) -> None:
        """It was left alone for long enough before it was finished: :meth:`Upload.finish`."""

    def keep(self) -> None:
        """Leave it where it is."""
        self._kept = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()
        if not (self._kept or isinstance(error, STOPS)):
            _remove(self._vault, self._case_id, self._id)


class _Chunks(io.RawIOBase):
    """The chunks of an upload as one file; the vault verifies them as they are read."""

    def __init__(
        self, vault: Vault, case_id: str, key: bytes, upload_id: str, stated: Stated
    ) -> None:
        self._vault, self._case_id, self._key = vault, case_id, key
        self._id, self._stated = upload_id, stated
        self._position = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._stated.size}
        self._position = base[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with memoryview(buffer).cast("B") as target:
            done = 0
            while done < len(target) and self._position < self._stated.size:
                number, at = divmod(self._position, CHUNK)
                data = self._chunk(number)[at : at + len(target) - done]
                target[done : done + len(data)] = data
                done += len(data)
                self._position += len(data)
            return done

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            name = _chunk(self._id, number)
            self._held = (number, self._vault.read(self._case_id, name, self._key)[_DIGEST:])
        return self._held[1]


def _stated(act: BeginUpload, agent_id: str) -> Stated:
    said = (
        (_NAME.fullmatch(act.name), "The file has no name that can be kept."),
        (act.camera.strip(), "No camera is stated."),
        (act.origin.strip(), "No origin is stated: a requisition or a seal (art. 230-21)."),
        (act.size <= LARGEST, f"{act.name} is larger than {LARGEST >> 30} GiB."),
        (0 <= act.modified_ms < 1 << 53, "The time of the file's last change cannot be true."),
    )
    if act.size <= 0:
        raise BadInput(f"{act.name} is empty.", remedy="Choose another file: it holds nothing.")
    for holds, text in said:
        if not holds:
            raise BadInput(text, remedy="Complete what is stated, and send the file again.")
    return Stated(agent_id, act.name, act.size, act.modified_ms)


def _chunk(upload_id: str, number: int) -> str:
    return f"upload/{upload_id}-{number:06}"


def _own(name: str) -> str:
    return name.removeprefix("upload/").partition("-")[0]


def _remove(vault: Vault, case_id: str, upload_id: str) -> None:
    names = [n for n in vault.names(case_id, "upload") if _own(n) == upload_id]
    vault.delete_many(case_id, names)
    vault.sweep_parts(case_id, f"upload/{upload_id}")
