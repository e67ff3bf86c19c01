"""Every sentence of the pages, in English and French.

French legal terms as in the code of criminal procedure.  A test fails when a
page asks for a sentence that is not here, when one is asked for by nobody, or
when the two languages do not have the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from scelle.model.act_names import ACTS, RESULTS
from scelle.web.messages_administration import ADMINISTRATION
from scelle.web.messages_bench import BENCH
from scelle.web.messages_cases import CASES
from scelle.web.messages_entrance import ENTRANCE
from scelle.web.messages_export import EXPORT
from scelle.web.messages_live import LIVE
from scelle.web.messages_oversight import OVERSIGHT
from scelle.web.messages_work import WORK

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_PREFERENCE = re.compile(r"(?P<tag>[A-Za-z]{1,8})(?:-[\w-]*)?(?:\s*;\s*q=(?P<q>[\d.]+))?")


def choose(asked: str | None, accepted: str | None) -> Language:
    """The language to answer in.

    Args:
        asked: what the address asks for; wins.
        accepted: the ``Accept-Language`` header.

    Returns:
        The first of ours that the reader prefers; English if there is none.
    """
    for language in LANGUAGES:
        if asked == language:
            return language
    best: tuple[float, Language] = (0.0, "en")
    for part in (accepted or "").split(","):
        match = _PREFERENCE.fullmatch(part.strip())
        if match is None:
            continue
        try:
            weight = float(match["q"] or 1)
        except ValueError:
            continue
        for language in LANGUAGES:
            if match["tag"].lower() == language and weight > best[0]:
                best = (weight, language)
    return best[1]


def translate(language: Language, key: str, **parts: object) -> str:
    """One sentence.

    Raises:
        KeyError: there is no such sentence, or a part of it is missing.
    """
    return MESSAGES[key][LANGUAGES.index(language)].format(**parts)


#: Key to (English, French).
MESSAGES: Mapping[str, tuple[str, str]] = {
    **LIVE,
    **ENTRANCE,
    **EXPORT,
    **CASES,
    **OVERSIGHT,
    **WORK,
    **ADMINISTRATION,
    # Pages tell what became of acts, once they were granted.
    **{f"result.{name}": words for name, words in RESULTS.items() if name != "granted"},
    **{f"act.{kind}": words for kind, words in ACTS.items()},
    **BENCH,
    # -- every page
    "language.en": ("English", "English"),
    "language.fr": ("Français", "Français"),
    "page.code": ("en", "fr"),
    "page.skip": ("Skip to the content", "Aller au contenu"),
    "page.languages": ("Language", "Langue"),
    "page.foot": (
        "Scelle {version}. A track is a candidate, no more, until a named person confirms it.",
        "Scelle {version}. Une piste n'est qu'un rapprochement proposé tant qu'une personne "
        "nommément désignée ne l'a pas confirmé.",
    ),
    "page.back": ("Back to the case", "Retour à la procédure"),
    "demonstration.title": ("Demonstration.", "Démonstration."),
    "demonstration.text": (
        "This case and its mandate were made to try the software. Nothing here is evidence, "
        "and it is counted apart.",
        "Cette procédure et son autorisation ont été créées pour essayer le logiciel. Rien ici "
        "n'a valeur de preuve, et le décompte en est tenu à part.",
    ),
    # -- the case
    "case.title": ("Case {reference}", "Procédure {reference}"),
    "case.framework": ("Legal framework", "Cadre légal"),
    "case.service": ("Service", "Service"),
    "case.state": ("State", "État"),
    "case.state.open": ("open", "ouverte"),
    "case.state.closed": ("closed", "close"),
    "case.state.erasing": ("being erased", "en cours d'effacement"),
    "case.state.erased": ("erased", "effacée"),
    "case.erase_by": ("To be erased by", "À effacer au plus tard le"),
    "framework.flagrance": ("inquiry into a crime just committed", "enquête de flagrance"),
    "framework.preliminaire": ("preliminary inquiry", "enquête préliminaire"),
    "framework.commission-rogatoire": (
        "investigating judge's commission",
        "commission rogatoire",
    ),
    "framework.article-74": (
        "inquiry into the cause of a death",
        "recherche des causes de la mort",
    ),
    "framework.article-74-1": (
        "inquiry into a disappearance",
        "recherche des causes de la disparition",
    ),
    "cases.title": ("Cases", "Procédures"),
    "cases.none": (
        "There is no case that you may see. Investigators and magistrates open them here.",
        "Aucune procédure ne vous est accessible. Enquêteurs et magistrats en ouvrent ici.",
    ),
    # -- the synopsis
    "synopsis.title": ("Synopsis", "Synopsis"),
    "synopsis.figures": (
        "{duration} for {source} recorded; {shown} of the {total} tracks asked for are shown. "
        "The original time is written beside each object; "
        "objects seen together need not have been there together.",
        "{duration} pour {source} d'enregistrement ; {shown} pistes montrées sur {total} "
        "demandées. L'heure d'origine est inscrite près de chaque objet ; des objets vus ensemble "
        "n'étaient pas forcément là ensemble.",
    ),
    "synopsis.play": (
        "Playing it is an act and is written in the ledger.",
        "La lecture est un acte et s'inscrit au registre.",
    ),
    "synopsis.none": (
        "No synopsis file yet: “scelle synopsis --case {case}” composes one. "
        "The live synopsis needs none.",
        "Pas encore de fichier de synopsis : « scelle synopsis --case {case} » en compose un. "
        "Le synopsis interactif s'en passe.",
    ),
    "synopsis.none.analysis": (
        "No synopsis yet: recordings are analysed first.",
        "Pas encore de synopsis : des enregistrements sont d'abord analysés.",
    ),
    # -- the tracks
    "tracks.title": ("Tracks", "Pistes"),
    "tracks.count": ("{found} found", "{found} trouvées"),
    "tracks.pages": ("Pages of the list", "Pages de la liste"),
    "tracks.page": ("Page {page}", "Page {page}"),
    "tracks.none.exhibits": (
        "No exhibit yet: no recording has been received.",
        "Aucun scellé pour l'instant : aucun enregistrement n'a été reçu.",
    ),
    "tracks.none.analysis": (
        "Nothing has been analysed: this says nothing of what the recordings show.",
        "Rien n'a été analysé : cela ne dit rien de ce que montrent les enregistrements.",
    ),
    "tracks.none.filters": (
        "In what was analysed, no track answers these filters.",
        "Dans ce qui a été analysé, aucune piste ne répond à ces filtres.",
    ),
    "tracks.unsaid": (
        "Not analysed, or not wholly: {names}. What is not found there may be there: see the "
        "coverage.",
        "Non analysé, ou pas en entier : {names}. Ce qui n'y est pas trouvé peut y être : voyez "
        "la couverture.",
    ),
    "tracks.none.triage": (
        "Nothing moving was found in what triage looked at, and much was not looked at: see "
        "the coverage below.",
        "Rien de mobile n'a été trouvé dans ce que le tri a examiné, et beaucoup n'a pas été "
        "examiné : voyez la couverture ci-dessous.",
    ),
    "tracks.none.found": (
        "Nothing moving was found in what was analysed. That is not proof that nothing "
        "was there: see the coverage below.",
        "Rien de mobile n'a été trouvé dans ce qui a été analysé. Cela ne prouve pas qu'il "
        "n'y avait rien : voyez la couverture ci-dessous.",
    ),
    "filter.title": ("Filter", "Filtrer"),
    "filter.class": ("What", "Quoi"),
    "filter.colour": ("Colour", "Couleur"),
    "filter.direction": ("Going", "Direction"),
    "filter.motion": ("Motion", "Mouvement"),
    "filter.any": ("any", "indifférent"),
    "filter.apply": ("Show", "Afficher"),
    "filter.clear": ("Show all", "Tout afficher"),
    "filter.unknown": (
        "“{value}” is no value of the filter “{field}”, so nothing was searched.",
        "« {value} » n'est pas une valeur du filtre « {field} » : rien n'a été cherché.",
    ),
    "filter.offered": (
        "choose in the form of the case's page, or write one of these in the address:",
        "choisissez dans le formulaire de la procédure, ou écrivez dans l'adresse l'une de "
        "ces valeurs :",
    ),
    "motion.moving": ("moving", "mobile"),
    "motion.standing": ("standing", "immobile"),
    "track.number": ("Track {number}", "Piste {number}"),
    "track.picture": (
        "Picture of track {number}, head area masked",
        "Image de la piste {number}, zone de la tête masquée",
    ),
    "track.no_picture": ("No picture kept", "Aucune image conservée"),
    "track.real_time": ("real time", "heure réelle"),
    "track.own_time": ("in the recording", "dans l'enregistrement"),
    "track.dwell": ("visible {dwell}", "visible {dwell}"),
    "track.colours": ("Colours", "Couleurs"),
    "track.no_colour": ("colour not known", "couleur inconnue"),
    "track.confidence": ("confidence {share}", "confiance {share}"),
    "class.person": ("person", "personne"),
    "class.two-wheeler": ("two-wheeler", "deux-roues"),
    "class.car": ("car", "voiture"),
    "class.large-vehicle": ("large vehicle", "grand véhicule"),
    "class.animal": ("animal", "animal"),
    "class.unknown": ("kind not determined", "nature non déterminée"),
    "colour.black": ("black", "noir"),
    "colour.blue": ("blue", "bleu"),
    "colour.brown": ("brown", "marron"),
    "colour.grey": ("grey", "gris"),
    "colour.green": ("green", "vert"),
    "colour.orange": ("orange", "orange"),
    "colour.pink": ("pink", "rose"),
    "colour.purple": ("purple", "violet"),
    "colour.red": ("red", "rouge"),
    "colour.white": ("white", "blanc"),
    "colour.yellow": ("yellow", "jaune"),
    "direction.right": ("to the right", "vers la droite"),
    "direction.down-right": ("down, to the right", "vers le bas à droite"),
    "direction.down": ("downwards", "vers le bas"),
    "direction.down-left": ("down, to the left", "vers le bas à gauche"),
    "direction.left": ("to the left", "vers la gauche"),
    "direction.up-left": ("up, to the left", "vers le haut à gauche"),
    "direction.up": ("upwards", "vers le haut"),
    "direction.up-right": ("up, to the right", "vers le haut à droite"),
    "direction.none": ("stays in place", "reste sur place"),
    # -- exhibits and coverage
    "coverage.title": ("Exhibits and coverage", "Scellés et couverture"),
    "coverage.sum": (
        "{expected} frames expected = {decoded} decoded + {skipped} left out on purpose "
        "+ {damaged} damaged; movement was looked for in {analysed}.",
        "{expected} images attendues = {decoded} décodées + {skipped} écartées à dessein "
        "+ {damaged} endommagées ; le mouvement a été cherché dans {analysed}.",
    ),
    "coverage.unknown": (
        "How many frames to expect is not known; {decoded} decoded, {skipped} left out on "
        "purpose, {damaged} damaged; movement was looked for in {analysed}.",
        "Le nombre d'images attendues est inconnu ; {decoded} décodées, {skipped} écartées à "
        "dessein, {damaged} endommagées ; le mouvement a été cherché dans {analysed}.",
    ),
    "coverage.ended": ("Analysed to the end", "Analysé jusqu'à la fin"),
    "coverage.triage": (
        "Triage: {passed} of {all} not analysed. Nothing found there is not nothing there",
        "Tri : {passed} sur {all} non analysées. Que rien n'y soit trouvé ne dit pas que rien ne "
        "s'y passe",
    ),
    "coverage.triage_looks": (
        "The spans passed over are listed below; “scelle analyse” without “--triage” looks at "
        "them too, and keeps what was decided.",
        "Les passages écartés sont indiqués ci-dessous ; « scelle analyse » sans « --triage » les "
        "examine aussi et conserve ce qui a été décidé.",
    ),
    "coverage.looks": (
        "Movement was looked for at least eight times a second, or in every frame where there "
        "are fewer; so not every decoded frame was looked at.",
        "Le mouvement a été cherché au moins huit fois par seconde, ou dans chaque image s'il y "
        "en a moins ; toutes les images décodées n'ont donc pas été examinées.",
    ),
    "coverage.partial": (
        "Not analysed to the end: nothing can be said of the rest",
        "Non analysé jusqu'à la fin : rien ne peut être dit du reste",
    ),
    "coverage.not": (
        "Not analysed: nothing can be said of what it shows",
        "Non analysé : rien ne peut être dit de ce qu'il montre",
    ),
    "coverage.findings": ("Findings", "Constats"),
    "exhibit.camera": ("Camera", "Caméra"),
    "exhibit.origin": ("Origin", "Origine"),
    "exhibit.length": ("Length", "Durée"),
    "clock.within": ("right within {seconds} s", "juste à {seconds} s près"),
    "clock.drift": ("drift {ppm} ppm", "dérive {ppm} ppm"),
    "clock.unbounded": ("error not estimated", "erreur non estimée"),
    "exhibit.clock": ("Clock", "Horloge"),
    "exhibit.clock.none": (
        "not stated: times are the recording's own",
        "non indiquée : les temps sont ceux de l'enregistrement",
    ),
    "exhibit.clock.stated": (
        "recorder showed {at}, corrected by {offset} s",
        "l'enregistreur indiquait {at}, corrigé de {offset} s",
    ),
    # -- mandates, and signing them
    "mandates.title": ("Authorisations", "Autorisations"),
    "mandates.none": (
        "No authorisation yet: a magistrate grants one on the page of the case.",
        "Aucune autorisation : un magistrat en accorde une sur la page de la procédure.",
    ),
    "mandates.of": ("Authorisation by {who}", "Autorisation de {who}"),
    "mandates.until": ("until {day}", "jusqu'au {day}"),
    "mandates.signed": ("Signed by {who}", "Signée par {who}"),
    "mandate.title": (
        "Authorisation in case {reference}",
        "Autorisation dans la procédure {reference}",
    ),
    "mandate.state": ("State", "État"),
    "mandate.state.active": ("in force", "en vigueur"),
    "mandate.state.objected": ("objected to", "opposition"),
    "mandate.state.suspended": ("suspended", "suspendue"),
    "mandate.state.withdrawn": ("withdrawn", "retirée"),
    "mandate.by": ("Granted by", "Accordée par"),
    "mandate.deemed": (
        "deemed granted (art. R. 40-40)",
        "réputée accordée (art. R. 40-40)",
    ),
    "mandate.valid": ("May be used", "Utilisable"),
    "mandate.permits": ("What it permits", "Ce qu'elle permet"),
    "mandate.exhibits": (
        "Only {count} named exhibit(s), in the text below.",
        "Seulement {count} scellé(s) désigné(s), dans le texte ci-dessous.",
    ),
    "mandate.cameras": ("Only the cameras {names}.", "Seulement les caméras {names}."),
    "mandate.recorded": (
        "Only what was recorded from {start} to {end}.",
        "Seulement ce qui a été enregistré de {start} à {end}.",
    ),
    "mandate.sought": (
        "Only one description may be searched for: it is in the text below.",
        "Une seule description peut être recherchée : elle est dans le texte ci-dessous.",
    ),
    "mandate.signatures": ("Who signed", "Qui a signé"),
    "mandate.unsigned": ("Nobody has signed it.", "Personne ne l'a signée."),
    "mandate.signed": ("signed the digest {digest}.", "a signé l'empreinte {digest}."),
    "mandate.same": ("It is this authorisation's.", "C'est celle de cette autorisation."),
    "mandate.other": (
        "It is not this authorisation's.",
        "Ce n'est pas celle de cette autorisation.",
    ),
    "mandate.sign": ("Sign", "Signer"),
    "mandate.what": (
        "What is signed is the SHA-256 digest of the authorisation as one text.",
        "Ce qui est signé est l'empreinte SHA-256 de l'autorisation écrite d'un seul tenant.",
    ),
    "mandate.statement": ("The text", "Le texte"),
    "mandate.do_sign": ("Sign with a passkey", "Signer avec une clé d'accès"),
    "mandate.first": (
        "For the first time here? Make a passkey and enrol it in your name, then sign.",
        "Première fois ici ? Créez une clé d'accès, enregistrée à votre nom, puis signez.",
    ),
    "mandate.do_enrol": ("Make a passkey", "Créer une clé d'accès"),
    "mandate.failed": (
        "The passkey did not answer; nothing was signed. The browser says:",
        "La clé d'accès n'a pas répondu ; rien n'a été signé. Le navigateur indique :",
    ),
    "mandate.noscript": (
        "A passkey needs this page's script; allow it, or sign with scelle mandate sign.",
        "Une clé d'accès a besoin du script de cette page ; autorisez-le, ou signez avec "
        "scelle mandate sign.",
    ),
    "mandate.elsewhere": (
        "A passkey belongs to a name, not to a number. Open the address for signing that "
        "“scelle serve” printed, then this page:",
        "Une clé d'accès est liée à un nom, non à un numéro. Ouvrez l'adresse de signature que "
        "« scelle serve » a affichée, puis cette page :",
    ),
    "power.receive": ("receive recordings", "recevoir des enregistrements"),
    "power.analyse": ("analyse recordings", "analyser des enregistrements"),
    "power.consult": ("search and view", "rechercher et visionner"),
    "power.synopsis": ("compose synopses", "composer des synopsis"),
    "power.export": ("export", "exporter"),
    "power.reveal": ("lift the concealment", "lever le masquage"),
    # -- the ledger
    "ledger.title": ("Ledger", "Registre"),
    "ledger.size": (
        "{size} entries. What you see on this page has been written there.",
        "{size} inscriptions. Ce que vous voyez sur cette page y a été inscrit.",
    ),
    "ledger.root": ("Head", "Empreinte de tête"),
    "ledger.verify": ("Verify the ledger now", "Vérifier le registre maintenant"),
    "ledger.ok": (
        "The ledger matches its signed head.",
        "Le registre correspond à sa tête signée.",
    ),
    "ledger.bad": (
        "The ledger does not match: {count} problems. They stand last; tell an auditor.",
        "Le registre ne correspond pas. Anomalies : {count}. Elles figurent en dernier ; prévenez "
        "un auditeur.",
    ),
    "ledger.entry": ("entry {seq}", "inscription {seq}"),
    "ledger.limit": (
        "An intact ledger proves what this software did, not that nobody used another.",
        "Un registre intact prouve ce que ce logiciel a fait, non que personne n'en a utilisé "
        "un autre.",
    ),
    # -- what went wrong
    "error.refused": ("Refused", "Refusé"),
    "error.failed": ("This could not be done", "Cela n'a pas pu être fait"),
    "error.entry": (
        "The refusal is entry {entry} of the ledger.",
        "Le refus est l'inscription {entry} du registre.",
    ),
    "error.rule": ("Rule", "Règle"),
    "error.remedy": ("What to do", "Que faire"),
    "error.cases": (
        "Choose a case on the list of those that you may see.",
        "Choisissez une procédure dans la liste de celles qui vous sont accessibles.",
    ),
    "error.page": ("It is done without a command on:", "Cela se fait sans commande sur :"),
    "absent.title": ("There is no such page", "Cette page n'existe pas"),
    "absent.text": (
        "The address leads nowhere. What was found is on the pages of the cases.",
        "L'adresse ne mène nulle part. Ce qui a été trouvé est sur les pages des procédures.",
    ),
    "error.form": ("Back to the form", "Retour au formulaire"),
    "absent.back": ("Back to the cases", "Retour aux procédures"),
    "stopped.title": ("Not signed in", "Session non ouverte"),
    "stopped.token": (
        "Open the address that “scelle serve” printed: it signs this browser in.",
        "Ouvrez l'adresse que « scelle serve » a affichée : elle ouvre la session.",
    ),
    "stopped.host": (
        "This page answers only to this machine's own address, http://127.0.0.1.",
        "Cette page ne répond qu'à l'adresse de cette machine, http://127.0.0.1.",
    ),
    "stopped.site": (
        "Another site sent you here. Type the address yourself.",
        "Un autre site vous a envoyé ici. Saisissez l'adresse vous-même.",
    ),
    "stopped.session": (
        "Your session is over. Sign in, and do it again.",
        "Votre session est terminée. Connectez-vous et recommencez.",
    ),
    "stopped.often": (
        "Too many requests at once. Wait a moment.",
        "Trop de demandes à la fois. Patientez un instant.",
    ),
}
