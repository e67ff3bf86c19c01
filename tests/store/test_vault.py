import errno
import io
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scelle.errors import Misconfigured, NotFound, VaultDamaged
from scelle.store import stream, writer
from scelle.store.vault import Vault

KEY = bytes(range(32))
CASE = "case"
SMALL = 64  # chunk size of the property tests


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "no_small_chunks" in request.fixturenames:
        return
    monkeypatch.setattr(writer, "CHUNK", SMALL)
    monkeypatch.setattr(writer, "make_header", lambda salt: stream.make_header(salt, SMALL))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vault")


def stored(box: Vault, name: str = "exhibit/a") -> Path:
    return box.root / CASE / name


@given(
    data=st.binary(max_size=5 * SMALL) | st.integers(0, 5).map(lambda n: b"x" * (n * SMALL)),
    cuts=st.lists(st.integers(0, 5 * SMALL), max_size=4),
    reads=st.lists(st.tuples(st.integers(0, 6 * SMALL), st.integers(0, 3 * SMALL)), max_size=8),
)
def test_random_reads_equal_the_plain_bytes(
    root: Path, data: bytes, cuts: list[int], reads: list[tuple[int, int]]
) -> None:
    box = Vault(root)
    bounds = sorted({0, len(data), *(c for c in cuts if c < len(data))})
    with box.create(CASE, "exhibit/a", KEY) as file:
        for a, b in itertools.pairwise(bounds):
            file.write(data[a:b])
    plain = io.BytesIO(data)
    with box.open(CASE, "exhibit/a", KEY) as sealed:
        for at, size in reads:
            assert sealed.seek(at) == plain.seek(at)
            assert sealed.read(size) == plain.read(size)
        assert sealed.seek(0, os.SEEK_END) == len(data)
    assert box.read(CASE, "exhibit/a", KEY) == data
    if len(data) > 8:
        assert data not in stored(box).read_bytes()[stream.HEADER :]


def rejected(box: Vault, name: str = "exhibit/a", key: bytes = KEY) -> None:
    with pytest.raises(VaultDamaged) as caught:
        box.read(CASE, name, key)
    assert caught.value.remedy


