"""What each rule that refuses is called in words: refusals are counted, and read, by it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Rule, as refusals and the ledger write it, to its name in French and in English.
REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "case-closed": ("dossier clos", "case closed"),
        "case-erased": ("dossier effacé", "case erased"),
        "case-exists": ("dossier déjà ouvert", "case already open"),
        "case-id": ("identifiant de dossier impossible", "impossible case identifier"),
        "clearance-data-type": ("habilitation sans la vidéo", "clearance without video"),
        "clearance-dates": ("habilitation hors de ses dates", "clearance out of its dates"),
        "clearance-withdrawn": ("habilitation retirée", "clearance withdrawn"),
        "clock": ("horloge mal énoncée", "clock badly stated"),
        "clock-back": ("horloge de la machine reculée", "machine's clock set back"),
        "commitment": ("engagement de conformité non envoyé", "commitment not sent"),
        "data-types": ("types de données impossibles", "impossible types of data"),
        "deadline-passed": ("délai déjà passé", "deadline already passed"),
        "deemed-framework": (
            "autorisation réputée acquise hors flagrance",
            "deemed grant outside flagrance",
        ),
        "deemed-length": (
            "autorisation réputée acquise trop longue",
            "deemed grant too long",
        ),
        "deemed-objected": (
            "opposition à l'autorisation réputée acquise",
            "deemed grant objected to",
        ),
        "deemed-stopped": (
            "autorisation réputée acquise après opposition",
            "deemed grant after an objection",
        ),
        "document": ("empreinte de document impossible", "impossible hash of a document"),
        "enrolled": ("moyen de connexion déjà inscrit", "means of signing in already enrolled"),
        "extension-article": (
            "article de prorogation inconnu",
            "unknown article of extension",
        ),
        "first-agent": (
            "première personne sans être administrateur",
            "first person not an administrator",
        ),
        "four-eyes": ("seconde personne absente", "second person missing"),
        "framework": ("cadre d'enquête non admis", "framework of inquiry not admitted"),
        "locked-out": ("connexion bloquée", "sign-in locked"),
        "mandate-cameras": ("caméra hors de l'autorisation", "camera outside the mandate"),
        "mandate-dates": ("autorisation hors de ses dates", "mandate out of its dates"),
        "mandate-deemed": (
            "autorisation réputée acquise, cadre impossible",
            "deemed grant, impossible framework",
        ),
        "mandate-exhibits": ("scellé hors de l'autorisation", "exhibit outside the mandate"),
        "mandate-final": ("autorisation déjà retirée", "mandate already withdrawn"),
        "mandate-framework": ("autorisation d'un autre cadre", "mandate of another framework"),
        "mandate-objected": ("opposition du procureur", "objected to by the prosecutor"),
        "mandate-power": ("acte non autorisé par le magistrat", "act not permitted by the mandate"),
        "mandate-sought": (
            "recherche hors de l'autorisation",
            "search outside the mandate",
        ),
        "mandate-suspended": ("autorisation suspendue", "mandate suspended"),
        "mandate-window": ("période filmée hors de l'autorisation", "recorded time outside"),
        "mandate-window-unknown": (
            "période filmée inconnue",
            "recorded time unknown",
        ),
        "mandate-withdrawn": ("autorisation retirée", "mandate withdrawn"),
        "month-not-over": ("mois non terminé", "month not over"),
        "no-clearance": ("aucune habilitation", "no clearance"),
        "no-exhibit-named": ("aucun scellé désigné", "no exhibit named"),
        "no-mandate": ("aucune autorisation", "no mandate"),
        "no-rule": ("acte sans règle", "act without a rule"),
        "no-such-agent": ("personne inconnue", "no such person"),
        "no-such-case": ("dossier inconnu", "no such case"),
        "no-such-clearance": ("habilitation inconnue", "no such clearance"),
        "no-such-exhibit": ("scellé inconnu", "no such exhibit"),
        "no-such-mandate": ("autorisation inconnue", "no such mandate"),
        "no-such-request": ("demande inconnue", "no such request"),
        "no-such-synopsis": ("synopsis inconnu", "no such synopsis"),
        "not-due": ("effacement non échu", "erasure not due"),
        "not-own-mandate": ("autorisation d'un autre magistrat", "another magistrate's mandate"),
        "nothing-stated": ("rien d'énoncé", "nothing stated"),
        "offence-family": ("famille d'infraction inconnue", "unknown offence family"),
        "order": ("dates à l'envers", "dates in the wrong order"),
        "own-approval": ("approbation de sa propre demande", "approval of one's own request"),
        "own-clearance": ("sa propre habilitation", "one's own clearance"),
        "own-role": ("son propre rôle", "one's own role"),
        "own-state": ("décision sur son propre état", "decision about oneself"),
        "powers": ("pouvoirs impossibles", "impossible powers"),
        "reason": ("motif absent", "reason missing"),
        "recipient": ("destinataire absent", "recipient missing"),
        "recorder-time": ("heure d'enregistreur impossible", "impossible recorder time"),
        "request-kind": ("demande d'un autre genre", "request of another kind"),
        "role": ("rôle insuffisant", "role insufficient"),
        "roles": ("rôles impossibles", "impossible roles"),
        "roles-apart": ("rôles incompatibles", "roles that exclude each other"),
        "sent-on": ("date d'envoi impossible", "impossible date of sending"),
        "sequester": ("mise sous séquestre impossible", "sequestration impossible"),
        "service": ("autre service", "another service"),
        "sought": ("description recherchée impossible", "impossible description sought"),
        "state-altered": (
            "état contraire au registre",
            "state that contradicts the ledger",
        ),
        "time-zone": ("heure sans fuseau", "time without a zone"),
        "undecidable": ("fait indécidable", "facts that decide nothing"),
        "unknown-agent": ("demandeur inconnu", "asker unknown"),
    }
)


def refusal(rule: str, *, french: bool) -> str:
    """What people read for a rule; one that is not of this version is read as it is written."""
    return REFUSALS.get(rule, (rule, rule))[0 if french else 1]
