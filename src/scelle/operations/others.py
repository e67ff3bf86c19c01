"""Who else is in the pictures that were kept of an object, and is concealed there.

Somebody who gets into a car, or walks close by, lies in the car's box and often within its
outline.  Its own head or plate is concealed by its own box; theirs by theirs.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Box
from scelle.model.tracks import Track, TrackQuery, Tube
from scelle.operations.sight import ObjectPath
from scelle.store.tracks import TrackStore
from scelle.vision.masking import conceal_box

UInt8Array = npt.NDArray[np.uint8]

_NEAR_MS = 600  # longer than anybody is concealed before being noticed


class Others:
    """Conceals in an object's kept pictures everybody who has a track of their own there.

    Args:
        tracks: knows them.
        revealed: tracks whose concealment is lifted.
    """

    def __init__(self, tracks: TrackStore, revealed: Container[str]) -> None:
        self._tracks, self._revealed = tracks, revealed

    def conceal(self, shown: Sequence[tuple[Tube, int, UInt8Array]]) -> None:
        """Conceal them, in place.

        The object's own head too, where the lower edge of what the camera saw cuts its box:
        its pictures alone do not tell.

        Args:
            shown: at least one: tubes of one exhibit, which of their pictures, and these, uint8
                ``(h, w, 3)``, of any size: stretched to the tube's box.
        """
        exhibit_id = shown[0][0].exhibit_id
        moments = [_own_ms(tube, at) for tube, at, _ in shown]
        asked = list(dict.fromkeys(moments))
        windows = [TrackQuery(ms - _NEAR_MS, ms + _NEAR_MS) for ms in asked]
        found = dict(zip(asked, self._tracks.search_each(exhibit_id, windows), strict=True))
        paths = {t.id: ObjectPath(t) for t in chain(*found.values()) if t.id not in self._revealed}
        for (tube, at, picture), ms in zip(shown, moments, strict=True):
            there = [paths[t.id] for t in found[ms] if t.id in paths]
            for path in there:
                boxes = path.boxes(_own_pts(tube, at))
                if path.track.id == tube.track_id:
                    boxes = [tuple(tube.boxes[at].tolist())]
                for box in boxes:
                    _hide(picture, tube, at, path.track, box)


def _own_pts(tube: Tube, at: int) -> int:
    """When it was taken, on the recording's own time."""
    return int(tube.pts[at]) - tube.shift


def _own_ms(tube: Tube, at: int) -> int:
    return round(_own_pts(tube, at) * tube.time_base * 1000)


def _hide(picture: UInt8Array, tube: Tube, at: int, track: Track, box: tuple[float, ...]) -> None:
    """Conceal one object in a picture of a tube, in place."""
    left, top, width, height = (int(v) for v in tube.boxes[at])
    across, down = picture.shape[1] / width, picture.shape[0] / height
    x, y, w, h = box
    if x + 2 * w < left or x - w > left + width or y + h < top or y - h > top + height:
        return
    conceal_box(
        [picture],
        Box((x - left) * across, (y - top) * down, w * across, h * down),
        None if tube.turned else track.object_class,
        tube.pixel,
        edge=round((tube.tall - top) * down),
    )
