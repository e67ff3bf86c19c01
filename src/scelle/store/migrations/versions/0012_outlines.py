"""Outlines of zones that are no rectangles.

Revision ID: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; the zones that there are keep their rectangles."""
    column = sa.Column("outline", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("zones", column)
