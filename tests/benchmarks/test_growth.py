from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

from scelle.benchmarks.charts import growth_svg
from scelle.benchmarks.growth import bench_growth
from scelle.footage.encode import Mp4Writer
from scelle.scene.street import Street


def test_twice_the_length_is_twice_the_pictures_in_little_more_memory(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    street = Street(3, 10, (320, 180), 6)
    with Mp4Writer(clip, 320, 180, Fraction(1, 6), rate=Fraction(6)) as writer:
        for i, picture in enumerate(street.frames()):
            writer.write(picture, i)
    one, two = bench_growth([0.05, 0.1], file=clip, detector="motion")
    assert (one.frames, two.frames) == (1080, 2160)
    assert two.peak_bytes < 1.2 * one.peak_bytes
    assert min(one.analysis_s, two.decoding_s) > 0


def test_the_drawing_has_a_point_for_each_length() -> None:
    drawn = ET.fromstring(growth_svg([(1, 60, 40, 500), (2, 120, 80, 510)]))
    space = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f"{space}circle")) == 6
    lines = drawn.findall(f"{space}polyline")
    assert [len(str(line.get("points")).split()) for line in lines] == [2, 2, 2]
