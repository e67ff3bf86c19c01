"""The words in which a search may be asked, in English and French; see :mod:`.asking`.

Patterns are written without accents and in small letters, as text is folded before it is
read; a space stands for any white space.  The first word of each choice is the one that is
written when a filter is told; only what a witness could say of clothing, things and movement
has a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scelle.model.geometry import Direction
from scelle.model.tracks import Colour, ObjectClass

Tongue = Literal["en", "fr"]

#: ``22:00``, ``22:00:30``, ``22 h``, ``22h30``, ``10 pm``.
TIME = r"\d{1,2}(?: ?h(?:eures?)?(?: ?\d\d)?|:\d\d:\d\d|:\d\d(?: ?[ap]m)?| ?[ap]m)"
NUMBER = r"\d+(?:[.,]\d+)?"
_PLAIN = r"-?\d+(?:\.\d+)?"
POINT = rf"{_PLAIN},{_PLAIN}"
#: ``0:01:30.5``, of the recording's own time.
PLACE = r"-?\d+:\d\d:\d\d(?:[.,]\d{1,3})?"


@dataclass(frozen=True)
class Words:
    """One language.

    Attributes:
        people: words for a person that say a sex or an age too: of these the person alone is asked.
        classes, colours, directions: how each is told, and the pattern that reads it.
        not_said: before a colour or a place that is meant not to be.
        motions: of what moves, and of what stands.
        told: how each part is told; what stands in braces is its value.
        read: patterns of parts with a value in them, by part.
        zone, exhibit: what stands before a name.
        negations: words after which nothing may be taken for what is wanted.
        idle: words without a meaning of their own here.
    """

    classes: Mapping[ObjectClass, tuple[str, str]]
    people: str
    colours: Mapping[Colour, tuple[str, str]]
    directions: Mapping[Direction, tuple[str, str]]
    colour: str
    not_said: str
    motions: tuple[tuple[str, str], tuple[str, str]]
    told: Mapping[str, str]
    read: Mapping[str, str]
    zone: str
    exhibit: str
    negations: str
    idle: str


_SPEED = r"(?P<unit>m/s|km/h)"
_LASTS = r"(?P<unit>s|sec|seconds?|secondes?|min|minutes?|h|hours?|heures?)"

ENGLISH = Words(
    classes={
        ObjectClass.PERSON: ("person", "persons?|people|pedestrians?|somebody|someone"),
        ObjectClass.TWO_WHEELER: (
            "two-wheeler",
            "two-?wheelers?|bicycles?|bikes?|cyclists?|motor(?:bike|cycle|cyclist)s?|scooters?",
        ),
        ObjectClass.CAR: ("car", "cars?"),
        ObjectClass.LARGE_VEHICLE: (
            "large vehicle",
            "large[ -]vehicles?|lorr(?:y|ies)|trucks?|bus(?:es)?|coach(?:es)?",
        ),
        ObjectClass.ANIMAL: ("animal", "animals?|dogs?|cats?"),
        ObjectClass.UNKNOWN: ("unknown object", "unknown (?:objects?|things?)"),
    },
    people="m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?|kids?|gentlem[ae]n|lad(?:y|ies)|guys?",
    colours={c: (c.value, "gr[ae]y" if c is Colour.GREY else c.value) for c in Colour},
    directions={
        Direction.RIGHT: ("going right", "right"),
        Direction.DOWN_RIGHT: ("going down-right", "down[- ]right"),
        Direction.DOWN: ("going down", "down"),
        Direction.DOWN_LEFT: ("going down-left", "down[- ]left"),
        Direction.LEFT: ("going left", "left"),
        Direction.UP_LEFT: ("going up-left", "up[- ]left"),
        Direction.UP: ("going up", "up"),
        Direction.UP_RIGHT: ("going up-right", "up[- ]right"),
        Direction.NONE: ("going nowhere", "nowhere"),
    },
    colour="(?:in |wearing )?",
    not_said="(?:not|no|without|never) ",
    motions=(("moving", "moving|in motion"), ("standing still", "standing(?: still)?|still")),
    told={
        "colour": "in {}",
        "not_colour": "not in {}",
        "min_height": "at least {} pixels tall",
        "max_height": "at most {} pixels tall",
        "min_speed": "at least {} m/s",
        "max_speed": "at most {} m/s",
        "min_dwell_ms": "staying at least {} s",
        "max_dwell_ms": "staying at most {} s",
        "hours": "between {} and {}",
        "start_ms": "from {} in the recording",
        "end_ms": "until {} in the recording",
        "exhibit": "on exhibit {}",
        "near": "near {}",
        "away": "not near {}",
        "inside": "inside the area {}",
        "outside": "outside the area {}",
        "crosses": "crossing the line {}",
        "one_way": "one way",
        "follows": "following the path {} within {} pixels",
    },
    read={
        "direction": "(?:(?:going|moving|walking|running|driving|heading|to|towards)"
        "(?: to| towards)?(?: the)? )(?:{})",
        "min_height": r"(?:at least|taller than|over) {n} ?(?:px|pixels)(?: tall| high)?",
        "max_height": r"(?:at most|smaller than|under) {n} ?(?:px|pixels)(?: tall| high)?",
        "min_speed": rf"(?:(?:going )?(?:at least|faster than|over)) {{n}} ?{_SPEED}",
        "max_speed": rf"(?:(?:going )?(?:at most|slower than|under)) {{n}} ?{_SPEED}",
        "min_dwell_ms": rf"(?:staying |for )?(?:at least|more than|over) {{n}} ?{_LASTS}",
        "max_dwell_ms": rf"(?:staying |for )?(?:at most|less than|under) {{n}} ?{_LASTS}",
        "hours": "between {t} and {u}",
        "span": "from {t} (?:to|until) {u}",
        "after": "(?:after|from|since) {t}",
        "before": "(?:before|until) {t}",
        "start_ms": "from {p} in the recording",
        "end_ms": "until {p} in the recording",
        "inside": "inside the area {points}",
        "outside": "outside the area {points}",
        "crosses": "crossing the line {line}(?P<one_way> one way)?",
        "follows": "following the path {path}(?: within {n} ?(?:px|pixels))?",
    },
    zone="(?:near|by|in|inside|at|through) (?:the |a )?(?:zone )?",
    exhibit="(?:on|in|from) (?:the )?(?:exhibit |camera )?",
    negations="not|no|without|never|nor|neither|except|or|nobody|none",
    idle="a|an|the|and|with|who|that|is|are|of|which|was|were",
)

FRENCH = Words(
    classes={
        ObjectClass.PERSON: ("personne", "personnes?|gens|pietons?|quelqu'un|individus?"),
        ObjectClass.TWO_WHEELER: (
            "deux-roues",
            "deux[- ]roues|velos?|bicyclettes?|cyclistes?|motos?|scooters?|trottinettes?",
        ),
        ObjectClass.CAR: ("voiture", "voitures?|automobiles?"),
        ObjectClass.LARGE_VEHICLE: (
            "grand véhicule",
            "grands? vehicules?|camions?|poids lourds?|autobus|bus|autocars?",
        ),
        ObjectClass.ANIMAL: ("animal", "animal|animaux|chiens?|chats?"),
        ObjectClass.UNKNOWN: ("objet inconnu", "(?:objets?|choses?) inconnue?s?"),
    },
    people="hommes?|femmes?|garcons?|filles?|fillettes?|enfants?|dames?|monsieur|messieurs",
    colours={
        Colour.BLACK: ("noir", "noire?s?"),
        Colour.BLUE: ("bleu", "bleue?s?"),
        Colour.BROWN: ("marron", "marrons?|brune?s?"),
        Colour.GREY: ("gris", "grise?s?"),
        Colour.GREEN: ("vert", "verte?s?"),
        Colour.ORANGE: ("orange", "oranges?"),
        Colour.PINK: ("rose", "roses?"),
        Colour.PURPLE: ("violet", "violet(?:te)?s?"),
        Colour.RED: ("rouge", "rouges?"),
        Colour.WHITE: ("blanc", "blan(?:c|che)s?"),
        Colour.YELLOW: ("jaune", "jaunes?"),
    },
    directions={
        Direction.RIGHT: ("allant à droite", "droite"),
        Direction.DOWN_RIGHT: ("allant en bas à droite", "bas a droite"),
        Direction.DOWN: ("allant vers le bas", "bas"),
        Direction.DOWN_LEFT: ("allant en bas à gauche", "bas a gauche"),
        Direction.LEFT: ("allant à gauche", "gauche"),
        Direction.UP_LEFT: ("allant en haut à gauche", "haut a gauche"),
        Direction.UP: ("allant vers le haut", "haut"),
        Direction.UP_RIGHT: ("allant en haut à droite", "haut a droite"),
        Direction.NONE: ("allant nulle part", "nulle part"),
    },
    colour="(?:en |de couleur |vetue?s? (?:de|en) )?",
    not_said="(?:pas|non|sans|jamais) ",
    motions=(("en mouvement", "en mouvement|mobiles?"), ("immobile", "immobiles?|a l'arret")),
    told={
        "colour": "en {}",
        "not_colour": "pas en {}",
        "min_height": "haut d'au moins {} pixels",
        "max_height": "haut d'au plus {} pixels",
        "min_speed": "au moins {} m/s",
        "max_speed": "au plus {} m/s",
        "min_dwell_ms": "restant au moins {} s",
        "max_dwell_ms": "restant au plus {} s",
        "hours": "entre {} et {}",
        "start_ms": "à partir de {} dans l'enregistrement",
        "end_ms": "jusqu'à {} dans l'enregistrement",
        "exhibit": "sur le scellé {}",
        "near": "près de {}",
        "away": "pas près de {}",
        "inside": "dans la zone {}",
        "outside": "hors de la zone {}",
        "crosses": "franchissant la ligne {}",
        "one_way": "dans un sens",
        "follows": "suivant le chemin {} à {} pixels près",
    },
    read={
        "direction": "(?:(?:(?:allant|va|marchant|courant|roulant|se dirigeant) )?"
        "(?:vers la|vers le|en|a) |(?:allant|va) )(?:{})",
        "min_height": r"(?:hauts? |hautes? )?(?:d'au moins|plus de|au moins) {n} ?(?:px|pixels)",
        "max_height": r"(?:hauts? |hautes? )?(?:d'au plus|moins de|au plus) {n} ?(?:px|pixels)",
        "min_speed": rf"(?:a )?(?:au moins|plus de|plus vite que) {{n}} ?{_SPEED}",
        "max_speed": rf"(?:a )?(?:au plus|moins de|moins vite que) {{n}} ?{_SPEED}",
        "min_dwell_ms": rf"(?:restant |pendant )?(?:au moins|plus de) {{n}} ?{_LASTS}",
        "max_dwell_ms": rf"(?:restant |pendant )?(?:au plus|moins de) {{n}} ?{_LASTS}",
        "hours": "entre {t} et {u}",
        "span": "de {t} a {u}",
        "after": "(?:apres|des|a partir de|depuis) {t}",
        "before": "(?:avant|jusqu'a) {t}",
        "start_ms": "a partir de {p} dans l'enregistrement",
        "end_ms": "jusqu'a {p} dans l'enregistrement",
        "inside": "dans la zone {points}",
        "outside": "hors de la zone {points}",
        "crosses": "franchissant la ligne {line}(?P<one_way> dans un sens)?",
        "follows": "suivant le chemin {path}(?: a {n} ?(?:px|pixels) pres)?",
    },
    zone="(?:(?:pres|a cote|autour) (?:de la |de l'|du |des |de )|(?:dans|par) (?:la |le |l')?)"
    "(?:zone )?",
    exhibit="(?:sur|dans|de) (?:le |la |l')?(?:scelle |camera )?",
    negations="pas|non|sans|jamais|ni|sauf|ou|aucune?|hors",
    idle="une?|le|la|les|l'|et|avec|qui|que|est|sont|du|de|des|d'",
)

WORDS: Mapping[Tongue, Words] = {"en": ENGLISH, "fr": FRENCH}
