"""What the sources must not hold: long files, and what the product refuses to be able to do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scelle.reporting.inspection import check_imports

LINES = 450
#: One file on purpose: whoever verifies copies it and needs nothing else.
#: It checks every sort of thing that is handed out, closing reports among them.
WHOLE = {"verify.py": 1635}

#: Names of OpenCV that look at faces, recognise people, or open a stream.
NEVER = {
    "FaceDetectorYN",
    "FaceRecognizerSF",
    "CascadeClassifier",
    "VideoCapture",
    "face",
}
#: Modules that reach the network; the review page listens through its server alone.
NETWORK = {"requests", "httpx", "urllib.request", "ftplib", "aiohttp", "paramiko", "http.client"}
SCHEMES = re.compile(r"\b(?:rtsp|rtmp|rtp|udp|srt|mms|hls)://|/dev/video|v4l2", re.IGNORECASE)


@pytest.fixture(scope="session")
def sources(root: Path) -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in sorted((root / "src").rglob("*.py"))}


def test_there_are_sources(sources: dict[Path, ast.Module]) -> None:
    assert len(sources) > 40


def test_one_thing_per_file(root: Path, tracked: list[Path]) -> None:
    kinds = {".py", ".html", ".css", ".ts"}
    code = [path for path in tracked if path.suffix in kinds and "tests" not in path.parts]
    lengths = {path: path.read_text().count("\n") for path in [*code, root / "scelle"]}
    long = {str(path): n for path, n in lengths.items() if n > WHOLE.get(path.name, LINES)}
    assert long == {}


def test_nothing_reaches_for_faces_or_cameras(sources: dict[Path, ast.Module]) -> None:
    found = []
    for path, tree in sources.items():
        for node in ast.walk(tree):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            if isinstance(node, ast.alias):
                name = node.name.rpartition(".")[2]
            if name in NEVER:
                found.append(f"{path}: {name}")
    assert found == []


def test_no_stream_can_be_opened(sources: dict[Path, ast.Module]) -> None:
    # Words in docstrings may say what is refused; strings that code uses may not.
    found = []
    for path, tree in sources.items():
        spoken = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in spoken:
                continue
            if isinstance(node.value, str) and SCHEMES.search(node.value):
                found.append(f"{path}: {node.value}")
    assert found == []


def test_nothing_biometric_is_imported(sources: dict[Path, ast.Module]) -> None:
    modules = {path.as_posix(): tuple(ast.walk(tree)) for path, tree in sources.items()}
    assert check_imports(modules).found == ()


#: Signed heads and proofs go to witnesses and timestamp authorities, where any are configured.
CALLS_OUT = {"ledger/remote.py"}
#: Measures this machine's own server, at one address that is written in it.
CALLS_ITSELF = {"benchmarks/web.py"}


def test_nothing_calls_out(sources: dict[Path, ast.Module]) -> None:
    found = []
    for path, tree in sources.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            told = f"{path.parent.name}/{path.name}"
            found += [f"{told}: {name}" for name in names if name in NETWORK]
    assert {each.split(":")[0] for each in found} == CALLS_OUT | CALLS_ITSELF


def test_what_calls_this_machine_calls_nothing_else(sources: dict[Path, ast.Module]) -> None:
    for path, tree in sources.items():
        if f"{path.parent.name}/{path.name}" in CALLS_ITSELF:
            made = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
            lines = [n for n in made if ast.unparse(n.func).startswith("http.client.HTTP")]
            assert [ast.literal_eval(line.args[0]) for line in lines] == ["127.0.0.1"]


def test_videos_are_opened_in_few_places_only(sources: dict[Path, ast.Module]) -> None:
    """PyAV opens what it is given: the footage room gives it closed files, nothing else does.

    The benchmarks repeat a clip and decode it plainly, to compare with; no case is touched.
    """
    found = []
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "av.open":
                found.append(path.parent.name)
    assert set(found) <= {"footage", "benchmarks"}
    assert "footage" in found
