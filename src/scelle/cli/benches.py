"""``bench``: its commands are loaded when one of them is asked for."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


class Benches(TyperGroup):
    """The group, which looks like any other.

    What measures loads much that no other command needs: all others start sooner without it.
    """

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """By name."""
        return self._loaded

    @commands.setter
    def commands(self, _: object) -> None:
        """None are known before they are loaded."""

    @cached_property
    def _loaded(self) -> MutableMapping[str, Any]:
        from scelle.cli.bench import group

        loaded: Any = get_command(group)
        return dict(loaded.commands)


def _in_files_of_their_own() -> None:
    """What is measured has an installation of its own, and never writes into this one's tables."""
    os.environ.pop("SCELLE_DATABASE", None)


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    group = typer.Typer(
        cls=Benches,
        no_args_is_help=True,
        help="Measurements on this machine.",
        callback=_in_files_of_their_own,
    )
    app.add_typer(group, name="bench")
