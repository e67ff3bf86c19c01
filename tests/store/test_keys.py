import threading
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from scelle.errors import Misconfigured, NotFound
from scelle.store.keys import Keyring


def test_keys_are_created_once_for_their_owner_alone(tmp_path: Path) -> None:
    first = Keyring(tmp_path)
    signing = first.signing_key.private_bytes_raw()
    key = first.create_case_key("a")
    sealing = first.sealing_key(None)
    again = Keyring(tmp_path)
    assert again.signing_key.private_bytes_raw() == signing
    assert again.create_case_key("a") == again.case_key("a") == key
    assert again.sealing_key(None) == sealing
    assert len(key) == len(sealing) == len(again.sealing_key("a")) == 32
    for path in [tmp_path / "keys", *(tmp_path / "keys").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_keys_differ_by_case_and_use(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    keys = {
        ring.create_case_key("a"),
        ring.create_case_key("b"),
        ring.sealing_key("a"),
        ring.sealing_key("b"),
        ring.sealing_key(None),
    }
    assert len(keys) == 5


def test_a_case_key_is_an_age_file_that_the_identity_opens(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    key = ring.create_case_key("a")
    identity = pyrage.x25519.Identity.from_str((tmp_path / "keys/identity.age").read_text().strip())
    wrapped = (tmp_path / "keys/cases/a.age").read_bytes()
    assert wrapped.startswith(b"age-encryption.org/v1\n")
    assert pyrage.decrypt(wrapped, [identity]) == key
    assert ring.recipient == str(identity.to_public())


def test_a_destroyed_key_is_gone(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    ring.create_case_key("a")
    sealed = ring.sealing_key("a")
    ring.destroy_case_key("a")
    ring.destroy_case_key("a")
    with pytest.raises(NotFound) as caught:
        ring.case_key("a")
    assert caught.value.remedy
    assert not list((tmp_path / "keys").rglob("a.age"))
    # No other key is ever drawn for it; what is asked of it belongs to no case.
    with pytest.raises(NotFound):
        ring.create_case_key("a")
    assert ring.sealing_key("a") == ring.sealing_key(None) != sealed


def test_sealing_creates_the_key_of_a_case_that_has_none(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    with pytest.raises(NotFound):
        ring.case_key("a")
    assert ring.sealing_key("a") == ring.sealing_key("a")
    assert len(ring.case_key("a")) == 32


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("ledger.key", lambda ring: ring.signing_key),
        ("identity.age", lambda ring: ring.case_key("a")),
        ("cases/a.age", lambda ring: ring.case_key("a")),
        ("installation.age", lambda ring: ring.sealing_key(None)),
    ],
)
def test_a_damaged_key_is_neither_used_nor_replaced(
    tmp_path: Path, name: str, use: Callable[[Keyring], object]
) -> None:
    ring = Keyring(tmp_path)
    ring.create_case_key("a")
    use(ring)
    path = tmp_path / "keys" / name
    damaged = path.read_bytes()[:-3]
    path.write_bytes(damaged)
    with pytest.raises(Misconfigured, match="cannot be read") as caught:
        use(ring)
    assert caught.value.remedy
    assert path.read_bytes() == damaged


def test_several_at_once_agree(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def ask() -> None:
        seen.append(Keyring(tmp_path).create_case_key("a"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("case_id", ["../a", "", "a/b", "a.b"])
def test_case_ids_cannot_leave_the_folder(tmp_path: Path, case_id: str) -> None:
    with pytest.raises(ValueError, match="not a case id"):
        Keyring(tmp_path).create_case_key(case_id)
