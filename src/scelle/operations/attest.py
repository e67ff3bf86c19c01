"""Saying what this installation is, and that its compliance commitment was sent."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from scelle.errors import BadInput
from scelle.ledger.entries import Entry
from scelle.model.acts import Attest, Outcome, Permit, Progress, RecordCommitment
from scelle.model.results import Exported
from scelle.reporting.attestation import Installation, attest, signed
from scelle.reporting.evidence import Signs
from scelle.reporting.letters import attestation_text

_COMMITMENT = RecordCommitment.kind


class Outcomes(Protocol):
    """The ledger, asked what was done: :class:`scelle.ledger.book.Book` is one."""

    def outcomes(self, acts: Collection[str]) -> Iterator[Entry]:
        """Entries that tell that one of some acts was done; in order."""
        ...


class Attesting:
    """Handlers of the acts that are about the installation itself.

    Args:
        look: gives what is to be attested, as it is when it is asked.
    """

    def __init__(self, look: Callable[[], Installation], sign: Signs) -> None:
        self._look = look
        self._sign = sign

    def attest(self, act: Attest, permit: Permit, progress: Progress) -> Outcome:
        """Write the folder of an attestation, whole or not at all.

        Returns:
            An outcome whose value is an :class:`~scelle.reporting.attestation.Attestation`;
            ``counts`` tells how many checks there were and how many failed.

        Raises:
            BadInput: the folder exists, or cannot be written.
        """
        seen = self._look()
        made = attest(seen, permit.at)
        text = signed(made, seen.vkey, self._sign)
        with new_folder(act.output) as folder:
            for name, content in {**made.boms, "attestation.json": text}.items():
                (folder / name).write_bytes(content)
            for language in ("en", "fr"):
                told = attestation_text(made, language)
                (folder / f"attestation.{language}.txt").write_text(told, encoding="utf-8")
        counts = {
            "checks": len(made.checks),
            "checks_failed": len(made.failed),
            "models": len(seen.catalogue),
        }
        return Outcome(made, counts, {hashlib.sha256(text).hexdigest(): "attestation"})

    def record_commitment(
        self, act: RecordCommitment, permit: Permit, progress: Progress
    ) -> Outcome:
        """Record the day; the ledger's entry of it is what the law asks for.

        Returns:
            An outcome whose value is the day.
        """
        counts = {"sent_on": int(act.sent_on.replace("-", ""))}
        return Outcome(act.sent_on, counts, {act.document_sha256 or "commitment": "commitment"})


def commitment_sent_on(ledger: Outcomes) -> str:
    """The day that was last recorded, as in ``2026-11-24``; empty when none was."""
    day = ""
    for entry in ledger.outcomes({_COMMITMENT}):
        counts = entry.value("counts")
        told = str(counts.get("sent_on", "")) if isinstance(counts, dict) else ""
        day = f"{told[:4]}-{told[4:6]}-{told[6:]}" if len(told) == 8 else day
    return day


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """A folder to fill, that appears whole under its name or not at all.

    Raises:
        BadInput: it exists already, or cannot be written.
    """
    part = output.with_name(f".{output.name}.part")
    try:
        if output.exists():
            raise BadInput(
                f"{output} exists already",
                remedy="Give a folder that does not exist yet, so that nothing is mixed.",
            )
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        part.replace(output)
    except OSError as error:
        raise BadInput(
            f"{output} cannot be written: {error.strerror}",
            remedy="Choose a place that exists, where you may write and where there is room.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def described(folder: Path) -> Exported:
    """A folder that left the system: its files, and the digest of its manifest."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    manifest = folder / "manifest.txt"
    return Exported(folder, len(files), hashlib.sha256(manifest.read_bytes()).hexdigest())
