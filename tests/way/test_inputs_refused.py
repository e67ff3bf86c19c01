"""What is not a closed recording leaves nothing behind but the record that it was refused."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.way.conftest import Office

_IN_OPEN = 0x20


@pytest.fixture(scope="module")
def office(new_office: Callable[[], Office]) -> Office:
    return new_office()


@pytest.fixture(scope="module")
def case_id(office: Office) -> str:
    case_id = office.staff()
    office.authorise(case_id)
    return case_id


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that takes down who comes."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def wait() -> None:
            while not stop.is_set():
                try:
                    connection, peer = server.accept()
                except TimeoutError:
                    continue
                came.append(str(peer))
                connection.close()

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            stop.set()
            thread.join()


class Watch:
    """Tells whether a file was opened, by anybody (Linux inotify)."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        watch = libc.inotify_add_watch(self._descriptor, os.fsencode(path), _IN_OPEN)
        assert watch > 0, os.strerror(ctypes.get_errno())

    def opened(self) -> bool:
        with suppress(BlockingIOError):
            return bool(os.read(self._descriptor, 4096))
        return False

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def canary(yard_short: Path, tmp_path: Path) -> Iterator[Path]:
    """A good recording that must not be opened: nobody gave it."""
    path = tmp_path / "canary.mp4"
    path.write_bytes(yard_short.read_bytes())
    watch = Watch(path)
    yield path
    assert not watch.opened(), "the canary was opened"
    # The watch itself can tell.
    path.read_bytes()
    assert watch.opened()
    watch.close()


def refuse(office: Office, case_id: str, given: object) -> str:
    """Ask for it to be received; it is refused whole.  What was said."""
    before, objects = office.tables(), office.objects()
    with office.app() as app:
        size = app.ledger_head()[0]
    answer = office.command(
        *("exhibit", "receive", given, "--case", case_id),
        *("--camera", "gate", "--origin", "seal 7"),
    )
    assert answer.status == 2, answer
    error = answer.data["error"]
    assert error["type"] == "UnreadableSource"
    assert len(error["remedy"]) > 10
    assert error["message"] in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert office.tables() == before
    assert office.objects() == objects
    assert office.parts() == []
    entries = office.entries()
    assert len(entries) == size + 2
    told = [(e["phase"], e["act"], e["result"]) for e in entries[-2:]]
    assert told == [
        ("decision", "receive-exhibit", "granted"),
        ("outcome", "receive-exhibit", "failed"),
    ]
    return str(error["message"])


@pytest.mark.parametrize(
    "scheme", ["http", "https", "rtsp", "rtmp", "udp", "tcp", "ftp", "srt", "concat", "file"]
)
def test_addresses(office: Office, case_id: str, scheme: str) -> None:
    with listening() as (port, came):
        said = refuse(office, case_id, f"{scheme}://127.0.0.1:{port}/live.mp4")
    assert "address" in said
    assert came == []


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin", "/dev/fd/0"])
def test_devices(office: Office, case_id: str, device: str) -> None:
    if not Path(device).exists():
        pytest.fail(f"this machine has no {device}")
    refuse(office, case_id, device)


def test_a_camera(office: Office, case_id: str, tmp_path: Path) -> None:
    # Where the machine has one, it is refused as a device; where it has none, as absent.
    refuse(office, case_id, "/dev/video0")
    link = tmp_path / "recording.mp4"
    link.symlink_to("/dev/zero")
    assert "link" in refuse(office, case_id, link)


