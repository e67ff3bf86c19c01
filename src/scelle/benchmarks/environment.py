"""Environments of public programs that this one is measured beside: theirs, not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

from platformdirs import user_cache_path

from scelle.errors import Misconfigured
from scelle.model.acts import Progress


def environment(name: str, what: str, remedy: str, progress: Progress) -> Path:
    """The folder of programs of an environment in the user's cache; made once, by its lock.

    Args:
        name: of the lock beside this module, without ``.lock``: versions and hashes.
        what: it holds, with the version: another version is another environment.
        remedy: what to do where it cannot be made.
        progress: told steps of making it.

    Raises:
        Misconfigured: it could not be made.
    """
    folder = user_cache_path("scelle") / f"{name}-{what.rpartition(' ')[2]}"
    programs, stamp = folder / "bin", folder / "complete"
    if stamp.exists():
        return programs
    progress("environment", 0, 2, "steps")
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    progress("environment", 1, 2, "steps")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "--require-hashes", "--no-deps"]
    command += ["--only-binary", ":all:"]
    done = subprocess.run(
        [*command, "--requirement", str(Path(__file__).with_name(f"{name}.lock"))],
        # The lock alone decides, whatever the machine's own constraints say.
        env={**os.environ, "PIP_CONSTRAINT": os.devnull, "PYTHONNOUSERSITE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Misconfigured(
            f"the environment of {what} could not be made: {done.stderr.strip()[-300:]}",
            remedy=remedy,
        )
    stamp.touch()
    progress("environment", 2, 2, "steps")
    return programs
