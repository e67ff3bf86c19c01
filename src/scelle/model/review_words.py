"""What errors of the review bench and the live synopsis say, in French."""

from __future__ import annotations

#: English to French; the same names in braces on both sides.
REVIEW: tuple[tuple[str, str], ...] = (
    (
        "The process that was to answer has ended.",
        "Le processus qui devait répondre s'est arrêté.",
    ),
    (
        "Load the page again; the server's own output says why it ended.",
        "Rechargez la page ; la sortie du serveur dit pourquoi il s'est arrêté.",
    ),
    (
        "From {low} to {high}: nothing can be both.",
        "De {low} à {high} : rien ne peut être les deux à la fois.",
    ),
    (
        "Give a least number that is not above the greatest.",
        "Donnez un minimum qui ne dépasse pas le maximum.",
    ),
    ("No case was chosen.", "Aucune procédure n'a été choisie."),
    (
        "Choose one on the list of cases.",
        "Choisissez-en une dans la liste des procédures.",
    ),
    (
        "Run `scelle case list` to see the cases, or `scelle case open` to open one.",
        "Exécutez `scelle case list` pour voir les procédures, ou `scelle case open` pour en "
        "ouvrir une.",
    ),
    ("The decision cannot be read.", "La décision ne peut être lue."),
    ("Give a reason, and try again.", "Donnez un motif, et réessayez."),
    ("There is no such span.", "Ce passage n'existe pas."),
    ("Open it from the live synopsis.", "Ouvrez-le depuis le synopsis interactif."),
    ("Open it from the review bench.", "Ouvrez-le depuis la table de visionnage."),
    ("There is no such speed.", "Cette vitesse n'existe pas."),
    ("Choose one that the page offers.", "Choisissez-en une que la page propose."),
    ("The bookmark cannot be read.", "Le signet ne peut être lu."),
    ("{name} has no such place.", "{name} n'a pas un tel endroit."),
    (
        "Give a place between {first} and {last} milliseconds; a span ends after it begins.",
        "Donnez un endroit entre {first} et {last} millisecondes ; un passage finit après son "
        "début.",
    ),
    ("A note has at most {most} characters.", "Une note a au plus {most} caractères."),
    ("Shorten the note.", "Raccourcissez la note."),
    (
        "A note is plain text, and this holds control characters.",
        "Une note est du texte brut, et ceci contient des caractères de commande.",
    ),
    (
        "Write it anew, or paste it without formatting.",
        "Écrivez-la à nouveau, ou collez-la sans mise en forme.",
    ),
    ("The note cannot be read.", "La note ne peut être lue."),
    (
        "You have no note on {track} to take back.",
        "Vous n'avez pas de note à retirer sur {track}.",
    ),
    ("Write the note's text.", "Écrivez le texte de la note."),
    ("At most a minute is played at a time.", "On lit au plus une minute à la fois."),
    ("Ask for a shorter span.", "Demandez un passage plus court."),
    (
        "The synopsis would last {minutes} minutes.",
        "Le synopsis durerait {minutes} minutes.",
    ),
    (
        "At most an hour is composed at a time: choose a higher speed or density, or look for "
        "less.",
        "On compose au plus une heure à la fois : choisissez une vitesse ou une densité plus "
        "élevée, ou cherchez moins.",
    ),
    (
        "So many objects stay for so long that arranging them takes too much time.",
        "Tant d'objets restent si longtemps que les disposer prend trop de temps.",
    ),
    (
        "Have long stays played fast or cut, or ask for far fewer objects.",
        "Faites défiler ou couper les longs séjours, ou demandez bien moins d'objets.",
    ),
    (
        "So many pictures of that size are not handed out at once.",
        "Autant d'images de cette taille ne sont pas remises à la fois.",
    ),
    (
        "At most {most} parts are handed out at once.",
        "Au plus {most} parties sont remises à la fois.",
    ),
    ("Ask for fewer.", "Demandez-en moins."),
)
