"""Files that reach for something: what the guards stop, and what happens without them.

Two guards stand one behind the other.  The demultiplexer is given one open file and no
protocol; and it runs in a sandbox from which nothing can be opened.  Each attack is tried
on both, on each alone, and on neither: there it must succeed, or it would try nothing.
"""

from __future__ import annotations

import ctypes
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import ffmpeg
import pytest
import reach
from alias import elsewhere

from scelle.engine.protection import Rules, offered
from scelle.engine.worker import Worker

_IN_OPEN = 0x20

FREE = Rules(use_landlock=False, use_seccomp=False)


@pytest.fixture(scope="module", autouse=True)
def _protections() -> None:
    machine = offered()
    assert not machine.missing, f"this machine lacks {machine.missing}: nothing is tried here"


@dataclass
class Lures:
    """What must not be reached: a recording on the disk, and a server on loopback."""

    canary: Path
    whole: bytes
    port: int
    free: int
    watch: int
    came: list[str] = field(default_factory=list)

    def reached(self) -> bool:
        """Whether the canary was opened, by anybody (Linux inotify), or the server reached."""
        time.sleep(0.2)  # until the server has looked once more
        with suppress(BlockingIOError):
            return bool(os.read(self.watch, 4096))
        return bool(self.came)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/canary.mp4"


@pytest.fixture
def lures(yard_short: Path, tmp_path: Path) -> Iterator[Lures]:
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(yard_short.read_bytes())
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        libc = ctypes.CDLL(None, use_errno=True)
        watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(watch, os.fsencode(canary), _IN_OPEN) > 0
        # An even port that nobody has: a receiver of a stream would take it.
        free = server.getsockname()[1] // 2 * 2 + 4
        found = Lures(canary, yard_short.read_bytes(), server.getsockname()[1], free, watch)
        server.settimeout(0.05)

        def wait() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    connection, peer = server.accept()
                    found.came.append(f"connected from {peer}")
                    connection.close()
                if f":{free:04X} " in Path("/proc/net/udp").read_text():
                    found.came.append("somebody listens for a stream")

        thread = threading.Thread(target=wait)
        thread.start()
        yield found
        stop.set()
        thread.join()
        os.close(watch)


def hls(lures: Lures) -> tuple[str, bytes]:
    return "m3u8", (
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-VERSION:3\n"
        f"#EXTINF:10,\n{lures.address}\n#EXT-X-ENDLIST\n"
    ).encode()


def hls_of_a_file(lures: Lures) -> tuple[str, bytes]:
    return "m3u8", (
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-VERSION:7\n"
        f'#EXT-X-MAP:URI="{lures.canary}"\n#EXTINF:10,\n{lures.canary}\n#EXT-X-ENDLIST\n'
    ).encode()


def concatenation(lures: Lures) -> tuple[str, bytes]:
    return "ffconcat", f"ffconcat version 1.0\nfile '{lures.canary}'\n".encode()


def concatenation_of_an_address(lures: Lures) -> tuple[str, bytes]:
    return "ffconcat", f"ffconcat version 1.0\nfile '{lures.address}'\n".encode()


def session_description(lures: Lures) -> tuple[str, bytes]:
    return "sdp", (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video {lures.free} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    ).encode()


def dash(lures: Lures) -> tuple[str, bytes]:
    return "mpd", (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT10S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
        '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
        f"<BaseURL>{lures.address}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    ).encode()


def alias(lures: Lures) -> tuple[str, bytes]:
    return "mov", elsewhere(lures.whole, lures.canary)


ATTACKS: dict[str, Callable[[Lures], tuple[str, bytes]]] = {
    each.__name__.replace("_", " "): each
    for each in (
        *(hls, hls_of_a_file, concatenation, concatenation_of_an_address),
        *(session_description, dash, alias),
    )
}


def tried(lures: Lures, path: Path, work: str, rules: Rules) -> str:
    """What the work said; the lures know whether something was reached."""
    with Worker("reach", rules) as worker:
        return str(worker.call(getattr(reach, work), str(path), serve=reach.lend))


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_any_guard_it_reaches_its_end(attack: str, lures: Lures, tmp_path: Path) -> None:
    suffix, data = ATTACKS[attack](lures)
    path = tmp_path / f"attack.{suffix}"
    path.write_bytes(data)
    error = tried(lures, path, "unguarded", FREE)
    if attack == "dash" and not ffmpeg.reads("dash"):
        # A build without its reader (it needs libxml2): no manifest is understood at all.
        assert not lures.reached()
        assert "InvalidData" in error
        return
    assert lures.reached(), f"the attack is no attack: {error}"


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("work", ["recording", "unguarded"])
@pytest.mark.parametrize("rules", [Rules(), FREE], ids=["sandbox", "free"])
def test_each_guard_holds_alone(
    attack: str, lures: Lures, tmp_path: Path, work: str, rules: Rules
) -> None:
    if work == "unguarded" and rules == FREE:
        return  # tried above
    suffix, data = ATTACKS[attack](lures)
    path = tmp_path / f"attack.{suffix}"
    path.write_bytes(data)
    tried(lures, path, work, rules)
    assert not lures.reached()


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - {"session description", "dash"}))
@pytest.mark.parametrize("kept", [(), ("io_open",), ("protocols",), ("formats",)], ids=str)
def test_each_part_of_the_readers_guard_counts(
    attack: str, kept: tuple[str, ...], lures: Lures, tmp_path: Path
) -> None:
    """The product's own reader with a part of its guard alone, and with none of it."""
    suffix, data = ATTACKS[attack](lures)
    path = tmp_path / f"attack.{suffix}"
    path.write_bytes(data)
    with Worker("reach", FREE) as worker:
        said = worker.call(reach.loosened, (str(path), list(kept)), serve=reach.lend)
    # A list of formats keeps out what is a list itself, and lets a recording in; the files of
    # a concatenation are opened past the callback.  An empty list of protocols holds all.
    past: dict[tuple[str, ...], tuple[str, ...]] = {
        ("formats",): ("alias",),
        ("io_open",): ("concatenation",),
    }
    held = bool(kept) and not attack.startswith(past.get(kept, ("nothing",)))
    assert lures.reached() is not held, said
