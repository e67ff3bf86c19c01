"""Files that a recorder split, read as one: the same pictures, on one line, with gaps known."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.footage.index import PacketIndex, segments
from scelle.footage.joined import Joined, Part, join, part_index
from scelle.footage.names import seconds_apart
from scelle.footage.probe import probe
from scelle.footage.recording import Recording
from scelle.model.evidence import FindingKind

Make = Callable[..., bytes]
Pixels = list[bytes]


@pytest.fixture(scope="module")
def files(sample: Make) -> list[bytes]:
    """Three files: two containers, two time bases, 30, 20 and 25 pictures at 25 a second."""
    options = {"x264-params": "bframes=2:scenecut=0"}
    return [
        sample("libx264", "mp4", pictures=30, options=options),
        sample("libx264", "mpegts", pictures=20, options=options),
        sample("mpeg4", "avi", pictures=25),
    ]


def parts(files: list[bytes], starts: list[Fraction | None]) -> list[Part]:
    found = [probe(io.BytesIO(data)) for data in files]
    return [
        Part(f"{n}.mp4", p.index, p.findings, start)
        for n, (p, start) in enumerate(zip(found, starts, strict=True))
    ]


def alone(data: bytes) -> Pixels:
    with Recording.open(io.BytesIO(data)) as recording:
        index = recording.index
        pictures = recording.pictures(int(index.times[0]), int(index.times[-1]) + 1)
        return [p.luma.tobytes() for p in pictures]


@pytest.fixture(scope="module")
def truth(files: list[bytes]) -> Pixels:
    return [picture for data in files for picture in alone(data)]


def opened(files: list[bytes], index: PacketIndex) -> Joined:
    return Joined([partial(io.BytesIO, data) for data in files], index)


@given(
    first=st.fractions(min_value=0, max_value=9, max_denominator=50),
    second=st.fractions(min_value=0, max_value=9, max_denominator=50),
)
@settings(max_examples=8)
def test_the_pictures_are_those_of_the_files(
    files: list[bytes], truth: Pixels, first: Fraction, second: Fraction
) -> None:
    index, _ = join(parts(files, [Fraction(0), first, first + second]))
    index = PacketIndex.from_bytes(index.to_bytes())
    assert index.frames_expected == len(truth) == 75
    assert (index.times[1:] > index.times[:-1]).all()
    spans = segments(index, 1)
    with opened(files, index) as joined:
        whole = joined.pictures(int(index.times[0]), int(index.times[-1]) + 1)
        seen = [(p.frame, p.pts, p.luma.tobytes()) for p in whole]
        assert [pixels for *_, pixels in seen] == truth
        assert [(f, t) for f, t, _ in seen] == list(enumerate(index.times.tolist()))
        assert whole.tally.expected == whole.tally.decoded == 75
        again = [
            (p.frame, p.pts, p.luma.tobytes())
            for start, end, _ in reversed(spans)
            for p in joined.pictures(start, end)
        ]
        assert sorted(again) == sorted(seen)
        chosen = [3, 29, 30, 49, 50, 74]
        assert [p.frame for p in joined.stills(chosen)] == chosen
        assert [p.luma.tobytes() for p in joined.stills(chosen)] == [truth[c] for c in chosen]
        keys = [int(index.rank[r]) for r in range(len(index.pts)) if index.keyframe[r]]
        assert [p.luma.tobytes() for p in joined.keyframes(sorted(keys))] == [
            truth[k] for k in sorted(keys)
        ]


def test_each_file_gets_its_own_index_back(files: list[bytes]) -> None:
    made = parts(files, [Fraction(0), Fraction(60), Fraction(120)])
    index, _ = join(made)
    for number, part in enumerate(made):
        own = part_index(index, number)
        assert own.time_base == part.index.time_base
        for column in ("pts", "dts", "size", "keyframe", "discardable", "corrupt", "shows"):
            assert (getattr(own, column) == getattr(part.index, column)).all()


def test_gaps_overlaps_and_what_is_not_known_are_said(files: list[bytes]) -> None:
    def said(*starts: Fraction | None) -> list[tuple[FindingKind, int]]:
        index, findings = join(parts(files, [Fraction(0), *starts]))
        seams = [f for f in findings if ".mp4" in f.detail]
        assert index.times[0] == 0
        return [(f.kind, f.end_ms - f.start_ms) for f in seams]

    gap, seam, back = FindingKind.GAP, FindingKind.SEAM, FindingKind.TIMESTAMP_BACKWARD
    assert said(Fraction(60), Fraction(120)) == [(gap, 58_800), (gap, 59_200)]
    assert said(Fraction(6, 5), Fraction(2)) == [(seam, 0), (seam, 0)]
    assert said(None, None) == [(seam, 0), (seam, 0)]
    assert said(Fraction(6, 5), Fraction(0)) == [(seam, 0), (back, 0)]


def test_starts_come_from_names_all_or_none() -> None:
    hours = [f"ch1_2026030122{m:02}00.dav" for m in (0, 30)]
    assert seconds_apart(hours) == [0, 1800]
    assert seconds_apart([*hours, "rest.dav"]) == [0, None, None]
