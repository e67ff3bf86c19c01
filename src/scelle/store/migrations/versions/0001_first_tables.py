"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.types import ExactFraction, StatedTime, UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table; there is no way back, data are never dropped by a downgrade."""
    op.create_table(
        "agents",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "cases",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("offence", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcTime(length=32), nullable=False),
        sa.Column("erase_by", UtcTime(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "clearances",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("data_types", sa.JSON(), nullable=False),
        sa.Column("valid_from", UtcTime(length=32), nullable=False),
        sa.Column("valid_to", UtcTime(length=32), nullable=False),
        sa.Column("granted_by", sa.String(length=128), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(("ix_clearances_agent_id"), "clearances", ["agent_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("exhibit_sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("exhibit_sha256", "manifest_sha256", "stage", "segment"),
    )
    op.create_table(
        "exhibits",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("received_at", UtcTime(length=32), nullable=False),
        sa.Column("recorded_at", StatedTime(length=40), nullable=True),
        sa.Column("clock_offset", ExactFraction(length=80), nullable=False),
        sa.Column("clock_drift_ppm", ExactFraction(length=80), nullable=False),
        sa.Column("clock_uncertainty", ExactFraction(length=80), nullable=True),
        sa.Column("clock_proof", sa.Text(), nullable=False),
        sa.Column("container", sa.String(length=32), nullable=False),
        sa.Column("codec", sa.String(length=32), nullable=False),
        sa.Column("pixel_format", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("time_base", ExactFraction(length=80), nullable=False),
        sa.Column("frames_expected", sa.BigInteger(), nullable=True),
        sa.Column("keyframes", sa.BigInteger(), nullable=False),
        sa.Column("start_pts", sa.BigInteger(), nullable=False),
        sa.Column("duration", ExactFraction(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("case_id", "sha256"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "mandates",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("powers", sa.JSON(), nullable=False),
        sa.Column("valid_from", UtcTime(length=32), nullable=False),
        sa.Column("valid_to", UtcTime(length=32), nullable=False),
        sa.Column("magistrate", sa.String(length=128), nullable=False),
        sa.Column("deemed", sa.Boolean(), nullable=False),
        sa.Column("exhibits", sa.JSON(), nullable=False),
        sa.Column("cameras", sa.JSON(), nullable=False),
        sa.Column("recorded_from", UtcTime(length=32), nullable=True),
        sa.Column("recorded_to", UtcTime(length=32), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(("ix_mandates_case_id"), "mandates", ["case_id"], unique=False)
    op.create_table(
        "synopses",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("exhibit_ids", sa.JSON(), nullable=False),
        sa.Column("duration_s", sa.Float(precision=53), nullable=False),
        sa.Column("source_s", sa.Float(precision=53), nullable=False),
        sa.Column("tracks_total", sa.Integer(), nullable=False),
        sa.Column("tracks_shown", sa.Integer(), nullable=False),
        sa.Column("collision", sa.Float(precision=53), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(("ix_synopses_case_id"), "synopses", ["case_id"], unique=False)
    op.create_table(
        "analyses",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"],
            ["exhibits.id"],
        ),
        sa.PrimaryKeyConstraint("exhibit_id"),
    )
    op.create_table(
        "coverage",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("frames_expected", sa.BigInteger(), nullable=True),
        sa.Column("frames_decoded", sa.BigInteger(), nullable=False),
        sa.Column("frames_skipped", sa.BigInteger(), nullable=False),
        sa.Column("frames_damaged", sa.BigInteger(), nullable=False),
        sa.Column("frames_analysed", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"],
            ["exhibits.id"],
        ),
        sa.PrimaryKeyConstraint("exhibit_id"),
    )
    op.create_table(
        "findings",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"],
            ["exhibits.id"],
        ),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index(("ix_findings_exhibit_id"), "findings", ["exhibit_id"], unique=False)
    op.create_table(
        "tracks",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("object_class", sa.String(length=16), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("dwell_ms", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.Float(precision=53), nullable=False),
        sa.Column("moving", sa.Boolean(), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exhibit_id"],
            ["exhibits.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("exhibit_id", "number"),
    )
    op.create_index("tracks_by_time", "tracks", ["exhibit_id", "start_ms", "end_ms"], unique=False)
