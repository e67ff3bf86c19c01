#!/usr/bin/env python3
"""What is fuzzed: any bytes through the probe, and through the account of their pictures.

Every input must be refused as unreadable, or be read with every picture expected accounted
for. The program's own code is instrumented, so that it leads the search; the libraries below
it are as they are installed, and a crash of theirs ends the run too.
"""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scelle.footage"]):
    from scelle.footage.ending import ends_itself
    from scelle.footage.probe import probe
    from scelle.footage.recording import Recording

from scelle.errors import UnreadableSource

_MOST_DECODED = 300
_MOST_PIXELS = 1 << 22
_LARGEST_SEED = 1 << 15


def one(data: bytes) -> None:
    """One input.

    Raises:
        AssertionError: a picture is not accounted for; any other error is a finding too.
    """
    ends_itself(io.BytesIO(data), len(data))
    with suppress(UnreadableSource):
        found = probe(io.BytesIO(data))
        index, stream = found.index, found.stream
        if index.frames_expected > _MOST_DECODED or stream.width * stream.height > _MOST_PIXELS:
            return
        with Recording.open(io.BytesIO(data), index=index) as recording:
            span = int(index.times[0]), int(index.times[-1]) + 1
            pictures = recording.pictures(*span, damaged=True)
            for _ in pictures:
                pass
            told = pictures.tally
        sums = told.decoded + told.skipped + told.damaged
        assert sums == told.expected == index.frames_expected, told


def seeds(folder: Path) -> None:
    """Good recordings of every format that is tried, and what is refused."""
    from format_files import RECIPES

    for number, recipe in enumerate(RECIPES):
        data = recipe.make()
        if len(data) <= _LARGEST_SEED:
            (folder / f"{number:02}").write_bytes(data)


if __name__ == "__main__":
    if sys.argv[1] == "--seeds":
        seeds(Path(sys.argv[2]))
    else:
        atheris.Setup(sys.argv, one)
        atheris.Fuzz()
