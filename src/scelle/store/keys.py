"""The installation's keys.

``keys/ledger.key``         Ed25519 seed that signs the ledger's heads, 32 bytes
``keys/ledger-next.key``    the key that heads will be signed by, while it is exchanged
``keys/identity.age``       age identity (X25519) to which the other keys are wrapped
``keys/installation.age``   sealing key of entries that belong to no case
``keys/cases/<id>.age``     one case's key, wrapped in the age format

Whoever destroys a case's file has destroyed all that was encrypted under it.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scelle.errors import BadInput, Misconfigured, NotFound
from scelle.store.folders import sync_folder

_SEALING = b"scelle ledger sealing key v1"
_CASE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_T = TypeVar("_T")


class Keyring:
    """Reads the keys, and creates them on first use.

    Args:
        home: the installation's folder; ``home/keys`` is made, for its owner alone.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "keys"
        self._cases = self._folder / "cases"
        self._cases.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._cases.chmod(0o700)
        # The installation's own, read anew where their files have changed; never a case's,
        # which is to be gone once its file is.
        self._known: dict[Path, tuple[bytes, Any]] = {}

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Signs the ledger's heads."""
        return self._signing(self._folder / "ledger.key")

    @property
    def signing_keys(self) -> tuple[Ed25519PrivateKey, ...]:
        """The key that signs heads, and the next one while it is exchanged."""
        following = self._folder / "ledger-next.key"
        return (self.signing_key, *([self._signing(following)] if following.exists() else []))

    def next_signing_key(self) -> Ed25519PrivateKey:
        """The key that heads will be signed by; drawn when it is first asked for."""
        return self._signing(self._folder / "ledger-next.key")

    def take_next_signing_key(self) -> None:
        """Put the next key in the place of the one before, which is overwritten first."""
        path, following = self._folder / "ledger.key", self._folder / "ledger-next.key"
        if not following.exists():
            return
        with path.open("r+b") as file:
            file.write(following.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        following.unlink()
        sync_folder(self._folder)

    def _signing(self, path: Path) -> Ed25519PrivateKey:
        seed = self._kept(path, lambda: secrets.token_bytes(32))
        if len(seed) != 32:
            raise _damaged(path)
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def recipient(self) -> str:
        """Public age recipient of this installation."""
        return str(self._identity().to_public())

    def create_case_key(self, case_id: str) -> bytes:
        """Draw a case's key; the key that it has already, if it has one.

        Returns:
            32 random bytes.

        Raises:
            NotFound: it was destroyed, and the case is erased.
        """
        if self._gone(case_id).exists():
            raise _erased()
        return self._unwrapped(self._case_path(case_id), create=True)

    def case_key(self, case_id: str) -> bytes:
        """A case's key, 32 bytes.

        Raises:
            NotFound: no such key, or it was destroyed.
        """
        try:
            return self._unwrapped(self._case_path(case_id), create=False)
        except FileNotFoundError as error:
            raise _erased() from error

    def destroy_case_key(self, case_id: str) -> None:
        """Overwrite and remove a case's key: what was under it cannot be read again."""
        path = self._case_path(case_id)
        # Said first: from now on no key is ever drawn for this case again.
        self._kept(self._gone(case_id), lambda: b"\n")
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(self._cases)

    def destroyed(self, case_id: str) -> bool:
        """Whether a case's key was destroyed, by whichever process."""
        return self._gone(case_id).exists()

    def every_destroyed(self) -> frozenset[str]:
        """The cases whose keys were destroyed, by whichever process."""
        return frozenset(path.stem for path in self._cases.glob("*.erased"))

    def sealing_key(self, case_id: str | None) -> bytes:
        """Key for the sealed fields of ledger entries, 32 bytes.

        Derived (HKDF-SHA256, own label) from the case's key, so that it disappears
        with it.  A case without a key gets one: even a refused opening is sealed
        under the key of the case that was asked for.  What is asked of an erased case
        belongs to none.

        Args:
            case_id: ``None`` for entries that belong to no case.
        """
        if case_id is None or self._gone(case_id).exists():
            path = self._folder / "installation.age"
            own: bytes = self._same(path, self._wrapped(path), partial(self._own_sealing, path))
            return own
        return _sealing(self.create_case_key(case_id))

    def sealing_keys(self) -> Iterator[bytes]:
        """Every such key that there is: the installation's, then those of cases."""
        yield self.sealing_key(None)
        for path in self._cases.glob("*.age"):
            with suppress(NotFound):
                yield _sealing(self.case_key(path.stem))

    def wrap_case_key(self, case_id: str, recipient: str) -> bytes:
        """A case's key, wrapped for somebody outside in the age format.

        Args:
            recipient: ``age1...``.

        Raises:
            BadInput: no age recipient.
            NotFound: there is no such key any more.
        """
        return seal_to(recipient, self.case_key(case_id))

    # -- files --------------------------------------------------------------------

    def _case_path(self, case_id: str) -> Path:
        if not _CASE.fullmatch(case_id):
            raise ValueError(f"not a case id: {case_id!r}")
        return self._cases / f"{case_id}.age"

    def _gone(self, case_id: str) -> Path:
        return self._case_path(case_id).with_suffix(".erased")

    def _identity(self) -> pyrage.x25519.Identity:
        path = self._folder / "identity.age"
        text = self._kept(path, lambda: f"{pyrage.x25519.Identity.generate()}\n".encode())
        return self._same(path, text, partial(_identity, path))

    def _same(self, path: Path, held: bytes, read: Callable[[bytes], _T]) -> _T:
        """What a file of the installation's own holds; read again once it holds something else."""
        if self._known.get(path, (b"",))[0] != held:
            self._known[path] = held, read(held)
        found: _T = self._known[path][1]
        return found

    def _unwrapped(self, path: Path, *, create: bool) -> bytes:
        return self._opened(path, self._wrapped(path) if create else path.read_bytes())

    def _wrapped(self, path: Path) -> bytes:
        """A wrapped key; drawn where there is none."""
        return self._kept(
            path,
            lambda: pyrage.encrypt(secrets.token_bytes(32), [self._identity().to_public()]),
        )

    def _opened(self, path: Path, wrapped: bytes) -> bytes:
        try:
            key = bytes(pyrage.decrypt(wrapped, [self._identity()]))
        except pyrage.DecryptError as error:
            raise _damaged(path) from error
        if len(key) != 32:
            raise _damaged(path)
        return key

    def _own_sealing(self, path: Path, wrapped: bytes) -> bytes:
        return _sealing(self._opened(path, wrapped))

    def _kept(self, path: Path, make: Callable[[], bytes]) -> bytes:
        """What a file holds; made whole, once, even if several processes ask at once."""
        with suppress(FileNotFoundError):
            return path.read_bytes()
        part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
        return path.read_bytes()


def _identity(path: Path, text: bytes) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text.decode().strip())
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise _damaged(path) from error


def _sealing(secret: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, _SEALING).derive(secret)


def seal_to(recipient: str, data: bytes) -> bytes:
    """Bytes encrypted to somebody outside, in the age format.

    Raises:
        BadInput: no age recipient.
    """
    try:
        return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)]))
    except pyrage.RecipientError as error:
        raise BadInput(
            f"{recipient!r} is no age recipient.",
            remedy="Give the public key that `age-keygen` printed: it begins with age1.",
        ) from error


def _erased() -> NotFound:
    return NotFound(
        "There is no key for this case.",
        remedy="Check the case; if it was erased, its data cannot be recovered.",
    )


def _damaged(path: Path) -> Misconfigured:
    return Misconfigured(
        f"The key file {path} cannot be read.",
        remedy="Restore the installation's keys folder from a backup.",
    )
