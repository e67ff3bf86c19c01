"""The installation's folder: made for its owner alone, and nothing written over what is in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from scelle.errors import BadInput, LedgerDamaged, Misconfigured

EXPORTS = "exports"
"""The one folder in an installation's home for files that leave it."""

DATABASE = "scelle.db"
"""The database of an installation that has it in no other place."""


def prepare_home(home: Path) -> None:
    """Make the folder if it is absent, and see that it can be written.

    Raises:
        Misconfigured: it cannot.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)  # another that opens it may have been quicker
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


def require_database(home: Path, elsewhere: str) -> bool:
    """An installation keeps the database that it began with; gives whether it was used already.

    Args:
        home: its folder.
        elsewhere: the address of a database on a server; empty where it is a file of the home.

    Raises:
        Misconfigured: it began with another one.
    """
    used, here = (home / "version").exists(), (home / DATABASE).exists()
    if elsewhere and here:
        raise Misconfigured(
            f"the database of {home} is its file {DATABASE}, and SCELLE_DATABASE names another",
            remedy="Unset SCELLE_DATABASE, or choose another --home for that database.",
        )
    if used and not elsewhere and not here:
        raise Misconfigured(
            f"the database of {home} is not there",
            remedy="Set SCELLE_DATABASE to its address if it is in PostgreSQL; or restore "
            f"{DATABASE} from a backup.",
        )
    return used


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
