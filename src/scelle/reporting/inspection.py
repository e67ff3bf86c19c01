"""What this installation cannot do, looked for in what it is made of.

Each check gives the names that it found and should not have: none is what it hopes for.
The names are those of ``forbidden.json``.  An absence is shown for the code and the
packages that are looked at; whoever replaces the program replaces its checks too, which
is why a statement also carries the digest of every source file.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Check:
    """One thing looked for.

    Attributes:
        name: short stable name.
        looked_at: how many there were of what was looked at.
        found: what should not be there; empty when the check holds.
    """

    name: str
    looked_at: Mapping[str, int]
    found: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Nothing was found."""
        return not self.found


@dataclass(frozen=True)
class Model:
    """A model that the catalogue admits.

    Attributes:
        labels: everything that it can say of a picture.
    """

    name: str
    sha256: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ModelFile:
    """A model's file on the disk.

    Attributes:
        name: of the file.
        component: the CycloneDX component that lies beside it and is about this very file;
            ``None`` where there is none.
    """

    name: str
    sha256: str
    component: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Field:
    """A column of a database.

    Attributes:
        type: as the database names it.
    """

    table: str
    column: str
    type: str

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table}.{self.column}"


Nodes = Sequence[ast.AST]
"""Every node of one module's syntax tree."""


@cache
def forbidden() -> Mapping[str, Any]:
    """The lists of ``forbidden.json``."""
    read: dict[str, Any] = json.loads(
        Path(__file__).with_name("forbidden.json").read_text(encoding="utf-8")
    )
    return read


