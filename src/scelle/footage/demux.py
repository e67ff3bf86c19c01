"""One pass over the packets of a recording: the packet index and what is odd about it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from scelle.errors import UnreadableSource
from scelle.footage.bitstream import packet_reader
from scelle.footage.index import NO_TIME, BoolArray, Int64Array, PacketIndex
from scelle.footage.timestamps import Counted, settle
from scelle.model.evidence import Finding, FindingKind

# Elementary streams: no times at all; what the reader makes up is thrown away.
ELEMENTARY = frozenset({"h264", "hevc", "mpegvideo", "m4v", "mjpeg", "obu", "vc1"})

# Containers whose presentation times, if any, are made up by the reader.
_WITHOUT_PRESENTATION_TIMES = ELEMENTARY | {"avi"}

# Rates that a header may state and be believed, pictures a second.
_RATES = (Fraction(1, 10), Fraction(240))
_USUAL_RATE = Fraction(25)

# Decoders that may show pictures in another order than they are stored.
_REORDERING = frozenset({"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vc1", "wmv3", "av1"})

# A header that announces more missing pictures than this (a day at 60 a second) is damaged.
_BELIEVABLE = 24 * 3600 * 60

_NOTHING = np.zeros(0, np.int64)


class _Rows:
    """The columns of an index while it grows: 37 bytes a packet, however long it is."""

    def __init__(self) -> None:
        self._times = array("q")
        self._flags = bytearray()

    def __len__(self) -> int:
        return len(self._flags)

    def add(
        self,
        times: tuple[int | None, int | None],
        duration: int | None,
        size: int,
        flags: tuple[bool, bool, bool, bool, bool],
    ) -> None:
        self._times.extend(NO_TIME if t is None else t for t in times)
        self._times.extend((duration or 0, size))
        self._flags.append(sum(flag << i for i, flag in enumerate(flags)))

    @property
    def times(self) -> Int64Array:
        """int64 ``(4, n)``: pts, dts, duration, size."""
        return np.ascontiguousarray(np.array(self._times, np.int64).reshape(-1, 4).T)

    @property
    def flags(self) -> BoolArray:
        """Bool ``(5, n)``: keyframe, discardable, corrupt, shows, reordered."""
        packed = np.frombuffer(bytes(self._flags), np.uint8)
        return np.array([packed >> i & 1 for i in range(5)], np.bool_).reshape(5, -1)


def build_index(
    packets: Iterable[Packet[VideoStream]],
    stream: VideoStream,
    container: str,
    decoded_order: Callable[[int], list[int]],
    *,
    number: int = 0,
    rate: Fraction | None = None,
) -> tuple[PacketIndex, tuple[Finding, ...]]:
    """Read every packet once.

    (1) Each packet says whether it shows a picture, whether another needs it, and
    whether decoding may begin there.  (2) If the container cannot say in which order
    pictures are shown, the packets do, or failing them the decoder.  (3) Times are
    settled.  (4) Packets that the container announces and the file does not hold, as
    when a copy was cut short, are expected too: they will count as damaged.

    Args:
        packets: of the video stream, from its first, in file order.
        stream: to which they belong.
        container: its short name.
        decoded_order: given the number of rows, decodes them all and returns the rows
            in the order in which their pictures come out.
        number: of the stream among the file's video streams, from 0.
        rate: pictures a second, asked for an elementary stream.

    Raises:
        UnreadableSource: no packet shows a picture.
    """
    # (1)
    codec = stream.codec_context.codec.canonical_name
    read = packet_reader(codec, bytes(stream.codec_context.extradata or b""))
    rows, failure, removed = _Rows(), "", 0
    try:
        for packet in packets:
            facts = read(memoryview(packet))
            removed += packet.is_discard and facts.shows
            rows.add(
                (packet.pts, packet.dts),
                packet.duration,
                packet.size,
                (
                    packet.is_keyframe and facts.clean,
                    facts.discardable,
                    packet.is_corrupt,
                    facts.shows and not packet.is_discard,
                    facts.reordered,
                ),
            )
    except FFmpegError as error:
        failure = f"Reading stops after packet {len(rows)}: {error.strerror or error}."
    pts, dts, duration, size = rows.times
    keyframe, discardable, corrupt, shows, reordered = rows.flags
    if not shows.any():
        raise UnreadableSource(
            f"No picture in this {container} file ({codec}). {failure}".strip(),
            remedy="Export the recording again; this copy holds no picture.",
        )
    base = stream.time_base
    if base is None:
        raise UnreadableSource(
            f"This {container} file states no unit of time.",
            remedy="Export the recording again in the recorder's own format.",
        )
    counted = None
    if container in ELEMENTARY:
        # What the reader makes up for want of times is not evidence.
        counted = _rate(stream, rate)
        pts, dts, duration = (
            np.full_like(c, v) for c, v in ((pts, NO_TIME), (dts, NO_TIME), (duration, 0))
        )
    elif rate is not None:
        counted = Counted(rate, "the rate that was stated for it")
    shown_at: list[Finding] = []
    if container == "dhav":
        # A length of one unit, whatever the picture's; times count from the year 1970.
        duration = np.zeros_like(duration)
        pts, shown_at = _from_zero(pts, base)
    header = stream.frames
    announced = _announced(stream, container, dts)
    lost_dts, lost_size = announced or (_NOTHING, _NOTHING)
    # (2): the decoder may have to start afresh, and then the stream object is gone
    display = _display_order(container, codec, pts, dts, shows, reordered, decoded_order)
    # (3)
    line = settle(pts, dts, duration, shows, base, display, counted)
    # (4)
    lost = len(lost_dts)
    step = max(1, int(np.median(np.diff(np.sort(line.pts[shows])))) if shows.sum() > 1 else 1)
    delay = int(line.pts[0] - dts[0]) if dts[0] != NO_TIME else 0
    floor = int(line.pts[shows].max()) + 1 + np.arange(lost)
    if counted is not None:
        lost_dts, delay = floor + step * (1 + np.arange(lost)), 0
    lost_pts = np.maximum.accumulate(np.maximum(lost_dts + delay, floor)) if lost else lost_dts
    no, yes = np.zeros(lost, np.bool_), np.ones(lost, np.bool_)
    index = PacketIndex(
        time_base=base,
        end_pts=int(lost_pts[-1]) + step if lost else line.end_pts,
        pts=np.concatenate((line.pts, lost_pts)),
        dts=np.concatenate((dts, lost_dts)),
        size=np.concatenate((size, lost_size)).astype(np.int32),
        keyframe=np.concatenate((keyframe, no)),
        discardable=np.concatenate((discardable, no)),
        corrupt=np.concatenate((corrupt, yes)),
        shows=np.concatenate((shows, yes)),
        stream=number,
    )
    findings = [*shown_at, *line.findings]
    end = index.milliseconds(index.end_pts)
    if failure:
        findings.append(Finding(FindingKind.UNDECODABLE, end, end, failure))
    if lost:
        start = index.milliseconds(int(lost_pts[0]))
        text = f"The file announces {lost} pictures more than it holds: it was cut short."
        findings.append(Finding(FindingKind.UNDECODABLE, start, end, text))
    if announced is None:
        text = f"The header announces {header} pictures, which cannot be true."
        findings.append(Finding(FindingKind.EXPECTATION_UNKNOWN, 0, end, text))
    if removed:
        start = index.milliseconds(int(index.times[0]))
        text = f"{removed} stored pictures are left out of the presentation by an edit list."
        findings.append(Finding(FindingKind.GAP, start, end, text))
    return index, tuple(findings)


def _display_order(
    container: str,
    codec: str,
    pts: Int64Array,
    dts: Int64Array,
    shows: BoolArray,
    reordered: BoolArray,
    decoded_order: Callable[[int], list[int]],
) -> Sequence[int] | None:
    """Rows in the order in which they are shown, if the container cannot say."""
    rows = np.flatnonzero(shows).tolist()
    bare = bool((pts[rows] == NO_TIME).all())
    if container not in _WITHOUT_PRESENTATION_TIMES and not bare:
        return None
    if codec not in _REORDERING or (not bare and bool((pts[rows] == dts[rows]).all())):
        return rows
    if codec == "mpeg4":
        return _one_reference_late(rows, reordered)
    # The decoder alone knows.  What it does not give comes where it is stored.
    order = [row for row in decoded_order(len(pts)) if shows[row]]
    for row in sorted(set(rows) - set(order)):
        at = next((i for i, other in enumerate(order) if other > row), len(order))
        order.insert(at, row)
    return order


def _one_reference_late(rows: Sequence[int], reordered: BoolArray) -> list[int]:
    """Display order of MPEG-4: a reference is shown just before the next reference."""
    order: list[int] = []
    held: int | None = None
    for row in rows:
        if reordered[row]:
            order.append(row)
        else:
            if held is not None:
                order.append(held)
            held = row
    return order if held is None else [*order, held]


def _from_zero(pts: Int64Array, base: Fraction) -> tuple[Int64Array, list[Finding]]:
    """Times that are a recorder's own date, moved to begin at zero, and that date."""
    known = pts[pts != NO_TIME]
    if not len(known):
        return pts, []
    first = int(known[0])
    seconds = first * base
    text = "The recorder gave the first picture no date that can be."
    if 0 <= seconds < 2**33:
        at = datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)
        text = f"By the recorder's own clock the first picture is of {at}; no zone is stated."
    moved = np.where(pts == NO_TIME, NO_TIME, pts - first)
    return moved, [Finding(FindingKind.RECORDER_TIME, 0, 0, text)]


