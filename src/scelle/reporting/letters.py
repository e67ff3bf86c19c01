"""An attestation as plain text, to read beside the signed one."""

from __future__ import annotations

from collections.abc import Iterator

from scelle.reporting.attestation import Attestation, counted
from scelle.reporting.words import Language, say


def attestation_text(made: Attestation, language: Language) -> str:
    """The text in one language, final newline included."""
    return "\n".join(_lines(made, language)) + "\n"


def _lines(made: Attestation, language: Language) -> Iterator[str]:
    told = made.statement
    yield say(language, "attest.title", origin=told["origin"])
    yield ""
    yield say(language, "attest.when", at=told["at"], version=told["version"])
    yield say(language, "attest.sources", **told["sources"])
    yield say(language, "attest.schema", **told["schema"])
    yield ""
    yield say(language, "attest.cannot")
    for check in made.checks:
        state = say(language, "attest.holds" if check.holds else "attest.fails")
        yield f"  [{state}] {say(language, f'check.{check.name}')}"
        yield f"      {say(language, 'attest.looked', where=counted(check.looked_at, language))}"
        yield from (f"      - {found}" for found in check.found)
    yield ""
    yield say(language, "attest.models")
    for model in told["models"]:
        yield f"  {model['name']}, SHA-256 {model['sha256']}: {', '.join(model['labels'])}"
    yield ""
    sandbox = told["sandbox"]
    yield say(language, "attest.sandbox", names=", ".join(sandbox["names"]))
    if sandbox["missing"]:
        yield say(language, "attest.missing", names="; ".join(sandbox["missing"]))
    network = ", ".join(told["network_modules"]) or say(language, "attest.nothing")
    yield say(language, "attest.network", names=network)
    day = told["commitment_sent_on"]
    yield say(language, "attest.committed" if day else "attest.evaluation", day=day)
    yield ""
    yield say(language, "attest.settings")
    yield from (f"  {name} = {value}" for name, value in told["settings"].items())
    yield ""
    yield say(language, "not")
    for number in range(1, 4):
        yield f"  - {say(language, f'attest.not.{number}')}"
