"""Every command that a remedy names is one that the program understands."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from typing import Any

import pytest
import typer.main

from scelle.cli.program import app
from scelle.law import remedies
from scelle.model.evidence import Power, Role

EVERY = [
    remedies.register("agent-1"),
    remedies.identify("agent-1"),
    remedies.identify(""),
    remedies.wait(datetime(2026, 3, 1, tzinfo=UTC), remedies.grant("c1", Power.ANALYSE)),
    remedies.register_first("agent-1"),
    remedies.begin("agent-1"),
    remedies.begin(""),
    remedies.find_case(),
    remedies.find_in_case("c1"),
    remedies.open_case(),
    remedies.clear("agent-1", "brigade a"),
    remedies.grant("c1", Power.ANALYSE),
    remedies.grant("c1", None, "--camera", "rue d'en haut", "--exhibit", "x1"),
    remedies.grant("c1", None, "--recorded-from", "2026-03-01", "--recorded-to", "2026-03-02"),
    remedies.restore("c1", "m1"),
    remedies.state_time("c1"),
    remedies.order_erasure("c1"),
    remedies.second("c1"),
    remedies.state_time("c1", "x1"),
]


@pytest.mark.parametrize("sentence", EVERY)
def test_the_program_understands_its_remedies(sentence: str) -> None:
    commands = re.findall(r"`(scelle [^`]+)`", sentence)
    assert commands
    for text in commands:
        words = shlex.split(text)[1:]
        command: Any = typer.main.get_command(app)
        while commands_of(command):
            command = commands_of(command)[words.pop(0)]
        options = {name for parameter in command.params for name in parameter.opts}
        given = {w for w in words if w.startswith("--")}
        assert given <= options
        required = {p.opts[0] for p in command.params if p.required and p.opts[0][0] == "-"}
        assert required <= given or not words


def commands_of(command: Any) -> dict[str, Any]:
    return getattr(command, "commands", {})


def test_every_remedy_is_tried() -> None:
    public = {
        n for n, f in vars(remedies).items() if callable(f) and f.__module__ == remedies.__name__
    }
    tried = {
        "register", "register_first", "begin", "find_case", "find_in_case", "open_case", "clear",
        "grant", "restore", "state_time", "identify", "wait", "ask", "either", "order_erasure",
        "second",
    }  # fmt: skip
    assert {n for n in public if not n.startswith("_")} == tried


def test_nobody_is_told_to_take_another_role() -> None:
    """Registering replaces roles: whoever lacks one is told whom to ask."""
    assert remedies.ask([Role.MAGISTRATE, Role.HEAD_OF_SERVICE]) == (
        "Ask a magistrate or the head of the service to run the same command."
    )
    for role in Role:
        assert "register" not in remedies.ask([role])
