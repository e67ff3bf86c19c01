"""Nothing live can be opened: each thing tried through the library, the command line, the page.

What is tried is asked of FFmpeg itself: every protocol from which it reads and every capture
device that it knows.  A recording that nobody gave lies beside, watched, and a server listens
on loopback: neither may see anything.
"""

from __future__ import annotations

import ast
import asyncio
import ctypes
import http.client
import io
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import av
import ffmpeg
import pytest
import uvicorn

import scelle
from scelle.errors import UnreadableSource
from scelle.footage import opening, source
from scelle.footage.opening import open_stream
from scelle.footage.probe import probe
from scelle.footage.source import open_closed
from scelle.model.acts import ReceiveExhibit
from scelle.web import create_app

if TYPE_CHECKING:
    from tests.way.conftest import Office

_OPENED = 0x20  # inotify: IN_OPEN
SOURCES = Path(scelle.__file__).parent

PROTOCOLS = ffmpeg.protocols()
DEVICES = ffmpeg.devices()
PLACES = {
    "video4linux2": "/dev/video0", "v4l2": "/dev/video0", "x11grab": ":0.0", "alsa": "hw:0",
    "oss": "/dev/dsp", "fbdev": "/dev/fb0", "kmsgrab": "/dev/dri/card0", "lavfi": "testsrc",
}  # fmt: skip


@dataclass
class Lures:
    """What must see nothing."""

    canary: Path
    port: int
    watch: int
    came: list[str] = field(default_factory=list)

    def addresses(self, protocol: str) -> list[str]:
        """What a protocol might be asked for, as FFmpeg writes it."""
        here = f"127.0.0.1:{self.port}/canary.mp4"
        return [
            f"{protocol}://{here}",
            f"{protocol}:{self.canary}",
            f"{protocol}:file:{self.canary}",
            f"{protocol}:http://{here}",
            f"{protocol},,start,0,end,0,,:{self.canary}",
            f"{protocol}:0",
        ]

    def seen(self) -> list[object]:
        """Who came, whatever way; what was seen once is forgotten."""
        found: list[object] = list(self.came)
        self.came.clear()
        with suppress(BlockingIOError):
            found.append(os.read(self.watch, 4096))
        return found


@pytest.fixture(scope="module")
def lures(yard_short: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lures]:
    canary = tmp_path_factory.mktemp("lures") / "canary.mp4"
    canary.write_bytes(yard_short.read_bytes())
    libc, stop = ctypes.CDLL(None, use_errno=True), threading.Event()
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(watch, os.fsencode(canary), _OPENED) > 0
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        found = Lures(canary, server.getsockname()[1], watch)
        with suppress(OSError):
            datagrams.bind(("127.0.0.1", found.port))
        server.settimeout(0.02)
        datagrams.setblocking(False)

        def wait() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    connection, peer = server.accept()
                    found.came.append(f"connected from {peer}")
                    connection.close()
                with suppress(BlockingIOError):
                    found.came.append(f"sent {datagrams.recv(100)!r}")

        thread = threading.Thread(target=wait)
        thread.start()
        # The lures can tell.
        canary.read_bytes()
        socket.create_connection(("127.0.0.1", found.port)).close()
        until = time.monotonic() + 10
        while not found.came and time.monotonic() < until:
            time.sleep(0.01)
        assert len(found.seen()) == 2
        yield found
        stop.set()
        thread.join()
        os.close(watch)


@pytest.fixture
def still(lures: Lures) -> Iterator[Lures]:
    """The lures; the test fails where one of them saw something."""
    lures.seen()
    yield lures
    time.sleep(0.05)  # until the server has looked once more
    assert lures.seen() == []


@pytest.fixture(scope="module")
def office(new_office: Callable[[], Office]) -> Office:
    return new_office()


@pytest.fixture(scope="module")
def case_id(office: Office) -> str:
    case_id = office.staff()
    office.authorise(case_id)
    return case_id


# -- what lies on a disk and is no closed recording ------------------------------------


@contextmanager
def pipe(folder: Path, whole: bytes) -> Iterator[Path]:
    path = folder / "pipe.mp4"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(writer, whole[:4096])
    yield path
    os.close(writer)


