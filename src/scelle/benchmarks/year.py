"""A simulated year of many services: entries of a ledger, made from a seed.

Nothing in it is real.  Services differ in size as a few large and many small ones do
(Zipf), so that small counts occur.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from scelle.law.frameworks import FRAMEWORKS
from scelle.law.offences import OFFENCE_FAMILIES
from scelle.ledger.entries import Value

_RULES = ("no-mandate", "mandate-dates", "no-clearance", "camera", "role", "clearance-dates")
_CHECKED = {"checks": 6, "checks_failed": 0}
_YEAR = 365 * 24 * 3600.0
#: Entries that a case leaves on average, by which the number of cases is chosen.
_PER_CASE = 67


def services(count: int) -> tuple[str, ...]:
    """Made-up services, the largest first."""
    return tuple(
        f"Section de recherches {n:02d}" if n % 3 == 0 else f"Service d'enquête {n:02d}"
        for n in range(1, count + 1)
    )


def simulate(
    entries: int, year: int, *, seed: int = 1, count: int = 40
) -> Iterator[tuple[datetime, dict[str, Value]]]:
    """The disclosed fields of about so many entries, in the order of their times.

    Args:
        entries: about how many.
        year: the calendar year.
        seed: which of all the years that might be.
        count: how many services.
    """
    draw = random.Random(seed)  # noqa: S311 - a simulation
    names = services(count)
    weights = [1 / (rank + 1) for rank in range(count)]
    start = datetime(year, 1, 1, tzinfo=UTC)
    told: list[tuple[float, dict[str, Value]]] = []
    for event in ("installed", "attest"):
        phase = "system" if event == "installed" else "outcome"
        counts = _CHECKED if event == "attest" else {}
        told.append((0.0, _fields({}, phase, event, "done", counts)))
    for month in range(1, 12):
        told.append(
            (
                month * _YEAR / 12,
                _fields({}, "outcome", "attest", "done", {"checks": 6, "checks_failed": 0}),
            )
        )
    for _ in range(max(1, entries // _PER_CASE)):
        case: dict[str, Value] = {
            "framework": draw.choices(FRAMEWORKS.codes, (40, 30, 22, 3, 5))[0],
            "service": draw.choices(names, weights)[0],
            "offence_family": draw.choices(
                list(OFFENCE_FAMILIES), [2 ** -(i / 2) for i in range(len(OFFENCE_FAMILIES))]
            )[0],
            "demonstration": draw.random() < 0.01,
        }
        at = draw.uniform(0, 0.97) * _YEAR
        for fields in _case(case, draw):
            told.append((at, fields))
            at = min(at + draw.expovariate(1 / 14400.0), _YEAR - 1)
    told.sort(key=lambda each: each[0])
    for seconds, fields in told:
        moment = start + timedelta(seconds=seconds)
        yield moment, {**fields, "month": moment.strftime("%Y-%m")}


def _fields(
    case: Mapping[str, Value],
    phase: str,
    act: str,
    result: str,
    counts: Mapping[str, int],
    rules: tuple[str, ...] = (),
) -> dict[str, Value]:
    return {
        "phase": phase,
        "act": act,
        "result": result,
        "framework": "",
        "service": "",
        "offence_family": "",
        "demonstration": False,
        "rules": list(rules),
        "counts": dict(counts),
        **case,
    }


def _case(case: Mapping[str, Value], draw: random.Random) -> Iterator[dict[str, Value]]:
    def act(kind: str, **counts: int) -> Iterator[dict[str, Value]]:
        if draw.random() < 0.03:
            yield _fields(case, "decision", kind, "refused", {}, (draw.choice(_RULES),))
        yield _fields(case, "decision", kind, "granted", {})
        result = "failed" if draw.random() < 0.005 else "done"
        yield _fields(case, "outcome", kind, result, counts if result == "done" else {})

    yield from act("open-case")
    late = draw.random() < 0.02
    yield from act("grant-mandate", **({"late": 1} if late else {}))
    for camera in range(draw.randint(1, 6)):
        seconds = draw.randint(600, 40000)
        yield from act(
            "receive-exhibit",
            exhibits=1,
            recorded_seconds=seconds,
            bytes=seconds * 250_000,
            cameras=int(camera < 3),
        )
        tracks = draw.randint(0, 900)
        yield from act("analyse-exhibit", exhibits=1, recorded_seconds=seconds, tracks=tracks)
    for _ in range(draw.randint(2, 20)):
        candidates, fresh = draw.randint(0, 60), int(draw.random() < 0.5)
        asked = {"questions": fresh, "put_forward": fresh * candidates}
        yield from act("search-tracks", exhibits=1, candidates=candidates, **asked)
        if draw.random() < 0.6:
            yield from act("view-pictures", pictures=draw.randint(1, 20))
        if draw.random() < 0.3:
            confirmed = int(draw.random() < 0.3)
            yield from act("decide-track", confirmed=confirmed, rejected=1 - confirmed)
    for kind in ("make-synopsis", "view-synopsis", "export-clip"):
        for _ in range(draw.randint(0, 2)):
            yield from act(kind, exhibits=1)
    if case["framework"] == "flagrance" and draw.random() < 0.01:
        yield from act("change-mandate", objections=1)
    elif draw.random() < 0.01:
        yield from act("change-mandate", suspensions=1)
    if draw.random() < 0.02:
        yield from act("consult-ledger", entries=40)
    if draw.random() < 0.04:
        yield from act("reveal-track", reveals=1)
    if draw.random() < 0.5:
        yield from act("close-case")
        if draw.random() < 0.8:
            yield from act("erase-case", erasures=1, overdue=int(draw.random() < 0.02))
