"""One span of an exhibit as a video that says what it is, heads and plates concealed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.errors import BadInput, Damaged
from scelle.footage.encode import Caption, Mp4Writer
from scelle.footage.index import Int64Array, PacketIndex
from scelle.model.acts import Permit, Progress
from scelle.model.evidence import Case, Exhibit
from scelle.model.tracks import ObjectClass, Track
from scelle.operations.cutting import around, clean_cut, native_kind, write_cut
from scelle.operations.original import read_index
from scelle.operations.sandbox import Sandbox
from scelle.operations.showing import each_picture
from scelle.store.keys import Keyring
from scelle.store.vault import Vault
from scelle.synopsis.lettering import banner

UInt8Array = npt.NDArray[np.uint8]
Conceal = Callable[[UInt8Array, Sequence[tuple[float, ...]], Sequence[ObjectClass]], UInt8Array]
"""Makes the heads and plates of objects unrecognisable.

Takes the picture, uint8 ``(height, width, 3)`` blue, green, red; the objects' boxes
(left, top, width, height in native pixels, which may reach beyond the picture); their
classes.  Gives a copy.
"""

_RECHECK = 50  # pictures between two looks at the mandate

_BEYOND = Fraction(1, 2)
"""How long before its first and after its last box an object is still concealed, seconds:
it was in the picture before it was noticed."""

_SILENT = "sans son / no sound"

#: Codings that MP4 holds as players expect them, from containers that store them alike.
_COPIED = frozenset({"h264", "hevc"})


@dataclass(frozen=True)
class Marks:
    """What every copy bears.

    Attributes:
        case: whose evidence it is.
        exhibit: how the exhibit is called in what is handed out, such as ``S1``.
        copy: the copy's own reference, such as ``C-57``.
        recipient: who receives it; empty where the asker keeps it.
    """

    case: Case
    exhibit: str
    copy: str
    recipient: str = ""


@dataclass(frozen=True)
class Clip:
    """A clip that was written.

    Attributes:
        pictures, missing: shown, and not decodable.
        seconds: recorded time shown.
        copied: the recording's own packets, not encoded again.
        sha256: of the file.
        native: the untouched packets around the span, where they were asked for; and
            their number and hash.
    """

    path: Path
    exhibit_id: str
    start_ms: int
    end_ms: int
    pictures: int
    missing: int
    seconds: Fraction
    copied: bool
    sha256: str
    native: Path | None = None
    packets: int = 0
    native_sha256: str = ""


@dataclass(frozen=True)
class Shown:
    """A span that was played.

    Attributes:
        pictures, missing: shown, and not decodable.
        seconds: recorded time shown.
        first_ms: of the first picture, milliseconds of the recording's own time.
    """

    pictures: int
    missing: int
    seconds: Fraction
    first_ms: int


class Clipper:
    """Writes clips.

    Args:
        vault: holds the originals.
        keys: opens it.
        conceal: conceals objects.
        sandbox: has recordings decoded.
    """

    def __init__(self, vault: Vault, keys: Keyring, conceal: Conceal, sandbox: Sandbox) -> None:
        self._vault, self._keys = vault, keys
        self._conceal, self._sandbox = conceal, sandbox

    def write(
        self,
        exhibit: Exhibit,
        span: tuple[int, int],
        target: Path,
        hidden: Sequence[Track],
        marks: Marks,
        permit: Permit,
        progress: Progress,
        *,
        native: bool = False,
    ) -> Clip:
        """Write the pictures shown in a span, as far apart as they were; the first is at 0.

        Where nothing is to be concealed and the span is one of whole groups of pictures,
        the recording's own packets are copied, and a subtitle track says what a banner
        says otherwise.  Pictures that the decoder had to guess in part are shown; those
        that cannot be decoded are absent, and counted.  There is never any sound.

        Args:
            span: milliseconds of the recording's own time, the end excluded.
            hidden: the tracks to conceal.
            native: with the untouched packets around the span, beside the target.

        Raises:
            BadInput: no picture in the span, or a span that ends after the recording.
        """
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        ranks = span_ranks(index, *span)
        first, last = int(index.times[ranks[0]]), int(index.times[ranks[-1]])
        end = int(index.times[ranks[-1] + 1]) if ranks[-1] + 1 < len(index.times) else index.end_pts
        objects = [_Path(track, index) for track in hidden]
        captions = tuple(_captions(exhibit, marks, index, first, max(end, last + 1)))
        seconds = (last + 1 - first) * index.time_base
        rows = around(index, first, last)
        copied = (
            not any(p.near(first, last) for p in objects)
            and not index.parts
            and exhibit.stream.container == "mov"
            and exhibit.stream.codec in _COPIED
            and clean_cut(index, first, last)
        )
        if copied:
            permit.recheck()
            where = (self._sandbox, self._vault, exhibit, key, index, rows, target)
            try:
                write_cut(*where, "mp4", captions, shift=first)
            except Damaged:
                copied = False  # the container would alter them: encoded again, and said so
        if copied:
            pictures = len(ranks)
            progress("clip", pictures, pictures, "pictures")
        else:
            sight = _Sight(exhibit, marks, index, ranks, objects, captions)
            pictures = self._encode(target, key, sight, permit, progress)
        beside, packets, digest = None, 0, ""
        if native:
            container, suffix = native_kind(exhibit)
            beside = target.with_name(f"{target.stem}.native{suffix}")
            where = (self._sandbox, self._vault, exhibit, key, index, rows, beside)
            packets, digest = write_cut(*where, container), _sha256(beside)
        return Clip(
            target,
            exhibit.id,
            *span,
            pictures,
            len(ranks) - pictures,
            seconds,
            copied,
            _sha256(target),
            beside,
            packets,
            digest,
        )

    def play(
        self,
        exhibit: Exhibit,
        span: tuple[int, int],
        memory: Path,
        hidden: Sequence[Track],
        permit: Permit,
        progress: Progress,
    ) -> Shown:
        """Encode a span into a memory file, for the screen: it bears nothing beside the picture.

        Args:
            span: milliseconds of the recording's own time, the end excluded.
            memory: see :func:`scelle.footage.part.memory_file`.
            hidden: the tracks to conceal.

        Raises:
            BadInput: as :meth:`write`.
        """
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        ranks = span_ranks(index, *span)
        objects = [_Path(track, index) for track in hidden]
        sight = _Sight(exhibit, None, index, ranks, objects, ())
        pictures = self._encode(memory, key, sight, permit, progress)
        first, last = int(index.times[ranks[0]]), int(index.times[ranks[-1]])
        seconds = (last + 1 - first) * index.time_base
        return Shown(pictures, len(ranks) - pictures, seconds, index.milliseconds(first))

    def _encode(
        self, target: Path, key: bytes, sight: _Sight, permit: Permit, progress: Progress
    ) -> int:
        exhibit, index, ranks = sight.exhibit, sight.index, sight.ranks
        first = int(index.times[ranks[0]])
        strip = sight.strip(first)
        written, last = 0, None
        with Mp4Writer(
            target,
            exhibit.stream.width,
            exhibit.stream.height + len(strip),
            index.time_base,
            rate=sight.rate,
            captions=sight.captions,
            in_place=sight.marks is None,
        ) as writer:

            def see(_frame: int, pts: int, picture: UInt8Array) -> None:
                nonlocal written, last
                if pts == last:
                    return
                boxes, kinds = sight.boxes(pts)
                shown = self._conceal(picture, boxes, kinds)
                writer.write(np.concatenate([sight.strip(pts), shown]), pts - first)
                written, last = written + 1, pts
                progress("clip", written, len(ranks), "pictures")
                if written % _RECHECK == 0:
                    permit.recheck()

            each_picture(self._sandbox, self._vault, exhibit, key, index, ranks, see)
            # Once more before the file appears: a short clip is long enough to be stopped.
            permit.recheck()
        return written


@dataclass(frozen=True, eq=False)
class _Sight:
    """What is shown, and with what beside it."""

    exhibit: Exhibit
    marks: Marks | None
    index: PacketIndex
    ranks: Int64Array
    objects: Sequence[_Path]
    captions: Sequence[Caption]

    @property
    def rate(self) -> Fraction:
        times = self.index.times[self.ranks]
        seconds = (int(times[-1]) + 1 - int(times[0])) * self.index.time_base
        return min(Fraction(len(times)) / max(seconds, Fraction(1, 1000)), Fraction(60))

    def boxes(self, pts: int) -> tuple[list[tuple[float, ...]], list[ObjectClass]]:
        present = [(p.box(pts), p.track.object_class) for p in self.objects]
        there = [(box, kind) for box, kind in present if box is not None]
        return [box for box, _ in there], [kind for _, kind in there]

    def strip(self, pts: int) -> UInt8Array:
        """The banner of one picture; none on the screen, where no marks are needed."""
        if self.marks is None:
            return np.zeros((0, self.exhibit.stream.width, 3), np.uint8)
        stream, marks = self.exhibit.stream, self.marks
        reference = marks.case.reference + (" · DEMO" if marks.case.demonstration else "")
        said = _time_words(self.exhibit, self.index.milliseconds(pts))
        owner = f"{marks.copy} · {marks.recipient}" if marks.recipient else marks.copy
        return _banner(
            stream.width,
            stream.height,
            (
                (f"{reference} · {marks.exhibit} · {self.exhibit.camera}", owner),
                said,
                (_SILENT, ""),
            ),
        )


@dataclass(frozen=True, eq=False)
class _Path:
    """Where an object is at any time, for concealing it."""

    track: Track
    index: PacketIndex

    def near(self, first: int, last: int) -> bool:
        """Whether it is to be concealed anywhere in a span."""
        beyond = _BEYOND / self.index.time_base
        at = self.track.pts
        return int(at[0]) - beyond <= last and first <= int(at[-1]) + beyond

    def box(self, pts: int) -> tuple[float, ...] | None:
        if not self.near(pts, pts):
            return None
        box = tuple(float(np.interp(pts, self.track.pts, c)) for c in self.track.boxes.T)
        return box if min(box[2:]) > 0 else None


@lru_cache(maxsize=8)
def _banner(width: int, height: int, rows: tuple[tuple[str, str], ...]) -> UInt8Array:
    return banner(width, height, rows)


def _time_words(exhibit: Exhibit, at_ms: int) -> tuple[str, str]:
    """Real time with its uncertainty, and the recorder's; or the time since the start."""
    real, recorder = exhibit.real_time(at_ms), exhibit.recorder_time(at_ms)
    if real is None or recorder is None:
        seconds = int(exhibit.elapsed(at_ms))
        return f"depuis le début / from the start {_hms(seconds)}", "heure non établie / no clock"
    unknown = exhibit.clock.uncertainty is None
    margin = "± ?" if unknown else f"± {float(exhibit.clock.uncertainty or 0):g} s"
    return (
        f"réelle / real {real:%Y-%m-%d %H:%M:%S %z} {margin}",
        f"enregistreur / recorder {recorder:%H:%M:%S}",
    )


