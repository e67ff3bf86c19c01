"""The installation as a whole: what it refuses to begin with or to write over."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from types import SimpleNamespace

import pytest

from scelle import __version__
from scelle.bootstrap import App, open_app
from scelle.errors import BadInput, LedgerDamaged, Refused
from scelle.model.acts import ExportLedger
from scelle.settings import Settings
from scelle.store.home import EXPORTS


def test_a_used_home_without_its_ledger_is_not_begun_anew(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    open_app(settings).close()
    for left in tmp_path.glob("ledger.*"):
        left.unlink()
    with pytest.raises(LedgerDamaged) as caught:
        open_app(settings)
    assert "backup" in caught.value.remedy
    assert not (tmp_path / "ledger.db").exists()


def test_nothing_is_written_over_the_installations_own_files(tmp_path: Path) -> None:
    with open_app(Settings(home=tmp_path)) as app:
        head = (tmp_path / "ledger.head").read_bytes()
        for name in ("ledger.head", "vault/case/original/x", f"{EXPORTS}/../scelle.db"):
            with pytest.raises(BadInput):
                app.perform("somebody", ExportLedger(output=tmp_path / name))
        assert (tmp_path / "ledger.head").read_bytes() == head
        # Elsewhere the law is asked: nobody is known here.
        for free in (tmp_path / EXPORTS / "ledger.jsonl", tmp_path.parent / "ledger.jsonl"):
            with pytest.raises(Refused):
                app.perform("somebody", ExportLedger(output=free))


def test_of_two_that_open_an_upgraded_home_one_records_it(tmp_path: Path) -> None:
    told, both = list[str](), Barrier(2)

    def recorded(event: str, _: object) -> None:
        told.append(event)
        with suppress(BrokenBarrierError):
            both.wait(0.2)

    (tmp_path / "version").write_text("0.0.1")
    app = SimpleNamespace(_door=SimpleNamespace(record_system=recorded))
    openers = [Thread(target=App._record_version, args=(app, tmp_path)) for _ in range(2)]
    for each in openers:
        each.start()
    for each in openers:
        each.join(10)
    assert told == ["upgraded"]
    assert (tmp_path / "version").read_text() == __version__
