"""Memory of this process and all that it started."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self


class PeakMemory:
    """Samples the proportional set size of a process tree (Linux) while it is entered.

    Args:
        every_s: seconds between two samples.
        root: the process with which the tree begins; this one where it is 0.

    Attributes:
        peak: largest sum seen, bytes; shared pages are counted once.
    """

    def __init__(self, every_s: float = 0.25, root: int = 0) -> None:
        self.peak = 0
        self._every = every_s
        self._root = root or os.getpid()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self.peak = max(self.peak, sum(_pss(p) for p in _tree(self._root)))


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may itself hold spaces and parentheses.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(r.split()[1]) * 1024 for r in text.splitlines() if r.startswith("Pss:")), 0)
