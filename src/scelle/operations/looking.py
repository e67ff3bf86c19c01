"""Gathering what an attestation is about, from this running installation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib.metadata import distributions
from pathlib import Path

from sqlalchemy import Engine, inspect

import scelle
from scelle.engine.protection import Protection
from scelle.operations.attest import commitment_sent_on
from scelle.reporting.attestation import Installation
from scelle.reporting.collect import Ledger
from scelle.reporting.inspection import Field, Model
from scelle.vision.catalogue import CATALOGUE

#: Where a model may lie in an installation's home.
_MODELS = ("models", "exports")


def look(
    home: Path,
    engine: Engine,
    ledger: Ledger,
    ledger_path: Path,
    settings: Mapping[str, object],
    protection: Protection,
) -> Installation:
    """What this installation is made of now.

    Args:
        engine: of the database of cases.
        ledger_path: the ledger's own database.
        settings: name to value; where it lies and who asks are left out.
        protection: what holds a decoding process here.
    """
    fields = (*_fields(engine), *_ledger_fields(ledger_path))
    return Installation(
        version=scelle.__version__,
        package=Path(scelle.__file__).parent,
        folders=tuple(home / name for name in _MODELS),
        distributions=tuple(distributions()),
        catalogue=tuple(Model(m.name, m.sha256, tuple(m.labels)) for m in CATALOGUE),
        fields=tuple(dict.fromkeys(fields)),
        settings={
            name: "" if value is None else str(value)
            for name, value in settings.items()
            if name not in ("home", "agent")
        },
        protection={
            "names": list(protection.names),
            "missing": list(protection.missing),
            "complete": protection.complete,
        },
        origin=ledger.origin,
        vkey=ledger.vkey,
        ledger=ledger.head(),
        committed=commitment_sent_on(ledger),
    )


def _fields(engine: Engine) -> Iterator[Field]:
    """Every column of every table, those too that somebody added by hand."""
    found = inspect(engine)
    for table in sorted(found.get_table_names()):
        for column in found.get_columns(table):
            yield Field(table, str(column["name"]), str(column["type"]))


def _ledger_fields(path: Path) -> Iterator[Field]:
    asked = (
        "SELECT m.name, c.name, c.type FROM sqlite_master AS m, pragma_table_info(m.name) AS c "
        "WHERE m.type = 'table' ORDER BY m.name, c.cid"
    )
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        for table, column, kind in db.execute(asked):
            yield Field(f"ledger.{table}", column, kind)
