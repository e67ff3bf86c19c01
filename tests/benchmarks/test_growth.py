from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest

from scelle.benchmarks import growth
from scelle.benchmarks.charts import growth_svg
from scelle.benchmarks.growth import Grown, bench_growth
from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.scene.street import Street


def test_twice_the_length_is_twice_the_pictures_in_little_more_memory(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    street = Street(3, 10, (320, 180), 6)
    with Mp4Writer(clip, 320, 180, Fraction(1, 6), rate=Fraction(6)) as writer:
        for i, picture in enumerate(street.frames()):
            writer.write(picture, i)
    one, two = bench_growth([0.1, 0.2], file=clip, detector="motion")
    assert (one.frames, two.frames) == (2160, 4320)
    # A worker takes some minutes to have all that it keeps from one segment to the next.
    assert two.peak_bytes < 1.3 * one.peak_bytes
    assert min(one.analysis_s, two.decoding_s, one.decoding_cpu_s) > 0
    # Those of its other processes are in it.
    assert one.analysis_cpu_s > 3 * one.decoding_cpu_s


def test_a_run_that_was_stopped_goes_on_behind_what_it_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[float] = []
    stop = [4.0]

    def measure(clip: Path, hours: float, *_: object) -> Grown:
        if hours in stop:
            raise TimeoutError
        measured.append(hours)
        return Grown(hours, 1, 1.5, 1.7, 2.5, 2.7, 3, 4)

    monkeypatch.setattr(growth, "_measure", measure)
    clip, points = tmp_path / "a.mp4", tmp_path / "points.jsonl"
    with pytest.raises(TimeoutError):
        bench_growth([1, 2, 4], file=clip, points=points)
    stop.clear()
    told: list[Grown] = []
    found = bench_growth([1, 2, 4], file=clip, points=points, told=told.append)
    assert measured == [1, 2, 4]
    assert told == found == [Grown(h, 1, 1.5, 1.7, 2.5, 2.7, 3, 4) for h in (1, 2, 4)]
    # Under other conditions nothing is known.
    bench_growth([1], file=clip, points=points, detector="motion")
    assert measured == [1, 2, 4, 1]
    points.write_text("[]")
    with pytest.raises(BadInput, match="does not hold measured lengths"):
        bench_growth([1], file=clip, points=points)


def test_the_drawing_has_a_point_for_each_length() -> None:
    drawn = ET.fromstring(growth_svg([(1, 60, 40, 500), (2, 120, 80, 510)]))
    space = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f"{space}circle")) == 6
    lines = drawn.findall(f"{space}polyline")
    assert [len(str(line.get("points")).split()) for line in lines] == [2, 2, 2]
