"""A court-ordered copy for one outside recipient, before a case is erased.

A folder that holds the encrypted objects as they were, and, in the age format for that
recipient alone, the case's key and its rows:

``key.age``        the case's key, 32 bytes
``records.age``    JSON: table name to rows
``objects/<kind>/<name>``
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from scelle.errors import BadInput
from scelle.store.erasure import ErasureStore
from scelle.store.keys import Keyring, seal_to
from scelle.store.vault import Vault


def sequester(
    vault: Vault, keys: Keyring, store: ErasureStore, case_id: str, recipient: str, folder: Path
) -> list[list[object]]:
    """Write the folder, whole or not at all.

    Returns:
        Name, SHA-256 and size of every file in it.

    Raises:
        BadInput: the folder is there already or cannot be made, or no age recipient.
        NotFound: the case's key is destroyed.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    if folder.exists() or not folder.parent.is_dir():
        raise BadInput(
            f"{folder} is there already, or its folder does not exist.",
            remedy="Give the name of a folder that is to be made.",
        )
    wrapped = keys.wrap_case_key(case_id, recipient)
    rows = json.dumps(store.rows(case_id), default=str).encode()
    part.mkdir(mode=0o700)
    try:
        (part / "key.age").write_bytes(wrapped)
        (part / "records.age").write_bytes(seal_to(recipient, rows))
        for name in vault.names(case_id):
            if name.startswith("canary/"):
                continue
            target = part / "objects" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(vault.stored(case_id, name), target)
        listed = [_told(path, part) for path in sorted(part.rglob("*")) if path.is_file()]
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return listed


def _told(path: Path, folder: Path) -> list[object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return [str(path.relative_to(folder)), digest, path.stat().st_size]
