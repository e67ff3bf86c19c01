"""The installation's folder: made for its owner alone, and nothing written over what is in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from scelle.errors import BadInput, LedgerDamaged, Misconfigured

EXPORTS = "exports"
"""The one folder in an installation's home for files that leave it."""


def prepare_home(home: Path) -> None:
    """Make the folder if it is absent, and see that it can be written.

    Raises:
        Misconfigured: it cannot.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Misconfigured(
            f"the installation's folder {home} cannot be used: {error.strerror}",
            remedy="Give a folder that you own with --home, or free some space.",
        ) from error
    with suppress(OSError):
        home.chmod(0o700)


def require_ledger(home: Path) -> None:
    """A home that was used and has lost its ledger must not quietly begin another."""
    if (home / "version").exists() and not (home / "ledger.db").exists():
        raise LedgerDamaged(
            f"the ledger of {home} is gone, though the installation was used",
            remedy="Restore ledger.db and ledger.head from a backup; what was done since "
            "cannot be proved.",
        )


def require_outside(home: Path, output: Path | None) -> None:
    """Nothing is written over the installation's own files; ``exports`` alone is free."""
    if output is None:
        return
    target, own = output.resolve(), home.resolve()
    if target.is_relative_to(own) and not target.is_relative_to(own / EXPORTS):
        raise BadInput(
            f"{output} lies among the installation's own files",
            remedy=f"Choose a file outside {home}, or in its folder {EXPORTS}.",
        )
