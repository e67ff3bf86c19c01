"""What the program cannot do: watched while it runs, and read in what it keeps and says."""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import json
import os
import pkgutil
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scelle
from scelle.door import to_json
from scelle.model.tracks import Colour, Description, ObjectClass

if TYPE_CHECKING:
    from tests.way.conftest import Looked, Office

SOURCES = Path(scelle.__file__).parent

#: Parts of names that would stand for a body, or for what is read from one.
BIOMETRIC = re.compile(
    r"biometr|face(?!t)|facial|gait|skin|ethnic|race\b|racial|gender|\bsex|\bage\b|emotion"
    r"|embedding|feature_vector|reid\b|re_id|identity_vector|iris|fingerprint|voice|hair|beard"
    r"|landmark|skeleton|keypoint|pose\b|silhouette_vector|ear_?print",
    re.IGNORECASE,
)

WATCHER = """
import contextlib, fcntl, json, os, sys
report = os.open(os.environ["PYTHON_SEEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
report = fcntl.fcntl(report, fcntl.F_DUPFD, 200)

def tell(*what):
    # A sandboxed process has lost this descriptor: what it does is tried elsewhere.
    with contextlib.suppress(OSError):
        os.write(report, (json.dumps(what, default=repr) + chr(10)).encode())

def watch(event, arguments):
    if event in ("socket.connect", "socket.bind"):
        tell(event, arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        tell(event, list(arguments))
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        tell("program", arguments[0])
    elif event == "open" and str(arguments[0]).startswith("/dev/"):
        tell("device", str(arguments[0]))

sys.addaudithook(watch)
import av
real = av.open

def opened(file, mode="r", *rest, **named):
    tell("av", type(file).__name__, mode or "r")
    return real(file, mode, *rest, **named)

av.open = av.container.open = opened
import cv2
decode = cv2.imdecode

def decoded(*what):
    tell("cv2")
    return decode(*what)

cv2.imdecode = decoded
tell("watching", "zygote" if "zygote" in " ".join(sys.orig_argv) else "program")
"""

Seen = list[list[Any]]


@pytest.fixture(scope="module")
def watched(yard_short: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seen]:
    """A whole ``try`` under an audit hook: its home, and what it reached for.

    The process from which sandboxes fork is watched too; in the sandboxes themselves,
    where recordings are decoded, what cannot be done is tried in ``test_hostile.py``.
    """
    folder = tmp_path_factory.mktemp("watched")
    report = folder / "seen.txt"
    (folder / "sitecustomize.py").write_text(WATCHER)
    paths = os.pathsep.join((str(folder), str(SOURCES.parent)))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "scelle", "try", "--headless", "--json"),
            *("--home", folder / "home", yard_short),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
        env=os.environ | {"PYTHONPATH": paths, "PYTHON_SEEN": str(report)},
    )
    assert done.returncode == 0, done
    return folder / "home", [json.loads(line) for line in report.read_text().splitlines()]


def test_the_watch_sees_the_program_and_what_its_sandboxes_fork_off(
    watched: tuple[Path, Seen],
) -> None:
    assert {what[1] for what in watched[1] if what[0] == "watching"} == {"program", "zygote"}


def test_nobody_is_spoken_to(watched: tuple[Path, Seen]) -> None:
    # Processes speak over pairs of sockets, which have no address.
    assert [what for what in watched[1] if what[0].startswith("socket.")] == []


def test_no_video_is_read_outside_a_sandbox(watched: tuple[Path, Seen]) -> None:
    opened = {(kind, mode) for event, kind, mode in (w for w in watched[1] if w[0] == "av")}
    # What is written is a file of this program's own.
    assert {mode for _, mode in opened} <= {"w"}


def test_no_picture_is_decoded_outside_a_sandbox(watched: tuple[Path, Seen]) -> None:
    assert [what for what in watched[1] if what[0] == "cv2"] == []


def test_no_other_program_and_no_device_is_used(watched: tuple[Path, Seen]) -> None:
    programs = {Path(what[1]).name for what in watched[1] if what[0] == "program"}
    assert {p for p in programs if not p.startswith("python")} == set()
    # Files in memory lie there too, and are no device.
    opened = {what[1] for what in watched[1] if what[0] == "device"}
    devices = {each for each in opened if not each.startswith("/dev/shm/")}
    assert devices <= {"/dev/null", "/dev/urandom", "/dev/tty"}


