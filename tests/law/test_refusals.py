"""Every rule that can refuse has its name in both languages, and no other has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import scelle
from scelle.law.refusals import REFUSALS, refusal
from scelle.model.evidence import MandateState

SOURCES = [p for room in ("law", "door") for p in Path(scelle.__path__[0], room).rglob("*.py")]


def refusing() -> Iterator[str]:
    """Rules as the sources write them: in a reason, or yielded for one (clearances)."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                first: ast.expr = node.args[0]
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
            else:
                continue
            if isinstance(first, ast.Constant):
                yield str(first.value)
    yield from (f"mandate-{s}" for s in MandateState if s is not MandateState.ACTIVE)


def test_every_rule_that_refuses_is_named() -> None:
    assert set(refusing()) == set(REFUSALS)


def test_names_tell_rules_apart() -> None:
    for language in range(2):
        assert len({names[language] for names in REFUSALS.values()}) == len(REFUSALS)


def test_a_rule_of_another_version_is_read_as_written() -> None:
    assert refusal("no-mandate", french=True) == "aucune autorisation"
    assert refusal("from-the-future", french=True) == "from-the-future"
