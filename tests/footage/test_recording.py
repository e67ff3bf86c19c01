import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.container import InputContainer
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import UnreadableSource
from scelle.footage.index import PacketIndex, segments
from scelle.footage.recording import Recording
from scelle.footage.tally import Tally
from scelle.model.evidence import FindingKind

Make = Callable[..., bytes]
Base = Callable[[str], bytes]
Drawn = Callable[[int], npt.NDArray[np.uint8]]
Seen = list[tuple[int, str]]

CLIPS = {
    "bgslibrary-highway/video03.avi": 1700,
    "dvrscan-brightness-cctv/issue53_brightness_change.avi": 59,
    "dvrscan-traffic-camera/traffic_camera.mp4": 576,
    "dvrscan-traffic-camera-vfr/traffic_camera_vfr.mp4": 576,
    "intel-one-by-one-person/one-by-one-person-detection.mp4": 1394,
    "mot15-PETS09-S2L1/PETS09-S2L1_h264.mp4": 795,
    "opendatacam-junction/opendatacam-junction_h264.mp4": 499,
}

X264 = {"preset": "medium", "x264-params": "bframes=3:b-pyramid=normal:scenecut=0"}
OPEN = {"x264-params": "bframes=3:open-gop=1:scenecut=0:keyint=12:min-keyint=12"}
HEVC = {"x265-params": "bframes=3:open-gop=1:keyint=12:min-keyint=12:scenecut=0:log-level=none"}
RECIPES = {
    "h264 mp4": ("libx264", "mp4", X264),
    "h264 open groups": ("libx264", "mp4", OPEN),
    "h264 ts": ("libx264", "mpegts", X264),
    "h264 mkv": ("libx264", "matroska", OPEN),
    "h264 avi": ("libx264", "avi", X264),
    "h264 field pairs": ("libx264", "mpegts", {"x264-params": "interlaced=1:bframes=2"}),
    "hevc mp4": ("libx265", "mp4", HEVC),
    "hevc ts": ("libx265", "mpegts", HEVC),
    "mpeg4 avi": ("mpeg4", "avi", {}),
    "mpeg4 avi with B": ("mpeg4", "avi", {"bf": "2"}),
    "mpeg4 mp4 with B": ("mpeg4", "mp4", {"bf": "2"}),
    "mpeg2 ts": ("mpeg2video", "mpegts", {"bf": "2"}),
    "mpeg2 ps": ("mpeg2video", "mpeg", {"bf": "2"}),
    "mjpeg avi": ("mjpeg", "avi", {}, "yuvj420p"),
    "vp8 webm": ("libvpx", "webm", {"auto-alt-ref": "1", "lag-in-frames": "10"}),
    "vp9 webm": ("libvpx-vp9", "webm", {"auto-alt-ref": "1", "lag-in-frames": "10"}),
    "av1 mp4": ("libsvtav1", "mp4", {"svtav1-params": "keyint=12"}),
}


def digest(frame: av.VideoFrame) -> str:
    return hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()


def plain(data: bytes) -> list[str]:
    """The pictures as the library alone decodes them."""
    with av.open(io.BytesIO(data)) as file:
        assert isinstance(file, InputContainer)
        return [digest(frame) for frame in file.decode(video=0)]


def seen(
    recording: Recording, spans: list[tuple[int, int]], *, skip: npt.NDArray[np.bool_] | None = None
) -> tuple[Seen, Tally]:
    total, pictures = Tally(), []
    for start, end in spans:
        found = recording.pictures(start, end, skip=skip)
        pictures += [(p.frame, digest(p.raw)) for p in found]
        t = found.tally
        assert t.expected == t.decoded + t.skipped + t.damaged
        assert len(t.damaged_frames) == t.damaged
        for name in ("expected", "decoded", "skipped", "damaged", "rereads"):
            setattr(total, name, getattr(total, name) + getattr(t, name))
    return pictures, total


def whole(index: PacketIndex) -> list[tuple[int, int]]:
    return [(int(index.times[0]), int(index.times[-1]) + 1)]


def check(data: bytes, expected: int, target_s: int = 5) -> tuple[Recording, Tally]:
    """Whole, in segments, and with a stored index: the same pictures as the library's."""
    truth = plain(data)
    with Recording.open(io.BytesIO(data)) as first:
        index = PacketIndex.from_bytes(first.index.to_bytes())
        once, tally = seen(first, whole(index))
    assert index.frames_expected == expected
    assert [d for _, d in once] == truth
    assert tally.expected == expected
    assert [f for f, _ in once] == sorted(f for f, _ in once)
    spans = segments(index, target_s)
    assert sum(n for *_, n in spans) == expected
    with Recording.open(io.BytesIO(data), index=index) as again:
        # Backwards, so that every segment is reached by seeking.
        parts = [seen(again, [(a, b)]) for a, b, _ in reversed(spans)]
        assert [p for part, _ in reversed(parts) for p in part] == once
        assert sum(t.damaged for _, t in parts) == tally.damaged
        # Every other one of those that no picture needs.
        skip = index.discardable & (np.cumsum(index.discardable & index.shows) % 2 == 1)
        kept, skipping = seen(again, [(a, b) for a, b, _ in spans], skip=skip)
        if not index.discardable.all():
            with pytest.raises(ValueError, match="no other needs"):
                again.pictures(*spans[0][:2], skip=~index.discardable)
    discardable = set(index.rank[skip & index.shows].tolist())
    assert kept == [p for p in once if p[0] not in discardable]
    assert skipping.skipped == len(discardable)
    tally.rereads = sum(t.rereads for _, t in parts)
    return first, tally


