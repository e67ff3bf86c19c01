"""The live synopsis: the page, and what its script asks for.

Every answer is an act of the reader: arranging, seeing pictures pass, playing the
original, keeping and dismissing.  The script holds nothing that the door did not
hand out, and asks again every few seconds while it plays.
"""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from scelle.bootstrap import Steps
from scelle.errors import BadInput, NotFound
from scelle.footage import certificate as certificates
from scelle.model.acts import (
    Act,
    ArrangeSynopsis,
    CertifyCoverage,
    ConsultCase,
    ConsultCoverage,
    DecideTrack,
    PlayExhibit,
    ViewStill,
    ViewTubes,
)
from scelle.model.asking import tell
from scelle.model.decisions import Judgement
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.geometry import Direction
from scelle.model.live import LivePanel, LiveView, Passage, Played
from scelle.model.results import CaseFile
from scelle.model.stills import Still
from scelle.model.synopsis import Part, Rows, Stays
from scelle.model.tracks import Colour, ObjectClass
from scelle.web.asking import asked
from scelle.web.desk import Desk
from scelle.web.filters import Motion, choice
from scelle.web.forms import read_json
from scelle.web.leasing import rests_on
from scelle.web.messages import LANGUAGES, Language, choose, translate
from scelle.web.moment import needed
from scelle.web.review import wholly_looked_at
from scelle.web.scripted import POLICY
from scelle.web.shaping import Collision, Density, Order, number, require_case, shaping

PATH = "/live"

#: Why a track is left out (:class:`~scelle.model.live.LeftOut`).
WHY = (
    "class", "colour", "not_colour", "direction", "motion", "shorter", "longer", "inside",
    "outside", "hours", "other", "picture",
)  # fmt: skip

#: Sentences that the script says.
SPOKEN = (
    "live.banner", "live.silent", "live.play", "live.pause", "live.playing", "live.paused",
    "live.speed", "live.area.how", "live.area.few",
    "live.arranged", "live.chosen", "live.keep", "live.dismiss", "live.undo",
    "live.keep.title", "live.dismiss.title", "live.undo.title", "live.said.confirmed",
    "live.said.rejected", "live.said.undecided", "live.original.at", "live.original.wait",
    "live.layer.alt", "track.no_colour", "direction.none", "live.left.one", "live.left.more",
    *(f"live.why.{why}" for why in WHY),
)  # fmt: skip

_SCRIPTS = Path(__file__).parent / "static" / "live"
#: What asks for the first picture is loaded first.
_EARLY = ("address.js", "door.js", "moment.js", "store.js")
_REASON = "live synopsis"
_COLOUR_SHARE = 0.15
_MS = timedelta(milliseconds=1)
_FASTEST = 1e9  # recorded seconds a second: a certificate tells it, so it is a number

Perform = Callable[[Act], Any]
Render = Callable[..., Response]


@dataclass(frozen=True)
class Choices:
    """What the form offers."""

    modules = tuple(
        sorted(
            (p.name for p in _SCRIPTS.glob("*.js") if p.name not in {"begin.js", "main.js"}),
            key=lambda name: (name not in _EARLY, name),
        )
    )
    classes = tuple(ObjectClass)
    colours = tuple(Colour)
    directions = tuple(d for d in Direction if d is not Direction.NONE)
    motions = tuple(Motion)
    stills = tuple(Still)
    stays = tuple(Stays)
    rows = tuple(Rows)
    densities = tuple(Density)
    orders = tuple(Order)
    collisions = tuple(Collision)
    speeds = ("0.25", "0.5", "1", "2", "4", "8", "16")
    written = ("from", "to", "shortest", "longest", "inside", "outside")
    keys = (
        ("space", "play"), ("J L", "jump"), ("← →", "second"), (", .", "picture"),
        ("+ -", "speed"), ("[ ]", "density"), ("N P ↑ ↓", "object"), ("⏎", "original"),
        ("C", "keep"), ("X", "dismiss"), ("U", "undo"), ("M", "menu"), ("T", "trails"),
        ("O", "left"), ("G", "layer"), ("E", "export"), ("R", "bench"),
        ("F", "filters"), ("Esc", "leave"), ("?", "help"),
    )  # fmt: skip


