"""Playing: short leases, and the parts of a video that a player asks for."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable

from fastapi import Response

#: Seconds for which one viewing goes on without asking the door again.
LEASE = 5.0

#: Videos held at the same time.
_HELD = 2

_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<suffix>\d{1,18}))")


class Leases:
    """Videos that a viewing holds in memory for a short while.

    A player asks for one video in many parts; they are one viewing and one act.
    After :data:`LEASE` seconds the next part asks the door again, so that a
    mandate that has ended in between stops the playing.
    """

    def __init__(self, lease: float = LEASE) -> None:
        self._lease = lease
        self._one = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """The video of a running lease."""
        with self._one:
            end, video = self._held.get(key, (0.0, b""))
            if time.monotonic() < end:
                return video
            self._held.pop(key, None)
            return None

    def put(self, key: Hashable, video: bytes) -> bytes:
        """Begin a lease."""
        with self._one:
            self._held[key] = (time.monotonic() + self._lease, video)
            self._held.move_to_end(key)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return video


def ranged(content: bytes, media_type: str, wanted: str | None) -> Response:
    """The whole, or the single byte range asked for (RFC 9110, section 14).

    Args:
        content: all of it.
        media_type: of the whole.
        wanted: the ``Range`` header; one that is not a single range of bytes is
            left aside, as the RFC allows.
    """
    size = len(content)
    headers = {"Accept-Ranges": "bytes"}
    match = _RANGE.fullmatch(wanted.strip()) if wanted else None
    if match is None:
        return Response(content, media_type=media_type, headers=headers)
    if match["suffix"]:
        first, last = max(0, size - int(match["suffix"])), size - 1
        satisfiable = int(match["suffix"]) > 0 and size > 0
    else:
        first = int(match["first"])
        last = min(int(match["last"] or size - 1), size - 1)
        if match["last"] and int(match["last"]) < first:
            return Response(content, media_type=media_type, headers=headers)
        satisfiable = first < size
    if not satisfiable:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(content[first : last + 1], 206, headers, media_type)
