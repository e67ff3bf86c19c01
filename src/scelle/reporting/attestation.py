"""A signed statement of what one installation can and cannot do.

    attestation.json     the statement, canonical JSON, with its signature
    attestation.en.txt   the same to read, in English and in French
    attestation.fr.txt
    sbom.cdx.json        software bill of materials (CycloneDX)
    mlbom.cdx.json       the models' bill of materials

The signature is over ``scelle-attestation-1``, the origin and the SHA-256 of the
statement, one a line: a C2SP signed note, by the ledger's own key.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from scelle.errors import BadInput
from scelle.ledger.canonical import canonical
from scelle.ledger.checkpoint import BadNote, VerifierKey, signed_by
from scelle.reporting import inspection
from scelle.reporting.bom import model_bom, software_bom
from scelle.reporting.evidence import Signs
from scelle.reporting.inspection import Check, Field, Model
from scelle.reporting.words import Language, say

FORMAT = "scelle-attestation-1"


@dataclass(frozen=True)
class Installation:
    """What is looked at.

    Attributes:
        package: folder of the program's sources.
        folders: where models might lie besides.
        distributions: the installed packages.
        catalogue: the models admitted.
        fields: every column of the databases.
        settings: name to value, as text.
        protection: what holds a decoding process: ``names``, ``missing``, ``complete``.
        ledger: its head, a signed note.
        committed: since when the compliance commitment is recorded as sent; may be empty.
    """

    version: str
    package: Path
    folders: Sequence[Path]
    distributions: Sequence[Distribution]
    catalogue: Sequence[Model]
    fields: Sequence[Field]
    settings: Mapping[str, str]
    protection: Mapping[str, object]
    origin: str
    vkey: str
    ledger: str
    committed: str


@dataclass(frozen=True)
class Attestation:
    """A statement, with the files that it names by digest.

    Attributes:
        statement: JSON.
        checks: those of the statement.
        boms: file name to content.
    """

    statement: Mapping[str, Any]
    checks: tuple[Check, ...]
    boms: Mapping[str, bytes]

    @property
    def failed(self) -> tuple[Check, ...]:
        """Checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)


def examine(
    seen: Installation, modules: Mapping[str, inspection.Nodes] | None = None
) -> tuple[Check, ...]:
    """Every check, in the order of the statement.

    Args:
        modules: the package's sources, where they were read already.
    """
    modules = modules or inspection.sources(seen.package)
    return (
        inspection.check_symbols(modules),
        inspection.check_imports(modules),
        inspection.check_packages(seen.distributions),
        inspection.check_streams(modules),
        inspection.check_models(seen.catalogue, [seen.package, *seen.folders]),
        inspection.check_schema(seen.fields),
    )


def attest(seen: Installation, at: datetime) -> Attestation:
    """Look at everything, and state it.

    Args:
        at: when; aware.
    """
    modules = inspection.sources(seen.package)
    checks = examine(seen, modules)
    digest, count = inspection.source_digest(seen.package)
    boms = {
        "sbom.cdx.json": software_bom(seen.distributions, seen.version, digest, at),
        "mlbom.cdx.json": model_bom(
            seen.catalogue,
            inspection.model_files([seen.package, *seen.folders]),
            seen.version,
            at,
        ),
    }
    texts = {
        name: json.dumps(bom, ensure_ascii=False, indent=1).encode() + b"\n"
        for name, bom in boms.items()
    }
    statement = {
        "format": FORMAT,
        "origin": seen.origin,
        "at": at.isoformat(timespec="seconds"),
        "version": seen.version,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "sources": {"sha256": digest, "files": count},
        "schema": {"sha256": inspection.schema_digest(seen.fields), "columns": len(seen.fields)},
        "checks": [
            {
                "name": check.name,
                "looked_at": dict(check.looked_at),
                "holds": check.holds,
                "found": list(check.found),
            }
            for check in checks
        ],
        "models": [
            {"name": model.name, "sha256": model.sha256, "labels": list(model.labels)}
            for model in seen.catalogue
        ],
        "network_modules": inspection.reaches_the_network(modules),
        "sandbox": dict(seen.protection),
        "settings": dict(seen.settings),
        "commitment_sent_on": seen.committed,
        "ledger": seen.ledger,
        "files": {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
    }
    return Attestation(statement, checks, texts)


def signed(attestation: Attestation, vkey: str, sign: Signs) -> bytes:
    """The file ``attestation.json``."""
    note = _note(attestation.statement)
    told = {
        "statement": attestation.statement,
        "vkey": vkey,
        "signature": f"{note}\n{sign(note)}",
    }
    return canonical(told) + b"\n"


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    Attributes:
        statement: as it was read.
        holds: sentences that were checked and are true.
        problems: sentences that say what is not.
    """

    statement: Mapping[str, Any]
    holds: tuple[str, ...]
    problems: tuple[str, ...]


def verify(path: Path, vkey: str = "", package: Path | None = None) -> Verdict:
    """Check an attestation.

    Args:
        path: the file ``attestation.json``; bills of materials beside it are checked too.
        vkey: the key to trust; empty takes the file's own word.
        package: sources to compare with; the statement must be about the same.

    Raises:
        BadInput: not an attestation.
    """
    try:
        read = json.loads(path.read_bytes())
        statement, key, note = read["statement"], str(read["vkey"]), str(read["signature"])
        checks = [(c["name"], c["looked_at"], c["holds"], c["found"]) for c in statement["checks"]]
        files, digest = dict(statement["files"]), str(statement["sources"]["sha256"])
        origin, at = str(statement["origin"]), str(statement["at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is not an attestation: {type(error).__name__}",
            remedy="Give the file attestation.json that `scelle attest` wrote.",
        ) from error
    holds, problems = [], []
    try:
        if vkey and vkey != key:
            raise BadNote("the file names another key than the one given")
        if signed_by(note, VerifierKey.parse(vkey or key)) != _note(statement):
            raise BadNote("the statement is not the one that was signed")
        if VerifierKey.parse(key).name != origin:
            raise BadNote("the statement's installation is not its key's")
        holds.append(f"{origin} signed it, at {at}.")
    except BadNote as error:
        # Nothing in it is worth repeating, and names in it may mean anything.
        return Verdict(statement, (), (f"Its signature does not hold: {error}.",))
    for name, looked_at, held, found in checks:
        if held and not found:
            holds.append(f"{name}: nothing found in {counted(looked_at)}.")
        else:
            problems.append(f"{name}: found {', '.join(found)}.")
    for name, expected in sorted(files.items()):
        beside = path.with_name(name)
        if not beside.exists():
            continue
        if hashlib.sha256(beside.read_bytes()).hexdigest() == expected:
            holds.append(f"{name} is the file that it names.")
        else:
            problems.append(f"{name} is not the file that it names.")
    if package is not None:
        if inspection.source_digest(package)[0] == digest:
            holds.append("It is about the very sources of this program.")
        else:
            problems.append("It is about other sources than those of this program.")
    return Verdict(statement, tuple(holds), tuple(problems))


def counted(looked_at: Mapping[str, int], language: Language = "en") -> str:
    """How much was looked at, in words.

    >>> counted({"columns": 120, "tables": 9}, "fr")
    '120 colonnes, 9 tables'
    """
    return ", ".join(f"{n} {say(language, f'of.{what}')}" for what, n in looked_at.items())


def _note(statement: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(canonical(statement)).hexdigest()
    return f"{FORMAT}\n{statement['origin']}\n{digest}\n"