def _captions(
    exhibit: Exhibit, marks: Marks, index: PacketIndex, first: int, end: int
) -> Iterator[Caption]:
    """One for each second of a span: case, exhibit, copy, both clocks."""
    owner = f"{marks.copy} {marks.recipient}".strip()
    step = max(1, int(1 / index.time_base))
    for start in range(first, end, step):
        said = " · ".join(_time_words(exhibit, index.milliseconds(start)))
        text = f"{marks.case.reference} · {marks.exhibit} · {owner}\n{said}\n{_SILENT}"
        yield Caption(start - first, min(start + step, end) - first, text)


def span_ranks(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes in the span; none, or a span that ends after the recording, is refused.

    Raises:
        BadInput: no picture in it, or it ends after the recording.
    """
    ranks = _ranks(index, start_ms, end_ms)
    last_ms = math.ceil(index.end_pts * index.time_base * 1000)
    if len(ranks) and end_ms <= last_ms:
        return ranks
    span = f"from {_clock(start_ms)} to {_clock(end_ms)}"
    text = f"There is no picture {span}."
    if end_ms > last_ms:
        text = f"The span {span} reaches beyond the recording's end."
    first_ms = index.milliseconds(int(index.times[0]))
    raise BadInput(
        text,
        remedy=f"Give a span within the recording: it goes from {_clock(first_ms)} "
        f"to {_clock(last_ms)}.",
    )


def _clock(ms: int) -> str:
    """``h:mm:ss.mmm``, which the command line reads too."""
    seconds, rest = divmod(ms, 1000)
    return f"{_hms(seconds)}.{rest:03}"


def _hms(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _ranks(index: PacketIndex, start_ms: int, end_ms: int) -> Int64Array:
    """Frame indexes whose time, rounded to the millisecond, lies in ``[start_ms, end_ms)``."""
    unit = 1000 * index.time_base
    first = np.searchsorted(index.times, int((start_ms - Fraction(1, 2)) // unit), "left")
    last = np.searchsorted(index.times, int((end_ms + Fraction(1, 2)) // unit) + 1, "right")
    inside = [
        rank
        for rank in range(int(first), int(last))
        if start_ms <= index.milliseconds(int(index.times[rank])) < end_ms
    ]
    return np.array(inside, np.int64)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
