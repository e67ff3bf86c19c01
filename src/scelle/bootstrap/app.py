"""One open installation, as those who ask see it."""

from __future__ import annotations

import fcntl
import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from scelle import __version__
from scelle.bootstrap.handlers import Surroundings, wire
from scelle.bootstrap.stores import Stores
from scelle.door import Door, Steps
from scelle.engine.protection import MEBIBYTE, Protection, offered
from scelle.errors import BadInput, NotFound
from scelle.ledger import checkpoint
from scelle.ledger.anchoring import Anchoring, Shown
from scelle.ledger.credentials import video_signer
from scelle.ledger.entries import Value
from scelle.ledger.outside import Witness
from scelle.ledger.pades import document_signer
from scelle.ledger.timestamps import Authority
from scelle.ledger.verify import Report
from scelle.model.acts import Act, Progress, no_progress
from scelle.operations.looking import look
from scelle.operations.sandbox import Sandbox
from scelle.reporting.attestation import Installation
from scelle.settings import Settings
from scelle.store import states
from scelle.store.home import require_outside

_T = TypeVar("_T")

_STANDING_BY = 4
"""Decoding processes that are started before somebody looks at pictures again."""


class App:
    """One open installation.  Use as a context manager.

    Attributes:
        settings: where it lives.
        sign_ins: whom a browser may stand for; read without an act, and tells of no case.
        queue: work that was asked in the browser and outlives the server; grants nothing.
        handled: the acts that it does.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        stores = Stores(settings.home, settings.database.get_secret_value())
        self._keys, self._engine = stores.keys, stores.engine
        self._book, self._records = stores.book, stores.records
        self.sign_ins, self.queue = stores.sign_ins, stores.queue
        sandbox = Sandbox(settings.production, settings.sandbox_memory * MEBIBYTE)
        authority = Authority.configured(settings.timestamp_url, settings.timestamp_certificate)
        signer = document_signer(
            settings.signature,
            settings.signature_passphrase,
            authority,
            settings.signature_validation,
        )
        videos = video_signer(
            settings.credentials, settings.signature, settings.signature_passphrase
        )
        self._screen = sandbox.standing_by(_STANDING_BY)
        around = Surroundings(
            sandbox, self._screen, self.configuration, lambda: self._door, signer, videos
        )
        wired = wire(stores, around)
        self.handled = frozenset(wired.handlers)
        self._forget, self._erased = wired.forget, self._keys.every_destroyed()
        self._door: Door = Door(
            self._records, self._book, self._keys, wired.handlers, lambda: datetime.now(UTC)
        )
        self._anchoring = Anchoring(
            self._book,
            authority,
            self._refused_by_witness,
        )
        self._door.bind(self._records)
        for sweep in wired.sweeps:
            sweep()
        self._record_version(settings.home)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the databases."""
        self._screen.close()
        self._engine.dispose()
        self._book.close()

    def forget_erased(self) -> None:
        """Hold nothing in memory of cases that another process has erased; to be called often."""
        erased = self._keys.every_destroyed()
        for case_id in erased - self._erased:
            for forget in self._forget:
                forget(case_id)
        self._erased = erased

    def perform(self, agent_id: str, act: Act, progress: Progress = no_progress) -> Any:
        """Hand an act to the door (:meth:`scelle.door.Door.perform`).

        Raises:
            BadInput: its output would land among the installation's own files.
        """
        if not getattr(act, "kept", False):
            require_outside(self.settings.home, getattr(act, "output", None))
        return self._door.perform(agent_id, act, progress)

    def perform_in_turn(self, agent_id: str, steps: Steps[_T]) -> _T:
        """Hand readings that belong together to the door: :meth:`.Door.perform_in_turn`."""
        return self._door.perform_in_turn(agent_id, steps)

    @property
    def protection(self) -> Protection:
        """What holds decoding processes on this machine."""
        return offered()

    def configuration(self) -> Installation:
        """What this installation is made of now; needs no permit, since it tells of no case."""
        told, path = self.settings.model_dump(mode="json"), self._book.path
        # Which one, and never its address.
        told["database"] = self._engine.dialect.name
        return look(self.settings.home, self._engine, self._book, path, told, offered())

    def agent(self) -> str:
        """Who asks on this machine: the setting, or the login name."""
        return self.settings.agent or getpass.getuser()

    def authority(self, agent_id: str, case_id: str) -> str:
        """Changes whenever what lets an agent see a case may have changed; tells nothing else.

        What people say of tracks, bookmark and write down there leaves it as it is.

        Whoever goes on showing what the door has granted asks the door again when it does.
        """
        told = self._records.states(states.of_agent(agent_id), states.of_sight(case_id))
        # Nothing is written when one of them begins or ends by the clock.
        now = datetime.now(UTC)
        mandates, clearances = self._records.mandates(case_id), self._records.clearances(agent_id)
        terms = [(m.valid_from, m.valid_to) for m in mandates]
        terms += [(c.valid_from, c.valid_to) for c in clearances]
        in_force = "".join(str(int(first <= now < last)) for first, last in terms)
        return ".".join((*told.values(), in_force))

    def verify_ledger(
        self,
        against: Path | None = None,
        kept: Sequence[Path] = (),
        witnesses: Sequence[str] = (),
    ) -> Report:
        """Hold the ledger against its signed head, and earlier heads; needs no permit.

        Args:
            against, kept: files with signed heads kept from before, or given by a witness.
            witnesses: verifier keys that must have co-signed a head, besides those that
                the ledger names.

        Raises:
            BadInput: the file with the earlier head cannot be read.
        """
        earlier = [_text(path, "the earlier head") for path in (against, *kept) if path]
        report = self._book.check(earlier=earlier, witnesses=witnesses)
        if any(p.check == "storage" for p in report.problems):
            return report
        altered = self._door.check_states(self._records.states())
        told = "What the database says of people and cases is what the ledger's acts left."
        holds = report.holds if altered else (*report.holds, told)
        return replace(report, holds=holds, problems=(*report.problems, *altered))

    # -- outside parties -----------------------------------------------------------

    def vkeys(self) -> tuple[str, ...]:
        """The ledger's verifier keys, from the first to the one that signs now."""
        return self._book.vkeys()

    def witnesses(self) -> tuple[Witness, ...]:
        """Those who co-sign the ledger's heads."""
        return self._book.outside.witnesses()

    def checkpoint(self) -> tuple[str, tuple[Shown, ...]]:
        """Keep the last signed head, and show it to every witness and authority.

        Returns:
            The head with its signatures, and what became of showing it.
        """
        self._book.checkpoint(datetime.now(UTC))
        shown = self._anchoring.show(datetime.now(UTC), stamp=True)
        return self._book.checkpoints()[-1][1], shown

    def anchor(self) -> tuple[Shown, ...]:
        """Show the last head that was kept to whoever has not signed it; nothing else."""
        return self._anchoring.show(datetime.now(UTC))

    def witness_request(self, name: str, seen: int | None = None) -> str:
        """The request to a witness, to give to it as a file.

        Args:
            seen: the size that it co-signed last, where it says another than is known here.

        Raises:
            NotFound: no such witness.
        """
        for witness in self.witnesses():
            if witness.key.name == name:
                self._book.checkpoint(datetime.now(UTC))
                return self._anchoring.request_for(witness, seen)
        raise NotFound(
            f"The ledger names no witness {name}.",
            remedy="Run `scelle ledger witnesses` to see which there are.",
        )

    def add_cosignatures(self, file: Path) -> tuple[str, ...]:
        """Keep the co-signatures on a head that a witness gave back; gives their names.

        Raises:
            BadInput: it is no head that was kept, or a signature is wrong.
        """
        return self._book.outside.add(_text(file, "the co-signed head"))

    @property
    def vkey(self) -> str:
        """The key to hand to others: it verifies the ledger's heads and the certificates."""
        return self._book.vkey

    def ledger_head(self) -> tuple[int, str]:
        """Number of entries, and the root's hash in hexadecimal."""
        head = checkpoint.parse(self._book.head())
        return head.size, head.root.hex()

    def disclosed_entries(self, *span: int) -> Iterator[Mapping[str, Value]]:
        """The public fields of all entries, or of those from a place up to another, in order."""
        for entry in self._book.entries(*span):
            yield {name: value for name, (_, value) in entry.disclosed.items()}

    def _refused_by_witness(self, vkey: str, text: str) -> None:
        self._door.record_system("witness-refused", {"vkey": vkey, "answer": text})

    def _record_version(self, home: Path) -> None:
        """An entry for each version that begins to run here: *no use* is not *no record*."""
        mark, held = home / "version", os.open(home, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # Of those that open it at the same moment one alone writes the entry.
            fcntl.flock(held, fcntl.LOCK_EX)
            known = mark.read_text() if mark.exists() else ""
            if known != __version__:
                event = "upgraded" if known else "installed"
                self._door.record_system(event, {"version": __version__, "before": known})
                fresh = mark.with_suffix(".new")
                fresh.write_text(__version__)
                fresh.replace(mark)
        finally:
            os.close(held)


def open_app(settings: Settings) -> App:
    """Open an installation; its folder is made on first use.

    Raises:
        Misconfigured: the folder cannot be made or written.
    """
    return App(settings)


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{what} {path} cannot be read: {error}",
            remedy="Give the text file that holds a signed head of this ledger.",
        ) from error
