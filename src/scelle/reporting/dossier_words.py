"""The words of the closing report, in English and French."""

from __future__ import annotations

from scelle.reporting.words import Language

#: Key to (English, French).
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Closing report", "Rapport de fin d'opérations"),
    "lead": (
        "Case {reference} · {service} · article R. 40-40 of the code of criminal procedure",
        "Procédure {reference} · {service} · article R. 40-40 du code de procédure pénale",
    ),
    "whole": (
        "What is found here are candidates until a named person confirms them. What was not found "
        "may have been there: see what was not read or analysed.",
        "Ce qui est trouvé ici n'est que rapprochement proposé tant qu'une personne nommée ne l'a "
        "pas confirmé. Ce qui n'a pas été trouvé a pu être là : voir ce qui n'a pas été lu ou "
        "analysé.",
    ),
    "demonstration": ("DEMONSTRATION: no real case.", "DÉMONSTRATION : aucune procédure réelle."),
    "none": ("None.", "Néant."),
    "unknown": ("not known", "inconnu"),
    "limit.letters": (
        "[U+0000] stands for a letter that this document's fonts lack, by its number in Unicode.",
        "[U+0000] tient lieu d'une lettre que les polices de ce document n'ont pas : c'est son "
        "numéro dans Unicode.",
    ),
    # what the case is
    "case": ("The case and its authorisations", "La procédure et ses autorisations"),
    "case.mention": (
        "Recordings of this case were compared with software of the kind that articles 230-20 and "
        "following of the code of criminal procedure govern. The authorisations and clearances "
        "are those that the installation holds.",
        "Des enregistrements de cette procédure ont été exploités par un logiciel de rapprochement "
        "judiciaire au sens des articles 230-20 et suivants du code de procédure pénale. Les "
        "autorisations et habilitations sont celles que détient l'installation.",
    ),
    "case.reference": ("Case", "Procédure"),
    "case.framework": ("Framework", "Cadre légal"),
    "case.service": ("Service", "Service"),
    "case.opened": ("Opened", "Ouverte le"),
    "case.erase_by": ("To be erased by (art. 230-22)", "À effacer au plus tard le (art. 230-22)"),
    "case.copy": ("Reference of this copy", "Référence de cette copie"),
    "case.recipient": ("Recipient", "Destinataire"),
    "case.made": ("Made", "Établi le"),
    "case.made_by": ("{at} by {agent}", "{at} par {agent}"),
    "case.version": ("Software", "Logiciel"),
    "case.head": ("Signed head of the ledger", "Tête signée du registre"),
    "case.root": ("Root of the ledger's tree", "Racine de l'arbre du registre"),
    "case.entries": ("entries: {size}", "lignes : {size}"),
    "mandates": ("Authorisations", "Autorisations"),
    "mandate": ("Authorisation", "Autorisation"),
    "mandate.by": ("Magistrate", "Magistrat"),
    "mandate.deemed": (
        "deemed granted (art. R. 40-40)", "réputée accordée (art. R. 40-40)",
    ),
    "mandate.valid": ("Good", "Validité"),
    "mandate.powers": ("Permits", "Permet"),
    "mandate.limits": ("Limited to", "Limitée à"),
    "mandate.unlimited": ("the whole case", "toute la procédure"),
    "mandate.state": ("State", "État"),
    "mandate.document": ("Signed document, SHA-256", "Document signé, SHA-256"),
    "mandate.active": ("in force", "en vigueur"),
    "mandate.expired": ("expired", "expirée"),
    "mandate.objected": ("objected to", "objection du procureur"),
    "mandate.suspended": ("suspended", "suspendue"),
    "mandate.withdrawn": ("withdrawn", "retirée"),
    "power.receive": ("receive", "recevoir"),
    "power.analyse": ("analyse", "analyser"),
    "power.consult": ("search and view", "rechercher et visionner"),
    "power.synopsis": ("compose synopses", "composer des synopsis"),
    "power.export": ("export", "exporter"),
    "power.reveal": ("lift concealment", "lever le masquage"),
    "clearances": ("Clearances of those who acted", "Habilitations de ceux qui ont agi"),
    "clearance.agent": ("Agent", "Agent"),
    "clearance.by": ("Designated by", "Désigné par"),
    "clearance.types": ("Data", "Données"),
    "clearance.withdrawn": ("withdrawn", "retirée"),
    "until": ("{first} to {last}", "{first} au {last}"),
    # recordings
    "exhibits": ("Exhibits", "Scellés"),
    "exhibits.left": (
        "Exhibits of the case that are outside the authorisation under which this report was "
        "made, and of which nothing is said: {count}.",
        "Scellés de la procédure hors de l'autorisation sous laquelle ce rapport est établi, et "
        "dont rien n'est dit : {count}.",
    ),
    "exhibit.sha256": ("SHA-256", "SHA-256"),
    "exhibit.id": ("Reference", "Identifiant"),
    "exhibit.size": ("Size", "Taille"),
    "exhibit.origin": ("Requisition or seal", "Réquisition ou scellé"),
    "exhibit.camera": ("Camera", "Caméra"),
    "exhibit.stream": ("Container and coding", "Conteneur et codage"),
    "exhibit.length": ("Length", "Durée"),
    "exhibit.received": ("Received", "Reçu le"),
    "exhibit.part": ("File {number}", "Fichier {number}"),
    "findings": ("Findings", "Constats"),
    "span": ("Span", "Passage"),
    "finding": ("Finding", "Constat"),
    "corrections": ("Corrections", "Corrections"),
    "correction": ("{field}: {before} → {after}", "{field} : {before} → {after}"),
    "when": ("When", "Quand"),
    "who": ("Who", "Qui"),
    "what": ("What", "Quoi"),
    "why": ("Reason", "Motif"),
    "entry": ("Entry", "Ligne"),
    "clocks": ("Clocks", "Horloges"),
    "clocks.lead": (
        "A recorder's own time is never altered: its offset is noted beside it, with what it "
        "rests on.",
        "L'heure propre d'un enregistreur n'est jamais modifiée : son décalage est noté à côté, "
        "avec ce qui le fonde.",
    ),
    "clock.none": (
        "Nobody has stated the recorder's time: real times of this exhibit are not known.",
        "L'heure de l'enregistreur n'a pas été indiquée : les heures réelles de ce scellé sont "
        "inconnues.",
    ),
    "clock.recorder": ("Recorder's time, first picture", "Heure enregistreur, première image"),
    "clock.real": ("Real time, first picture", "Heure réelle, première image"),
    "clock.offset": ("To add to the recorder's time", "À ajouter à l'heure enregistreur"),
    "clock.drift": ("Drift", "Dérive"),
    "clock.uncertainty": ("Uncertainty", "Incertitude"),
    "clock.unestimated": ("not estimated", "non estimée"),
    "clock.proof": ("Proof", "Preuve"),
    "clock.unproven": ("none stated", "aucune indiquée"),
    "clock.recorder_at": ("Recorder", "Enregistreur"),
    "clock.real_at": ("Real", "Réelle"),
    "map": ("Map of times", "Carte des temps"),
    "map.lead": (
        "Blue: recorded and analysed. Grey: recorded, not analysed to the end. Gaps and what was "
        "not decoded are left white, red at their border. Green above: confirmed passages.",
        "Bleu : enregistré et analysé. Gris : enregistré, non analysé jusqu'à la fin. Les lacunes "
        "et ce qui n'a pas été décodé restent blancs, bordés de rouge. Vert au-dessus : passages "
        "confirmés.",
    ),
    "map.real": ("On real time", "Sur l'heure réelle"),
    "map.own": (
        "On the recording's own time: no real time is known",
        "Sur le temps propre de l'enregistrement : heure réelle inconnue",
    ),
    "map.lane": (
        "{label}: from {first} to {last}; spans not read: {gaps}; confirmed passages: {confirmed}",
        "{label} : de {first} à {last} ; passages non lus : {gaps} ; confirmés : {confirmed}",
    ),
    # how
    "methods": ("Methods", "Méthodes"),
    "methods.exhibits": ("Exhibits {labels}", "Scellés {labels}"),
    "methods.not": ("Not analysed: {labels}.", "Non analysés : {labels}."),
    "methods.mode": ("Mode", "Mode"),
    "methods.mode.exhaustive": (
        "exhaustive: every stretch is looked at", "exhaustif : tout est regardé",
    ),
    "methods.mode.triage": (
        "triage: quiet stretches are passed over", "tri : les passages calmes sont survolés",
    ),
    "methods.versions": ("Versions", "Versions"),
    "methods.models": ("Models", "Modèles"),
    "methods.motion": ("none: movement alone", "aucun : mouvement seul"),
    "methods.settings": ("Settings", "Paramètres"),
    "methods.manifest": ("Digest of the manifest", "Empreinte du manifeste"),
    "methods.tracks": ("Tracks found", "Pistes trouvées"),
    "rates": ("Measured error rates", "Taux d'erreur mesurés"),
    "rates.lead": (
        "Measured on labelled recordings and pictures, not on those of this case: expect others "
        "here. A score is not a probability.",
        "Mesurés sur des enregistrements et des images étiquetés, non sur ceux de cette "
        "procédure : attendez-vous ici à d'autres. Un score n'est pas une probabilité.",
    ),
    "rates.detector": ("Detector {model}, on pictures that it was never shown",
                       "Détecteur {model}, sur des images qui ne lui ont jamais été montrées"),
    "rates.detector.none": (
        "Detector {model}: no measured figures are known.",
        "Détecteur {model} : aucun chiffre mesuré n'est connu.",
    ),
    "rates.slice": ("Light, place", "Lumière, lieu"),
    "rates.class": ("Class", "Classe"),
    "rates.missed": ("Missed", "Manqués"),
    "rates.wrong": ("Wrong among named", "Faux parmi nommés"),
    "rates.ap50": ("AP50", "AP50"),
    "slice.all": ("all", "toutes"),
    "slice.day": ("day", "jour"),
    "slice.night": ("night", "nuit"),
    "slice.thermal": ("thermal", "thermique"),
    "slice.indoor": ("indoors", "intérieur"),
    "slice.street": ("street", "rue"),
    "slice.cctv": ("traffic cameras", "caméras de trafic"),
    "rates.tracking": (
        "Tracking, on {recording} ({pictures} pictures, {people} people; judged by {judge})",
        "Suivi, sur {recording} ({pictures} images, {people} personnes ; jugé par {judge})",
    ),
    "rates.given": ("Given", "À partir de"),
    "given.detector": ("motion and detector", "mouvement et détecteur"),
    "given.motion": ("motion alone", "mouvement seul"),
    "rates.switches": ("switches", "confusions"),
    # searches and decisions
    "searches": ("Searches made", "Recherches effectuées"),
    "searches.lead": (
        "Every question, fruitless ones too. The same question of the same person on the same day "
        "(UTC), with the same answer, stands once, as it was first asked, with how many times it "
        "was answered: a page that is loaded again, turned or come back to asks again. Answers in "
        "the ledger, those to the time line of a page too: {answers}.",
        "Toutes les questions, y compris infructueuses. La même question de la même personne le "
        "même jour (UTC), de même réponse, figure une fois, telle que posée d'abord, avec le "
        "nombre de ses réponses : une page rechargée, tournée ou retrouvée interroge à nouveau. "
        "Réponses inscrites au registre, y compris à la frise d'une page : {answers}.",
    ),
    "search.times": ("Times answered", "Fois répondu"),
    "search.asked": ("Asked for", "Critères"),
    "search.everything": ("everything", "tout"),
    "search.found": ("Answers", "Réponses"),
    "bookmarks": ("Bookmarks", "Signets"),
    "bookmarks.recorder": ("Recorder's time", "Heure enregistreur"),
    "bookmarks.real": ("Real time", "Heure réelle"),
    "bookmarks.note": ("Note", "Note"),
    "bookmarks.entry": ("entry {entry}", "ligne {entry}"),
    "notes": ("Notes on candidates", "Notes sur les rapprochements"),
    "notes.lead": (
        "In the words of the investigators who wrote them: the software says nothing of this.",
        "Dans les mots des enquêteurs qui les ont écrites : le logiciel n'en dit rien.",
    ),
    "notes.track": ("Exhibit, track", "Scellé, piste"),
    "notes.words": ("“{text}”", "« {text} »"),
    "confirmed": ("Candidates confirmed", "Rapprochements confirmés"),
    "rejected": ("Candidates rejected", "Rapprochements écartés"),
    "candidate": ("{label}, track {number}: {kind}", "{label}, piste {number} : {kind}"),
    "candidate.picture": (
        "Picture of track {number} of {label}, head and plate concealed",
        "Image de la piste {number} de {label}, tête et plaque masquées",
    ),
    "candidate.revealed": (
        "Picture of track {number} of {label}, not concealed: a person lifted it",
        "Image de la piste {number} de {label}, non masquée : une personne a levé le masquage",
    ),
    "candidate.no_picture": ("No picture is kept.", "Aucune image n'est conservée."),
    "candidate.decided": ("Decided", "Décidé"),
    "candidate.confidence": ("Confidence", "Indice de confiance"),
    "candidate.search": ("Put forward by the search of entry", "Proposé par la recherche, ligne"),
    "candidate.times": ("Times", "Temps"),
    "viewed": ("What was viewed, and by whom", "Ce qui a été visionné, et par qui"),
    "viewed.how": ("How", "Comment"),
    "viewed.whole": ("whole pictures", "images entières"),
    "viewed.objects": ("objects cut out", "objets découpés"),
    "viewed.speed": ("{speed} times real time", "{speed} fois le temps réel"),
    "viewed.stills": ("stills", "images fixes"),
    "unread": ("What was not decoded or not analysed", "Ce qui n'a pas été décodé ou analysé"),
    "unread.lead": (
        "Pictures expected are decoded, left out on purpose, damaged or never read.",
        "Les images attendues sont décodées, écartées à dessein, endommagées ou jamais lues.",
    ),
    "unread.exhibit": ("Exhibit", "Scellé"),
    "unread.expected": ("expected", "attendues"),
    "unread.decoded": ("decoded", "décodées"),
    "unread.skipped": ("left out", "écartées"),
    "unread.damaged": ("damaged", "endommagées"),
    "unread.never": ("never read", "jamais lues"),
    "unread.analysed": ("looked at", "regardées"),
    "unread.sum": ("sum", "compte"),
    "unread.right": ("right", "juste"),
    "unread.false": ("WRONG", "FAUX"),
    "unread.lost": (
        "Not complete: damaged or missing are {n} of {of} pictures, and nothing is "
        "said of what they showed. Copied again from its source, the recording may be whole.",
        "Incomplet : images endommagées ou manquantes, {n} sur {of} ; rien n'est dit "
        "de ce qu'elles montraient. Copié à nouveau depuis sa source, l'enregistrement est "
        "peut-être entier.",
    ),
    "unread.not": ("Not analysed to the end.", "Non analysé jusqu'à la fin."),
    # figures, and what is left to people
    "figures": ("Table of figures", "Tableau des chiffres"),
    "figures.lead": (
        "Attached to this document as figures.json. With the sealed bundle, anybody can count "
        "them anew: python3 verify.py REPORT.pdf --ledger BUNDLE",
        "Joints à ce document sous le nom figures.json. Avec la liasse scellée, chacun peut les "
        "recompter : python3 verify.py RAPPORT.pdf --ledger LIASSE",
    ),
    "figures.name": ("Figure", "Chiffre"),
    "figures.value": ("Value", "Valeur"),
    "figures.entries": ("ledger: {name}", "registre : {name}"),
    "figures.decision": ("{act}, asked: {result}", "{act}, demande : {result}"),
    "figures.outcome": ("{act}, outcome: {result}", "{act}, issue : {result}"),
    "figures.state": ("{act}, state sealed: {result}", "{act}, état scellé : {result}"),
    "figures.system": ("{act}, system: {result}", "{act}, système : {result}"),
    "figures.tracks": ("tracks of {name}", "pistes de {name}"),
    "figures.tracks_sha256": ("tracks of {name}, SHA-256", "pistes de {name}, SHA-256"),
    "figures.exhibits": ("exhibit {name}, SHA-256", "scellé {name}, SHA-256"),
    "figures.clips": ("clips of the bundle", "séquences de la liasse"),
    "figures.stills": ("stills of the bundle", "images de la liasse"),
    "figures.size": ("entries of the whole ledger", "lignes de tout le registre"),
    "own": ("Interpretation", "Interprétation"),
    "own.lead": (
        "Left to the investigator: the software fills nothing in here and knows nothing of it.",
        "Laissé à l'enquêteur : le logiciel n'y écrit rien et n'en sait rien.",
    ),
    "own.mark": ("To be written by the investigator", "À rédiger par l'enquêteur"),
    "own.seen": ("What the confirmed passages show", "Ce que montrent les passages confirmés"),
    "own.means": ("What follows for the inquiry", "Ce qu'il en résulte pour l'enquête"),
    "own.limits": ("Doubts and reservations", "Doutes et réserves"),
    "record": ("Record, draft", "Procès-verbal, projet"),
    "record.draft": (
        "DRAFT, without legal force until an officer has completed, checked and signed it. "
        "The French wording is the one to use.",
        "PROJET, sans valeur tant qu'un officier de police judiciaire ne l'a pas complété, vérifié "
        "et signé.",
    ),
    "record.sign": ("Name, quality and signature", "Nom, qualité et signature"),
    # values
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
    "direction.right": ("right", "droite"),
    "direction.down-right": ("down right", "bas à droite"),
    "direction.down": ("down", "bas"),
    "direction.down-left": ("down left", "bas à gauche"),
    "direction.left": ("left", "gauche"),
    "direction.up-left": ("up left", "haut à gauche"),
    "direction.up": ("up", "haut"),
    "direction.up-right": ("up right", "haut à droite"),
    "direction.none": ("none", "aucune"),
    "query.object_class": ("class", "classe"),
    "query.colour": ("colour", "couleur"),
    "query.not_colour": ("colour other than", "couleur autre que"),
    "query.colour_share": ("share of the colour", "part de la couleur"),
    "query.direction": ("direction", "direction"),
    "query.moving": ("moving", "en mouvement"),
    "query.start_ms": ("from", "depuis"),
    "query.end_ms": ("until", "jusqu'à"),
    "query.min_height": ("height from, pixels", "hauteur minimale, pixels"),
    "query.max_height": ("height to, pixels", "hauteur maximale, pixels"),
    "query.min_dwell_ms": ("stays from", "reste au moins"),
    "query.max_dwell_ms": ("stays to", "reste au plus"),
    "query.inside": ("inside an area", "dans une zone"),
    "query.outside": ("outside an area", "hors d'une zone"),
    "query.min_speed": ("speed from, m/s", "vitesse minimale, m/s"),
    "query.max_speed": ("speed to, m/s", "vitesse maximale, m/s"),
    "query.crosses": ("crosses a line", "franchit une ligne"),
    "query.follows": ("follows a path", "suit un chemin"),
    "query.hours": (
        "time of day (the recorder's clock, uncorrected)",
        "heure du jour (horloge de l'enregistreur, non corrigée)",
    ),
    "query.exhibit_ids": ("in these exhibits alone:", "dans ces seuls scellés :"),
    "query.first": ("answers passed over before the list:", "réponses passées avant la liste :"),
    "query.most": ("answers listed at most:", "réponses listées au plus :"),
    "query.activity": ("times of all movement", "moments de tout mouvement"),
    "yes": ("yes", "oui"),
    "no": ("no", "non"),
}  # fmt: skip


def word(language: Language, key: str, **parts: object) -> str:
    """One sentence.

    Raises:
        KeyError: no such sentence, or a part of it is not given.
    """
    return WORDS[key][0 if language == "en" else 1].format(**parts)
