"""The review bench: the page in which recordings are searched, watched and decided about.

The page holds what answers the filters of its address; its script plays, steps and draws.
Every answer is an act of the reader.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from scelle.bootstrap import Steps
from scelle.errors import BadInput, NoPicture
from scelle.model.acts import (
    Act,
    CertifyCoverage,
    ConsultBookmarks,
    ConsultCase,
    ConsultCoverage,
    ConsultSearches,
    PlayExhibit,
    SearchTracks,
    ViewPictures,
)
from scelle.model.asking import tell, understand
from scelle.model.bookmarks import Bookmark
from scelle.model.certificate import Certificate, Showing
from scelle.model.decisions import Decision, Judgement, Note, SearchRecord, standing
from scelle.model.evidence import Coverage, Exhibit
from scelle.model.geometry import Direction
from scelle.model.live import Played
from scelle.model.results import Activity, CaseFile, Found
from scelle.model.synopsis import Rows
from scelle.model.tracks import Colour, ObjectClass, Track
from scelle.web import zoning
from scelle.web.asking import Asked, address, asked, of_question
from scelle.web.desk import Desk
from scelle.web.filters import Motion
from scelle.web.forms import WORDS, bounded
from scelle.web.leasing import add_leasing, rests_on
from scelle.web.live import Render
from scelle.web.messages import choose
from scelle.web.navigation import numbers
from scelle.web.places import Places
from scelle.web.reading import Bounded, Read
from scelle.web.remarks import add_remarks, bookmark_json
from scelle.web.review import Shown, shown, wholly_looked_at
from scelle.web.scripted import POLICY
from scelle.web.shaping import require_case

PATH = "/review"
_PLAY, _LINE = f"{PATH}/play", f"{PATH}/line"

#: Candidates on one page: what is not listed is not viewed.
PER_PAGE = 24

#: A span no longer than this is looked at, not played.
_GLANCE_MS = 500

#: Sentences that the script says.
SPOKEN = (
    "live.play", "live.pause", "live.silent",
    "bench.speed", "bench.seen", "bench.step", "bench.over",
    "bench.marked", "bench.in", "bench.out", "bench.row", "bench.row.plain",
    "bench.state.confirmed", "bench.state.rejected", "bench.state.undecided",
    "live.keep.title", "live.dismiss.title", "live.undo.title", "live.said.confirmed",
    "live.said.rejected", "live.said.undecided", "bench.draw.area", "bench.draw.line",
    "bench.draw.path", "bench.chosen", "bench.back", "bench.compare.one", "bench.together.chosen",
    "bench.export", "bench.export.mark", "bench.export.nothing",
    "bench.unmark", "bench.unmark.of", "bench.unmarked", "bench.by", "bench.note", "bench.note.on",
    "bench.noted", "bench.unnoted",
    "bench.tour.next", "bench.tour.done",
)  # fmt: skip

_REASON = "review bench"

#: What of the address is not asked for, and is kept when the filters change.
_KEPT = ("watch", "t", "speed", "with")

#: Cameras side by side.
_MOST = 4


@dataclass(frozen=True)
class Candidate:
    """One track put forward.

    Attributes:
        decision: the last word on it.
        notes: what people have written on it, oldest first.
    """

    shown: Shown
    decision: Decision | None
    notes: tuple[Note, ...]

    @property
    def judgement(self) -> Judgement:
        """What was said of it last."""
        return self.decision.judgement if self.decision else Judgement.UNDECIDED


@dataclass(frozen=True)
class Bench:
    """Everything that the page shows before its script runs.

    Attributes:
        watched: the exhibit in the player; ``None`` where there is none.
        at_ms: where in it, milliseconds of its own time.
        together: exhibits that are shown side by side, on real time; the one in the player is
            among them; two to four, or none.
        search: ledger entry of the search, where it is known.
        unclocked: exhibits of which a time of day tells nothing.
        unread: those that no analysis has looked at whole.
        compared: two candidates, or none.
        told: the filters in words.
        left: what of the words was not understood.
        authority: a digest of what the right to see it rested on before it was asked.
    """

    file: CaseFile
    asked: Asked
    watched: Exhibit | None
    at_ms: int
    together: tuple[Exhibit, ...]
    speed: str
    candidates: tuple[Candidate, ...]
    found: int
    page: int
    search: int | None
    unclocked: tuple[Exhibit, ...]
    unread: tuple[Exhibit, ...]
    compared: tuple[Candidate, ...]
    told: str
    left: tuple[str, ...]
    authority: str

    classes = tuple(ObjectClass)
    colours = tuple(Colour)
    directions = tuple(Direction)
    motions = tuple(Motion)
    speeds = ("0.1", "0.25", "0.5", "1", "2", "4", "8", "16")
    amounts = ("smallest", "tallest", "slowest", "fastest", "shortest", "longest")
    keys = (
        ("space K", "toggle"), ("J L", "shuttle"), ("← →", "step"), ("⇧← ⇧→", "second"),
        ("+ -", "speed"), ("I O", "inout"), ("M", "mark"), ("E", "export"), ("N P", "candidate"),
        ("S", "together"), ("1 2 3 4", "pick"), ("⏎", "see"), ("C X U", "decide"),
        ("A", "note"), ("B", "compare"), ("D", "zone"), ("Z", "zoom"), ("V G H", "away"),
        ("F", "words"), ("Esc", "leave"), ("?", "help"),
    )  # fmt: skip
    tour = (
        ("ask", ".filters"), ("watch", ".watch"), ("time", ".time"), ("decide", ".found"),
        ("control", "h1"),
    )  # fmt: skip

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.found // PER_PAGE))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages of the list that this one leads to."""
        return numbers(self.page, self.pages)

    @property
    def rows(self) -> Rows:
        """How a live synopsis of what is asked stands: cameras have no picture in common."""
        named = self.asked.exhibits
        cameras = {e.camera for e in self.file.exhibits if e.id in named or not named}
        return Rows.CAMERA if len(cameras) > 1 else Rows.ONE

    @property
    def clocked(self) -> tuple[Exhibit, ...]:
        """Exhibits that have a place in real time."""
        return tuple(e for e in self.file.exhibits if e.clock.recorded_at is not None)

    @property
    def measured(self) -> bool:
        """Amounts are asked for."""
        return not self.values.keys().isdisjoint((*self.amounts, "start", "end"))

    @property
    def placed(self) -> bool:
        """Something drawn is asked for."""
        return not self.values.keys().isdisjoint(("inside", "outside", "line", "path", "zone"))

    @property
    def values(self) -> Mapping[str, str]:
        """Fields of the form, as they are asked."""
        return dict(self.asked.fields())

    def address(self, language: str, path: str = PATH, **more: object) -> str:
        """This page's address, or another's of the same filters, with something changed."""
        kept = {"watch": self.watched.id if self.watched else "", "t": str(self.at_ms)}
        own = (("case", self.file.case.id), ("lang", language))
        told = [(k, str(v)) for k, v in (kept | more).items() if v not in {"", None}]
        parts = (address(path, *own), self._filters, urlencode(told))
        return "&".join(part for part in parts if part)

    @cached_property
    def _filters(self) -> str:
        """What every address on the page has in common."""
        return urlencode([*self.asked.fields(), *(("with", e.id) for e in self.together)])


