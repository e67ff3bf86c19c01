import fcntl
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scelle.errors import UnreadableSource
from scelle.footage import source
from scelle.footage.source import open_closed

OLD = 1_600_000_000


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def refused(path: Path | str, text: str) -> None:
    before = open_files()
    with pytest.raises(UnreadableSource, match=text) as caught:
        open_closed(path)
    assert caught.value.remedy
    assert open_files() == before


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x" * 1000)
    os.utime(path, (OLD, OLD))
    return path


def test_a_closed_regular_file_is_opened_and_read(recording: Path) -> None:
    with open_closed(recording) as closed:
        assert closed.size == 1000
        assert closed.file.read() == b"x" * 1000
        closed.check_unchanged()
    assert closed.file.closed


@pytest.mark.parametrize(
    "address", ["rtsp://camera/1", "http://a/b.mp4", "file:///a.mp4", "udp:/a"]
)
def test_addresses_are_refused(address: str) -> None:
    refused(address, f"{address} is an address")
    if "://" in address:
        refused(Path(address), f"{address} is an address")


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path, recording: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(recording)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        refused(tmp_path / "socket", "is a socket")
    refused(tmp_path, "is a folder")
    refused(tmp_path / "pipe", "is a pipe")
    refused(tmp_path / "link", "is a symbolic link")
    refused(tmp_path / "dangling", "is a symbolic link")
    refused("/dev/null", "is a device")
    refused("/dev/zero", "is a device")
    refused(tmp_path / "absent", "There is no file")
    refused("a\0b", "cannot be opened")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    refused(tmp_path / "a.mp4", "is empty")


def test_a_file_open_for_writing_is_refused(recording: Path) -> None:
    with recording.open("ab"), pytest.raises(UnreadableSource, match="still being written"):
        open_closed(recording)
    with recording.open("rb"):
        open_closed(recording).close()


def test_a_locked_file_is_refused(recording: Path) -> None:
    with recording.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UnreadableSource, match="still being written"):
            open_closed(recording)


def test_a_file_that_grows_between_two_looks_is_refused(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow(_: float) -> None:
        recording.write_bytes(b"x" * 1001)

    monkeypatch.setattr(source.time, "sleep", grow)  # type: ignore[attr-defined]
    refused(recording, "still being written")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time as it is, but less of it."""
    monkeypatch.setattr(source, "QUIET_S", 1.5)
    monkeypatch.setattr(source, "ENDED_QUIET_S", 0.2)


@pytest.mark.usefixtures("hurried")
def test_a_writer_that_reopens_its_file_now_and_then_is_found_out(recording: Path) -> None:
    os.utime(recording)

    def write() -> None:
        while not stop.wait(1.1):
            with recording.open("ab") as file:
                file.write(b"x")

    stop = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        with (
            open_closed(recording) as closed,
            pytest.raises(UnreadableSource, match="still being written"),
        ):
            closed.settle()
    finally:
        stop.set()
        writer.join()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("hours", [0, 5])
def test_what_was_just_changed_is_watched_until_it_is_quiet(recording: Path, hours: int) -> None:
    # A time yet to come is the clock of another machine.
    at = time.time() + 3600 * hours
    os.utime(recording, (at, at))
    told: list[tuple[float, float]] = []
    began = time.monotonic()
    with open_closed(recording) as closed:
        closed.settle(lambda done, total: told.append((done, total)))
    assert time.monotonic() - began >= 1.4
    assert told[-1][0] >= told[-1][1] > 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.usefixtures("hurried")
def test_what_is_quiet_already_is_not_waited_for(recording: Path) -> None:
    os.utime(recording)
    with open_closed(recording) as closed:
        time.sleep(1.6)  # as long as reading takes
        began = time.monotonic()
        closed.settle(lambda done, total: pytest.fail("waited"))
    os.utime(recording, (OLD, OLD))
    with open_closed(recording) as closed:
        closed.settle(lambda done, total: pytest.fail("waited"))
    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("container", ["mp4", "matroska", "avi"])
def test_a_file_that_states_its_end_is_watched_for_a_moment(
    recording: Path, sample: Callable[..., bytes], container: str
) -> None:
    recording.write_bytes(sample("mpeg4", container, pictures=3))
    began = time.monotonic()
    with open_closed(recording) as closed:
        closed.settle()
    assert time.monotonic() - began < 1


def test_a_change_that_no_time_tells_is_found(recording: Path) -> None:
    with open_closed(recording) as closed:
        recording.write_bytes(b"x" * 999 + b"y")
        os.utime(recording, (OLD, OLD))
        with pytest.raises(UnreadableSource, match="changed while it was read"):
            closed.check_unchanged()


def test_a_change_after_opening_is_found(recording: Path) -> None:
    with open_closed(recording) as closed:
        os.utime(recording, ns=(1, 1))
        with pytest.raises(UnreadableSource, match="changed while it was read"):
            closed.check_unchanged()


def test_the_file_read_is_the_file_opened(recording: Path, tmp_path: Path) -> None:
    with open_closed(recording) as closed:
        (tmp_path / "other").write_bytes(b"y" * 1000)
        (tmp_path / "other").replace(recording)
        assert closed.file.read() == b"x" * 1000
