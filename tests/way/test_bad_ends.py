"""Killed, interrupted or out of room, at any stage: nothing is corrupt, nothing half-done is
shown as done, and running it again completes it with the very same tracks."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.way.conftest import Answer, Looked, Office

STAGES = ("receipt", "analysis", "synopsis")
PADDING = 160 << 20
"""Bytes of emptiness after a recording, so that receiving it takes a while."""
LOOK = 0.01
"""Seconds between two looks at where a run is: looking takes time from what is looked at."""


@pytest.fixture(scope="module")
def recording(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The yard, followed by a long box that says of itself that it is free space."""
    path = tmp_path_factory.mktemp("long") / "yard.mp4"
    shutil.copyfile(yard, path)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(PADDING.to_bytes(4, "big") + b"free")
        file.truncate(file.tell() + PADDING - 8)
    return path


@pytest.fixture(scope="module")
def undisturbed(
    new_office: Callable[[], Office], recording: Path, mot: Callable[..., bytes]
) -> bytes:
    """Rows of the tracks that a run which nothing disturbs finds."""
    office = new_office()
    answer = office.ran("try", "--headless", "--json", recording)
    assert answer.status == 0, answer
    rows = mot(office, answer)
    assert rows.count(b"\n") > 1000
    return rows


@pytest.fixture(scope="module")
def mot(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Exports the tracks of a finished ``try``."""

    def export(office: Office, answer: Answer) -> bytes:
        to = tmp_path_factory.mktemp("mot") / "tracks.txt"
        (exhibit,) = answer.data["exhibits"]
        exported = office.command(
            *("tracks", "export", "--case", answer.data["case"]),
            *("--exhibit", exhibit["id"], "-o", to),
            agent="demo-investigator",
        )
        assert exported.status == 0, exported
        return to.read_bytes()

    return export


# -- where a run is --------------------------------------------------------------


def receiving(office: Office, _: int) -> bool:
    """Some megabytes of the original are in the vault, not all."""
    for part in office.home.glob("vault/*/original/.*.part"):
        with suppress(FileNotFoundError):
            return part.stat().st_size > 4 << 20
    return False


def analysing(office: Office, _: int) -> bool:
    """Some segments are done, and others not."""
    with suppress(sqlite3.Error):
        db = sqlite3.connect(f"file:{office.home / 'scelle.db'}?mode=ro", uri=True)
        try:
            (done,) = db.execute("SELECT count(*) FROM tasks").fetchone()
            (finished,) = db.execute("SELECT count(*) FROM analyses").fetchone()
            return bool(done > 0 and not finished)
        finally:
            db.close()
    return False


def composing(_: Office, pid: int) -> bool:
    """Pictures of the synopsis have been encoded into memory."""
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(FileNotFoundError):
            if "memfd:synopsis" in str(descriptor.readlink()):
                return descriptor.stat().st_size > 0
    return False


REACHED = dict(zip(STAGES, (receiving, analysing, composing), strict=True))
ACTS = dict(zip(STAGES, ("receive-exhibit", "analyse-exhibit", "make-synopsis"), strict=True))


def disturb(office: Office, recording: Path, stage: str, by: signal.Signals) -> None:
    """Start it, wait until it is in a stage, and send the signal there."""
    process = office.start("try", "--headless", "--json", recording)
    try:
        deadline = time.monotonic() + 100
        while not REACHED[stage](office, process.pid):
            assert process.poll() is None, (stage, process.communicate())
            assert time.monotonic() < deadline, stage
            time.sleep(LOOK)
        if by is signal.SIGINT:
            # As a terminal does it: to the program and all its workers.
            os.killpg(process.pid, by)
        else:
            process.send_signal(by)
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if by is signal.SIGINT:
        assert process.returncode == 130, (stage, process.returncode, out, err)
        assert "Traceback" not in err
        assert "Run the same command again" in err
    else:
        assert process.returncode == -by, (stage, process.returncode, out, err)


# -- what must hold afterwards ---------------------------------------------------


def assert_sound(office: Office, stage: str, *, kept: bool = True) -> list[Any]:
    """What holds after any bad end; the ledger's entries.

    A receipt that was stopped keeps what it has, and goes on with it; one that
    failed for want of room gives the room back.
    """
    # (1) the database and the ledger are whole
    for name in ("scelle.db", "ledger.db"):
        db = sqlite3.connect(office.home / name)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.close()
    verified = office.command("ledger", "verify")
    assert verified.status == 0, verified
    # (2) the next start has removed what was half-written, save what a receipt goes on with
    place = STAGES.index(stage)
    assert [Path(part).parts[-2] for part in office.parts()] == ["original"] * (place == 0 and kept)
    # (3) nothing half-done is shown as done
    db = sqlite3.connect(office.home / "scelle.db")
    (exhibits,) = db.execute("SELECT count(*) FROM exhibits").fetchone()
    (analyses,) = db.execute("SELECT count(*) FROM analyses").fetchone()
    (complete,) = db.execute("SELECT count(*) FROM coverage WHERE complete").fetchone()
    (tracks,) = db.execute("SELECT count(*) FROM tracks").fetchone()
    (synopses,) = db.execute("SELECT count(*) FROM synopses").fetchone()
    db.close()
    assert exhibits == (place > 0)
    assert analyses == complete == (place > 1)
    assert bool(tracks) == (place > 1)
    assert synopses == 0
    objects = office.objects()
    kinds = {Path(name).parts[1] for name in objects if not name.endswith(".part")}
    assert ("original" in kinds) == ("index" in kinds) == (place > 0)
    assert "synopsis" not in kinds
    assert list(office.home.glob("synopsis-*")) == []
    return office.entries()


def last_of(entries: list[Any], kind: str) -> tuple[str, str]:
    last = [e for e in entries if e["act"] == kind][-1]
    return last["phase"], last["result"]


def assert_completed(
    office: Office, recording: Path, rows: bytes, mot: Callable[..., bytes]
) -> None:
    """Run again without disturbance: it ends as if nothing had been."""
    answer = office.ran("try", "--headless", "--json", recording)
    assert answer.status == 0, answer
    (exhibit,) = answer.data["exhibits"]
    assert exhibit["frames_expected"] == 230 * 5
    assert exhibit["frames_expected"] == sum(
        exhibit[f"frames_{f}"] for f in ("decoded", "skipped", "damaged")
    )
    assert mot(office, answer) == rows
    assert Path(answer.data["synopsis"]["path"]).stat().st_size > 1000
    assert office.command("ledger", "verify").status == 0
    assert office.parts() == []
    assert len(list(office.home.glob("vault/*/original/*"))) == 1
    assert len(list(office.home.glob("vault/*/synopsis/*"))) == 1
    # What only an unfinished analysis needs is gone.
    for kind in ("survey", "observe", "pictures", "tally", "glimpses"):
        assert list(office.home.glob(f"vault/*/{kind}/*")) == [], kind


# It starts the program a score of times: on a busy machine that takes its minutes.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT], ids=["kill", "ctrl-c"])
def test_stopped_in_every_stage_of_one_run_after_the_other(
    new_office: Callable[[], Office],
    recording: Path,
    undisturbed: bytes,
    mot: Callable[..., bytes],
    by: signal.Signals,
) -> None:
    office = new_office()
    for stage in STAGES:
        disturb(office, recording, stage, by)
        entries = assert_sound(office, stage)
        told = last_of(entries, ACTS[stage])
        if by is signal.SIGINT:
            assert told == ("outcome", "interrupted")
        else:
            # Killed: a decision that no outcome closes, never a claim that it was done.
            assert told == ("decision", "granted")
    assert_completed(office, recording, undisturbed, mot)


def test_finished_segments_are_not_done_again(
    new_office: Callable[[], Office], recording: Path
) -> None:
    office = new_office()
    disturb(office, recording, "analysis", signal.SIGKILL)
    done = {p: p.stat().st_mtime_ns for p in office.home.glob("vault/*/survey/*-*")}
    assert done
    process = office.start("try", "--headless", "--json", recording)
    try:
        deadline = time.monotonic() + 60
        while not list(office.home.glob("vault/*/observe/[!.]*")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(LOOK)
        kept = {p: p.stat().st_mtime_ns for p in done if p.exists()}
    finally:
        process.kill()
        process.communicate()
    recorded = {p: t for p, t in kept.items() if done[p] == t}
    # One that was written and not yet noted as done may be repeated, no more than each worker's.
    assert len(recorded) >= len(done) - 2
    assert recorded


def test_workers_end_with_a_killed_program(
    new_office: Callable[[], Office], recording: Path
) -> None:
    office = new_office()
    process = office.start("try", "--headless", "--json", recording)
    deadline = time.monotonic() + 60
    while not analysing(office, process.pid):
        assert time.monotonic() < deadline
        time.sleep(LOOK)
    assert len(group(process.pid)) > 1, "no worker was at work"
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 20
    while left := group(process.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def group(leader: int) -> list[int]:
    """Processes of a process group that are alive."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, pgrp = stat.read_text().rpartition(")")[2].split()[:3]
            if int(pgrp) == leader and state != "Z":
                found.append(int(stat.parent.name))
    return found


