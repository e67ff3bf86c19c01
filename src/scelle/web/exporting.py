"""Copies that leave: a page that exports what was chosen elsewhere, and the way to fetch them.

What is exported is queued, as an act that the door decides when its turn comes, and waits
in the vault under the case's key.  Fetching it is another act: what the law no longer grants
is not handed out, though it was made.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import QueryParams

from scelle.errors import BadInput, NotFound, Refused
from scelle.model.acts import (
    CaseAct,
    ConsultCase,
    ConsultCopies,
    ExportClip,
    ExportTracks,
    FetchCopy,
    MakeStill,
    MakeSynopsis,
)
from scelle.model.asking import tell
from scelle.model.copies import Copy, Fetched
from scelle.model.evidence import Agent, Exhibit, Role
from scelle.model.results import CaseFile
from scelle.model.stills import Still
from scelle.model.synopsis import Rows, Staging, Stays
from scelle.reporting.track_formats import FORMATS
from scelle.web.asking import asked
from scelle.web.desk import Desk
from scelle.web.foreseen import foreseen
from scelle.web.forms import SENT, Form, bounded, seconds, stated, whole
from scelle.web.messages import choose
from scelle.web.sessions import ASKER, Session
from scelle.web.shaping import shaping
from scelle.web.work import Job, Work
from scelle.web.working import KINDS, SPOKEN, WATCHED, back_to

#: What of the live synopsis' address is not asked for.
_OWN = frozenset({"case", "lang", "of", "t", "layer", "bench", "csrf", "back"})
#: What the form itself asks.
_FORM = frozenset({"kind", "speed", "trails", "reason", "recipient"})

_REASON = "export page"
_LONGEST_S = 3600
_BLOCK = 1 << 18
_TYPES = {
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}


@dataclass(frozen=True)
class Clip:
    """A span that is to be exported; milliseconds of the recording's own time.

    Attributes:
        around_s: seconds before and after it that are shown, unless other ones are chosen.
    """

    exhibit: Exhibit
    first_ms: int
    last_ms: int
    around_s: int


@dataclass(frozen=True)
class Chosen:
    """What was chosen to be exported: a clip, or what a live synopsis shows, or nothing yet.

    Attributes:
        told: what the live synopsis looks for, in words.
        fields: of its address, as they are to be sent on.
        staging: how it is arranged.
    """

    clip: Clip | None = None
    told: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    staging: Staging | None = None

    stills = tuple(Still)
    formats = tuple(FORMATS)
    speeds = ("0.5", "1", "2", "4", "8")
    one, keep = Rows.ONE, Stays.KEEP


def add_exporting(page: FastAPI, desk: Desk, work: Work, render: Callable[..., Response]) -> None:
    """Add the pages."""

    @page.get("/case/{case_id}/export")
    def export(request: Request, case_id: str) -> Response:
        """What is to be exported, what is under way, and what has left."""
        session: Session = request.state.session
        fields = request.query_params
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        language = choose(fields.get("lang"), request.headers.get("accept-language"))
        chosen = Chosen()
        if fields.get("of") == "clip":
            chosen = Chosen(clip=_clip(fields, file))
        elif fields.get("of") == "live":
            wanted = shaping(fields, _REASON)
            sent = tuple(f for f in fields.multi_items() if f[0] not in _OWN | _FORM)
            told = tell(asked(fields).question(file.exhibits), language)
            chosen = Chosen(None, told, sent, wanted.staging)
        answer = render(
            request, "export.html", file=file, chosen=chosen, spoken=SPOKEN, kind="export",
            jobs=jobs_of(work, case_id), priorities=(), fields=fields,
            copies=copies_of(desk, session.agent, file), may=session.has(Role.INVESTIGATOR),
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = WATCHED
        return answer

    @page.post("/case/{case_id}/export")
    def ask(case_id: str, form: Form = SENT) -> Response:
        """Queue an export."""
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        fields = QueryParams([(n, v) for n, values in form.every.items() for v in values])
        reason = stated(form, "reason")
        act: CaseAct
        if form["of"] == "clip":
            act, name = _clip_act(form, _clip(fields, file), reason)
        elif form["of"] == "live":
            act, name = _live_act(fields, case_id, reason)
        else:
            act, name = _tracks_act(form, file, reason)
        work.add(ASKER.get(), act, name)
        return back_to(form, case_id, "export")

    @page.get("/case/{case_id}/copy/{entry}")
    def fetch(case_id: str, entry: str, of: str = "") -> Response:
        """A copy that waits, or the manifest definition beside it, as an attachment."""
        place = whole(entry)
        if place is None:
            raise NotFound("There is no such copy.", remedy="Open the case's exports.")
        listed: tuple[Copy, ...] = desk.perform(ConsultCopies(case_id=case_id, reason=_REASON))
        shown = next((c.exhibit_ids for c in listed if c.entry == place), ())
        act = FetchCopy(
            case_id=case_id, exhibit_ids=shown, copy=place, claim=of == "claim", reason=_REASON
        )
        fetched, authority = _taken(desk, act)
        return _attached(fetched, _blocks(desk, act, fetched, authority))


def jobs_of(work: Work, case_id: str) -> tuple[Job, ...]:
    """Exports that wait, run, or were done since the program began."""
    return work.of(case_id, *KINDS["export"])


def copies_of(desk: Desk, agent: Agent, file: CaseFile) -> tuple[Copy, ...] | None:
    """What has left a case, the last first; ``None`` for whoever may not know."""
    act = ConsultCopies(case_id=file.case.id, reason=_REASON)
    if not foreseen(act, agent, file):
        return None
    try:
        listed: tuple[Copy, ...] = desk.perform(act)
    except Refused:
        return None
    return listed[::-1]


def _clip(fields: Any, file: CaseFile) -> Clip:
    """The span that an address or a form names.

    Raises:
        NotFound: it names none.
    """
    exhibit = next((e for e in file.exhibits if e.id == fields.get("exhibit", "")), None)
    first, last = (whole(fields.get(name, "")) for name in ("first", "last"))
    around = whole(fields.get("around", "") or "0")
    if exhibit is None or first is None or last is None or around is None or last < first:
        raise NotFound(
            "There is no such span.",
            remedy="Mark one on the review bench with I and O, or choose a candidate.",
        )
    return Clip(exhibit, first, last, around)


def _clip_act(form: Form, clip: Clip, reason: str) -> tuple[CaseAct, str]:
    before, after = (_margin(form[name] or "0") for name in ("before", "after"))
    first, last = clip.exhibit.span_ms
    start, end = max(first, clip.first_ms - before), min(last, clip.last_ms + after)
    if end <= start:
        raise BadInput(
            "The clip would have no length.", remedy="Choose some seconds before and after it."
        )
    act = ExportClip(
        case_id=clip.exhibit.case_id, exhibit_ids=(clip.exhibit.id,), start_ms=start, end_ms=end,
        output=Path("clip.mp4"), recipient=bounded(form["recipient"], 200), kept=True,
        reason=reason,
    )  # fmt: skip
    return act, f"clip.mp4, {clip.exhibit.name}"


def _live_act(fields: QueryParams, case_id: str, reason: str) -> tuple[CaseAct, str]:
    kind = fields.get("kind", "")
    wanted = shaping(fields, reason)
    same: dict[str, Any] = {
        "case_id": case_id, "exhibit_ids": wanted.exhibit_ids, "query": wanted.query,
        "hours": wanted.hours, "kept": True, "reason": reason,
    }  # fmt: skip
    if kind == "synopsis":
        if fields.get("speed", "1") not in Chosen.speeds:
            raise BadInput("There is no such speed.", remedy="Choose one that the page offers.")
        speed, trails = float(fields.get("speed", "1")), fields.get("trails") == "1"
        staging = replace(wanted.staging, speed=speed, trails=trails)
        name = "synopsis.mp4"
        return MakeSynopsis(staging=staging, output=Path(name), **same), name
    still = next((s for s in Still if s.value == kind), None)
    if still is None:
        raise BadInput("Nothing is chosen.", remedy="Choose what is to be exported.")
    name = f"{still.value}.png"
    return MakeStill(still=still, output=Path(name), **same), name


def _tracks_act(form: Form, file: CaseFile, reason: str) -> tuple[CaseAct, str]:
    exhibit = next((e for e in file.exhibits if e.id == form["exhibit"]), None)
    if exhibit is None or form["format"] not in FORMATS:
        raise BadInput("Nothing is chosen.", remedy="Choose what is to be exported.")
    name = f"tracks.{FORMATS[form['format']]}"
    act = ExportTracks(
        case_id=file.case.id, exhibit_ids=(exhibit.id,), format=form["format"],
        output=Path(name), recipient=bounded(form["recipient"], 200), kept=True, reason=reason,
    )  # fmt: skip
    return act, f"{name}, {exhibit.name}"


def _margin(text: str) -> int:
    """Milliseconds of seconds before or after a span."""
    value = seconds(text)
    if not 0 <= value <= _LONGEST_S:
        raise BadInput(
            "At most an hour is shown before and after.", remedy="Write seconds, such as 2."
        )
    return round(value * Fraction(1000))


def _taken(desk: Desk, act: FetchCopy) -> tuple[Fetched, str]:
    """A copy, and what the right to it rested on before it was asked for."""
    authority = desk.authority(act.case_id)
    return desk.perform(act), authority


def _attached(fetched: Fetched, blocks: Iterator[bytes]) -> Response:
    size = fetched.file.seek(0, 2)
    fetched.file.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{fetched.name}"',
        "Content-Length": str(size),
    }
    if fetched.sha256:
        digest = base64.b64encode(bytes.fromhex(fetched.sha256)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
    kind = _TYPES.get(Path(fetched.name).suffix, "application/octet-stream")
    return StreamingResponse(blocks, media_type=kind, headers=headers)


def _blocks(desk: Desk, act: FetchCopy, fetched: Fetched, authority: str) -> Iterator[bytes]:
    """A copy's bytes, for as long as it waits and may be fetched.

    When what the right to it rests on has changed, the door is asked anew.  What is too short
    for its length, browsers tell as failed.

    Raises:
        NotFound: it waits no longer.
        BadInput: it shows what was concealed since.
        Refused: the law no longer grants it.
    """
    with fetched.file as file:
        while block := file.read(_BLOCK):
            if desk.authority(act.case_id) != authority:
                again, authority = _taken(desk, act)
                again.file.close()
            if not fetched.waits():
                raise NotFound(
                    f"The copy {fetched.name} was called back or erased.",
                    remedy="Open the case's exports.",
                )
            yield block
