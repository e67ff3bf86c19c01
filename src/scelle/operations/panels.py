"""What is shown side by side: cameras, exhibits, classes or directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scelle.model.evidence import Exhibit
from scelle.model.geometry import Direction
from scelle.model.synopsis import Rows
from scelle.model.tracks import ObjectClass, Track
from scelle.operations.synopsis_time import Source, follow


def scenes_of(exhibits: Sequence[Exhibit], rows: Rows) -> list[dict[str, Source]]:
    """Recordings by the scene they show: one, or one for each camera.

    Raises:
        BadInput: of several cameras, not to be shown side by side.
    """
    if rows is not Rows.CAMERA:
        return [follow(exhibits)]
    cameras: dict[tuple[str, int, int], list[Exhibit]] = {}
    for exhibit in exhibits:
        stream = exhibit.stream
        cameras.setdefault((exhibit.camera, stream.width, stream.height), []).append(exhibit)
    return [follow(cameras[camera]) for camera in sorted(cameras)]


def apart(
    tracks: Sequence[Track], keep: Sequence[int], rows: Rows, sources: Mapping[str, Source]
) -> dict[str, list[int]]:
    """Which tracks of one scene are shown in which picture, in a fixed order.

    Args:
        tracks: of the scene.
        keep: indices of those shown.
        rows: what is shown apart.
        sources: of the scene.

    Returns:
        Indices by the picture's name, as in :class:`scelle.model.live.LivePanel`; one
        picture at least, perhaps empty.
    """
    names: list[str]
    if rows is Rows.CLASS:
        of = [t.object_class.value for t in tracks]
        names = [c.value for c in ObjectClass]
    elif rows is Rows.DIRECTION:
        of = [t.description.direction.value for t in tracks]
        names = [d.value for d in Direction]
    elif rows is Rows.EXHIBIT:
        of = [t.exhibit_id for t in tracks]
        names = list(sources)
    else:
        camera = next(iter(sources.values())).exhibit.camera if rows is Rows.CAMERA else ""
        return {camera: list(keep)}
    found = {name: [i for i in keep if of[i] == name] for name in names}
    return {name: indices for name, indices in found.items() if indices} or {"": []}
