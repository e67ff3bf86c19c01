import re
from pathlib import Path
from string import Formatter

import pytest

import scelle.web
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.rules import RULES
from scelle.model.decisions import Judgement, RequestKind
from scelle.model.evidence import CaseState, MandateState, Power, Role
from scelle.model.geometry import Direction
from scelle.model.stills import Still
from scelle.model.tracks import Colour, ObjectClass
from scelle.reporting.track_formats import FORMATS
from scelle.settings import Settings
from scelle.web.cases import ORDERS
from scelle.web.filters import Motion
from scelle.web.live import WHY, Choices
from scelle.web.messages import MESSAGES, choose, translate
from scelle.web.reviewing import Bench
from scelle.web.work import Priority, State

ROOM = Path(scelle.web.__file__).parent
SOURCES = "\n".join(
    p.read_text()
    for p in [*ROOM.glob("templates/*"), *ROOM.glob("*.py")]
    if not p.name.startswith("messages")
)

# Keys that a page builds from a value: every value needs its sentence.
BUILT = {
    "class": ObjectClass,
    "colour": Colour,
    "direction": Direction,
    "motion": Motion,
    "still": Still,
    "case.state": CaseState,
    "mandate.state": MandateState,
    "power": Power,
    "framework": FRAMEWORKS.codes,
    "language": ("en", "fr"),
    "role": Role,
    "act": [act.kind for act in RULES],
    "result": ("running", "refused", "done", "failed", "interrupted", "stopped"),
    "request": [kind.value for kind in (*ORDERS, RequestKind.EXTENSION)],
    "say": MandateState,
    "setting": Settings.model_fields,
    "entrance.failed": ("wrong", "locked", "often"),
    "filter": ("class", "colour", "not_colour", "direction", "motion"),
    "density": Choices.densities,
    "order": Choices.orders,
    "collision": Choices.collisions,
    "stays": Choices.stays,
    "rows": Choices.rows,
    "live": (*Choices.written, "density", "order", "collision", "stays", "rows"),
    "live.why": WHY,
    "work.state": State,
    "work.priority": Priority,
    "work.empty": ("analyse", "receive", "replay", "export"),
    "export.format": FORMATS,
    "replay.verdict": ("identical", "within_tolerance", "different"),
    "work.speed": ("s", "bytes", "seconds", "tracks", "pictures"),
    "work.stage": (
        "survey",
        "observe",
        "tubes",
        "receive",
        "settle",
        "clip",
        "arrange",
        "compose",
        "storyboard",
    ),
    "key": [what for _, what in Choices.keys],
    "bench": (*Bench.amounts, "start", "end", "inside", "outside", "line", "path", "within"),
    "bench.state": Judgement,
    "bench.zones": ("left", "top", "width", "height"),
    "bench.help": [what for _, what in Bench.keys],
    "bench.tour.title": [step for step, _ in Bench.tour],
    "bench.tour.how": [step for step, _ in Bench.tour],
}


def asked() -> set[str]:
    literal = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', SOURCES))
    literal = {
        key
        for key in literal
        if not key.endswith((".html", ".css", ".svg", ".js", ".start", "http.request"))
    }
    built = {f"{head}.{value}" for head, each in BUILT.items() for value in each}
    return literal | built


def test_every_sentence_asked_for_exists_and_every_sentence_is_asked_for() -> None:
    assert asked() == set(MESSAGES)


def test_every_built_key_of_a_page_is_known_here() -> None:
    heads = set(re.findall(r't\("([a-z_.]+)\." ~', SOURCES))
    assert heads
    assert heads <= set(BUILT)


@pytest.mark.parametrize("key", MESSAGES)
def test_both_languages_have_the_same_parts(key: str) -> None:
    english, french = (
        sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in MESSAGES[key]
    )
    assert english == french


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        (None, None, "en"),
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "en-GB,fr;q=0.5", "en"),
        (None, "de,fr;q=0.1", "fr"),
        (None, "fr;q=0,en;q=0.5", "en"),
        (None, "fr;q=bad", "en"),
        (None, "fr;q=1.2.3", "en"),
        ("fr", "en", "fr"),
        ("xx", "fr", "fr"),
    ],
)
def test_the_readers_preferred_language_is_chosen(
    asked: str | None, accepted: str | None, expected: str
) -> None:
    assert choose(asked, accepted) == expected


def test_a_missing_part_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("fr", "case.title")
