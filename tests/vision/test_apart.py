from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest

from scelle.model.geometry import Box
from scelle.model.tracks import Colour, ObjectClass
from scelle.vision.apart import UNKNOWN, apart
from scelle.vision.background import Look
from scelle.vision.colour import NAMES
from scelle.vision.detect import Detection
from scelle.vision.join import join
from scelle.vision.light import Light
from scelle.vision.link import Linker
from scelle.vision.motion import Motion
from scelle.vision.naming import CLASSES
from scelle.vision.observations import Observations
from scelle.vision.regions import ColourCounts

Watch = Callable[..., Observations]
TIMES = [k / 8 for k in range(24)]


def person(left: float, width: float = 20) -> Detection:
    return Detection(Box(left, 60, width, 60), ObjectClass.PERSON, 0.8)


def pair(watch: Watch) -> Observations:
    """Two who walk side by side, one region all the way; then somebody else, alone."""
    movers = [
        (lambda t: (40 + 30 * t, 60, 20, 60), Colour.RED),
        (lambda t: (60 + 30 * t, 60, 20, 60), Colour.BLUE),
        (lambda t: (260, 100, 20, 60), Colour.GREEN),
    ]
    return watch(movers, TIMES)


def pictures(seen: Observations) -> list[bytes]:
    made = []
    for _, _, w, h in seen.boxes.astype(int).tolist():
        ramp = np.tile(np.linspace(0, 250, w).astype(np.uint8), (h, 1))
        made.append(cv2.imencode(".jpg", np.dstack([ramp] * 3))[1].tobytes())
    return made


def told(seen: Observations) -> dict[int, list[Detection]]:
    found = {}
    for row, (left, _, width, _) in enumerate(seen.boxes.tolist()):
        if width > 30:
            found[row] = [person(left), person(left + 20)]
    return found


def test_each_of_two_has_its_outline_its_picture_and_its_class(watch: Watch) -> None:
    seen = pair(watch)
    shared = told(seen)
    assert len(shared) == len(TIMES)
    parted, kept = apart(seen, pictures(seen), shared, 1, None)
    assert len(parted) == len(seen) + len(shared) == len(kept) == len(parted.mask_size)
    assert (np.diff(parted.look) >= 0).all()
    for row in range(len(parted)):
        x, y, w, h = parted.boxes[row].astype(int).tolist()
        assert parted.mask(row).shape == (h, w)
        assert parted.mask(row).sum() == parted.area[row]
        picture = cv2.imdecode(np.frombuffer(kept[row], np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert picture.shape == (h, w)
        if (x, y) == (260, 100):
            assert parted.object_class[row] == UNKNOWN
        else:
            assert CLASSES[parted.object_class[row]] is ObjectClass.PERSON
            assert parted.placed[row].tolist() == parted.boxes[row].tolist()
    # The left one has the dark half of the ramp.
    dark, bright = (
        np.asarray(cv2.imdecode(np.frombuffer(kept[row], np.uint8), cv2.IMREAD_GRAYSCALE)).mean()
        for row in np.flatnonzero(parted.look == 0)[:2]
    )
    assert dark < 90 < 160 < bright


def test_what_nobody_kept_a_picture_of_still_has_none(watch: Watch) -> None:
    seen = pair(watch)
    _, kept = apart(seen, [b""] * len(seen), told(seen), 1, None)
    assert set(kept) == {b""}


def test_two_who_never_part_are_two_tracks_where_the_detector_sees_two(watch: Watch) -> None:
    seen = pair(watch)
    for found, many in (({}, 2), (told(seen), 3)):
        parted, _ = apart(seen, [b""] * len(seen), found, 1, None)
        linker = Linker(Fraction(1, 1000))
        tracklets = [*linker.feed(0, parted), *linker.finish()]
        assert len(join(tracklets, Fraction(1, 1000), (320, 180))) == many


@pytest.mark.parametrize("corner", [(20, 30), (21, 31)])
def test_each_of_two_has_its_own_colours(corner: tuple[int, int]) -> None:
    x, y = corner
    luma = np.full((160, 240), 110, np.uint8)
    blue, red = np.full((80, 120), 128, np.uint8), np.full((80, 120), 128, np.uint8)
    blue[:, : (x + 20) // 2], red[:, : (x + 20) // 2] = 90, 220
    blue[:, (x + 20) // 2 :], red[:, (x + 20) // 2 :] = 220, 100
    look = Look(luma, blue, red)
    box = np.array([(x, y, 40, 60)], np.int32)
    outline = np.full((60, 40), 255, np.uint8)
    motion = Motion((160, 240), box, np.array([2400], np.int32), (outline,))
    lit = np.ones((80, 120), np.bool_)
    colours = ColourCounts(Light((1.0, 1.0, 1.0), lit))
    colours.add(look, motion)
    whole = colours.result()
    seen = Observations(
        frame=np.zeros(1, np.int64),
        pts=np.zeros(1, np.int64),
        relit=np.zeros(1, np.bool_),
        look=np.zeros(1, np.int32),
        boxes=box.astype(np.float32),
        placed=box.astype(np.float32),
        area=np.array([2400], np.float32),
        upper=whole[:, 0],
        lower=whole[:, 1],
        object_class=np.full(1, UNKNOWN, np.uint8),
        score=np.zeros(1, np.float32),
        mask_at=np.array([0, 300], np.int64),
        masks=np.packbits(outline > 0),
        mask_size=np.array([(60, 40)], np.int32),
    )
    found = {
        0: [
            Detection(Box(x + k * 20.0, float(y), 20, 60), ObjectClass.PERSON, 0.8 - 0.1 * k)
            for k in range(2)
        ]
    }
    parted, _ = apart(seen, [b""], found, 1, colours)
    for half in (parted.upper, parted.lower):
        named = [NAMES[int(k)] for k in half.argmax(1)]
        assert named == [Colour.RED, Colour.BLUE]
        assert (half.max(1) >= 0.9 * half.sum(1)).all()
    # No pixel counts twice; the head of a part is left out as the region's is.
    both = parted.upper.sum() + parted.lower.sum()
    assert 0.8 * whole.sum() <= both <= whole.sum()
