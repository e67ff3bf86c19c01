"""Demultiplexing and decoding of one closed recording, every packet accounted for.

The index (one pass over the packets, nothing decoded) is the truth about what a
recording should show.  Pictures are matched to their packets by a tag that travels
through the decoder, never by timestamp, so that no picture is counted twice or
credited to another packet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain, islice
from types import TracebackType
from typing import BinaryIO, Self

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from scelle.footage.demux import build_index
from scelle.footage.hardware import SOFTWARE
from scelle.footage.index import NO_TIME, BoolArray, Int64Array, PacketIndex
from scelle.footage.opening import FORMATS, open_stream
from scelle.footage.picture import Picture
from scelle.footage.tally import Pictures, Tally
from scelle.model.evidence import Finding

_KNOWN_WITHIN = 32
"""Packets after a seek among which one must be known again: more than any coder reorders."""


class Recording:
    """One video stream of one closed recording, read through a Python file object.

    Not thread-safe; one decoder at a time.  Use as a context manager.

    Attributes:
        index: the packet index.
        findings: what the demultiplexing pass noticed; empty if the index was given.
        container: the container's short name, such as ``mov``.
        codec: the decoder's canonical name, such as ``h264``.
        pixel_format: as the decoder names it; ``unknown`` if it cannot say.
        width, height: native pixels as stored.
        pixel_shape: width over height of one pixel; 0 where the file does not say.
        views: how many video streams the file has, covers left aside.
    """

    views: int

    def __init__(
        self,
        file: BinaryIO,
        *,
        index: PacketIndex | None = None,
        threads: int = 1,
        skip_loop_filter: bool = False,
        stream: int = 0,
        rate: Fraction | None = None,
        decoder: str = SOFTWARE,
    ) -> None:
        self._file = file
        self._decoder = decoder
        self._number = stream if index is None else index.stream
        self._threads = threads
        self._skip_loop_filter = skip_loop_filter
        self._container, self._stream = self._start()
        context = self._stream.codec_context
        self.container = next(f for f in FORMATS if f in self._container.format.name.split(","))
        self.codec = context.codec.canonical_name
        self.pixel_format = context.pix_fmt or "unknown"
        self.width, self.height = context.width, context.height
        self.pixel_shape = Fraction(self._stream.sample_aspect_ratio or 0)
        self.time_base = Fraction(self._stream.time_base or 1)
        self.findings: tuple[Finding, ...] = ()
        self._fresh = True
        try:
            if index is None:
                index, self.findings = build_index(
                    self._packets(),
                    self._stream,
                    self.container,
                    self._order_by_decoding,
                    number=stream,
                    rate=rate,
                )
        except BaseException:
            self.close()
            raise
        self.index = index

    @classmethod
    def open(
        cls,
        file: BinaryIO,
        *,
        index: PacketIndex | None = None,
        threads: int = 1,
        skip_loop_filter: bool = False,
        stream: int = 0,
        rate: Fraction | None = None,
        decoder: str = SOFTWARE,
    ) -> Self:
        """Open a recording from a seekable binary file object.

        Nothing else is opened, whatever the container says: references to other
        files, playlists and addresses are refused.

        Args:
            file: positioned anywhere; read only, never closed here.
            index: as built before from the same bytes; ``None`` reads all packets.
            threads: decoder threads.
            skip_loop_filter: skip deblocking; faster, slightly different pixels.
            stream: which of the file's video streams, from 0; an index knows its own.
            rate: pictures a second of an elementary stream, which has no times; ``None``
                takes the rate that its own header states, else 25.
            decoder: ``software`` or ``cuda``.

        Raises:
            UnreadableSource: no container in the allowed list, or no video in it.
        """
        return cls(
            file,
            index=index,
            threads=threads,
            skip_loop_filter=skip_loop_filter,
            stream=stream,
            rate=rate,
            decoder=decoder,
        )

    def close(self) -> None:
        """Free the decoder; the file object stays open."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- opening ------------------------------------------------------------------

    def _start(self) -> tuple[InputContainer, VideoStream]:
        container, self.views, stream = open_stream(self._file, self._number, self._decoder)
        context = stream.codec_context
        context.thread_count = self._threads
        context.thread_type = "AUTO" if self._threads > 1 else "NONE"
        context.copy_opaque = True
        if self._skip_loop_filter:
            context.options = {"skip_loop_filter": "all"}
        self._unpack = (
            BitStreamFilterContext("mpeg4_unpack_bframes", in_stream=stream)
            if context.codec.canonical_name == "mpeg4"
            else None
        )
        return container, stream

    def _restart(self) -> None:
        self._container.close()
        self._container, self._stream = self._start()
        self._fresh = True

    def _packets(self) -> Iterator[av.Packet[VideoStream]]:
        """Packets of the video stream from where the reader stands, without the empty last one."""
        self._fresh = False
        for packet in self._demuxed():
            if self._unpack is None:
                if packet.size:
                    yield packet
                continue
            try:
                unpacked = self._unpack.filter(packet if packet.size else None)
            except FFmpegError:
                unpacked = [packet]
            yield from unpacked

    def _demuxed(self) -> Iterator[av.Packet[VideoStream]]:
        # Where another stream turned up while reading, the library trips over it after
        # the last packet of ours.
        with suppress(IndexError):
            yield from self._container.demux(self._stream)

    def _until_unreadable(self) -> Iterator[av.Packet[VideoStream]]:
        """As :meth:`_packets`; where reading fails, as the index says too, they end."""
        with suppress(FFmpegError):
            yield from self._packets()

    def _order_by_decoding(self, rows: int) -> list[int]:
        self._restart()
        order = [
            row for row, _ in self._decode(iter(range(rows)), enumerate(self._until_unreadable()))
        ]
        self._restart()
        return order

    # -- packets ------------------------------------------------------------------

    def packets(self, first: int, stop: int) -> Iterator[tuple[int, av.Packet[VideoStream]]]:
        """Packets as they are stored, with their rows, from ``first`` up to ``stop``."""
        for row, packet in self._from(first, Tally()):
            if row >= stop:
                return
            yield row, packet

    @property
    def stream(self) -> VideoStream:
        """The video stream, for whoever stores its packets elsewhere."""
        return self._stream

    # -- decoding -----------------------------------------------------------------

    def _from_start(self) -> Iterator[tuple[int, av.Packet[VideoStream]]]:
        if not self._fresh:
            self._restart()
        return enumerate(self._until_unreadable())

    def _from(self, row: int, tally: Tally) -> Iterator[tuple[int, av.Packet[VideoStream]]]:
        """Packets with their rows, from ``row`` on."""
        if row:
            packets = self._sought(row)
            if packets is not None:
                yield from packets
                return
            tally.rereads += 1
        for at, packet in self._from_start():
            if at >= row:
                yield at, packet

    def _sought(self, row: int) -> Iterator[tuple[int, av.Packet[VideoStream]]] | None:
        """Packets from ``row`` on by the container's own seek; ``None`` if it lands wrong."""
        index = self.index
        target = int(index.dts[row])
        if target == NO_TIME:
            return None
        try:
            if self._unpack is not None:
                self._unpack.flush()
            self._container.seek(target, stream=self._stream)
        except FFmpegError:
            return None
        packets = self._until_unreadable()
        # Containers that store no decoding times give none for the first few after a seek.
        passed: list[av.Packet[VideoStream]] = []
        start = -1
        for packet in islice(packets, _KNOWN_WITHIN):
            start = self._row(packet) - len(passed)
            passed.append(packet)
            if start >= 0:
                break
        if not 0 <= start <= row:
            return None

        def follow() -> Iterator[tuple[int, av.Packet[VideoStream]]]:
            for at, packet in enumerate(chain(passed, packets), start):
                if at >= row:
                    yield at, packet

        return follow()

    def _row(self, packet: av.Packet[VideoStream]) -> int:
        """The row of a packet by its own decoding time and size; far below 0 if unknown."""
        if packet.dts is not None:
            same = (self.index.dts == packet.dts) & (self.index.size == packet.size)
            found = np.flatnonzero(same)
            if len(found) == 1:
                return int(found[0])
        return -_KNOWN_WITHIN

    def _decode(
        self, wanted: Iterator[int], packets: Iterator[tuple[int, av.Packet[VideoStream]]]
    ) -> Iterator[tuple[int, av.VideoFrame]]:
        """Feed the wanted rows; give back rows and frames in the decoder's order."""
        context = self._stream.codec_context
        context.flush_buffers()
        want = next(wanted, None)
        for row, packet in packets:
            if want is None:
                break
            if row != want:
                continue
            packet.opaque = row
            try:
                frames = context.decode(packet)
            except FFmpegError:
                frames = []
            yield from ((f.opaque, f) for f in frames if isinstance(f.opaque, int))
            want = next(wanted, None)
        try:
            frames = context.decode(None)
        except FFmpegError:
            frames = []
        yield from ((f.opaque, f) for f in frames if isinstance(f.opaque, int))
        context.flush_buffers()

    def pictures(
        self,
        start_pts: int,
        end_pts: int,
        *,
        skip: BoolArray | None = None,
        wanted: Collection[int] | Int64Array | None = None,
        damaged: bool = False,
    ) -> Pictures:
        """Decode the pictures shown in ``[start_pts, end_pts)``, in presentation order.

        Args:
            start_pts: the time of one of ``index.entries``, or of the first picture.
            end_pts: excluded.
            skip: one for each packet of the index: leave it out before the decoder;
                only those may be that no other picture is predicted from.
            wanted: frame indexes to give back; all are decoded and counted anyway.
            damaged: give back damaged pictures too, marked as such.

        Raises:
            ValueError: decoding cannot begin at ``start_pts``, or other pictures need
                one of those to skip.
        """
        index = self.index
        if skip is not None and (skip & ~index.discardable).any():
            raise ValueError("only pictures that no other needs may be skipped")
        if start_pts <= int(index.times[0]):
            begin = 0
        else:
            begin = index.entry_before(start_pts)
            if index.pts[begin] != start_pts:
                raise ValueError(f"decoding cannot begin at {start_pts}: not an entry")
        tally = Tally()
        return Pictures(self._span(begin, start_pts, end_pts, skip, wanted, damaged, tally), tally)

    def _span(
        self,
        begin: int,
        start_pts: int,
        end_pts: int,
        skip: BoolArray | None,
        wanted: Collection[int] | Int64Array | None,
        damaged: bool,
        tally: Tally,
    ) -> Iterator[Picture]:
        index = self.index
        rows = index.span(start_pts, end_pts)
        tally.expected = len(rows)
        if not len(rows):
            return
        feed = np.arange(begin, self._whole(int(rows[-1])) + 1)
        if skip is not None:
            feed = feed[~skip[feed]]
            tally.skipped = int(skip[rows].sum())
            rows = rows[~skip[rows]]
        awaited = set(rows.tolist())
        chosen = None if wanted is None else frozenset(int(w) for w in wanted)
        last = -1
        for row, frame in self._decode(iter(feed.tolist()), self._from(begin, tally)):
            rank = int(index.rank[row])
            # A picture out of order cannot be shown at its time: it counts as damaged.
            if row not in awaited or rank <= last:
                continue
            last = rank
            broken = frame.is_corrupt or bool(index.corrupt[row])
            if broken:
                tally.concealed += 1
            else:
                awaited.discard(row)
                tally.decoded += 1
            if (damaged or not broken) and (chosen is None or rank in chosen):
                yield self._picture(rank, row, broken, frame)
        tally.damaged = len(awaited)
        tally.damaged_frames = sorted(int(index.rank[row]) for row in awaited)

    def _whole(self, row: int) -> int:
        """The last row that a picture needs: its second field may be a packet of its own."""
        shows = self.index.shows
        while row + 1 < len(shows) and not shows[row + 1]:
            row += 1
        return row

    def _picture(self, rank: int, row: int, broken: bool, frame: av.VideoFrame) -> Picture:
        index, size = self.index, (frame.width, frame.height)
        stored = None
        if index.picture_size not in ((0, 0), size):
            width, height = index.picture_size
            frame, stored = frame.reformat(width=width, height=height), size
        key = bool(index.keyframe[row])
        return Picture(rank, int(index.pts[row]), key, broken, frame, stored)

    def keyframes(self, frames: Sequence[int]) -> Iterator[Picture]:
        """Pictures of key frames alone, each decoded by itself.

        Args:
            frames: frame indexes of packets in ``index.keyframe``, increasing.

        Raises:
            ValueError: one of them is not a key frame.
        """
        for rank in frames:
            row = int(self.index.order[rank])
            if not self.index.keyframe[row]:
                raise ValueError(f"frame {rank} is not a key frame")
            own = range(row, self._whole(row) + 1)
            for tag, frame in self._decode(iter(own), self._from(row, Tally())):
                if tag == row:
                    yield self._picture(rank, row, frame.is_corrupt, frame)

    def stills(self, frames: Collection[int]) -> Iterator[Picture]:
        """Single pictures, in presentation order, each group read from its entry on.

        Damaged ones are given back too, marked; one that cannot be decoded is absent.
        """
        index = self.index
        groups: dict[int, list[int]] = {}
        for rank in sorted(set(frames)):
            groups.setdefault(index.entry_before(int(index.times[rank])), []).append(rank)
        for begin, ranks in groups.items():
            start = int(index.pts[begin]) if begin else int(index.times[0])
            end = int(index.times[ranks[-1]]) + 1
            yield from self.pictures(start, end, wanted=ranks, damaged=True)
