import fcntl
import os
import socket
from pathlib import Path

import pytest

from scelle.errors import UnreadableSource
from scelle.footage import source
from scelle.footage.source import open_closed


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
    refused(address, "is an address")
    refused(Path(address), "is an address")


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
