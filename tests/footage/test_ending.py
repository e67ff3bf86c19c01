"""A file says that it is whole only when it is: every part of one says the contrary."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.footage.ending import ends_itself

Make = Callable[..., bytes]

FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+skip_trailer"}
INDEXED = {"movflags": "frag_keyframe+empty_moov"}
KINDS: dict[str, tuple[str, dict[str, str], bool]] = {
    "mp4": ("mp4", {}, True),
    "mp4, index first": ("mp4", {"movflags": "faststart"}, True),
    "mov": ("mov", {}, True),
    "fragments with their index": ("mp4", INDEXED, True),
    "fragments": ("mp4", FRAGMENTS, False),
    "matroska": ("matroska", {}, True),
    "matroska, of a length unknown": ("matroska", {"live": "1"}, False),
    "avi": ("avi", {}, True),
    "transport stream": ("mpegts", {}, False),
    "elementary stream": ("m4v", {}, False),
}


def ends(data: bytes) -> bool:
    return ends_itself(io.BytesIO(data), len(data))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_whole_or_not_known_to_be(kind: str, sample: Make) -> None:
    container, muxing, whole = KINDS[kind]
    data = sample("mpeg4", container, pictures=20, gop=5, container_options=muxing)
    assert ends(data) is whole
    # Neither a part of it nor one that grew states its end.
    rng = random.Random(3)
    for cut in {*(rng.randrange(len(data)) for _ in range(200)), *range(64), len(data) - 1}:
        assert not ends(data[:cut])
    assert not ends(data + b"\0")
    assert not ends(data + data[: len(data) // 2])


@given(st.binary(max_size=80))
def test_any_bytes_are_borne(data: bytes) -> None:
    for head in (b"", b"RIFF", b"\x1a\x45\xdf\xa3", b"\0\0\0\x10ftyp"):
        assert ends(head + data) in (True, False)


def test_it_does_not_go_on_without_end() -> None:
    boxes = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08moov" * 5000
    assert not ends(boxes)
    assert ends(boxes[: 16 + 8 * 100])
