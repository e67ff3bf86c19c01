"""Copies that are made for somebody who is not at the machine: in the vault until fetched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj
from typing import TypeVar

from scelle.errors import BadInput
from scelle.model.acts import (
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    Outcome,
    Permit,
    Progress,
)
from scelle.model.copies import Waiting
from scelle.operations.clipping import sha256_of
from scelle.reporting.provenance import claim_of
from scelle.store.handing import Handing, sweep
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

KIND = "copy"
"""Objects of the vault that are copies, each named by the entry that let it leave.

Beside a synopsis that is not signed here lies its manifest definition."""

WAITS_S = 7 * 86400
"""How long a copy waits, seconds."""

_BLOCK = 1 << 20

Leaving = TypeVar("Leaving", ExportClip, ExportTracks, MakeStill, MakeSynopsis)
Make = Callable[[Leaving, Permit, Progress], Outcome]


class Keeping:
    """Lets acts that write a file leave it in the vault, under the case's key.

    Args:
        vault: where copies wait.
        keys: seals them.
        exports: where a file lies while it is made, in a private folder.
    """

    def __init__(self, vault: Vault, keys: Keyring, exports: Path) -> None:
        self._vault, self._keys, self._exports = vault, keys, exports

    def around(self, make: Make[Leaving]) -> Make[Leaving]:
        """The same handler; of an act that is ``kept`` the value is a :class:`Waiting`."""

        def made(act: Leaving, permit: Permit, progress: Progress) -> Outcome:
            return (
                self._keep(make, act, permit, progress) if act.kept else make(act, permit, progress)
            )

        return made

    def sweep(self) -> None:
        """Remove copies that nobody fetched in a week, and what killed processes left."""
        sweep(self._exports)
        for case_id in self._vault.cases():
            for name in self._vault.names(case_id, KIND):
                if not _young(self._vault, case_id, name):
                    self._vault.delete(case_id, name)

    def _keep(
        self, make: Make[Leaving], act: Leaving, permit: Permit, progress: Progress
    ) -> Outcome:
        name = Path(act.output or "").name
        if not name or str(act.output) != name or getattr(act, "native", False):
            raise BadInput(
                "A copy that waits is one file with a plain name.",
                remedy="Give a name without a folder, such as clip.mp4.",
            )
        key = self._keys.case_key(act.case_id)
        self.sweep()
        handing = Handing(self._exports)
        try:
            path = handing.folder / name
            outcome = make(replace(act, output=path), permit, progress)
            # Both, or neither; the copy itself last.
            files = {copy_name(permit.entry): path, claim_name(permit.entry): claim_of(path)}
            with ExitStack() as sealed:
                for kept, file in files.items():
                    if file.exists():
                        written = sealed.enter_context(self._vault.create(act.case_id, kept, key))
                        with file.open("rb") as plain:
                            copyfileobj(plain, written, _BLOCK)
                # Last: nothing is left in a case that was erased meanwhile.
                permit.recheck()
            waiting = Waiting(
                permit.entry,
                name,
                sha256_of(path),
                path.stat().st_size,
                claim_of(path).exists(),
                lambda: waits(self._vault, act.case_id, permit.entry),
            )
        finally:
            handing.close()
        return Outcome(waiting, outcome.counts, outcome.objects)


def copy_name(entry: int) -> str:
    """The object of the vault in which a copy waits."""
    return f"{KIND}/{entry}"


def claim_name(entry: int) -> str:
    """The object in which a manifest definition waits beside its copy, if there is one."""
    return f"{KIND}/{entry}.c2pa.json"


def waits(vault: Vault, case_id: str, entry: int) -> bool:
    """Whether a copy waits: not called back, not erased, not for too long."""
    return _young(vault, case_id, copy_name(entry))


def _young(vault: Vault, case_id: str, name: str) -> bool:
    return vault.age(case_id, name) < WAITS_S
