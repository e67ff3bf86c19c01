"""Pages of long work in a case: analyses with their queue, and how far any work has come."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.errors import BadInput, NotFound
from scelle.model.acts import (
    AnalyseExhibit,
    ConsultCase,
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    ReplayAnalysis,
)
from scelle.model.evidence import Exhibit, Role
from scelle.model.results import CaseFile
from scelle.settings import Settings
from scelle.web.desk import Desk
from scelle.web.foreseen import coverage_of
from scelle.web.forms import SENT, WORDS, Form, bounded
from scelle.web.guard import POLICY
from scelle.web.navigation import OVERSEERS
from scelle.web.sessions import ASKER, Session
from scelle.web.work import Priority, Work

_REASON = "analysis page"
#: Pages whose script asks how far work has come.
WATCHED = f"{POLICY}; script-src 'self'; connect-src 'self'"
#: What is asked after, by the name that the page has for it.
KINDS = {
    "analyse": (AnalyseExhibit.kind,),
    "receive": ("receive-exhibit",),  # a word: no page can build that act
    "replay": (ReplayAnalysis.kind,),
    "export": (ExportClip.kind, ExportTracks.kind, MakeStill.kind, MakeSynopsis.kind),
}
#: Sentences that the script says.
SPOKEN = ("work.said.done", "work.said.failed", "work.said.paused", "work.stopped")


class Reader:
    """Whoever may read a case may ask how far work in it has come, without an entry each time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._granted: dict[tuple[str, str], str] = {}

    def check(self, case_id: str) -> None:
        """Ask the door, unless nothing has changed since it said yes.

        Raises:
            Refused: the door said no.
        """
        key, rests_on = (ASKER.get(), case_id), self._desk.authority(case_id)
        if self._granted.get(key) != rests_on:
            self._granted.pop(key, None)
            self._desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
            self._granted[key] = rests_on


def add_working(
    page: FastAPI, desk: Desk, work: Work, settings: Settings, render: Callable[..., Response]
) -> None:
    """Add the pages."""
    reader = Reader(desk)

    @page.get("/case/{case_id}/analyse")
    def analyse(request: Request, case_id: str) -> Response:
        """What may be analysed, and what is."""
        session: Session = request.state.session
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        answer = render(
            request, "analyse.html", file=file, spoken=SPOKEN, kind="analyse",
            coverage=coverage_of(desk, session.agent, file, _REASON),
            jobs=work.of(case_id, AnalyseExhibit.kind), priorities=tuple(Priority),
            may=session.has(Role.INVESTIGATOR),
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = WATCHED
        return answer

    @page.post("/case/{case_id}/analyse")
    def ask(case_id: str, form: Form = SENT) -> Response:
        """Queue analyses: one for each exhibit."""
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        for exhibit in _wanted(file, form, work, AnalyseExhibit.kind):
            act = AnalyseExhibit(
                case_id=case_id,
                exhibit_ids=(exhibit.id,),
                workers=settings.workers,
                engine=settings.engine,
                address=settings.ray_address,
                provider=settings.provider,
                decoder=settings.decoder,
                detector="own",
                triage=form["triage"] == "yes",
                reason=bounded(form["reason"], WORDS),
            )
            work.add(ASKER.get(), act, exhibit.name, _priority(form))
        return back_to(form, case_id, "analyse")

    @page.get("/case/{case_id}/replay")
    def replay(request: Request, case_id: str) -> Response:
        """Analyses that overseers have done again, and how both results compare."""
        session: Session = request.state.session
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        answer = render(
            request, "replay.html", file=file, spoken=SPOKEN, kind="replay",
            jobs=work.of(case_id, ReplayAnalysis.kind), priorities=tuple(Priority),
            may=session.has(*OVERSEERS),
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = WATCHED
        return answer

    @page.post("/case/{case_id}/replay")
    def ask_again(case_id: str, form: Form = SENT) -> Response:
        """Queue replays: one for each exhibit."""
        file: CaseFile = desk.perform(ConsultCase(case_id=case_id, reason=_REASON))
        for exhibit in _wanted(file, form, work, ReplayAnalysis.kind):
            act = ReplayAnalysis(
                case_id=case_id,
                exhibit_ids=(exhibit.id,),
                workers=settings.workers,
                reason=bounded(form["reason"], WORDS),
            )
            work.add(ASKER.get(), act, exhibit.name)
        return back_to(form, case_id, "replay")

    @page.post("/case/{case_id}/queue/{kind}/{job_id}")
    def change(case_id: str, kind: str, job_id: str, form: Form = SENT) -> Response:
        """Pause, go on, or change whose turn is next."""
        reader.check(case_id)
        agent_id = ASKER.get()
        if form["do"] == "pause":
            work.pause(agent_id, job_id)
        elif form["do"] == "resume":
            work.resume(agent_id, job_id)
        else:
            work.prefer(agent_id, job_id, _priority(form))
        return back_to(form, case_id, kind if kind in KINDS else "analyse")

    @page.get("/case/{case_id}/queue/{kind}")
    def told(request: Request, case_id: str, kind: str) -> Response:
        """The queue alone, for the page that shows it."""
        reader.check(case_id)
        if kind not in KINDS:
            raise NotFound("There is no such queue.", remedy="Open it from the case's page.")
        jobs = work.of(case_id, *KINDS[kind])
        return render(
            request, "work.html", jobs=jobs, case_id=case_id, kind=kind, priorities=tuple(Priority)
        )


def _wanted(file: CaseFile, form: Form, work: Work, kind: str) -> list[Exhibit]:
    """Exhibits that a form names and that are not in the queue already.

    Raises:
        BadInput: there are none.
    """
    chosen = set(form.every.get("exhibit", ()))
    busy = {
        exhibit_id
        for job in work.of(file.case.id, kind)
        if not job.state.over
        for exhibit_id in job.act.exhibit_ids
    }
    wanted = [e for e in file.exhibits if e.id in chosen - busy]
    if not wanted:
        raise BadInput(
            "Nothing is chosen that is not in the queue already.",
            remedy="Choose at least one recording.",
        )
    return wanted


def _priority(form: Form) -> Priority:
    return next((p for p in Priority if p.value == form["priority"]), Priority.NORMAL)


def back_to(form: Form, case_id: str, kind: str) -> Response:
    """To the page from which a form was sent."""
    return RedirectResponse(f"/case/{case_id}/{kind}?lang={form.language}", status_code=303)
