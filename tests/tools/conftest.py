"""The independent verifier, as a module of this interpreter: the very same functions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "verify.py"
    spec = importlib.util.spec_from_file_location("verify_tool", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
