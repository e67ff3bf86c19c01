"""What a mandate is limited to, as JSON and back."""

from scelle.model.geometry import Area, Direction, Line, Route
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.store.queries import query_from_json, query_to_json

EVERYTHING = TrackQuery(
    start_ms=1, end_ms=2, object_class=ObjectClass.CAR, colour=Colour.RED,
    not_colour=Colour.BLUE, direction=Direction.UP, moving=True, min_height=1.5, max_height=2.0,
    min_dwell_ms=3, max_dwell_ms=4, inside=Area(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),
    outside=Area(((2.0, 0.0), (3.0, 0.0), (3.0, 1.0))), min_speed=0.5, max_speed=9.0,
    crosses=Line((0.0, 1.0), (2.0, 3.0), one_way=True),
    follows=Route(((0.0, 1.0), (2.0, 3.0), (9.0, 3.0)), 1.5),
)  # fmt: skip


def test_everything_that_can_be_asked_comes_back() -> None:
    assert query_from_json(query_to_json(EVERYTHING)) == EVERYTHING
    assert None not in vars(EVERYTHING).values()
