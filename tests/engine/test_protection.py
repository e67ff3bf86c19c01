"""Each attempt is refused in the sandbox, and succeeds where the guard is taken away."""

from __future__ import annotations

import errno
import os
import resource
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scelle.engine import channel, landlock, protection, seccomp
from scelle.engine.protection import MEBIBYTE, Protection, Rules, offered, require
from scelle.engine.worker import Worker
from scelle.engine.zygote import Zygote
from scelle.errors import Misconfigured

GUARDED = {
    "both": Rules(),
    "seccomp alone": Rules(use_landlock=False),
}
NONE = Rules(use_landlock=False, use_seccomp=False)

ATTEMPTS = {
    "read a file": "open(canary).read()",
    "list a folder": "__import__('os').listdir(folder)",
    "read of another process": "open(f'/proc/{__import__(\"os\").getppid()}/stat').read()",
    "read its own environment": "open('/proc/self/environ').read()",
    "read the accounts": "open('/etc/passwd').read()",
    "write a new file": "open(folder + '/new', 'w')",
    "overwrite": "open(canary, 'r+')",
    "append": "open(canary, 'a')",
    "write code": "open(code, 'ab')",
    "truncate": "__import__('os').truncate(canary, 1)",
    "delete": "__import__('os').unlink(canary)",
    "rename": "__import__('os').rename(canary, canary + '2')",
    "link": "__import__('os').link(canary, canary + '3')",
    "symlink": "__import__('os').symlink(canary, canary + '4')",
    "make a folder": "__import__('os').mkdir(folder + '/made')",
    "make a pipe": "__import__('os').mkfifo(folder + '/pipe')",
    "change rights": "__import__('os').chmod(canary, 0o777)",
    "change times": "__import__('os').utime(canary)",
    "connect": "__import__('socket').create_connection(('127.0.0.1', port))",
    "connect by local socket": "__import__('socket').socket(1).connect(folder + '/s')",
    "send a datagram": "__import__('socket').socket(2, 2).sendto(b'x', ('127.0.0.1', port))",
    "listen": "__import__('socket').create_server(('127.0.0.1', 0))",
    "make a pair of sockets": "__import__('socket').socketpair()",
    "start a program": "__import__('subprocess').run(['/bin/true'], check=True)",
    "raise its limits": "__import__('resource').setrlimit(7, (32, 32))",
    "signal its parent": "__import__('os').kill(__import__('os').getppid(), 0)",
    "memory with a name": "__import__('os').memfd_create('x')",
    "change its root": "__import__('os').chroot(folder)",
}


@pytest.fixture(scope="module", autouse=True)
def _protections() -> None:
    machine = offered()
    assert not machine.missing, f"this machine lacks {machine.missing}: nothing is tried here"


@pytest.fixture
def around(tmp_path: Path) -> Iterator[dict[str, Any]]:
    canary, code = tmp_path / "canary", tmp_path / "code"
    canary.write_text("seen")
    code.write_text("")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as local,
    ):
        local.bind(str(tmp_path / "s"))
        local.listen()
        yield {
            "canary": str(canary),
            "folder": str(tmp_path),
            "code": str(code),
            "port": server.getsockname()[1],
        }


def attempt(expression: str, around: dict[str, Any]) -> str:
    """The expression with its names given, and None as its value."""
    names = ", ".join(f"{k}={v!r}" for k, v in around.items())
    return f"(lambda {', '.join(around)}: ({expression}, None)[1])({names})"


def refused(worker: Worker, expression: str) -> bool:
    try:
        worker.call(eval, expression)
    except (OSError, ValueError) as error:
        return "Errno" in str(error) or "limit" in str(error)
    return False


@pytest.mark.parametrize("guard", GUARDED)
def test_what_a_sandbox_refuses(guard: str, around: dict[str, Any]) -> None:
    before = sorted(p.name for p in Path(around["folder"]).iterdir())
    for what, expression in ATTEMPTS.items():
        with Worker("attempts", GUARDED[guard]) as worker:
            assert refused(worker, attempt(expression, around)), f"a sandbox lets it {what}"
    assert sorted(p.name for p in Path(around["folder"]).iterdir()) == before
    assert Path(around["canary"]).read_text() == "seen"


@pytest.mark.parametrize("what", ATTEMPTS)
def test_each_succeeds_without_the_guard(what: str, around: dict[str, Any]) -> None:
    with Worker("attempts", NONE) as worker:
        assert worker.protection == Protection(0, False)
        assert worker.call(eval, attempt(ATTEMPTS[what], around)) is None