@settings(max_examples=200)
@given(size=st.integers(0, 4 * SMALL), data=st.data())
def test_any_flipped_bit_is_found(root: Path, size: int, data: st.DataObject) -> None:
    box = Vault(root)
    box.write(CASE, "exhibit/a", KEY, os.urandom(size))
    raw = bytearray(stored(box).read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    stored(box).write_bytes(raw)
    rejected(box)


@settings(max_examples=200)
@given(size=st.integers(0, 4 * SMALL), data=st.data())
def test_any_truncation_or_addition_is_found(root: Path, size: int, data: st.DataObject) -> None:
    box = Vault(root)
    box.write(CASE, "exhibit/a", KEY, os.urandom(size))
    raw = stored(box).read_bytes()
    cut = data.draw(st.integers(0, len(raw) - 1))
    stored(box).write_bytes(raw[:cut])
    rejected(box)
    stored(box).write_bytes(raw + os.urandom(data.draw(st.integers(1, 2 * SMALL))))
    rejected(box)


@given(chunks=st.integers(2, 5), data=st.data())
def test_moved_repeated_and_removed_chunks_are_found(
    root: Path, chunks: int, data: st.DataObject
) -> None:
    box = Vault(root)
    box.write(CASE, "exhibit/a", KEY, os.urandom(chunks * SMALL))
    raw = stored(box).read_bytes()
    full = SMALL + stream.TAG
    parts = [raw[stream.HEADER + i * full :][:full] for i in range(chunks)]
    a, b = data.draw(st.lists(st.integers(0, chunks - 1), min_size=2, max_size=2, unique=True))
    swapped, repeated, removed = list(parts), list(parts), list(parts)
    swapped[a], swapped[b] = parts[b], parts[a]
    repeated[a] = parts[b]
    del removed[a]
    for forged in (swapped, repeated, removed):
        stored(box).write_bytes(raw[: stream.HEADER] + b"".join(forged))
        rejected(box)


def test_objects_cannot_take_each_others_place(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    box.write(CASE, "exhibit/a", KEY, b"one")
    box.write("other", "exhibit/a", KEY, b"two")
    for name in ("exhibit/b", "tube/a"):
        box.write(CASE, name, KEY, b"")
        stored(box, name).write_bytes(stored(box).read_bytes())
        rejected(box, name)
    stored(box).write_bytes((tmp_path / "other/exhibit/a").read_bytes())
    rejected(box)
    rejected(box, key=bytes(32))


def test_a_chunk_from_the_same_place_of_another_object_is_found(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    raw = []
    for _ in range(2):
        box.write(CASE, "exhibit/a", KEY, b"x" * 3 * SMALL)
        raw.append(stored(box).read_bytes())
    cut = stream.HEADER + SMALL + stream.TAG
    stored(box).write_bytes(raw[1][:cut] + raw[0][cut:])
    rejected(box)


def test_nothing_is_left_of_an_object_whose_writing_fails(tmp_path: Path) -> None:
    box = Vault(tmp_path)

    def fail() -> None:
        with box.create(CASE, "exhibit/a", KEY) as file:
            file.write(bytes(10 * SMALL))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    with pytest.raises(NotFound):
        box.open(CASE, "exhibit/a", KEY)


def test_an_object_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    box.write(CASE, "exhibit/a", KEY, b"first")
    with box.create(CASE, "exhibit/a", KEY) as file:
        file.write(b"second")
        assert box.read(CASE, "exhibit/a", KEY) == b"first"
        assert box.names(CASE) == ("exhibit/a",)
    assert box.read(CASE, "exhibit/a", KEY) == b"second"


def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.FileIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(io, "FileIO", Full)
    box = Vault(tmp_path)
    with pytest.raises(Misconfigured, match="no room left") as caught:
        box.write(CASE, "exhibit/a", KEY, bytes(10 * SMALL))
    assert caught.value.remedy
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


KILLED = """
import os, signal, sys
from pathlib import Path
from scelle.store.vault import Vault
with Vault(Path(sys.argv[1])).create("case", "exhibit/a", bytes(32)) as file:
    file.write(bytes(5 << 20))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_a_part_that_the_next_start_sweeps(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    box = Vault(tmp_path)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1
    assert box.names(CASE) == ()
    with box.create(CASE, "exhibit/b", KEY) as file:
        file.write(b"being written")
        assert box.sweep() == 1
    assert box.sweep() == 0
    assert box.names(CASE) == ("exhibit/b",)


@pytest.fixture
def no_small_chunks() -> None:
    """Processes of their own write chunks of the usual size."""


RESUMED = """
import os, signal, sys
from pathlib import Path
from scelle.store.vault import Vault
with Vault(Path(sys.argv[1])).create("case", "original/a", bytes.fromhex(sys.argv[2])) as file:
    file.write(bytes(range(256)) * (9 << 12))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.usefixtures("no_small_chunks")
@pytest.mark.parametrize("cut", [0, 1, 100, 300_000])
@pytest.mark.parametrize("flip", [None, 3_000_000])
def test_a_killed_writer_is_gone_on_with_at_the_last_chunk_that_opens(
    tmp_path: Path, cut: int, flip: int | None
) -> None:
    whole = bytes(range(256)) * (10 << 12)
    subprocess.run([sys.executable, "-c", RESUMED, str(tmp_path), KEY.hex()], check=False)
    (part,) = tmp_path.rglob("*.part")
    stored = bytearray(part.read_bytes())
    if flip is not None:
        stored[flip] ^= 1
    part.write_bytes(stored[: len(stored) - cut])
    box, seen = Vault(tmp_path), bytearray()
    assert box.sweep({(CASE, "original/a")}) == 0
    with box.create(CASE, "original/a", KEY, replay=seen.extend) as file:
        kept = file.resumed
        assert kept > 2 << 20
        assert kept % stream.CHUNK == 0
        assert (kept < 3_000_000) if flip is not None else (kept > 7 << 20)
        file.write(whole[kept:])
    assert bytes(seen) == whole[:kept]
    assert box.read(CASE, "original/a", KEY) == whole
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["a"]


def test_what_somebody_still_writes_is_not_gone_on_with(tmp_path: Path) -> None:
    box, seen = Vault(tmp_path), bytearray()
    with box.create(CASE, "original/a", KEY) as first:
        first.write(b"x" * (3 * SMALL))
        with box.create(CASE, "original/a", KEY, replay=seen.extend) as second:
            assert second.resumed == 0
            second.write(b"y")
    assert not seen


def test_an_error_to_keep_on_leaves_the_part(tmp_path: Path) -> None:
    box, seen = Vault(tmp_path), bytearray()

    def interrupted() -> None:
        with box.create(CASE, "original/a", KEY, keep_on=(KeyboardInterrupt,)) as file:
            file.write(b"x" * (3 * SMALL))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with box.create(CASE, "original/a", KEY, replay=seen.extend) as file:
        assert file.resumed == len(seen) == 2 * SMALL
        box.sweep()
        file.write(b"x" * SMALL)
    assert box.read(CASE, "original/a", KEY) == b"x" * (3 * SMALL)


def test_objects_are_listed_and_deleted(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    for name in ("tube/1", "exhibit/b", "exhibit/a"):
        box.write(CASE, name, KEY, b"")
    assert box.names(CASE) == ("exhibit/a", "exhibit/b", "tube/1")
    assert box.names(CASE, "exhibit") == ("exhibit/a", "exhibit/b")
    assert box.names("none") == ()
    box.delete(CASE, "exhibit/a")
    box.delete(CASE, "exhibit/a")
    assert not box.exists(CASE, "exhibit/a")
    assert box.exists(CASE, "exhibit/b")


@pytest.mark.parametrize("name", ["a", "../a", "exhibit/../a", "exhibit/.a", "exhibit/a.part", ""])
def test_names_cannot_leave_the_vault(tmp_path: Path, name: str) -> None:
    box = Vault(tmp_path)
    for call in (box.exists, box.delete):
        with pytest.raises(ValueError, match="not an object name"):
            call(CASE, name)
    with pytest.raises(ValueError, match="not a case id"):
        box.exists("../case", "exhibit/a")


def test_several_threads_read_one_object(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    data = os.urandom(20 * SMALL)
    box.write(CASE, "exhibit/a", KEY, data)
    wrong: list[int] = []
    with box.open(CASE, "exhibit/a", KEY) as file:
        raw = file.raw
        assert isinstance(raw, io.RawIOBase)

        def chunk(at: int, plain: Callable[[int], bytes]) -> None:
            for _ in range(50):
                for i in range(at, 20, 4):
                    if plain(i) != data[i * SMALL : (i + 1) * SMALL]:
                        wrong.append(i)

        threads = [
            threading.Thread(target=chunk, args=(at, raw.chunk))  # type: ignore[attr-defined]
            for at in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_folders_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    box = Vault(tmp_path / "vault")
    box.write(CASE, "exhibit/a", KEY, b"x")
    assert (tmp_path / "vault").stat().st_mode & 0o077 == 0
    assert stored(box).stat().st_mode & 0o077 == 0
