"""``serve``: the web application, on this machine alone."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated

import typer

from scelle.cli.command import Reply, Session, command
from scelle.errors import Misconfigured

_TRIES = 20
_ANCHOR_EVERY_S = 60.0


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "serve", example="scelle serve --port 8600")(serve)


def serve(
    session: Session,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="First port to try; 8600 by default.")
    ] = None,
    readers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Processes that answer the review bench; one a processor by default, "
            "none where the pages are one person's.",
        ),
    ] = None,
) -> Reply:
    """Open the pages on this machine, until Ctrl-C: people sign in.

    With --as they are one person's: the address carries a secret that is good for this run,
    and whoever has it acts as that person.
    """
    serve_until_stopped(session, public=False, port=port, readers=readers)
    return Reply({"stopped": True})


def serve_until_stopped(
    session: Session, *, public: bool, port: int | None = None, readers: int | None = None
) -> None:
    """Serve the page and open it in the browser, until Ctrl-C.

    Args:
        session: whose acts the page performs.
        public: the page needs no secret: the demonstration on the loopback address.
        port: first port to try.
        readers: processes that answer what the review bench reads; if it is not given, one a
            processor, or none where the pages are one person's.

    Raises:
        Misconfigured: no port is free.
    """
    # Other commands start sooner without the pages.
    from scelle.web import create_app, sign_in_path
    from scelle.web.readers import Readers
    from scelle.web.serving import TIDIED_S, server
    from scelle.web.signing import RP_ID

    settings = session.app.settings
    if not ipaddress.ip_address(socket.gethostbyname(settings.host)).is_loopback:
        raise Misconfigured(
            f"{settings.host} is not this machine's own loopback address",
            remedy="Unset SCELLE_HOST: the page is for this machine alone.",
        )
    listening = _listen(settings.host, port or settings.port, session)
    bound = listening.getsockname()[1]
    # Whoever is not named signs in.
    own = session.agent_id if public or settings.agent else ""
    if readers is None:
        readers = 0 if own else os.cpu_count() or 1
    read = Readers(settings, readers) if readers else None
    page = create_app(session.app, own, public=public, read=read)
    # A passkey belongs to a name.
    host = settings.host if own else RP_ID
    url = f"http://{host}:{bound}{sign_in_path(page) if own and not public else '/'}"
    session.err.print(f"The pages are at [bold]{url}[/bold]", soft_wrap=True)
    if own and not public:
        signing = f"http://{RP_ID}:{bound}{sign_in_path(page)}"
        session.err.print(f"To sign mandates with a passkey: {signing}", soft_wrap=True)
    session.err.print("Ctrl-C ends it.", style="dim")
    lost = page.state.work.take()
    if lost:
        session.err.print(
            f"{lost} pieces of queued work cannot be read, and are not gone on with: "
            "ask for them again, and restore vault/*/queue from a backup to see which they were."
        )
    if sys.stderr.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(url)
    # The witnesses are shown each checkpoint, at most a minute after it is kept.
    anchoring = _meanwhile(session.anchor, _ANCHOR_EVERY_S)
    tidying = _meanwhile(session.app.forget_erased, TIDIED_S)
    with listening, read or nullcontext(), anchoring, tidying:
        try:
            server(page).run(sockets=[listening])
        except KeyboardInterrupt:
            session.err.print("stopped")
        finally:
            # What runs stops at its next sign of progress; asked again, it goes on from there.
            page.state.work.close()


@contextmanager
def _meanwhile(do: Callable[[], object], every_s: float) -> Iterator[None]:
    """Something is done again and again, so many seconds after it was done last."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every_s):
            try:
                do()
            except Exception:
                # A full disk, a lock: it may pass, and until it is stopped nobody else does this.
                traceback.print_exc()

    working = threading.Thread(target=work, daemon=True)
    working.start()
    try:
        yield
    finally:
        stop.set()
        working.join()


def _listen(host: str, port: int, session: Session) -> socket.socket:
    for number in range(port, min(port + _TRIES, 65536)):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
        except OSError:
            listening.close()
            session.err.print(f"port {number} is taken; trying the next")
            continue
        return listening
    raise Misconfigured(
        f"no free port from {port} to {port + _TRIES - 1}", remedy="Choose another with --port."
    )
