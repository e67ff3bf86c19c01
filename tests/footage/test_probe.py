import io
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

from scelle.errors import UnreadableSource
from scelle.footage.probe import probe
from scelle.footage.recording import Recording
from scelle.model.evidence import FindingKind

Make = Callable[..., bytes]


def test_a_probe_says_what_the_recording_is(sample: Make) -> None:
    found = probe(io.BytesIO(sample(pictures=30, gop=10, options={"x264-params": "scenecut=0"})))
    stream = found.stream
    assert (stream.container, stream.codec, stream.pixel_format) == ("mov", "h264", "yuv420p")
    assert (stream.width, stream.height) == (64, 48)
    assert (stream.frames_expected, stream.keyframes) == (30, 3)
    assert (stream.time_base, stream.start_pts) == (Fraction(1, 12800), 0)
    assert stream.duration == Fraction(30, 25)
    # The encoder that made this file signs it; nothing else is to be said.
    assert [f.kind for f in found.findings] == [FindingKind.RE_ENCODED]


def test_a_recording_that_nowhere_decodes_is_refused(sample: Make) -> None:
    front = {"movflags": "+faststart"}
    data = bytearray(sample(pictures=30, container_options=front))
    at = data.index(b"mdat") + 4
    # Every byte of every picture overwritten; lengths and headers make no sense.
    data[at:] = b"\xff" * (len(data) - at)
    with pytest.raises(UnreadableSource, match=r"mov.*h264") as caught:
        probe(io.BytesIO(bytes(data)))
    assert caught.value.remedy


CORPUS = sorted((Path(__file__).resolve().parents[2] / "fuzz" / "corpus").iterdir())


def test_what_fuzzing_found_interesting_is_refused_or_accounted_for() -> None:
    """The corpus of ``fuzz/run``: each file a shape that reached code which others do not."""
    assert len(CORPUS) > 20
    read = 0
    for path in CORPUS:
        with path.open("rb") as file, suppress(UnreadableSource):
            index = probe(file).index
            with Recording.open(file, index=index) as recording:
                span = int(index.times[0]), int(index.times[-1]) + 1
                pictures = recording.pictures(*span, damaged=True)
                assert sum(1 for _ in pictures) <= index.frames_expected
                told = pictures.tally
            assert told.decoded + told.skipped + told.damaged == index.frames_expected
            read += 1
    assert read > 5
