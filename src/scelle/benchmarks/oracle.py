"""The environment of the public trackers and metrics, and talking to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from scelle.benchmarks import rivals
from scelle.errors import Misconfigured
from scelle.model.acts import Progress

PACKAGE = "trackers"
VERSION = "2.6.1"
"""The public package that is the judge and the rival; Apache-2.0."""

_LOCK = Path(__file__).with_name("oracle.lock")


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
    folder = user_cache_path("scelle") / f"oracle-{VERSION}"
    made = folder / "bin" / "python"
    stamp = folder / "complete"
    if not stamp.exists():
        progress("environment", 0, 2, "steps")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        progress("environment", 1, 2, "steps")
        command = [str(made), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run(
            [*command, "--requirement", str(_LOCK)],
            # The lock alone decides, whatever the machine's own constraints say.
            env={**os.environ, "PIP_CONSTRAINT": os.devnull, "PYTHONNOUSERSITE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Misconfigured(
                f"the environment of {PACKAGE} could not be made: {done.stderr.strip()[-300:]}",
                remedy=f"Give an interpreter that has {PACKAGE} {VERSION} with --oracle.",
            )
        stamp.touch()
        progress("environment", 2, 2, "steps")
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
