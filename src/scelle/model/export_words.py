"""What errors about copies say, in French; see :mod:`scelle.model.error_words`."""

from __future__ import annotations

#: English to French; the same names in braces on both sides.
EXPORTS: tuple[tuple[str, str], ...] = (
    ("There is no such copy.", "Cette copie n'existe pas."),
    ("Open the case's exports.", "Ouvrez les exports de la procédure."),
    ("No copy {copy} waits for you in this case.", "Aucune copie {copy} ne vous attend ici."),
    (
        "Export it again: a copy waits for a week, for whoever exported it.",
        "Exportez à nouveau : une copie attend une semaine la personne qui l'a exportée.",
    ),
    (
        "Something was concealed or moved after the copy {copy} was made.",
        "Une dissimulation a été posée ou déplacée après l'établissement de la copie {copy}.",
    ),
    (
        "Export it again: the new one leaves out what is concealed now.",
        "Exportez à nouveau : la nouvelle copie laisse de côté ce qui est dissimulé maintenant.",
    ),
    (
        "The copy {copy} was made on another mandate than the one now in force, which is limited "
        "to a description.",
        "La copie {copy} repose sur une autre autorisation que celle en vigueur, qui est limitée "
        "à une description.",
    ),
    ("Export it again.", "Exportez à nouveau."),
    (
        "No manifest definition waits beside the copy {copy}.",
        "Aucune définition de manifeste n'attend à côté de la copie {copy}.",
    ),
    (
        "One lies beside a synopsis that bears no content credentials.",
        "Il y en a une à côté d'un synopsis sans certificats de contenu.",
    ),
    ("The copy {copy} was called back.", "La copie {copy} a été rappelée."),
    (
        "The copy {copy} was called back or erased.",
        "La copie {copy} a été rappelée ou effacée.",
    ),
    (
        "Export it again if the reason for that has gone.",
        "Exportez à nouveau si la raison en a disparu.",
    ),
    (
        "A copy that waits is one file with a plain name.",
        "Une copie qui attend est un seul fichier, au nom simple.",
    ),
    (
        "Give a name without a folder, such as clip.mp4.",
        "Donnez un nom sans dossier, comme clip.mp4.",
    ),
    (
        "Mark one on the review bench with I and O, or choose a candidate.",
        "Marquez-en une sur la table d'examen avec I et O, ou choisissez un rapprochement.",
    ),
    ("The clip would have no length.", "L'extrait serait sans durée."),
    (
        "Choose some seconds before and after it.",
        "Choisissez quelques secondes avant et après.",
    ),
    ("Nothing is chosen.", "Rien n'est choisi."),
    ("Choose what is to be exported.", "Choisissez ce qui est à exporter."),
    ("At most an hour is shown before and after.", "Une heure au plus est montrée avant et après."),
    ("Write seconds, such as 2.", "Écrivez des secondes, comme 2."),
    (
        "What you wrote has {count} characters; {most} are kept at most.",
        "Ce que vous avez écrit a {count} caractères ; {most} au plus sont gardés.",
    ),
    ("Say it in fewer words.", "Dites-le en moins de mots."),
)
