"""Linking segments while later ones are still being observed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scelle.model.evidence import Exhibit
from scelle.operations.segment import object_name
from scelle.store.vault import Vault
from scelle.vision.join import JoinSettings, join
from scelle.vision.link import Linker, LinkSettings
from scelle.vision.observations import Observations
from scelle.vision.sourced import Sourced
from scelle.vision.tracklet import Tracklet
from scelle.vision.tracks import TrackSettings, make_tracks


class Following:
    """Follows objects through the segments of one exhibit, in order.

    Segments are told of as they are observed, in any order; one at a time is in
    memory, and the result does not depend on that order.

    Args:
        vault: holds the observations.
        exhibit: of them.
        time_base: of its timestamps.
        key: the case key, 32 bytes.
        settings: of linking.
    """

    def __init__(
        self,
        vault: Vault,
        exhibit: Exhibit,
        time_base: Fraction,
        key: bytes,
        settings: LinkSettings,
    ) -> None:
        self._vault, self._exhibit, self._key = vault, exhibit, key
        self._time_base = time_base
        self._linker = Linker(time_base, settings)
        self._waiting: set[int] = set()
        self._next = 0
        self._tracklets: list[Tracklet] = []
        self._frames = [np.zeros(0, np.int64)]
        self._pts = [np.zeros(0, np.int64)]

    def observed(self, number: int) -> None:
        """The observations of a segment are in the vault; said once for each."""
        self._waiting.add(number)
        while self._next in self._waiting:
            self._waiting.remove(self._next)
            name = object_name("observe", self._exhibit.id, self._next)
            data = self._vault.read(self._exhibit.case_id, name, self._key)
            seen = Observations.from_bytes(data)
            self._tracklets += self._linker.feed(self._next, seen)
            self._frames.append(seen.frame)
            self._pts.append(seen.pts)
            self._next += 1

    def tracks(self, joining: JoinSettings, making: TrackSettings) -> list[Sourced]:
        """Tracks of the whole recording, once every segment was told of.

        Raises:
            ValueError: one is missing.
        """
        if self._waiting:
            raise ValueError(f"segment {self._next} was not observed")
        stream = self._exhibit.stream
        size = stream.width, stream.height
        tracklets = [*self._tracklets, *self._linker.finish()]
        return make_tracks(
            join(tracklets, self._time_base, size, joining),
            self._exhibit.id,
            self._time_base,
            np.concatenate(self._frames),
            np.concatenate(self._pts),
            size,
            making,
        )
