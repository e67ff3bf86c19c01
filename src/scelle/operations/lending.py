"""What a sandboxed process may reach in the vault: objects named beforehand, nothing else.

The case's key never enters a sandbox.  To be read, an object is lent: an open
descriptor, and the secret that opens this one object (each file has a key of its own,
see :mod:`scelle.store.stream`), so that video is decrypted where it is decoded, at no
cost.  What is written is handed over in plain and encrypted outside.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from scelle.engine.child import Link
from scelle.engine.worker import Answer
from scelle.errors import Misconfigured
from scelle.model.acts import Progress, no_progress
from scelle.model.evidence import original_of
from scelle.store.vault import Lent, Vault, open_lent


class Objects(Protocol):
    """Where work reads and writes objects: the vault itself, or what was lent of it."""

    def open(self, case_id: str, name: str, key: bytes) -> io.BufferedReader:
        """See :meth:`scelle.store.vault.Vault.open`."""
        ...

    def read(self, case_id: str, name: str, key: bytes) -> bytes:
        """See :meth:`scelle.store.vault.Vault.read`."""
        ...

    def write(self, case_id: str, name: str, key: bytes, data: bytes) -> None:
        """See :meth:`scelle.store.vault.Vault.write`."""
        ...


class LentObjects:
    """In the sandbox: the part of the vault that was lent to it.  Keys are not looked at."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def open(self, case_id: str, name: str, key: bytes = b"") -> io.BufferedReader:
        """A reader of one object.

        Raises:
            NotFound: no such object.
            Misconfigured: it was not lent.
            VaultDamaged: on opening or on any read, if the bytes are not those written.
        """
        secret, descriptor = self._link.ask("open", case_id, name)
        return open_lent(Lent(descriptor, secret))

    def read(self, case_id: str, name: str, key: bytes = b"") -> bytes:
        """All the plain bytes of one object."""
        with self.open(case_id, name) as file:
            return file.read()

    def write(self, case_id: str, name: str, key: bytes, data: bytes) -> None:
        """Hand over an object; it exists before the work's result is heard."""
        self._link.tell("write", case_id, name, data)

    def write_many(self, case_id: str, objects: Mapping[str, bytes]) -> None:
        """Hand over several objects; all exist before anything that is told later."""
        self._link.tell("write-many", case_id, list(objects), list(objects.values()))

    def file(self, name: str) -> bytes:
        """A file outside the vault that was granted by name, such as a detector's model."""
        descriptor = self._link.ask("file", name)[1]
        with io.open(descriptor, "rb") as file:  # noqa: UP020 - a descriptor
            return file.read()


@dataclass(frozen=True)
class Lending:
    """Outside: lends what is named here and refuses the rest.

    Attributes:
        vault: where objects lie.
        case_id, key: of the case; both stay here.
        exhibit_id: objects are called after it, alone or followed by ``-``.
        reads, writes: kinds of objects.
        files: paths by the name under which they may be asked for.
        progress: told what the work tells.
    """

    vault: Vault
    case_id: str
    key: bytes = field(repr=False)
    exhibit_id: str
    reads: frozenset[str]
    writes: frozenset[str] = frozenset()
    files: Mapping[str, Path] = field(default_factory=dict)
    progress: Progress = no_progress

    def __call__(self, name: str, arguments: Sequence[Any]) -> Answer:
        """Answer one question; see :data:`scelle.engine.worker.Serve`.

        Raises:
            Misconfigured: it asks for something that was not granted.
        """
        match name, tuple(arguments):
            case "open", (str(case_id), str(object_name)):
                self._check(case_id, object_name, self.reads)
                lent = self.vault.lend(case_id, object_name, self.key)
                return Answer(lent.secret, (lent.descriptor,))
            case "write", (str(case_id), str(object_name), bytes(data)):
                self._check(case_id, object_name, self.writes)
                self.vault.write(case_id, object_name, self.key, data)
                return Answer()
            case "write-many", (str(case_id), list(names), list(contents)):
                for object_name in names:
                    self._check(case_id, str(object_name), self.writes)
                objects = {str(n): bytes(d) for n, d in zip(names, contents, strict=True)}
                self.vault.write_many(case_id, objects, self.key)
                return Answer()
            case "file", (str(wanted),) if wanted in self.files:
                with self.files[wanted].open("rb") as file:
                    return Answer(wanted, (os.dup(file.fileno()),))
            case "progress", (
                str(stage),
                int() | float() as done,
                int() | float() as total,
                str(u),
            ):
                self.progress(stage, done, total, u)
                return Answer()
        raise Misconfigured(
            f"A sandboxed process asked for {name!r}, which it was not granted.",
            remedy="Treat the recording as hostile, and report it.",
        )

    def _check(self, case_id: str, name: str, kinds: frozenset[str]) -> None:
        kind, _, rest = name.partition("/")
        # The views of one file share its bytes, and nothing else.
        ours = original_of(self.exhibit_id) if kind == "original" else self.exhibit_id
        own = rest == ours or rest.startswith(f"{ours}-")
        if case_id != self.case_id or kind not in kinds or not own:
            raise Misconfigured(
                f"A sandboxed process asked for {name[:80]!r}, which it was not granted.",
                remedy="Treat the recording as hostile, and report it.",
            )
