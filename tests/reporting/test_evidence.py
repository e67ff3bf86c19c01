"""A published folder: what it proves, and that no byte of it can be changed unseen."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scelle.benchmarks.year import simulate
from scelle.errors import BadInput, LedgerDamaged
from scelle.ledger import curve
from scelle.ledger.book import Book
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Draft, Value
from scelle.ledger.reader import Reader
from scelle.ledger.tally import blinding_key, tally
from scelle.model.acts import Permit, PublishUse, ReportUse, no_progress
from scelle.operations.publish import Publishing
from scelle.reporting.collect import collect
from scelle.reporting.evidence import sign_manifest

SEALING = b"k" * 32
SIGNER = Signer("scelle/test", b"s" * 32)
YEAR = 2025


@pytest.fixture(scope="module")
def verifier(request: pytest.FixtureRequest) -> Any:
    path = request.config.rootpath / "tools" / "verify.py"
    spec = importlib.util.spec_from_file_location("outsider", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["outsider"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Three services; entries before and after the year too."""
    key = blinding_key(SEALING)
    book = Book(tmp_path_factory.mktemp("ledger") / "ledger.db", SIGNER)
    rows = [fields for _, fields in simulate(300, YEAR, seed=3, count=3)]
    outside = dict(rows[-1])
    rows = (
        [{**outside, "month": f"{YEAR - 1}-11"}] * 3 + rows + [{**outside, "month": "2026-02"}] * 2
    )
    book.append_all([Draft({**f, "tally": tally(f, key)}, {}, SEALING) for f in rows])
    yield book
    book.close()


def publishing(book: Book) -> Publishing:
    return Publishing(book, SIGNER.sign, lambda: SEALING, "1")


def permit(act: Any) -> Permit:
    return Permit(act, "auditor", "", (), datetime(2026, 5, 1, tzinfo=UTC), 0, lambda: None)


def publish(book: Book, output: Path, first: str = f"{YEAR}-01", last: str = f"{YEAR}-12") -> Path:
    act = PublishUse(first=first, last=last, output=output)
    publishing(book).publish(act, permit(act), no_progress)
    return output


