"""What lets somebody in, as it is stored: read inside a transaction that is open already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from scelle.model.signing import Credential, CredentialKind
from scelle.store import tables


def barred_at(db: Connection, agent_id: str) -> datetime | None:
    """What was enrolled until then lets its owner in no more; ``None``: all of it does."""
    t = tables.bars
    last = select(t.c.barred_at).where(t.c.agent_id == agent_id).order_by(t.c.serial.desc())
    at: datetime | None = db.scalar(last.limit(1))
    return at


def password_of(db: Connection, agent_id: str) -> str:
    """Somebody's password as it is kept (PHC string); empty when none lets them in."""
    t = tables.passwords
    row = db.execute(select(t).where(t.c.agent_id == agent_id)).mappings().first()
    barred = barred_at(db, agent_id)
    if row is None or (barred is not None and row["set_at"] <= barred):
        return ""
    return str(row["hash"])


def passkeys_of(db: Connection, agent_id: str) -> tuple[Credential, ...]:
    """The passkeys that let somebody in, oldest first."""
    t = tables.credentials
    own = (t.c.agent_id == agent_id) & (t.c.kind == CredentialKind.PASSKEY.value)
    found = db.execute(select(t).where(own).order_by(t.c.serial)).mappings()
    kept = [{k: v for k, v in row.items() if k != "serial"} for row in found]
    every = [Credential(**{**row, "kind": CredentialKind(row["kind"])}) for row in kept]
    barred = barred_at(db, agent_id)
    return tuple(c for c in every if barred is None or c.enrolled_at > barred)


def enrolled(db: Connection, agent_id: str) -> bool:
    """Somebody has a passkey or a password that lets them in."""
    return bool(password_of(db, agent_id) or passkeys_of(db, agent_id))


def locked_until(db: Connection, agent_id: str) -> datetime | None:
    """When a password of that name is looked at again; ``None`` when at once."""
    t = tables.sign_ins
    at: datetime | None = db.scalar(select(t.c.locked_until).where(t.c.agent_id == agent_id))
    return at