@pytest.mark.parametrize(("name", "expected"), CLIPS.items())
def test_real_recordings_decode_whole_and_in_segments(
    footage: Path, name: str, expected: int
) -> None:
    data = (footage / name).read_bytes()
    _, tally = check(data, expected)
    # Its last packet is a plane that refers to nothing: the library gives no picture.
    assert tally.damaged == (1 if name.startswith("bgslibrary") else 0)
    assert tally.rereads == 0


@pytest.mark.parametrize("recipe", RECIPES)
def test_containers_and_codecs(sample: Make, recipe: str) -> None:
    codec, container, options, *pixels = RECIPES[recipe]
    if codec not in av.codecs_available:
        pytest.fail(f"the video library has no {codec}")
    how = {"pixel_format": pixels[0]} if pixels else {}
    data = sample(codec, container, options=options, **how)
    recording, tally = check(data, 60, target_s=1)
    assert tally.damaged == 0
    index = recording.index
    assert len(index.entries) > 2
    spacing = np.diff(index.times) * index.time_base
    assert all(abs(s - Fraction(1, 25)) <= Fraction(1, 900) for s in spacing)


@pytest.fixture(scope="session")
def base(sample: Make) -> Base:
    """Recordings by recipe, each made once."""

    @cache
    def made(kind: str) -> bytes:
        codec, container, options, *_ = RECIPES[kind]
        front = {"movflags": "+faststart"} if container == "mp4" else None
        return sample(codec, container, options=options, container_options=front)

    return made


def accounts(data: bytes) -> Tally | None:
    """Every picture expected is decoded, skipped or damaged: whole, in parts, skipping."""
    recording = None
    with suppress(UnreadableSource):
        recording = Recording.open(io.BytesIO(data))
    if recording is None:
        return None
    with recording:
        index = recording.index
        pictures, tally = seen(recording, whole(index))
        assert tally.expected == index.frames_expected
        assert len(pictures) == tally.decoded
        frames = [f for f, _ in pictures]
        assert frames == sorted(set(frames))
        spans = [(a, b) for a, b, _ in segments(index, 1)]
        for skip in (None, index.discardable):
            _, parts = seen(recording, spans, skip=skip)
            assert parts.expected == index.frames_expected
        return tally


DAMAGED = ["h264 mp4", "h264 ts", "hevc mp4", "mpeg4 avi with B", "mpeg2 ts"]


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(DAMAGED), data=st.data())
def test_damaged_bytes_never_break_the_account(base: Base, kind: str, data: st.DataObject) -> None:
    raw = bytearray(base(kind))
    for _ in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    accounts(bytes(raw))


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(DAMAGED), share=st.floats(0, 1))
def test_a_copy_cut_short_never_breaks_the_account(base: Base, kind: str, share: float) -> None:
    raw = base(kind)
    accounts(raw[: int(len(raw) * share)])


