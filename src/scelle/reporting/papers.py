"""The papers that a service must keep, drawn from what its installation is.

Drafts: what only the service knows is left to fill in, and marked.  Each is set in
French and in English.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scelle.errors import BadInput
from scelle.law.frameworks import FRAMEWORKS
from scelle.model.asking_words import WORDS
from scelle.model.dates import day_words
from scelle.model.tracks import ObjectClass
from scelle.reporting import inspection
from scelle.reporting.attestation import Installation, examine
from scelle.reporting.clauses import PAPERS, clauses
from scelle.reporting.inspection import Check
from scelle.reporting.print import set_pdf
from scelle.reporting.words import LANGUAGES, Language, say


def write_papers(
    folder: Path, seen: Installation, service: str, at: datetime | None = None
) -> list[Path]:
    """Write every paper in both languages.

    Args:
        folder: must not exist yet.
        seen: the installation as it is now.
        service: who answers for the use; empty leaves it to be filled in.
        at: the date on them; now by default.

    Returns:
        The files, in order.

    Raises:
        BadInput: the folder exists, or cannot be written.
    """
    when = at or datetime.now(UTC)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be made: {error.strerror}",
            remedy="Give a folder that does not exist yet, where you may write.",
        ) from error
    checks = examine(seen)
    facts = {language: _facts(seen, checks, service, language) for language in LANGUAGES}
    made = []
    for paper in PAPERS:
        for language in LANGUAGES:
            path = folder / f"{paper}.{language}.pdf"
            path.write_bytes(set_pdf("paper.typ", _data(paper, language, facts, when), when))
            made.append(path)
    return made


def _facts(
    seen: Installation, checks: Sequence[Check], service: str, language: Language
) -> dict[str, str]:
    """What the clauses speak of."""
    digest, count = inspection.source_digest(seen.package)
    labels = sorted({label for model in seen.catalogue for label in model.labels})
    names = [f.french if language == "fr" else f.english for f in FRAMEWORKS.frameworks]
    years = {f.retention_years for f in FRAMEWORKS.frameworks}
    blank = say(language, "paper.blank")
    return {
        "service": service or blank,
        "blank": blank,
        "version": seen.version,
        "origin": seen.origin,
        "sources": digest,
        "files": str(count),
        "schema": inspection.schema_digest(seen.fields),
        "columns": str(len(seen.fields)),
        "models": "; ".join(f"{m.name} ({m.sha256[:16]}…)" for m in seen.catalogue),
        "labels": ", ".join(_in_words(label, language) for label in labels),
        "packages": str(len(seen.distributions)),
        "checks": str(len(checks)),
        "failed": str(sum(1 for c in checks if not c.holds)),
        "found": "; ".join(x for c in checks for x in c.found) or say(language, "attest.nothing"),
        "sandbox": ", ".join(str(n) for n in _list(seen.protection.get("names"))),
        "missing": "; ".join(str(n) for n in _list(seen.protection.get("missing")))
        or say(language, "attest.nothing"),
        "frameworks": "; ".join(names),
        "articles": "; ".join(dict.fromkeys(f.article for f in FRAMEWORKS.frameworks)),
        "law": day_words(language, FRAMEWORKS.as_of),
        "years": ", ".join(str(y) for y in sorted(years)),
        "settings": "; ".join(f"{name} = {value or '–'}" for name, value in seen.settings.items()),
        "state": say(
            language,
            "attest.committed" if seen.committed else "attest.evaluation",
            day=seen.committed,
        ),
        "head": hashlib.sha256(seen.ledger.encode()).hexdigest(),
        "vkey": seen.vkey,
    }


def _data(
    paper: str, language: Language, facts: Mapping[Language, Mapping[str, str]], at: datetime
) -> dict[str, Any]:
    told = facts[language]
    return {
        "language": language,
        "title": say(language, f"paper.{paper}"),
        "lead": say(language, f"paper.{paper}.lead"),
        "whole": say(language, "paper.draft"),
        "facts": [
            [say(language, "paper.service"), told["service"]],
            [say(language, "installation"), told["origin"]],
            [say(language, "version"), told["version"]],
            [say(language, "made"), day_words(language, at)],
        ],
        "sections": [
            {"title": title, "lines": [line.format(**told) for line in lines]}
            for title, lines in clauses(paper, language)
        ],
        "sign": say(language, "paper.sign"),
    }


def _in_words(label: str, language: Language) -> str:
    """A class that a model can name, as it is said; a label of another model as it is."""
    known = {each.value: each for each in ObjectClass}
    return WORDS[language].classes[known[label]][0] if label in known else label


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
