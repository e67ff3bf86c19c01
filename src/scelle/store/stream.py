"""Chunked authenticated encryption with random access.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar, *Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance*, CRYPTO 2015,
section 7) over AES-256-GCM, in the shape that the age file format gave it: a key of
the file's own, derived with HKDF-SHA256 (RFC 5869) from a random salt, lets the nonce
be a plain chunk counter followed by a flag on the last chunk.  So a chunk that is
altered, moved, repeated, cut off or taken from another file does not open.

File: ``magic (16) || chunk size (uint32, big endian) || salt (32) || chunks``; each
chunk is ``chunk size`` bytes of plain text (the last one: 1 to ``chunk size``, or 0 in
an empty file) followed by its 16-byte tag.  The header and the object's own name are
authenticated with every chunk.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scelle.errors import VaultDamaged

MAGIC = b"scelle vault v1\n"
CHUNK = 256 * 1024
TAG = 16
SALT = 32
HEADER = len(MAGIC) + 4 + SALT
_LABEL = b"scelle vault file key v1"
_REMEDY = "Restore this object from a backup, or receive the original again."


@dataclass(frozen=True)
class Layout:
    """Where the chunks of a file lie.

    Attributes:
        chunk_size: plain bytes per full chunk.
        chunks: number of chunks, at least one.
        size: plain bytes in all.
    """

    chunk_size: int
    chunks: int
    size: int

    @classmethod
    def of(cls, stored: int, chunk_size: int) -> Layout:
        """The layout of a file of ``stored`` bytes.

        Raises:
            VaultDamaged: no file of that length is ever written.
        """
        body, full = stored - HEADER, chunk_size + TAG
        chunks = -(-body // full)
        last = body - (chunks - 1) * full - TAG
        if chunks < 1 or last < 0 or (last == 0 and chunks > 1):
            raise VaultDamaged("A vault object is cut short.", remedy=_REMEDY)
        return cls(chunk_size, chunks, (chunks - 1) * chunk_size + last)

    def stored(self, chunk: int) -> tuple[int, int]:
        """Offset and length in the file of one chunk with its tag."""
        size = min(self.chunk_size, self.size - chunk * self.chunk_size)
        return HEADER + chunk * (self.chunk_size + TAG), size + TAG


@dataclass(frozen=True)
class FileSecret:
    """What opens one file and no other, not even one of the same case.

    Attributes:
        key: the file's own, 32 bytes.
        bound: digest of its header and its name, authenticated with every chunk.
    """

    key: bytes
    bound: bytes

    @classmethod
    def of(cls, key: bytes, header: bytes, names: Sequence[str]) -> FileSecret:
        """Derive it.

        Args:
            key: the case key, 32 bytes.
            header: the file's first ``HEADER`` bytes.
            names: what the object is called; binds the bytes to their place.
        """
        bound = hashlib.sha256(header)
        for name in names:
            raw = name.encode()
            bound.update(struct.pack(">I", len(raw)) + raw)
        own = HKDF(SHA256(), 32, header[-SALT:], _LABEL).derive(key)
        return cls(own, bound.digest())


class ChunkCipher:
    """Seals and opens the chunks of one file."""

    def __init__(self, secret: FileSecret) -> None:
        self._gcm = AESGCM(secret.key)
        self._bound = secret.bound

    def seal_into(
        self, chunk: int, plain: bytes | bytearray | memoryview, out: memoryview, *, last: bool
    ) -> None:
        """Write cipher text and tag of one chunk to ``out``, 16 bytes longer than ``plain``."""
        self._gcm.encrypt_into(_nonce(chunk, last), plain, self._bound, out)

    def open(self, chunk: int, sealed: bytes, *, last: bool) -> bytes:
        """Plain text of one chunk.

        Raises:
            VaultDamaged: these are not the bytes that were written there.
        """
        try:
            return self._gcm.decrypt(_nonce(chunk, last), sealed, self._bound)
        except InvalidTag as error:
            raise VaultDamaged(
                f"Chunk {chunk} of a vault object is altered, out of place, cut off "
                "or under another key.",
                remedy=_REMEDY,
            ) from error


def make_header(salt: bytes, chunk_size: int = CHUNK) -> bytes:
    """The first bytes of a file.

    Args:
        salt: 32 random bytes, never used before.
        chunk_size: plain bytes per chunk.
    """
    return MAGIC + struct.pack(">I", chunk_size) + salt


def read_header(header: bytes) -> int:
    """The chunk size that a header states.

    Raises:
        VaultDamaged: not the header of a vault object.
    """
    if len(header) != HEADER or not header.startswith(MAGIC):
        raise VaultDamaged("A file in the vault is not a vault object.", remedy=_REMEDY)
    (size,) = struct.unpack_from(">I", header, len(MAGIC))
    if not 1 <= size <= 1 << 26:
        raise VaultDamaged("A vault object states an impossible chunk size.", remedy=_REMEDY)
    return int(size)


def _nonce(chunk: int, last: bool) -> bytes:
    return chunk.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
