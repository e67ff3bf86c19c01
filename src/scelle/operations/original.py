"""Opening an exhibit's original from the vault, for every handler that decodes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast

from scelle.footage.hardware import SOFTWARE
from scelle.footage.index import PacketIndex
from scelle.footage.joined import Joined
from scelle.footage.recording import Recording
from scelle.model.evidence import original_of
from scelle.operations.lending import Objects


def read_index(vault: Objects, case_id: str, exhibit_id: str, key: bytes) -> PacketIndex:
    """The packet index of an exhibit.

    Raises:
        NotFound: no such exhibit was received whole.
    """
    return PacketIndex.from_bytes(vault.read(case_id, f"index/{exhibit_id}", key))


def part_name(exhibit_id: str, number: int) -> str:
    """Vault name of one file of an exhibit, from 0; all its views share them."""
    own = original_of(exhibit_id)
    return f"original/{own}" if number == 0 else f"original/{own}-{number + 1:04d}"


@contextmanager
def open_original(
    vault: Objects,
    case_id: str,
    exhibit_id: str,
    key: bytes,
    index: PacketIndex,
    *,
    skip_loop_filter: bool = False,
    decoder: str = SOFTWARE,
) -> Iterator[Recording | Joined]:
    """The exhibit's recording, decoded straight from the encrypted original.

    Args:
        vault: where it lies, or what was lent of it to a sandbox.
        case_id: of the exhibit.
        exhibit_id: which.
        key: the case key, 32 bytes.
        index: the exhibit's own.
        skip_loop_filter: skip deblocking; faster, slightly different pixels.
        decoder: ``software`` or ``cuda``.

    Raises:
        NotFound: the original was erased.
        VaultDamaged: its bytes are not those written; on any read.
    """

    def opener(number: int) -> BinaryIO:
        return cast("BinaryIO", vault.open(case_id, part_name(exhibit_id, number), key))

    if index.parts:
        openers = [partial(opener, number) for number in range(len(index.parts))]
        with Joined(openers, index, skip_loop_filter=skip_loop_filter, decoder=decoder) as joined:
            yield joined
        return
    with (
        opener(0) as file,
        Recording.open(
            file, index=index, skip_loop_filter=skip_loop_filter, decoder=decoder
        ) as recording,
    ):
        yield recording
