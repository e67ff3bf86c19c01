"""What lies on the disk of one installation, opened."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine

from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.operations.attest import commitment_sent_on
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.erasure import ErasureStore
from scelle.store.home import DATABASE, prepare_home, require_database, require_ledger
from scelle.store.keys import Keyring
from scelle.store.queue import Queue
from scelle.store.records import Records
from scelle.store.sign_ins import SignInStore
from scelle.store.signing import SigningStore
from scelle.store.tasks import TaskBook
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault


class Stores:
    """The ledger, the keys, the vault, and the tables of the database by what they hold.

    Attributes:
        home: the folder of it all.
        keys: the installation's and the cases'.
        engine: the database of cases and people.
        book: the ledger.
        records: agents, cases, mandates, clearances, exhibits.
        vault: everything that shows a person, encrypted.
        tracks: what analyses found.
        tasks: how far analyses have come.
        control: decisions, approvals, requests.
        signing: passkeys, and what was signed with them.
        sign_ins: passwords, invitations and sessions of the web application.
        erasure: every row of one case, whatever the table.
        queue: long work that waits.
    """

    def __init__(self, home: Path, database: str = "") -> None:
        """Open them; the folder is made on first use.

        Args:
            home: the folder.
            database: address of a PostgreSQL database; empty for a file in the folder.

        Raises:
            Misconfigured: the folder, the database or the keys cannot be used.
            LedgerDamaged: the ledger is gone, or is not the one that was signed.
        """
        self.home = home
        prepare_home(home)
        require_ledger(home)
        self.keys = keys = Keyring(home)
        self.engine = open_tables(home, keys, database)
        self.book = open_book(home, keys)
        if self.book.signs_with(keys.signing_keys[-1].private_bytes_raw()):
            # A rotation that was killed before its last step.
            keys.take_next_signing_key()
        self.records = Records(self.engine, lambda: bool(commitment_sent_on(self.book)))
        self.vault = Vault(home / "vault")
        self.tracks = TrackStore(self.engine)
        self.tasks = TaskBook(self.engine)
        self.control = Control(self.engine, self.records)
        self.signing = SigningStore(self.engine, self.records)
        self.sign_ins = SignInStore(self.engine, self.records)
        self.erasure = ErasureStore(self.engine, self.records)
        self.queue = Queue(self.vault, keys, home)

    def sign(self, text: str) -> str:
        """The signature line of a text, by the key that signs the ledger's heads now."""
        return Signer.of(self.book.origin, self.keys.signing_key).sign(text)


def open_tables(home: Path, keys: Keyring, database: str = "") -> Engine:
    """The database of an installation, begun where there is none.

    Args:
        home: its folder.
        database: address of a PostgreSQL database; empty for a file in the folder.
    """
    begun = require_database(home, database)
    return open_database(database or home / DATABASE, _signers(keys)[0].name, begun=begun)


def open_book(home: Path, keys: Keyring) -> Book:
    """The ledger of an installation, begun where there is none."""
    return Book(home / "ledger.db", *_signers(keys), reload=lambda: _signers(keys))


def _signers(keys: Keyring) -> list[Signer]:
    """The ledger's signers; the name that a new ledger takes is made of its first key.

    So no two ledgers share an origin.
    """
    signers = []
    for key in keys.signing_keys:
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        signers.append(Signer.of(f"scelle/{hashlib.sha256(public).hexdigest()[:16]}", key))
    return signers
