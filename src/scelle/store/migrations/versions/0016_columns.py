"""What tracks are searched by, column after column.

Revision ID: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.columns import packed

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table, and fill it from the tracks that there are."""
    made = op.create_table(
        "track_columns",
        sa.Column("exhibit_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["exhibit_id"], ["exhibits.id"]),
        sa.PrimaryKeyConstraint("exhibit_id", "name"),
    )
    db = op.get_bind()
    names = packed([])
    tracks = sa.table("tracks", sa.column("exhibit_id"), *map(sa.column, names))
    analysed = sa.table("analyses", sa.column("exhibit_id"))
    for exhibit_id in db.scalars(sa.select(analysed.c.exhibit_id)).all():
        own = sa.select(*(tracks.c[name] for name in names))
        rows = db.execute(own.where(tracks.c.exhibit_id == exhibit_id)).mappings().all()
        told = [{"name": name, "data": data} for name, data in packed(rows).items()]
        db.execute(sa.insert(made).values(exhibit_id=exhibit_id), told)