def _rate(stream: VideoStream, asked: Fraction | None) -> Counted:
    """Pictures a second of an elementary stream, and where the figure comes from."""
    if asked is not None:
        return Counted(asked, "the rate that was stated for it")
    header = stream.codec_context.framerate
    if header and _RATES[0] <= Fraction(header) <= _RATES[1]:
        return Counted(Fraction(header), "the rate that its own header states")
    return Counted(_USUAL_RATE, "a rate that is only assumed, since nothing states one")


def _announced(
    stream: VideoStream, container: str, dts: Int64Array
) -> tuple[Int64Array, Int64Array] | None:
    """Decoding times and sizes of the packets announced beyond those that were read.

    ``None`` if what the header announces cannot be believed.
    """
    known = len(dts)
    entries = stream.index_entries
    if container == "mov" and len(entries) > known:
        missing = [entries[i] for i in range(known, len(entries))]
        return (
            np.array([e.timestamp for e in missing], np.int64),
            np.array([e.size for e in missing], np.int64),
        )
    if container == "avi" and known and int(dts[-1]) != NO_TIME:
        # The header counts places, and an empty place is no picture.
        usual = max(1, int(np.median(np.diff(dts)))) if known > 1 else 1
        count = max(0, -((usual + int(dts[-1]) - stream.frames) // usual))
        if count > _BELIEVABLE:
            return None
        lost = usual * np.arange(1, count + 1, dtype=np.int64)
        return int(dts[-1]) + lost, np.zeros(len(lost), np.int64)
    return _NOTHING, _NOTHING
