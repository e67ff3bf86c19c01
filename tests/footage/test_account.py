"""No silent partial scan: whatever is done to a file, every picture expected is accounted for.

Files of every kind of container are cut, corrupted, robbed of pieces, doubled and put
behind one another at random.  Then either the file is refused, or what is expected is
decoded, skipped or damaged, to the last picture, whole and by parts, in whatever file of
a joined recording it lies.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import UnreadableSource
from scelle.footage.index import segments
from scelle.footage.joined import Joined, Part, join
from scelle.footage.probe import Probe, probe
from scelle.footage.recording import Recording
from scelle.footage.tally import Tally

Make = Callable[..., bytes]

KINDS = {
    "mp4": ("libx264", "mp4", {"bf": "2"}, {"movflags": "+faststart"}),
    "fragments": ("libx264", "mp4", {}, {"movflags": "frag_keyframe+empty_moov"}),
    "ts": ("libx264", "mpegts", {"bf": "2"}, {}),
    "mkv": ("libx265", "matroska", {"x265-params": "log-level=none:bframes=2"}, {}),
    "avi": ("mpeg4", "avi", {"bf": "2"}, {}),
    "ps": ("mpeg2video", "mpeg", {"bf": "2"}, {}),
    "raw": ("libx264", "h264", {"bf": "2"}, {}),
    "webm": ("libvpx", "webm", {"deadline": "realtime"}, {}),
    "flv": ("libx264", "flv", {}, {}),
    "asf": ("wmv2", "asf", {}, {}),
    "nut": ("mpeg4", "nut", {"bf": "2"}, {}),
    "ts of hevc": ("libx265", "mpegts", {"x265-params": "log-level=none:bframes=2"}, {}),
}


@pytest.fixture(scope="module")
def whole(sample: Make) -> Callable[[str], bytes]:
    @cache
    def made(kind: str) -> bytes:
        codec, container, options, muxing = KINDS[kind]
        return sample(codec, container, pictures=30, options=options, container_options=muxing)

    return made


place = st.floats(0, 1, exclude_max=True)
harm = st.one_of(
    st.tuples(st.just("cut"), place, place),
    st.tuples(st.just("corrupt"), place, place),
    st.tuples(st.just("rob"), place, place),
    st.tuples(st.just("double"), place, place),
    st.tuples(st.sampled_from(sorted(KINDS)), place, place),
)


def harmed(data: bytes, what: str, first: float, second: float, other: bytes) -> bytes:
    a, b = sorted((int(first * len(data)), int(second * len(data))))
    match what:
        case "cut":
            return data[: b + 1]
        case "corrupt":
            return data[:a] + bytes(byte ^ 0x5A for byte in data[a : a + 40]) + data[a + 40 :]
        case "rob":
            return data[:a] + data[b:]
        case "double":
            return data[:b] + data[a:]
    return data + other[int(first * len(other)) :]


def added(tallies: list[Tally]) -> tuple[int, int]:
    return (
        sum(t.expected for t in tallies),
        sum(t.decoded + t.skipped + t.damaged for t in tallies),
    )


def accounted(recording: Recording | Joined) -> None:
    index = recording.index
    for skip in (None, index.discardable):
        for spans in (
            [(int(index.times[0]), int(index.times[-1]) + 1)],
            [(a, b) for a, b, _ in segments(index, 1)],
        ):
            tallies = []
            for start, end in spans:
                pictures = recording.pictures(start, end, skip=skip, damaged=True)
                shown = [p.frame for p in pictures]
                assert shown == sorted(set(shown))
                tally = pictures.tally
                assert len(tally.damaged_frames) == tally.damaged
                assert tally.concealed <= tally.damaged
                assert len(shown) == tally.decoded + tally.concealed
                tallies.append(tally)
            assert added(tallies) == (index.frames_expected, index.frames_expected)


@settings(max_examples=120)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    harms=st.lists(harm, min_size=1, max_size=4),
)
def test_every_picture_expected_is_accounted_for(
    whole: Callable[[str], bytes], kind: str, harms: list[tuple[str, float, float]]
) -> None:
    data = whole(kind)
    for what, first, second in harms:
        data = harmed(data, what, first, second, whole(what) if what in KINDS else b"")
    found: Probe | None = None
    with suppress(UnreadableSource):
        found = probe(io.BytesIO(data))
    if found is None:
        return
    with Recording.open(io.BytesIO(data), index=found.index) as recording:
        accounted(recording)


@settings(max_examples=15)
@given(
    kinds=st.lists(st.sampled_from(["mp4", "ts", "avi"]), min_size=2, max_size=3),
    shares=st.lists(st.floats(0.5, 1), min_size=3, max_size=3),
)
def test_so_are_those_of_a_split_recording(
    whole: Callable[[str], bytes], kinds: list[str], shares: list[float]
) -> None:
    files = [
        whole(kind)[: int(len(whole(kind)) * share)]
        for kind, share in zip(kinds, shares, strict=False)
    ]
    parts = []
    for number, data in enumerate(files):
        with suppress(UnreadableSource):
            found = probe(io.BytesIO(data))
            parts.append(
                (data, Part(f"{number}", found.index, found.findings, Fraction(10 * number)))
            )
    if len(parts) < 2:
        return
    index, _ = join([part for _, part in parts])
    assert index.frames_expected == sum(part.index.frames_expected for _, part in parts)
    with Joined([partial(io.BytesIO, data) for data, _ in parts], index) as joined:
        accounted(joined)


def test_what_is_put_behind_a_stream_is_expected_too(whole: Callable[[str], bytes]) -> None:
    found = probe(io.BytesIO(whole("ts") + whole("ts")))
    assert found.index.frames_expected == 60
