from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from scelle.benchmarks.charts import confusion_svg
from scelle.benchmarks.describe import Described, Disturbed, Lit, Plan, bench_describe, match, tell
from scelle.benchmarks.recorder import write_sequence
from scelle.benchmarks.sequence import read_sequence
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, Description, ObjectClass, Track
from scelle.scene import long
from scelle.scene.long import LongStreet
from scelle.scene.truth import Passage


def passage(x: float, upper: Colour = Colour.RED) -> Passage:
    n = 40
    boxes = np.stack([x + 4.0 * np.arange(n), *(np.full(n, v) for v in (60.0, 20, 50))], 1)
    return Passage(
        1,
        ObjectClass.PERSON,
        upper,
        Colour.BLUE,
        Direction.RIGHT,
        False,
        6.0,
        np.arange(n),
        boxes.astype(np.float32),
        np.ones(n, np.float32),
    )


def track(p: Passage, **said: object) -> Track:
    d = Description(
        moving=True,
        colours=((Colour.RED, 0.6),),
        upper=((Colour.RED, 0.9),),
        lower=(),
        width=20,
        height=50,
        direction=Direction.RIGHT,
        speed=40.0,
        dwell_ms=3900,
        colour_confidence=0.8,
        metres_per_s=3.0,
    )
    frame = p.frames[::3]
    return Track(
        id="x-1",
        exhibit_id="x",
        number=1,
        object_class=ObjectClass.UNKNOWN,
        confidence=0.5,
        why="",
        time_base=Fraction(1, 10),
        frame=frame,
        pts=frame,
        boxes=p.boxes[::3],
        observed=np.ones(len(frame), np.bool_),
        description=replace(d, **said),  # type: ignore[arg-type]
    )


def test_each_passage_gets_the_track_that_overlaps_it_most() -> None:
    near, far = passage(0), passage(300)
    pairs = match([near, far], [track(far), track(near)])
    assert [(p, t.boxes[0, 0]) for p, t in pairs] == [(near, 0.0), (far, 300.0)]
    assert match([near], [track(far)]) == []
    assert match([near], []) == match([], [track(near)]) == []


def test_what_is_said_is_held_against_the_truth() -> None:
    p = passage(0)
    right = tell("day", p, track(p), 10)
    assert (right.true, right.said, right.sectors) == ("red", "red", 0)
    assert right.speed == pytest.approx(1.0)
    assert right.pace == pytest.approx(3.0 * 3.9 / 6.0)
    assert right.dwell_s == pytest.approx(0.0)
    wrong = tell("day", p, track(p, upper=(), direction=Direction.UP, speed=20.0), 10)
    assert (wrong.said, wrong.sectors) == ("unknown", 2)
    assert wrong.speed == pytest.approx(0.5)
    found = Described((Lit("day", 3, (right, right, wrong), 4),))
    view = found.lights[0].view()
    assert (view["found"], view["colour_told"], view["colour_right"]) == (3, 0.6667, 1.0)
    assert view["direction_right"] == 0.6667
    assert found.confusion()["red"] == {"red": 2, "unknown": 1}
    assert [row["told"] for row in found.calibration()] == [0, 0, 0, 2]


def test_the_matrix_is_a_picture() -> None:
    svg = confusion_svg({"red": {"red": 3, "pink": 1}, "blue": {}})
    root = ElementTree.fromstring(svg)
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("red") == 2, "a row and a column"
    assert texts.count("blue") == 1, "a colour that nobody wore has no row"
    assert {"3", "1"} <= set(texts)


def test_a_generated_sequence_is_one_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long, "CHAPTER_S", 10.0)
    scene = LongStreet(2, 20, (320, 180), 4, 3.0)
    folder = tmp_path / "made"
    passages = write_sequence(scene, folder)
    sequence = read_sequence(folder, tmp_path)
    assert (sequence.name, sequence.frames, sequence.rate) == ("made", 80, Fraction(4))
    assert not sequence.encoded
    assert set(sequence.truth.number.tolist()) == set(range(1, passages + 1))
    assert len((folder / "truth.jsonl").read_text().splitlines()) == passages


def test_a_street_is_generated_analysed_and_compared() -> None:
    plan = Plan(
        lights=("day",), disturbances=("still",), light_s=25, empty_s=10, size=(320, 180), fps=8
    )
    told: list[Lit | Disturbed] = []
    found = bench_describe(plan, workers=1, told=told.append)
    assert told == [*found.lights, *found.empty]
    (lit,), (empty,) = found.lights, found.empty
    assert lit.passages > 0
    assert len(lit.told) >= lit.passages / 2
    assert all(t.sectors <= 1 for t in lit.told)
    assert (empty.tracks, empty.per_hour) == (0, 0.0)
