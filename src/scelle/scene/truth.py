"""What is known about a generated scene: the measure of what an analysis finds."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, ObjectClass


@dataclass(frozen=True, eq=False)
class Passage:
    """One object's passage through the picture.

    Arrays share their first axis, one row per frame that shows any of it.

    Attributes:
        number: 1, 2, 3 ... in order of first frame.
        object_class: what it is.
        upper, lower: colour of upper and lower clothing; both the body's
            colour for a vehicle; rider and machine for a two-wheeler; ``None`` for
            a filmed figure, whose clothing nobody noted.
        direction: from first to last foot point.
        stops: it stands still for some seconds on its way.
        metres: how far it went on the ground.
        frames: int64 ``(n,)``, 0-based.
        boxes: float32 ``(n, 4)``, left, top, width, height in pixels: the
            extent inside the picture, its shadow left out, what is in front
            of it ignored (as in MOTChallenge).
        visibility: float32 ``(n,)``, share of its pixels that can be seen, 0 to 1.
    """

    number: int
    object_class: ObjectClass
    upper: Colour | None
    lower: Colour | None
    direction: Direction
    stops: bool
    metres: float
    frames: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]

    def to_value(self) -> dict[str, object]:
        """As a JSON object; boxes rounded to a tenth of a pixel."""
        return {
            "number": self.number,
            "class": self.object_class.value,
            "upper": self.upper.value if self.upper else None,
            "lower": self.lower.value if self.lower else None,
            "direction": self.direction.value,
            "stops": self.stops,
            "metres": round(self.metres, 2),
            "frames": self.frames.tolist(),
            "boxes": [[round(float(v), 1) for v in row] for row in self.boxes],
            "visibility": [round(float(v), 3) for v in self.visibility],
        }


@dataclass(frozen=True, eq=False)
class Truth:
    """Everything known about a scene.

    Attributes:
        seed: the scene's seed.
        width, height: picture size in pixels.
        fps: pictures per second.
        frame_count: pictures in the scene.
        passages: in order of first frame.
    """

    seed: int
    width: int
    height: int
    fps: int
    frame_count: int
    passages: tuple[Passage, ...]

    def to_json(self) -> str:
        """The same as JSON text with sorted keys; boxes rounded to a tenth of a pixel."""
        value = {
            "seed": self.seed,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "frame_count": self.frame_count,
            "passages": [p.to_value() for p in self.passages],
        }
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
