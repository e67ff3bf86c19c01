"""Every format of the table: made, read whole and by seeking, and told as the page tells it."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scelle.errors import UnreadableSource
from scelle.footage.index import PacketIndex
from scelle.footage.probe import Probe, probe
from scelle.footage.recording import Recording

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> Any:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


files, table = load("format_files"), load("format_table")
PAGE = (ROOT / "docs" / "formats.md").read_text()


@pytest.mark.parametrize("recipe", files.RECIPES, ids=lambda recipe: str(recipe.what))
def test_a_format_is_read_as_the_page_tells(recipe: Any) -> None:
    row = table.tried(recipe)
    assert f"| {' | '.join(row)} |\n" in PAGE
    if recipe.pictures is None:
        assert row[2] == "refused"
    else:
        assert row[2].startswith(f"{recipe.pictures} = ")


def test_the_page_tells_of_nothing_else() -> None:
    rows = PAGE.partition(table.BEGIN)[2].partition(table.END)[0].splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == [f"| {r.what}" for r in files.RECIPES]


def recipe(what: str) -> Any:
    return next(r for r in files.RECIPES if r.what == what)


def test_making_a_file_leaves_the_process_its_ordinary_turn() -> None:
    before = os.sched_getscheduler(0)
    recipe("MP4, AV1").make()
    assert os.sched_getscheduler(0) == before


def test_field_pairs_are_decoded_as_they_were_drawn() -> None:
    data = files.field_pairs(12)
    found = probe(io.BytesIO(data))
    with Recording.open(io.BytesIO(data), index=found.index) as recording:
        span = int(found.index.times[0]), int(found.index.times[-1]) + 1
        for picture in recording.pictures(*span):
            drawn = files.pattern(picture.frame, (32, 64)).mean(axis=2).astype(np.uint8)
            assert np.array_equal(picture.luma, drawn)
        (key,) = recording.keyframes([10])
        assert np.array_equal(key.luma, files.pattern(10, (32, 64)).mean(axis=2).astype(np.uint8))


def spacing(found: Probe) -> set[Fraction]:
    return {int(d) * found.index.time_base for d in np.diff(found.index.times)}


@pytest.mark.parametrize(
    ("what", "exact"),
    [
        ("Dahua .dav, H.264", Fraction(1, 1000)),
        ("MPEG-TS, clock wraps at 33 bits", Fraction(1, 90000)),
        ("Hikvision, H.264", Fraction(1, 45000)),
        ("raw H.264", Fraction(0)),
    ],
)
def test_pictures_lie_a_twenty_fifth_of_a_second_apart(what: str, exact: Fraction) -> None:
    found = probe(io.BytesIO(recipe(what).make()))
    assert all(abs(s - Fraction(1, 25)) <= exact for s in spacing(found))
    assert abs(found.stream.duration - Fraction(40, 25)) < Fraction(1, 100)


def test_a_dated_recording_begins_at_zero() -> None:
    found = probe(io.BytesIO(files.dahua()))
    assert found.stream.start_pts == 0


def test_uneven_times_are_exact() -> None:
    found = probe(io.BytesIO(recipe("MP4, variable frame rate").make()))
    first = int(found.index.times[0])
    times = [(int(t) - first) * found.index.time_base * 25 for t in found.index.times]
    assert times == files.uneven()


@pytest.mark.parametrize("what", ["raw H.264", "raw MJPEG", "MP4, H.264 with B pictures"])
def test_a_stated_rate_counts_the_pictures(what: str) -> None:
    found = probe(io.BytesIO(recipe(what).make()), rate=Fraction(30000, 1001))
    start = int(found.index.times[0])
    for i, at in enumerate(found.index.times):
        exact = i * Fraction(1001, 30000)
        assert abs((int(at) - start) * found.index.time_base - exact) <= found.index.time_base
    assert any("29.97 a second, the rate that was stated" in f.detail for f in found.findings)


def test_each_video_stream_is_its_own() -> None:
    data = recipe("MKV, two video streams").make()
    views = []
    for stream in (0, 1):
        found = probe(io.BytesIO(data), stream=stream)
        assert found.views == 2
        index = PacketIndex.from_bytes(found.index.to_bytes())
        with Recording.open(io.BytesIO(data), index=index) as recording:
            span = int(index.times[0]), int(index.times[-1]) + 1
            views.append([p.bgr().astype(int) for p in recording.pictures(*span)])
    for i, (one, two) in enumerate(zip(*views, strict=True)):
        assert np.median(np.abs(one - files.pattern(i))) < 12
        assert np.median(np.abs(two - files.pattern(i + 11))) < 12
        assert np.median(np.abs(one - files.pattern(i + 11))) > 20
    with pytest.raises(UnreadableSource, match="has 2 video streams, not 3"):
        probe(io.BytesIO(data), stream=2)