@contextmanager
def local_socket(folder: Path, whole: bytes) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "s.mp4"))
        server.listen()
        server.setblocking(False)
        yield folder / "s.mp4"
        with pytest.raises(BlockingIOError):
            server.accept()


@contextmanager
def character_device(folder: Path, whole: bytes) -> Iterator[Path]:
    yield Path("/dev/zero")


@contextmanager
def link_to_a_device(folder: Path, whole: bytes) -> Iterator[Path]:
    (folder / "link.mp4").symlink_to("/dev/zero")
    yield folder / "link.mp4"


@contextmanager
def growing(folder: Path, whole: bytes) -> Iterator[Path]:
    """Opened and closed for each of its writes, as some recorders do."""
    path, stop = folder / "growing.ts", threading.Event()
    path.write_bytes(whole)

    def write() -> None:
        while not stop.wait(1.3):
            with path.open("ab") as file:
                file.write(b"\x47" + bytes(187))

    thread = threading.Thread(target=write)
    thread.start()
    yield path
    stop.set()
    thread.join()


@contextmanager
def held_by_a_writer(folder: Path, whole: bytes) -> Iterator[Path]:
    path = folder / "held.mp4"
    path.write_bytes(whole)
    os.utime(path, (1, 1))
    with path.open("ab"):
        yield path


@contextmanager
def unfinished(folder: Path, whole: bytes) -> Iterator[Path]:
    """An MP4 whose index, which comes last, was not written yet."""
    path = folder / "unfinished.mp4"
    path.write_bytes(whole[: whole.index(b"moov") - 4])
    os.utime(path, (1, 1))
    yield path


@contextmanager
def unfinished_fragments(folder: Path, whole: bytes) -> Iterator[Path]:
    """A header alone: no picture was written yet."""
    made = io.BytesIO()
    with (
        av.open(
            made, "w", format="mp4", container_options={"movflags": "frag_keyframe+empty_moov"}
        ) as out,
        av.open(io.BytesIO(whole), "r") as read,
    ):
        stream = out.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    data = made.getvalue()
    path = folder / "fragments.mp4"
    path.write_bytes(data[: data.index(b"moof") - 4])
    os.utime(path, (1, 1))
    yield path


THINGS = {
    make.__name__.replace("_", " "): make
    for make in (
        *(pipe, local_socket, character_device, link_to_a_device),
        *(growing, held_by_a_writer, unfinished, unfinished_fragments),
    )
}


@pytest.fixture
def thing(
    request: pytest.FixtureRequest, tmp_path: Path, yard_short: Path, sample_ts: bytes
) -> Iterator[Path]:
    with ExitStack() as made:
        whole = sample_ts if request.param == "growing" else yard_short.read_bytes()
        yield made.enter_context(THINGS[request.param](tmp_path, whole))


@pytest.fixture(scope="module")
def sample_ts(yard_short: Path) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mpegts") as out, av.open(str(yard_short), "r") as read:
        stream = out.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return made.getvalue()


def received(path: Path) -> None:
    """As a receipt reads, without a vault."""
    with open_closed(path) as closed:
        probe(closed.file)
        closed.settle()


def entries(office: Office) -> list[tuple[str, str]]:
    return [(e["act"], e["result"]) for e in office.entries()]


# -- through the library -----------------------------------------------------------------


def test_the_lists_are_those_of_the_library() -> None:
    assert {"http", "file", "pipe", "concat", "subfile", "rtmp", "udp", "tls"} <= set(PROTOCOLS)
    assert {"v4l2", "x11grab", "alsa", "lavfi"} <= set(DEVICES)
    assert set(DEVICES) == set(PLACES)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_protocol_is_opened_by_the_library(protocol: str, still: Lures) -> None:
    for address in still.addresses(protocol):
        for given in (address, Path(address)):
            with pytest.raises(UnreadableSource) as caught:
                open_closed(given)
            assert caught.value.remedy
        # What decodes takes an open file, never a name.
        with pytest.raises(AttributeError):
            open_stream(cast("Any", address), 0)


