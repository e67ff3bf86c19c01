"""``health``: what holds decoding on this machine, and who does the work."""

from __future__ import annotations

import typer
from rich.console import RenderableType

from scelle.cli.command import Reply, Session, command
from scelle.cli.views import table


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "health", example="scelle health")(health)


def health(session: Session) -> Reply:
    """Tell what holds decoding on this machine; exit status 1 if a sandbox is not complete."""
    held, settings = session.app.protection, session.app.settings
    data: dict[str, object] = {
        "sandbox": list(held.names),
        "missing": list(held.missing),
        "complete": held.complete,
        "production": settings.production,
        "sandbox_memory_mib": settings.sandbox_memory,
        "engine": settings.engine,
        "provider": settings.provider,
        "decoder": settings.decoder,
    }
    shown = table("Health", "what", "is")
    shown.add_row("sandbox in force", ", ".join(held.names))
    shown.add_row("missing", "; ".join(held.missing) or "nothing")
    shown.add_row("production", "yes" if settings.production else "no")
    shown.add_row("engine, provider, decoder", ", ".join(
        (settings.engine, settings.provider, settings.decoder)
    ))  # fmt: skip
    said: list[RenderableType] = [shown]
    if not held.complete:
        said.append("Decoding is not held in a complete sandbox here: use this for trials alone.")
    return Reply(data, tuple(said), status=0 if held.complete else 1)