def sources(package: Path) -> dict[str, Nodes]:
    """Every module of the package, walked once for all checks, by its path in it."""
    return {
        path.relative_to(package).as_posix(): tuple(
            ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
        for path in sorted(package.rglob("*.py"))
    }


def source_digest(package: Path) -> tuple[str, int]:
    """SHA-256 over every file of the package, and how many there are.

    Of the lines ``<SHA-256>  <path>``, in order of path; what Python compiles is left out.
    """
    lines = []
    for path in sorted(package.rglob("*"), key=lambda p: p.relative_to(package).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(package).as_posix()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest(), len(lines)


def check_symbols(modules: Mapping[str, Nodes]) -> Check:
    """No source names what detects or recognises faces, or loads a cascade or a foreign network.

    Names are looked for as attributes, variables, imports and strings (a name may be
    asked for with ``getattr``), and ``getattr`` of OpenCV with anything but a fixed name.
    """
    never = set(forbidden()["symbols"])
    found = []
    for path, module in modules.items():
        for node in module:
            for name in _names(node):
                if name in never:
                    found.append(f"{path}: {name}")
            if _computed_getattr(node):
                found.append(f"{path}: getattr of a library with a name that is computed")
    return Check("no-face-symbols", {"modules": len(modules)}, _once(found))


def check_imports(modules: Mapping[str, Nodes]) -> Check:
    """No source imports a package made for faces, bodies, gait, age, sex or emotion."""
    names = {_module_name(p) for group in forbidden()["packages"].values() for p in group}
    found = [
        f"{path}: {name}"
        for path, name in _imported(modules)
        if name.partition(".")[0].lower() in names
    ]
    return Check("no-biometric-imports", {"modules": len(modules)}, _once(found))


def check_packages(distributions: Iterable[Distribution]) -> Check:
    """No such package is installed beside the program."""
    by_name = {p: group for group, packages in forbidden()["packages"].items() for p in packages}
    names = sorted({_normal(d.metadata["Name"] or "") for d in distributions})
    found = [f"{name} ({by_name[name]})" for name in names if name in by_name]
    return Check("no-biometric-packages", {"packages": len(names)}, tuple(found))


def check_streams(modules: Mapping[str, Nodes]) -> Check:
    """Nothing opens a camera, a screen or an address: recordings are closed files.

    No string is an address of a stream or a capture device, and no room through which
    recordings pass imports what reaches the network.
    """
    pattern = re.compile("|".join(forbidden()["capture"]), re.IGNORECASE)
    network, offline = set(forbidden()["network"]), set(forbidden()["offline_rooms"])
    found = []
    for path, module in modules.items():
        spoken = {id(n.value) for n in module if isinstance(n, ast.Expr)}
        for node in module:
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in spoken and pattern.search(text):
                found.append(f"{path}: {text[:60]}")
    for path, name in _imported(modules):
        if path.partition("/")[0] in offline and (name in network or _parent(name) in network):
            found.append(f"{path}: {name}")
    return Check("no-stream-reader", {"modules": len(modules)}, _once(found))


def check_models(catalogue: Sequence[Model], folders: Iterable[Path]) -> Check:
    """Every model on the disk is one of the catalogue, and no label is about a body."""
    admitted, words = {model.sha256 for model in catalogue}, set(forbidden()["words"])
    found = [
        f"{model.name}: label {label}"
        for model in catalogue
        for label in model.labels
        if words.intersection(_words(label))
    ]
    files = model_files(folders)
    found += [f"{f.name}: not in the catalogue" for f in files if f.sha256 not in admitted]
    labels = sum(len(model.labels) for model in catalogue)
    seen = {"models": len(catalogue), "labels": labels, "files": len(files)}
    return Check("models-of-the-catalogue", seen, _once(found))


def model_files(folders: Iterable[Path]) -> tuple[ModelFile, ...]:
    """Every file that is a model by its name, with the description that lies beside it."""
    kinds, cascades = tuple(forbidden()["model_files"]), forbidden()["cascade_files"]
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.name.lower()
            if path.is_file() and (name.endswith(kinds) or _any_in(cascades, name)):
                sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
                found.append(ModelFile(path.name, sha256, _described(path, sha256)))
    return tuple(found)


def _described(path: Path, sha256: str) -> Mapping[str, Any] | None:
    """The component of ``NAME.cdx.json`` that has this file's hash."""
    try:
        told = json.loads(path.with_suffix(".cdx.json").read_text(encoding="utf-8"))
        own = [
            c for c in told["components"] if {"alg": "SHA-256", "content": sha256} in c["hashes"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return own[0] if own else None


def check_schema(fields: Sequence[Field]) -> Check:
    """No column can hold a biometric template.

    The rule: no table or column has a word of the list in its name; none has the type of
    a vector or an array; a column of bytes is one of those listed, with what it holds.
    """
    words, types = set(forbidden()["words"]), forbidden()["types"]
    listed = forbidden()["byte_columns"]
    found = []
    for each in fields:
        if words.intersection(_words(each.name)):
            found.append(f"{each.name}: its name")
        kind = each.type.upper()
        if any(kind.startswith(t) or kind.endswith("[]") for t in types):
            found.append(f"{each.name}: its type {each.type}")
        if ("BLOB" in kind or "BYTEA" in kind or "BINARY" in kind) and each.name not in listed:
            found.append(f"{each.name}: bytes that nobody has listed")
    seen = {"columns": len(fields), "tables": len({each.table for each in fields})}
    return Check("no-biometric-column", seen, _once(found))


def schema_digest(fields: Iterable[Field]) -> str:
    """SHA-256 of the lines ``<table>.<column> <type>``, sorted."""
    lines = sorted(f"{each.name} {each.type}\n" for each in fields)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def reaches_the_network(modules: Mapping[str, Nodes]) -> list[str]:
    """Modules that import what can reach the network: stated, so that they can be read."""
    network = set(forbidden()["network"])
    return sorted({p for p, n in _imported(modules) if n in network or _parent(n) in network})


# -- parts ---------------------------------------------------------------------------


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute():
            yield node.attr
        case ast.Name():
            yield node.id
        case ast.alias():
            yield from node.name.split(".")
        case ast.Constant() if isinstance(node.value, str):
            yield node.value


def _computed_getattr(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in {"cv2", "av", "onnxruntime", "ort"}
        and not isinstance(node.args[1], ast.Constant)
    )


def _imported(modules: Mapping[str, Nodes]) -> Iterator[tuple[str, str]]:
    for path, module in modules.items():
        for node in module:
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path, first.value


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def _normal(name: str) -> str:
    """A package's name as the registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _module_name(package: str) -> str:
    return package.replace("-", "_")


def _parent(name: str) -> str:
    return name.rpartition(".")[0]


def _words(text: str) -> set[str]:
    """Words of a name: snake_case, kebab-case, camelCase and plain text alike."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {text.lower(), *re.split(r"[^a-z]+", parts.lower())}


def _any_in(names: Iterable[str], text: str) -> bool:
    return any(name in text for name in names)


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
