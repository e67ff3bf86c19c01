"""One byte is another, anywhere in what is handed out: the verifier says so, and where."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scelle.benchmarks.year import simulate
from scelle.bootstrap import App, open_app
from scelle.bootstrap.generated import fill_ledger
from scelle.errors import ScelleError
from scelle.ledger import certificate
from scelle.model.acts import (
    EraseCase,
    ExportLedger,
    GrantClearance,
    OpenCase,
    PublishUse,
    RecordCommitment,
    RegisterAgent,
)
from scelle.model.evidence import Role
from scelle.settings import Settings

#: Where in a file: as a share of its length, or counted from its end, where signatures are.
PLACES = st.one_of(st.floats(0, 1), st.integers(-12, -1))
#: What the byte is combined with.
CHANGES = st.integers(1, 255)
PEOPLE = {
    "root": Role.ADMINISTRATOR,
    "head": Role.HEAD_OF_SERVICE,
    "finder": Role.INVESTIGATOR,
    "judge": Role.MAGISTRATE,
    "auditor": Role.AUDITOR,
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The simulated year of 40 services, in the ledger of an installation with people."""
    home = tmp_path_factory.mktemp("year") / "home"
    fill_ledger(home, simulate(300, 2025, count=40), 300)
    with open_app(Settings(home=home)) as app:
        for name, role in PEOPLE.items():
            act = RegisterAgent(agent_id=name, roles=frozenset({role}), service="SR-1")
            app.perform("root", act)
        app.perform("root", RecordCommitment(sent_on="2026-01-05"))
        yield app


@contextmanager
def altered(path: Path, where: float, change: int) -> Iterator[int]:
    """One byte of a file is another; gives its place.  Afterwards it is what it was."""
    whole = path.read_bytes()
    place = len(whole) + where if isinstance(where, int) else int(where * (len(whole) - 1))
    bad = bytearray(whole)
    bad[place] ^= change
    path.write_bytes(bad)
    try:
        yield place
    finally:
        path.write_bytes(whole)


def test_in_a_published_year_of_40_services_and_the_file_is_named(
    app: App, tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published"
    app.perform("auditor", PublishUse(first="2025-01", last="2025-12", output=folder))
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    # What is worked out from the same numbers is worked out once.
    generator, summed = functools.cache(tool.generator), functools.cache(tool.weighted_sum)
    monkeypatch.setattr(tool, "generator", generator)
    monkeypatch.setattr(tool, "weighted_sum", lambda n, p: summed(_Same(n), _Same(p)))
    assert tool.check(folder, tool.Trust(), None).wrong == []

    @given(name=st.sampled_from(names), where=PLACES, change=CHANGES)
    @example(name="manifest.txt", where=-1, change=ord("\n") ^ ord(" "))
    @settings(max_examples=60)
    def property_(name: str, where: float, change: int) -> None:
        with altered(folder / name, where, change):
            told = tool.check(folder, tool.Trust(), None).wrong
        assert [line for line in told if line.startswith(name)], told

    property_()


class _Same(tuple[Any, ...]):
    """A list that can be remembered by what it holds."""

    __slots__ = ()


def test_in_a_ledger_s_export_and_the_entry_or_line_is_named(
    app: App, tool: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.jsonl"
    app.perform("auditor", ExportLedger(output=file))
    assert tool.check(file, tool.Trust(), None).wrong == []

    @given(where=PLACES, change=CHANGES)
    @settings(max_examples=60)
    def property_(where: float, change: int) -> None:
        with altered(file, where, change) as place:
            line = file.read_bytes().count(b"\n", 0, place)
            told = tool.check(file, tool.Trust(), None)
        # The first line is no entry; the last ones are heads.
        names = (f"Entry {line - 1}:", f"Line {line + 1}:", "The first line", "The signed head")
        assert [each for each in told.wrong if each.startswith(names)], told.wrong

    property_()


@pytest.mark.usefixtures("own_temporary")
def test_in_a_certificate_of_erasure(app: App, tool: ModuleType, tmp_path: Path) -> None:
    file, now = tmp_path / "certificate.json", datetime.now(UTC)
    app.perform(
        "head",
        GrantClearance(
            agent_id="finder", service="SR-1", valid_from=now, valid_to=now.replace(year=2099)
        ),
    )
    opened = OpenCase(reference="PV-1", framework="preliminaire", service="SR-1")
    case_id = app.perform("finder", opened).id
    act = EraseCase(case_id=case_id, output=file, backups=("weekly tape, destroyed in June",))
    app.perform("judge", act)
    assert tool.check(file, tool.Trust(), None).wrong == []

    # Bits of the signature's base64 that mean nothing.
    @given(where=PLACES, change=CHANGES)
    @example(where=-6, change=ord("Q") ^ ord("R"))
    @example(where=-6, change=ord("g") ^ ord("h"))
    @settings(max_examples=200)
    def property_(where: float, change: int) -> None:
        with altered(file, where, change):
            told = tool.check(file, tool.Trust(), None)
            data = file.read_bytes()
        assert told is not None
        assert [line for line in told.wrong if line.startswith("The certificate")]
        with pytest.raises((ScelleError, UnicodeDecodeError)):
            certificate.check(data.decode())

    property_()