def add_review(page: FastAPI, desk: Desk, read: Read) -> None:
    """Add the review bench to the pages.

    Args:
        page: to which it is added.
        desk: hands acts to the door.
        read: answers what :func:`add_readings` adds.
    """
    processors = max(2, os.cpu_count() or 1)
    # While one waits for the disk, another computes.
    pages = Places(2 * processors)
    # Who asks for a page, or for one picture, does not wait for those who play.
    glances, spans = Places(processors), Places(processors)

    def places(request: Request) -> Places:
        if request.url.path != _PLAY:
            return pages
        act = _playing(request.query_params)
        return glances if act.end_ms - act.start_ms <= _GLANCE_MS else spans

    for path in (PATH, _PLAY, _LINE):
        page.router.routes.append(Route(path, Bounded(read, places), methods=["GET"]))

    @page.get("/ask")
    def ask(request: Request) -> Response:
        """Plain words, turned into filters; what was not understood goes with them."""
        fields = request.query_params
        before = asked(fields)
        file: CaseFile = desk.perform(ConsultCase(case_id=fields.get("case", ""), reason=_REASON))
        language = choose(fields.get("lang"), request.headers.get("accept-language"))
        found = understand(
            bounded(fields.get("words", ""), WORDS), language, before.known(file.exhibits)
        )
        wanted = of_question(found.question, file.exhibits, before)
        kept = [(name, value) for name in _KEPT for value in fields.getlist(name) if value]
        left = [("left", part) for part in found.left]
        return RedirectResponse(
            address(
                PATH, ("case", file.case.id), ("lang", language), *wanted.fields(), *kept, *left
            ),
            status_code=303,
        )

    add_remarks(page, desk, PATH)
    add_leasing(page, desk, PATH)


