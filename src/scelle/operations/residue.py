"""Looks for what an erasure should have removed, in every file that could hold it."""

from __future__ import annotations

import mmap
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path


def scan(places: Iterable[Path], tokens: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Every file, and every text that it still holds.

    Whole files are read as bytes, free pages and journals of a database with them; so
    are names.

    Args:
        places: files, and folders with all that is below them.
        tokens: texts long enough not to occur by chance.

    Yields:
        The file and the text, each pair once.
    """
    wanted = sorted(set(tokens))
    if not wanted:
        return
    anything = _any_of(wanted)
    for path in files(places):
        held = {match.decode() for match in _matches(path, anything)}
        held |= {t for t in wanted if t in path.name}
        yield from ((path, token) for token in sorted(held))


def scan_rows(
    rows: Iterable[tuple[str, bytes]], tokens: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Every table, and every text that a row of it still holds.

    Args:
        rows: a table's name, and a row's bytes.
        tokens: as for :func:`scan`.

    Yields:
        The table and the text, each pair once.
    """
    anything = _any_of(sorted(set(tokens)))
    found = {(name, m.group().decode()) for name, row in rows for m in anything.finditer(row)}
    yield from sorted(found)


def files(places: Iterable[Path]) -> Iterator[Path]:
    """Regular files, each once, in order."""
    for place in places:
        if place.is_dir():
            yield from (p for p in sorted(place.rglob("*")) if p.is_file() and not p.is_symlink())
        elif place.is_file():
            yield place


def _any_of(tokens: Collection[str]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(t.encode()) for t in tokens))


def _matches(path: Path, anything: re.Pattern[bytes]) -> set[bytes]:
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return set()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return {match.group() for match in anything.finditer(data)}
    except FileNotFoundError:
        # Somebody else's temporary file went while the folder was being read.
        return set()
