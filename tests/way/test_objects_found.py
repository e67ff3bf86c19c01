"""What an analysis finds of what is truly there, on real footage and on the generated scene."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Measures

Say = Callable[[Sequence[str]], None]


def test_every_person_is_covered_for_half_of_their_time(
    looked: Callable[[str], Looked], footage: Path, measures: Measures, tmp_path: Path, say: Say
) -> None:
    people = looked("people")
    rows = people.mot(tmp_path / "tracks.txt")
    truth = np.loadtxt(footage / "mot15-PETS09-S2L1/gt/gt.txt", delimiter=",")
    truth = truth[truth[:, 6] == 1]
    share, boxes = {}, {}
    for person in sorted(set(truth[:, 1].astype(int))):
        own = truth[truth[:, 1] == person]
        share[person] = measures.covered(rows, own[:, 0], own[:, 2:6], 0.3)
        boxes[person] = len(own)
    say(
        [
            f"mot15-PETS09-S2L1: {len(people.tracks)} tracks",
            *(f"  person {p:2}: {s:5.1%} of {boxes[p]:3} frames" for p, s in share.items()),
        ]
    )
    assert len(share) == 19
    assert {p: s for p, s in share.items() if s < 0.5} == {}


def test_rows_are_in_native_pixels_and_count_decoded_frames_from_one(
    looked: Callable[[str], Looked], tmp_path: Path
) -> None:
    people = looked("people")
    rows = people.mot(tmp_path / "tracks.txt")
    width, height = people.exhibit.stream.width, people.exhibit.stream.height
    assert (width, height) == (768, 576)
    assert rows[:, 0].min() >= 1
    assert rows[:, 0].max() <= 795
    first = {t.number: int(t.frame[0]) + 1 for t in people.tracks}
    assert {int(i): int(rows[rows[:, 1] == i, 0].min()) for i in set(rows[:, 1])} == first
    middle = rows[:, 2:4] + rows[:, 4:6] / 2
    assert (middle > 0).all()
    assert (middle < (width, height)).all()
    assert middle[:, 0].max() > width / 2, "coordinates of a reduced picture"


def test_a_change_of_brightness_is_no_object(looked: Callable[[str], Looked]) -> None:
    found = looked("brightness")
    assert found.analysis.coverage.ended
    assert found.analysis.coverage.frames_analysed > 0
    assert found.tracks == ()


def test_the_generated_scene_is_found(
    street: Looked, scene: Path, measures: Measures, tmp_path: Path, say: Say
) -> None:
    truth = json.loads(scene.with_suffix(".json").read_text())["passages"]
    rows = street.mot(tmp_path / "tracks.txt")
    lines, found = [], []
    for passage in truth:
        visible = np.array(passage["visibility"]) > 0
        frames = np.array(passage["frames"])[visible]
        boxes = np.array(passage["boxes"])[visible]
        share = measures.covered(rows, frames + 1, boxes, 0.3)
        found.append(share >= 0.5)
        lines.append(
            f"  {passage['number']:2} {passage['class']:13} {passage['upper']:>6}/"
            f"{passage['lower']:6} {share:5.1%} of {len(frames)} frames"
        )
    recall = float(np.mean(found))
    classes = Counter(t.object_class.value for t in street.tracks)
    colours = Counter(
        t.description.colours[0][0].value for t in street.tracks if t.description.colours
    )
    true_colours = Counter(p["upper"] for p in truth)
    say(
        [
            f"street, seed 1: {len(truth)} objects, {len(street.tracks)} tracks",
            *lines,
            f"  recall {recall:.1%}; classes found {dict(classes)}",
            f"  main colours found {dict(colours)}; true upper colours {dict(true_colours)}",
        ]
    )
    assert recall >= 0.8
    # The commonest true colour is among what is found: a search by colour has something to find.
    assert true_colours.most_common(1)[0][0] in colours
