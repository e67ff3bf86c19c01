"""What acts are called, and what became of them: one table, for pages and papers alike."""

from __future__ import annotations

from collections.abc import Mapping

#: What became of an act, as the ledger writes it, to (English, French).
RESULTS: Mapping[str, tuple[str, str]] = {
    "granted": ("granted", "accordé"),
    "running": ("under way", "en cours"),
    "refused": ("refused", "refusé"),
    "done": ("done", "accompli"),
    "failed": ("failed", "échoué"),
    "interrupted": ("interrupted", "interrompu"),
    "stopped": ("stopped by law", "arrêté par la loi"),
}

#: What an entry tells of an act, to (English, French).
PHASES: Mapping[str, tuple[str, str]] = {
    "decision": ("decision", "décision"),
    "state": ("change of state", "changement d'état"),
    "outcome": ("outcome", "issue"),
    "system": ("installation", "installation"),
}

#: Kind of act to (English, French).
ACTS: Mapping[str, tuple[str, str]] = {
    "register-agent": ("register a person", "enregistrer une personne"),
    "open-case": ("open a case", "ouvrir une procédure"),
    "close-case": ("close the case", "clore la procédure"),
    "list-cases": ("list cases", "lister les procédures"),
    "consult-case": ("read the case", "consulter la procédure"),
    "grant-mandate": ("grant an authorisation", "accorder une autorisation"),
    "change-mandate": ("change an authorisation", "modifier une autorisation"),
    "sign-mandate": ("sign an authorisation", "signer une autorisation"),
    "enrol-credential": ("enrol a key", "enregistrer une clé"),
    "sign-in": ("sign in", "se connecter"),
    "set-password": ("choose a password", "choisir un mot de passe"),
    "invite-agent": ("invite a person", "inviter une personne"),
    "end-sessions": ("end sessions", "terminer des sessions"),
    "grant-clearance": ("grant a clearance", "accorder une habilitation"),
    "withdraw-clearance": ("withdraw a clearance", "retirer une habilitation"),
    "begin-upload": ("begin an upload", "commencer un envoi"),
    "receive-exhibit": ("receive a recording", "recevoir un enregistrement"),
    "set-clock": ("state a clock", "déclarer une horloge"),
    "propose-clock": ("read a burnt-in clock", "lire une horloge incrustée"),
    "correct-exhibit": ("correct an exhibit", "corriger un scellé"),
    "analyse-exhibit": ("analyse", "analyser"),
    "search-tracks": ("search", "rechercher"),
    "view-pictures": ("view pictures", "voir des images"),
    "consult-coverage": ("read the coverage", "consulter la couverture"),
    "certify-coverage": ("certify the coverage", "certifier la couverture"),
    "make-still": ("draw a still", "composer une image"),
    "make-synopsis": ("compose a synopsis", "composer un synopsis"),
    "view-synopsis": ("play a synopsis", "lire un synopsis"),
    "arrange-synopsis": ("arrange a live synopsis", "agencer un synopsis"),
    "view-still": ("look at a still", "regarder une image de synthèse"),
    "view-tubes": ("watch a live synopsis", "regarder un synopsis"),
    "play-exhibit": ("play a recording", "lire un enregistrement"),
    "keep-bookmark": ("keep a bookmark", "poser un signet"),
    "remove-bookmark": ("remove a bookmark", "retirer un signet"),
    "consult-bookmarks": ("read the bookmarks", "consulter les signets"),
    "mark-zone": ("conceal a zone", "masquer une zone"),
    "change-zone": ("change a concealed zone", "modifier une zone masquée"),
    "consult-zones": ("read the concealed zones", "consulter les zones masquées"),
    "export-clip": ("export a clip", "exporter un extrait"),
    "export-cameras": (
        "export cameras in one picture",
        "exporter des caméras en une image",
    ),
    "export-tracks": ("export tracks", "exporter des pistes"),
    "consult-ledger": ("read the case's ledger", "consulter le registre de la procédure"),
    "export-ledger": ("export the ledger", "exporter le registre"),
    "consult-installation": (
        "read the installation's ledger",
        "consulter le registre de l'installation",
    ),
    "inspect-installation": ("inspect the installation", "inspecter l'installation"),
    "accept-state": ("accept a stored state", "accepter un état enregistré"),
    "accept-time": ("accept the machine's time", "accepter l'heure de la machine"),
    "replay-analysis": ("replay an analysis", "rejouer une analyse"),
    "decide-track": ("decide on a candidate", "décider d'un rapprochement"),
    "note-track": ("write a note on a candidate", "annoter un rapprochement"),
    "reveal-track": ("lift a concealment", "lever un masquage"),
    "conceal-track": ("conceal again", "masquer à nouveau"),
    "consult-searches": ("read the searches", "consulter les recherches"),
    "approve-act": ("second an act", "approuver un acte"),
    "consult-retention": ("read the deadlines", "consulter les échéances"),
    "announce-erasure": ("announce an erasure", "annoncer un effacement"),
    "extend-retention": ("extend the retention", "prolonger la conservation"),
    "make-request": ("make a request", "présenter une demande"),
    "settle-request": ("settle a request", "régler une demande"),
    "erase-case": ("erase the case", "effacer la procédure"),
    "name-witness": ("name a witness", "désigner un témoin"),
    "rotate-key": ("exchange the ledger's key", "changer la clé du registre"),
    "make-dossier": ("draw up the closing report", "établir le rapport de fin d'opérations"),
    "make-bundle": ("hand out evidence", "remettre un dossier de preuve"),
    "replay-bundle": ("replay a bundle", "rejouer un dossier de preuve"),
    "consult-copies": ("read the copies handed out", "consulter les copies remises"),
    "fetch-copy": ("fetch a copy", "retirer une copie"),
    "recall-copy": ("call a copy back", "rappeler une copie"),
    "attest": ("attest", "attester"),
    "report": ("report on use", "rendre compte de l'usage"),
    "publish": ("publish figures", "publier les chiffres"),
    "record-commitment": ("record the commitment", "consigner l'engagement"),
}


#: Reasons that pages and programs state where nobody is asked for one, to French.
REASONS: Mapping[str, str] = {
    "administration page": "page d'administration",
    "analysis page": "page d'analyse",
    "case page": "page de la procédure",
    "clock page": "page des horloges",
    "demonstration": "démonstration",
    "export page": "page des exports",
    "interface for programs": "interface pour programmes",
    "live synopsis": "synopsis interactif",
    "oversight page": "page de contrôle",
    "pictures on an open page": "images d'une page ouverte",
    "receipt page": "page de réception",
    "review bench": "table d'examen",
    "review page": "page d'examen",
    "sign-in page": "page de connexion",
    "signing page": "page de signature",
}


def reason_words(reason: str, language: str) -> str:
    """Why an act was asked for; in French too where no person wrote it.

    >>> reason_words("review bench", "fr"), reason_words("a tip", "fr")
    ("table d'examen", 'a tip')
    """
    return REASONS.get(reason, reason) if language == "fr" else reason


def act_name(kind: str, language: str) -> str:
    """A kind of act in words; one that is not known as it is.

    Args:
        kind: as the ledger writes it.
        language: ``fr``, or English.

    >>> act_name("make-bundle", "fr"), act_name("make-bundle", "en")
    ('remettre un dossier de preuve', 'hand out evidence')
    """
    return ACTS.get(kind, (kind, kind))[language == "fr"]


def result_name(result: str, language: str) -> str:
    """What became of an act, in words; one that is not known as it is.

    >>> result_name("refused", "fr")
    'refusé'
    """
    return RESULTS.get(result, (result, result))[language == "fr"]
