"""Error rates that were measured, as they are committed: printed beside results.

The detector's are in the card of the very file that ran, found by its hash; those of
tracking are in ``measured.json``, as ``docs/benchmarks.md`` tells them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from scelle.reporting.inspection import model_files

#: Lights and places by which the card gives figures, in the order in which they are told.
SLICES = ("all", "day", "night", "thermal", "indoor", "street", "cctv")


@dataclass(frozen=True)
class DetectorRate:
    """How a detector did on labelled pictures that it was never shown.

    Attributes:
        slice: one of :data:`SLICES`.
        label: class.
        missed: share of the objects that it did not find, 0 to 1.
        wrong: share of what it named that was something else or nothing, 0 to 1.
        ap50: average precision at an overlap of one half, 0 to 1.
    """

    slice: str
    label: str
    missed: float
    wrong: float
    ap50: float


def detector_rates(sha256: str, folders: Iterable[Path]) -> tuple[DetectorRate, ...]:
    """The figures of one model's card; none where no card is about that very file."""
    cards = [f.component for f in model_files(folders) if f.sha256 == sha256 and f.component]
    if not cards:
        return ()
    told: dict[str, dict[str, float]] = {}
    for metric in cards[0]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]:
        told.setdefault(metric["slice"], {})[metric["type"]] = float(metric["value"])
    found = []
    for name in SLICES:
        for whole, values in told.items():
            kind, _, rest = whole.partition(", ")
            parts = rest.split(", ")
            if kind != "pictures" or parts[0] != name or parts[2:] != ["all"] or "mean" in parts:
                continue
            rate = (1 - values["recall"], 1 - values["precision"], values["ap50"])
            found.append(DetectorRate(name, parts[1], *rate))
    return tuple(found)


@cache
def tracking_rates() -> Mapping[str, Any]:
    """The figures of ``measured.json``."""
    text = files("scelle.reporting").joinpath("measured.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
