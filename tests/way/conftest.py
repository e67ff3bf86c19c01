"""Installations that the whole way is walked in: real parts, real files, no stand-in."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scelle.bootstrap import App, open_app
from scelle.bootstrap.generated import generate_scene
from scelle.cli.program import run
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    GrantClearance,
    GrantMandate,
    MakeSynopsis,
    OpenCase,
    ReceiveExhibit,
    RecordCommitment,
    RegisterAgent,
    SearchTracks,
)
from scelle.model.evidence import Exhibit, Power, Role
from scelle.model.results import Analysis, Synopsis
from scelle.model.tracks import Track, Tube
from scelle.settings import Settings
from scelle.store.keys import Keyring
from scelle.store.tracks import tracks_digest
from scelle.store.vault import Vault
from scelle.synopsis.tubes import from_bytes

# What sandboxed processes do is found by name: in the process that they fork off too.
sys.path.append(str(Path(__file__).parent / "work"))

Alone = Callable[[Path], AbstractContextManager[None]]

SERVICE = "SR-1"
DAY = timedelta(days=1)
PEOPLE = {
    "head": {Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR},
    "judge": {Role.MAGISTRATE, Role.REFERENT_MAGISTRATE},
    "finder": {Role.INVESTIGATOR},
    "auditor": {Role.AUDITOR},
}

CLIPS = {
    "people": "mot15-PETS09-S2L1/PETS09-S2L1_h264.mp4",
    "one-by-one": "intel-one-by-one-person/one-by-one-person-detection.mp4",
    "road": "dvrscan-traffic-camera/traffic_camera.mp4",
    "road-vfr": "dvrscan-traffic-camera-vfr/traffic_camera_vfr.mp4",
    "brightness": "dvrscan-brightness-cctv/issue53_brightness_change.avi",
    "highway": "bgslibrary-highway/video03.avi",
    "junction": "opendatacam-junction/opendatacam-junction_h264.mp4",
}


@dataclass(frozen=True)
class Answer:
    """What one command line said."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        read = json.loads(self.out)
        assert isinstance(read, dict)
        return read


@dataclass(frozen=True)
class Office:
    """One installation, and how people use it."""

    home: Path

    def command(self, *arguments: object, agent: str = "finder") -> Answer:
        """One command line, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = run([*map(str, arguments), "--home", str(self.home), "--as", agent, "--json"])
        return Answer(status, out.getvalue(), err.getvalue())

    def start(self, *arguments: object, **more: Any) -> subprocess.Popen[str]:
        """One command line, in a process and a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "scelle", *map(str, arguments), "--home", str(self.home)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **more,
        )

    def ran(self, *arguments: object, **more: Any) -> Answer:
        """The same, waited for."""
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=200)
        return Answer(process.returncode, out, err)

    @contextmanager
    def app(self) -> Iterator[App]:
        with open_app(Settings(home=self.home)) as app:
            yield app

    def staff(self, framework: str = "preliminaire") -> str:
        """Register everybody, clear the investigator and open a case; its id."""
        now = datetime.now(UTC)
        with self.app() as app:
            for name, roles in PEOPLE.items():
                act = RegisterAgent(agent_id=name, roles=frozenset(roles), service=SERVICE)
                app.perform("head", act)
            app.perform("head", RecordCommitment(sent_on="2026-01-05"))
            app.perform(
                "head",
                GrantClearance(
                    agent_id="finder", service=SERVICE, valid_from=now, valid_to=now + DAY
                ),
            )
            opened = OpenCase(reference="PV-1", framework=framework, service=SERVICE)
            return str(app.perform("finder", opened).id)

    def authorise(self, case_id: str, **narrower: Any) -> str:
        """A mandate for everything, unless narrowed; its id."""
        now = datetime.now(UTC)
        whole: dict[str, Any] = {
            "powers": frozenset(Power),
            "valid_from": now,
            "valid_to": now + DAY,
        }
        with self.app() as app:
            act = GrantMandate(case_id=case_id, **(whole | narrower))
            return str(app.perform("judge", act).id)

    def entries(self) -> list[Mapping[str, Any]]:
        """The ledger's disclosed fields."""
        with self.app() as app:
            return list(app.disclosed_entries())

    def objects(self) -> dict[str, bytes]:
        """Everything in the vault, by path, but for locks."""
        root = self.home / "vault"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".receiving"
        }

    def tables(self) -> str:
        """Everything in the database, as SQL."""
        with sqlite3.connect(f"file:{self.home / 'scelle.db'}?mode=ro", uri=True) as db:
            text = "\n".join(db.iterdump())
        db.close()
        return text

    def parts(self) -> list[Path]:
        """Files that are only half there."""
        return sorted(self.home.rglob("*.part"))

    def tubes(self, case_id: str, exhibit_id: str) -> dict[int, Tube]:
        """The tubes of an exhibit by track number, as they lie in the vault."""
        vault, key = Vault(self.home / "vault"), Keyring(self.home).case_key(case_id)
        found = {}
        for name in vault.names(case_id, "tube"):
            exhibit, _, number = name.removeprefix("tube/").rpartition("-")
            if exhibit == exhibit_id:
                found[int(number)] = from_bytes(vault.read(case_id, name, key))
        return found


