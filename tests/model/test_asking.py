"""Plain words and filters: what is told reads back, and what is not understood is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.model.asking import Known, Question, tell, understand
from scelle.model.asking_words import WORDS, Tongue
from scelle.model.geometry import Area, Direction, Line, Route
from scelle.model.synopsis import Hours
from scelle.model.tracks import Colour, ObjectClass, TrackQuery

TONGUES: tuple[Tongue, ...] = ("en", "fr")
DOOR = Area(((10.0, 20.0), (300.0, 20.0), (300.0, 200.5)))
KNOWN = Known(("gate 2", "cour"), {"door": DOOR, "porte": DOOR})

coordinate = st.floats(-1e5, 1e5, allow_nan=False) | st.integers(0, 4000).map(float)
point = st.tuples(coordinate, coordinate)
areas = st.lists(point, min_size=3, max_size=6).map(lambda points: Area(tuple(points)))
lines = (
    st.tuples(point, point, st.booleans())
    .filter(lambda line: line[0] != line[1])
    .map(lambda line: Line(*line))
)
routes = st.builds(
    Route,
    st.lists(point, min_size=2, max_size=6, unique=True).map(tuple),
    st.floats(0.001, 1e5, allow_nan=False),
)
amounts = st.floats(0, 1e6, allow_nan=False)
stays = st.integers(0, 10**9)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda name: name == name.strip()
)


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


queries = st.builds(
    TrackQuery,
    object_class=maybe(st.sampled_from(ObjectClass)),
    colour=maybe(st.sampled_from(Colour)),
    not_colour=maybe(st.sampled_from(Colour)),
    direction=maybe(st.sampled_from(Direction)),
    moving=maybe(st.booleans()),
    min_height=maybe(amounts),
    max_height=maybe(amounts),
    min_speed=maybe(amounts),
    max_speed=maybe(amounts),
    min_dwell_ms=maybe(stays),
    max_dwell_ms=maybe(stays),
    start_ms=maybe(st.integers(-(10**8), 10**9)),
    end_ms=maybe(st.integers(-(10**8), 10**9)),
    inside=maybe(areas),
    outside=maybe(areas),
    crosses=maybe(lines),
    follows=maybe(routes),
)
seconds = st.integers(0, 86_400)


@given(queries, maybe(st.builds(Hours, seconds, seconds)), st.lists(names, unique=True, max_size=3),
       st.sampled_from(TONGUES))  # fmt: skip
def test_any_filter_told_reads_back_as_itself(
    query: TrackQuery, hours: Hours | None, exhibits: list[str], tongue: Tongue
) -> None:
    question = Question(query, hours, tuple(exhibits))
    known = Known(tuple(exhibits))
    found = understand(tell(question, tongue, known), tongue, known)
    assert found.left == ()
    assert found.question == question


@given(names, areas, st.booleans(), st.sampled_from(TONGUES))
def test_a_zone_is_told_by_its_name_and_read_back(
    name: str, area: Area, inside: bool, tongue: Tongue
) -> None:
    known = Known((), {name: area})
    question = Question(TrackQuery(inside=area) if inside else TrackQuery(outside=area))
    told = tell(question, tongue, known)
    assert '"' in told
    assert understand(told, tongue, known).question == question


pieces = st.sampled_from(
    [*"0123456789:,;.\"«»'- ", " not ", " pas ", " h ", "near ", "près de ", "inside the area ",
     "1,1 2,2 3,3", "crossing the line 1,1 1,1", "99:99", "between 25:00 and 3:00", "at least ",
     " m/s", " s", "rouge ", "red ", "9" * 400]
)  # fmt: skip


@given(st.text() | st.lists(pieces).map("".join), st.sampled_from(TONGUES))
def test_no_text_is_refused_and_what_is_left_was_written(text: str, tongue: Tongue) -> None:
    for part in understand(text, tongue, KNOWN).left:
        assert part in text


@pytest.mark.parametrize(
    ("tongue", "text", "expected"),
    [
        (
            "en",
            "person in red going left between 14:00 and 15:00, not near the door",
            Question(
                TrackQuery(
                    object_class=ObjectClass.PERSON,
                    colour=Colour.RED,
                    direction=Direction.LEFT,
                    outside=DOOR,
                ),
                Hours(50_400, 54_000),
            ),
        ),
        (
            "fr",
            "personne en rouge allant à gauche entre 14 h et 15 h, pas près de la porte",
            Question(
                TrackQuery(
                    object_class=ObjectClass.PERSON,
                    colour=Colour.RED,
                    direction=Direction.LEFT,
                    outside=DOOR,
                ),
                Hours(50_400, 54_000),
            ),
        ),
        (
            "fr",
            "Voiture PAS BLEUE",
            Question(TrackQuery(object_class=ObjectClass.CAR, not_colour=Colour.BLUE)),
        ),
        (
            "en",
            "truck going at least 36 km/h",
            Question(TrackQuery(object_class=ObjectClass.LARGE_VEHICLE, min_speed=10.0)),
        ),
        (
            "en",
            "bike after 10 pm on camera gate 2",
            Question(
                TrackQuery(object_class=ObjectClass.TWO_WHEELER), Hours(79_200, 86_400), ("gate 2",)
            ),
        ),
        (
            "fr",
            "piéton immobile restant plus de 2 min dans la cour",
            Question(
                TrackQuery(object_class=ObjectClass.PERSON, moving=False, min_dwell_ms=120_000),
                None,
                ("cour",),
            ),
        ),
        (
            "fr",
            "vêtu de noir avant 6 h",
            Question(TrackQuery(colour=Colour.BLACK), Hours(0, 21_600)),
        ),
        ("en", "near door", Question(TrackQuery(inside=DOOR))),
        (
            "en",
            "at least 80 px tall and moving to the right",
            Question(TrackQuery(min_height=80.0, direction=Direction.RIGHT)),
        ),
        (
            "fr",
            "franchissant la ligne 1,2 3,4 dans un sens",
            Question(TrackQuery(crosses=Line((1.0, 2.0), (3.0, 4.0), True))),
        ),
        (
            "en",
            "person following the path 0,0 30,40 30,90 within 7.5 px",
            Question(
                TrackQuery(
                    object_class=ObjectClass.PERSON,
                    follows=Route(((0.0, 0.0), (30.0, 40.0), (30.0, 90.0)), 7.5),
                )
            ),
        ),
        (
            "fr",
            "suivant le chemin 0,0 30,40 30,90",
            Question(TrackQuery(follows=Route(((0.0, 0.0), (30.0, 40.0), (30.0, 90.0)), 10.0))),
        ),
    ],
)
def test_what_people_write(tongue: Tongue, text: str, expected: Question) -> None:
    found = understand(text, tongue, KNOWN)
    assert found.question == expected
    assert found.left == ()


@pytest.mark.parametrize(
    ("tongue", "text", "left"),
    [
        ("en", "red car near the moon, going left", ("near the moon",)),
        ("en", "person in red or blue, going left", ("or blue",)),
        ("en", "not a person, in red", ("not a person",)),
        ("en", "a red car in blue", ("in blue",)),
        ("en", "tall man in red", ("tall man",)),
        ("fr", "femme en rouge, sans chapeau bleu", ("femme", "sans chapeau bleu")),
        ("fr", "visage, en rouge", ("visage",)),
        ("en", "red between 25:00 and 26:00", ("between 25:00 and 26:00",)),
        ("en", "crossing the line 1,1 1,1", ("crossing the line 1,1 1,1",)),
    ],
)
def test_what_is_not_understood_is_said_and_never_guessed(
    tongue: Tongue, text: str, left: tuple[str, ...]
) -> None:
    assert understand(text, tongue, KNOWN).left == left


def test_a_swallowed_negation_sets_nothing() -> None:
    assert understand("not a person", "en").question == Question()
    assert understand("ni rouge ni bleu", "fr").question == Question()


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_word_is_of_a_body(tongue: Tongue) -> None:
    words = WORDS[tongue]
    said = " ".join(pattern for _, pattern in words.classes.values())
    for never in ("man", "woman", "homme", "femme", "enfant", "child", "old", "skin", "peau"):
        assert never not in said.split("|")
        assert understand(never, tongue).left == (never,)


@pytest.mark.parametrize(
    ("tongue", "text", "query", "left"),
    [
        (
            "fr",
            "femme brune",
            TrackQuery(object_class=ObjectClass.PERSON, colour=Colour.BROWN),
            ("femme",),
        ),
        ("fr", "des hommes", TrackQuery(object_class=ObjectClass.PERSON), ("hommes",)),
        (
            "en",
            "woman in red trousers",
            TrackQuery(object_class=ObjectClass.PERSON, colour=Colour.RED),
            ("woman", "trousers"),
        ),
        (
            "fr",
            "enfant, pantalon rouge",
            TrackQuery(object_class=ObjectClass.PERSON, colour=Colour.RED),
            ("enfant", "pantalon"),
        ),
        ("en", "a car, a man", TrackQuery(object_class=ObjectClass.CAR), ("man",)),
        ("en", "not a man", TrackQuery(), ("not a man",)),
    ],
)
def test_a_sex_an_age_and_a_garment_are_told_and_the_person_and_the_colour_asked(
    tongue: Tongue, text: str, query: TrackQuery, left: tuple[str, ...]
) -> None:
    found = understand(text, tongue)
    assert found.question.query == query
    assert found.left == left


@pytest.mark.parametrize(
    ("tongue", "text", "hours", "left"),
    [
        ("en", "not near the moon between 14:00 and 15:00", Hours(50_400, 54_000),
         ("not near the moon",)),
        ("fr", "pas près de la lune entre 14 h et 15 h", Hours(50_400, 54_000),
         ("pas près de la lune",)),
        ("en", "not near the moon or after 14:00", None, ("not near the moon or after 14:00",)),
        ("en", "not seen between 14:00 and 15:00", None, ("not seen between 14:00 and 15:00",)),
        ("en", "never after 14:00", None, ("never after 14:00",)),
    ],
)  # fmt: skip
def test_hours_after_an_unknown_place_are_asked_and_none_that_are_negated(
    tongue: Tongue, text: str, hours: Hours | None, left: tuple[str, ...]
) -> None:
    found = understand(text, tongue)
    assert found.question.hours == hours
    assert found.left == left
