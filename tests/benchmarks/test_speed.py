from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from scelle.benchmarks import speed
from scelle.benchmarks.speed import bench_speed, repeat, start_seconds
from scelle.errors import BadInput, UnreadableSource

RATE = 5
PICTURES = 30


def clip(path: Path, *, b_pictures: int = 0, pictures: int = PICTURES) -> Path:
    """Six seconds: a square moves over a pattern."""
    x, y = np.meshgrid(np.arange(160), np.arange(96))
    ground = np.stack([(x * 3) % 90 + 60, (y * 5) % 90 + 60, (x + y) % 90 + 60], -1)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"bf": str(b_pictures)})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.gop_size = 10
        for i in range(pictures):
            picture = ground.astype(np.uint8)
            picture[30:60, 3 * i : 3 * i + 20] = (20, 20, 230)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = i, Fraction(1, RATE)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def shown(path: Path) -> tuple[list[str], list[float]]:
    """Digest and time of each picture."""
    digests, times = [], []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            digests.append(hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest())
            times.append(float(frame.time or 0))
    return digests, times


@pytest.mark.parametrize("b_pictures", [0, 2])
def test_a_short_clip_is_repeated_without_encoding_it_again(
    tmp_path: Path, b_pictures: int
) -> None:
    source = clip(tmp_path / "a.mp4", b_pictures=b_pictures)
    before = source.read_bytes()
    long, times = repeat(source, tmp_path)
    assert times == 100
    assert source.read_bytes() == before
    once, _ = shown(source)
    assert len(once) == PICTURES
    digests, at = shown(long)
    assert digests == once * times, "the very same pictures, turn after turn"
    steps = np.diff(at)
    assert (steps > 0).all()
    assert np.abs(steps - 1 / RATE).max() < 0.002, "without a gap between turns"
    assert at[-1] - at[0] + 1 / RATE >= speed.LENGTH_S - 0.01


def test_a_long_one_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = clip(tmp_path / "a.mp4")
    monkeypatch.setattr(speed, "LENGTH_S", 6)
    assert repeat(source, tmp_path) == (source, 1)
    monkeypatch.setattr(speed, "LENGTH_S", 7)
    assert repeat(source, tmp_path)[1] == 2


@pytest.mark.parametrize("content", [b"", b"not a video at all" * 100])
def test_what_is_no_video_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(content)
    with pytest.raises(UnreadableSource, match="no video") as caught:
        repeat(file, tmp_path)
    assert caught.value.remedy


def test_an_analysis_is_measured_beside_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "LENGTH_S", 12)
    told: list[tuple[float, float]] = []

    def progress(stage: str, done: float, total: float, unit: str) -> None:
        told.append((done, total))

    source = clip(tmp_path / "a.mp4")
    # The receipt has started what workers fork off: nothing of it is in the analysis.
    monkeypatch.setattr(speed, "start_seconds", lambda: 1000.0)
    (found,) = bench_speed([source], rounds=2, workers=1, progress=progress)
    assert told == [(1, 2), (2, 2)]
    assert (found.file, found.repeated, found.frames, found.rounds) == ("a.mp4", 2, 60, 2)
    assert abs(found.recorded_s - 12) < 0.25
    assert 0 < found.low <= found.ratio_to_decoding <= found.high
    assert found.fps == pytest.approx(found.frames / found.analysis_s)
    assert found.realtime == pytest.approx(found.recorded_s / found.analysis_s)
    assert found.decoding_s > 0
    assert found.motion_ratio > 0
    assert found.dvr_scan_s is found.dvr_scan_ratio is None
    assert found.start_s == 1000
    assert found.analysis_s > 0.05
    assert found.peak_bytes > 20 * 2**20
    view = found.view()
    assert set(view) == set(found.__dataclass_fields__)
    assert view["frames"] == 60


def test_what_the_first_sandbox_takes_is_measured_anew_each_time() -> None:
    first, second = start_seconds(), start_seconds()
    assert min(first, second) > 0.1, "libraries are loaded both times"


def test_a_program_that_is_not_dvr_scan_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "LENGTH_S", 1)
    with pytest.raises(BadInput, match="DVR-Scan does not run") as caught:
        bench_speed([clip(tmp_path / "a.mp4")], rounds=1, workers=1, dvr_scan=Path("/bin/false"))
    assert "environment of its own" in caught.value.remedy
