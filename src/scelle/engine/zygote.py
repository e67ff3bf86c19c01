"""A process that has loaded the libraries, and forks sandboxed workers off itself.

Loading them takes most of a second; forking takes a few milliseconds.  It holds nothing
of a case: neither key nor recording nor environment, so nothing of them is in a worker.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import pickle
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from scelle.engine.child import begin
from scelle.engine.protection import Rules
from scelle.errors import Interrupted

_NUMBER = struct.Struct(">i")
_END = struct.Struct(">iQ")  # exit status, and the most memory, KiB
_PR_SET_PDEATHSIG = 1
_MESSAGE = 1 << 16
_KEPT = ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
_THREADS = {
    # A fork has one thread, and a worker that is locked down may have no more than one.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Pictures take megabytes, which a worker meets in pages of two rather than of four KiB.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


@dataclass
class Born:
    """One worker, seen by whoever asked for it.

    Attributes:
        channel: to speak with it; close it to end it.
        pid: its process.
        peak: the most memory that it had, bytes, as the kernel counted once it has ended.
    """

    channel: socket.socket
    pid: int
    _status: socket.socket
    peak: int = 0
    _ended: int | None = None

    def alive(self) -> bool:
        """Whether it runs."""
        return self.ended(0) is None

    def ended(self, seconds: float | None) -> int | None:
        """How it ended: its exit status, or minus the signal; ``None`` while it runs.

        Args:
            seconds: to wait at most; ``None`` without end.
        """
        if self._ended is None and self._status.fileno() >= 0:
            self._status.settimeout(seconds)
            with suppress(BlockingIOError, TimeoutError):
                data = self._status.recv(_END.size)
                # Nothing comes from a zygote that is gone, and then the worker is too.
                self._ended, kib = _END.unpack(data) if data else (-signal.SIGKILL, 0)
                self.peak = 1024 * kib
        return self._ended

    def kill(self) -> None:
        """End it now, unless it was let go of."""
        if self._status.fileno() >= 0 and self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it; it ends by itself if it is idle."""
        self.channel.close()
        self._status.close()


class Zygote:
    """Whoever asks for workers: starts the process when the first is asked for.

    Args:
        preload: module that holds the work, and so the libraries.
    """

    def __init__(self, preload: str) -> None:
        self._lock = threading.Lock()
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = mine
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT or name.startswith(("LC_", "PYTHON"))
        }
        program = f"from scelle.engine.zygote import main; main({its.fileno()}, {preload!r})"
        # The paths as they are here, not only as the environment has them.
        paths = json.dumps([p for p in sys.path if p])
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {paths}; {program}"],
            env=environment | _THREADS,
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
        its.close()
        atexit.register(self.close)

    def bear(self, rules: Rules) -> Born:
        """A new worker; it locks itself down before it works.

        Raises:
            Interrupted: the process that forks was killed.
        """
        mine, its = socket.socketpair()
        told, tells = socket.socketpair()
        try:
            with self._lock:
                socket.send_fds(
                    self._control, [pickle.dumps(rules)], [its.fileno(), tells.fileno()]
                )
            its.close()
            tells.close()
            data = told.recv(_NUMBER.size)
            if not data:
                raise EOFError
        except (OSError, EOFError) as error:
            for one in (mine, its, told, tells):
                one.close()
            raise Interrupted(
                "the process that starts the workers was killed",
                remedy="Run the same command again: it goes on where this one stopped.",
            ) from error
        return Born(mine, _NUMBER.unpack(data)[0], told)

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it and every worker that still runs."""
        atexit.unregister(self.close)
        self._control.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_zygotes: dict[tuple[int, str], Zygote] = {}
_guard = threading.Lock()


def zygote_of(preload: str) -> Zygote:
    """This process' own zygote for a module; one that died is replaced."""
    with _guard:
        key = os.getpid(), preload
        if key not in _zygotes or not _zygotes[key].alive():
            _zygotes[key] = Zygote(preload)
        return _zygotes[key]


# -- in the process itself -----------------------------------------------------------


def main(control: int, preload: str) -> None:
    """Load, then fork whenever asked, and tell how each worker ends."""
    # Ctrl-C goes to everybody in the terminal; whoever asked decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    importlib.import_module(preload)
    # What a worker would look through, it would copy.
    gc.freeze()
    with socket.socket(fileno=control) as asked:
        _serve(asked)


def _serve(asked: socket.socket) -> None:
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(asked, selectors.EVENT_READ)
        waiting.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in waiting.select()}
            if woken in ready:
                woken.recv(_MESSAGE)
                _reap(children)
            if asked in ready and not _bear(asked, children):
                break
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _bear(asked: socket.socket, children: dict[int, socket.socket]) -> bool:
    data, descriptors, _, _ = socket.recv_fds(asked, _MESSAGE, 2)
    if not data:
        return False
    speak, tell = descriptors
    rules: Rules = pickle.loads(data)  # noqa: S301 - from whoever started this process
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _prepare(speak, parent)
        begin(3, rules)
    os.close(speak)
    status = socket.socket(fileno=tell)
    status.send(_NUMBER.pack(pid))
    children[pid] = status
    return True


def _prepare(speak: int, parent: int) -> None:
    """In the new process: the channel is left open, as descriptor 3, and nothing else.

    What the libraries print would reach the terminal, or stand in a command's answer.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.dup2(speak, 3)
    os.closerange(4, 1 << 16)


def _reap(children: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            with children.pop(pid) as told, suppress(OSError):
                told.send(_END.pack(os.waitstatus_to_exitcode(status), used.ru_maxrss))
