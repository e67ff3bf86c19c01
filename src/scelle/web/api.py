"""The interface for programs, version 1: JSON over HTTP, the same acts through the same door.

A session is opened with name and password and sent as a bearer token (RFC 6750), never as a
cookie, so that no page of another site can use it.  Errors are RFC 9457 problems.  The
description (OpenAPI) is made from these functions.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any, BinaryIO

from fastapi import Depends, FastAPI, Path, Query, Request, Response, Security
from fastapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from scelle.bootstrap import App
from scelle.errors import BadInput, Interrupted, NotFound, Refused, ScelleError
from scelle.model.acts import (
    ConsultCase,
    ConsultSearches,
    ExportClip,
    ListCases,
    NoteTrack,
    SearchTracks,
    SignIn,
    ViewPictures,
)
from scelle.model.decisions import SearchRecord, standing
from scelle.model.evidence import Case
from scelle.model.geometry import Direction
from scelle.model.results import CaseFile, Exported, Found
from scelle.model.signing import SignInMethod
from scelle.model.tracks import Colour, ObjectClass, TrackQuery
from scelle.store.handing import Handing, sweep
from scelle.web import api_shapes as shapes
from scelle.web.desk import Desk
from scelle.web.filters import Motion
from scelle.web.forms import MOST, read_body
from scelle.web.guard import PROGRAMS, bearer
from scelle.web.limits import Limit
from scelle.web.review import covered, wholly_looked_at
from scelle.web.sessions import ASKER, IDLE, LONGEST, Sessions
from scelle.web.shaping import route

PATH = "/api/v1"
#: Tracks on one page of an answer.
PER_PAGE = 100

_REASON = "interface for programs"
_BLOCK = 1 << 18
_WITHIN = "Of `path`: how far off a track may be, pixels; otherwise a tenth of its length."
_PROBLEM = "application/problem+json"
_REF = {"$ref": "#/components/schemas/Problem"}
_SAID = {
    400: "What was sent cannot be used.",
    401: "No session, or it is over.",
    403: "The door refuses: each reason with its article and remedy.",
    404: "There is no such thing.",
    422: "What was sent is not as described.",
    429: "Too many requests.",
}

_BEARER = HTTPBearer(auto_error=False, description="The token of a session.")
_CLIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The clip; its SHA-256 in `Repr-Digest` (RFC 9530).",
        "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
    }
}

CaseId = Annotated[shapes.Id, Path(description="Of the case.")]


def answers(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation answers with, as its description tells them."""
    return {
        code: {"description": _SAID[code], "content": {_PROBLEM: {"schema": _REF}}}
        for code in codes
    }


def signed(more: dict[int | str, dict[str, Any]] | None = None, *codes: int) -> dict[str, Any]:
    """What every operation has that needs a session."""
    return {
        "dependencies": [Security(_BEARER)],
        "responses": {**(more or {}), **answers(401, 403, 422, 429, *codes)},
    }


def problem(
    status: int, title: str = "", detail: str = "", reasons: Sequence[shapes.Reason] = ()
) -> Response:
    """An error as programs read it (RFC 9457)."""
    told = shapes.Problem(
        title=title or HTTPStatus(status).phrase, status=status, detail=detail,
        reasons=list(reasons),
    )  # fmt: skip
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(told.model_dump(), status, headers, media_type=_PROBLEM)


def told(error: ScelleError, status: int) -> Response:
    """An error of the program; a refusal with every reason."""
    if isinstance(error, Refused):
        reasons = [shapes.Reason.model_validate(r, from_attributes=True) for r in error.reasons]
        return problem(status, str(error).splitlines()[0], reasons=reasons)
    return problem(status, str(error), error.remedy)


def of_api(request: Request) -> bool:
    """Whether a program asks, and not a browser for a page."""
    return request.url.path.startswith(PROGRAMS)


def _sent(model: type[BaseModel]) -> Any:
    async def read(request: Request) -> BaseModel:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise BadInput("What was sent is no JSON.", remedy="Send application/json.")
        try:
            return model.model_validate_json(await read_body(request, MOST))
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error

    return Depends(read)


_CREDENTIALS = _sent(shapes.Credentials)
_SPAN = _sent(shapes.Span)
_NOTE = _sent(shapes.Written)


def _body(model: type[BaseModel]) -> dict[str, Any]:
    schema = {"schema": model.model_json_schema()}
    return {"requestBody": {"required": True, "content": {"application/json": schema}}}


