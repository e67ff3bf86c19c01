"""Opening an exhibit's original from the vault, for every handler that decodes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from scelle.footage.index import PacketIndex
from scelle.footage.recording import Recording
from scelle.operations.lending import Objects


def read_index(vault: Objects, case_id: str, exhibit_id: str, key: bytes) -> PacketIndex:
    """The packet index of an exhibit.

    Raises:
        NotFound: no such exhibit was received whole.
    """
    return PacketIndex.from_bytes(vault.read(case_id, f"index/{exhibit_id}", key))


@contextmanager
def open_original(
    vault: Objects, case_id: str, exhibit_id: str, key: bytes, index: PacketIndex
) -> Iterator[Recording]:
    """The exhibit's recording, decoded straight from the encrypted original.

    Args:
        vault: where it lies, or what was lent of it to a sandbox.
        case_id: of the exhibit.
        exhibit_id: which.
        key: the case key, 32 bytes.
        index: the exhibit's own.

    Raises:
        NotFound: the original was erased.
        VaultDamaged: its bytes are not those written; on any read.
    """
    with (
        vault.open(case_id, f"original/{exhibit_id}", key) as file,
        Recording.open(cast("BinaryIO", file), index=index) as recording,
    ):
        yield recording
