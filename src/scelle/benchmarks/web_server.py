"""The server whose pages are measured: as ``scelle serve``, with people signed in already.

``python -m scelle.benchmarks.web_server HOME REVIEWERS READERS`` prints one line of JSON, the port
and each person's session, and serves until its input ends.  Signing in itself is left
out: ten tries a minute are allowed, of all people together.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

from scelle.benchmarks.web_home import reviewer
from scelle.bootstrap import open_app
from scelle.errors import NotFound
from scelle.model.signing import SignInMethod
from scelle.settings import Settings
from scelle.web import create_app
from scelle.web.readers import Readers
from scelle.web.serving import server


def main(home: Path, reviewers: int, readers: int) -> None:
    """Serve.

    Args:
        home: of the installation.
        reviewers: who is to be signed in.
        readers: processes that answer what the review bench reads.

    Raises:
        NotFound: a reviewer is not registered.
    """
    settings = Settings(home=home)
    with (
        open_app(settings) as app,
        Readers(settings, readers) if readers else nullcontext() as read,
        socket.socket() as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        page = create_app(app, read=read)
        sessions = []
        for number in range(reviewers):
            person = app.sign_ins.person(reviewer(number))
            if person is None:
                raise NotFound("There is no such reviewer.", remedy="Fill the folder anew.")
            sessions.append(page.state.sessions.begin(person, SignInMethod.PASSKEY))
        told = {"port": listening.getsockname()[1], "sessions": sessions}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        threading.Thread(target=_until_input_ends, daemon=True).start()
        server(page).run(sockets=[listening])
        page.state.work.close()


def _until_input_ends() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
