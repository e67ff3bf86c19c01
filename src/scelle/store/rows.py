"""Records to rows of the tables, and back."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from scelle.model.evidence import (
    Agent,
    Case,
    CaseState,
    Clearance,
    Correction,
    Coverage,
    Exhibit,
    Finding,
    FindingKind,
    FourEyes,
    Mandate,
    MandateState,
    PartFile,
    Power,
    Role,
    Stream,
)
from scelle.model.results import Synopsis
from scelle.model.time import Clock, Reference
from scelle.store.queries import (
    query_from_json,
    query_to_json,
    question_from_json,
    question_to_json,
)

Row = dict[str, Any]


def _row(record: Any) -> Row:
    """Fields by name; sets become sorted lists, so that equal records give equal rows."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(_plain(v) for v in value)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def _record(row: RowMapping) -> Row:
    return {k: v for k, v in row.items() if k != "serial"}


def agent_row(agent: Agent) -> Row:
    """An agent's row."""
    return _row(agent)


def agent(row: RowMapping) -> Agent:
    """The agent of a row."""
    return Agent(row["id"], frozenset(Role(r) for r in row["roles"]), row["service"])


def case_row(case: Case) -> Row:
    """A case's row."""
    return _row(case)


def case(row: RowMapping) -> Case:
    """The case of a row."""
    return Case(
        **{
            **_record(row),
            "state": CaseState(row["state"]),
            "four_eyes": frozenset(FourEyes(f) for f in row["four_eyes"]),
        }
    )


def mandate_row(mandate: Mandate) -> Row:
    """A mandate's row."""
    return {**_row(mandate), "sought": query_to_json(mandate.sought)}


def mandate(row: RowMapping) -> Mandate:
    """The mandate of a row."""
    return Mandate(
        **{
            **_record(row),
            "powers": frozenset(Power(p) for p in row["powers"]),
            "exhibits": frozenset(row["exhibits"]),
            "cameras": frozenset(row["cameras"]),
            "state": MandateState(row["state"]),
            "sought": query_from_json(row["sought"]),
        }
    )


def clearance_row(clearance: Clearance) -> Row:
    """A clearance's row."""
    return _row(clearance)


def clearance(row: RowMapping) -> Clearance:
    """The clearance of a row."""
    return Clearance(**{**_record(row), "data_types": frozenset(row["data_types"])})


_CLOCK = ("offset", "drift_ppm", "uncertainty", "proof", "zone", "follows")
_APART = ("clock", "stream", "findings", "parts", "sha256")


def exhibit_row(exhibit: Exhibit) -> Row:
    """An exhibit's row, without its findings."""
    own = {f.name: getattr(exhibit, f.name) for f in fields(exhibit) if f.name not in _APART}
    clock = {f"clock_{name}": getattr(exhibit.clock, name) for name in _CLOCK}
    return {
        **own,
        **clock,
        **_row(exhibit.stream),
        "recorded_at": exhibit.clock.recorded_at,
        "clock_references": [_reference_row(r) for r in exhibit.clock.references],
        "parts": [asdict(part) for part in exhibit.parts],
        "sha256": identity(exhibit.sha256, exhibit.view),
        "file_sha256": exhibit.sha256,
    }


def identity(sha256: str, view: int) -> str:
    """What no two exhibits of a case share: the file's digest, and for a later view a
    digest of it and the view's number.
    """
    return sha256 if view == 0 else hashlib.sha256(f"{sha256} {view}".encode()).hexdigest()


def exhibit(row: RowMapping, findings: tuple[Finding, ...]) -> Exhibit:
    """The exhibit of a row, with its findings."""
    own = {f.name: row[f.name] for f in fields(Exhibit) if f.name not in _APART}
    clock = Clock(
        row["recorded_at"],
        **{name: row[f"clock_{name}"] for name in _CLOCK},
        references=tuple(_reference(r) for r in row["clock_references"]),
    )
    return Exhibit(
        **own,
        sha256=row["file_sha256"] or row["sha256"],
        clock=clock,
        stream=Stream(**{f.name: row[f.name] for f in fields(Stream)}),
        findings=findings,
        parts=tuple(PartFile(**part) for part in row["parts"]),
    )


def _reference_row(reference: Reference) -> Row:
    return {
        **asdict(reference),
        "recorder": reference.recorder.isoformat(),
        "real": reference.real.isoformat(),
        "uncertainty": str(reference.uncertainty),
    }


def _reference(row: Row) -> Reference:
    return Reference(
        datetime.fromisoformat(row["recorder"]),
        datetime.fromisoformat(row["real"]),
        Fraction(row["uncertainty"]),
        row["proof"],
        row["still_ms"],
    )


def correction_row(correction: Correction) -> Row:
    """A correction's row."""
    return _row(correction)


def correction(row: RowMapping) -> Correction:
    """The correction of a row."""
    return Correction(**_record(row))


def finding_row(exhibit_id: str, stage: str, finding: Finding) -> Row:
    """A finding's row; ``stage`` says which work made it."""
    return {"exhibit_id": exhibit_id, "stage": stage, **_row(finding)}


def finding(row: RowMapping) -> Finding:
    """The finding of a row."""
    return Finding(FindingKind(row["kind"]), row["start_ms"], row["end_ms"], row["detail"])


def coverage_row(coverage: Coverage) -> Row:
    """A coverage's row, without its findings."""
    row = _row(coverage)
    del row["findings"]
    # The column has always said that the end was reached, not that nothing was damaged.
    row["complete"] = row.pop("ended")
    return row


def coverage(row: RowMapping, findings: tuple[Finding, ...]) -> Coverage:
    """The coverage of a row, with its findings."""
    record = dict(row)
    record["ended"] = record.pop("complete")
    return Coverage(**record, findings=findings)


def synopsis_row(synopsis: Synopsis) -> Row:
    """A synopsis' row."""
    return {**_row(synopsis), "asked": question_to_json(synopsis.asked)}


def synopsis(row: RowMapping) -> Synopsis:
    """The synopsis of a row."""
    return Synopsis(
        **{
            **_record(row),
            "exhibit_ids": tuple(row["exhibit_ids"]),
            "path": None if row["path"] is None else Path(row["path"]),
            "asked": question_from_json(row["asked"]),
        }
    )
