"""A PostgreSQL server for the tests: its own cluster, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

GUARDED, PASSWORD = "guarded", "a-word-that-is-never-told"

_SETTINGS = {
    "listen_addresses": "''", "fsync": "off", "full_page_writes": "off",
    "synchronous_commit": "off", "shared_buffers": "32MB", "max_connections": "200",
    "autovacuum": "off", "logging_collector": "off", "lc_messages": "C",
}  # fmt: skip


def programs() -> Path:
    """Where the newest server's programs lie.

    Without them the tests fail with the line that installs them.
    """
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4])
    )  # fmt: skip
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    return pytest.fail("These tests need PostgreSQL:\n    apt-get install postgresql")


@dataclass
class Server:
    """A server that runs.

    Attributes:
        folder: of its socket.
    """

    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def address(self, database: str, user: str = "scelle") -> str:
        """Of one of its databases."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """As the server's owner, in a transaction of its own or in none."""
        with psycopg.connect(self.address(database, "owner"), autocommit=True) as db:
            cursor = db.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str = "template0", more: str = "") -> Iterator[str]:
        """A database of its own; gives its address."""
        name = f"d{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER scelle TEMPLATE {template} {more}")
        try:
            yield self.address(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def started() -> Iterator[Server]:
    """A new cluster, gone afterwards; as root it is the user ``postgres``'s."""
    bin_, owner = programs(), pwd.getpwuid(os.getuid())
    if owner.pw_uid == 0:
        owner = pwd.getpwnam("postgres")
    # Not named as this program's temporary files are: an erasure searches those.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir="/tmp"))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    as_owner: dict[str, object] = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        if os.getuid() == 0
        else {}
    )
    data, log = folder / "data", folder / "log"
    made = [bin_ / "initdb", "--pgdata", data, "--username", "owner", "--auth", "trust"]
    made += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"]
    try:
        _run(made, folder, as_owner)
        (data / "pg_hba.conf").write_text(
            f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
        )
        told = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        start = [bin_ / "pg_ctl", "start", "--wait", "--pgdata", data, "--log", log]
        _run([*start, "--options", " ".join([f"-k {folder}", *told])], folder, as_owner)
        try:
            server = Server(folder)
            server.execute("CREATE ROLE scelle LOGIN")
            server.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            stop = [bin_ / "pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", data]
            _run(stop, folder, as_owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[object], folder: Path, as_owner: dict[str, object]) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        **as_owner,
    )  # type: ignore[call-overload]  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
