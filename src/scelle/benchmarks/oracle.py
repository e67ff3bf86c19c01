"""The environment of the public trackers and metrics, and talking to it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scelle.benchmarks import rivals
from scelle.benchmarks.environment import environment
from scelle.errors import Misconfigured
from scelle.model.acts import Progress

PACKAGE = "trackers"
VERSION = "2.6.1"
"""The public package that is the judge and the rival; Apache-2.0."""


def oracle(python: Path | None, progress: Progress) -> Path:
    """An interpreter that has the public package.

    Args:
        python: one that has; ``None`` makes an environment in the user's cache, once.
        progress: told steps of making it.

    Raises:
        Misconfigured: it has not, or the environment could not be made.
    """
    if python is not None:
        _check(python)
        return python
    remedy = f"Give an interpreter that has {PACKAGE} {VERSION} with --oracle."
    made = environment("oracle", f"{PACKAGE} {VERSION}", remedy, progress) / "python"
    _check(made)
    return made


def ask(python: Path, folder: Path, job: Mapping[str, object], progress: Progress) -> Any:
    """Run a job of :mod:`scelle.benchmarks.rivals`; gives its result.

    Args:
        python: of :func:`oracle`.
        folder: holds the files that the job names.
        job: see there.
        progress: told trackers run.

    Raises:
        Misconfigured: it failed.
    """
    (folder / "job.json").write_text(json.dumps(job))
    given = job["given"]
    total = 4 * len(given) if isinstance(given, list) else 0
    program = [str(python), "-I", str(Path(rivals.__file__)), str(folder)]
    with (folder / "errors.txt").open("w+") as errors:
        with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=errors, text=True) as running:
            for done, _ in enumerate(running.stdout or ()):
                progress("rivals", done + 1, total, "trackers")
        if running.returncode:
            errors.seek(0)
            raise Misconfigured(
                f"the public trackers failed: {errors.read().strip()[-300:]}",
                remedy=f"Give an interpreter that has {PACKAGE} {VERSION} with --oracle.",
            )
    return json.loads((folder / "result.json").read_text())


def _check(python: Path) -> None:
    try:
        found = subprocess.run(
            [
                str(python),
                "-I",
                "-c",
                f"import importlib.metadata as m; print(m.version({PACKAGE!r}))",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise Misconfigured(
            f"{python} cannot be run: {error.strerror}",
            remedy=f"Give the path of a Python that has {PACKAGE}.",
        ) from error
    if found.returncode:
        raise Misconfigured(
            f"{python} has no package {PACKAGE}",
            remedy=f"Install {PACKAGE} {VERSION} there, or leave --oracle out.",
        )
