"""Pages of those who oversee: the ledger with its proofs, refusals, reveals, what is odd,
attestations, publications; and the public page, for everybody, without signing in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from scelle.bootstrap import App
from scelle.errors import NotFound
from scelle.model.acts import (
    Attest,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    ListCases,
    PublishUse,
    RevealTrack,
)
from scelle.model.evidence import Case, CaseState, Role, new_id
from scelle.web.activity import Done, activity
from scelle.web.desk import Desk
from scelle.web.forms import SENT, Form
from scelle.web.guard import POLICY
from scelle.web.sessions import Session

_REASON = "oversight page"
#: Entries on one page of the ledger's browser.
PER_PAGE = 50
#: Rows of each table on the console.
_SHOWN = 30

#: Acts that mend or note what should not happen.
ODD = frozenset({"accept-state", "accept-time", "witness-refused"})

#: The page whose script computes proofs anew: the package's own files, and no text as code.
CHECKED = f"{POLICY}; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
#: Sentences that this script says.
SPOKEN = (
    "proof.waiting", "proof.good", "proof.bad", "proof.partly", "proof.unread", "proof.unserved",
    "proof.fields", "proof.fields.bad", "proof.place.bad", "proof.tree", "proof.tree.bad",
    "proof.signed", "proof.signed.bad", "proof.signed.unknown", "proof.key.given",
    "proof.key.stated", "proof.old", "proof.old.bad", "proof.old.unknown", "proof.old.unread",
    "proof.old.none", "proof.growth", "proof.growth.bad", "proof.origin.bad", "proof.kept",
    "proof.key.unread",
)  # fmt: skip

#: Files of a publication that are handed out, by their ending.
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".bin": "application/octet-stream",
}
_SHOWN_HERE = {".html", ".css"}
_STEP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True)
class Seen:
    """One act, and in which case it was; empty for the installation's own."""

    act: Done
    case: str


@dataclass(frozen=True)
class Oversight:
    """The auditor's console.

    Attributes:
        refused, reveals, odd: the last of each, the newest first.
        unended: acts of an earlier hour of which no end is written.
        cases: those whose analyses can be replayed.
    """

    refused: tuple[Seen, ...]
    reveals: tuple[Seen, ...]
    odd: tuple[Seen, ...]
    unended: tuple[Seen, ...]
    cases: tuple[Case, ...]


def published(folder: Path) -> tuple[str, ...]:
    """Names of the publications that are kept in a folder, the newest period first."""
    if not folder.is_dir():
        return ()
    names = (p.name for p in folder.iterdir() if (p / "index.html").is_file())
    return tuple(sorted((n for n in names if _STEP.fullmatch(n)), reverse=True))