def add_readings(page: FastAPI, desk: Desk, render: Render) -> None:
    """Add what the review bench only reads, of which this process has to remember nothing."""

    @page.get(PATH)
    def bench(request: Request) -> Response:
        """The page."""
        require_case(request.query_params)
        language = choose(request.query_params.get("lang"), request.headers.get("accept-language"))
        answer = render(
            request, "bench.html",
            bench=desk.perform_in_turn(_read(desk, request.query_params, language)),
            spoken=(*SPOKEN, *zoning.SPOKEN),
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @page.get(_PLAY)
    def play(request: Request) -> Response:
        """A few seconds of a recording, with the exact time of each picture; 204 in a gap."""
        act = _playing(request.query_params)
        authority = rests_on(desk, act.case_id)
        try:
            played: Played = desk.perform(act)
        except NoPicture:
            return Response(status_code=204)
        base = played.time_base
        headers = {
            "X-Pts": ",".join(map(str, played.pts)),
            "X-Base": f"{base.numerator}/{base.denominator}",
            "X-Authority": authority,
        }
        return Response(played.video, media_type="video/mp4", headers=headers)

    @page.get(_LINE)
    def line(request: Request) -> Response:
        """What the time line shows: activity, what was not looked at, what was seen, marks."""
        case_id = request.query_params.get("case", "")
        return JSONResponse(desk.perform_in_turn(_line(case_id)))


def _read(desk: Desk, fields: Any, language: Any) -> Steps[Bench]:
    case_id = fields.get("case", "")
    wanted, authority = asked(fields), rests_on(desk, case_id)
    file: CaseFile
    (file,) = yield [ConsultCase(case_id=case_id, reason=_REASON)]
    exhibits = {e.id: e for e in file.exhibits}
    within = [exhibits[e] for e in wanted.exhibits or exhibits if e in exhibits]
    timed = [e for e in within if wanted.hours is None or e.clock.recorded_at is not None]
    number = fields.get("page", "")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1
    listed = Found.of((), 0, 0)
    record = SearchRecord(case_id, (), (), ())
    # Before the search: what is analysed meanwhile is then told as not analysed, never as absent.
    acts: list[Act] = [ConsultCoverage(case_id=case_id, reason=_REASON)] if exhibits else []
    if timed:
        ids = tuple(e.id for e in timed) if len(timed) < len(exhibits) else ()
        search = SearchTracks(
            case_id=case_id, exhibit_ids=ids, query=wanted.query, hours=wanted.hours,
            first=(page - 1) * PER_PAGE, most=PER_PAGE, reason=_REASON,
        )  # fmt: skip
        said = ConsultSearches(case_id=case_id, decisions_only=True, reason=_REASON)
        acts += [search, said]
    coverage: Mapping[str, Coverage] = {}
    if acts:
        told, *rest = yield acts
        coverage = {c.exhibit_id: c for c in told}
        if timed:
            listed, record = rest
    decisions = {d.track_id: d for d in record.decisions}
    notes = standing(record.notes)
    named = set(fields.getlist("compare")[:2])
    compared = tuple(t for t in listed if t.id in named)
    pictures: Mapping[str, bytes] = {}
    if listed:
        ids = tuple(t.id for t in listed)
        (pictures,) = yield [ViewPictures(case_id=case_id, track_ids=ids, reason=_REASON)]

    def candidate(track: Track) -> Candidate:
        one = shown(track, exhibits[track.exhibit_id], pictures.get(track.id))
        said = tuple(n for n in notes if n.track_id == track.id)
        return Candidate(one, decisions.get(track.id), said)

    watched = exhibits.get(fields.get("watch", "")) or next(iter(within or exhibits.values()), None)
    at = fields.get("t", "")
    start = _start(watched) if watched else 0
    return Bench(
        file=file,
        asked=wanted,
        watched=watched,
        at_ms=int(at) if at.removeprefix("-").isdecimal() and len(at) < 16 else start,
        together=_together(watched, [exhibits.get(e) for e in fields.getlist("with")]),
        speed=fields.get("speed", "1") if fields.get("speed") in Bench.speeds else "1",
        candidates=tuple(map(candidate, listed)),
        found=listed.total,
        page=page,
        search=listed.entry if timed else None,
        unclocked=tuple(e for e in within if e not in timed),
        unread=tuple(e for e in within if not wholly_looked_at(coverage.get(e.id))),
        compared=tuple(map(candidate, compared)) if len(compared) == 2 else (),
        told=tell(wanted.question(file.exhibits), language, wanted.known(file.exhibits)),
        left=tuple(fields.getlist("left")),
        authority=authority,
    )


def _together(watched: Exhibit | None, named: Sequence[Exhibit | None]) -> tuple[Exhibit, ...]:
    """Exhibits side by side: those named whose clock is known, the one in the player with them."""
    clocked = [e for e in named if e is not None and e.clock.recorded_at is not None]
    if watched is None or watched.clock.recorded_at is None:
        return ()
    if watched not in clocked:
        clocked.insert(0, watched)
    chosen = tuple({e.id: e for e in clocked}.values())[:_MOST]
    return chosen if len(chosen) > 1 and watched in chosen else ()


def _playing(fields: Any) -> PlayExhibit:
    times = [fields.get(name, "") for name in ("start", "stop")]
    speed = fields.get("speed", "1")
    if not all(t.removeprefix("-").isdecimal() and len(t) < 16 for t in times):
        raise BadInput("There is no such span.", remedy="Open it from the review bench.")
    if speed not in Bench.speeds:
        raise BadInput("There is no such speed.", remedy="Choose one that the page offers.")
    return PlayExhibit(
        case_id=fields.get("case", ""),
        exhibit_ids=(fields.get("exhibit", ""),),
        start_ms=int(times[0]),
        end_ms=int(times[1]),
        speed=float(speed),
        reason=_REASON,
    )


def _line(case_id: str) -> Steps[list[dict[str, Any]]]:
    certificates: tuple[Certificate, ...]
    found: Found
    marks: Sequence[Bookmark]
    (certificates, _), found, marks = yield [
        CertifyCoverage(case_id=case_id, reason=_REASON),
        SearchTracks(case_id=case_id, most=0, activity=True, reason=_REASON),
        ConsultBookmarks(case_id=case_id, reason=_REASON),
    ]
    return [_row(c, found.activity.get(c.exhibit.id, Activity(0, ())), marks) for c in certificates]


def _row(one: Certificate, activity: Activity, marks: Sequence[Bookmark]) -> dict[str, Any]:
    """One exhibit on the time line; times are milliseconds of its own time."""
    exhibit = one.exhibit
    first, last = _start(exhibit), _start(exhibit) + round(exhibit.stream.duration * 1000)
    begins, ends = exhibit.real_time(first), exhibit.real_time(last)
    lasts = None if begins is None or ends is None else (ends - begins) / timedelta(milliseconds=1)
    return {
        "id": exhibit.id,
        "name": exhibit.name,
        "camera": exhibit.camera,
        "start": first,
        "end": last,
        "width": exhibit.stream.width,
        "height": exhibit.stream.height,
        "rate": lasts / (last - first) if lasts and last > first else 1,
        "real": None if begins is None else _epoch_ms(begins),
        "zone": 0 if begins is None else round((begins.utcoffset() or timedelta()).total_seconds()),
        "tracks": activity.tracks,
        "activity": activity.spans,
        "untouched": [[u.start_ms, u.end_ms, u.reason] for u in one.untouched],
        "seen": _seen(one.showings),
        "marks": [bookmark_json(m) for m in marks if m.exhibit_id == exhibit.id],
    }


def _seen(showings: Sequence[Showing]) -> list[tuple[int, int, str]]:
    """What each person has seen of an exhibit: spans put together, however often they were."""
    seen: list[tuple[int, int, str]] = []
    for agent_id, first, last in sorted(
        (s.agent_id, s.start_ms, s.end_ms) for s in showings if s.whole
    ):
        if seen and seen[-1][2] == agent_id and first <= seen[-1][1]:
            first, last = seen[-1][0], max(seen.pop()[1], last)
        seen.append((first, last, agent_id))
    return seen


def _start(exhibit: Exhibit) -> int:
    return round(exhibit.stream.start_pts * exhibit.stream.time_base * 1000)


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
