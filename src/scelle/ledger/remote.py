"""Asks outside parties over HTTP: the one place in the program that calls out.

What is sent are signed heads, proofs and their hashes: nothing that names anybody, and
nothing of any recording.  Nothing is sent unless a witness or an authority is configured.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from scelle.errors import BadInput, ScelleError

#: How long an outside party may take to answer.
TIMEOUT_S = 10.0
#: The longest answer that is read.
_MOST = 2**20


class Unreachable(ScelleError):
    """An outside party does not answer."""


def require_url(url: str) -> None:
    """An address that can be asked: HTTP or HTTPS, with a host.

    Raises:
        BadInput: anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise BadInput(
            f"{url!r} is not an address that can be asked.",
            remedy="Give one such as https://witness.example/scelle.",
        )


def post(url: str, body: bytes, kind: str, timeout: float = TIMEOUT_S) -> tuple[int, bytes]:
    """Send one request, follow nothing, and give status and answer.

    Args:
        url: checked by :func:`require_url`.
        kind: the body's ``Content-Type``.

    Raises:
        Unreachable: no connection, no answer in time, or one that is too long.
    """
    require_url(url)
    parts = urlsplit(url)
    port = parts.port
    host = str(parts.hostname)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(host, port, timeout=timeout)
    try:
        connection.request("POST", parts.path or "/", body, {"Content-Type": kind})
        answer = connection.getresponse()
        data = answer.read(_MOST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(
            f"{url} does not answer: {error}.",
            remedy="Check the address and the network; run `scelle ledger checkpoint` again.",
        ) from error
    finally:
        connection.close()
    if len(data) > _MOST:
        raise Unreachable(f"{url} answers too much.", remedy="Check the address.")
    return answer.status, data