def add_oversight(page: FastAPI, app: App, desk: Desk, render: Callable[..., Response]) -> None:
    """Add the pages of those who oversee, and the public page."""
    exports = app.settings.home / "exports"
    publications = exports / "published"

    @page.get("/oversight")
    def oversight(request: Request) -> Response:
        """What an auditor looks at first."""
        session: Session = request.state.session
        return render(
            request, "oversight.html", seen=_seen(desk), head=desk.ledger_head(),
            published=published(publications), session=session,
            may_publish=session.has(Role.AUDITOR, Role.REFERENT_MAGISTRATE),
            done=request.query_params.get("done", ""),
        )  # fmt: skip

    @page.get("/oversight/entries")
    def entries(request: Request) -> Response:
        """What the ledger discloses of its entries, a page at a time, the newest first."""
        desk.perform(ConsultInstallation(reason=_REASON))
        size = desk.ledger_head()[0]
        asked = request.query_params.get("before", "")
        before = min(size, int(asked)) if asked.isdecimal() and len(asked) < 12 else size
        first = max(0, before - PER_PAGE)
        told = list(enumerate(app.disclosed_entries(first, before), first))
        return render(
            request, "entries.html", rows=told[::-1], size=size, first=first, before=before,
            per_page=PER_PAGE, session=request.state.session,
        )  # fmt: skip

    @page.get("/oversight/entries/{seq}")
    def entry(request: Request, seq: int) -> Response:
        """Where the browser itself checks one entry, and that the tree grew from an earlier one."""
        desk.perform(ConsultInstallation(reason=_REASON))
        if not 0 <= seq < desk.ledger_head()[0]:
            raise NotFound("The ledger has no such entry.", remedy="Open one from their list.")
        answer = render(request, "entry.html", seq=seq, keys=app.vkeys(), spoken=SPOKEN)
        answer.headers["Content-Security-Policy"] = CHECKED
        return answer

    @page.post("/oversight/proof/{seq}")
    def proof(seq: int, form: Form = SENT) -> Response:
        """One entry with the proof that it is in the signed tree, as a file."""
        return taken(f"scelle-entry-{seq}.json", entries=(seq,))

    @page.post("/oversight/growth/{old}/{new}")
    def growth(old: int, new: int, form: Form = SENT) -> Response:
        """The proof that the tree of one head begins with that of an earlier one."""
        return taken(f"scelle-growth-{old}-{new}.json", growth=(old, new))

    def taken(name: str, **what: Any) -> Response:
        exports.mkdir(mode=0o700, exist_ok=True)
        output = exports / f"proof-{new_id()}.json"
        desk.perform(ExportLedger(output=output, reason=_REASON, **what))
        content = output.read_bytes()
        output.unlink()
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/json", headers=named)

    @page.post("/oversight/attest")
    def attest(request: Request, form: Form = SENT) -> Response:
        """Look at what this installation can and cannot do, and sign a statement of it."""
        exports.mkdir(mode=0o700, exist_ok=True)
        output = exports / f"attestation-{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
        made = desk.perform(Attest(output=output, reason=_REASON))
        return render(request, "attestation.html", made=made, output=output)

    @page.post("/oversight/publish")
    def publish(form: Form = SENT) -> Response:
        """Publish the figures of months that are over: from then on everybody reads them."""
        first, last = form["first"], form["last"]
        if not all(re.fullmatch(r"[0-9]{4}-[0-9]{2}", m) for m in (first, last)):
            raise NotFound("These are no months.", remedy="Write them as in 2026-01.")
        publications.mkdir(mode=0o700, parents=True, exist_ok=True)
        output = publications / f"{first}_{last}"
        desk.perform(PublishUse(first=first, last=last, output=output, reason=_REASON))
        return RedirectResponse(f"/oversight?done=1&lang={form.language}", status_code=303)

    @page.get("/public")
    def public(request: Request) -> Response:
        """The published reports, for everybody."""
        return render(request, "public.html", published=published(publications))

    @page.get("/public/{name}/{path:path}")
    def publication(name: str, path: str) -> Response:
        """One file of a publication."""
        steps = [name, *(path or "index.html").split("/")]
        file = publications.joinpath(*steps)
        # Each step is a plain name, so that nothing outside the publications is reached.
        plain = all(_STEP.fullmatch(step) for step in steps)
        if not plain or name not in published(publications) or not file.is_file():
            return Response(status_code=404)
        kind = _KINDS.get(file.suffix)
        if kind is None:
            return Response(status_code=404)
        named = None if file.suffix in _SHOWN_HERE else "-".join(steps)
        return FileResponse(file, media_type=kind, filename=named)


def _seen(desk: Desk) -> Oversight:
    every = [Seen(d, "") for d in activity(desk.perform(ConsultInstallation(reason=_REASON)))]
    listed: tuple[Case, ...] = desk.perform(ListCases(reason=_REASON))
    for case in listed:
        entries: Any = desk.perform(ConsultLedger(case_id=case.id, reason=_REASON))
        every += [Seen(d, case.id) for d in activity(entries)]
    every.sort(key=lambda s: s.act.entry, reverse=True)
    now = datetime.now(UTC)

    def old(one: Seen) -> bool:
        return (now - datetime.fromisoformat(one.act.at)).total_seconds() > 3600

    def pick(wanted: Callable[[Seen], bool]) -> tuple[Seen, ...]:
        return tuple(s for s in every if wanted(s))[:_SHOWN]

    return Oversight(
        refused=pick(lambda s: s.act.result in {"refused", "stopped"}),
        reveals=pick(lambda s: s.act.kind == RevealTrack.kind),
        odd=pick(lambda s: s.act.kind in ODD or (s.act.kind, s.act.result) == _BAD_SIGN_IN),
        unended=pick(lambda s: s.act.result == "running" and old(s)),
        cases=tuple(c for c in listed if c.state is not CaseState.ERASED),
    )


#: Somebody showed what does not let them in.
_BAD_SIGN_IN = ("sign-in", "failed")
