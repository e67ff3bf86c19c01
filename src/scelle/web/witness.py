"""The witness as a service: one address, ``POST /add-checkpoint`` (C2SP tlog-witness).

It is no page and knows no agent: whoever asks is known by the signature on the head.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from scelle.ledger.witness import Witness

#: A request is a proof of at most 63 lines and a head: never longer.
_MOST = 64 * 1024


def now() -> datetime:
    """The witness' clock."""
    return datetime.now(UTC)


def create_witness(witness: Witness, clock: Callable[[], datetime] = now) -> FastAPI:
    """The service of one witness."""
    service = FastAPI(title="scelle witness", docs_url=None, redoc_url=None, openapi_url=None)

    @service.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _MOST:
                return Response(status_code=413)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return Response(status_code=400)
        answer = await run_in_threadpool(witness.add_checkpoint, text, clock())
        kind = "text/x.tlog.size" if answer.status == 409 else "text/plain; charset=utf-8"
        return Response(answer.text, answer.status, media_type=kind)

    return service


def serve_witness(witness: Witness, host: str, port: int) -> None:
    """Answer until Ctrl-C."""
    uvicorn.run(
        create_witness(witness), host=host, port=port, log_level="warning", server_header=False
    )
