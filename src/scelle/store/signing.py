"""Keys that people sign with, and their signatures, kept in the database."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, Engine, insert, select, update

from scelle.model.signing import Credential, CredentialKind, Signature
from scelle.store import states, tables
from scelle.store.database import reading
from scelle.store.records import Records


class SigningStore:
    """Adds and reads credentials and signatures; nothing is ever replaced but a counter."""

    def __init__(self, engine: Engine, records: Records) -> None:
        self._records = records
        self._reader = reading(engine)

    def add_credential(self, credential: Credential) -> None:
        """Add a person's public key; the same key again changes nothing."""
        if self.credential(credential.id) is not None:
            return
        with self._records.changing(states.of_agent(credential.agent_id)) as db:
            row = {**asdict(credential), "kind": credential.kind.value}
            db.execute(insert(tables.credentials).values(row))

    def credential(self, credential_id: str) -> Credential | None:
        """One credential; ``None`` if there is none of that id."""
        t = tables.credentials
        with self._reader.connect() as db:
            row = db.execute(select(t).where(t.c.id == credential_id)).mappings().first()
        if row is None:
            return None
        values = {name: value for name, value in row.items() if name != "serial"}
        return Credential(**{**values, "kind": CredentialKind(values["kind"])})

    def count(self, credential: Credential) -> None:
        """Keep a passkey's counter as it is after it signed."""
        t = tables.credentials
        with self._records.changing(states.of_agent(credential.agent_id)) as db:
            counted = update(t).where(t.c.id == credential.id)
            db.execute(counted.values(sign_count=credential.sign_count))

    def add_signature(self, signature: Signature, credential: Credential) -> None:
        """Add a signature, with its credential's counter as it is after it."""
        t = tables.credentials
        subjects = states.of_case(signature.case_id), states.of_agent(credential.agent_id)
        with self._records.changing(*subjects) as db:
            db.execute(insert(tables.signatures).values(asdict(signature)))
            counted = update(t).where(t.c.id == credential.id)
            db.execute(counted.values(sign_count=credential.sign_count))

    def signatures(self, mandate_id: str) -> tuple[Signature, ...]:
        """All signatures on a mandate, oldest first."""
        key = ("signatures on", mandate_id)
        return self._records.held.one(key, lambda db: _signatures(db, mandate_id))


def _signatures(db: Connection, mandate_id: str) -> tuple[Signature, ...]:
    t = tables.signatures
    query = select(t).where(t.c.mandate_id == mandate_id).order_by(t.c.serial)
    return tuple(
        Signature(**{name: v for name, v in row.items() if name != "serial"})
        for row in db.execute(query).mappings()
    )
