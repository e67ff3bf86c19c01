"""Sentences of published pages and papers, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from scelle.law.frameworks import FRAMEWORKS
from scelle.law.offences import OFFENCE_FAMILIES
from scelle.law.refusals import refusal
from scelle.model.dates import MONTHS

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_SHORT: Mapping[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
           "nov.", "déc."),
}  # fmt: skip


def say(language: Language, key: str, **parts: object) -> str:
    """One sentence.

    Raises:
        KeyError: there is no such sentence, or a part of it is missing.
    """
    return WORDS[key][LANGUAGES.index(language)].format(**parts)


def number(language: Language, value: int) -> str:
    """A whole number with its thousands apart.

    >>> number("en", 12345), number("fr", 12345)
    ('12,345', '12\u202f345')
    """
    return f"{value:,}".replace(",", "," if language == "en" else "\u202f")


def month(language: Language, text: str) -> str:
    """A month in words.

    >>> month("fr", "2026-02")
    'février 2026'
    """
    return f"{MONTHS[language][int(text[5:]) - 1]} {text[:4]}"


def short_month(language: Language, text: str) -> str:
    """A month as a chart writes it.

    >>> short_month("fr", "2026-02"), short_month("en", "2026-09")
    ('févr.', 'Sep')
    """
    return _SHORT[language][int(text[5:]) - 1]


def value_name(language: Language, dimension: str, value: str) -> str:
    """What people read for a value of a dimension."""
    if not value:
        return say(language, f"none.{dimension}")
    if dimension == "month":
        return month(language, value)
    if dimension == "framework":
        found = FRAMEWORKS.get(value)
        return value if found is None else found.french if language == "fr" else found.english
    if dimension == "offence_family":
        return OFFENCE_FAMILIES.get(value, (value, value))[0 if language == "fr" else 1]
    if dimension == "rule":
        return refusal(value, french=language == "fr")
    return value


#: Key to (English, French).
WORDS: Mapping[str, tuple[str, str]] = {
    "other": ("Français", "English"),
    "title.one": ("Use of Scelle, {month}", "Usage de Scelle, {month}"),
    "title": ("Use of Scelle, {first} to {last}", "Usage de Scelle, de {first} à {last}"),
    "whole": (
        "For overseers alone: small counts are whole here. Not for publication.",
        "Réservé au contrôle : les petits effectifs sont entiers ici. À ne pas publier.",
    ),
    "lead": (
        "What was done with this installation, counted from its ledger. Anybody can check every "
        "figure with one file of Python.",
        "Ce qui a été fait avec cette installation, compté dans son registre. Chacun peut vérifier "
        "chaque chiffre avec un seul fichier Python.",
    ),
    "skip": ("To the figures", "Aller aux chiffres"),
    "installation": ("Installation", "Installation"),
    "version": ("Version", "Version"),
    "made": ("Made on", "Établi le"),
    "entries": ("Entries of the ledger", "Inscriptions au registre"),
    "entries.range": ("{first} to {last}, of {size}", "{first} à {last}, sur {size}"),
    "head": ("Signed head", "Tête signée"),
    "key": ("In short", "En bref"),
    "face.title": (
        "Was face recognition used?",
        "La reconnaissance faciale a-t-elle été utilisée ?",
    ),
    "face.absent": (
        "It is absent. Each of the {count} attestations of this installation, from {first} to "
        "{last}, looked for it and found none.",
        "Elle est absente. Chacune des {count} attestations de cette installation, de {first} à "
        "{last}, l'a cherchée sans rien trouver.",
    ),
    "face.failed": (
        "{failed} of the {count} attestations from {first} to {last} found something that must "
        "not be there. Ask the service for them.",
        "{failed} des {count} attestations, de {first} à {last}, ont trouvé ce qui ne doit pas s'y "
        "trouver. Demandez-les au service.",
    ),
    "face.none": (
        "No attestation was made up to the end of this period: this page cannot say.",
        "Aucune attestation n'a été établie jusqu'à la fin de cette période : cette page ne peut "
        "rien en dire.",
    ),
    "face.how": (
        "Looked at each time: every source file of the program (names, imports, strings), every "
        "installed package against a list of known face, re-identification, gait and age packages, "
        "every model by its hash and its labels, every column of the databases by its name and "
        "type, and whether anything could open a live stream.",
        "Examinés à chaque fois : chaque fichier source du programme (noms, imports, textes), "
        "chaque paquet installé face à une liste de paquets connus de reconnaissance faciale, de "
        "réidentification, de démarche et d'âge, chaque modèle par son empreinte et ses "
        "étiquettes, chaque colonne des bases par son nom et son type, et toute possibilité "
        "d'ouvrir un flux en direct.",
    ),
    "history": ("Attestations and versions", "Attestations et versions"),
    "history.act": ("Event", "Événement"),
    "history.checks": ("Checks", "Contrôles"),
    "history.failed": ("Failed", "En échec"),
    "event.attest": ("attestation", "attestation"),
    "event.installed": ("installed", "installation"),
    "event.upgraded": ("upgraded", "mise à jour"),
    "chapter.use": ("Use", "Usage"),
    "chapter.search": ("Searches and human decisions", "Recherches et décisions humaines"),
    "chapter.control": ("Control", "Contrôle"),
    "chapter.erasure": ("Erasure", "Effacement"),
    "by.month": ("by month", "par mois"),
    "by.service": ("by service", "par service"),
    "by.framework": ("by framework", "par cadre légal"),
    "by.offence_family": ("by family of offences", "par famille d'infractions"),
    "by.rule": ("by rule", "par règle"),
    "head.month": ("Month", "Mois"),
    "head.service": ("Service", "Service"),
    "head.framework": ("Framework", "Cadre légal"),
    "head.offence_family": ("Family of offences", "Famille d'infractions"),
    "head.rule": ("Rule", "Règle"),
    "none.service": ("no service", "sans service"),
    "none.framework": ("outside a case", "hors procédure"),
    "none.offence_family": ("outside a case", "hors procédure"),
    "none.month": ("no month", "sans mois"),
    "none.rule": ("no rule", "sans règle"),
    "withheld": ("withheld", "retenu"),
    "withheld.row": ("withheld, together", "retenus, ensemble"),
    "total": ("Total", "Total"),
    "tables": ("The same as tables", "Les mêmes en tableaux"),
    "hours": ("hours", "heures"),
    "chart": ("{figure}, {by}: {rows}", "{figure}, {by} : {rows}"),
    "rule": (
        "Counts of 1 to 4 in a table are withheld, and others beside them, drawn by secret chance, "
        "so that the total does not give them back. Totals over the whole period are always told. "
        "Withheld counts are in the totals, and their sum is proved.",
        "Dans un tableau, les effectifs de 1 à 4 sont retenus, et d'autres avec eux, tirés d'un "
        "hasard secret, pour que le total ne les restitue pas. Les totaux de toute la période sont "
        "toujours donnés. Les effectifs retenus sont dans les totaux, et leur somme est prouvée.",
    ),
    "demonstration": ("Demonstrations, counted apart", "Démonstrations, comptées à part"),
    "demonstration.none": ("None in this period.", "Aucune durant cette période."),
    "figure": ("Figure", "Chiffre"),
    "count": ("Count", "Effectif"),
    "record": ("Periods without record", "Périodes sans inscription"),
    "record.none": (
        "The ledger has entries in every month of the period.",
        "Le registre a des inscriptions dans chaque mois de la période.",
    ),
    "record.gaps": (
        "Nothing at all was recorded in: {months}. No use differs from no record: the installation "
        "may have been off, or another one used.",
        "Rien n'a été inscrit en : {months}. Absence d'usage n'est pas absence d'inscription : "
        "l'installation a pu être éteinte, ou une autre utilisée.",
    ),
    "search.uncounted": (
        "In {months} the version in use counted neither questions nor candidates put forward: "
        "there, 0 means not counted. The month in which counting began may lack some too.",
        "En {months}, la version en service ne comptait ni les questions ni les rapprochements "
        "proposés : 0 y signifie non compté. Le mois où ce compte a commencé peut aussi être "
        "incomplet.",
    ),
    "answers": ("Questions that were asked of such software",
                "Questions posées au sujet de tels logiciels"),
    "q.uses": ("How often was it used, by whom, for what?",
               "Combien de fois a-t-il été utilisé, par qui, pour quoi ?"),
    "a.uses": (
        "{analyses} analyses of recordings in {cases} cases opened, by {services} services. The "
        "tables tell them by month, service, framework and family of offences.",
        "{analyses} analyses d'enregistrements, {cases} procédures ouvertes, par {services} "
        "services. Les tableaux les donnent par mois, service, cadre légal et famille "
        "d'infractions.",
    ),
    "q.extent": ("How much was looked at?", "Combien a été regardé ?"),
    "a.extent": (
        "{exhibits} recordings received, {hours} hours, from {cameras} cameras.",
        "{exhibits} enregistrements reçus, {hours} heures, issus de {cameras} caméras.",
    ),
    "q.misuse": ("What guards against misuse, and did it act?",
                 "Quelles mesures contre le mésusage, et ont-elles joué ?"),
    "a.misuse": (
        "Each act passes a door that decides by law and writes the decision before anything is "
        "done: {refusals} acts were refused, {stopped} stopped under way, {objections} mandates "
        "met an objection, {suspensions} were suspended.",
        "Chaque acte passe une porte qui décide selon la loi et l'inscrit avant toute exécution : "
        "{refusals} actes refusés, {stopped} arrêtés en cours, {objections} autorisations frappées "
        "d'opposition, {suspensions} suspendues.",
    ),
    "q.machine": ("Does the machine decide?", "La machine décide-t-elle ?"),
    "a.machine": (
        "No. It put forward {candidates} candidates; people confirmed {confirmed} and rejected "
        "{rejected}.",
        "Non. Elle a proposé {candidates} rapprochements ; des personnes en ont confirmé "
        "{confirmed} et écarté {rejected}.",
    ),
    "q.checks": ("Who checked?", "Qui a contrôlé ?"),
    "a.checks": (
        "Magistrates and auditors read the ledger {checks} times.",
        "Les magistrats et les inspections ont lu le registre {checks} fois.",
    ),
    "q.cost": ("What did it cost?", "Combien a-t-il coûté ?"),
    "a.cost": (
        "The ledger knows no prices: the service must say.",
        "Le registre ne connaît pas les prix : le service doit le dire.",
    ),
    "q.bias": ("Is it biased against groups of people?", "Est-il biaisé selon les personnes ?"),
    "a.bias": (
        "It describes clothing and things, never a body, so that the ledger has nothing to count "
        "this by. Error rates are printed with the program's documentation.",
        "Il décrit des vêtements et des objets, jamais un corps : le registre n'a donc rien pour "
        "le compter. Les taux d'erreur figurent dans la documentation du programme.",
    ),
    "annual": ("Annual report of the referent magistrate (art. R. 40-41)",
               "Rapport annuel du magistrat référent (art. R. 40-41)"),
    "annual.use": (
        "From {first} to {last}, {cases} cases were opened and {analyses} analyses done, on "
        "{mandates} recorded authorisations, {late} of them late.",
        "De {first} à {last}, {cases} procédures ont été ouvertes et {analyses} analyses "
        "effectuées, sur {mandates} autorisations enregistrées, dont {late} tardives.",
    ),
    "annual.control": (
        "{objections} objections, {suspensions} suspensions, {withdrawals} withdrawals; {refusals} "
        "acts refused; {checks} checks by magistrates and auditors.",
        "{objections} oppositions, {suspensions} suspensions, {withdrawals} retraits ; {refusals} "
        "actes refusés ; {checks} contrôles par les magistrats et les inspections.",
    ),
    "annual.erasure": (
        "{due} deadlines were announced 30 days ahead; {done} erasures were done, {overdue} of "
        "them after their day.",
        "{due} échéances ont été annoncées 30 jours avant ; {done} effacements ont été exécutés, "
        "dont {overdue} après l'échéance.",
    ),
    "annual.own": (
        "The magistrate's own observations are to be added here by the magistrate.",
        "Les observations propres du magistrat sont à ajouter ici par le magistrat.",
    ),
    "not": ("What these figures do not prove", "Ce que ces chiffres ne prouvent pas"),
    "not.other": (
        "An intact ledger proves what this software did, not that nobody used another.",
        "Un registre intact prouve ce que ce logiciel a fait, non que personne n'en a utilisé un "
        "autre.",
    ),
    "not.words": (
        "Service, framework and family are what people stated when they opened a case.",
        "Service, cadre et famille sont ce qui a été déclaré à l'ouverture de la procédure.",
    ),
    "not.key": (
        "Whoever holds the machine and its key could have written another ledger from the "
        "beginning: only heads kept elsewhere, by a witness or a reader, show that.",
        "Qui détient la machine et sa clé aurait pu écrire un autre registre dès le début : seules "
        "des têtes gardées ailleurs, par un témoin ou un lecteur, le montrent.",
    ),
    "not.good": (
        "A number of uses says nothing of whether they were useful, or rightly authorised.",
        "Un nombre d'usages ne dit rien de leur utilité, ni du bien-fondé des autorisations.",
    ),
    "not.breakdown": (
        "Readers check totals and tables against what each entry committed to when it was written; "
        "that each entry committed to the truth rests on the program, and an auditor who holds the "
        "ledger's export counts it anew.",
        "Le lecteur vérifie totaux et tableaux contre ce que chaque inscription a scellé en étant "
        "écrite ; que chacune ait scellé la vérité repose sur le programme, et un contrôleur muni "
        "de l'export du registre recompte tout.",
    ),
    "verify": ("How to check", "Comment vérifier"),
    "verify.how": (
        "Take tools/verify.py from the published sources, not from here, and run:",
        "Prenez tools/verify.py dans les sources publiées, non ici, et lancez :",
    ),
    "verify.key": (
        "The ledger's key, to compare with what was published elsewhere:",
        "La clé du registre, à comparer avec ce qui a été publié ailleurs :",
    ),
    "files": ("Files", "Fichiers"),
    "file.json": ("figures, with what proves them", "chiffres, avec ce qui les prouve"),
    "file.csv": ("the same figures, one a line", "les mêmes chiffres, un par ligne"),
    "file.pdf": ("this page to print and to keep", "cette page à imprimer et à conserver"),
    "attest.title": ("Attestation of the installation {origin}",
                     "Attestation de l'installation {origin}"),
    "attest.when": ("Made at {at}, version {version}.", "Établie le {at}, version {version}."),
    "attest.sources": ("Sources: {files} files, SHA-256 {sha256}",
                       "Sources : {files} fichiers, SHA-256 {sha256}"),
    "attest.schema": ("Databases: {columns} columns, SHA-256 {sha256}",
                      "Bases de données : {columns} colonnes, SHA-256 {sha256}"),
    "attest.cannot": ("What was looked for, and must not be there:",
                      "Ce qui a été cherché, et ne doit pas s'y trouver :"),
    "attest.holds": ("absent", "absent"),
    "attest.fails": ("FOUND", "TROUVÉ"),
    "attest.looked": ("looked at: {where}", "examiné : {where}"),
    "check.no-face-symbols": (
        "Names of what detects or recognises faces, loads cascades or foreign networks, or opens "
        "a camera",
        "Noms de ce qui détecte ou reconnaît des visages, charge des cascades ou des réseaux "
        "étrangers, ou ouvre une caméra",
    ),
    "check.no-biometric-imports": (
        "Imports of packages made for faces, bodies, gait, age, sex or emotion",
        "Imports de paquets faits pour le visage, le corps, la démarche, l'âge, le sexe, l'émotion",
    ),
    "check.no-biometric-packages": (
        "Such packages installed beside the program",
        "De tels paquets installés à côté du programme",
    ),
    "check.no-stream-reader": (
        "Anything that opens a live stream, a camera, a screen or an address",
        "Tout ce qui ouvre un flux en direct, une caméra, un écran ou une adresse",
    ),
    "check.models-of-the-catalogue": (
        "Models outside the catalogue, and labels about a body",
        "Modèles hors du catalogue, et étiquettes relatives à un corps",
    ),
    "check.no-biometric-column": (
        "Columns that could hold a biometric template: by name, by type, by bytes nobody listed",
        "Colonnes pouvant contenir un gabarit biométrique : par nom, par type, par octets non "
        "répertoriés",
    ),
    "of.modules": ("modules of the program", "modules du programme"),
    "of.packages": ("installed packages", "paquets installés"),
    "of.models": ("admitted models", "modèles admis"),
    "of.labels": ("labels", "étiquettes"),
    "of.files": ("model files", "fichiers de modèles"),
    "of.columns": ("columns", "colonnes"),
    "of.tables": ("tables", "tables"),
    "attest.models": ("Models admitted, with all that they can say:",
                      "Modèles admis, avec tout ce qu'ils peuvent dire :"),
    "attest.sandbox": ("Decoding is held by: {names}", "Le décodage est contenu par : {names}"),
    "attest.missing": ("This machine lacks: {names}", "Il manque à cette machine : {names}"),
    "attest.network": ("Modules that can reach the network: {names}",
                       "Modules pouvant atteindre le réseau : {names}"),
    "attest.nothing": ("none", "aucun"),
    "attest.committed": ("Compliance commitment recorded as sent on {day}.",
                         "Engagement de conformité enregistré comme envoyé le {day}."),
    "attest.evaluation": (
        "Evaluation: no compliance commitment is recorded as sent; real cases cannot be opened.",
        "Évaluation : aucun engagement de conformité n'est enregistré comme envoyé ; aucune "
        "procédure réelle ne peut être ouverte.",
    ),
    "attest.settings": ("Settings:", "Paramètres :"),
    "attest.not.1": (
        "It is this program's word about itself: whoever replaces the program replaces it. Compare "
        "the digest of its sources with that of the published version.",
        "C'est la parole de ce programme sur lui-même : qui le remplace la remplace. Comparez "
        "l'empreinte de ses sources avec celle de la version publiée.",
    ),
    "attest.not.2": (
        "OpenCV, which decodes no video here, ships face classes: they are on the disk, and no "
        "source names them.",
        "OpenCV, qui ne décode ici aucune vidéo, contient des classes de visages : elles "
        "sont sur le disque, et aucune source ne les nomme.",
    ),
    "attest.not.3": (
        "It does not prove that nobody used another program.",
        "Elle ne prouve pas que personne n'a utilisé un autre programme.",
    ),
    "paper.impact-assessment": ("Data protection impact assessment, draft",
                                "Analyse d'impact relative à la protection des données, projet"),
    "paper.impact-assessment.lead": (
        "Directive (EU) 2016/680, art. 27; loi 78-17, art. 90.",
        "Directive (UE) 2016/680, art. 27 ; loi 78-17, art. 90.",
    ),
    "paper.register-entry": ("Entry of the register of processing, draft",
                             "Fiche du registre des traitements, projet"),
    "paper.register-entry.lead": (
        "Directive (EU) 2016/680, art. 24.", "Directive (UE) 2016/680, art. 24.",
    ),
    "paper.compliance-commitment": ("Compliance commitment and technical file, draft",
                                    "Engagement de conformité et dossier technique, projet"),
    "paper.compliance-commitment.lead": (
        "Décret 2012-687; code of criminal procedure, arts R. 40-39 to R. 40-41.",
        "Décret 2012-687 ; code de procédure pénale, art. R. 40-39 à R. 40-41.",
    ),
    "paper.technical-note": ("Technical and security note for the case file",
                             "Note technique et de sécurité pour la procédure"),
    "paper.technical-note.lead": (
        "What the software is and does, and what it cannot say.",
        "Ce que le logiciel est et fait, et ce qu'il ne peut dire.",
    ),
    "paper.draft": (
        "Draft drawn from the installation as it is. Complete what is marked, check it, sign it.",
        "Projet établi d'après l'installation telle qu'elle est. À compléter, vérifier et signer.",
    ),
    "paper.blank": ("[to be completed by the service]", "[à compléter par le service]"),
    "paper.service": ("Service", "Service"),
    "paper.sign": ("Date, name, quality and signature", "Date, nom, qualité et signature"),
}  # fmt: skip