def test_a_killed_export_leaves_nothing_once_it_is_run_again(
    yard_looked: Looked, tmp_path: Path
) -> None:
    office, output = yard_looked.office, tmp_path / "clip.mp4"
    line = (
        *("clip", "--case", yard_looked.case_id, "--exhibit", yard_looked.exhibit.id),
        *("--from", "0", "--to", "20", "-o", output, "--as", "finder", "--json"),
    )
    process = office.start(*line)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".clip.mp4.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(LOOK)
    process.kill()
    process.communicate()
    assert not output.exists()
    assert last_of(office.entries(), "export-clip") == ("decision", "granted")
    answer = office.ran(*line)
    assert answer.status == 0, answer
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


# -- a full disk -------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A disk of its own, mounted at a folder.

    Skips where the machine lets nobody mount anything, as many containers do.
    """
    folder.mkdir()
    options = f"size={mebibytes}m,mode=0700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Leave so many bytes free, though others may be writing at the same time."""
    ballast = folder / "ballast"
    at, step = 0, 1 << 30
    with ballast.open("wb") as file:
        while step >= 4096:
            disk = os.statvfs(folder)
            free = disk.f_bavail * disk.f_frsize - leave
            size = min(step, free // 4096 * 4096)
            with suppress(OSError):  # somebody else took it meanwhile: try again with less
                if size > 0:
                    os.posix_fallocate(file.fileno(), at, size)
                    at += size
                    continue
            step = min(step, max(size, 4096)) // 2
    return ballast


def assert_said_full(answer: Answer) -> None:
    assert answer.status == 5, answer
    error = answer.data["error"]
    assert error["type"] == "Misconfigured"
    assert "room" in error["message"] or "full" in error["message"] or "written" in error["message"]
    assert "space" in error["remedy"]
    assert "Traceback" not in answer.err


def test_a_full_disk_in_every_stage(
    undisturbed: bytes,
    recording: Path,
    mot: Callable[..., bytes],
    new_office: Callable[[], Office],
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 240) as disk:
        office = type(new_office())(disk / "home")
        asked = ("try", "--headless", "--json", recording)
        # (1) while it is received
        ballast = fill(disk, 24 << 20)
        assert_said_full(office.ran(*asked))
        ballast.unlink()
        entries = assert_sound(office, "receipt", kept=False)
        assert last_of(entries, ACTS["receipt"]) == ("outcome", "failed")
        # (2) while it is analysed: the disk fills once some segments are done
        process = office.start(*asked)
        while not analysing(office, process.pid):
            assert process.poll() is None, process.communicate()
            time.sleep(LOOK)
        ballast = fill(disk, 0)
        out, err = process.communicate(timeout=100)
        ballast.unlink()
        assert process.returncode == 5, (process.returncode, out, err)
        assert "Traceback" not in err
        assert_sound(office, "analysis")
        # (3) while a synopsis is made: analyse first, then leave too little
        prepared(office)
        ballast = fill(disk, 64 << 10)
        assert_said_full(office.ran(*asked))
        ballast.unlink()
        assert_sound(office, "synopsis")
        assert_completed(office, recording, undisturbed, mot)


def prepared(office: Office) -> None:
    """Complete the analysis of the only exhibit."""
    (case,) = office.command("case", "list", agent="demo-investigator").data["cases"]
    answer = office.command("analyse", "--case", case["id"], agent="demo-investigator")
    assert answer.status == 0, answer


def test_a_file_that_may_grow_no_further(
    new_office: Callable[[], Office],
    recording: Path,
    undisturbed: bytes,
    mot: Callable[..., bytes],
) -> None:
    """A quota, as a limit on the size of a file: it needs no right to mount anything."""
    office = new_office()

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 20, 32 << 20))

    answer = office.ran("try", "--headless", "--json", recording, preexec_fn=limited)
    assert_said_full(answer)
    assert os.strerror(errno.EFBIG) not in answer.out
    entries = assert_sound(office, "receipt", kept=False)
    assert last_of(entries, ACTS["receipt"]) == ("outcome", "failed")
    assert_completed(office, recording, undisturbed, mot)


