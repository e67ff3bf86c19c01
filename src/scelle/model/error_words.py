"""What errors and refusals say, in French: sentences that reach a page, and what each advises.

They are raised with English sentences, which the command line shows.  Each pattern here
matches one of them; what stands in braces is carried over as it is.
"""

from __future__ import annotations

from functools import lru_cache

from scelle.model.export_words import EXPORTS
from scelle.model.law_words import LAW
from scelle.model.ledger_words import LEDGER
from scelle.model.opening_words import OPENING
from scelle.model.review_words import REVIEW
from scelle.model.wording import Pattern, matched, patterns
from scelle.model.zone_words import ZONES

#: English to French; the same names in braces on both sides.
ERRORS: tuple[tuple[str, str], ...] = (
    *EXPORTS,
    *ZONES,
    *OPENING,
    # forms and sessions
    ("Nothing is said.", "Rien n'est dit."),
    (
        "Say why, in your words: it is written down.",
        "Dites pourquoi, avec vos mots : c'est consigné.",
    ),
    ("What was sent is too long.", "Ce qui a été envoyé est trop long."),
    ("Send less at a time.", "Envoyez-en moins à la fois."),
    ("Only the page's own script may ask this.", "Seul le script de la page peut le demander."),
    ("Open the page itself.", "Ouvrez la page elle-même."),
    ("The question is no JSON.", "La question n'est pas du JSON."),
    ("The question is no JSON object.", "La question n'est pas un objet JSON."),
    ("The question cannot be read.", "La question ne peut être lue."),
    ("Load the page again.", "Rechargez la page."),
    ("This form is of a session that is over.", "Ce formulaire est d'une session terminée."),
    ("Open the page again and send it.", "Rouvrez la page et envoyez-le."),
    ("The two are not the same.", "Les deux ne sont pas identiques."),
    ("Type it twice.", "Saisissez-le deux fois."),
    (
        "This passkey was not made for this page, or was sent twice.",
        "Cette clé d'accès n'a pas été créée pour cette page, ou a été envoyée deux fois.",
    ),
    (
        "Open the page again and make the passkey there.",
        "Rouvrez la page et créez-y la clé d'accès.",
    ),
    (
        "Open the mandate's page again and enrol the passkey there.",
        "Rouvrez la page de l'autorisation et enregistrez-y la clé d'accès.",
    ),
    (
        "The browser sent no answer of a passkey.",
        "Le navigateur n'a envoyé aucune réponse d'une clé d'accès.",
    ),
    (
        "Open the mandate's page and sign there; scripts must be allowed for it.",
        "Ouvrez la page de l'autorisation et signez-y ; les scripts doivent y être permis.",
    ),
    ("Nothing was shown.", "Rien n'a été présenté."),
    (
        "A password has {least} to {most} characters, five different ones at least.",
        "Un mot de passe a de {least} à {most} caractères, dont au moins cinq différents.",
    ),
    (
        "Choose a sentence that you will remember, or enrol a passkey instead.",
        "Choisissez une phrase que vous retiendrez, ou enregistrez plutôt une clé d'accès.",
    ),
    (
        "A password does not hold its owner's name.",
        "Un mot de passe ne contient pas le nom de son titulaire.",
    ),
    ("Choose another sentence.", "Choisissez une autre phrase."),
    # cases, authorisations, clearances
    (
        "A clearance lasts 1 to {days} days.",
        "Une habilitation dure de 1 à {days} jours.",
    ),
    ("A mandate lasts 1 to {days} days.", "Une autorisation dure de 1 à {days} jours."),
    ("Give a number of days.", "Indiquez un nombre de jours."),
    ("Nothing is said of the mandate.", "Rien n'est dit de l'autorisation."),
    ("Press one of its buttons.", "Appuyez sur l'un de ses boutons."),
    ("Nothing is ordered.", "Rien n'est ordonné."),
    ("Choose what is ordered.", "Choisissez ce qui est ordonné."),
    (
        "There is no mandate {mandate} in this case.",
        "Il n'y a pas d'autorisation {mandate} dans cette procédure.",
    ),
    (
        "Open the page of the case: it lists its mandates.",
        "Ouvrez la page de la procédure : elle liste ses autorisations.",
    ),
    ("{agent} cannot name an agent.", "{agent} ne peut être le nom d'une personne."),
    ("Use one word of at most 64 characters.", "Utilisez un seul mot d'au plus 64 caractères."),
    (
        "The hash of the signed document is not a SHA-256.",
        "L'empreinte du document signé n'est pas un SHA-256.",
    ),
    (
        "Give the 64 hexadecimal digits that `sha256sum DOCUMENT` prints.",
        "Donnez les 64 chiffres hexadécimaux qu'affiche `sha256sum DOCUMENT`.",
    ),
    (
        "The signature does not hold for this mandate: {why}.",
        "La signature ne vaut pas pour cette autorisation : {why}.",
    ),
    ("These are no months.", "Ce ne sont pas des mois."),
    ("Write them as in 2026-01.", "Écrivez-les comme 2026-01."),
    # recordings and clocks
    ("This case has no such exhibit.", "Cette procédure n'a pas un tel scellé."),
    ("Open it from the case's page.", "Ouvrez-le depuis la page de la procédure."),
    (
        "A point says to within how many seconds it holds, and what it rests on.",
        "Un point dit à combien de secondes près il vaut, et sur quoi il repose.",
    ),
    ("Complete the point.", "Complétez le point."),
    (
        "A clock rests on at most {most} points.",
        "Une horloge repose sur {most} points au plus.",
    ),
    ("Begin anew, without those that there are.", "Recommencez, sans ceux qu'il y a déjà."),
    ("A time cannot be read.", "Une heure ne peut être lue."),
    ("Give a day, a time and +01:00.", "Donnez un jour, une heure et +01:00."),
    ("A time has no offset from UTC.", "Une heure est sans décalage par rapport à UTC."),
    ("Give one, as in +01:00.", "Donnez-en un, comme +01:00."),
    ("Seconds cannot be read.", "Des secondes ne peuvent être lues."),
    ("Write them as in 12 or 1.5.", "Écrivez-les comme 12 ou 1.5."),
    ("What is stated cannot be read.", "Ce qui est déclaré ne peut être lu."),
    ("The recorder's time cannot be read.", "L'heure de l'enregistreur ne peut être lue."),
    ("Give a day and a time.", "Donnez un jour et une heure."),
    (
        "The recorder's time has no offset from UTC.",
        "L'heure de l'enregistreur est sans décalage par rapport à UTC.",
    ),
    ("There is no such upload.", "Cet envoi n'existe pas."),
    (
        "Choose the same file again: it goes on where it stopped.",
        "Choisissez à nouveau le même fichier : il reprend où il s'est arrêté.",
    ),
    ("A chunk did not arrive as it was sent.", "Un fragment n'est pas arrivé tel qu'envoyé."),
    ("Send it again; check the machine.", "Renvoyez-le ; vérifiez la machine."),
    (
        "{missing} chunks of {name} have not arrived.",
        "Fragments de {name} non arrivés : {missing}.",
    ),
    (
        "No camera is stated.",
        "Aucune caméra n'est indiquée.",
    ),
    (
        "{name} has {size} bytes, and there is room for {free}.",
        "{name} compte {size} octets, et il y a de la place pour {free}.",
    ),
    ("{path} is empty.", "{path} est vide."),
    (
        "Choose another file: it holds nothing.",
        "Choisissez un autre fichier : il ne contient rien.",
    ),
    ("Copy the recording again from its medium.", "Copiez à nouveau depuis le support."),
    (
        "There is no video stream in this {kind} file.",
        "Ce fichier {kind} ne contient aucune vidéo.",
    ),
    ("Give the file that holds the pictures.", "Donnez le fichier qui contient les images."),
    (
        "{path} is still being written or was changed while it was read.",
        "{path} est encore en cours d'écriture, ou a changé pendant la lecture.",
    ),
    (
        "Wait until the recorder or the copy has finished, then try again.",
        "Attendez que l'enregistreur ou la copie ait terminé, puis réessayez.",
    ),
    # analyses and searches
    ("You have no such work.", "Vous n'avez pas ce travail."),
    (
        "{most} pieces of work are queued already.",
        "La file compte déjà {most} travaux.",
    ),
    ("Wait for some to end.", "Attendez que certains se terminent."),
    (
        "Nothing is chosen that is not in the queue already.",
        "Rien n'est choisi qui ne soit déjà dans la file.",
    ),
    ("Choose at least one recording.", "Choisissez au moins un enregistrement."),
    ("There is no such queue.", "Cette file n'existe pas."),
    (
        "Not analysed yet: {names}. Not analysed is not the same as nothing found.",
        "Pas encore analysé : {names}. Non analysé ne veut pas dire que rien n'a été trouvé.",
    ),
    (
        "Analyse the exhibits first with `scelle analyse`.",
        "Analysez d'abord les scellés, ici ou avec `scelle analyse`.",
    ),
    ("Analyse the exhibit first.", "Analysez d'abord le scellé."),
    ("Analyse the exhibit again.", "Analysez à nouveau le scellé."),
    (
        "The exhibit {name} has not been analysed: nothing is known of the objects in it, nor of "
        "what must be concealed.",
        "Le scellé {name} n'a pas été analysé : on ne sait rien des objets qu'il montre, ni de ce "
        "qui doit être masqué.",
    ),
    (
        "No track answers the query: there is nothing to show.",
        "Aucune piste ne répond à la recherche : il n'y a rien à montrer.",
    ),
    (
        "Ask for less (a colour, a direction), or list what there is with `scelle search`.",
        "Demandez moins (une couleur, une direction), ou cherchez ce qu'il y a.",
    ),
    (
        "None of the {count} tracks that answer the query has kept pictures.",
        "Aucune des {count} pistes qui répondent à la recherche n'a d'images conservées.",
    ),
    (
        "No track was there at that time of day: there is nothing to show.",
        "Aucune piste n'était là à ces heures : il n'y a rien à montrer.",
    ),
    ("Choose other hours.", "Choisissez d'autres heures."),
    (
        "A storyboard shows {most} objects at most, not {count}.",
        "Une planche montre {most} objets au plus, et non {count}.",
    ),
    (
        "Ask for fewer: name an exhibit, a class, a colour or a direction.",
        "Demandez-en moins : indiquez un scellé, une classe, une couleur ou une direction.",
    ),
    (
        "What the recorder's clock showed is known of no exhibit, so there is no time of day to "
        "choose by.",
        "L'heure de l'enregistreur n'est connue d'aucun scellé : aucune heure ne peut être "
        "choisie.",
    ),
    (
        "State it with `scelle clock set`, or leave the time of day out.",
        "Déclarez-la, ou ne choisissez pas d'heure.",
    ),
    (
        "What the recorder's clock showed is not known of every exhibit, so there is no time of "
        "day to choose by.",
        "L'heure de l'enregistreur n'est pas connue de chaque scellé : aucune heure ne peut être "
        "choisie.",
    ),
    (
        "State it with `scelle clock set`, or choose by the recording's own time.",
        "Déclarez-la, ou choisissez selon le temps propre de l'enregistrement.",
    ),
    ("A time of day lies between 0:00 and 24:00.", "Une heure est comprise entre 0:00 et 24:00."),
    ("Give hours such as 22:00.", "Donnez des heures comme 22:00."),
    ("no track {track} in the exhibits of this act", "aucune piste {track} dans ces scellés"),
    ("There is no track {track} in this case.", "Il n'y a pas de piste {track} ici."),
    (
        "List the tracks with `scelle search` and use their ids.",
        "Cherchez les pistes et utilisez leurs identifiants.",
    ),
    (
        "Track {track} is not what the mandate is limited to: {what}.",
        "La piste {track} n'est pas ce à quoi l'autorisation est limitée : {what}.",
    ),
    (
        "Ask a magistrate for a mandate that covers it.",
        "Demandez à un magistrat une autorisation qui la couvre.",
    ),
    ("A zone has a name.", "Une zone a un nom."),
    ("Write it such as door: 1,2 9,2 9,9.", "Écrivez-la comme porte : 1,2 9,2 9,9."),
    ("{value} is no number for {name}.", "{value} n'est pas un nombre pour {name}."),
    ("Write a number such as 2.5.", "Écrivez un nombre comme 2.5."),
    ("{text} is no time of day.", "{text} n'est pas une heure."),
    ("Write it such as 22:00.", "Écrivez-la comme 22:00."),
    ("A line has two ends.", "Une ligne a deux bouts."),
    ("Write it such as 10,20 300,200.", "Écrivez-la comme 10,20 300,200."),
    (
        "A path goes somewhere, and is followed within some pixels.",
        "Un trajet mène quelque part, et se suit à quelques pixels près.",
    ),
    (
        "Write it such as 10,20 300,200, and within such as 40.",
        "Écrivez-le comme 10,20 300,200, et l'écart comme 40.",
    ),
    ("The points {text} cannot be read.", "Les points {text} ne peuvent être lus."),
    (
        "Write at least {least} of them, such as 10,20 300,20 300,200.",
        "Écrivez-en au moins {least}, comme 10,20 300,20 300,200.",
    ),
    # looking, and what leaves
    (
        "A synopsis shows one camera at one picture size; these are {names}.",
        "Un synopsis montre une caméra à une taille d'image ; voici : {names}.",
    ),
    (
        "Name the exhibits of one camera with --exhibit, or show cameras side by side with --rows "
        "camera.",
        "Choisissez les scellés d'une caméra, ou montrez les caméras côte à côte.",
    ),
    (
        "A synopsis plays 0.1 to 16 times as fast as recorded, not {speed} times.",
        "Un synopsis se lit de 0.1 à 16 fois la vitesse réelle, non {speed} fois.",
    ),
    ("Give a speed such as 2.", "Donnez une vitesse comme 2."),
    # the review bench and the live synopsis
    *REVIEW,
    # refusals of the law
    *LAW,
    ("Mandate {mandate} is suspended.", "L'autorisation {mandate} est suspendue."),
    ("Mandate {mandate} was withdrawn.", "L'autorisation {mandate} a été retirée."),
    (
        "Mandate {mandate} was objected to by the prosecutor.",
        "Le procureur s'est opposé à l'autorisation {mandate}.",
    ),
    (
        "Mandate {mandate} may be used from {first} until {last}.",
        "L'autorisation {mandate} vaut du {first} au {last}.",
    ),
    (
        "Mandate {mandate} permits {permitted}, not {power}.",
        "L'autorisation {mandate} permet {permitted}, non {power}.",
    ),
    (
        "Mandate {mandate} was granted in the framework {framework}, the case is in {other}.",
        "L'autorisation {mandate} a été accordée dans le cadre {framework} ; la procédure est dans "
        "le cadre {other}.",
    ),
    (
        "Mandate {mandate} is limited to {what}.",
        "L'autorisation {mandate} est limitée à : {what}.",
    ),
    (
        "Search for that alone, or for a part of it, and run the same command.",
        "Ne cherchez que cela, ou une partie de cela, et recommencez.",
    ),
    (
        "Mandate {mandate} does not cover the camera {camera} of {exhibit}.",
        "L'autorisation {mandate} ne couvre pas la caméra {camera} de {exhibit}.",
    ),
    (
        "Mandate {mandate} does not cover {exhibit}.",
        "L'autorisation {mandate} ne couvre pas {exhibit}.",
    ),
    (
        "{agent} has no clearance for the service {service}.",
        "{agent} n'a pas d'habilitation pour le service {service}.",
    ),
    (
        "Clearance {clearance} is good from {first} until {last}.",
        "L'habilitation {clearance} vaut du {first} au {last}.",
    ),
    ("There is no such case.", "Cette procédure n'existe pas."),
    ("Case {case} is closed.", "La procédure {case} est close."),
    ("Case {case} was erased.", "La procédure {case} a été effacée."),
    (
        "Case {case} holds no exhibit {exhibits}.",
        "La procédure {case} n'a pas de scellé {exhibits}.",
    ),
    (
        "Ask a magistrate of the case to run `{command}`.",
        "Demandez à un magistrat de la procédure d'exécuter `{command}`.",
    ),
    (
        "Ask the head of the service {service} to run `{command}`.",
        "Demandez au chef du service {service} d'exécuter `{command}`.",
    ),
    (
        "Ask {somebody} to run the same command.",
        "Demandez à quelqu'un qui a cette qualité de le faire : {somebody}.",
    ),
    (
        "Run `scelle case show --case {case}` to see what there is.",
        "Exécutez `scelle case show --case {case}` pour voir ce qu'il y a.",
    ),
    (
        "Ask a second person to run `{command}` with the ledger entry of this refusal, then run "
        "the same command again.",
        "Demandez à une seconde personne d'exécuter `{command}` avec la ligne du registre de ce "
        "refus, puis recommencez.",
    ),
    # the machine
    (
        "The vault holds no {name} for this case.",
        "Le coffre ne contient pas {name} pour cette procédure.",
    ),
    (
        "It was erased, or the work that makes it has not been done.",
        "Cela a été effacé, ou le travail qui le produit n'a pas été fait.",
    ),
    (
        "The vault holds no background picture of this exhibit.",
        "Le coffre ne contient pas d'image de fond de ce scellé.",
    ),
    (
        "Analyse the exhibit again with `scelle analyse`.",
        "Analysez à nouveau le scellé.",
    ),
    (
        "Chunk {chunk} of a vault object is altered, out of place, cut off or under another key.",
        "Le fragment {chunk} d'un objet du coffre est altéré, déplacé, coupé ou sous une autre "
        "clé.",
    ),
    (
        "The disk is full; nothing half-written counts as done.",
        "Le disque est plein ; rien d'écrit à moitié ne compte comme fait.",
    ),
    (
        "{path} cannot be written: {why}.",
        "{path} ne peut être écrit : {why}.",
    ),
    (
        "Free some space or choose another place; nothing half-written was kept.",
        "Libérez de la place ou choisissez un autre endroit ; rien d'à moitié écrit n'est gardé.",
    ),
    *LEDGER,
    # last: they match more than their own
    ("{agent} is not {role}.", "{agent} n'a pas la qualité requise : {role}."),
    ("There is no {what} {key}.", "Il n'existe pas d'objet de ce nom : {what} {key}."),
)

_ROLES = {
    "an investigator": "enquêteur",
    "a magistrate": "magistrat",
    "a referent magistrate": "magistrat référent",
    "the head of the service": "chef de service",
    "an auditor": "auditeur",
    "an administrator": "administrateur",
}


def french_error(sentence: str) -> str | None:
    """A sentence of an error in French; ``None`` if none of the patterns is its own.

    >>> french_error("Shorten the note.")
    'Raccourcissez la note.'
    """
    return matched(_patterns(), sentence, _roles)


def _roles(part: str) -> str:
    """Roles in French, *a magistrate or an auditor* alike; any other part as it is.

    >>> _roles("a magistrate or the head of the service")
    'magistrat ou chef de service'
    """
    words = [_ROLES.get(each) for each in part.split(" or ")]
    return " ou ".join(filter(None, words)) if all(words) else part


@lru_cache(maxsize=1)
def _patterns() -> tuple[Pattern, ...]:
    return patterns(ERRORS)
