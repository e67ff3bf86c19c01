"""An installation with very many tracks, for measuring the pages; kept and completed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from pydantic import SecretStr
from sqlalchemy import Engine

from scelle.benchmarks.export import painted, texture
from scelle.benchmarks.passages import SIZE, passages
from scelle.bootstrap import App, open_app
from scelle.bootstrap.stores import open_tables
from scelle.errors import BadInput
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    GrantClearance,
    GrantMandate,
    OpenCase,
    Progress,
    ReceiveExhibit,
    RegisterAgent,
)
from scelle.model.evidence import Case, Coverage, Exhibit, Power, Role
from scelle.model.geometry import Direction, Edge
from scelle.model.tracks import Colour, Description, ObjectClass, Track, Tube
from scelle.settings import Settings
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import to_bytes

EXHIBITS = 4
"""Recordings of each case."""

PICTURED = 1500
"""Tracks of each case that have pictures: the first ones, which the first pages list."""

RECORDED_S = 30
"""Seconds of each recording; its tracks lie over a day."""

RATE = Fraction(25, 2)
"""Pictures of the recordings a second."""

_ROWS = 12
_DAY_MS = 86_400_000
_MANIFEST = "00" * 32
_SERVICE = "bench"
_CLASSES = (ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.TWO_WHEELER, ObjectClass.LARGE_VEHICLE)
_COLOURS = tuple(Colour)
_DIRECTIONS = tuple(d for d in Direction if d is not Direction.NONE)


@dataclass(frozen=True)
class Filled:
    """What is in the installation.

    Attributes:
        tracks, reviewers: how many, in all.
        cases: case id to its exhibits' ids.
    """

    tracks: int
    reviewers: int
    cases: Mapping[str, tuple[str, ...]]


def reviewer(number: int) -> str:
    """What one of the reviewers is called."""
    return f"reviewer-{number:03}"


def fill(
    folder: Path,
    tracks: int,
    cases: int,
    reviewers: int,
    progress: Progress,
    database: str = "",
) -> Filled:
    """Make the installation, or go on where an earlier run stopped.

    Args:
        folder: made if absent; what was made with other numbers is not changed.
        tracks: in all, spread evenly.
        cases: of :data:`EXHIBITS` recordings each.
        reviewers: investigators who may see every case.
        database: address of a PostgreSQL database; empty for a file.

    Raises:
        BadInput: the folder holds another installation.
    """
    plan = {"tracks": tracks, "cases": cases, "reviewers": reviewers}
    planned = folder / "bench.json"
    if planned.exists() and json.loads(planned.read_text()) != plan:
        raise BadInput(
            f"{folder} was filled with {json.loads(planned.read_text())}.",
            remedy="Give the same numbers, or another folder.",
        )
    if not planned.exists() and folder.exists() and any(folder.iterdir()):
        raise BadInput(
            f"{folder} holds something else.", remedy="Give an empty folder, or a new one."
        )
    folder.mkdir(parents=True, exist_ok=True)
    planned.write_text(json.dumps(plan))
    home = folder / "home"
    settings = Settings(home=home, database=SecretStr(database))
    with open_app(settings) as app, tempfile.TemporaryDirectory() as made:
        engine = open_tables(home, Keyring(home), database)
        records = Records(engine)
        _register(app, records, reviewers)
        found = list(records.cases())
        for number in range(len(found), cases):
            found.append(_open_case(app, number))
        held = {case.id: list(records.exhibits(case.id)) for case in found}
        for number, case in enumerate(found):
            for at in range(len(held[case.id]), EXHIBITS):
                file = Path(made) / f"camera-{at}.mp4"
                if not file.exists():
                    _record(file, at)
                held[case.id].append(_receive(app, case, file))
            progress("bench recordings", number + 1, cases, "cases")
    _put_tracks(engine, records, [e for each in held.values() for e in each], tracks, progress)
    _put_tubes(home, engine, held, progress)
    engine.dispose()
    return Filled(tracks, reviewers, {c: tuple(e.id for e in each) for c, each in held.items()})


def _register(app: App, records: Records, reviewers: int) -> None:
    known = {agent.id for agent in records.agents()}
    now = datetime.now(UTC)
    people = {"head": {Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE}, "judge": {Role.MAGISTRATE}}
    people |= {reviewer(n): {Role.INVESTIGATOR} for n in range(reviewers)}
    for name, roles in people.items():
        if name in known:
            continue
        act = RegisterAgent(agent_id=name, roles=frozenset(roles), service=_SERVICE)
        app.perform("head", act)
        if Role.INVESTIGATOR in roles:
            app.perform(
                "head",
                GrantClearance(
                    agent_id=name, service=_SERVICE, valid_from=now,
                    valid_to=now + timedelta(days=365),
                ),
            )  # fmt: skip


def _open_case(app: App, number: int) -> Case:
    now = datetime.now(UTC)
    case: Case = app.perform(
        "judge",
        OpenCase(
            reference=f"bench {number}", framework="preliminaire", service=_SERVICE,
            demonstration=True,
        ),
    )  # fmt: skip
    powers = frozenset({Power.RECEIVE, Power.ANALYSE, Power.CONSULT})
    until = now + timedelta(days=100)
    granted = GrantMandate(case_id=case.id, powers=powers, valid_from=now, valid_to=until)
    app.perform("judge", granted)
    return case


def _record(path: Path, seed: int) -> None:
    """A textured scene with a bright square that wanders over it."""
    rng = np.random.default_rng(seed)
    ground = texture(rng, (SIZE[1], SIZE[0]), 9.0)
    with Mp4Writer(path, *SIZE, 1 / RATE, rate=RATE, crf=27) as out:
        for number in range(int(RECORDED_S * RATE)):
            picture = ground.copy()
            left = 100 + (7 * number) % 1000
            picture[300:420, left : left + 60] = 240
            out.write(picture, number)


def _receive(app: App, case: Case, file: Path) -> Exhibit:
    exhibit: Exhibit = app.perform(
        reviewer(0),
        ReceiveExhibit(
            case_id=case.id, path=file, camera=file.stem, origin="bench",
            recorded_at=datetime(2026, 3, 1, 6, tzinfo=UTC),
        ),
    )  # fmt: skip
    return exhibit


def _put_tracks(
    engine: Engine, records: Records, exhibits: list[Exhibit], tracks: int, progress: Progress
) -> None:
    store = TrackStore(engine)
    bounds = np.linspace(0, tracks, len(exhibits) + 1).astype(int).tolist()
    for exhibit, (start, stop) in zip(exhibits, pairwise(bounds), strict=True):
        if store.manifest(exhibit.id) is None:
            pictures = int(RECORDED_S * RATE)
            store.replace(exhibit.id, list(_tracks(exhibit, stop - start, start)), _MANIFEST)
            records.put_coverage(
                Coverage(exhibit.id, pictures, pictures, 0, 0, pictures, ended=True)
            )
        progress("bench tracks", stop, tracks, "tracks")


def _tracks(exhibit: Exhibit, count: int, seed: int) -> Iterator[Track]:
    """Tracks in order of time: chords across the picture, of every class and colour."""
    rng = np.random.default_rng(seed)
    base = exhibit.stream.time_base
    starts = np.sort(rng.integers(0, _DAY_MS, count))
    lasts = rng.integers(1_000, 60_000, count)
    ends = rng.uniform((0, 0, 0, 0), (SIZE[0], SIZE[1], SIZE[0], SIZE[1]), (count, 4))
    heights = rng.uniform(20, 200, count)
    share = rng.uniform(0.2, 0.9, count)
    speeds = rng.uniform(0, 12, count)
    picks = rng.integers(0, 1 << 30, (count, 4))
    line = np.linspace(0, 1, _ROWS, dtype=np.float32)[:, None]
    observed = np.ones(_ROWS, np.bool_)
    steps = np.arange(_ROWS, dtype=np.int64)
    for at in range(count):
        # At least one unit between two pictures, however coarse the time base.
        step = max(1, round(float(int(lasts[at]) / 1000 / base)) // (_ROWS - 1))
        pts = round(float(int(starts[at]) / 1000 / base)) + steps * step
        tall = float(heights[at])
        place = ends[at, :2] + (ends[at, 2:] - ends[at, :2]) * line
        size = np.broadcast_to(np.array([tall * 0.4, tall], np.float32), (_ROWS, 2))
        a, b, c, d = picks[at].tolist()
        colours = ((_COLOURS[a % 11], float(share[at])),)
        yield Track(
            f"{exhibit.id}-{at + 1}",
            exhibit.id,
            at + 1,
            _CLASSES[b % len(_CLASSES)],
            0.9,
            "generated",
            base,
            pts,
            pts,
            np.concatenate([place, size], axis=1).astype(np.float32),
            observed,
            Description(
                moving=d % 8 > 0,
                colours=colours,
                upper=colours,
                lower=((_COLOURS[c % 11], 0.5),),
                width=tall * 0.4,
                height=tall,
                direction=_DIRECTIONS[d % len(_DIRECTIONS)],
                speed=float(speeds[at]) * 30,
                dwell_ms=int(lasts[at]),
                metres_per_s=float(speeds[at]),
                entry=Edge.LEFT,
                exit=Edge.RIGHT,
            ),
        )


def _put_tubes(
    home: Path, engine: Engine, held: Mapping[str, list[Exhibit]], progress: Progress
) -> None:
    """Pictures for the first tracks of each case, cut short from a few painted passages."""
    keys, vault = Keyring(home), Vault(home / "vault")
    rng = np.random.default_rng(1)
    made = [_short(painted(passage, rng)) for passage in passages(12, seed=1)]
    store = TrackStore(engine)
    for number, (case_id, exhibits) in enumerate(held.items(), 1):
        key, first = keys.case_key(case_id), exhibits[0].id
        ids = [f"{first}-{n}" for n in range(1, PICTURED + 1)]
        tracks = store.get([i for i in ids if not vault.exists(case_id, f"tube/{i}")])
        tubes = {}
        for track in tracks:
            tube = made[track.number % len(made)]
            tube = replace(
                tube, track_id=track.id, exhibit_id=first, time_base=track.time_base,
                pts=track.pts[: len(tube.pictures)], object_class=track.object_class,
            )  # fmt: skip
            tubes[f"tube/{track.id}"] = to_bytes(tube)
        vault.write_many(case_id, tubes, key)
        progress("bench pictures", number, len(held), "cases")


def _short(tube: Tube) -> Tube:
    n = 4
    return replace(
        tube, pts=tube.pts[:n], boxes=tube.boxes[:n], pictures=tube.pictures[:n],
        masks=tube.masks[:n],
    )  # fmt: skip
