"""What people sign in with, and who is kept out.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the four tables."""
    op.create_table(
        "passwords",
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", UtcTime(length=32), nullable=False),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.create_table(
        "invitations",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.String(length=128), nullable=False),
        sa.Column("invited_at", UtcTime(length=32), nullable=False),
        sa.Column("expires_at", UtcTime(length=32), nullable=False),
        sa.Column("used_at", UtcTime(length=32), nullable=True),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("code_sha256"),
    )
    op.create_index("ix_invitations_agent_id", "invitations", ["agent_id"])
    op.create_table(
        "sign_ins",
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcTime(length=32), nullable=True),
        sa.Column("locked_until", UtcTime(length=32), nullable=True),
        sa.Column("ended_at", UtcTime(length=32), nullable=True),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.create_table(
        "bars",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("barred_at", UtcTime(length=32), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_bars_agent_id", "bars", ["agent_id"])
