"""Bookmarks.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "bookmarks",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("kept_at", UtcTime(length=32), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("removed_by", sa.String(length=128), nullable=False),
        sa.Column("removed_at", UtcTime(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_bookmarks_case_id", "bookmarks", ["case_id"])