def calls(of: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a name, such as ``av.open``, in the sources."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == of:
                yield path.relative_to(SOURCES), node


def test_what_decodes_recordings_is_called_in_sandboxes_alone() -> None:
    # Modules whose functions the sandboxes run; the measuring of plain decoding is apart.
    found = set()
    for path in sorted(SOURCES.rglob("*.py")):
        place = path.relative_to(SOURCES).as_posix()
        if place.split("/")[0] in ("footage", "benchmarks"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(
                r"(Recording|Joined)(\.open)?|open_original|probe", ast.unparse(node.func)
            ):
                found.add(place)
    inside = {
        f"operations/{f}.py"
        for f in ("burnt_in", "cutting", "original", "receipt", "segment", "showing")
    }
    assert found == inside


def test_what_decodes_pictures_is_called_in_sandboxes_alone() -> None:
    places = {
        path.as_posix()
        for of in ("cv2.imdecode", "cv2.imread", "cv2.imdecodemulti")
        for path, _ in calls(of)
        if path.parts[0] != "benchmarks"
    }
    # The last for the pictures that the measuring of an export has drawn itself.
    inside = {"vision/tubes.py", "vision/apart.py", "operations/pictures.py", "synopsis/blend.py"}
    assert places == inside
    users = {
        path.relative_to(SOURCES).parts[0]
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "scelle.synopsis.blend"
        and "decoded" in {alias.name for alias in node.names}
    }
    assert users == {"benchmarks"}


def test_a_path_is_given_to_the_decoder_for_writing_or_measuring_only() -> None:
    found = list(calls("av.open"))
    assert found
    for path, call in found:
        named = {k.arg: ast.unparse(k.value) for k in call.keywords}
        mode = named.get("mode", ast.unparse(call.args[1]) if len(call.args) > 1 else "'r'")
        first = ast.unparse(call.args[0])
        if mode != "'w'" and path.parts[0] != "benchmarks":
            assert not re.search(r"path|name|url|str\(|['\"]", first, re.IGNORECASE), (path, first)


MEASURED = {"benchmarks/stand.py", "benchmarks/web_server.py", "benchmarks/hostile_web.py"}
"""Serve the pages on loopback, or in memory, to whatever measures them."""


def test_sockets_are_for_the_page_alone() -> None:
    listening = {"socket", "uvicorn", "asyncio", "selectors", "socketserver"}
    found = set()
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            if any(name.split(".")[0] in listening for name in names):
                found.add(path.relative_to(SOURCES).as_posix())
    elsewhere = {p for p in found if not p.startswith("web/")} - {"cli/serve.py", *MEASURED}
    assert {p for p in elsewhere if not p.startswith("engine/")} == set()
    # Processes speak with their sandboxes over pairs that nobody else can reach.
    for place in sorted(elsewhere):
        for node in ast.walk(ast.parse((SOURCES / place).read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "socket.socket":
                assert [k.arg for k in node.keywords] == ["fileno"], place
                assert node.args == [], place
            if isinstance(node, ast.Attribute):
                assert not re.search(r"connect|listen|bind\b|AF_INET|accept", node.attr), place


def modules() -> list[Any]:
    names = [m.name for m in pkgutil.walk_packages(scelle.__path__, "scelle.")]
    # The migrations are run by their own tool, not imported.
    return [
        importlib.import_module(n) for n in names if ".migrations" not in n and "__main" not in n
    ]


def fields() -> set[str]:
    """Every name of a field, an enumerated value, or a JSON key that the program speaks of."""
    found = set()
    for module in modules():
        for owner in vars(module).values():
            if not isinstance(owner, type) or not owner.__module__.startswith("scelle."):
                continue
            if owner.__name__.startswith("_"):
                continue
            if dataclasses.is_dataclass(owner):
                found |= {f"{owner.__name__}.{f.name}" for f in dataclasses.fields(owner)}
            if issubclass(owner, enum.Enum):
                found |= {f"{owner.__name__}={member.value}" for member in owner}
    return found


def test_nothing_modelled_is_biometric() -> None:
    names = fields()
    assert len(names) > 200
    assert {"Description.upper", "ObjectClass=person"} <= names
    assert {n for n in names if BIOMETRIC.search(n)} == set()
    # The pattern can find something.
    assert BIOMETRIC.search("Track.face_embedding")
    assert BIOMETRIC.search("Description.age")


def test_no_table_or_column_is_biometric(watched: tuple[Path, Seen]) -> None:
    home, _ = watched
    names: list[str] = []
    for file in ("scelle.db", "ledger.db"):
        db = sqlite3.connect(home / file)
        tables = [t for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            names += [f"{table}.{c[1]}" for c in db.execute(f"PRAGMA table_info({table})")]
        db.close()
    assert len(names) > 60
    assert [n for n in names if BIOMETRIC.search(n)] == []


def test_a_description_tells_of_clothing_and_movement_alone() -> None:
    assert {f.name for f in dataclasses.fields(Description)} == {
        *("moving", "colours", "upper", "lower", "width", "height"),
        *("direction", "speed", "dwell_ms"),
        *("colour_confidence", "metres_per_s", "entry", "exit"),
    }
    assert {c.value for c in ObjectClass} == {
        *("person", "two-wheeler", "car", "large-vehicle", "animal", "unknown"),
    }
    assert len(Colour) == 11


def test_what_is_said_of_a_real_track_is_that_and_nothing_more(
    new_office: Callable[[], Office], look_at: Callable[..., Looked], yard_short: Path
) -> None:
    office = new_office()
    case_id = office.staff()
    office.authorise(case_id)
    seen = look_at(office, case_id, yard_short)
    answer = office.command("search", "--case", case_id)

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(keys(v) for v in value.values()))
        if isinstance(value, list):
            return set().union(*(keys(v) for v in value))
        return set()

    told = keys(answer.data)
    assert {"upper", "lower", "direction"} <= told
    assert {k for k in told if BIOMETRIC.search(k)} == set()
    described = to_json(seen.tracks[0].description)
    assert {k for k in keys(described) if BIOMETRIC.search(k)} == set()
    help_text = " ".join(
        office.ran(*line).out for line in (("search", "--help"), ("analyse", "--help"))
    )
    assert "--colour" in help_text
    assert BIOMETRIC.findall(help_text.replace("surface", "")) == []
