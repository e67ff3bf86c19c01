import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.footage.bitstream import PacketFacts, nal_units, packet_reader

START = b"\x00\x00\x00\x01"


class Bits:
    """Writes the fields of a header."""

    def __init__(self) -> None:
        self._text = ""

    def u(self, n: int, value: int) -> "Bits":
        self._text += f"{value:0{n}b}"
        return self

    def ue(self, value: int) -> "Bits":
        code = f"{value + 1:b}"
        self._text += "0" * (len(code) - 1) + code
        return self

    def unit(self, head: int) -> bytes:
        text = self._text + "1"
        text += "0" * (-len(text) % 8) + "10" * 80
        return bytes([head]) + int(text, 2).to_bytes(len(text) // 8, "big")


def sequence(*, fields: bool) -> bytes:
    bits = Bits().u(8, 77).u(8, 0).u(8, 30).ue(0).ue(0).ue(2).ue(1).u(1, 0).ue(3).ue(2)
    return START + bits.u(1, not fields).u(8, 0b10000000).unit(0x67)


def slice_of(
    number: int, *, bottom: bool | None = None, kind: int = 0, head: int = 0x41, fields: bool = True
) -> bytes:
    bits = Bits().ue(0).ue(kind).ue(0).u(4, number)
    if fields:
        bits.u(1, bottom is not None)
        if bottom is not None:
            bits.u(1, bottom)
    return START + bits.unit(head)


def read(*packets: bytes, extradata: bytes = b"") -> list[PacketFacts]:
    reader = packet_reader("h264", extradata)
    return [reader(memoryview(p)) for p in packets]


def test_two_fields_are_one_picture() -> None:
    facts = read(
        sequence(fields=True) + slice_of(0, bottom=False, kind=7, head=0x65),
        slice_of(0, bottom=True),
        slice_of(1, bottom=True),
        slice_of(1, bottom=False),
        slice_of(2),
        slice_of(3, bottom=False),
        slice_of(4, bottom=False),
    )
    assert [f.shows for f in facts] == [True, False, True, False, True, True, True]


def test_without_fields_every_packet_with_a_slice_is_a_picture() -> None:
    same = [slice_of(1, fields=False), slice_of(1, fields=False)]
    facts = read(*same, START + b"\x06\x05\x01", extradata=sequence(fields=False))
    assert [f.shows for f in facts] == [True, True, False]


@pytest.mark.parametrize(
    ("head", "kind", "discardable", "clean"),
    [
        (0x65, 7, False, True),
        (0x41, 7, False, True),
        (0x41, 0, False, False),
        (0x01, 1, True, False),
        (0x01, 7, True, True),
    ],
)
def test_references_and_entry_points(head: int, kind: int, discardable: bool, clean: bool) -> None:
    (facts,) = read(slice_of(0, kind=kind, head=head, fields=False))
    assert (facts.discardable, facts.clean) == (discardable, clean)
    (mixed,) = read(
        slice_of(0, kind=kind, head=head, fields=False) + slice_of(0, head=0x41, fields=False)
    )
    assert (mixed.discardable, mixed.clean) == (False, False)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 4))
def test_length_prefixed_units_come_back(units: list[bytes], size: int) -> None:
    data = b"".join(len(u).to_bytes(size, "big") + u for u in units)
    assert [bytes(u) for u in nal_units(memoryview(data), size)] == units


@given(
    st.sampled_from(["h264", "hevc", "mpeg4", "vp8", "mjpeg"]),
    st.binary(max_size=60),
    st.lists(st.binary(max_size=200), max_size=4),
)
def test_no_bytes_break_a_reader(codec: str, extradata: bytes, packets: list[bytes]) -> None:
    reader = packet_reader(codec, extradata)
    for data in packets:
        facts = reader(memoryview(data))
        assert not (facts.discardable and not facts.shows)