def test_a_copy_of_a_synopsis_that_finds_no_room(yard_looked: Looked, tmp_path: Path) -> None:
    office = yard_looked.office
    before, objects = office.tables(), office.objects()
    with small_disk(tmp_path / "disk", 1) as disk:
        fill(disk, 0)
        for line in (
            ("synopsis", "--case", yard_looked.case_id),
            (
                *("clip", "--case", yard_looked.case_id, "--exhibit", yard_looked.exhibit.id),
                *("--from", "0", "--to", "20"),
            ),
            (
                *("tracks", "export", "--case", yard_looked.case_id),
                *("--exhibit", yard_looked.exhibit.id),
            ),
        ):
            answer = office.command(*line, "-o", disk / "out.mp4")
            assert answer.status == 5, (line, answer)
            assert "space" in answer.data["error"]["remedy"]
            assert [p.name for p in disk.iterdir()] == ["ballast"]
    # The synopsis without its copy is not kept either.
    assert office.tables() == before
    assert office.objects() == objects


@pytest.fixture(scope="module")
def yard_looked(
    new_office: Callable[[], Office], look_at: Callable[..., Looked], yard_short: Path
) -> Looked:
    office = new_office()
    case_id = office.staff()
    office.authorise(case_id)
    return look_at(office, case_id, yard_short)
