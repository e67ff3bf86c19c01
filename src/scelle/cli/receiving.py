"""Which files are meant, and one progress bar over all of them."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from scelle.errors import BadInput
from scelle.footage.names import start_in_name
from scelle.model.acts import Progress

_SPECIAL = "*?["


def recordings(given: Sequence[Path]) -> list[Path]:
    """The files meant by files, folders and patterns, each once, in order of name.

    A folder stands for all the files in it and below, hidden ones left aside; a pattern
    for the files that match it, where no file bears its name.

    Raises:
        BadInput: a folder or a pattern in which there is no file.
    """
    found: dict[Path, None] = {}
    for path in given:
        files = list(_files(path))
        if not files:
            raise BadInput(
                f"There is no file in {path}.",
                remedy="Give recordings, folders that hold some, or patterns such as 'a/*.mp4'.",
            )
        found |= dict.fromkeys(files)
    return list(found)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            below = file.relative_to(path).parts
            if file.is_file() and not any(part.startswith(".") for part in below):
                yield file
    elif any(c in str(path) for c in _SPECIAL) and not path.exists():
        yield from (Path(p) for p in sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207
    else:
        # What is no file is refused by the act, and the refusal is written.
        yield path


def in_order(files: Sequence[Path]) -> list[Path]:
    """Files of one recording by the times in their names, or else as they were given."""
    starts = [start_in_name(file.name) for file in files]
    known = [start for start in starts if start is not None]
    if len(known) < len(files):
        return list(files)
    return [file for _, file in sorted(zip(known, files, strict=True))]


class Overall:
    """Turns the progress of one file after the other into that of all of them.

    Args:
        files: all that will be received.
        progress: told bytes of all the files together.
    """

    def __init__(self, files: Sequence[Path], progress: Progress) -> None:
        self._sizes = {file: _size(file) for file in files}
        self._total = sum(self._sizes.values())
        self._progress = progress
        self._done = 0

    def one(self, *files: Path) -> Progress:
        """A progress of some of the files, which come next."""
        before = self._done
        size = sum(self._sizes[file] for file in files)
        self._done += size

        def told(stage: str, done: float, total: float, unit: str) -> None:
            if unit != "bytes":
                self._progress(stage, done, total, unit)
            elif self._total:
                self._progress(stage, before + min(done, size), self._total, unit)

        return told


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size if file.is_file() else 0
    except OSError:
        return 0
