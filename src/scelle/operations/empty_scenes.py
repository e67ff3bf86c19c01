"""Empty scenes that pictures of objects are cut out of."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from scelle.errors import NotFound
from scelle.model.evidence import Exhibit
from scelle.operations.material import Material
from scelle.operations.pictures import Pictures
from scelle.operations.synopsis_time import Source

UInt8Array = npt.NDArray[np.uint8]

_KEPT = 4  # decoded scenes


class EmptyScenes:
    """Empty scenes of one case, decoded while one act is done.

    Args:
        material: reads them.
        case_id, key: whose they are.
        exhibits: by id; scenes of no other are handed out.
        pictures: decodes them.
    """

    def __init__(
        self,
        material: Material,
        case_id: str,
        key: bytes,
        exhibits: dict[str, Exhibit],
        pictures: Pictures,
    ) -> None:
        self._material, self._case_id, self._key = material, case_id, key
        self._exhibits = exhibits
        self._pictures = pictures
        self._starts: dict[str, list[tuple[str, int]]] = {i: [] for i in exhibits}
        for each in material.scenes(case_id, {i: Source(e, 0) for i, e in exhibits.items()}):
            self._starts[each[0].rpartition("-")[0]].append(each)
        self._kept: OrderedDict[str, UInt8Array] = OrderedDict()

    def at(self, exhibit_id: str, own_ms: int) -> UInt8Array:
        """The one in force at a time of an exhibit."""
        held = self._starts[exhibit_id]
        if not held:
            raise NotFound(
                "The vault holds no background picture of this exhibit.",
                remedy="Analyse the exhibit again with `scelle analyse`.",
            )
        starts = [start for _, start in held]
        at = int(np.searchsorted(starts, own_ms, side="right")) - 1
        return self.picture(held[max(0, at)][0])

    def size(self, name: str) -> tuple[int, int]:
        """Width and height of a scene's recording."""
        exhibit_id = name.rpartition("-")[0]
        if exhibit_id not in self._exhibits or name not in dict(self._starts[exhibit_id]):
            raise NotFound(
                f"no scene {name[:80]} in the exhibits of this act",
                remedy="Use the names that arranging gave.",
            )
        stream = self._exhibits[exhibit_id].stream
        return stream.width, stream.height

    def picture(self, name: str) -> UInt8Array:
        """One by name."""
        if name not in self._kept:
            self._kept[name] = self._material.scene(
                self._case_id, self._key, name, self.size(name), self._pictures
            )
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[name]
