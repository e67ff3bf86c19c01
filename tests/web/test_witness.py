"""The witness over HTTP, asked by a ledger: a real server, on this machine alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from scelle.ledger import remote
from scelle.ledger.anchoring import Anchoring
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft
from scelle.ledger.witness import Witness
from scelle.web.witness import create_witness

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DRAFT = Draft({"month": "2026-03"}, {}, b"k" * 32)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness.begin(tmp_path / "w", "witness.example/w")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db", Signer("log.example/one", b"s" * 32))
    yield book
    book.close()


@pytest.fixture
def url(witness: Witness) -> Iterator[str]:
    """Where the witness answers."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_witness(witness), log_level="critical"))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    serving.join(30)
    listening.close()


def name(book: Book, witness: Witness, url: str) -> None:
    fields = {"phase": "system", "act": "witness-named", "month": "2026-03", "vkey": witness.vkey}
    book.name_witness(Draft(dict(fields), {}, b"k" * 32), witness.vkey, url, AT)


def test_a_ledger_is_co_signed_over_http(book: Book, witness: Witness, url: str) -> None:
    refusals: list[str] = []
    anchoring = Anchoring(book, None, lambda vkey, text: refusals.append(text))
    assert anchoring.show(AT) == ()
    name(book, witness, url)
    (shown,) = anchoring.show(AT)
    # It does not know the ledger yet.
    assert (shown.status, refusals) == ("refused", [])
    witness.trust(book.vkey)
    (shown,) = anchoring.show(AT)
    assert (shown.status, shown.size) == ("signed", 1)
    assert anchoring.show(AT) == ()
    for _ in range(5):
        book.append(DRAFT, keep=True)
    assert [s.size for s in anchoring.show(AT)] == [6]
    assert book.check(witnesses=[witness.vkey]).ok


def test_a_restored_backup_is_refused_and_told(
    book: Book, witness: Witness, url: str, tmp_path: Path
) -> None:
    refusals: list[tuple[str, str]] = []
    name(book, witness, url)
    witness.trust(book.vkey)
    anchoring = Anchoring(book, None, lambda vkey, text: refusals.append((vkey, text)))
    assert anchoring.show(AT)[0].status == "signed"
    book.close()
    backup = {p: p.read_bytes() for p in tmp_path.glob("ledger.*") if p.is_file()}
    for _ in range(3):
        book.append(DRAFT, keep=True)
    assert anchoring.show(AT)[0].status == "signed"
    book.close()
    for path, data in backup.items():
        path.write_bytes(data)
    # As long again, and longer, but another history.
    for extra in (1, 5):
        for _ in range(extra):
            book.append(DRAFT, keep=True)
        (shown,) = anchoring.show(AT)
        assert shown.status == "refused"
    assert [vkey for vkey, _ in refusals] == [witness.vkey] * 2
    assert "of 4 entries" in refusals[0][1]
    assert "was altered" in refusals[1][1]
    # Two requests that prove it, signed by the ledger's own key.
    assert witness.known()[0].refused == 1


def test_nobody_answers(book: Book, witness: Witness) -> None:
    name(book, witness, "http://127.0.0.1:9/")
    (shown,) = Anchoring(book, None, lambda *_: None).show(AT)
    assert shown.status == "silent"
    assert book.check().ok


def test_the_service_says_what_the_specification_says(
    witness: Witness, book: Book, url: str
) -> None:
    book.append(DRAFT)
    request = f"old 0\n\n{book.head()}"
    with httpx.Client(base_url=url) as client:
        assert client.post("/add-checkpoint", content=request).status_code == 404
        witness.trust(book.vkey)
        answer = client.post("/add-checkpoint", content=request)
        assert answer.status_code == 200
        assert answer.text.startswith("— witness.example/w ")
        again = client.post("/add-checkpoint", content=request)
        assert (again.status_code, again.text) == (409, "1\n")
        assert again.headers["content-type"].startswith("text/x.tlog.size")
        assert client.post("/add-checkpoint", content=b"\xff").status_code == 400
        assert client.post("/add-checkpoint", content=b"x" * 70_000).status_code == 413
        assert client.get("/add-checkpoint").status_code == 405
        assert client.get("/").status_code == 404


def test_an_endless_answer_is_not_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_MOST", 3)
    with pytest.raises(remote.Unreachable, match="too much"):
        remote.post(f"{url}/nothing", b"x", "text/plain")