@pytest.mark.parametrize("device", DEVICES)
def test_no_capture_device_is_opened_by_the_library(
    device: str, still: Lures, tmp_path: Path
) -> None:
    allowed = {name for names in opening._demuxers() for name in names.split(",")}
    assert device not in allowed
    for given in (PLACES[device], f"{device}:{PLACES[device]}", f"{device}://{PLACES[device]}"):
        with pytest.raises(UnreadableSource):
            open_closed(given)
    # Nor by a file that says what the device would be asked for.
    path = tmp_path / f"graph.{device}"
    path.write_text(PLACES[device])
    with open_closed(path) as closed, pytest.raises(UnreadableSource):
        probe(closed.file)


@pytest.mark.parametrize("thing", THINGS, indirect=True)
def test_no_open_end_is_received_by_the_library(
    thing: Path, still: Lures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "QUIET_S", 2.0)
    with pytest.raises(UnreadableSource) as caught:
        received(thing)
    assert caught.value.remedy


def test_what_those_are_made_of_is_received_when_it_is_closed(
    tmp_path: Path, yard_short: Path, sample_ts: bytes
) -> None:
    for name, data in (("a.mp4", yard_short.read_bytes()), ("a.ts", sample_ts)):
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (1, 1))
        received(tmp_path / name)


# -- through the command line ------------------------------------------------------------


def asked(office: Office, case_id: str, given: object) -> None:
    """Ask for its receipt; it is refused, and the record alone remains."""
    before, objects = len(office.entries()), office.objects()
    answer = office.command(
        *("exhibit", "receive", given, "--case", case_id, "--camera", "c", "--origin", "o")
    )
    assert answer.status == 2, answer
    assert answer.data["error"]["type"] == "UnreadableSource"
    assert answer.data["error"]["remedy"]
    assert entries(office)[before:] == [
        ("receive-exhibit", "granted"), ("receive-exhibit", "failed"),
    ]  # fmt: skip
    assert office.objects() == objects


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_protocol_is_opened_by_the_command(
    office: Office, case_id: str, protocol: str, still: Lures
) -> None:
    here, beside, *_ = still.addresses(protocol)
    asked(office, case_id, here)
    asked(office, case_id, beside)


@pytest.mark.parametrize("device", DEVICES)
def test_no_capture_device_is_opened_by_the_command(
    office: Office, case_id: str, device: str, still: Lures
) -> None:
    asked(office, case_id, f"{device}:{PLACES[device]}")


@pytest.mark.parametrize("thing", THINGS, indirect=True)
def test_no_open_end_is_received_by_the_command(
    office: Office, case_id: str, thing: Path, still: Lures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "QUIET_S", 2.0)
    asked(office, case_id, thing)


# -- through the page --------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(office: Office, case_id: str) -> Iterator[tuple[int, list[str]]]:
    """The review page over HTTP on loopback: its port, and the paths that it answers."""
    with office.app() as app, socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        page = create_app(app, "finder", public=True)
        server = uvicorn.Server(uvicorn.Config(page, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])))
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield sock.getsockname()[1], [str(r.path) for r in cast("Any", page.routes)]
        server.should_exit = True
        thread.join(timeout=20)


def request(
    port: int, method: str, target: str, body: bytes = b"", kind: str = "text/plain"
) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, target, body, {"Content-Type": kind})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def sent(port: int, paths: list[str], case_id: str, given: str) -> None:
    """Everywhere that a browser may say something; nothing is received for it."""
    name = quote(given, safe="")
    targets = [re.sub(r"\{\w+\}", name, path) for path in paths if "{" in path]
    targets += [f"/?case={name}", f"/{name}"]
    targets += [f"/?case={case_id}&path={name}&url={name}&file={name}&page={name}"]
    form = b"path=" + name.encode() + b"&url=" + name.encode()
    upload = (
        b"--x\r\nContent-Disposition: form-data; name=file; filename="
        + given.encode() + b"\r\n\r\n" + given.encode() + b"\r\n--x--\r\n"
    )  # fmt: skip
    for target in targets:
        # Nothing is found under such a name, whatever else is on the page.
        status = request(port, "GET", target)
        whole = status == 200 and f"case={case_id}" in target
        assert whole or 400 <= status < 500, (target, status)
    for target in ("/", "/receive", *targets[:3]):
        for body, kind in ((form, "application/x-www-form-urlencoded"),
                           (upload, "multipart/form-data; boundary=x")):  # fmt: skip
            for method in ("POST", "PUT"):
                assert 400 <= request(port, method, target, body, kind) < 500


