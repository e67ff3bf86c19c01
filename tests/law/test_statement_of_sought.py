"""What can be sought since a later version alters no statement that was signed before."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from scelle.law.sought import within
from scelle.law.statement import mandate_statement
from scelle.model.evidence import Mandate, Power
from scelle.model.geometry import Line, Route
from scelle.model.tracks import Colour, TrackQuery

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def statement(sought: TrackQuery) -> dict[str, object]:
    mandate = Mandate(
        id="m", case_id="c", framework="flagrance", magistrate="judge",
        powers=frozenset({Power.CONSULT}),
        valid_from=NOW, valid_to=NOW + timedelta(days=1), sought=sought,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(mandate_statement(mandate))
    sought_as_told: dict[str, object] = told["sought"]
    return sought_as_told


def test_a_mandate_is_told_as_before_where_it_says_nothing_new() -> None:
    assert not {"min_speed", "max_speed", "crosses", "follows"} & set(statement(TrackQuery()))
    line = Line((1.0, 2.0), (3.0, 4.0))
    told = statement(TrackQuery(min_speed=2.0, crosses=line))
    assert (told["min_speed"], told["crosses"]) == (2.0, [[1.0, 2.0], [3.0, 4.0], False])
    route = Route(((1.0, 2.0), (3.0, 4.0)), 5.0)
    assert statement(TrackQuery(follows=route))["follows"] == [[[1.0, 2.0], [3.0, 4.0]], 5.0]
    assert told["crosses"] != statement(TrackQuery(crosses=Line((1.0, 2.0), (3.0, 5.0))))["crosses"]


def test_a_search_asks_as_narrowly_as_the_mandate() -> None:
    sought = TrackQuery(min_speed=2.0, crosses=Line((1.0, 2.0), (3.0, 4.0)))
    assert within(sought, sought)
    assert not within(TrackQuery(min_speed=2.0), sought)
    assert not within(TrackQuery(crosses=sought.crosses), sought)
    route = TrackQuery(follows=Route(((1.0, 2.0), (3.0, 4.0)), 5.0))
    assert within(route, route)
    assert not within(TrackQuery(), route)
    assert not within(TrackQuery(min_speed=1.0, crosses=sought.crosses), sought)
    assert within(TrackQuery(min_speed=3.0, colour=Colour.RED, crosses=sought.crosses), sought)
