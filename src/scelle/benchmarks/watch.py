"""Memory and processor time of this process and all that it started."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Watch:
    """Samples a process tree (Linux) while it is entered.

    Args:
        every_s: seconds between two samples.
        root: the process with which the tree begins; this one where it is 0.

    Attributes:
        peak: largest sum of proportional set sizes seen, bytes; shared pages are counted once.
    """

    def __init__(self, every_s: float = 0.25, root: int = 0) -> None:
        self.peak = 0
        self._every = every_s
        self._root = root or os.getpid()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}

    def __enter__(self) -> Self:
        self._first = dict(_tree(self._root))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._last.update(_tree(self._root))

    @property
    def cpu_s(self) -> float:
        """Seconds of all cores so far, also of processes that were killed.

        What a process took after its last sample is not in it: it is for work of minutes.
        """
        return sum(spent - self._first.get(pid, 0.0) for pid, spent in self._last.items())

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            tree = dict(_tree(self._root))
            self._last.update(tree)
            self.peak = max(self.peak, sum(_pss(pid) for pid in tree))


def _tree(root: int) -> list[tuple[int, float]]:
    """Processes from a root on, and the seconds of all cores that each has taken itself."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may itself hold spaces and parentheses.
            values = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        children.setdefault(int(values[1]), []).append(pid)
        spent[pid] = (int(values[11]) + int(values[12])) * _TICK_S
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append((pid, spent.get(pid, 0.0)))
        waiting += children.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(r.split()[1]) * 1024 for r in text.splitlines() if r.startswith("Pss:")), 0)
