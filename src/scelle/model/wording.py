"""What findings say, in French: one table, so that no page shows English to French readers.

A finding is stored as an English sentence.  Each pattern here matches one kind of
sentence, with its figures and names; what stands in braces is carried over as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

#: English to French; the same names in braces on both sides.
SENTENCES: tuple[tuple[str, str], ...] = (
    ("Reading stops after packet {n}: {why}.", "La lecture s'arrête après le paquet {n} : {why}."),
    (
        "The file announces {n} pictures more than it holds: it was cut short.",
        "Le fichier annonce {n} images de plus qu'il n'en contient : il a été tronqué.",
    ),
    (
        "The header announces {n} pictures, which cannot be true.",
        "L'en-tête annonce {n} images, ce qui ne peut être vrai.",
    ),
    (
        "{n} stored pictures are left out of the presentation by an edit list.",
        "{n} images enregistrées sont écartées de la lecture par une liste de montage.",
    ),
    (
        "The recorder gave the first picture no date that can be.",
        "L'enregistreur a donné à la première image une date impossible.",
    ),
    (
        "By the recorder's own clock the first picture is of {at}; no zone is stated.",
        "D'après l'horloge de l'enregistreur, la première image date du {at} ; le fuseau n'est "
        "pas indiqué.",
    ),
    (
        "The container gives decoding times only; shown times follow the display order.",
        "Le conteneur ne donne que des temps de décodage ; les temps indiqués suivent l'ordre "
        "d'affichage.",
    ),
    (
        "The container gives no times; pictures are counted at the rate that the file states; "
        "shown times follow the display order.",
        "Le conteneur ne donne aucun temps ; les images sont comptées à la cadence indiquée par "
        "le fichier, dans l'ordre d'affichage.",
    ),
    (
        "The container gives no times; pictures are counted at {n} a second, the rate that was "
        "stated for it; shown times follow the display order.",
        "Le conteneur ne donne aucun temps ; les images sont comptées à {n} par seconde, cadence "
        "déclarée à la réception, dans l'ordre d'affichage.",
    ),
    (
        "The container gives no times; pictures are counted at {n} a second, the rate that its "
        "own header states; shown times follow the display order.",
        "Le conteneur ne donne aucun temps ; les images sont comptées à {n} par seconde, cadence "
        "indiquée par l'en-tête du flux, dans l'ordre d'affichage.",
    ),
    (
        "The container gives no times; pictures are counted at {n} a second, a rate that is only "
        "assumed, since nothing states one; shown times follow the display order.",
        "Le conteneur ne donne aucun temps ; les images sont comptées à {n} par seconde, cadence "
        "seulement supposée puisque rien ne l'indique, dans l'ordre d'affichage.",
    ),
    (
        "The file's own times are left aside; pictures are counted at {n} a second, the rate "
        "that was stated for it.",
        "Les temps du fichier sont écartés ; les images sont comptées à {n} par seconde, cadence "
        "déclarée à la réception.",
    ),
    (
        "{n} pictures have no presentation time; they are spread evenly between those that have, "
        "in order of storage.",
        "{n} images sont sans temps d'affichage ; elles sont réparties régulièrement entre celles "
        "qui en ont un, dans l'ordre d'enregistrement.",
    ),
    (
        "Times step backwards by {back} s; from here on they are shown {shift} s later than "
        "stored.",
        "Les temps reculent de {back} s ; à partir d'ici ils sont indiqués avec {shift} s de plus "
        "que dans le fichier.",
    ),
    (
        "{n} pictures bear the same time as another; their order of storage is used.",
        "{n} images portent le même temps qu'une autre ; l'ordre d'enregistrement est retenu.",
    ),
    (
        "No picture for {n} s between {before} and {after}.",
        "Aucune image pendant {n} s entre {before} et {after}.",
    ),
    ("No picture for {n} s.", "Aucune image pendant {n} s."),
    (
        "{before} ends and {after} begins; how long nothing was recorded is not known.",
        "{before} se termine et {after} commence ; la durée sans enregistrement est inconnue.",
    ),
    (
        "{after} begins {n} s before {before} ends, by the recorder's clock; it is shown after it.",
        "{after} commence {n} s avant la fin de {before}, d'après l'horloge de l'enregistreur ; "
        "il est montré à sa suite.",
    ),
    ("{before} ends and {after} goes on.", "{before} se termine et {after} prend la suite."),
    (
        "The file asks players to turn its pictures by {n} degrees counter-clockwise; here they "
        "are as stored.",
        "Le fichier demande aux lecteurs de tourner ses images de {n} degrés dans le sens direct ; "
        "elles sont ici telles qu'enregistrées.",
    ),
    (
        "The file asks players to mirror or skew its pictures; here they are as stored.",
        "Le fichier demande aux lecteurs de retourner ou de déformer ses images ; elles sont ici "
        "telles qu'enregistrées.",
    ),
    (
        "Its pixels are not square, {w} wide to {h} high; here they are shown square, so that "
        "shapes look narrower or wider than they were.",
        "Ses pixels ne sont pas carrés, {w} de large pour {h} de haut ; ils sont montrés carrés, "
        "si bien que les formes paraissent plus étroites ou plus larges qu'elles n'étaient.",
    ),
    (
        "The file bears the name of encoding software ({names}): it is probably not as its "
        "recorder wrote it, but was encoded again.",
        "Le fichier porte le nom d'un logiciel d'encodage ({names}) : il n'est probablement plus "
        "tel que l'enregistreur l'a écrit, mais a été réencodé.",
    ),
    (
        "In {n} of {all} pictures nothing is coded: they repeat the one before, because nothing "
        "stirred or to fill a higher rate.",
        "Dans {n} images sur {all} rien n'est codé : elles répètent la précédente, parce que rien "
        "ne bougeait ou pour compléter une cadence plus élevée.",
    ),
    (
        "Pictures are stored in another size ({sizes}) and stretched to that of the first.",
        "Des images sont enregistrées dans une autre taille ({sizes}) et ramenées à celle de la "
        "première.",
    ),
    (
        "Nothing in the picture changes for {n} s: it was frozen, or nothing stirred and the "
        "compression repeated it.",
        "Rien ne change dans l'image pendant {n} s : elle était figée, ou rien ne bougeait et la "
        "compression l'a répétée.",
    ),
    (
        "The whole picture changes its brightness by {n} of 255: a lamp, the exposure, or the "
        "switch between day and night.",
        "La luminosité de toute l'image change de {n} sur 255 : une lampe, l'exposition, ou le "
        "passage entre jour et nuit.",
    ),
    (
        "Next to nothing can be made out: the camera was covered, blinded or out of focus, or "
        "the light was gone.",
        "On ne distingue presque rien : la caméra était couverte, éblouie ou floue, ou la lumière "
        "manquait.",
    ),
    (
        "From here on the camera shows another view: it was turned, moved or switched.",
        "À partir d'ici la caméra montre une autre vue : elle a été tournée, déplacée ou commutée.",
    ),
    (
        "The file holds {n} video streams; each is an exhibit of its own.",
        "Le fichier contient {n} flux vidéo ; chacun est un scellé à part entière.",
    ),
    (
        "Video stream {n} of the file cannot be read: {why}",
        "Le flux vidéo {n} du fichier ne peut être lu : {why}",
    ),
    (
        "None of {n} pictures could be looked at. {why}",
        "Aucune des {n} images n'a pu être regardée. {why}",
    ),
    (
        "Triage left out {n} of {all} pictures here: key pictures alone were looked at, and "
        "showed nothing.",
        "Le tri a écarté ici {n} images sur {all} : seules les images clés ont été regardées, et "
        "rien n'y paraît.",
    ),
    (
        "{n} pictures could not be decoded whole.",
        "{n} images n'ont pas pu être décodées entières.",
    ),
    # What a track's confidence rests on.
    (
        "seen in {n} of {looks} looks, apart from others in {share} %",
        "vu dans {n} regards sur {looks}, à l'écart des autres dans {share} %",
    ),
)


def french(sentence: str) -> str | None:
    """A finding's sentence in French; ``None`` if none of the patterns is its own.

    >>> french("No picture for 1.500 s.")
    'Aucune image pendant 1.500 s.'
    """
    return matched(_patterns(), sentence)


Pattern = tuple[re.Pattern[str], str]
"""What matches a sentence, and its translation with the same names in braces."""


def patterns(sentences: Sequence[tuple[str, str]]) -> tuple[Pattern, ...]:
    """Patterns of sentences and their translations."""
    made = []
    for english, translated in sentences:
        parts = re.split(r"\{(\w+)\}", english)
        pattern = "".join(
            f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)
        )
        made.append((re.compile(pattern, re.DOTALL), translated))
    return tuple(made)


def matched(
    known: Sequence[Pattern], sentence: str, part: Callable[[str], str] = str
) -> str | None:
    """The translation by the first pattern that matches a whole sentence, if any.

    Args:
        part: says in the other language what stood in braces.
    """
    for pattern, translated in known:
        match = pattern.fullmatch(sentence)
        if match is not None:
            return translated.format(**{k: part(v) for k, v in match.groupdict().items()})
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[Pattern, ...]:
    return patterns(SENTENCES)
