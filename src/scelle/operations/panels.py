"""What is shown side by side: cameras, exhibits, classes or directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scelle.model.evidence import Exhibit
from scelle.model.geometry import Direction
from scelle.model.synopsis import Rows, Staging
from scelle.model.tracks import ObjectClass, Track
from scelle.operations.staging import Stage, set_stage
from scelle.operations.synopsis_time import Source, follow
from scelle.synopsis.arrange import Arrangement
from scelle.synopsis.occupancy import Occupancy


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


@dataclass(frozen=True, eq=False)
class Scene:
    """The tracks of one scene that are shown, and where each plays."""

    sources: dict[str, Source]
    tracks: list[Track]
    tubes: list[Occupancy]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        stream = next(iter(self.sources.values())).exhibit.stream
        return stream.width, stream.height


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of those side by side.

    Attributes:
        name: as in :class:`scelle.model.live.LivePanel`.
        scene: what it shows of.
        stage: its tubes, paced.
        arrangement: of some of them.
    """

    name: str
    scene: Scene
    stage: Stage
    arrangement: Arrangement


def arranged(scenes: Sequence[Scene], staging: Staging) -> list[Panel]:
    """Arrange every picture; all play as many pictures a second, and equally long.

    Raises:
        BadInput: a speed out of its range.
    """
    stages = [set_stage(s.tracks, s.tubes, s.size, staging) for s in scenes]
    rate = max(stage.rate for stage in stages)
    panels = []
    for scene, stage in zip(scenes, stages, strict=True):
        even = stage
        if stage.rate != rate:
            even = set_stage(scene.tracks, scene.tubes, scene.size, staging, rate)
        every = range(len(scene.tracks))
        groups = apart(scene.tracks, every, staging.rows, scene.sources)
        panels += [
            Panel(name, scene, even, even.arrange(staging, keep)) for name, keep in groups.items()
        ]
    longest = max(p.arrangement.length for p in panels)
    return [replace(p, arrangement=replace(p.arrangement, length=longest)) for p in panels]


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
