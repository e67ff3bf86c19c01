"""Runs the migrations on the connection that :mod:`scelle.store.database` holds."""

from __future__ import annotations

from alembic import context

from scelle.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
context.run_migrations()
