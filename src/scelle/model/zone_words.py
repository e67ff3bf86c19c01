"""What errors about concealed zones say, in French; see :mod:`scelle.model.error_words`."""

from __future__ import annotations

#: English to French; the same names in braces on both sides.
ZONES: tuple[tuple[str, str], ...] = (
    ("The zone cannot be read.", "La zone ne peut être lue."),
    (
        "A zone is marked in one exhibit, at one place at least.",
        "Une zone se marque dans un scellé, à un endroit au moins.",
    ),
    (
        "Name the exhibit with --exhibit, and a place with --at.",
        "Choisissez le scellé, et donnez un endroit.",
    ),
    ("There is no zone {zone} in this case.", "Il n'y a pas de zone {zone} ici."),
    ("List them with `scelle zone list`.", "Rechargez la page pour voir celles qu'il y a."),
    (
        "A zone has at most {most} places, each later than the one before.",
        "Une zone a au plus {most} endroits, chacun après le précédent.",
    ),
    (
        "Put them in order of time, or mark two zones.",
        "Mettez-les dans l'ordre du temps, ou marquez deux zones.",
    ),
    ("{name} has no such place: {place}.", "{name} n'a pas cet endroit : {place}."),
    (
        "Its picture is {wide} by {tall} pixels, and it lasts from {first} to {last} milliseconds.",
        "Son image fait {wide} sur {tall} pixels, et il dure de {first} à {last} millisecondes.",
    ),
    (
        "An outline has 3 to {most} corners, in the zone's rectangle.",
        "Un contour a de 3 à {most} sommets, dans le rectangle de la zone.",
    ),
    (
        "Draw it again with fewer corners, or mark a rectangle.",
        "Tracez-le avec moins de sommets, ou marquez un rectangle.",
    ),
    (
        "A zone was concealed or moved after this synopsis was composed.",
        "Une zone a été masquée ou déplacée après la composition de ce synopsis.",
    ),
    (
        "A track was concealed again after this synopsis was composed.",
        "Une piste a été masquée à nouveau après la composition de ce synopsis.",
    ),
    (
        "This synopsis shows more than the mandate is limited to: {what}.",
        "Ce synopsis montre plus que ce à quoi l'autorisation est limitée : {what}.",
    ),
    (
        "Compose it again: the new one shows that alone.",
        "Composez-le à nouveau : le nouveau ne montre que cela.",
    ),
    (
        "This synopsis was composed before heads were concealed as they are now.",
        "Ce synopsis a été composé avant que les têtes soient masquées comme à présent.",
    ),
    (
        "Compose it again: the new one leaves out what is concealed now.",
        "Composez-le à nouveau : le nouveau ne montre pas ce qui est masqué à présent.",
    ),
)
