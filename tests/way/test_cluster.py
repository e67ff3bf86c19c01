"""The same analysis on a cluster: the same bytes, though a machine dies in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scelle
from scelle.model.acts import AnalyseExhibit, ReceiveExhibit, SearchTracks
from scelle.store.tracks import tracks_digest

if TYPE_CHECKING:
    from tests.way.conftest import Office

    from scelle.model.tracks import Track

WORK = Path(__file__).parent / "work"


def digest(tracks: tuple[Track, ...]) -> str:
    return tracks_digest(replace(t, id=f"same-{t.number}", exhibit_id="same") for t in tracks)


def received(office: Office, path: Path) -> tuple[str, str]:
    case_id = office.staff()
    office.authorise(case_id)
    with office.app() as app:
        act = ReceiveExhibit(case_id=case_id, path=path, camera="yard", origin="seal 1")
        return case_id, app.perform("finder", act).id


def ran(program: list[Any], environment: dict[str, str]) -> Any:
    """What a program's last line says; it is asked to end, and what it started with it."""
    with subprocess.Popen(
        [sys.executable, *program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            out, err = process.communicate(timeout=200)
        except subprocess.TimeoutExpired:
            process.terminate()
            try:
                out, err = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()  # the kernel ends what it started (PR_SET_PDEATHSIG)
                out, err = process.communicate()
            pytest.fail(f"the cluster took more than 200 s: {err[-3000:]}")
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


def test_two_nodes_and_one_is_killed(new_office: Callable[[], Office], yard: Path) -> None:
    here, there = new_office(), new_office()
    case_id, exhibit_id = received(here, yard)
    with here.app() as app:
        ids = (exhibit_id,)
        local = AnalyseExhibit(case_id=case_id, exhibit_ids=ids, detector="motion")
        (analysis,) = app.perform("finder", local)
        truth = app.perform("finder", SearchTracks(case_id=case_id, exhibit_ids=ids))
    assert truth
    case_id, exhibit_id = received(there, yard)
    paths = os.pathsep.join((str(Path(scelle.__file__).parent.parent), str(WORK)))
    environment = os.environ | {"PYTHONPATH": paths}
    told = ran([WORK / "two_nodes.py", there.home, case_id, exhibit_id], environment)
    assert told["killed"], "nothing was at work on the node that was to die"
    assert told["complete"]
    assert told["environment"]["engine"] == "ray"
    # Where it ran decides nothing.
    assert told["manifest"] == analysis.manifest_sha256
    with there.app() as app:
        search = SearchTracks(case_id=case_id, exhibit_ids=(exhibit_id,))
        tracks = app.perform("finder", search)
    assert digest(tracks) == digest(truth)
    ours, theirs = (
        o.tubes(c, e) for o, c, e in ((here, *_one(here)), (there, case_id, exhibit_id))
    )
    assert {n: t.pictures for n, t in ours.items()} == {n: t.pictures for n, t in theirs.items()}
    # Two stages of four segments; the worker that died had one of them redone at most.
    again = {name: n for name, n in told["written"].items() if n > 1}
    assert len(told["written"]) == 8
    assert sum(n - 1 for n in again.values()) <= 1, again


def _one(office: Office) -> tuple[str, str]:
    (case,) = office.command("case", "list").data["cases"]
    (exhibit,) = office.command("exhibit", "list", "--case", case["id"]).data["exhibits"]
    return case["id"], exhibit["id"]


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (("--engine", "ray"), 2, "No Ray cluster is named"),
        (("--engine", "slurm"), 2, "no engine"),
        (("--provider", "cuda"), 5, "CUDAExecutionProvider was asked for"),
        (("--provider", "tpu"), 2, "no provider"),
        (("--decoder", "cuda"), 5, "Decoding by cuda was asked for"),
    ],
)
def test_what_is_asked_for_and_absent_is_said_before_anything_begins(
    office: Office, exhibit: tuple[str, str], line: tuple[str, ...], status: int, said: str
) -> None:
    if "cuda" in line and Path("/dev/nvidiactl").exists():
        pytest.fail("this machine has a graphics processor: try it, not its absence")
    answer = office.command("analyse", "--case", exhibit[0], *line)
    assert answer.status == status, answer
    error = answer.data["error"]
    assert said in error["message"]
    assert "--" in error["remedy"] or "Use" in error["remedy"]
    assert office.entries()[-1]["result"] == "failed"
    assert not list(office.home.glob("vault/*/survey/*"))


def test_where_it_ran_is_told_and_in_the_manifest(office: Office, exhibit: tuple[str, str]) -> None:
    answer = office.command("analyse", "--case", exhibit[0], "--detector", "motion")
    (told,) = answer.data["analyses"]
    assert told["environment"]["engine"] == "local"
    assert "seccomp" in told["environment"]["sandbox"]
    assert told["environment"]["provider"] == "cpu"
    assert told["environment"]["decoder"] == "software"


@pytest.fixture(scope="module")
def office(new_office: Callable[[], Office]) -> Office:
    return new_office()


@pytest.fixture(scope="module")
def exhibit(office: Office, yard_short: Path) -> tuple[str, str]:
    return received(office, yard_short)
