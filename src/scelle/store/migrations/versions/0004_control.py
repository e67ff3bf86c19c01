"""Decisions of people, lifted concealment, second persons, requests, erasures.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables, and what a mandate may be limited to looking for."""
    op.add_column("mandates", sa.Column("sought", sa.JSON(none_as_null=True)))
    _table(
        "decisions",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("track_id", sa.String(length=128), nullable=False),
        sa.Column("judgement", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("decided_at", UtcTime(length=32), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("search", sa.BigInteger()),
    )
    op.create_index("ix_decisions_track_id", "decisions", ["track_id"])
    _table(
        "reveals",
        sa.Column("track_id", sa.String(length=128), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("at", UtcTime(length=32), nullable=False),
        sa.Column("mandate_id", sa.String(length=64), nullable=False),
    )
    _table(
        "approvals",
        sa.Column("act_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("asker", sa.String(length=128), nullable=False),
        sa.Column("approver", sa.String(length=128), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", UtcTime(length=32), nullable=False),
        sa.Column("expires_at", UtcTime(length=32), nullable=False),
        sa.Column("used_entry", sa.BigInteger()),
    )
    _table(
        "requests",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=128), nullable=False),
        sa.Column("asked_at", UtcTime(length=32), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("until", UtcTime(length=32)),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled_by", sa.String(length=128), nullable=False),
        sa.Column("settled_at", UtcTime(length=32)),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_table(
        "announcements",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("erase_by", UtcTime(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "days", "erase_by"),
    )
    op.create_table(
        "erasures",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )


def _table(name: str, *own: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        *own,
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(f"ix_{name}_case_id", name, ["case_id"])
