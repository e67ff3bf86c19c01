"""What searches ask of tracks, in columns and one index.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scelle.store.tracks import columns_of, track_from_bytes

revision = "0010"
down_revision = "0009"

_COLOURS = (
    "black", "blue", "brown", "grey", "green", "orange", "pink", "purple", "red", "white",
    "yellow",
)  # fmt: skip
_REACH = ("reach_left", "reach_top", "reach_right", "reach_bottom")

ADDED = ("metres_per_s", *_REACH, *(f"share_{colour}" for colour in _COLOURS))


def upgrade() -> None:
    """Add them, and fill them from the tracks that there are."""
    for name in ADDED:
        column = sa.Column(name, sa.Float(53), nullable=False, server_default="0")
        op.add_column("tracks", column)
    _fill(op.get_bind())
    op.drop_index("tracks_by_time", "tracks")
    asked = (
        "exhibit_id", "start_ms", "number", "end_ms", "object_class", "dwell_ms", "height",
        "moving", "direction", *ADDED,
    )  # fmt: skip
    op.create_index("tracks_by_answer", "tracks", asked)


def _fill(db: sa.Connection) -> None:
    table = sa.table("tracks", *map(sa.column, ("id", "canonical", *ADDED)))
    change = sa.update(table).where(table.c.id == sa.bindparam("of"))
    change = change.values({name: sa.bindparam(name) for name in ADDED})
    after = ""
    while True:
        some = sa.select(table.c.id, table.c.canonical).where(table.c.id > after)
        rows = db.execute(some.order_by(table.c.id).limit(1000)).all()
        if not rows:
            return
        after = rows[-1][0]
        told = [(i, columns_of(track_from_bytes(data))) for i, data in rows]
        db.execute(change, [{"of": i, **{n: row[n] for n in ADDED}} for i, row in told])