CALLS = {
    "ptrace": 101,
    "mount": 165,
    "unshare": 272,
    "setns": 308,
    "bpf": 321,
    "perf_event_open": 298,
    "io_uring_setup": 425,
    "userfaultfd": 323,
    "process_vm_readv": 310,
    "pidfd_open": 434,
    "keyctl": 250,
    "add_key": 248,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "execveat": 322,
    "openat2": 437,
    "clone3": 435,
    "open_by_handle_at": 304,
    "name_to_handle_at": 303,
    "init_module": 175,
    "reboot": 169,
    "setuid": 105,
    "personality": 135,
    "fanotify_init": 300,
    "inotify_init1": 294,
    "sendmmsg": 307,
    "splice": 275,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "mq_open": 240,
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of another architecture")
@pytest.mark.parametrize("guard", GUARDED)
def test_bare_system_calls_are_refused(guard: str) -> None:
    expression = "[__import__('attempts').system_call(n, 0, 0, 0, 0, 0) for n in (%s,)]"
    with Worker("attempts", GUARDED[guard]) as worker:
        answers = worker.call(eval, expression % ",".join(map(str, CALLS.values())))
    refused = {errno.EPERM, errno.ENOSYS, errno.EACCES}
    told = dict(zip(CALLS, answers, strict=True))
    assert {name: a for name, a in told.items() if a[0] != -1 or a[1] not in refused} == {}


def test_what_computing_needs_is_left() -> None:
    with Worker("scelle.operations.decoding") as worker:
        for expression in (
            "__import__('threading').Thread(target=int).start()",
            "__import__('numpy').linalg.inv(__import__('numpy').eye(300)).sum()",
            "__import__('time').sleep(0.01)",
            "__import__('cv2').GaussianBlur(__import__('numpy').zeros((90, 90), 'u1'), (5, 5), 2)",
            "__import__('os').urandom(8)",
            "len(open(__import__('os').__file__).read())",
        ):
            worker.call(eval, f"({expression}, None)[1]")


def test_it_says_what_is_in_force() -> None:
    machine = offered()
    assert machine == Protection(landlock.version(), seccomp.available())
    with Worker("attempts") as worker:
        assert worker.protection == machine
    with Worker("attempts", Rules(use_landlock=False)) as worker:
        assert worker.protection == Protection(0, True)
    assert machine.names[-1] == "rlimits"
    assert "seccomp" in machine.names
    assert Protection(0, False).names == ("rlimits",)
    assert len(Protection(0, False).missing) == 2
    assert Protection(0, True).complete
    assert not Protection(7, False).complete


def test_production_refuses_where_a_sandbox_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert require(production=True) == offered()
    monkeypatch.setattr(protection, "offered", lambda: Protection(3, False))
    with pytest.raises(Misconfigured, match="seccomp") as caught:
        require(production=True)
    assert "kernel" in caught.value.remedy
    assert require(production=False) == Protection(3, False)


def test_limits_hold_in_the_sandbox() -> None:
    numbers = [
        *(resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE),
        *(resource.RLIMIT_DATA, resource.RLIMIT_AS),
    ]
    limits = f"[__import__('resource').getrlimit(n) for n in {numbers}]"
    with Worker("attempts", Rules(memory=100 * MEBIBYTE, output=5 * MEBIBYTE)) as worker:
        core, files, size, data, space = worker.call(eval, limits)
    assert core == (0, 0)
    assert files == (64, 64)
    assert size == (5 * MEBIBYTE,) * 2
    assert 100 * MEBIBYTE < data[0] == data[1] < 400 * MEBIBYTE
    assert data[0] < space[0] == space[1] < 4096 * MEBIBYTE


def test_code_paths_hold_no_place_of_people_or_cases() -> None:
    paths = protection.code_paths()
    assert Path(protection.__file__).parent.parent in paths
    for private in (Path.home(), Path.cwd(), Path("/"), Path("/etc"), Path("/proc"), Path("/tmp")):
        assert private not in paths
        assert private.resolve() not in [p.resolve() for p in paths]


def test_a_process_with_several_threads_stays_unlocked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="several threads"):
            protection.lock_down(Rules())
    finally:
        stop.set()
        thread.join()


def test_nothing_of_the_starter_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCELLE_SECRET", "hidden")
    # A fresh one, since the environment is what it was when its process began.
    with Zygote("attempts") as zygote:
        born = zygote.bear(NONE)
        environment = Path(f"/proc/{born.pid}/environ").read_bytes()
        assert channel.receive(born.channel, most=1000) is not None, "it is locked down"
        descriptors = list(Path(f"/proc/{born.pid}/fd").iterdir())
        targets = {d.name: str(d.readlink()) for d in descriptors}
        born.kill()
        born.close()
    assert b"SCELLE" not in environment
    assert b"PATH=" in environment
    assert {t for d, t in targets.items() if d in "012"} == {"/dev/null"}
    assert set(targets) == {"0", "1", "2", "3"}
