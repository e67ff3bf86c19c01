"""Receiving recordings in the browser: chunk by chunk, each asked of the door.

The page's script reads the file, computes its SHA-256 on the way and sends chunks; here they
go into the vault, encrypted.  A file is received when the browser and the vault agree on it.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from scelle.errors import BadInput, NotFound
from scelle.model.acts import BeginUpload, CaseAct, ConsultCase
from scelle.model.evidence import Role
from scelle.model.results import CaseFile
from scelle.web.desk import Desk
from scelle.web.forms import bounded, check_own_script, read_body, read_json, seconds
from scelle.web.guard import POLICY
from scelle.web.sessions import ASKER, Session
from scelle.web.work import Priority, Work
from scelle.web.working import KINDS, SPOKEN

#: Uploads that are held ready; the one that was used longest ago is asked for again.
_HELD = 200

#: What the page's script asks for: its errors are told to the script.
SCRIPTED = re.compile(r"/case/[^/]+/receive/.+")

_REASON = "receipt page"
_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self'; worker-src 'self'"

#: Sentences that the receipt's own script says.
_SAID = (
    "bring.ready", "bring.sending", "bring.waiting", "bring.sent",
    "bring.changed", "bring.empty", "bring.failed", "bring.goes_on", "bring.must", "bring.future",
    "bring.zone_wrong", "bring.offset_wrong", "bring.nothing", "bring.remove",
)  # fmt: skip


class _Upload(Protocol):
    """What the door grants: see :class:`scelle.operations.uploads.Upload`."""

    id: str
    stated: Any
    chunk: int

    def done(self) -> dict[int, str]: ...
    def put(self, number: int, sha256: str, data: bytes) -> None: ...
    def finish(self, sha256: str) -> CaseAct | float: ...


class _Granted:
    """Uploads that the door granted, each to one person in one case."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._held: OrderedDict[tuple[str, str, str], _Upload] = OrderedDict()

    def keep(self, case_id: str, upload: _Upload) -> None:
        with self._one:
            self._held[ASKER.get(), case_id, upload.id] = upload
            while len(self._held) > _HELD:
                self._held.popitem(last=False)

    def find(self, case_id: str, upload_id: str) -> _Upload:
        key = (ASKER.get(), case_id, upload_id)
        with self._one:
            upload = self._held.get(key)
            if upload is None:
                raise NotFound(
                    "There is no such upload.",
                    remedy="Choose the same file again: it goes on where it stopped.",
                )
            self._held.move_to_end(key)
        return upload


def add_receiving(page: FastAPI, desk: Desk, work: Work, render: Callable[..., Response]) -> None:
    """Add the page, and what its script asks for."""
    granted = _Granted()

    @page.get("/case/{case_id}/receive")
    def receive(request: Request, case_id: str) -> Response:
        """What is stated of recordings, and which they are."""
        session: Session = request.state.session
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        answer = render(
            request, "receive.html", file=file, may=session.has(Role.INVESTIGATOR),
            cameras=sorted({e.camera for e in file.exhibits}), spoken=(*_SAID, *SPOKEN),
            jobs=work.of(case_id, *KINDS["receive"]), priorities=tuple(Priority), kind="receive",
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = _POLICY
        return answer

    @page.post("/case/{case_id}/receive/begin")
    async def begin(request: Request, case_id: str) -> Response:
        """Begin an upload, or go on with one."""
        act = _beginning(case_id, await read_json(request))

        def grant() -> tuple[_Upload, dict[int, str]]:
            upload: _Upload = desk.perform(act)
            granted.keep(case_id, upload)
            return upload, upload.done()

        upload, done = await run_in_threadpool(grant)
        return JSONResponse({"upload": upload.id, "chunk": upload.chunk, "done": done})

    @page.put("/case/{case_id}/receive/{upload_id}/{number}")
    async def put(request: Request, case_id: str, upload_id: str, number: int) -> Response:
        """Keep one chunk."""
        check_own_script(request, "application/octet-stream")
        upload = granted.find(case_id, upload_id)
        data = await read_body(request, upload.chunk)
        sha256 = request.headers.get("x-sha256", "")
        await run_in_threadpool(upload.put, number, sha256, data)
        return Response(status_code=204)

    @page.post("/case/{case_id}/receive/{upload_id}/finish")
    async def finish(request: Request, case_id: str, upload_id: str) -> Response:
        """All is there: receive it, or say how long to wait."""
        body = await read_json(request)
        upload = granted.find(case_id, upload_id)
        answer = await run_in_threadpool(upload.finish, str(body.get("sha256", "")))
        if isinstance(answer, float):
            return JSONResponse({"wait_s": answer})
        job = work.add(ASKER.get(), answer, upload.stated.name)
        return JSONResponse({"job": job.id}, status_code=202)


def _beginning(case_id: str, body: Mapping[str, Any]) -> BeginUpload:
    match body:
        case {
            "name": str(name),
            "size": int(size),
            "modified_ms": int(modified_ms),
            "camera": str(camera),
            "origin": str(origin),
            "recorded_at": str(recorded_at),
            "clock_offset": str(offset),
            "clock_proof": str(proof),
        } if not isinstance(size, bool) and not isinstance(modified_ms, bool):
            return BeginUpload(
                case_id=case_id,
                name=name,
                size=size,
                modified_ms=modified_ms,
                camera=bounded(camera.strip(), 200),
                origin=bounded(origin.strip(), 200),
                recorded_at=_moment(recorded_at),
                clock_offset=seconds(offset or "0"),
                clock_proof=bounded(proof.strip(), 500),
                reason=_REASON,
            )
    raise BadInput("What is stated cannot be read.", remedy="Load the page again.")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            "The recorder's time cannot be read.", remedy="Give a day and a time."
        ) from error
    if at.tzinfo is None:
        raise BadInput(
            "The recorder's time has no offset from UTC.", remedy="Give one, as in +01:00."
        )
    return at
