"""The draft of the record (procès-verbal): what the ledger knows is filled in, no more.

Its form is the French one; the English text renders it for readers of English.
"""

from __future__ import annotations

from scelle.law.frameworks import FRAMEWORKS
from scelle.model.dates import day_words
from scelle.model.decisions import Judgement
from scelle.model.evidence import Mandate
from scelle.reporting.handed_out import HandedOut, questions
from scelle.reporting.words import Language

_FRENCH = (
    "L'an deux mille ......, le ...... à ...... heures ......",
    "Nous, {blank} [nom et prénom], {blank} [qualité : officier ou agent de police judiciaire], en "
    "fonction au service {service},",
    "Agissant dans le cadre suivant : {framework} ({articles} du code de procédure pénale),",
    "Vu les articles 230-20 à 230-27 et R. 40-39 à R. 40-41 du code de procédure pénale,",
    "Vu l'autorisation {authorisation},",
    "Vu l'habilitation individuelle et spéciale de : {agents} (art. 230-25 et 15-5),",
    "Mentionnons avoir recouru, pour l'exploitation en différé des enregistrements placés sous "
    "scellés, au logiciel de rapprochement judiciaire Scelle, version {version}, qui ne met en "
    "œuvre ni reconnaissance faciale ni traitement biométrique.",
    "Les enregistrements exploités sont les suivants : {exhibits}.",
    "Recherches effectuées : {searches}, dont infructueuses : {fruitless}. Rapprochements "
    "confirmés : {confirmed} ; écartés : {rejected} ; chacun par une personne nommée et avec un "
    "motif, ainsi qu'il est détaillé au rapport joint, référence {copy}.",
    "Ce qui n'a pas été décodé ou analysé, et les taux d'erreur mesurés de la méthode, figurent au "
    "même rapport. L'absence de rapprochement ne vaut pas constat d'absence.",
    "Constatons : {blank} [constatations de l'enquêteur]",
    "Mentionnons que le rapport de fin d'opérations prévu à l'article R. 40-40 est annexé au "
    "présent, et qu'une copie intégrale des données peut être demandée.",
    "Dont procès-verbal, que nous signons.",
)
_ENGLISH = (
    "In the year two thousand and ......, on ...... at ...... hours ......",
    "We, {blank} [surname and first name], {blank} [quality: officer or agent of the judicial "
    "police], of the service {service},",
    "Acting in the following framework: {framework} ({articles} of the code of criminal "
    "procedure),",
    "Having regard to articles 230-20 to 230-27 and R. 40-39 to R. 40-41 of that code,",
    "Having regard to the authorisation {authorisation},",
    "Having regard to the personal and special clearance of: {agents} (arts 230-25 and 15-5),",
    "State that sealed recordings were worked on, after the fact, with the software Scelle, "
    "version {version}, which does neither facial recognition nor any biometric processing.",
    "The recordings are these: {exhibits}.",
    "Searches made: {searches}, of them fruitless: {fruitless}. Candidates confirmed: "
    "{confirmed}; rejected: {rejected}; each by a named person with a reason, as the report "
    "annexed tells, reference {copy}.",
    "What was not decoded or analysed, and the measured error rates of the method, are in the same "
    "report. That nothing was found does not establish that nothing was there.",
    "Find: {blank} [the investigator's findings]",
    "State that the closing report of article R. 40-40 is annexed hereto, and that a full copy of "
    "the data may be asked for.",
    "Of which this is the record, signed by us.",
)


def record(handed: HandedOut, language: Language) -> list[str]:
    """The paragraphs of the draft; what only the officer knows is left open."""
    framework = FRAMEWORKS.get(handed.case.framework)
    french = language == "fr"
    asked = [each for each, _ in questions(handed)]
    articles = (framework.article, *framework.gateways) if framework else ()
    name = (framework.french if french else framework.english) if framework else ""
    none = "néant" if french else "none"
    parts = {
        "blank": "." * 24,
        "service": handed.case.service,
        "framework": name,
        "articles": ", ".join(articles),
        "authorisation": "; ".join(_authorisation(m, french) for m in handed.mandates) or none,
        "agents": ", ".join(dict.fromkeys(c.agent_id for c in handed.clearances)) or none,
        "version": handed.version,
        "exhibits": "; ".join(
            f"{r.label} ({r.exhibit.name}, {r.exhibit.origin}, SHA-256 {r.exhibit.sha256[:16]}…)"
            for r in handed.recordings
        )
        or none,
        "searches": len(asked),
        "fruitless": sum(1 for a in asked if not a.answers),
        "confirmed": len(handed.judged(Judgement.CONFIRMED)),
        "rejected": len(handed.judged(Judgement.REJECTED)),
        "copy": handed.copy,
    }
    return [line.format(**parts) for line in (_FRENCH if french else _ENGLISH)]


def _authorisation(mandate: Mandate, french: bool) -> str:
    by, day = mandate.magistrate, day_words("fr" if french else "en", mandate.valid_from)
    if mandate.deemed:
        return f"réputée accordée, depuis le {day}" if french else f"deemed granted, from {day}"
    return f"de {by} en date du {day}" if french else f"of {by} of {day}"
