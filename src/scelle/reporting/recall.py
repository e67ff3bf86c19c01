"""The notice that calls a copy back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scelle.model.copies import Copy
from scelle.model.dates import day_words
from scelle.model.evidence import Case
from scelle.reporting.print import set_pdf
from scelle.reporting.words import Language

_WORDS: Mapping[str, Any] = {
    "fr": {
        "title": "Rappel de la copie {reference}",
        "lead": "Procédure {case} · à l'attention de {recipient}",
        "rows": ("copie", "nature", "fichier", "empreinte SHA-256", "remise le", "par", "motif de "
                 "la remise", "rappelée le", "par", "motif du rappel"),
        "kinds": {
            "export-cameras": "extrait de plusieurs caméras", "export-clip": "extrait vidéo",
            "export-tracks": "tableau des pistes", "make-bundle": "dossier de preuve",
            "make-dossier": "rapport de clôture", "make-still": "image",
            "make-synopsis": "synopsis vidéo",
        },
        "ask": "Ce que nous vous demandons",
        "lines": (
            "- Ne plus consulter, copier ni transmettre cette copie.",
            "- Rendre le support, ou détruire la copie, ses reproductions et ses sauvegardes.",
            "- Renvoyer cet avis signé, avec ce qui a été fait et quand.",
        ),
        "limit": "Le logiciel ne peut pas atteindre ce qui est sorti : il compte les copies, les "
        "rappelle, et les nomme dans le certificat d'effacement.",
        "sign": "Fait par, le, signature",
    },
    "en": {
        "title": "Recall of copy {reference}",
        "lead": "Case {case} · for the attention of {recipient}",
        "rows": ("copy", "kind", "file", "SHA-256", "handed out on", "by", "why it was handed out",
                 "called back on", "by", "why it is called back"),
        "kinds": {
            "export-cameras": "clip of several cameras", "export-clip": "video clip",
            "export-tracks": "table of tracks", "make-bundle": "bundle of evidence",
            "make-dossier": "closing report", "make-still": "picture",
            "make-synopsis": "video synopsis",
        },
        "ask": "What we ask of you",
        "lines": (
            "- No longer look at, copy or pass on this copy.",
            "- Return the medium, or destroy the copy and every reproduction, backups included.",
            "- Send this notice back, signed, with what was done and when.",
        ),
        "limit": "The software cannot reach what has left: it counts copies, calls them back, and "
        "names them in the certificate of erasure.",
        "sign": "Done by, on, signature",
    },
}  # fmt: skip


def recall_notice(case: Case, copy: Copy, language: str) -> bytes:
    """The notice as PDF/A-2a and PDF/UA-1.

    Args:
        copy: with the recall that the notice is about as its last.
        language: ``fr`` or ``en``; any other is English.
    """
    tongue: Language = "fr" if language == "fr" else "en"
    words = _WORDS[tongue]
    recall = copy.recalls[-1]
    values = (
        copy.reference, words["kinds"][copy.act], copy.name, copy.sha256,
        day_words(tongue, copy.at), copy.agent_id,
        copy.reason or "-", day_words(tongue, recall.at), recall.agent_id, recall.reason,
    )  # fmt: skip
    parts = {
        "reference": copy.reference,
        "case": case.reference,
        "recipient": copy.recipient or copy.agent_id,
    }
    data = {
        "language": tongue,
        "title": str(words["title"]).format(**parts),
        "lead": str(words["lead"]).format(**parts),
        "whole": "",
        "facts": [list(pair) for pair in zip(words["rows"], values, strict=True)],
        "sections": [
            {"title": words["ask"], "lines": list(words["lines"])},
            {"title": "Scelle", "lines": [words["limit"]]},
        ],
        "sign": words["sign"],
    }
    return set_pdf("paper.typ", data, recall.at)
