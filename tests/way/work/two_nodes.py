"""A Ray cluster of two nodes on loopback, each a process of its own; one is killed in the middle.

Usage: python two_nodes.py HOME CASE EXHIBIT.  Prints one JSON object.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import signal
import socket
import struct
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

os.environ |= {
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_metrics_collection": "0",
    # Nothing of it has another address than that of loopback.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # A machine that has much else to do starts slowly.
    "RAY_raylet_start_wait_time_s": "120",
    # Each hand is a process that is asked for; none is kept ready.
    "RAY_prestart_worker_first_driver": "0",
    "RAY_enable_worker_prestart": "0",
}

from ray.cluster_utils import Cluster

from scelle.bootstrap import open_app
from scelle.model.acts import AnalyseExhibit, SearchTracks
from scelle.settings import Settings

_MOVED_TO = 0x80
_PORTS = (
    *("metrics_agent_port", "dashboard_agent_listen_port"),
    *("runtime_env_agent_port", "metrics_export_port"),
)

HEAD = {"include_dashboard": False, "no_monitor": True}


def node() -> dict[str, Any]:
    """A small node on loopback; ports that are named need not be waited for."""
    with ExitStack() as held:
        servers = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in _PORTS]
        ports = {n: s.getsockname()[1] for n, s in zip(_PORTS, servers, strict=True)}
    return {
        "num_cpus": 1,
        "object_store_memory": 80 << 20,
        "node_ip_address": "127.0.0.1",
        "include_log_monitor": False,
        **ports,
    }


class Written:
    """How often each object of some folders was written (Linux inotify)."""

    def __init__(self, folders: list[Path]) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._found: Counter[str] = Counter()
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        for folder in folders:
            folder.mkdir(mode=0o700, exist_ok=True)
            assert libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _MOVED_TO) > 0

    def times(self) -> dict[str, int]:
        data = b""
        with suppress(BlockingIOError):
            data = os.read(self._descriptor, 1 << 20)
        at = 0
        while at < len(data):
            watch, _, _, length = struct.unpack_from("iIII", data, at)
            name = data[at + 16 : at + 16 + length].rstrip(b"\0").decode()
            self._found[f"{watch}/{name}"] += 1
            at += 16 + length
        return dict(self._found)


def below(pid: int) -> list[int]:
    """Every process that descends from this one, by number."""
    found: list[int] = []
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, children.read_text().split()):
                found += [child, *below(child)]
    return found


def at_work(pid: int) -> bool:
    """Whether this is a hand with a segment before it (Ray tells in the process' title)."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::Hand.do")
    return False


class Killer(threading.Thread):
    """Kills a node, and all its processes, while its hand is at a segment of the stage.

    The hand is halted first: it cannot end the segment while its machine dies.
    """

    def __init__(self, cluster: Cluster, node: Any, began: float) -> None:
        super().__init__(daemon=True)
        self._cluster, self._node, self._began = cluster, node, began
        (raylet,) = node.all_processes["raylet"]
        self._raylet = raylet.process.pid
        self.over = threading.Event()
        self.killed: list[float] = []

    def run(self) -> None:
        while not self.over.wait(0.005):
            for hand in filter(at_work, below(self._raylet)):
                os.kill(hand, signal.SIGSTOP)
                if at_work(hand):
                    self._kill()
                    return
                os.kill(hand, signal.SIGCONT)

    def _kill(self) -> None:
        processes = below(self._raylet)
        self._cluster.remove_node(self._node, allow_graceful=False)
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.killed.append(time.monotonic() - self._began)


def main(home: str, case_id: str, exhibit_id: str) -> None:
    began = time.monotonic()
    cluster = Cluster(initialize_head=True, head_node_args=node() | HEAD)
    other = cluster.add_node(**node())
    started = time.monotonic() - began
    killer = Killer(cluster, other, began)
    vault = Path(home) / "vault" / case_id
    written = Written([vault / "survey", vault / "observe"])

    stages: dict[str, float] = {}

    def progress(stage: str, done: float, total: float, unit: str) -> None:
        stages[stage] = time.monotonic() - began
        # The first segments are surveyed: from here on it is the middle.
        if done > 0 and killer.ident is None:
            killer.start()

    try:
        with open_app(Settings(home=Path(home))) as app:
            act = AnalyseExhibit(
                case_id=case_id,
                exhibit_ids=(exhibit_id,),
                workers=2,
                detector="motion",
                engine="ray",
                address=cluster.address,
            )
            (analysis,) = app.perform("finder", act, progress)
            search = SearchTracks(case_id=case_id, exhibit_ids=(exhibit_id,))
            tracks = app.perform("finder", search)
        told: dict[str, Any] = {
            "killed": killer.killed,
            "stages": stages,
            "started_s": started,
            "took_s": time.monotonic() - began,
            "tracks": len(tracks),
            "complete": analysis.coverage.ended,
            "manifest": analysis.manifest_sha256,
            "environment": dict(analysis.environment),
            "written": written.times(),
        }
        print(json.dumps(told), flush=True)
    finally:
        killer.over.set()
        if killer.ident is not None:
            killer.join()
        cluster.shutdown()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    # Whoever waits no longer has the cluster ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(*sys.argv[1:])
