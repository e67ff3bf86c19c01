"""A case is erased whose rows lie on a PostgreSQL server: what is proven, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from private_postgresql import Server

from scelle.ledger import certificate
from scelle.model.acts import DecideTrack, EraseCase
from scelle.model.decisions import Judgement
from scelle.operations.residue import scan
from scelle.store.erasure import ErasureStore
from scelle.store.postgresql import METHOD

WORDS = "jacket-of-the-witness"


@pytest.fixture
def stored(
    staff: Callable[..., Any],
    server: Server,
    own_temporary: None,
) -> Any:
    """A case in which somebody has written a word."""
    with server.database() as address:
        staffed = staff(address)
        act = DecideTrack(
            case_id=staffed.case.id,
            track_id=staffed.tracks[0].id,
            judgement=Judgement.CONFIRMED,
            reason=WORDS,
        )
        staffed.do("officer", act)
        yield staffed
        staffed.app.close()


def erase(staffed: Any) -> Any:
    output = staffed.folder.parent / "certificate.json"
    done = staffed.do("judge", EraseCase(case_id=staffed.case.id, output=output))
    body: Any = certificate.check(done.certificate, staffed.app.vkey).body
    return done, body


def on_disk(server: Server, staffed: Any, folder: str) -> set[str]:
    """Which of the case's words lie in the server's files."""
    server.execute("CHECKPOINT")
    tokens = [WORDS, staffed.exhibit.id, staffed.exhibit.name, staffed.case.reference]
    return {token for _, token in scan([server.folder / "data" / folder], tokens)}


def test_no_row_and_no_file_of_a_table_holds_anything_of_it(stored: Any, server: Server) -> None:
    assert not (stored.folder / "scelle.db").exists()
    every = on_disk(server, stored, "base")
    assert len(every) == 4
    done, body = erase(stored)
    assert done.residue == ()
    assert on_disk(server, stored, "base") == set()
    # As the certificate says: the log was not reached.
    assert WORDS in on_disk(server, stored, "pg_wal")
    assert set(METHOD) <= set(body["method"])
    assert "write-ahead log" in METHOD[1]
    assert not any("overwritten with zeros" in each for each in body["method"])
    assert body["residue"]["planted"] == body["residue"]["found_before"] == 3
    assert body["rows"]["tracks"] == 3
    assert stored.app.verify_ledger().ok


def test_a_row_that_is_left_is_found_and_told(stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ErasureStore, "erase", lambda self, case_id: {})
    done, body = erase(stored)
    assert "public.decisions: planted text" in done.residue
    assert "public.exhibits: own text" in done.residue
    assert body["residue"]["found"] == list(done.residue)


def test_deleting_alone_leaves_it_in_the_tables_files(
    stored: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which no question to the server tells, and so must not be left out."""
    monkeypatch.setattr(ErasureStore, "scrub", lambda self: None)
    done, _ = erase(stored)
    assert done.residue == ()
    assert WORDS in on_disk(server, stored, "base")
