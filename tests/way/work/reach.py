"""What is done with hostile files in a process of its own: with the product's guard and without."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

import av

from scelle.engine.worker import Answer
from scelle.errors import UnreadableSource
from scelle.footage.recording import Recording


def lend(name: str, arguments: Sequence[Any]) -> Answer:
    return Answer(None, (os.open(arguments[0], os.O_RDONLY),))


def recording(path: str, link: Any) -> str:
    """Decode it as the product does."""
    error = ""
    _, descriptor = link.ask("file", path)
    with os.fdopen(descriptor, "rb") as file:
        try:
            with Recording.open(cast("BinaryIO", file)) as opened:
                for _ in opened.pictures(int(opened.index.times[0]), opened.index.end_pts):
                    pass
        except UnreadableSource as refused:
            error = str(refused)
    return error


_LOOSE = {
    "protocol_whitelist": "file,http,tcp,udp,rtp,crypto,data,concat,subfile",
    "allowed_extensions": "ALL",
    "extension_picky": "0",
    "safe": "0",
    "use_absolute_path": "1",
    "enable_drefs": "1",
    "seg_max_retry": "0",
}


class Named:
    """A file that tells its name, as those that the product hands over do not."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.read, self.seek, self.tell, self.name = file.read, file.seek, file.tell, name


def loosened(task: tuple[str, Sequence[str]], link: Any) -> str:
    """Decode it as the product does, with so much of the reader's guard and no more."""
    path, kept = task
    guarded: Any = av.open

    def opened(file: Any, **named: Any) -> Any:
        options, strict = dict(_LOOSE), named["container_options"]
        # What the product lacks is lacking here too, and the attack then reaches its end.
        for part in kept:
            option = {"protocols": "protocol_whitelist", "formats": "format_whitelist"}.get(part)
            options |= {k: v for k, v in strict.items() if k == option}
        more = {k: v for k, v in named.items() if k == "io_open" and k in kept}
        return guarded(Named(file, path), mode="r", container_options=options, timeout=3, **more)

    cast("Any", av).open = opened
    try:
        return recording(path, link)
    except Exception as error:  # what it did is what matters
        return repr(error)


def unguarded(path: str, link: Any) -> str:
    """Decode it as anybody would: by its path, every protocol allowed."""
    error = ""
    options = _LOOSE | {"listen_timeout": "1"}
    try:
        _, descriptor = link.ask("file", path)
        os.close(descriptor)
        with av.open(path, container_options=options, timeout=3) as container:
            for number, _ in enumerate(container.decode(video=0)):
                if number > 20:
                    break
    except (EOFError, OSError, ValueError, IndexError) as refused:
        error = f"{type(refused).__name__}: {refused}"
    return error
