"""Every command, act, setting and decision is documented; every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from scelle.cli.program import app
from scelle.law.rules import RULES
from scelle.model.acts import Act, CaseAct
from scelle.settings import Settings


def acts(base: type[Act] = Act) -> list[type[Act]]:
    below = [kind for child in base.__subclasses__() for kind in [child, *acts(child)]]
    return [kind for kind in below if kind is not CaseAct]


def commands() -> dict[str, Any]:
    root = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, each in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(each, "commands", None)
        found |= {f"{name} {n}": e for n, e in inner.items()} if inner else {name: each}
    return found


COMMANDS = commands()


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_a_page_that_tells_all_its_options(root: Path, words: str) -> None:
    page = root / "docs" / "commands" / f"{words.replace(' ', '-')}.md"
    text = page.read_text()
    assert text.startswith(f"# scelle {words}\n")
    assert COMMANDS[words].epilog.removeprefix("Example: ") in text.replace("\\\n  ", "")
    for parameter in COMMANDS[words].params:
        for name in parameter.opts:
            if name.startswith("--") and name != "--help":
                assert f"`{name}" in text or f"{name}`" in text, name


@pytest.mark.parametrize("act", acts(), ids=lambda act: act.kind)
def test_every_act_has_a_section(root: Path, act: type[Act]) -> None:
    text = (root / "docs" / "acts.md").read_text()
    assert f"\n## {act.kind}\n" in text


def test_no_section_tells_of_an_act_that_is_not_there(root: Path) -> None:
    told = set(re.findall(r"^## (.+)$", (root / "docs" / "acts.md").read_text(), re.MULTILINE))
    assert told == {act.kind for act in acts()}
    assert set(RULES) == set(acts())


def test_every_setting_is_told(root: Path) -> None:
    text = (root / "docs" / "install.md").read_text()
    for name in Settings.model_fields:
        assert f"`SCELLE_{name.upper()}`" in text


def test_every_link_leads_to_a_file(root: Path) -> None:
    pages = [*(root / "docs").rglob("*.md"), *root.glob("*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text()):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_page_is_reachable(root: Path) -> None:
    config = (root / "zensical.toml").read_text()
    pages = {str(p.relative_to(root / "docs")) for p in (root / "docs").rglob("*.md")}
    assert {page for page in pages if f'"{page}"' not in config} == set()


def test_decisions_have_their_three_parts(root: Path) -> None:
    records = sorted((root / "docs" / "decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        heads = re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequences"], record.name
