"""The models that may run, by the hash of their files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scelle.errors import BadInput
from scelle.model.tracks import ObjectClass


@dataclass(frozen=True)
class Admitted:
    """A model that the catalogue admits, by the hash of its file.

    Attributes:
        sha256: of the file, hexadecimal.
        layout: which decoder of :mod:`scelle.vision.layouts` reads its output.
        labels: every label the model can give; none may describe a body.
        threshold: score from which an analysis believes it, 0 to 1.
    """

    sha256: str
    name: str
    layout: str
    labels: tuple[str, ...]
    threshold: float


_LABELS = tuple(
    sorted(
        c.value
        for c in (
            ObjectClass.PERSON,
            ObjectClass.TWO_WHEELER,
            ObjectClass.CAR,
            ObjectClass.LARGE_VEHICLE,
            ObjectClass.ANIMAL,
        )
    )
)

OWN = Admitted(
    "317c8885bf03a3e4e3c87e4e4a99d73ffdb1261612708edab6850cf3cfdc48b5",
    "Scelle detector",
    "scelle",
    _LABELS,
    threshold=0.35,
)
"""The project's own detector, which the package carries."""

CATALOGUE: tuple[Admitted, ...] = (
    OWN,
    Admitted(
        "31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880",
        "FastestDet",
        "fastestdet",
        _LABELS,
        threshold=0.4,
    ),
)
"""Models that may run; anything else stops the analysis."""


def own_model() -> Path:
    """The file of :data:`OWN` in the package."""
    return Path(__file__).parent / "weights" / "detector.onnx"


def admit(path: Path, data: bytes | None = None) -> tuple[bytes, Admitted]:
    """Read a model's file and look it up.

    Args:
        path: of the file.
        data: its bytes, where they were read by somebody else.

    Returns:
        its bytes, and what the catalogue says of them.

    Raises:
        BadInput: the file is missing or not in the catalogue.
    """
    try:
        data = path.read_bytes() if data is None else data
    except OSError as error:
        raise BadInput(
            f"the model {path} cannot be read: {error.strerror}",
            remedy="Give the path of an ONNX file that the catalogue admits.",
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    admitted = {a.sha256: a for a in CATALOGUE}.get(sha256)
    if admitted is None:
        raise BadInput(
            f"the model {path.name} ({sha256[:16]}…) is not in the catalogue",
            remedy="Only models whose hash and labels were checked may run; see docs/models.",
        )
    return data, admitted