@dataclass(frozen=True)
class Looked:
    """One recording that went the whole way."""

    office: Office
    case_id: str
    path: Path
    exhibit: Exhibit
    analysis: Analysis
    tracks: tuple[Track, ...]

    def mot(self, to: Path) -> npt.NDArray[np.float64]:
        """Rows of the command ``tracks export``: frame, id, left, top, width, height."""
        answer = self.office.command(
            *("tracks", "export", "--case", self.case_id, "--exhibit", self.exhibit.id),
            *("--format", "mot", "-o", to),
        )
        assert answer.status == 0, answer.err
        return np.loadtxt(to, delimiter=",", ndmin=2)[:, :6]

    def digest(self) -> str:
        """Digest of the tracks' canonical bytes, whatever the exhibit is called here."""
        return tracks_digest(
            replace(t, id=f"same-{t.number}", exhibit_id="same") for t in self.tracks
        )

    def tubes(self) -> dict[int, Tube]:
        return self.office.tubes(self.case_id, self.exhibit.id)

    def synopsis(self, output: Path | None = None) -> Synopsis:
        with self.office.app() as app:
            act = MakeSynopsis(case_id=self.case_id, exhibit_ids=(self.exhibit.id,), output=output)
            made = app.perform("finder", act)
        assert isinstance(made, Synopsis)
        return made


def look(office: Office, case_id: str, path: Path, workers: int = 2) -> Looked:
    """Receive, analyse and list the tracks of one recording."""
    with office.app() as app:
        exhibit = app.perform(
            "finder",
            ReceiveExhibit(case_id=case_id, path=path, camera=path.stem, origin="seal 1"),
        )
        ids = (exhibit.id,)
        act = AnalyseExhibit(case_id=case_id, exhibit_ids=ids, workers=workers)
        (analysis,) = app.perform("finder", act)
        tracks = app.perform("finder", SearchTracks(case_id=case_id, exhibit_ids=ids))
    return Looked(office, case_id, path, exhibit, analysis, tracks)


@dataclass
class Looking:
    """Looks at each recording once, whichever test process asks first.

    They share one installation: what was received and analysed is not done again.
    """

    office: Office
    case_id: str
    alone: Callable[[], AbstractContextManager[None]]
    done: dict[Path, Looked]

    def __call__(self, path: Path) -> Looked:
        if path not in self.done:
            with self.alone():
                self.done[path] = look(self.office, self.case_id, path)
        return self.done[path]


@pytest.fixture(scope="session")
def new_office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Office]:
    return lambda: Office(tmp_path_factory.mktemp("way") / "home")


@pytest.fixture(scope="session")
def look_once(common: Path, alone: Alone) -> Looking:
    office, known = Office(common / "way-common"), common / "way-common.case"
    undisturbed = partial(alone, common / "way-common.lock")
    with undisturbed():
        if not known.exists():
            case_id = office.staff()
            office.authorise(case_id)
            known.write_text(case_id)
    return Looking(office, known.read_text(), undisturbed, {})


