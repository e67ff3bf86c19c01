"""Clocks from reference points, corrections, views of one file, and split recordings.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what exhibits say more, and the table of corrections."""
    for column in (
        sa.Column("clock_references", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("clock_zone", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("clock_follows", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("view", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("parts", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("file_sha256", sa.String(length=64)),
    ):
        op.add_column("exhibits", column)
    op.create_table(
        "corrections",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcTime(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["exhibit_id"], ["exhibits.id"]),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_corrections_exhibit_id", "corrections", ["exhibit_id"])