def add_live(page: FastAPI, desk: Desk, render: Render) -> None:
    """Add the live synopsis to the pages.

    Args:
        page: to which it is added.
        desk: hands acts to the door.
        render: makes a page of a template.
    """
    perform = desk.perform

    @page.get(PATH)
    def live(request: Request) -> Response:
        """The page; it asks for the rest itself."""
        fields = request.query_params
        require_case(fields)
        shaping(fields, _REASON)  # what cannot be read is refused before anything is shown
        authority = rests_on(desk, fields.get("case", ""))
        file, coverage = desk.perform_in_turn(_case(fields.get("case", "")))
        unsaid = [e for e in file.exhibits if not wholly_looked_at(coverage.get(e.id))]
        language = choose(fields.get("lang"), request.headers.get("accept-language"))
        answer = render(
            request, "live.html", file=file, unsaid=unsaid, chosen=fields, choices=Choices(),
            spoken=SPOKEN, further=_further(fields, file, language),
            authority=authority,
            beginning=f"{PATH}/begin?{request.url.query}",
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @page.get(f"{PATH}/begin")
    def begin(request: Request) -> Response:
        """When each track appears, a line of JSON, and the pictures of the moment shown first."""
        act = shaping(request.query_params, _REASON)
        second = number(request.query_params, "t") or 0.0
        view, pictures = desk.perform_in_turn(_beginning(act, second))
        told = JSONResponse(view_json(act.case_id, view))
        body = b"".join((told.body, b"\n", pictures))
        return _small(request, Response(body, media_type="application/octet-stream"))

    @page.get(f"{PATH}/arrange")
    def arrange(request: Request) -> Response:
        """When each track appears."""
        act = shaping(request.query_params, _REASON)
        view: LiveView = perform(act)
        answer = JSONResponse(view_json(act.case_id, view))
        return _small(request, answer)

    @page.get(f"{PATH}/still")
    def still(request: Request) -> Response:
        """One picture that sums up what the same choices leave."""
        wanted = shaping(request.query_params, _REASON)
        kind = choice(Still, "still", request.query_params) or Still.STORYBOARD
        act = ViewStill(
            case_id=wanted.case_id,
            exhibit_ids=wanted.exhibit_ids,
            still=kind,
            query=wanted.query,
            hours=wanted.hours,
            reason=_REASON,
        )
        return Response(perform(act), media_type="image/png")

    @page.post(f"{PATH}/tubes")
    async def tubes(request: Request) -> Response:
        """Pictures of passages."""
        body = await read_json(request)
        data = await run_in_threadpool(perform, _viewing(body))
        return Response(data, media_type="application/octet-stream")

    @page.post(f"{PATH}/decide")
    async def decide(request: Request) -> Response:
        """Keep, dismiss or take back."""
        body = await read_json(request)
        decision = await run_in_threadpool(perform, _deciding(body))
        return JSONResponse({"track": decision.track_id, "judgement": decision.judgement.value})

    @page.get(f"{PATH}/play")
    def play(request: Request) -> Response:
        """A few seconds of the original."""
        played: Played = perform(_playing(request.query_params))
        headers = {"X-First-Ms": str(played.first_ms)}
        return Response(played.video, media_type="video/mp4", headers=headers)

    @page.get("/certificate")
    def certificate(request: Request) -> Response:
        """The coverage certificate of one exhibit, made now."""
        fields = request.query_params
        language: Language = "fr" if fields.get("lang") == "fr" else "en"
        act = CertifyCoverage(
            case_id=fields.get("case", ""),
            exhibit_ids=(fields.get("exhibit", ""),),
            language=language,
            reason=_REASON,
        )
        made, _ = perform(act)
        text = certificates.page(made[0], language, _around(act, language))
        return Response(
            text,
            media_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": _styled(text)},
        )


def _around(act: CertifyCoverage, language: Language) -> list[certificates.Link]:
    """From a certificate to its case, and to the same in the other languages."""
    case = quote(act.case_id, safe="")
    back = translate(language, "console.file")
    links = [certificates.Link(f"/case/{case}?lang={language}", back, language)]
    place = f"/certificate?case={case}&exhibit={quote(act.exhibit_ids[0], safe='')}"
    links += [
        certificates.Link(f"{place}&lang={to}", translate(to, f"language.{to}"), to)
        for to in LANGUAGES
        if to != language
    ]
    return links


def _case(case_id: str) -> Steps[tuple[CaseFile, dict[str, Coverage]]]:
    """A case, and what was looked at of each of its exhibits."""
    file: CaseFile
    [file] = yield [ConsultCase(case_id=case_id, reason=_REASON)]
    if not file.exhibits:
        return file, {}
    [told] = yield [ConsultCoverage(case_id=case_id, reason=_REASON)]
    return file, {c.exhibit_id: c for c in told}


def _beginning(act: ArrangeSynopsis, second: float) -> Steps[tuple[LiveView, bytes]]:
    """An arrangement, and the pictures that it needs at a second of it, if any."""
    [view] = yield [act]
    parts, scenes = needed(view, second)
    if not parts and not scenes:
        return view, b""
    seen = ViewTubes(
        case_id=act.case_id,
        parts=parts,
        scenes=scenes,
        speed=view.source_s / max(view.length_s, 1e-3),
        reason=_REASON,
    )
    [pictures] = yield [seen]
    return view, pictures


def _further(fields: Any, file: CaseFile, language: Language) -> str:
    """What is asked on the review bench and has no place in the page's own form, in words."""
    wanted = asked(fields)
    query = replace(
        wanted.query, object_class=None, colour=None, not_colour=None, direction=None,
        moving=None, min_dwell_ms=None, max_dwell_ms=None, inside=None, outside=None,
    )  # fmt: skip
    return tell(replace(wanted, query=query, hours=None).question(file.exhibits), language)


def _small(request: Request, answer: Response) -> Response:
    """An answer compressed, if the browser takes it so: numbers of passages shrink to a fifth."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return answer
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    body = gzip.compress(bytes(answer.body), compresslevel=3, mtime=0)
    return Response(body, media_type=answer.media_type, headers=headers)


def view_json(case_id: str, view: LiveView) -> dict[str, object]:
    """An arrangement as the script reads it."""
    exhibits = {e.id: i for i, e in enumerate(view.exhibits)}
    return {
        "case": case_id,
        "exhibits": [
            {
                "id": e.id,
                "name": e.name,
                "camera": e.camera,
                "on_clock": e.clock.recorded_at is not None,
                "begins_ms": _begins_ms(e),
                "start_ms": round(e.stream.start_pts * e.stream.time_base * 1000),
                "end_ms": round(
                    (e.stream.start_pts * e.stream.time_base + e.stream.duration) * 1000
                ),
            }
            for e in view.exhibits
        ],
        "panels": [_panel(p, view, exhibits) for p in view.panels],
        "total": view.total,
        "shown": view.shown,
        "filtered": view.filtered,
        "unseen": view.unseen,
        "left": [
            [
                o.track.number,
                exhibits[o.track.exhibit_id],
                o.track.object_class.value,
                o.second,
                list(o.why),
            ]
            for o in view.left
        ],
        "source_s": view.source_s,
        "length_s": round(view.length_s, 4),
        "collision": max((p.collision for p in view.panels), default=0.0),
    }


def _begins_ms(exhibit: Exhibit) -> int:
    """What the recorder's clock showed at the first picture, milliseconds of the day; else 0."""
    shown = exhibit.clock.recorder_time(Fraction(0))
    return 0 if shown is None else (shown - datetime.combine(shown, time.min, shown.tzinfo)) // _MS


def _panel(panel: LivePanel, view: LiveView, exhibits: Mapping[str, int]) -> dict[str, object]:
    names = {e.id: e.name for e in view.exhibits}
    return {
        "name": panel.name,
        "title": names.get(panel.name, panel.name),
        "width": panel.width,
        "height": panel.height,
        "rate_over": panel.rate.numerator,
        "rate_under": panel.rate.denominator,
        "passages": [_passage(p, view, exhibits) for p in panel.passages],
        "scenes": [[name, round(at, 3)] for name, at in panel.scenes],
        "shifts": [panel.shifts.get(e.id, 0.0) for e in view.exhibits],
    }


def _passage(one: Passage, view: LiveView, exhibits: Mapping[str, int]) -> dict[str, object]:
    d = one.track.description
    judgement = view.judgements.get(one.track.id)
    return {
        "id": one.track.id,
        "number": one.track.number,
        "exhibit": exhibits[one.track.exhibit_id],
        "class": one.track.object_class.value,
        "colours": [c.value for c, share in d.colours if share >= _COLOUR_SHARE],
        "direction": d.direction.value,
        "start_ms": one.track.start_ms,
        "start": one.start,
        "ticks": one.ticks,
        "parts": list(one.parts),
        "plan": [list(row) for row in one.plan],
        "base": [one.track.time_base.numerator, one.track.time_base.denominator],
        "judgement": judgement.value if judgement is not None else "",
    }


def _viewing(body: Mapping[str, Any]) -> ViewTubes:
    match body:
        case {
            "case": str(case_id),
            "parts": list(parts),
            "scenes": list(scenes),
            "speed": int() | float() as speed,
        } if (
            all(_is_part(p) for p in parts)
            and all(isinstance(s, str) for s in scenes)
            and 0 <= speed <= _FASTEST
        ):
            shown = body.get("shown", [])
            if isinstance(shown, list) and all(isinstance(s, str) for s in shown):
                return ViewTubes(
                    case_id=case_id,
                    parts=tuple(Part(track, number) for track, number in parts),
                    scenes=tuple(scenes),
                    shown=tuple(shown),
                    speed=float(speed),
                    reason=_REASON,
                )
    raise BadInput("The question cannot be read.", remedy="Load the page again.")


def _is_part(value: object) -> bool:
    match value:
        case [str(), int(number)]:
            return not isinstance(number, bool)
    return False


def _deciding(body: Mapping[str, Any]) -> DecideTrack:
    match body:
        case {
            "case": str(case_id),
            "track": str(track),
            "judgement": str(judgement),
            "reason": str(reason),
            **rest,
        } if judgement in {j.value for j in Judgement} and reason.strip():
            return DecideTrack(
                case_id=case_id,
                track_id=track,
                judgement=Judgement(judgement),
                search=rest["search"] if isinstance(rest.get("search"), int) else None,
                reason=reason.strip(),
            )
    raise BadInput("The decision cannot be read.", remedy="Give a reason, and try again.")


def _playing(fields: Mapping[str, str]) -> PlayExhibit:
    times = [fields.get(name, "") for name in ("start", "stop")]
    if not all(t.removeprefix("-").isdecimal() and len(t) < 16 for t in times):
        raise NotFound("There is no such span.", remedy="Open it from the live synopsis.")
    return PlayExhibit(
        case_id=fields.get("case", ""),
        exhibit_ids=(fields.get("exhibit", ""),),
        start_ms=int(times[0]),
        end_ms=int(times[1]),
        reason=_REASON,
    )


def _styled(text: str) -> str:
    """A policy under which a page's own style sheet, known by its hash, holds."""
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
