"""Time is the container's own, at constant and at variable rate, and every picture is accounted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
import pytest

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Measures

Say = Callable[[Sequence[str]], None]


def demuxed(path: Path) -> npt.NDArray[np.int64]:
    """Presentation timestamps as the container gives them, in order of showing."""
    with path.open("rb") as file, av.open(file, "r") as container:
        stream = container.streams.video[0]
        found = [p.pts for p in container.demux(stream) if p.size and p.pts is not None]
    return np.array(sorted(found), np.int64)


def matched_tracks(
    a: npt.NDArray[np.float64],
    b: npt.NDArray[np.float64],
    overlap: Callable[..., npt.NDArray[np.float64]],
    iou: float = 0.5,
) -> dict[int, float]:
    """For each track of ``a``, the largest share of its frames that one track of ``b`` matches.

    Args:
        a, b: rows of frame, id, left, top, width, height.
    """
    share = {}
    for number in np.unique(a[:, 1]):
        own = a[a[:, 1] == number]
        hits: dict[int, int] = {}
        for row in own:
            there = b[b[:, 0] == row[0]]
            if len(there):
                good = overlap(row[None, 2:6], there[:, 2:6])[0] >= iou
                for other in there[good, 1]:
                    hits[int(other)] = hits.get(int(other), 0) + 1
        share[int(number)] = max(hits.values(), default=0) / len(own)
    return share


def test_the_measure_of_matching_tracks(measures: Measures) -> None:
    box = [10.0, 10, 20, 20]
    a = np.array([[f, 1, *box] for f in range(10)] + [[f, 2, 90, 90, 9, 9] for f in range(4)])
    b = np.array([[f, 7, *box] for f in range(5)] + [[f, 8, *box] for f in range(5, 9)])
    assert matched_tracks(a, b, measures.overlap) == {1: 0.5, 2: 0.0}


def test_uneven_timestamps_change_nothing_of_what_is_found(
    looked: Callable[[str], Looked], measures: Measures, tmp_path: Path, say: Say
) -> None:
    even = looked("road").mot(tmp_path / "even.txt")
    uneven = looked("road-vfr").mot(tmp_path / "uneven.txt")
    share = matched_tracks(uneven, even, measures.overlap)
    matched = float(np.mean([s >= 0.5 for s in share.values()]))
    back = matched_tracks(even, uneven, measures.overlap)
    say(
        [
            f"dvrscan-traffic-camera-vfr: {matched:.1%} of {len(share)} tracks match one of the "
            f"{len(back)} of the constant-rate file "
            f"(the other way {np.mean([s >= 0.5 for s in back.values()]):.1%})"
        ]
    )
    # The goal is 0.9 and is missed (docs/benchmarks.md says by how much and why);
    # below this floor something that worked has broken.
    assert matched >= 0.65


@pytest.mark.parametrize("name", ["road", "road-vfr", "one-by-one", "people"])
def test_every_time_of_a_track_is_the_container_s_own(
    looked: Callable[[str], Looked], name: str
) -> None:
    recording = looked(name)
    times = demuxed(recording.path)
    assert recording.tracks
    for track in recording.tracks:
        assert track.time_base == recording.exhibit.stream.time_base
        np.testing.assert_array_equal(track.pts, times[track.frame])
    for number, tube in recording.tubes().items():
        assert set(tube.pts.tolist()) <= set(times.tolist()), number


def test_every_time_shown_is_the_container_s_own(looked: Callable[[str], Looked]) -> None:
    recording = looked("road-vfr")
    answer = recording.office.command(
        "search", "--case", recording.case_id, "--exhibit", recording.exhibit.id
    )
    assert answer.status == 0, answer.err
    base = recording.exhibit.stream.time_base
    milliseconds = {round(int(pts) * base * 1000) for pts in demuxed(recording.path)}
    shown: list[dict[str, Any]] = answer.data["tracks"]
    assert len(shown) == len(recording.tracks)
    for track in shown:
        assert {track["start_ms"], track["end_ms"]} <= milliseconds


@pytest.mark.parametrize(
    "name", ["people", "one-by-one", "road", "road-vfr", "brightness", "highway", "junction"]
)
def test_every_expected_picture_is_accounted_for(
    looked: Callable[[str], Looked], name: str, say: Say
) -> None:
    recording = looked(name)
    answer = recording.office.command(
        "coverage", "--case", recording.case_id, "--exhibit", recording.exhibit.id
    )
    assert answer.status == 0, answer.err
    (told,) = answer.data["coverage"]
    figures = ["expected", "decoded", "skipped", "damaged", "analysed"]
    expected, decoded, skipped, damaged, analysed = (told[f"frames_{f}"] for f in figures)
    say([f"{name}: " + ", ".join(f"{f} {told[f'frames_{f}']}" for f in figures)])
    assert expected == decoded + skipped + damaged
    assert 0 < analysed <= decoded
    assert told["ended"]
    assert told["complete"] == (damaged == 0)
    # Nothing is lost before it is counted either: plain decoding gives as many.
    with recording.path.open("rb") as file, av.open(file, "r") as container:
        stream = container.streams.video[0]
        assert decoded + skipped == sum(1 for _ in container.decode(stream))
    assert recording.analysis.coverage.frames_expected == expected


def test_generated_pictures_are_accounted_for(street: Looked) -> None:
    c = street.analysis.coverage
    assert c.frames_expected == c.frames_decoded + c.frames_skipped + c.frames_damaged
    assert c.frames_damaged == 0