def test_a_named_pipe(office: Office, case_id: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    assert "pipe" in refuse(office, case_id, pipe)
    # Nor when somebody writes a recording into it.
    writer = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    os.write(writer, b"\0" * 1000)
    assert "pipe" in refuse(office, case_id, pipe)
    os.close(writer)


def test_a_socket(office: Office, case_id: str, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        refuse(office, case_id, path)


def test_a_folder_and_nothing(office: Office, case_id: str, tmp_path: Path) -> None:
    assert "no file" in refuse(office, case_id, tmp_path / "absent.mp4")
    before = office.entries()
    answer = office.command(
        *("exhibit", "receive", tmp_path, "--case", case_id),
        *("--camera", "gate", "--origin", "seal 7"),
    )
    assert answer.status == 2, answer
    assert answer.data["error"]["type"] == "BadInput"
    assert "folder" in answer.data["error"]["message"] + answer.data["error"]["remedy"]
    assert "Traceback" not in answer.err
    # A folder without recordings asks nothing of the door.
    assert office.entries() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"It is a dark and stormy night.\n" * 200,
        b"\0" * 100_000,
        os.urandom(100_000),
        b"RIFF\xff\xff\xff\x7fAVI LIST",
        b"\xff\xd8\xff\xe0 not a video",
    ],
    ids=["empty", "text", "zeros", "noise", "header alone", "picture"],
)
@pytest.mark.parametrize("suffix", ["mp4", "avi", "txt"])
def test_files_that_are_no_recording(
    office: Office, case_id: str, tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"recording.{suffix}"
    path.write_bytes(content)
    refuse(office, case_id, path)


@pytest.mark.parametrize("before", [b"ftyp", b"moov", b"stsd"])
def test_a_truncated_header(
    office: Office, case_id: str, yard_short: Path, tmp_path: Path, before: bytes
) -> None:
    whole = yard_short.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: whole.index(before) + 6])
    refuse(office, case_id, path)


def test_a_file_that_is_being_written(
    office: Office, case_id: str, yard_short: Path, tmp_path: Path
) -> None:
    path = tmp_path / "growing.mp4"
    path.write_bytes(yard_short.read_bytes())
    with path.open("ab"):
        assert "still being written" in refuse(office, case_id, path)


@pytest.mark.parametrize("form", ["m3u8", "m3u", "ffconcat", "sdp", "xspf", "mpd"])
def test_playlists_reach_no_other_file(
    office: Office, case_id: str, canary: Path, tmp_path: Path, form: str
) -> None:
    with listening() as (port, came):
        address = f"http://127.0.0.1:{port}/canary.ts"
        text = {
            "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n"
            f"#EXTINF:10,\nfile://{canary}\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n",
            "m3u": f"#EXTM3U\n{canary}\n{address}\n",
            "ffconcat": f"ffconcat version 1.0\nfile '{canary}'\nfile '{address}'\n",
            "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n"
            f"t=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
            "xspf": f'<?xml version="1.0"?><playlist><location>{canary}</location></playlist>',
            "mpd": f'<?xml version="1.0"?><MPD><Period><BaseURL>{address}</BaseURL></Period></MPD>',
        }[form]
        path = tmp_path / f"list.{form}"
        path.write_text(text)
        refuse(office, case_id, path)
        # Under a name that says nothing, too.
        path.rename(path.with_suffix(".mp4"))
        refuse(office, case_id, path.with_suffix(".mp4"))
    assert came == []


def test_good_files_beside_bad_ones_are_received(
    office: Office, case_id: str, yard_short: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no")
    answer = office.command(
        *("exhibit", "receive", bad, yard_short, "--case", case_id),
        *("--camera", "gate", "--origin", "seal 7"),
    )
    assert answer.status == 2
    assert [f["path"] for f in answer.data["failed"]] == [str(bad)]
    assert [e["name"] for e in answer.data["exhibits"]] == [yard_short.name]
    assert answer.data["exhibits"][0]["sha256"]


def test_try_refuses_alike(new_office: Callable[[], Office], tmp_path: Path) -> None:
    office = new_office()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no recording at all")
    for given in (bad, "rtsp://127.0.0.1:9/live", "/dev/zero"):
        answer = office.ran("try", "--headless", "--json", given)
        assert answer.status == 2, answer
        assert answer.data["error"]["type"] == "UnreadableSource"
        assert "Traceback" not in answer.err
    assert office.objects() == {}
    entries = office.entries()
    assert [e["result"] for e in entries if e["act"] == "receive-exhibit"] == [
        "granted",
        "failed",
    ] * 3
