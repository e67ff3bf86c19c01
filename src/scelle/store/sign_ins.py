"""What people sign in with, kept in the database; and who is locked out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, insert, select, update

from scelle.errors import NotFound
from scelle.model.evidence import Agent
from scelle.model.signing import Credential, CredentialKind, Invitation
from scelle.store import entrance, states, tables
from scelle.store.database import reading
from scelle.store.records import Records

#: Wrong passwords in a row after which none is looked at for a while.
FAILURES = 5
LOCKED = timedelta(minutes=15)

#: After this long a name's wrong passwords are forgotten.
_FORGOTTEN = timedelta(days=1)


class SignInStore:
    """Reads and writes what sign-in needs."""

    def __init__(self, engine: Engine, records: Records) -> None:
        self._records = records
        self._reader = reading(engine)

    # -- read without an act: by the pages, to know whom a browser stands for ------------

    def person(self, agent_id: str) -> Agent | None:
        """Who is registered under a name."""
        try:
            return self._records.agent(agent_id)
        except NotFound:
            return None

    def anybody(self) -> bool:
        """Somebody is registered."""
        with self._reader.connect() as db:
            return db.execute(select(tables.agents.c.id).limit(1)).first() is not None

    def owner(self, credential_id: str) -> str:
        """Whose passkey this is; empty when it is nobody's."""
        t = tables.credentials
        passkey = (t.c.id == credential_id) & (t.c.kind == CredentialKind.PASSKEY.value)
        with self._reader.connect() as db:
            return str(db.scalar(select(t.c.agent_id).where(passkey)) or "")

    def ended_at(self, agent_id: str) -> datetime | None:
        """Sessions that began before are over; ``None`` when none was ever ended."""
        t = tables.sign_ins
        own = select(t.c.ended_at).where(t.c.agent_id == agent_id)
        at: datetime | None = self._records.held.one(("ended", agent_id), lambda db: db.scalar(own))
        return at

    def passkeys(self, agent_id: str) -> tuple[Credential, ...]:
        """The passkeys that somebody can sign in with now, oldest first."""
        with self._reader.connect() as db:
            return entrance.passkeys_of(db, agent_id)

    # -- what the acts need --------------------------------------------------------------

    def password(self, agent_id: str) -> str:
        """Somebody's password as it is kept (PHC string); empty when there is none."""
        with self._reader.connect() as db:
            return entrance.password_of(db, agent_id)

    def set_password(self, agent_id: str, hashed: str, at: datetime) -> None:
        """Put a password in the place of the one that was there."""
        t = tables.passwords
        with self._records.changing(states.of_agent(agent_id)) as db:
            db.execute(delete(t).where(t.c.agent_id == agent_id))
            db.execute(insert(t).values(agent_id=agent_id, hash=hashed, set_at=at))

    def failed(self, agent_id: str, at: datetime) -> datetime | None:
        """Count a wrong password; gives until when the name is locked out, if it is now."""
        t = tables.sign_ins
        stale = t.c.ended_at.is_(None) & (t.c.failed_at < at - _FORGOTTEN)
        with self._records.changing() as db:
            db.execute(delete(t).where(stale))
            before = db.scalar(select(t.c.failures).where(t.c.agent_id == agent_id))
            failures = (before or 0) + 1
            until = at + LOCKED if failures >= FAILURES else None
            told = {"failures": failures, "failed_at": at, "locked_until": until}
            if before is None:
                db.execute(insert(t).values(agent_id=agent_id, **told))
            else:
                db.execute(update(t).where(t.c.agent_id == agent_id).values(told))
        return until

    def succeeded(self, agent_id: str) -> None:
        """Forget the wrong passwords of somebody who has come in."""
        t = tables.sign_ins
        with self._records.changing() as db:
            known = db.execute(update(t).where(t.c.agent_id == agent_id).values(failures=0))
            if known.rowcount:
                cleared = {"failed_at": None, "locked_until": None}
                db.execute(update(t).where(t.c.agent_id == agent_id).values(cleared))

    def end(self, agent_id: str, at: datetime, *, bar: bool) -> None:
        """End somebody's sessions; with ``bar`` also what they signed in with."""
        t = tables.sign_ins
        subjects = (states.of_agent(agent_id),) if bar else ()
        with self._records.changing(*subjects) as db:
            ended = update(t).where(t.c.agent_id == agent_id).values(ended_at=at)
            if not db.execute(ended).rowcount:
                db.execute(insert(t).values(agent_id=agent_id, failures=0, ended_at=at))
            if bar:
                db.execute(insert(tables.bars).values(agent_id=agent_id, barred_at=at))

    def add_invitation(self, invitation: Invitation) -> None:
        """Keep an invitation."""
        with self._records.changing(states.of_agent(invitation.agent_id)) as db:
            db.execute(insert(tables.invitations).values(asdict(invitation)))

    def use_invitation(self, agent_id: str, code_sha256: str, at: datetime) -> bool:
        """Use an invitation up; false when there is none that is good.

        A later invitation takes the place of those before it: whoever made one and kept its
        code does not come in after the person has.
        """
        t = tables.invitations
        others = t.alias()
        latest = select(func.max(others.c.serial)).where(others.c.agent_id == agent_id)
        good = (
            (t.c.agent_id == agent_id)
            & (t.c.code_sha256 == code_sha256)
            & t.c.used_at.is_(None)
            & (t.c.expires_at > at)
            & (t.c.serial == latest.scalar_subquery())
        )
        with self._reader.connect() as db:
            barred = entrance.barred_at(db, agent_id)
            if barred is not None:
                good &= t.c.invited_at > barred
            # Where nothing is used up the ledger binds nothing: the name may be nobody's.
            if db.scalar(select(t.c.id).where(good)) is None:
                return False
        with self._records.changing(states.of_agent(agent_id)) as db:
            return db.execute(update(t).where(good).values(used_at=at)).rowcount == 1
