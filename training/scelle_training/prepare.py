"""Decode the material once: ``python -m scelle_training.prepare TRAINING POOL``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scelle_training.footage import frames, taught, teacher
from scelle_training.material import Labelled, Pool, read

RECORDINGS = {
    "intel-one-by-one-person": 140,
    "opendatacam-junction": 40,
    "dvrscan-traffic-camera": 30,
    "bgslibrary-highway": 40,
}
"""Folders of unlabelled recordings, and how many of their frames are taught."""


def material(
    training: Path, footage: Path | None, teachers: Path | None
) -> Iterator[tuple[str, Labelled]]:
    """Every picture to learn from, with its source."""
    yield from read(training, "train", pseudo=True)
    if footage is None or teachers is None:
        return
    both = [teacher(teachers, name) for name in ("nanodet-plus-m_416", "yolox-nano")]
    for name, count in RECORDINGS.items():
        (recording,) = [p for p in (footage / name).iterdir() if p.suffix in (".mp4", ".avi")]
        for picture in frames(recording, count):
            yield f"footage/{name}", taught(picture, both)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("training", type=Path, help="folder with train.json and its images")
    parser.add_argument("pool", type=Path, help="folder to write")
    parser.add_argument("--footage", type=Path, help="folder of unlabelled recordings")
    parser.add_argument("--teachers", type=Path, help="folder with teacher.py")
    given = parser.parse_args()
    count = Pool.write(given.pool, material(given.training, given.footage, given.teachers))
    print(f"{count} pictures in {given.pool}")


if __name__ == "__main__":
    main()
