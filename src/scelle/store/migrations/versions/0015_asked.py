"""What a synopsis was asked to show.

Revision ID: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; what those that there are were asked is not known."""
    op.add_column("synopses", sa.Column("asked", sa.JSON(), nullable=True))
