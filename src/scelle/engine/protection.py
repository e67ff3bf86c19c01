"""What holds a decoding process: which protections this machine has, and locking down.

Video files are hostile until shown otherwise, and what decodes them is large and written
in C.  So whoever decodes gives up, before the first byte, everything that it does not
need: the network, other files, other processes, and memory, time and output without end.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from scelle.engine import landlock, seccomp
from scelle.errors import Misconfigured

MEBIBYTE = 1 << 20

_SLACK = 1 << 30
"""Address space beyond the memory that may be used: what is reserved and never touched."""

_SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo")
_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/proc/cpuinfo")


@dataclass(frozen=True)
class Protection:
    """What is, or would be, in force around a decoding process.

    Attributes:
        landlock: version of the interface; 0 where the kernel lacks it.
        seccomp: whether system calls are filtered.
    """

    landlock: int
    seccomp: bool

    @property
    def complete(self) -> bool:
        """Neither the network nor any file can be reached.

        Without Landlock the filter lets no file be opened at all, so the filter decides.
        """
        return self.seccomp

    @property
    def names(self) -> tuple[str, ...]:
        """As the manifest of an analysis and ``scelle health`` tell them."""
        found = [f"landlock {self.landlock}"] if self.landlock else []
        if self.seccomp:
            found.append("seccomp")
        return (*found, "rlimits")

    @property
    def missing(self) -> tuple[str, ...]:
        """What this machine lacks, in words."""
        lacks = []
        if not self.seccomp:
            lacks.append("seccomp filters (CONFIG_SECCOMP_FILTER)")
        if not self.landlock:
            lacks.append("Landlock (CONFIG_SECURITY_LANDLOCK, and landlock in the lsm= list)")
        return tuple(lacks)


@dataclass(frozen=True)
class Rules:
    """How a decoding process is to be held.

    Attributes:
        use_landlock, use_seccomp: both, wherever the kernel has them; only tests of what
            happens without them say otherwise.
        memory: bytes that it may allocate.
        output: bytes that it may write to any one file that it was given.
        devices: nodes of a graphics processor that it may use.
        readable: files and folders that it may read beside program code.
    """

    use_landlock: bool = True
    use_seccomp: bool = True
    memory: int = 2048 * MEBIBYTE
    output: int = 8192 * MEBIBYTE
    devices: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()


def offered() -> Protection:
    """What this machine offers."""
    return Protection(landlock.version(), seccomp.available())


def require(production: bool) -> Protection:
    """What is offered; in production it must be complete.

    Raises:
        Misconfigured: in production, a decoding process could not be held.
    """
    found = offered()
    if production and not found.complete:
        raise Misconfigured(
            f"This machine lacks {' and '.join(found.missing)}: decoding would not be held "
            "in a sandbox, and SCELLE_PRODUCTION is set.",
            remedy="Use a Linux kernel of version 5.13 or later with Landlock and seccomp; "
            "scelle health tells what is there.",
        )
    return found


def lock_down(rules: Rules) -> Protection:
    """Give everything up but computing and the descriptors that are open.

    Steps:
        (0) this process must have one thread: a second one would stay free
        (1) limits
        (2) no new privileges
        (3) Landlock: program code alone can be read
        (4) seccomp: no socket, no writing open, no process; without (3) no open at all

    Raises:
        RuntimeError: step (0).
        OSError: a protection that was offered could not be put in force.
    """
    # (0)
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a process with several threads cannot be locked down")
    machine = offered()
    # (1)
    _limit(rules)
    # (2)
    seccomp.no_new_privileges()
    # (3)
    version = 0
    if machine.landlock and rules.use_landlock:
        version = landlock.restrict(
            (*code_paths(), *(Path(p) for p in rules.readable)),
            [Path(d) for d in rules.devices],
        )
    # (4)
    filtered = machine.seccomp and rules.use_seccomp
    if filtered:
        seccomp.restrict(files=bool(version), devices=bool(rules.devices))
    return Protection(version, filtered)


def code_paths() -> list[Path]:
    """Where program code lies: nothing that belongs to a case or a person."""
    prefixes = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    own = [Path(p) for p in sys.path if p and any(Path(p).is_relative_to(x) for x in prefixes)]
    package = Path(__file__).resolve().parent.parent
    return [Path(p) for p in (*_SYSTEM, *_FILES)] + own + [package]


def _limit(rules: Rules) -> None:
    def set_both(which: int, value: int) -> None:
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))

    set_both(resource.RLIMIT_CORE, 0)
    set_both(resource.RLIMIT_NOFILE, 64)
    set_both(resource.RLIMIT_FSIZE, rules.output)
    status = Path("/proc/self/status").read_text()
    sizes = {row.split(":")[0]: row.split()[1] for row in status.splitlines() if "kB" in row}
    set_both(resource.RLIMIT_DATA, int(sizes["VmData"]) * 1024 + rules.memory)
    if not rules.devices:  # a graphics library reserves more addresses than there is memory
        size = int(sizes["VmSize"]) * 1024 + rules.memory + _SLACK
        set_both(resource.RLIMIT_AS, size)
