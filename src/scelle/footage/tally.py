"""What became of the pictures of a span, and the pictures that come with the count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scelle.footage.picture import Picture


@dataclass
class Tally:
    """What became of the pictures expected in a span.

    Once the pictures are exhausted, ``expected == decoded + skipped + damaged``.

    Attributes:
        expected: packets that should each give one picture.
        decoded: pictures that came out whole.
        skipped: left out on purpose before the decoder.
        damaged: no picture came out, or the decoder had to guess part of it.
        concealed: of the damaged, those of which a picture came out, guessed in part.
        damaged_frames: frame indexes of the damaged ones, increasing.
        rereads: times the container's own seek landed wrong and the recording
            was read from its start instead.
    """

    expected: int = 0
    decoded: int = 0
    skipped: int = 0
    damaged: int = 0
    concealed: int = 0
    damaged_frames: list[int] = field(default_factory=list)
    rereads: int = 0

    def add(self, other: Tally) -> None:
        """Count another span, later in time, in."""
        for name in ("expected", "decoded", "skipped", "damaged", "concealed", "rereads"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.damaged_frames += other.damaged_frames


class Pictures(Iterator[Picture]):
    """Pictures in presentation order; :attr:`tally` is final once exhausted."""

    def __init__(self, pictures: Iterator[Picture], tally: Tally) -> None:
        self._pictures = pictures
        self.tally = tally

    def __next__(self) -> Picture:
        return next(self._pictures)
