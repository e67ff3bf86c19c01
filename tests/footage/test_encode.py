import errno
import hashlib
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.container import InputContainer
from av.video.stream import VideoStream
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import Misconfigured
from scelle.footage.encode import Mp4Writer, planes_of
from scelle.footage.picture import Colours
from scelle.footage.recording import Recording

BASES = [
    Fraction(1, 25),
    Fraction(1, 7),
    Fraction(1, 90000),
    Fraction(1001, 30000),
    Fraction(1, 12800),
    Fraction(3579125, 214748359),
]


def picture(i: int, width: int = 65, height: int = 49) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 3), (40 + i, 128, 20), np.uint8)


def write(path: Path, time_base: Fraction, times: list[int]) -> str:
    with Mp4Writer(path, 65, 49, time_base) as writer:
        for i, pts in enumerate(times):
            writer.write(picture(i), pts)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@settings(max_examples=40, deadline=None)
@given(
    time_base=st.sampled_from(BASES),
    start=st.integers(0, 10**6),
    gaps=st.lists(st.integers(1, 500), min_size=0, max_size=8),
)
def test_times_are_kept_exactly_and_bytes_repeat(
    tmp_path_factory: pytest.TempPathFactory, time_base: Fraction, start: int, gaps: list[int]
) -> None:
    path = tmp_path_factory.mktemp("mp4") / "a.mp4"
    times = np.cumsum([start, *gaps]).tolist()
    first = write(path, time_base, times)
    with path.open("rb") as file, Recording.open(file) as recording:
        index = recording.index
        assert [int(t) * index.time_base for t in index.times] == [t * time_base for t in times]
        shown = list(recording.pictures(int(index.times[0]), int(index.times[-1]) + 1))
        assert len(shown) == len(times)
    assert write(path, time_base, times) == first


def test_any_browser_can_play_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write(path, Fraction(1, 25), list(range(60)))
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    with av.open(str(path)) as file:
        assert isinstance(file, InputContainer)
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        keys = [p.pts or 0 for p in file.demux(stream) if p.size and p.is_keyframe]
        assert (stream.codec_context.width, stream.codec_context.height) == (66, 50)
    assert keys[0] == 0
    assert max(np.diff([*keys, 60])) <= 25


def test_the_pictures_are_those_given(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write(path, Fraction(1, 25), list(range(20)))
    with path.open("rb") as file, Recording.open(file) as recording:
        for shown in recording.pictures(0, 1 << 40):
            assert np.abs(shown.bgr()[:49, :65].astype(int) - picture(shown.frame)).mean() < 8


@pytest.mark.parametrize("size", [(48, 64), (49, 65)])
def test_planes_are_stored_as_they_are_one_below_the_other(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    tall, wide = size
    half = (-(-tall // 2), -(-wide // 2))
    rng = np.random.default_rng(3)
    given = [
        tuple(rng.integers(0, 256, shape, np.uint8) for shape in (size, half, half))
        for _ in range(3)
    ]
    banner = planes_of(picture(1, wide, 10))
    colours = Colours(2, 6, 5, 6)
    path = tmp_path / "a.mp4"
    with Mp4Writer(path, wide, 10 + tall, Fraction(1, 25), crf=0) as writer:
        for i, planes in enumerate(given):
            writer.write_planes([banner, planes], i, colours)
        with pytest.raises(ValueError, match="pieces of"):
            writer.write_planes([given[0]], 3, colours)
    with path.open("rb") as file, Recording.open(file) as recording:
        for shown in recording.pictures(0, 1 << 40):
            planes, told = shown.coded()
            assert told == colours
            for out, above, below in zip(planes, banner, given[shown.frame], strict=True):
                rows = slice(len(above), len(above) + len(below))
                assert (out[: len(above), : above.shape[1]] == above).all()
                assert (out[rows, : below.shape[1]] == below).all()
        assert recording.index.frames_expected == 3


def test_other_codings_of_pictures_become_planes_that_say_what_they_mean(tmp_path: Path) -> None:
    grey = np.full((48, 64, 3), 200, np.uint8)
    for coding, form in (("ffv1", "bgr0"), ("ffv1", "yuv422p10le"), ("mjpeg", "yuvj422p")):
        path = tmp_path / f"{form}.mkv"
        with av.open(str(path), "w") as out:
            stream = cast("VideoStream", out.add_stream(coding, rate=5))
            stream.width, stream.height, stream.pix_fmt = 64, 48, form
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24").reformat(format=form)
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        with path.open("rb") as file, Recording.open(file) as recording:
            (shown,) = recording.pictures(0, 1 << 40)
            (luma, *chroma), colours = shown.coded()
        # From 16 to 235: ITU-R BT.601, 200 * 219 / 255 + 16.
        assert colours.span == 1
        assert abs(float(luma.mean()) - 188) < 2, form
        assert all(abs(float(plane.mean()) - 128) < 2 for plane in chroma)


def test_nothing_is_left_on_error(tmp_path: Path) -> None:
    def fail() -> None:
        with Mp4Writer(tmp_path / "a.mp4", 65, 49, Fraction(1, 25)) as writer:
            writer.write(picture(0), 0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with pytest.raises(ValueError, match="at least one picture"):
        write(tmp_path / "a.mp4", Fraction(1, 25), [])
    with pytest.raises(ValueError, match="must increase"):
        write(tmp_path / "a.mp4", Fraction(1, 25), [0, 0])
    with (
        pytest.raises(ValueError, match="a picture of"),
        Mp4Writer(tmp_path / "a.mp4", 64, 48, Fraction(1, 25)) as writer,
    ):
        writer.write(picture(0), 0)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be written") as caught:
        write(tmp_path / "absent" / "a.mp4", Fraction(1, 25), [0])
    assert caught.value.remedy


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Misconfigured, match="no room left"):
        write(tmp_path / "a.mp4", Fraction(1, 25), [0])
    assert list(tmp_path.iterdir()) == []
