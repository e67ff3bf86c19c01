"""What one coded packet says of itself, read from its first bytes without decoding.

Sources: ITU-T H.264 (7.3.1 NAL unit, 7.3.3 slice header), ITU-T H.265 (7.4.2.2,
table 7-1), ISO/IEC 14496-2 (6.2.3 video object layer, 6.2.5 video object plane),
RFC 6386 (9.1), ISO/IEC 14496-15 (length-prefixed NAL units).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# A slice header's first fields fit in far fewer bytes, emulation prevention included.
_HEADER_BYTES = 24


@dataclass(frozen=True)
class PacketFacts:
    """What a packet's bytes say.

    Attributes:
        shows: the packet should give one picture of its own.
        discardable: no other picture is predicted from it.
        clean: decoding may begin here: every picture shown at or after this
            one is decodable without what came before.
        reordered: the picture is shown before a reference decoded earlier
            (a bidirectional MPEG-4 plane).
    """

    shows: bool = True
    discardable: bool = False
    clean: bool = True
    reordered: bool = False


PacketReader = Callable[[memoryview], PacketFacts]


def packet_reader(codec: str, extradata: bytes) -> PacketReader:
    """The reader for a codec; an unknown codec is taken at the container's word.

    Args:
        codec: the decoder's canonical name, such as ``h264``.
        extradata: the stream's global headers; may be empty.
    """
    if codec == "h264":
        # avcC begins with its version, 1; Annex B begins with a start code.
        length = (extradata[4] & 3) + 1 if len(extradata) > 6 and extradata[0] == 1 else 0
        return _H264(length, extradata)
    if codec == "hevc":
        length = (extradata[21] & 3) + 1 if len(extradata) > 22 and extradata[0] == 1 else 0
        return lambda data: _hevc(data, length)
    if codec == "mpeg4":
        return _Mpeg4(extradata)
    if codec == "vp8":
        # show_frame is bit 4 of the first byte: alternate references are never shown.
        return lambda data: PacketFacts(shows=bool(len(data)) and bool(data[0] & 0x10))
    return lambda data: PacketFacts(shows=bool(len(data)))


# -- NAL units --------------------------------------------------------------------


def nal_units(data: memoryview, length_size: int) -> Iterator[memoryview]:
    """NAL units of a packet, damaged lengths clipped to the packet.

    Args:
        data: one packet.
        length_size: bytes of the length prefix, 1 to 4; 0 for Annex B start codes.
    """
    if length_size:
        at = 0
        while at + length_size < len(data):
            size = int.from_bytes(data[at : at + length_size], "big")
            at += length_size
            yield data[at : at + size]
            at += size
        return
    raw = bytes(data)
    start = raw.find(b"\x00\x00\x01")
    while start >= 0:
        following = raw.find(b"\x00\x00\x01", start + 3)
        yield data[start + 3 : following if following >= 0 else len(raw)]
        start = following


class _Bits:
    """Big-endian bit reader; reading past the end gives zeros."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._value = int.from_bytes(data, "big")
        self._size = 8 * len(data)
        self._at = at

    @property
    def exhausted(self) -> bool:
        return self._at > self._size

    def u(self, n: int) -> int:
        """Unsigned, ``n`` bits."""
        self._at += n
        shift = self._size - self._at
        value = self._value >> shift if shift >= 0 else self._value << -shift
        return value & ((1 << n) - 1)

    def ue(self) -> int:
        """Unsigned exp-Golomb (H.264, 9.1)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                return 0
        return (1 << zeros) - 1 + self.u(zeros)


def _unescaped(data: memoryview) -> bytes:
    return bytes(data).replace(b"\x00\x00\x03", b"\x00\x00")


class _H264:
    """H.264: reference use, clean entry points, and the second field of a picture."""

    _I_SLICES = (2, 4, 7, 9)

    def __init__(self, length_size: int, extradata: bytes) -> None:
        self._length_size = length_size
        self._frame_num_bits = 0  # 0 while every picture is known to be a whole frame
        self._separate_planes = False
        self._first_field: tuple[int, bool] | None = None
        if length_size and len(extradata) > 8:
            size = int.from_bytes(extradata[6:8], "big")
            self._sequence(memoryview(extradata)[8 : 8 + size])
        elif extradata:
            for unit in nal_units(memoryview(extradata), 0):
                if len(unit) and unit[0] & 31 == 7:
                    self._sequence(unit)

    def _sequence(self, unit: memoryview) -> None:
        """Sequence parameter set (7.3.2.1.1): only what tells fields from frames."""
        bits = _Bits(_unescaped(unit[1:]))
        profile = bits.u(8)
        bits.u(16)
        bits.ue()
        self._separate_planes = False
        if profile in (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135):
            chroma = bits.ue()
            if chroma == 3:
                self._separate_planes = bool(bits.u(1))
            bits.ue()
            bits.ue()
            bits.u(1)
            if bits.u(1):
                for i in range(8 if chroma != 3 else 12):
                    if bits.u(1):
                        self._skip_scaling_list(bits, 16 if i < 6 else 64)
        frame_num_bits = bits.ue() + 4
        order = bits.ue()
        if order == 0:
            bits.ue()
        elif order == 1:
            bits.u(1)
            bits.ue()
            bits.ue()
            for _ in range(min(bits.ue(), 255)):
                bits.ue()
        bits.ue()
        bits.u(1)
        bits.ue()
        bits.ue()
        frames_only = bits.u(1)
        self._frame_num_bits = 0 if frames_only or bits.exhausted else frame_num_bits

    @staticmethod
    def _skip_scaling_list(bits: _Bits, size: int) -> None:
        last, following = 8, 8
        for _ in range(size):
            if following:
                code = bits.ue()
                following = (last + (-(code // 2) if code % 2 == 0 else code // 2 + 1)) % 256
            last = following or last

    def __call__(self, data: memoryview) -> PacketFacts:
        slices = referenced = 0
        idr = intra = True
        shows = False
        for unit in nal_units(data, self._length_size):
            if not len(unit):
                continue
            kind = unit[0] & 31
            if kind == 7:
                self._sequence(unit)
            if kind not in (1, 2, 5):
                continue
            header = _Bits(_unescaped(unit[1:_HEADER_BYTES]))
            header.ue()
            slice_type = header.ue()
            if not slices:
                shows = self._opens_picture(header)
            slices += 1
            referenced |= unit[0] & 0x60
            idr &= kind == 5
            intra &= slice_type in self._I_SLICES
        return PacketFacts(
            shows=shows,
            discardable=bool(slices) and not referenced,
            clean=bool(slices) and (idr or intra),
        )

    def _opens_picture(self, header: _Bits) -> bool:
        """False for the second field of a picture whose first field was just read."""
        if not self._frame_num_bits:
            return True
        header.ue()
        if self._separate_planes:
            header.u(2)
        number = header.u(self._frame_num_bits)
        if not header.u(1):
            self._first_field = None
            return True
        bottom = bool(header.u(1))
        if self._first_field == (number, not bottom):
            self._first_field = None
            return False
        self._first_field = (number, bottom)
        return True


def _hevc(data: memoryview, length_size: int) -> PacketFacts:
    """HEVC: even types below 16 are sub-layer non-reference; 16 to 21 are entry points."""
    types = [u[0] >> 1 & 63 for u in nal_units(data, length_size) if len(u) > 2]
    pictures = [t for t in types if t < 32]
    return PacketFacts(
        shows=bool(pictures),
        discardable=bool(pictures) and all(t < 16 and t % 2 == 0 for t in pictures),
        clean=bool(pictures) and all(16 <= t <= 21 for t in pictures),
    )


class _Mpeg4:
    """MPEG-4 part 2: placeholders and planes that are not coded give no picture."""

    def __init__(self, extradata: bytes) -> None:
        self._time_bits = 0
        self._layer(extradata)

    def _layer(self, data: bytes) -> None:
        """Video object layer: only the size of a plane's time field."""
        for code in range(0x20, 0x30):
            at = data.find(bytes((0, 0, 1, code)))
            if at >= 0:
                break
        else:
            return
        bits = _Bits(data[at + 4 : at + 40])
        version = 1
        bits.u(9)
        if bits.u(1):
            version = bits.u(4)
            bits.u(3)
        if bits.u(4) == 15:
            bits.u(16)
        if bits.u(1):
            bits.u(3)
            if bits.u(1):
                bits.u(79)
        if bits.u(2) == 3 and version != 1:
            bits.u(4)
        bits.u(1)
        self._time_bits = max(1, (bits.u(16) - 1).bit_length())

    def __call__(self, data: memoryview) -> PacketFacts:
        head = bytes(data[:512])
        at = head.find(b"\x00\x00\x01\xb6")
        if at < 0:
            return PacketFacts(shows=False, clean=False)
        if at:
            self._layer(head[:at])
        bits = _Bits(head[at + 4 : at + 4 + _HEADER_BYTES])
        kind = bits.u(2)
        while bits.u(1) and not bits.exhausted:
            pass
        bits.u(1 + self._time_bits + 1)
        coded = bool(bits.u(1)) or not self._time_bits
        return PacketFacts(shows=coded, clean=kind == 0, reordered=coded and kind == 2)
