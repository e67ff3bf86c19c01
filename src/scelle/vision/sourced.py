"""A track and what it was made of: all that cutting its pictures out needs of tracking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scelle.model.tracks import Track


@dataclass(frozen=True, eq=False)
class Sourced:
    """A track with, for each of its rows, the observation it came from.

    Attributes:
        source: int64 ``(n, 2)``, segment and region; -1 where interpolated.
    """

    track: Track
    source: npt.NDArray[np.int64]