@pytest.fixture(scope="session")
def looked(look_once: Looking, footage: Path) -> Callable[[str], Looked]:
    """Gives a real recording's analysis, made when it is first asked for."""
    return lambda name: look_once(footage / CLIPS[name])


@pytest.fixture(scope="session")
def look_at() -> Callable[..., Looked]:
    return look


@pytest.fixture(scope="session")
def scene(common: Path, alone: Alone) -> Path:
    """The generated two-minute scene, seed 1; its truth lies beside it."""
    path = common / "street-1.mp4"
    with alone(common / "street-1.lock"):
        if not path.with_suffix(".json").exists():
            generate_scene(path, 1)
    return path


@pytest.fixture(scope="session")
def street(look_once: Looking, scene: Path) -> Looked:
    """The generated scene's analysis."""
    return look_once(scene)


@pytest.fixture(scope="session")
def yard(common: Path, alone: Alone) -> Path:
    """Four segments of a small yard that boxes cross, a pair every seven seconds."""
    return drawn(common / "yard.mp4", 230, alone)


@pytest.fixture(scope="session")
def yard_short(common: Path, alone: Alone) -> Path:
    """Twenty seconds of the same yard."""
    return drawn(common / "yard-short.mp4", 20, alone)


def drawn(path: Path, seconds: int, alone: Alone) -> Path:
    """The yard, drawn once for all processes of this test run."""
    with alone(path.with_suffix(".lock")):
        if not path.exists():
            draw_yard(path, seconds)
    return path


def draw_yard(path: Path, seconds: int, fps: int = 5) -> None:
    """Write a recording in which boxes of several colours cross a noisy yard."""
    width, height = 320, 192
    rng = np.random.default_rng(4)
    ground = rng.normal(120, 12, (height, width, 3))
    ground = cv2.GaussianBlur(ground, (0, 0), 2) + np.linspace(-20, 20, width)[None, :, None]
    colours = ((40, 40, 200), (200, 60, 40), (40, 170, 60), (30, 200, 220))
    with Mp4Writer(path, width, height, Fraction(1, fps), rate=Fraction(fps)) as out:
        for number in range(seconds * fps):
            picture = ground + rng.normal(0, 2, ground.shape)
            for passage in range(seconds // 7):
                gone = number / fps - 7 * passage - 1
                if 0 <= gone < 5:
                    colour = colours[passage % 4]
                    for row, x in ((50, gone * 60), (120, width - 30 - gone * 55)):
                        picture[row : row + 44, int(x) : int(x) + 24] = colour
            out.write(picture.clip(0, 255).astype(np.uint8), number)


def overlap(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Intersection over union of boxes ``(n, 4)`` with boxes ``(m, 4)``, ``(n, m)``."""
    a, b = np.asarray(a, np.float64)[:, None], np.asarray(b, np.float64)[None]
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    both = (high - low).clip(0).prod(axis=-1)
    united = a[..., 2:].prod(axis=-1) + b[..., 2:].prod(axis=-1) - both
    return np.asarray(both / np.maximum(united, 1e-9))


def covered(
    rows: npt.NDArray[np.float64], frames: npt.NDArray[Any], boxes: npt.NDArray[Any], iou: float
) -> float:
    """Share of an object's frames in which some track's box overlaps it enough.

    Args:
        rows: frame, id, left, top, width, height.
        frames, boxes: of the object, counted as the rows count.
    """
    hits = 0
    for frame, box in zip(frames, boxes, strict=True):
        there = rows[rows[:, 0] == frame]
        hits += bool(len(there)) and bool((overlap(box[None], there[:, 2:6]) >= iou).any())
    return hits / len(frames)


@dataclass(frozen=True)
class Measures:
    """The measuring functions, for tests that cannot import this file."""

    overlap: Callable[..., npt.NDArray[np.float64]] = overlap
    covered: Callable[..., float] = covered


@pytest.fixture(scope="session")
def measures() -> Measures:
    return Measures()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[Sequence[str]], None]:
    """Prints lines past pytest's capture: figures are shown whether or not a test fails."""

    def print_lines(lines: Sequence[str]) -> None:
        with capsys.disabled():
            print("\n" + "\n".join(lines))

    return print_lines
