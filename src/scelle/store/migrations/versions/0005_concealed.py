"""How many damaged pictures the decoder guessed in part.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the figure to the coverage of exhibits."""
    column = sa.Column("frames_concealed", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("coverage", column)
