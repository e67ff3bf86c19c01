"""How the pages are served, wherever they are."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI


def server(page: FastAPI) -> uvicorn.Server:
    """What answers requests for the pages; run it with the socket that it listens on."""
    return uvicorn.Server(
        uvicorn.Config(page, log_level="warning", access_log=False, server_header=False)
    )
