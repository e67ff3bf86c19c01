"""An installation's ledger and recordings that nobody made: for trying and measuring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import islice
from pathlib import Path

from scelle.bootstrap.stores import open_book
from scelle.footage.encode import Mp4Writer
from scelle.ledger.entries import Draft, Value
from scelle.ledger.tally import blinding_key, tally
from scelle.model.acts import Progress, no_progress
from scelle.scene.street import Street
from scelle.store.home import prepare_home
from scelle.store.keys import Keyring


def fill_ledger(
    home: Path,
    rows: Iterable[tuple[datetime, Mapping[str, Value]]],
    expected: int,
    progress: Progress = no_progress,
) -> int:
    """Begin a new home's ledger with entries that no act made, for measurements; their number.

    Args:
        rows: when each was made, and its disclosed fields, in order; about ``expected``.
    """
    prepare_home(home)
    keys, written = Keyring(home), 0
    sealing = keys.sealing_key(None)
    key = blinding_key(sealing)
    book = open_book(home, keys)
    pending = iter(rows)
    while batch := list(islice(pending, 5000)):
        public = [{**fields, "tally": tally(fields, key)} for _, fields in batch]
        book.append_all([Draft(fields, {}, sealing) for fields in public], batch[-1][0])
        written += len(batch)
        progress("write the ledger", written, max(expected, written), "entries")
    book.close()
    return written


def generate_scene(path: Path, seed: int, progress: Progress = no_progress) -> None:
    """Write a two-minute generated street scene, with its truth beside it as JSON.

    Args:
        path: of the MP4 file; the truth goes to the same name ending in ``.json``.
        seed: which scene.
        progress: told seconds of the scene.
    """
    street = Street(seed)
    width, height = street.size
    path.parent.mkdir(parents=True, exist_ok=True)
    total = street.frame_count / street.fps
    with Mp4Writer(path, width, height, Fraction(1, street.fps), rate=Fraction(street.fps)) as out:
        for number, picture in enumerate(street.frames()):
            out.write(picture, number)
            progress("generate", (number + 1) / street.fps, total, "s")
    path.with_suffix(".json").write_text(street.truth().to_json(), encoding="utf-8")
