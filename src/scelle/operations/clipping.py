"""One span of an exhibit as a video that says what it is, heads and plates concealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scelle.engine.ahead import behind
from scelle.errors import Damaged, Misconfigured
from scelle.footage.encode import Mp4Writer
from scelle.footage.part import part_of
from scelle.footage.picture import Colours
from scelle.ledger.credentials import SignsVideo
from scelle.model.acts import Permit, Progress
from scelle.model.evidence import Exhibit
from scelle.operations.cutting import around, clean_cut, native_kind, write_cut
from scelle.operations.original import read_index
from scelle.operations.sandbox import Sandbox
from scelle.operations.showing import each_picture
from scelle.operations.sight import (
    Conceal,
    Hidden,
    Marks,
    Sight,
    captions_of,
    span_ranks,
)
from scelle.reporting.provenance import Concealed, clip_definition
from scelle.store.keys import Keyring
from scelle.store.vault import Vault

UInt8Array = npt.NDArray[np.uint8]
_RECHECK = 50  # pictures between two looks at the mandate

THINNED = 2.0
"""From this speed on, pictures are left out of what is played."""

_SEEN = 30  # pictures a second that are shown then

#: Codings that MP4 holds as players expect them, from containers that store them alike.
_COPIED = frozenset({"h264", "hevc"})


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
        pts: of each picture shown.
    """

    pictures: int
    missing: int
    seconds: Fraction
    first_ms: int
    pts: tuple[int, ...]
    time_base: Fraction


class Clipper:
    """Writes clips.

    Args:
        vault: holds the originals.
        keys: opens it.
        conceal: conceals objects.
        sandbox: has recordings decoded.
        sign: puts a signed manifest into what is written; ``None`` puts none.
    """

    def __init__(
        self,
        vault: Vault,
        keys: Keyring,
        conceal: Conceal,
        sandbox: Sandbox,
        sign: SignsVideo | None = None,
    ) -> None:
        self._vault, self._keys = vault, keys
        self._conceal, self._sandbox, self._sign = conceal, sandbox, sign

    def write(
        self,
        exhibit: Exhibit,
        span: tuple[int, int],
        target: Path,
        hidden: Hidden,
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
            hidden: what is to be concealed.
            native: with the untouched packets around the span, beside the target.

        Raises:
            BadInput: no picture in the span, or a span that ends after the recording.
        """
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        ranks = span_ranks(index, *span)
        first, last = int(index.times[ranks[0]]), int(index.times[ranks[-1]])
        end = int(index.times[ranks[-1] + 1]) if ranks[-1] + 1 < len(index.times) else index.end_pts
        captions = tuple(captions_of(exhibit, marks, index, first, max(end, last + 1)))
        seconds = (last + 1 - first) * index.time_base
        rows = around(index, first, last)
        copied = (
            not hidden.near(index, first, last)
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
            sight = Sight(exhibit, marks, index, ranks, hidden, captions)
            pictures = len(self._encode(target, key, sight, permit, progress))
        if self._sign is not None:
            signed(self._sign, target, clip_definition(exhibit, span, hidden_in(hidden), copied))
        beside, packets, digest = None, 0, ""
        if native:
            container, suffix = native_kind(exhibit)
            beside = target.with_name(f"{target.stem}.native{suffix}")
            where = (self._sandbox, self._vault, exhibit, key, index, rows, beside)
            packets, digest = write_cut(*where, container), sha256_of(beside)
        return Clip(
            target,
            exhibit.id,
            *span,
            pictures,
            len(ranks) - pictures,
            seconds,
            copied,
            sha256_of(target),
            beside,
            packets,
            digest,
        )

    def play(
        self,
        exhibit: Exhibit,
        span: tuple[int, int],
        memory: Path,
        hidden: Hidden,
        permit: Permit,
        progress: Progress,
        speed: float = 1.0,
    ) -> Shown:
        """Encode a span into a memory file, for the screen: it bears nothing beside the picture.

        Args:
            span: milliseconds of the recording's own time, the end excluded.
            memory: see :func:`scelle.footage.part.memory_file`.
            hidden: what is to be concealed.
            speed: at which it is played.

        Raises:
            BadInput: as :meth:`write`.
        """
        key = self._keys.case_key(exhibit.case_id)
        index = read_index(self._vault, exhibit.case_id, exhibit.id, key)
        ranks = span_ranks(index, *span)
        sight = Sight(exhibit, None, index, ranks, hidden, ())
        if speed >= THINNED:
            step = max(1, int(speed * sight.rate / _SEEN))
            sight = replace(sight, ranks=ranks[::step])
        shown = self._encode(memory, key, sight, permit, progress)
        first, last = int(index.times[ranks[0]]), int(index.times[ranks[-1]])
        return Shown(
            len(shown),
            len(sight.ranks) - len(shown),
            (last + 1 - first) * index.time_base,
            index.milliseconds(first),
            tuple(shown),
            index.time_base,
        )

    def _encode(
        self, target: Path, key: bytes, sight: Sight, permit: Permit, progress: Progress
    ) -> list[int]:
        """Write the pictures of a sight; gives the timestamps of those that there are."""
        exhibit, index, ranks = sight.exhibit, sight.index, sight.ranks
        first = int(index.times[ranks[0]])
        written: list[int] = []
        writer = Mp4Writer(
            target,
            exhibit.stream.width,
            exhibit.stream.height + sight.banner_height,
            index.time_base,
            rate=sight.rate,
            captions=sight.captions,
            in_place=sight.marks is None,
            # What is seen once on this machine may be larger; it is waited for.
            preset="ultrafast" if sight.marks is None else "veryfast",
        )
        # One picture is encoded while the next is decoded and concealed.
        with writer, behind() as then:

            def see(
                _frame: int, pts: int, planes: tuple[UInt8Array, ...], colours: Colours
            ) -> None:
                if written and pts == written[-1]:
                    return
                sight.hide(planes, pts, self._conceal)
                banner = sight.banner(pts)
                shown = [banner, planes] if banner else [planes]
                then(partial(writer.write_planes, shown, pts - first, colours))
                written.append(pts)
                progress("clip", len(written), len(ranks), "pictures")
                if len(written) % _RECHECK == 0:
                    permit.recheck()

            each_picture(self._sandbox, self._vault, exhibit, key, index, ranks, see, coded=True)
            # Once more before the file appears: a short clip is long enough to be stopped.
            permit.recheck()
        return written


def signed(sign: SignsVideo, target: Path, told: bytes) -> None:
    """Put a signed manifest into a file that leaves; where that fails, nothing leaves.

    Raises:
        Misconfigured: it cannot be signed, or the disk is full.
    """
    try:
        with part_of(target) as part:
            sign(target, part, told)
            part.replace(target)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Misconfigured(
                f"{target} cannot be written: {error.strerror}.",
                remedy="Free some space or choose another place; nothing half-written was kept.",
            ) from error
        raise


def hidden_in(*hidden: Hidden) -> Concealed:
    """How much is concealed, for a manifest."""
    return Concealed(
        sum(len(h.tracks) for h in hidden),
        sum(len(h.zones) for h in hidden),
        sum(h.lifted for h in hidden),
    )


def sha256_of(path: Path) -> str:
    """The hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
