"""Errors that reach a page have their French, with the same names and figures in it."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest

from scelle.footage import opening
from scelle.law import remedies
from scelle.model.error_words import ERRORS, french_error
from scelle.model.evidence import Role
from scelle.model.wording import matched, patterns
from scelle.web.messages import MESSAGES

SOURCES = Path(__file__).resolve().parents[2] / "src" / "scelle"

MADE_OF_PARTS = {
    "Mandate {mandate} is suspended.",
    "Mandate {mandate} was withdrawn.",
    "Mandate {mandate} was objected to by the prosecutor.",
    *(
        s
        for s, _ in ERRORS
        if " covers recordings " in s or s.startswith(("Say who", "Wait until"))
    ),
    "This is not a video container that can be read: its first bytes are {head} ({why}).",
    "This is not a video container that can be read: it begins with zeros: what was there is "
    "gone, or was never written ({why}).",
    *(f"This is {look[2]}, not a recording." for look in opening._LOOKS),
}
"""Sentences that lie nowhere in the sources as a whole."""

RAISED = {"BadInput", "NotFound", "Misconfigured", "UnreadableSource", "VaultDamaged"}


@pytest.mark.parametrize(("english", "translated"), ERRORS)
def test_both_languages_carry_the_same_parts(english: str, translated: str) -> None:
    names = set(re.findall(r"\{(\w+)\}", english))
    assert names == set(re.findall(r"\{(\w+)\}", translated))
    filled = {name: f"<{name}>" for name in names}
    assert french_error(english.format(**filled)) == translated.format(**filled)


OWN = {
    SOURCES / "model" / f"{name}_words.py" for name in ("error", "law", "ledger", "review", "zone")
}
"""Where the tables stand: what stands there alone is said by nobody."""


def texts(*rooms: str) -> set[str]:
    """Every text in some rooms of the sources, figures and names as ``{}``."""
    found = set()
    for room in rooms:
        for path in set((SOURCES / room).rglob("*.py")) - OWN:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant | ast.JoinedStr):
                    found.add(_plain(node))
    return found


def _plain(said: ast.expr) -> str:
    if isinstance(said, ast.Constant):
        return str(said.value)
    assert isinstance(said, ast.JoinedStr)
    parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in said.values]
    return "".join(parts)


def test_every_sentence_of_the_table_is_one_that_the_program_says() -> None:
    known = {
        t.replace("{}", "7")
        for t in texts(
            "web",
            "operations",
            "store",
            "footage",
            "law",
            "model",
            "ledger",
            "door",
            "bootstrap",
            "synopsis",
            "reporting",
        )
    }
    known |= {f"Mandate {t}" for t in known if t.startswith("7 ")}
    for each in ERRORS:
        if each[0] not in MADE_OF_PARTS:
            pattern = patterns([each])
            assert any(matched(pattern, t) for t in known), each[0]


def test_every_error_that_the_pages_raise_has_its_french() -> None:
    # The interface for programs answers in English alone.
    for path in set((SOURCES / "web").glob("*.py")) - {SOURCES / "web" / "api.py"}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                remedies = [k.value for k in node.keywords if k.arg == "remedy"]
                for said in [*node.args[:1], *remedies]:
                    plain = _plain(said).replace("{}", "7")
                    assert french_error(plain), f"{path.name}: {plain}"


def test_every_reason_and_remedy_of_the_law_has_its_french() -> None:
    said = {t.replace("{}", "7") for t in texts("law") if "\n" not in t}
    said = {t for t in said if re.fullmatch(r"[A-Z7].* .*\.", t)} - docstrings("law")
    # A permit that is not good is no answer to anybody: it is a mistake in the program.
    said = {t for t in said if not t.startswith("This permit")} - {"7 7."}
    assert len(said) > 100
    for english in said:
        french = french_error(english) or french_error(f"Mandate {english}")
        assert french, english
        # None is taken for the sentence that somebody lacks a role, which it may look like.
        assert ("qualité requise" in french) == (english == "7 is not 7."), english


def docstrings(room: str) -> set[str]:
    """What a room's functions say of themselves in one line."""
    found = set()
    for path in (SOURCES / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                found.add(ast.get_docstring(node) or "")
    return found


def test_what_is_not_known_has_no_french() -> None:
    assert french_error("Something else.") is None


@pytest.mark.parametrize("roles", [*([r] for r in Role), list(Role)])
def test_roles_that_are_missing_are_said_in_french(roles: list[Role]) -> None:
    french_roles = " ou ".join(MESSAGES[f"role.{role}"][1] for role in roles)
    refused = french_error(f"rivet is not {remedies.either(roles)}.")
    assert refused == f"rivet n'a pas la qualité requise : {french_roles}."
    advised = french_error(remedies.ask(roles))
    assert advised == f"Demandez à quelqu'un qui a cette qualité de le faire : {french_roles}."


def test_what_is_no_recording_is_said_in_french() -> None:
    heads = [bytes(at) + mark for at, mark, _, _ in opening._LOOKS]
    files = [*heads, b"four grey geese on a wet roof", bytes(99), b"\0\0\0\x18ftypmp42"]
    for head in files:
        error = opening._unopened(io.BytesIO(head), OSError(22, "Invalid data"))
        for english in (str(error), error.remedy):
            french = french_error(english)
            assert french, english
            assert not re.search(r"\b(is|the|of|it|an)\b", french), french
