"""How the pages are served, wherever they are."""

from __future__ import annotations

import gc
import sys

import uvicorn
from fastapi import FastAPI

#: Seconds after which a thread that computes lets another one go on.  With Python's own five
#: milliseconds, each step of an answer waits that long beside an arrangement or pictures being cut.
_SWITCH_S = 0.001

#: Seconds after which a process lets go of what another one has erased.
TIDIED_S = 2.0


def server(page: FastAPI) -> uvicorn.Server:
    """What answers requests for the pages; run it with the socket that it listens on."""
    settle()
    return uvicorn.Server(
        uvicorn.Config(page, log_level="warning", access_log=False, server_header=False)
    )


def settle() -> None:
    """Make this process one that answers many people at once."""
    sys.setswitchinterval(_SWITCH_S)
    # What was loaded until now stays: whoever looks for rubbish need not go through it,
    # which holds everybody up for a good part of a second.
    gc.collect()
    gc.freeze()
