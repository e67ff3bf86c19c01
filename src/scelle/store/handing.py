"""Files that are made for one answer, and are gone once it is given, or was never given."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

#: Hidden, so that no folder is taken for one that somebody made there by hand.
_PREFIX = ".answer-"


class Handing:
    """A folder for the files of one answer; it is locked for as long as the answer is made.

    What answers of a killed process have left is removed first.

    Args:
        exports: where an installation writes files for people; made if absent.

    Attributes:
        folder: private, and empty.
    """

    def __init__(self, exports: Path) -> None:
        exports.mkdir(mode=0o700, exist_ok=True)
        sweep(exports)
        self.folder, self._lock = _locked(exports)

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _locked(exports: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor by which it is held.

    Until it is held, somebody who sweeps may take it for one that was left; then another is made.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=exports))
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(descriptor), folder.stat()):
                    return folder, descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)


def sweep(exports: Path) -> None:
    """Remove what killed processes left; folders of answers that are being made stay."""
    for left in exports.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
            finally:
                os.close(descriptor)
