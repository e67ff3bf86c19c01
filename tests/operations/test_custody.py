"""Rotating the ledger's key and naming witnesses, through the door."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scelle.bootstrap import App, open_app
from scelle.errors import BadInput, Misconfigured, Refused
from scelle.ledger.book import Book
from scelle.ledger.witness import Witness
from scelle.model.acts import NameWitness, RegisterAgent, RotateKey
from scelle.model.evidence import Role
from scelle.settings import Settings
from scelle.store.keys import Keyring


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_app(Settings(home=tmp_path / "home")) as app:
        for name, role in (("boss", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR)):
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service="SR")
            app.perform("boss", act)
    return tmp_path / "home"


def opened(home: Path) -> App:
    return open_app(Settings(home=home))


def test_a_key_hands_over_and_the_old_one_is_gone(home: Path) -> None:
    old = (home / "keys" / "ledger.key").read_bytes()
    with opened(home) as app:
        with pytest.raises(Refused, match="administrator"):
            app.perform("auditor", RotateKey())
        entry = app.perform("boss", RotateKey())
        vkeys = app.vkeys()
        assert len(vkeys) == 2
        assert app.verify_ledger().ok
    with opened(home) as app:
        fields = list(app.disclosed_entries())[entry]
        assert (fields["act"], fields["vkey"]) == ("key-rotated", vkeys[1])
        app.perform("boss", RotateKey())
        assert app.vkeys()[:2] == vkeys
        assert app.verify_ledger().ok
    assert (home / "keys" / "ledger.key").read_bytes() != old
    assert not (home / "keys" / "ledger-next.key").exists()


@pytest.mark.parametrize("after", ["before the entry", "after the entry"])
def test_a_rotation_that_was_killed(
    home: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    early = after == "before the entry"
    owner, name = (Book, "rotate") if early else (Keyring, "take_next_signing_key")
    with opened(home) as app, monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        with pytest.raises(KeyboardInterrupt):
            app.perform("boss", RotateKey())
    with opened(home) as app:
        assert len(app.vkeys()) == (1 if after == "before the entry" else 2)
        assert app.verify_ledger().ok
        app.perform("boss", RotateKey())
        assert app.verify_ledger().ok
    assert not (home / "keys" / "ledger-next.key").exists()


def test_another_key_in_the_keys_folder_opens_nothing(home: Path) -> None:
    (home / "keys" / "ledger.key").write_bytes(b"x" * 32)
    with pytest.raises(Misconfigured, match="another signing key"):
        opened(home)


def test_a_witness_is_named_once(home: Path, tmp_path: Path) -> None:
    witness = Witness.begin(tmp_path / "w", "inspectorate.example/w")
    named = NameWitness(vkey=witness.vkey)
    with opened(home) as app:
        with pytest.raises(Refused):
            app.perform("auditor", named)
        assert app.perform("boss", named) == "inspectorate.example/w"
        for wrong in (
            named,
            NameWitness(vkey=app.vkeys()[0]),
            NameWitness(vkey="x"),
            NameWitness(vkey=Witness.begin(tmp_path / "v", "v").vkey, url="ftp://x"),
        ):
            with pytest.raises(BadInput):
                app.perform("boss", wrong)
        (known,) = app.witnesses()
        assert (known.vkey, known.url, known.size) == (witness.vkey, "", 0)
        # Files, there and back.
        witness.trust(app.vkeys()[0])
        request = tmp_path / "request.txt"
        request.write_text(app.witness_request("inspectorate.example/w"))
        answer = tmp_path / "answer.txt"
        answer.write_text(witness.answer_file(request.read_text(), datetime.now(UTC)))
        assert app.add_cosignatures(answer) == ("inspectorate.example/w",)
        assert app.verify_ledger(witnesses=[witness.vkey]).ok
        with pytest.raises(BadInput, match="names no witness"):
            app.witness_request("nobody")
        note, shown = app.checkpoint()
        assert "\n\n— scelle/" in note
        assert shown == ()
