"""Large files: one pass, resumable after a kill, memory that does not grow with them."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scelle.errors import UnreadableSource
from scelle.footage.encode import Mp4Writer
from scelle.footage.source import ClosedFile, open_closed
from scelle.model.acts import Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case, Exhibit
from scelle.operations.copying import BLOCK, Receiver, pump
from scelle.operations.intake import Intake
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.stream import CHUNK
from scelle.store.vault import Vault

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
LARGE = 256 << 20


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A short film, then a box of nothing: a whole MP4 file of a quarter of a gibibyte."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(10):
            writer.write(np.full((48, 64, 3), i * 3, np.uint8), i)
    with path.open("ab") as file:
        file.write((1).to_bytes(4, "big") + b"free" + (LARGE + 16).to_bytes(8, "big"))
        block = os.urandom(1 << 20)
        for _ in range(LARGE >> 20):
            file.write(block)
    os.utime(path, (1, 1))
    yield path
    path.unlink()


RUN = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from scelle.model.acts import Permit, ReceiveExhibit
from scelle.operations.intake import Intake
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

home, video = Path(sys.argv[1]), Path(sys.argv[2])
first = []
def told(stage, done, total, unit):
    first.append(done)
act = ReceiveExhibit(case_id="c", path=video, camera="n", origin="o")
permit = Permit(act, "a", "m", (), datetime.now(UTC), 0, lambda: None)
intake = Intake(Vault(home / "vault"), Keyring(home), Records(open_database(home / "scelle.db")))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
intake.receive(act, permit, told)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, len(first))
"""


def test_a_killed_receipt_goes_on_where_it_stopped(tmp_path: Path, large: Path) -> None:
    home = tmp_path / "home"
    engine = open_database(home / "scelle.db")
    records = Records(engine)
    records.add_case(Case("c", "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(9)))
    command = [sys.executable, "-c", RUN, str(home), str(large)]
    process = subprocess.Popen(command)
    while True:
        assert process.poll() is None, "it ended before it could be killed"
        parts = list(home.glob("vault/c/original/.*.part"))
        if parts and parts[0].stat().st_size > LARGE // 4:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()
    (part,) = home.glob("vault/c/original/.*.part")
    stopped, inode = part.stat().st_size, part.stat().st_ino
    assert stopped < LARGE
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    grown_kib, _ = map(int, done.stdout.split())
    (exhibit,) = records.exhibits("c")
    (stored,) = home.glob("vault/c/original/*")
    # The very file that the killed process had begun.
    assert stored.stat().st_ino == inode
    with large.open("rb") as file:
        assert exhibit.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
    key = Keyring(home).case_key("c")
    digest = hashlib.sha256()
    with Vault(home / "vault").open("c", f"original/{exhibit.id}", key) as vaulted:
        while data := vaulted.read(1 << 20):
            digest.update(data)
    assert digest.hexdigest() == exhibit.sha256
    assert list(home.glob("vault/c/receipt/*")) == []
    # A quarter of a gibibyte passes through a few buffers.
    assert grown_kib < 96 << 10
    engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small"
    path.write_bytes(os.urandom(3 * BLOCK + 12345))
    os.utime(path, (1, 1))
    return path


def copied(vault: Vault, path: Path, told: list[int]) -> str:
    with open_closed(path) as source, Receiver(vault, "c", bytes(32)) as receiver:
        name = receiver.claim(source, "fresh")
        return receiver.copy(source, f"original/{name}", told.append)


def test_only_what_is_missing_is_read_again(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, told = Vault(tmp_path / "vault"), []  # type: tuple[Vault, list[int]]
    whole = small.read_bytes()

    def stop(done: int) -> None:
        if done > 2 * BLOCK:
            raise KeyboardInterrupt

    with (
        open_closed(small) as source,
        Receiver(vault, "c", bytes(32)) as receiver,
        pytest.raises(KeyboardInterrupt),
    ):
        receiver.copy(source, f"original/{receiver.claim(source, 'first')}", stop)
    starts: list[int] = []
    original = pump

    def watched(source: ClosedFile, start: int, *rest: object) -> None:
        starts.append(start)
        original(source, start, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("scelle.operations.copying.pump", watched)
    assert copied(vault, small, told) == hashlib.sha256(whole).hexdigest()
    assert 2 * BLOCK <= starts[0] + CHUNK <= 3 * BLOCK + CHUNK
    assert told == sorted(told)
    assert told[-1] == len(whole)
    assert vault.read("c", "original/first", bytes(32)) == whole
    # Whole already: nothing is read again at all.
    assert copied(vault, small, []) == hashlib.sha256(whole).hexdigest()
    assert len(starts) == 1


def test_another_file_in_its_place_is_found_out(tmp_path: Path, small: Path) -> None:
    vault = Vault(tmp_path / "vault")

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with (
        open_closed(small) as source,
        Receiver(vault, "c", bytes(32)) as receiver,
        pytest.raises(KeyboardInterrupt),
    ):
        receiver.copy(source, f"original/{receiver.claim(source, 'first')}", stop)
    with small.open("r+b") as file:
        file.write(os.urandom(3 * BLOCK))
    os.utime(small, (1, 1))
    with pytest.raises(UnreadableSource, match="though it looks so"):
        copied(vault, small, [])
    # A file that does not even look the same is simply received anew.
    os.utime(small, (2, 2))
    assert copied(vault, small, []) == hashlib.sha256(small.read_bytes()).hexdigest()
    assert vault.exists("c", "original/fresh")


def test_a_receipt_under_way_is_not_gone_on_with(tmp_path: Path, small: Path) -> None:
    vault = Vault(tmp_path / "vault")
    with open_closed(small) as source, Receiver(vault, "c", bytes(32)) as first:
        assert first.claim(source, "first") == "first"
        with Receiver(vault, "c", bytes(32)) as second:
            assert second.claim(source, "second") == "second"


def test_what_fails_in_a_thread_is_told(tmp_path: Path, small: Path) -> None:
    class Failing:
        def seek(self, at: int) -> None: ...

        def readinto(self, buffer: bytearray) -> int:
            raise OSError(5, "Input/output error")

    source = type("Source", (), {"file": Failing(), "path": small})()
    with pytest.raises(UnreadableSource, match="cannot be read to its end: Input/output error"):
        pump(source, 0, hashlib.sha256(), None, print)  # type: ignore[arg-type]


def test_the_same_bytes_under_two_names_are_one(tmp_path: Path, large: Path) -> None:
    del large
    engine = open_database(tmp_path / "home" / "scelle.db")
    records, vault = Records(engine), Vault(tmp_path / "home" / "vault")
    records.add_case(Case("c", "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(9)))
    intake = Intake(vault, Keyring(tmp_path / "home"), records)
    video = tmp_path / "a.mp4"
    with Mp4Writer(video, 64, 48, Fraction(1, 25)) as writer:
        writer.write(np.zeros((48, 64, 3), np.uint8), 0)
    (tmp_path / "b.mp4").write_bytes(video.read_bytes())
    got = []
    for name in ("a.mp4", "b.mp4"):
        act = ReceiveExhibit(case_id="c", path=tmp_path / name, camera="n", origin="o")
        permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
        got.append(intake.receive(act, permit, no_progress))
    assert isinstance(got[0].value, Exhibit)
    assert got[0].value == got[1].value
    assert [o.counts["already_received"] for o in got] == [0, 1]
    assert vault.names("c", "receipt") == ()
    engine.dispose()
