from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine

from scelle.model.evidence import Case, Exhibit, Finding, FindingKind, Stream
from scelle.model.time import Clock
from scelle.store.database import open_database
from scelle.store.records import Records

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Every test of what is stored is run over both databases."""
    return str(request.param)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where the database is."""
    if kind == "sqlite":
        return tmp_path / "scelle.db"
    return str(request.getfixturevalue("database"))


@pytest.fixture
def engine(place: Path | str) -> Iterator[Engine]:
    engine = open_database(place)
    yield engine
    engine.dispose()


@pytest.fixture
def records(engine: Engine) -> Records:
    return Records(engine)


@pytest.fixture
def case(records: Records) -> Case:
    """A case on record."""
    case = Case("c", "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(days=1096))
    records.add_case(case)
    return case


@pytest.fixture
def exhibit(records: Records, case: Case) -> Callable[[str], Exhibit]:
    """Puts an exhibit of that name on record."""

    def add(name: str) -> Exhibit:
        exhibit = Exhibit(
            id=name,
            case_id=case.id,
            sha256=name.encode().hex().zfill(64),
            size=1 << 40,
            name=f"{name}.avi",
            camera="north",
            origin="PV 12",
            clock=Clock(NOW, Fraction(-7, 3), Fraction(1, 9), Fraction(1, 2), "a still"),
            stream=Stream(
                "avi",
                "mpeg4",
                "yuv420p",
                320,
                240,
                Fraction(3579125, 214748359),
                1700,
                6,
                1,
                Fraction(17, 3),
            ),
            received_at=NOW,
            findings=(Finding(FindingKind.GAP, 1, 2, "b"), Finding(FindingKind.GAP, 0, 1, "a")),
        )
        return records.add_exhibit(exhibit)

    return add
