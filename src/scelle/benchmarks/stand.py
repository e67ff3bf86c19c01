"""A case with generated passages, for measuring what people would see of it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from scelle.benchmarks.export import painted, texture
from scelle.benchmarks.installation import AGENT, register_people
from scelle.benchmarks.passages import FPS, SIZE, passages
from scelle.bootstrap import App, open_app
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import GrantMandate, OpenCase, Progress, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit, Mandate, Power
from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, Description, ObjectClass, Track, Tube
from scelle.settings import Settings
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.occupancy import Occupancy
from scelle.synopsis.tubes import to_bytes
from scelle.web import create_app
from scelle.web.serving import server

RECORDED = 2
"""Pictures of the recording a second."""

BITS = 16
"""Squares in its top left corner that count the pictures, the lowest bit first, white for one."""

SQUARE = 20
"""Their side, pixels."""

_RECORDED_AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
_COLOURS = tuple(Colour)


@dataclass(frozen=True)
class Stand:
    """What is served.

    Attributes:
        address: of the pages, without a session secret.
        app: the installation behind it.
        case_id, exhibit, mandate_id: what it holds; the first exhibit.
    """

    address: str
    app: App
    case_id: str
    exhibit: Exhibit
    mandate_id: str


@contextmanager
def stand(
    folder: Path,
    count: int,
    *,
    cameras: int = 1,
    pictures: bool = True,
    progress: Progress = no_progress,
) -> Iterator[Stand]:
    """Serve a case in which the recording of each camera holds so many generated passages.

    A recording itself shows the number of each picture in squares; the passages are
    put where an analysis would have put them.

    Args:
        folder: empty, for the installation.
        count: passages, the same before each camera.
        cameras: of one recording each.
        pictures: each has pictures of its own; else all share one, which is quicker.
        progress: told passages made.
    """
    settings = Settings(home=folder / "home", agent=AGENT)
    made = passages(count, seed=1)
    length = max(int(p.pts[-1]) for p in made) // 1000 + 2
    with open_app(settings) as app:
        register_people(app)
        case, mandate = _case(app)
        exhibits = []
        for number in range(1, cameras + 1):
            recording = folder / f"passages-{number}.mp4"
            _record(recording, length * RECORDED + number)
            received = ReceiveExhibit(
                case_id=case.id, path=recording, camera=f"bench {number}", origin="bench",
                recorded_at=_RECORDED_AT,
            )  # fmt: skip
            exhibits.append(app.perform(AGENT, received))
    for exhibit in exhibits:
        _put(settings.home, exhibit, made, length, progress, pictures=pictures)
    with open_app(settings) as app, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        page = create_app(app, AGENT, public=True)
        serving = server(page)
        thread = threading.Thread(target=lambda: asyncio.run(serving.serve([listening])))
        thread.start()
        try:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            yield Stand(address, app, case.id, exhibits[0], mandate.id)
        finally:
            serving.should_exit = True
            thread.join(timeout=20)


def _case(app: App) -> tuple[Case, Mandate]:
    now = datetime.now(UTC)
    case: Case = app.perform(
        AGENT,
        OpenCase(reference="bench", framework="preliminaire", service="bench", demonstration=True),
    )
    powers = frozenset({Power.RECEIVE, Power.ANALYSE, Power.CONSULT, Power.SYNOPSIS})
    granted = GrantMandate(
        case_id=case.id, powers=powers, valid_from=now, valid_to=now + timedelta(days=1)
    )
    return case, app.perform("magistrate", granted)


def _put(
    home: Path,
    exhibit: Exhibit,
    made: Sequence[Occupancy],
    length: int,
    progress: Progress,
    *,
    pictures: bool,
) -> None:
    """Put passages where an analysis of a recording of so many seconds would have put them."""
    case_id = exhibit.case_id
    key, vault = Keyring(home).case_key(case_id), Vault(home / "vault")
    rng = np.random.default_rng(1)
    tracks = []
    shared = painted(made[0], rng) if not pictures else None
    for number, passage in enumerate(made, 1):
        tube = painted(passage, rng) if shared is None else _shared(shared, passage.pts)
        tube = replace(
            tube,
            track_id=f"{exhibit.id}-{number}",
            exhibit_id=exhibit.id,
            boxes=passage.parts[:, 0],
        )
        tracks.append(_track(exhibit, number, tube))
        tube = replace(tube, object_class=tracks[-1].object_class)
        vault.write(case_id, f"tube/{tube.track_id}", key, to_bytes(tube))
        progress("bench passages", number, len(made), "passages")
    scene = cv2.imencode(".jpg", texture(rng, (SIZE[1], SIZE[0]), 9.0))[1].tobytes()
    for hour in range(0, length * 1000, 300_000):
        vault.write(case_id, f"background/{exhibit.id}-{hour:012d}", key, scene)
    engine = open_database(home / "scelle.db")
    TrackStore(engine).replace(exhibit.id, tracks, "00" * 32)
    engine.dispose()


def _record(path: Path, pictures: int) -> None:
    ground = np.full((SIZE[1], SIZE[0], 3), 96, np.uint8)
    rate = Fraction(RECORDED)
    # Passages count in milliseconds, and tubes are in their recording's own time base.
    with Mp4Writer(path, SIZE[0], SIZE[1], Fraction(1, 1000), rate=rate, crf=30) as out:
        for number in range(pictures):
            for bit in range(BITS):
                left = bit * SQUARE
                ground[:SQUARE, left : left + SQUARE] = 255 * (number >> bit & 1)
            out.write(ground, number * 1000 // RECORDED)


def _shared(tube: Tube, pts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tube:
    n = len(pts)
    box = np.zeros((n, 4), np.int64)
    return replace(
        tube, pts=pts, boxes=box, pictures=tube.pictures[:1] * n, masks=tube.masks[:1] * n
    )


def _track(exhibit: Exhibit, number: int, tube: Tube) -> Track:
    boxes = tube.boxes.astype(np.float32)
    wide, tall = (float(np.median(boxes[:, 2 + i])) for i in range(2))
    colour = _COLOURS[number % len(_COLOURS)]
    going = Direction.RIGHT if boxes[-1, 0] > boxes[0, 0] else Direction.LEFT
    lasts = int(tube.pts[-1] - tube.pts[0])
    return Track(
        tube.track_id,
        exhibit.id,
        number,
        ObjectClass.CAR if wide > tall else ObjectClass.PERSON,
        0.9,
        "generated",
        tube.time_base,
        np.arange(len(boxes), dtype=np.int64),
        tube.pts,
        boxes,
        np.ones(len(boxes), np.bool_),
        Description(
            moving=True,
            colours=((colour, 0.9),),
            upper=((colour, 0.9),),
            lower=((colour, 0.9),),
            width=wide,
            height=tall,
            direction=going,
            speed=float(np.abs(np.diff(boxes[:, 0])).mean() * float(FPS)) if len(boxes) > 1 else 0,
            dwell_ms=lasts,
        ),
    )
