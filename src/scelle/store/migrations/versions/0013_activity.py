"""When anything moves in an exhibit, beside its analysis.

Revision ID: 0013
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from alembic import op

from scelle.store.answers import joined

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add it, and fill it from the tracks that there are."""
    count = sa.Column("tracks", sa.Integer, nullable=False, server_default="0")
    op.add_column("analyses", count)
    op.add_column("analyses", sa.Column("spans", sa.JSON, nullable=False, server_default="[]"))
    db = op.get_bind()
    tracks = sa.table("tracks", *map(sa.column, ("exhibit_id", "start_ms", "end_ms")))
    analyses = sa.table(
        "analyses", sa.column("exhibit_id"), sa.column("tracks"), sa.column("spans", sa.JSON)
    )
    for exhibit_id in db.scalars(sa.select(analyses.c.exhibit_id)).all():
        own = sa.select(tracks.c.start_ms, tracks.c.end_ms)
        own = own.where(tracks.c.exhibit_id == exhibit_id).order_by(tracks.c.start_ms)
        times = np.array(db.execute(own).all(), np.int64).reshape(-1, 2)
        told = {"tracks": len(times), "spans": joined(times)}
        db.execute(sa.update(analyses).where(analyses.c.exhibit_id == exhibit_id).values(told))