def test_a_copy_cut_short_still_expects_what_the_file_announces(base: Base) -> None:
    raw = base("h264 mp4")
    tally = accounts(raw[: len(raw) * 6 // 10])
    assert tally is not None
    assert tally.expected == 60
    assert tally.damaged > 20
    with Recording.open(io.BytesIO(raw[: len(raw) * 6 // 10])) as recording:
        found = [f for f in recording.findings if f.kind == FindingKind.UNDECODABLE]
    assert len(found) == 1
    assert found[0].end_ms == 2400


def test_overwritten_pictures_are_counted_as_damaged(base: Base) -> None:
    raw = bytearray(base("h264 mp4"))
    with Recording.open(io.BytesIO(bytes(raw))) as recording:
        size, row = max((int(s), i) for i, s in enumerate(recording.index.size[20:], 20))
    at = bytes(raw).rindex(packet_bytes(bytes(raw), row))
    raw[at + 40 : at + size] = bytes(size - 40)
    tally = accounts(bytes(raw))
    assert tally is not None
    assert tally.expected == 60
    assert 1 <= tally.damaged <= 40
    assert tally.decoded >= 20


def packet_bytes(data: bytes, row: int) -> bytes:
    with av.open(io.BytesIO(data)) as file:
        assert isinstance(file, InputContainer)
        return bytes([*file.demux(video=0)][row])


def test_wanted_pictures_are_the_same_and_all_are_counted(base: Base) -> None:
    with Recording.open(io.BytesIO(base("h264 mp4"))) as recording:
        everything, _ = seen(recording, whole(recording.index))
        found = recording.pictures(*whole(recording.index)[0], wanted=np.array([3, 40, 41]))
        chosen = [(p.frame, digest(p.raw)) for p in found]
    assert chosen == [everything[i] for i in (3, 40, 41)]
    assert found.tally.decoded == 60


def test_key_frames_and_stills_are_the_pictures_of_the_whole(base: Base) -> None:
    for kind in ("h264 mp4", "h264 open groups", "mpeg4 avi with B"):
        with Recording.open(io.BytesIO(base(kind))) as recording:
            index = recording.index
            everything = dict(seen(recording, whole(index))[0])
            keys = [int(r) for r in sorted(index.rank[index.keyframe & index.shows])]
            assert len(keys) >= 4
            for frames, pictures in (
                (keys, recording.keyframes(keys)),
                ([0, 11, 12, 13, 59], recording.stills({59, 13, 0, 11, 12})),
            ):
                got = [(p.frame, digest(p.raw)) for p in pictures]
                assert got == [(f, everything[f]) for f in frames], kind
            with pytest.raises(ValueError, match="not a key frame"):
                next(recording.keyframes([1]))


def test_decoding_begins_only_where_it_can(base: Base) -> None:
    with (
        Recording.open(io.BytesIO(base("h264 mp4"))) as recording,
        pytest.raises(ValueError, match="not an entry"),
    ):
        recording.pictures(int(recording.index.times[1]), int(recording.index.times[9]))


def test_more_threads_and_no_deblocking_keep_the_account(base: Base) -> None:
    with Recording.open(
        io.BytesIO(base("h264 mp4")), threads=2, skip_loop_filter=True
    ) as recording:
        _, tally = seen(recording, whole(recording.index))
    assert (tally.decoded, tally.damaged) == (60, 0)


def test_uneven_times_are_kept_exactly(sample: Make) -> None:
    times = np.cumsum(np.tile([100, 700, 333, 12800, 1], 12)).tolist()
    data = sample(options=X264, times=times)
    with Recording.open(io.BytesIO(data)) as recording:
        index = recording.index
        first = int(index.times[0])
        kept = [(int(t) - first) * index.time_base for t in index.times]
        shown = [p.pts for p in recording.pictures(*whole(index)[0])]
    assert kept == [(t - times[0]) * Fraction(1, 12800) for t in times]
    assert shown == index.times.tolist()
    assert FindingKind.TIMESTAMP_BACKWARD not in {f.kind for f in recording.findings}


@pytest.mark.parametrize("pixels", ["yuv420p10le", "yuv422p", "yuv444p"])
def test_planes_of_other_formats(sample: Make, drawn: Drawn, pixels: str) -> None:
    data = sample(options=X264, pixel_format=pixels, pictures=3)
    with Recording.open(io.BytesIO(data)) as recording:
        for picture in recording.pictures(*whole(recording.index)[0]):
            luma, (y, u, v) = picture.luma, picture.yuv()
            assert luma.dtype == np.uint8
            assert luma.shape == y.shape == (48, 64)
            assert u.shape == v.shape == (24, 32)
            assert picture.bgr().shape == (48, 64, 3)
            truth = drawn(picture.frame).astype(float) @ [0.098, 0.504, 0.257] + 16
            assert np.abs(luma - truth).mean() < 6
            assert np.abs(y.astype(int) - luma).max() <= 1
            assert np.abs(picture.bgr().astype(int) - drawn(picture.frame)).mean() < 25


def test_the_brightness_plane_is_not_copied(base: Base) -> None:
    with Recording.open(io.BytesIO(base("h264 mp4"))) as recording:
        picture = next(recording.pictures(*whole(recording.index)[0]))
        assert picture.luma.base is not None
        assert picture.luma.__array_interface__["data"][0] == picture.raw.planes[0].buffer_ptr


PLAYLISTS = {
    "hls": b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile '{}'\n",
    "dash": b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{}"
    b"</BaseURL></MPD>",
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_what_names_another_file_is_refused(base: Base, tmp_path: Path, kind: str) -> None:
    (tmp_path / "real.mp4").write_bytes(base("h264 mp4"))
    text = PLAYLISTS[kind].replace(b"{}", str(tmp_path / "real.mp4").encode())
    with pytest.raises(UnreadableSource) as caught:
        Recording.open(io.BytesIO(text))
    assert caught.value.remedy


@pytest.mark.parametrize("data", [b"", b"text " * 1000, bytes(5000), b"\x89PNG\r\n\x1a\n"])
def test_what_is_not_video_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as caught:
        Recording.open(io.BytesIO(data))
    assert caught.value.remedy


def test_sound_alone_is_refused() -> None:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    with pytest.raises(UnreadableSource, match="no video stream"):
        Recording.open(io.BytesIO(target.getvalue()))