@pytest.mark.parametrize("what", [*PROTOCOLS, *DEVICES])
def test_no_protocol_and_no_device_is_opened_by_the_page(
    office: Office, case_id: str, served: tuple[int, list[str]], what: str, still: Lures
) -> None:
    before, objects = len(office.entries()), office.objects()
    given = f"{what}:{PLACES[what]}" if what in PLACES else still.addresses(what)[0]
    sent(*served, case_id, given)
    assert "receive-exhibit" not in {act for act, _ in entries(office)[before:]}
    assert office.objects() == objects


@pytest.mark.parametrize("thing", THINGS, indirect=True)
def test_no_file_is_received_by_the_page(
    office: Office, case_id: str, served: tuple[int, list[str]], thing: Path, still: Lures
) -> None:
    before, objects = len(office.entries()), office.objects()
    sent(*served, case_id, str(thing))
    assert "receive-exhibit" not in {act for act, _ in entries(office)[before:]}
    assert office.objects() == objects


def test_the_page_receives_nothing_but_whole_files_of_the_browser() -> None:
    """No page opens a file, an address or a form's upload; one alone has files chosen.

    How long a file is, is stated before its first byte, and its length bounds what is kept.
    """
    receiving = rf"UploadFile|multipart|{ReceiveExhibit.__name__}|open_closed|open_stream|\bprobe\b"
    for path in SOURCES.joinpath("web").rglob("*"):
        if path.suffix in (".py", ".html", ".ts", ".js"):
            assert not re.search(receiving, path.read_text()), path
            choosing = re.search(r"<input[^>]*type=.file", path.read_text())
            assert bool(choosing) == (path.name == "receive.html"), path
            assert not re.search(r"<input[^>]*capture", path.read_text()), path


# -- the code for it does not exist ------------------------------------------------------

LIVE = re.compile(
    r"VideoCapture|enumerate_(in|out)put_devices|av\.device|RTCPeer|GStreamer|v4l2"
    r"|x11grab|avfoundation|dshow|lavfi|\brtsp\b|\brtmp\b|\bonvif\b|inotify",
    re.IGNORECASE,
)
TALKERS = {
    *("requests", "httpx", "aiohttp", "websocket", "websockets", "ftplib", "telnetlib", "paramiko"),
    *("cv2.VideoCapture", "vidgear", "imageio", "ffmpeg", "pexpect", "serial", "usb", "aiortc"),
    *("urllib.request", "smbclient", "pyudev", "picamera", "gi", "zmq"),
}


def test_no_code_reads_anything_live() -> None:
    """Names, texts and imports of all the sources; comments and documentation aside."""
    found: list[tuple[str, str]] = []
    for path in sorted(SOURCES.rglob("*.py")):
        place, tree = path.relative_to(SOURCES).as_posix(), ast.parse(path.read_text())
        prose = {
            id(n.body[0].value)
            for n in ast.walk(tree)
            if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and n.body and isinstance(n.body[0], ast.Expr)
        }  # fmt: skip
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [
                (place, n) for n in names if any(n == t or n.startswith(f"{t}.") for t in TALKERS)
            ]
            said = ""
            if isinstance(node, (ast.Attribute, ast.Name)):
                said = ast.unparse(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = "" if id(node) in prose else node.value
            if LIVE.search(said):
                found.append((place, said))
    assert found == []
    # The pattern can find something.
    assert LIVE.search("cv2.VideoCapture(0)")
    assert LIVE.search("av.device.enumerate_input_devices")


def test_recordings_are_opened_by_one_function_from_one_open_file() -> None:
    """``av.open`` for reading stands once, and is given no protocol."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("av.open", "open_stream"):
                named = {k.arg: ast.unparse(k.value) for k in node.keywords}
                if named.get("mode") != "'w'":
                    place = path.relative_to(SOURCES).as_posix()
                    found.append((place, ast.unparse(node.func), ast.unparse(node.args[0])))
    assert [f for f in found if not f[0].startswith("benchmarks/")] == [
        # A file in memory that the same sandbox has just written, to compare its packets.
        ("footage/extract.py", "av.open", "file"),
        ("footage/opening.py", "av.open", "file"),
        ("footage/recording.py", "open_stream", "self._file"),
    ]
