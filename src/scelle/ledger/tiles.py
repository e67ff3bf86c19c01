"""The ledger as tiles (C2SP ``tlog-tiles``): files that any server can hand out.

``checkpoint``              the last signed head
``tile/<L>/<N>[.p/<W>]``    hashes of 256 subtrees, level by level
``tile/entries/<N>[.p/<W>]``  leaves, each after its length in two bytes, big-endian
``disclosed/<N>[.p/<W>]``   the disclosed fields of the same entries, one canonical JSON
                            object a line (this and what follows is not part of the
                            specification, which knows leaves alone)
``heads.jsonl``             heads that others signed, as in :mod:`scelle.ledger.export`
``ledger.json``             ``format``, ``origin``, ``vkey``
"""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

from scelle.ledger import checkpoint as notes
from scelle.ledger import merkle, storage
from scelle.ledger.canonical import canonical
from scelle.ledger.export import heads

#: What ``ledger.json`` says.
FORMAT = "scelle-tiles-1"
#: Hashes of a full tile, entries of a full bundle.
WIDTH = 256


def write_tiles(db: sqlite3.Connection, folder: Path) -> int:
    """Write every file that a ledger of this size has.

    Args:
        db: a connection in a read transaction.
        folder: made, if it is not there; files of an older and smaller export of the same
            ledger are completed, as the specification has it.

    Returns:
        The number of entries.

    Raises:
        ValueError: an entry is longer than a bundle can hold, 65,535 bytes.
    """
    note = storage.last_head(db)
    size, vkey = notes.size_of(note), storage.keys(db)[0][1]
    level: list[bytes] = []
    rows = db.execute("SELECT leaf, disclosed FROM entries ORDER BY seq")
    for number in range(-(-size // WIDTH)):
        bundle, fields = bytearray(), bytearray()
        for leaf, disclosed in rows.fetchmany(WIDTH):
            data = leaf.encode()
            bundle += len(data).to_bytes(2, "big") + data
            fields += disclosed.encode() + b"\n"
            level.append(merkle.leaf_hash(data))
        name = path_of(number, min(WIDTH, size - WIDTH * number))
        _write(folder / "tile" / "entries" / name, bytes(bundle))
        _write(folder / "disclosed" / name, bytes(fields))
    _write_hashes(folder, level)
    about = {"format": FORMAT, "origin": vkey.split("+")[0], "vkey": vkey}
    _write(folder / "ledger.json", canonical(about) + b"\n")
    lines = [
        canonical({"head": h.note, "anchors": [base64.b64encode(a).decode() for a in h.anchors]})
        for h in heads(db)
    ]
    _write(folder / "heads.jsonl", b"".join(line + b"\n" for line in lines))
    # Last: whoever reads meanwhile finds the old head with the old tiles, which stay.
    _write(folder / "checkpoint", note.encode())
    return size


def path_of(number: int, width: int) -> str:
    """A tile's name: three digits to a part, and ``.p/<width>`` unless it is full.

    >>> path_of(1234067, 256), path_of(5, 17)
    ('x001/x234/067', '005.p/17')
    """
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return name if width == WIDTH else f"{name}.p/{width}"


def _write_hashes(folder: Path, level: list[bytes]) -> None:
    height = 0
    while level:
        above: list[bytes] = []
        for number in range(-(-len(level) // WIDTH)):
            hashes = level[WIDTH * number : WIDTH * (number + 1)]
            name = path_of(number, len(hashes))
            _write(folder / "tile" / str(height) / name, b"".join(hashes))
            if len(hashes) == WIDTH:
                above.append(merkle.root_of(hashes))
        level, height = above, height + 1


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)
