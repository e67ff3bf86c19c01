import io
from collections.abc import Callable
from fractions import Fraction

import pytest

from scelle.errors import UnreadableSource
from scelle.footage.probe import probe
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
