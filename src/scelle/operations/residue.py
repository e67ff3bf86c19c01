"""Looks for what an erasure should have removed, in every file that could hold it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

_BLOCK = 1 << 20
"""Bytes read at once: what is searched for each text stays in the processor's cache."""


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
    wanted = {token: token.encode() for token in sorted(set(tokens))}
    if not wanted:
        return
    for path in files(places):
        held = _held(path, wanted)
        yield from ((path, token) for token in wanted if token in held or token in path.name)


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
    wanted = {token: token.encode() for token in set(tokens)}
    found = {(name, t) for name, row in rows for t, sought in wanted.items() if sought in row}
    yield from sorted(found)


def files(places: Iterable[Path]) -> Iterator[Path]:
    """Regular files, each once, in order."""
    for place in places:
        if place.is_dir():
            yield from (p for p in sorted(place.rglob("*")) if p.is_file() and not p.is_symlink())
        elif place.is_file():
            yield place


def _held(path: Path, wanted: Mapping[str, bytes]) -> set[str]:
    """Texts that a file's bytes hold; one pass for each is far quicker than a pattern of all."""
    held: set[str] = set()
    lap, data = max(map(len, wanted.values())) - 1, b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                # A text may lie across two blocks.
                data = data[max(0, len(data) - lap) :] + block
                held |= {t for t, sought in wanted.items() if t not in held and sought in data}
    except FileNotFoundError:
        # Somebody else's temporary file went while the folder was being read.
        pass
    return held
