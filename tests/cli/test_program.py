from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer

from scelle.cli.program import app, run, status_of
from scelle.errors import (
    BadInput,
    Interrupted,
    LedgerDamaged,
    Misconfigured,
    NotFound,
    Refused,
    ScelleError,
    UnreadableSource,
    VaultDamaged,
)
from scelle.model.acts import ConsultCoverage, ListCases, Reason


def commands() -> dict[str, Any]:
    """Every command by its words, as the program's own parser knows it."""
    root = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, each in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(each, "commands", None)
        found |= {f"{name} {n}": e for n, e in inner.items()} if inner else {name: each}
    return found


COMMANDS = commands()


def test_the_work_has_its_commands() -> None:
    assert set(COMMANDS) >= {
        "try", "analyse", "coverage", "search", "clip", "synopsis", "serve",
        "case open", "case list", "case show", "case close", "agent register",
        "clearance grant", "clearance withdraw", "mandate grant", "mandate change", "mandate list",
        "exhibit receive", "exhibit list", "tracks export",
        "ledger show", "ledger verify", "ledger export", "bench speed", "bench detector",
        "attest verify", "oversight report", "oversight publish", "record-commitment", "papers",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_json_help_and_an_example_that_parses(scelle: Any, words: str) -> None:
    each = COMMANDS[words]
    options = {name for p in each.params for name in p.opts}
    assert "--json" in options or words == "serve"
    # Those need no installation.
    alone = words.startswith(("bench ", "witness ")) or words == "attest verify"
    assert "--home" in options or alone
    assert scelle(*words.split(), "--help").status == 0
    example = re.sub(r"\$\w+", "x", each.epilog.removeprefix("Example: scelle "))
    assert example.startswith(words)
    # Files of the examples do not exist here: only what is written is checked.
    for parameter in each.params:
        assert parameter.help or parameter.name == "help"
    arguments = shlex.split(example.removeprefix(words))
    known = [a for a in arguments if a.startswith("-") and not re.match(r"-\d", a)]
    assert set(known) <= options


def test_each_error_has_its_status() -> None:
    refused = Refused([Reason("r", "a", "t", "m")], entry=0)
    expected = {
        BadInput("x"): 2,
        UnreadableSource("x"): 2,
        NotFound("x"): 2,
        refused: 3,
        VaultDamaged("x"): 4,
        LedgerDamaged("x"): 4,
        Misconfigured("x"): 5,
        Interrupted("x"): 130,
        ScelleError("x"): 1,
    }
    assert {error: status_of(error) for error in expected} == expected


def test_a_refusal_tells_rule_article_and_remedy(scelle: Any, opening: Any) -> None:
    reasons = [Reason("no-mandate", "art. R. 40-40", "No mandate.", "Have one granted.")]
    opening.answers[ListCases] = Refused(reasons, entry=9)
    done = scelle("case", "list")
    assert done.status == 3
    assert done.out == ""
    for said in ("No mandate.", "no-mandate", "art. R. 40-40", "Have one granted.", "entry 9"):
        assert said in done.err
    done = scelle("case", "list", "--json")
    assert done.status == 3
    assert done.data["error"]["type"] == "Refused"
    assert done.data["error"]["entry"] == 9
    assert done.data["error"]["reasons"] == [
        {
            "rule": "no-mandate",
            "article": "art. R. 40-40",
            "text": "No mandate.",
            "remedy": "Have one granted.",
        }
    ]


def test_bad_input_tells_the_remedy_on_standard_error(scelle: Any, opening: Any) -> None:
    opening.answers[ConsultCoverage] = NotFound("no case [x]", remedy="Run scelle case list.")
    done = scelle("coverage", "--case", "x")
    assert (done.status, done.out) == (2, "")
    assert "no case [x]" in done.err
    assert "Run scelle case list." in done.err


def test_a_remedy_says_what_to_type(
    scelle: Any, opening: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = "Run scelle case list or `scelle serve`; my-scelle stays."
    opening.answers[ConsultCoverage] = NotFound("no case", remedy=remedy)
    monkeypatch.setenv("SCELLE_PROGRAM", "./scelle")
    told = "Run ./scelle case list or `./scelle serve`; my-scelle stays."
    assert told in scelle("coverage", "--case", "x").err


def test_ctrl_c_says_how_to_go_on(scelle: Any, opening: Any) -> None:
    def pressed(act: object) -> object:
        raise KeyboardInterrupt

    opening.answers[ConsultCoverage] = pressed
    done = scelle("coverage", "--case", "x", "--json")
    assert done.status == 130
    assert done.data["error"]["type"] == "Interrupted"
    assert "same command again" in done.data["error"]["remedy"]


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["case", "open"], ["search", "--colour", "mauve"], ["clip", "--from"]]
)
def test_a_wrong_line_is_one_error_object(scelle: Any, opening: Any, arguments: list[str]) -> None:
    done = scelle(*arguments, "--json")
    assert done.status == 2
    assert done.data["error"]["type"] == "Usage"
    assert opening.asked == []


def test_an_unforeseen_error_is_not_hidden(opening: Any) -> None:
    opening.answers[ListCases] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        run(["case", "list"])


def test_the_version_is_told(scelle: Any) -> None:
    assert scelle("--version").out.startswith("scelle 0.")


def test_a_command_starts_without_what_serves_signs_in_measures_follows_or_migrates() -> None:
    asked = "import sys, scelle.cli.program; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    unwanted = {"fastapi", "uvicorn", "webauthn", "jinja2", "alembic", "scipy", "scelle.benchmarks"}
    assert not unwanted & set(told.stdout.split())