def add_api(page: FastAPI, app: App, desk: Desk, sessions: Sessions, tries: Limit) -> None:
    """Add the interface to the web application.

    Args:
        tries: to sign in, shared with the pages.
    """
    exports = app.settings.home / "exports"
    sweep(exports)

    @page.post(
        f"{PATH}/session", status_code=201, responses=answers(400, 403, 422, 429), tags=["session"],
        openapi_extra=_body(shapes.Credentials),
    )  # fmt: skip
    def open_session(sent: shapes.Credentials = _CREDENTIALS) -> shapes.Opened:
        """Sign in with name and password; the tries share one allowance with the pages."""
        if not tries.allows("all"):
            raise HTTPException(429)
        act = SignIn(method=SignInMethod.PASSWORD, evidence=sent.password, reason=_REASON)
        try:
            agent = desk.perform_as(sent.name, act)
        except BadInput as error:
            raise HTTPException(403) from error
        token = sessions.begin(agent, act.method)
        return shapes.Opened(
            token=token, idle_s=int(IDLE.total_seconds()), longest_s=int(LONGEST.total_seconds())
        )

    @page.delete(f"{PATH}/session", status_code=204, tags=["session"], **signed())
    def close_session(request: Request) -> Response:
        """Sign out: the token is worth nothing from now on."""
        sessions.end(bearer(request))
        return Response(status_code=204)

    @page.get(f"{PATH}/cases", tags=["cases"], **signed())
    def list_cases() -> list[shapes.CaseRow]:
        """The cases that you may see."""
        cases: Sequence[Case] = desk.perform(ListCases(reason=_REASON))
        return [shapes.CaseRow.of(case) for case in cases]

    @page.get(f"{PATH}/cases/{{case_id}}", tags=["cases"], **signed())
    def read_case(case_id: CaseId) -> shapes.CaseFileRow:
        """A case with its authorisations and recordings."""
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        return shapes.CaseFileRow.of(file)

    @page.get(f"{PATH}/cases/{{case_id}}/tracks", tags=["tracks"], **signed(None, 400))
    def search_tracks(
        case_id: CaseId,
        object_class: Annotated[ObjectClass | None, Query(alias="class")] = None,
        colour: Colour | None = None,
        not_colour: Colour | None = None,
        direction: Direction | None = None,
        motion: Motion | None = None,
        path: shapes.Points | None = None,
        within: Annotated[float | None, Query(gt=0, le=10**6, description=_WITHIN)] = None,
        start_ms: shapes.Millis | None = None,
        end_ms: shapes.Millis | None = None,
        exhibit: Annotated[list[shapes.Id] | None, Query(max_length=1000)] = None,
        page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    ) -> shapes.Found:
        """Search; what was not looked at is named beside what was found."""
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        searched = [e for e in file.exhibits if not exhibit or e.id in exhibit]
        read = covered(desk.perform, file, _REASON)
        query = TrackQuery(
            object_class=object_class, colour=colour, not_colour=not_colour,
            direction=direction, moving=None if motion is None else motion is Motion.MOVING,
            start_ms=start_ms, end_ms=end_ms,
            follows=None if path is None else route(path, within),
        )  # fmt: skip
        act = SearchTracks(
            case_id=case_id, exhibit_ids=tuple(exhibit or ()), query=query,
            first=(page - 1) * PER_PAGE, most=PER_PAGE, reason=_REASON,
        )  # fmt: skip
        listed: Found = desk.perform(act) if file.exhibits else Found.of((), 0, 0)
        exhibits = {e.id: e for e in file.exhibits}
        return shapes.Found(
            found=listed.total, page=page, per_page=PER_PAGE,
            tracks=[shapes.TrackRow.of(t, exhibits) for t in listed],
            unread=[e.id for e in searched if not wholly_looked_at(read.get(e.id))],
        )  # fmt: skip

    @page.get(
        f"{PATH}/cases/{{case_id}}/tracks/{{track_id}}/picture", tags=["tracks"],
        response_class=Response, **signed({200: {"content": {"image/jpeg": {}}}}, 404),
    )  # fmt: skip
    def view_picture(case_id: CaseId, track_id: Annotated[shapes.Id, Path()]) -> Response:
        """The picture of a track, heads and plates concealed."""
        act = ViewPictures(case_id=case_id, track_ids=(track_id,), reason=_REASON)
        picture = desk.perform(act).get(track_id)
        if picture is None:
            raise NotFound("No picture of this track is kept.", remedy="Analyse again.")
        return Response(picture, media_type="image/jpeg")

    @page.get(f"{PATH}/cases/{{case_id}}/notes", tags=["tracks"], **signed())
    def read_notes(case_id: CaseId) -> list[shapes.NoteRow]:
        """What people wrote on tracks: each person's last note on each."""
        act = ConsultSearches(case_id=case_id, decisions_only=True, reason=_REASON)
        record: SearchRecord = desk.perform(act)
        return [shapes.NoteRow.of(note) for note in standing(record.notes)]

    @page.put(
        f"{PATH}/cases/{{case_id}}/tracks/{{track_id}}/note", tags=["tracks"],
        openapi_extra=_body(shapes.Written), **signed(None, 400, 404),
    )  # fmt: skip
    def write_note(
        case_id: CaseId, track_id: Annotated[shapes.Id, Path()], sent: shapes.Written = _NOTE
    ) -> shapes.NoteRow:
        """Write a note on a track, in the place of your earlier one."""
        act = NoteTrack(case_id=case_id, track_id=track_id, text=sent.text, reason=_REASON)
        return shapes.NoteRow.of(desk.perform(act))

    @page.post(
        f"{PATH}/cases/{{case_id}}/clips", tags=["evidence"], response_class=StreamingResponse,
        openapi_extra=_body(shapes.Span), **signed(_CLIP, 400, 404),
    )  # fmt: skip
    def export_clip(case_id: CaseId, sent: shapes.Span = _SPAN) -> Response:
        """Export a span of a recording as a video, heads and plates concealed."""
        handing = Handing(exports)
        try:
            act = ExportClip(
                case_id=case_id, exhibit_ids=(sent.exhibit_id,), start_ms=sent.start_ms,
                end_ms=sent.start_ms + sent.length_ms, output=handing.folder / "clip.mp4",
                recipient=sent.recipient, reason=sent.reason,
            )  # fmt: skip
            # Not at the desk, where others would wait for it.
            clip: Exported = app.perform(ASKER.get(), act)
            file = clip.path.open("rb")
        finally:
            # Whoever fetches it reads what has no name any more.
            handing.close()
        digest = base64.b64encode(bytes.fromhex(clip.sha256)).decode()
        headers = {
            "Content-Disposition": 'attachment; filename="clip.mp4"',
            "Content-Length": str(file.seek(0, os.SEEK_END)),
            "Repr-Digest": f"sha-256=:{digest}:",
        }
        blocks = _while_unchanged(desk, case_id, file)
        return StreamingResponse(blocks, media_type="video/mp4", headers=headers)

    @page.get(f"{PATH}/ledger", tags=["ledger"], **signed())
    def read_head() -> shapes.Head:
        """How many entries the ledger has, and the root over them: note it, and compare later."""
        size, root = desk.ledger_head()
        return shapes.Head(size=size, root=root)

    described = describe([r for r in page.routes if getattr(r, "path", "").startswith(PATH)])

    @page.get(f"{PATH}/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        """This description."""
        return described

    _add_problems(page)


def _while_unchanged(desk: Desk, case_id: str, file: BinaryIO) -> Iterator[bytes]:
    """A file's bytes, for as long as what the right to see a case rests on is as it is now.

    Raises:
        Interrupted: it has changed; what is too short for its length, programs tell as failed.
    """
    authority = desk.authority(case_id)
    with file:
        file.seek(0)
        while block := file.read(_BLOCK):
            if desk.authority(case_id) != authority:
                raise Interrupted(
                    "What the right to see this case rests on has changed.",
                    remedy="Export the clip again: the law is asked anew.",
                )
            yield block


def describe(routes: Sequence[Any]) -> dict[str, Any]:
    """The description of some routes (OpenAPI 3.1)."""
    whole = get_openapi(
        title="Scelle",
        version="1",
        summary="Recorded video under a magistrate's mandate: cases, tracks, evidence.",
        description="Every operation is an act: the law decides, and the ledger keeps it.",
        routes=routes,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    for operation in (each for path in whole["paths"].values() for each in path.values()):
        operation["operationId"] = operation["summary"].lower().replace(" ", "_")
    parts = whole["components"]["schemas"]
    made = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts |= made.pop("$defs")
    parts["Problem"] = made
    return whole


def _add_problems(page: FastAPI) -> None:
    @page.exception_handler(RequestValidationError)
    async def not_described(request: Request, error: RequestValidationError) -> Response:
        """What was sent is not as described: where, and why."""
        if not of_api(request):
            return await request_validation_exception_handler(request, error)
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return problem(422, detail="; ".join(lines))

    @page.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        """No such method, and whatever else the framework answers by itself."""
        if not of_api(request):
            return await http_exception_handler(request, error)
        answer = problem(error.status_code)
        answer.headers.update(error.headers or {})
        return answer
