"""DVR-Scan, the public program that people use to find movement in recordings."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from scelle.benchmarks.environment import environment
from scelle.errors import BadInput
from scelle.model.acts import Progress

VERSION = "1.8.2.1"
"""Of the public package; BSD-2-Clause."""

_REMEDY = (
    "Install the package dvr-scan in an environment of its own and give its program with "
    "--dvr-scan, or measure without it."
)


def program(progress: Progress) -> Path:
    """DVR-Scan of the pinned version, in an environment of its own, made once.

    Raises:
        Misconfigured: it could not be made.
    """
    return environment("dvr_scan", f"dvr-scan {VERSION}", _REMEDY, progress) / "dvr-scan"


def scan(program: Path, file: Path) -> float:
    """Wall seconds of looking for movement in a file, with its own settings.

    Raises:
        BadInput: it does not run.
    """
    began = time.perf_counter()
    try:
        subprocess.run(
            [str(program), "--input", str(file), "--scan-only", "--quiet"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise BadInput(f"DVR-Scan does not run: {error}.", remedy=_REMEDY) from error
    return time.perf_counter() - began
