"""Signed heads of the ledger: C2SP checkpoints in C2SP signed notes, with Ed25519.

Sources: C2SP ``tlog-checkpoint`` (three lines: origin, size, base64 root),
``signed-note`` (signature lines, key ids, verifier keys) and ``tlog-cosignature``
(a witness signs the note's text with a time before it).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from scelle.ledger.merkle import HASH_SIZE

#: Signature types of C2SP signed-note.
ED25519 = 0x01
COSIGNATURE = 0x04

_DASH = "\N{EM DASH} "


class BadNote(ValueError):
    """A note, a verifier key or a checkpoint that is malformed or not signed as asked."""


@dataclass(frozen=True)
class Checkpoint:
    """What a head states.

    Attributes:
        origin: the ledger's own name, the same for ever.
        size: number of entries.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, final newline included."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class VerifierKey:
    """A public key with a name: ``<name>+<id, hexadecimal>+<base64 of type and key>``.

    Attributes:
        name: whose; without spaces and ``+``.
        type: :data:`ED25519` or :data:`COSIGNATURE`.
        public: 32 bytes.
    """

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """First four bytes of ``SHA-256(name || 0x0A || type || key)``."""
        data = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return hashlib.sha256(data).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey string.

        Raises:
            BadNote: malformed, unknown type, or the id is not the key's own.
        """
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise BadNote("a verifier key is NAME+ID+KEY")
        raw = _decode(parts[2])
        if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise BadNote("only Ed25519 verifier keys are known")
        key = cls(parts[0], raw[0], raw[1:])
        if not _is_name(key.name) or str(key) != text:
            raise BadNote("the verifier key does not have the id it states")
        return key


@dataclass(frozen=True)
class Signer:
    """A private key with a name.

    Attributes:
        name: the ledger's origin, or the witness' name.
        seed: 32 bytes, the Ed25519 private key (RFC 8032).
        type: :data:`ED25519` for the ledger's own key, :data:`COSIGNATURE` for
            a witness'.
    """

    name: str
    seed: bytes
    type: int = ED25519

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise BadNote("a signer's name is not empty and has no space and no +")

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey) -> Signer:
        """The ledger's own signer, from a key object."""
        return cls(name, key.private_bytes_raw())

    @cached_property
    def vkey(self) -> VerifierKey:
        """The public half."""
        public = self._private.public_key()
        return VerifierKey(self.name, self.type, public.public_bytes_raw())

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: str) -> str:
        """The signature line of a note's text, newline included."""
        if self.type != ED25519:
            raise BadNote("a witness signs with a time: use cosign")
        return self._line(self._signature(text.encode()))

    def cosign(self, text: str, at: int) -> str:
        """A witness' signature line, at a time in seconds since 1970."""
        if self.type != COSIGNATURE:
            raise BadNote("only a witness' key cosigns")
        return self._line(at.to_bytes(8, "big") + self._signature(_cosigned(text, at)))

    def _signature(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def _line(self, signature: bytes) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.vkey.id + signature).decode()}\n"


def sign(checkpoint: Checkpoint, signer: Signer) -> str:
    """The signed note of a checkpoint."""
    return f"{checkpoint.text}\n{signer.sign(checkpoint.text)}"


def add_signature(note: str, signer: Signer) -> str:
    """The note with one more key's signature line after the others."""
    text, _ = _split(note)
    return note + signer.sign(text)


def add_cosignature(note: str, witness: Signer, at: int) -> str:
    """The note with a witness' signature line after the others."""
    text, _ = _split(note)
    return note + witness.cosign(text, at)


def verify(note: str, key: VerifierKey, witnesses: Sequence[VerifierKey] = ()) -> Checkpoint:
    """Read a checkpoint that ``key`` signed.

    Args:
        note: the signed note.
        key: the ledger's own.
        witnesses: keys that must all have signed as well; others are ignored,
            as the specification says.

    Raises:
        BadNote: malformed, another origin, or a signature that is missing or wrong.
    """
    checkpoint = _parse(_split(note)[0])
    if checkpoint.origin != key.name:
        raise BadNote(f"the checkpoint is of {checkpoint.origin!r}, not of {key.name!r}")
    signed_by(note, key, *witnesses)
    return checkpoint


def signed_by(note: str, *keys: VerifierKey) -> str:
    """The text of any signed note that all the keys have signed.

    Raises:
        BadNote: malformed, or a signature that is missing or wrong.
    """
    text, lines = _split(note)
    for each in keys:
        found = [raw for name, raw in lines if name == each.name and raw[:4] == each.id]
        if not found:
            raise BadNote(f"{each.name} has not signed it")
        if not all(_holds(each, text, raw[4:]) for raw in found):
            raise BadNote(f"the signature of {each.name} is wrong")
    return text


def verify_any(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Read a checkpoint that one of some keys signed.

    Raises:
        BadNote: none of them did.
    """
    for key in keys:
        try:
            return verify(note, key)
        except BadNote as error:
            last = error
    raise last if keys else BadNote("no key is known")


def witnessed(note: str, witness: VerifierKey) -> int | None:
    """When a witness co-signed a note, in seconds since 1970; ``None`` where it did not.

    Raises:
        BadNote: malformed, or its signature is wrong.
    """
    text, lines = _split(note)
    found = [raw[4:] for name, raw in lines if name == witness.name and raw[:4] == witness.id]
    if not all(_holds(witness, text, raw) for raw in found):
        raise BadNote(f"the signature of {witness.name} is wrong")
    return max((int.from_bytes(raw[:8], "big") for raw in found), default=None)


def size_of(note: str) -> int:
    """The number of entries that a note states, whoever signed it.

    Raises:
        BadNote: malformed.
    """
    return parse(note).size


def parse(note: str) -> Checkpoint:
    """What a note states, whoever signed it.

    Raises:
        BadNote: malformed.
    """
    return _parse(_split(note)[0])


def signature_lines(note: str) -> list[str]:
    """The signature lines, each with its newline.

    Raises:
        BadNote: malformed.
    """
    _split(note)
    return note.rpartition("\n\n")[2].splitlines(keepends=True)


def signers(note: str) -> tuple[str, ...]:
    """Names on the signature lines, whether or not they hold.

    Raises:
        BadNote: malformed.
    """
    return tuple(name for name, _ in _split(note)[1])


def _parse(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise BadNote("a checkpoint has three lines: origin, size, root")
    if not (lines[1].isascii() and lines[1].isdigit() and len(lines[1]) < 20):
        raise BadNote("the checkpoint's size is not a number")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _decode(lines[2]))
    if len(checkpoint.root) != HASH_SIZE or checkpoint.text != text:
        raise BadNote("the checkpoint is not written in the canonical way")
    return checkpoint


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text, and name and decoded bytes of every signature line."""
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise BadNote("a signed note is a text, an empty line and signature lines")
    lines: list[tuple[str, bytes]] = []
    for line in tail[:-1].split("\n"):
        name, space, data = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space or not _is_name(name):
            raise BadNote("a signature line is malformed")
        raw = _decode(data)
        if len(raw) < 5:
            raise BadNote("a signature line is too short")
        lines.append((name, raw))
    return text + "\n", lines


def _holds(key: VerifierKey, text: str, signature: bytes) -> bool:
    message = text.encode()
    if key.type == COSIGNATURE:
        if len(signature) != 72:
            return False
        at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = _cosigned(text, at)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _decode(text: str) -> bytes:
    """Base64 whose unused bits are zero, so that no two texts mean the same."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise BadNote("base64 with stray bits")
    return raw
