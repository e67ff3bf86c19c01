"""The figures that are published: one table, from which everything is computed.

A figure is a sum of the cells of :mod:`scelle.ledger.tally`.  It may name acts that a
version of the software does not have: then it is 0 and appears once they are done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from scelle.ledger.tally import DIMENSIONS

#: What a figure may be broken down by; ``rule`` for the rules that refused.
RULE = "rule"
ALL = "all"
DEMONSTRATION = "demonstration"


@dataclass(frozen=True)
class Figure:
    """One published figure.

    Attributes:
        name: short stable name.
        chapter: where the page shows it.
        english, french: its title.
        kinds: ``<phase> <act> <result>`` of the entries counted, ``*`` for any word.
        quantity: ``entries``, a name of ``counts``, or ``rule``.
        dimensions: what it is broken down by.
        contributors: for amounts, the figure that counts what they come from: an
            amount is withheld where that count is.
        whole: the figure of which this one counts a part: a part is a bound for its
            whole, and a whole for its part, so that both withhold the same.
        unit: ``""`` or ``hours`` (the ledger has seconds).
    """

    name: str
    chapter: str
    english: str
    french: str
    kinds: tuple[str, ...]
    quantity: str = "entries"
    dimensions: tuple[str, ...] = DIMENSIONS
    contributors: str = ""
    whole: str = ""
    unit: str = ""

    def shown(self, count: int) -> int:
        """A count as people read it: hours to the nearest, of the ledger's seconds."""
        return (count + 1800) // 3600 if self.unit == "hours" else count

    def cells(self, kinds: Iterable[str], dimension: str, value: str) -> tuple[str, ...]:
        """The cells whose sum is this figure at one value of a dimension.

        Args:
            kinds: every kind of entry that there is.
            dimension, value: ``("all", "")`` for the total.
        """
        if self.quantity == RULE:
            return (f"refusal|{value}|{ALL}|",)
        matching = [kind for kind in kinds if self.counts(kind)]
        return tuple(f"{kind}|{self.quantity}|{dimension}|{value}" for kind in matching)

    def counts(self, kind: str) -> bool:
        """Whether entries of a kind are counted."""
        return any(_matches(pattern, kind) for pattern in self.kinds)


@lru_cache(maxsize=65536)
def _matches(pattern: str, kind: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"\S+"), kind) is not None


def _done(*acts: str) -> tuple[str, ...]:
    return tuple(f"outcome {act} done" for act in acts)


#: In the order in which they are shown.
FIGURES: tuple[Figure, ...] = (
    Figure("cases", "use", "Cases opened", "Procédures ouvertes", _done("open-case")),
    Figure("analyses", "use", "Analyses of recordings", "Analyses d'enregistrements",
           _done("analyse-exhibit")),
    Figure("exhibits", "use", "Recordings received", "Enregistrements reçus",
           _done("receive-exhibit"), "exhibits"),
    Figure("hours", "use", "Hours received", "Heures reçues",
           _done("receive-exhibit"), "recorded_seconds", contributors="exhibits", unit="hours"),
    Figure("cameras", "use", "Cameras", "Caméras",
           _done("receive-exhibit"), "cameras", contributors="exhibits", whole="exhibits"),
    Figure("questions", "search", "Questions asked, each once a day for each person and answer",
           "Questions posées, chacune une fois par jour, par personne et par réponse",
           _done("search-tracks"), "questions", whole="searches"),
    Figure("searches", "search", "Answers given, on every page and at every return to one",
           "Réponses données, à chaque page et à chaque retour sur une page",
           _done("search-tracks")),
    Figure("arrangements", "search", "Arrangements of the live synopsis, one for each filter",
           "Arrangements du synopsis interactif, un par filtre", _done("arrange-synopsis")),
    Figure("candidates", "search", "Candidates put forward", "Rapprochements proposés",
           _done("search-tracks"), "put_forward", contributors="questions"),
    Figure("confirmed", "search", "Candidates confirmed by a person",
           "Rapprochements confirmés par une personne", _done("decide-track"), "confirmed"),
    Figure("rejected", "search", "Candidates rejected by a person",
           "Rapprochements écartés par une personne", _done("decide-track"), "rejected"),
    Figure("notes", "search", "Notes written on candidates",
           "Notes écrites sur des rapprochements", _done("note-track"), "notes"),
    Figure("viewings", "search", "Viewings of pictures and synopses",
           "Consultations d'images et de synopsis",
           _done("view-pictures", "view-synopsis", "view-tubes", "view-still",
                 "play-exhibit")),
    Figure("synopses", "search", "Synopses and stills made", "Synopsis et planches établis",
           _done("make-synopsis", "make-still")),
    Figure("exports", "search", "Clips and tables handed out", "Extraits et tableaux remis",
           _done("export-cameras", "export-clip", "export-tracks")),
    Figure("fetched", "search", "Copies fetched on the pages", "Copies retirées sur les pages",
           _done("fetch-copy")),
    Figure("reveals", "search", "Reveals of a head or a plate",
           "Levées de la dissimulation d'une tête ou d'une plaque", _done("reveal-track"),
           "reveals"),
    Figure("mandates", "control", "Authorisations recorded", "Autorisations enregistrées",
           _done("grant-mandate")),
    Figure("late", "control", "Authorisations recorded late", "Autorisations tardives",
           _done("grant-mandate"), "late", whole="mandates"),
    Figure("objections", "control", "Objections", "Oppositions",
           _done("change-mandate"), "objections"),
    Figure("suspensions", "control", "Suspensions", "Suspensions",
           _done("change-mandate"), "suspensions"),
    Figure("withdrawals", "control", "Withdrawals", "Retraits",
           _done("change-mandate"), "withdrawals"),
    Figure("stopped", "control", "Acts stopped under way by the law",
           "Actes arrêtés en cours par la loi", ("outcome * stopped",)),
    Figure("refusals", "control", "Acts refused", "Actes refusés", ("decision * refused",)),
    Figure("rules", "control", "Reasons of refusal, by rule", "Motifs de refus, par règle",
           (), RULE, (RULE,)),
    Figure("checks", "control", "Checks by magistrates and auditors",
           "Contrôles par les magistrats et les inspections",
           _done("consult-ledger", "consult-installation", "export-ledger", "replay-analysis")),
    Figure("erasures-due", "erasure", "Deadlines of erasure announced, 30 days ahead",
           "Échéances d'effacement annoncées 30 jours avant",
           _done("announce-erasure"), "announced_30"),
    Figure("erasures-done", "erasure", "Erasures done", "Effacements exécutés",
           _done("erase-case")),
    Figure("erasures-overdue", "erasure", "Erasures done after their day",
           "Effacements exécutés après leur échéance", _done("erase-case"), "overdue",
           whole="erasures-done"),
    Figure("attestations", "attestation", "Attestations", "Attestations", _done("attest"),
           dimensions=()),
    Figure("entries", "record", "Entries of the ledger", "Inscriptions au registre",
           ("* * *",), dimensions=("month",)),
)  # fmt: skip

BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


def kind_of(cell: str) -> str:
    """The kind of a cell."""
    return cell.partition("|")[0]