@pytest.fixture(scope="module")
def folder(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(book, tmp_path_factory.mktemp("out") / "use")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.fixture
def wrong(verifier: Any) -> Callable[..., list[str]]:
    """What the verifier finds wrong."""

    def check(path: Path, export: Path | None = None) -> list[str]:
        return list(verifier.check_publication(path, str(SIGNER.vkey), export).wrong)

    return check


def test_a_published_year_holds_and_is_counted_anew_from_the_export(
    folder: Path, book: Book, tmp_path: Path, wrong: Callable[..., list[str]]
) -> None:
    export = tmp_path / "ledger.jsonl"
    export.write_bytes(b"".join(book.export()))
    assert wrong(folder, export) == []


def test_each_file_with_one_byte_changed_is_named(
    copy: Path, wrong: Callable[..., list[str]]
) -> None:
    names = [p for p in sorted(copy.rglob("*")) if p.is_file()]
    assert len(names) >= 10
    for path in names:
        good = path.read_bytes()
        bad = bytearray(good)
        bad[len(bad) // 2] ^= 1
        path.write_bytes(bytes(bad))
        name = path.relative_to(copy).as_posix()
        assert any(name in line for line in wrong(copy)), name
        path.write_bytes(good)
    assert wrong(copy) == []


def test_a_file_added_or_removed_is_named(copy: Path, wrong: Callable[..., list[str]]) -> None:
    (copy / "data" / "more.csv").write_text("x")
    (copy / "style.css").unlink()
    found = wrong(copy)
    assert "data/more.csv: the manifest does not name it." in found
    assert "style.css: it is missing." in found


def resign(copy: Path, told: dict[str, Any]) -> None:
    """What a publisher does who lies: they hold the key."""
    (copy / "data" / "figures.json").write_bytes(canonical(told))
    (copy / "manifest.txt").unlink()
    sign_manifest(copy, SIGNER.sign, SIGNER.name)


def figures_of(copy: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((copy / "data" / "figures.json").read_bytes())
    return told


def test_a_publisher_who_holds_the_key_cannot_state_another_figure(
    copy: Path, wrong: Callable[..., list[str]]
) -> None:
    told = figures_of(copy)
    searches = next(f for f in told["figures"] if f["name"] == "searches")
    searches["total"] -= 5
    shown = [[r for r in table["rows"] if r[1]] for table in searches["tables"]]
    assert any(shown)
    for rows in filter(None, shown):
        max(rows, key=lambda r: r[1])[1] -= 5
    resign(copy, told)
    found = wrong(copy)
    assert any(line.startswith("proof/opening.json") for line in found)
    assert any("it shows another figure for searches" in line for line in found)


def test_a_publisher_cannot_leave_out_a_cell_or_an_entry(
    copy: Path, wrong: Callable[..., list[str]]
) -> None:
    told = figures_of(copy)
    told["values"]["service"] = told["values"]["service"][:-1]
    resign(copy, told)
    assert any(line.startswith("proof/opening.json") for line in wrong(copy))
    told = figures_of(copy)
    told["range"][1] -= 1
    resign(copy, told)
    assert wrong(copy)


def test_no_small_count_and_no_field_of_an_entry_leaves(folder: Path) -> None:
    told = figures_of(folder)
    withheld = 0
    for figure in told["figures"]:
        for table in figure["tables"]:
            counts = [count for _, count in table["rows"]]
            withheld += counts.count(None)
            if len(counts) > 1:
                assert all(count is None or count == 0 or count >= 5 for count in counts)
            assert counts.count(None) != 1
    assert withheld > 10
    # Of single entries, only the installation's own and the months at the ends are shown.
    shown = {frozenset(e["disclosed"]) for e in [*told["borders"], *told["history"]]}
    assert shown <= {
        frozenset({"month"}),
        frozenset({"phase", "act", "result", "month", "counts"}),
    }


def test_the_same_period_withholds_the_same_cells_again(
    folder: Path, book: Book, tmp_path: Path
) -> None:
    again = publish(book, tmp_path / "again")
    assert figures_of(again)["figures"] == figures_of(folder)["figures"]


def test_months_published_once_are_not_published_in_another_grouping(tmp_path: Path) -> None:
    key, book = blinding_key(SEALING), Book(tmp_path / "ledger.db", SIGNER)
    counts: dict[str, Value] = {"first_month": 202501, "last_month": 202506, "entries": 9}
    rows: list[dict[str, Value]] = [
        {
            "phase": "outcome", "act": "publish", "result": "done", "month": "2025-09",
            "framework": "", "service": "", "offence_family": "", "demonstration": False,
            "rules": [], "counts": counts,
        }
    ]  # fmt: skip
    book.append_all([Draft({**f, "tally": tally(f, key)}, {}, SEALING) for f in rows])
    with pytest.raises(BadInput, match="were published already"):
        publish(book, tmp_path / "half", "2025-04", "2025-09")
    both = publishing(book)

    def together(name: str, first: str, last: str) -> None:
        act = PublishUse(first=first, last=last, output=tmp_path / name)
        both.publish(act, permit(act), no_progress)

    # One that failed keeps nothing back.
    with pytest.raises(BadInput, match="no entry"):
        together("none", "2025-10", "2025-11")
    together("later", "2025-09", "2025-10")
    # Before the ledger tells of the first.
    with pytest.raises(BadInput, match="were published already"):
        together("again", "2025-09", "2025-09")
    book.close()


def test_an_empty_period_and_an_existing_folder_are_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no entry"):
        publish(book, tmp_path / "none", "2020-01", "2020-12")
    (tmp_path / "there").mkdir()
    with pytest.raises(BadInput, match="exists already"):
        publish(book, tmp_path / "there")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["there"]


def test_an_entry_without_its_own_tally_stops_a_publication(tmp_path: Path) -> None:
    key, book = blinding_key(SEALING), Book(tmp_path / "ledger.db", SIGNER)
    fields = next(fields for _, fields in simulate(100, YEAR, count=2))
    book.append_all([Draft({**fields, "tally": tally({**fields, "act": "x"}, key)}, {}, SEALING)])
    with pytest.raises(LedgerDamaged, match="not those of their fields"):
        publish(book, tmp_path / "out")
    book.append_all([Draft(fields, {}, SEALING)])
    with pytest.raises(LedgerDamaged, match="has no tally"):
        publish(book, tmp_path / "out")
    book.close()


def test_overseers_read_every_count_whole(book: Book, folder: Path) -> None:
    act = ReportUse(first=f"{YEAR}-01", last=f"{YEAR}-12")
    whole = publishing(book).report(act, permit(act), no_progress).value
    published = {f["name"]: f["total"] for f in figures_of(folder)["figures"]}
    assert {p.figure.name: p.total for p in whole.figures} == published  # type: ignore[attr-defined]
    for each in whole.figures:  # type: ignore[attr-defined]
        for dimension, table in each.tables.items():
            assert None not in table.rows.values()
            if dimension != "rule":
                assert sum(table.rows.values()) == each.total


def test_pages_have_no_script_and_name_their_language(folder: Path) -> None:
    for language in ("en", "fr"):
        text = (folder / language / "index.html").read_text()
        assert f'<html lang="{language}">' in text
        assert "<script" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert text.count("<svg") == text.count("<title id=")
        assert not (set("{}") & set(text))
    for pdf in folder.rglob("*.pdf"):
        data = pdf.read_bytes()
        assert b"pdfaid" in data
        assert b"pdfuaid" in data


@pytest.mark.parametrize("chunk", [37, 4096])
def test_entries_add_up_to_the_same_on_all_cores(
    book: Book, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("scelle.reporting.collect.CHUNK", chunk)
    size = sum(1 for _ in book.entries())

    def read() -> tuple[Any, ...]:
        written: list[tuple[int, bytes]] = []
        told: list[int] = []
        found = collect(
            Reader(book.path).stored,
            range(size),
            blinding_key(SEALING),
            lambda first, records: written.append((first, records)),
            told.append,
        )
        point = curve.encode(found.point)
        return found.amounts, found.blinding, point, found.shapes, written, told

    alone = read()
    monkeypatch.setattr("scelle.reporting.collect.helped", lambda count: True)
    assert read() == alone
    assert alone[-1][-1] == size
