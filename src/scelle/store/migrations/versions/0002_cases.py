"""Families of offences, four-eyes, and from when retention counts.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what cases tell of themselves."""
    # Alembic knows no renaming on SQLite; both databases know this one.
    op.execute("ALTER TABLE cases RENAME COLUMN offence TO offence_family")
    op.add_column("cases", sa.Column("four_eyes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("cases", sa.Column("first_data_at", UtcTime(length=32)))
    op.add_column("cases", sa.Column("closed_at", UtcTime(length=32)))
