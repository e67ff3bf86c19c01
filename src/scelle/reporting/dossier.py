"""The closing report of a case (art. R. 40-40): PDF/A-3a and PDF/UA-1, one language each.

Facts come from the ledger, the coverage and the decisions of people; nothing is
concluded here.  Chapters are lists of blocks, which ``templates/dossier.typ`` sets.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scelle.law.frameworks import FRAMEWORKS
from scelle.model.act_names import act_name, reason_words, result_name
from scelle.model.decisions import Decision, Judgement
from scelle.model.evidence import Mandate, MandateState
from scelle.model.tracks import Track
from scelle.reporting.dossier_blocks import (
    Block,
    Blocks,
    head,
    listed,
    note,
    par,
    span,
)
from scelle.reporting.dossier_map import maps
from scelle.reporting.dossier_record import record
from scelle.reporting.dossier_tables import bookmarks, error_rates, notes
from scelle.reporting.handed_out import HandedOut, HandedRecording, questions, searches
from scelle.reporting.print import legible, set_pdf
from scelle.reporting.rates import DetectorRate
from scelle.reporting.viewer import span_words
from scelle.reporting.words import Language, value_name

_PICTURE = (96, 120)
"""Width and height of a candidate's picture, points."""


@dataclass(frozen=True, eq=False)
class Dossier:
    """What the report tells.

    Attributes:
        handed: everything that was gathered.
        figures: the table that the verifier counts anew, JSON.
        pictures: JPEG by id of track, of each candidate decided upon that has one.
        revealed: ids of the tracks whose pictures are not concealed.
        left_out: exhibits of the case that the permit does not cover.
        rates: of each model that an analysis used, by its name.
    """

    handed: HandedOut
    figures: bytes
    pictures: Mapping[str, bytes]
    revealed: frozenset[str]
    left_out: int
    rates: Mapping[str, tuple[DetectorRate, ...]]


def dossier_pdf(dossier: Dossier, language: Language) -> bytes:
    """The document; the same facts give the same bytes."""
    page = _Page(dossier, language)
    data: Block = {
        "language": language,
        "title": f"{page.say('title')} · {dossier.handed.case.reference}",
        "whole": page.warning(),
        "letters": "",
        "lead": page.say(
            "lead", reference=dossier.handed.case.reference, service=dossier.handed.case.service
        ),
        "chapters": page.chapters(),
        "figures": dossier.figures.decode(),
        "figures_told": page.say("figures"),
    }
    if "[U+" in json.dumps(legible(data)):
        data["letters"] = page.say("limit.letters")
    return set_pdf("dossier.typ", data, dossier.handed.at, "a-3a")


class _Page(Blocks):
    """The chapters in one language."""

    def __init__(self, dossier: Dossier, language: Language) -> None:
        super().__init__(language)
        self._it, self._handed = dossier, dossier.handed

    def warning(self) -> str:
        said = self.say("whole")
        return f"{self.say('demonstration')} {said}" if self._handed.case.demonstration else said

    def chapters(self) -> list[Block]:
        made = {
            "case": self._case(),
            "exhibits": self._exhibits(),
            "clocks": self._clocks(),
            "map": self._map(),
            "methods": self._methods(),
            "searches": self._searches(),
            "bookmarks": bookmarks(self, self._handed),
            "notes": notes(self, self._handed),
            "confirmed": self._candidates(Judgement.CONFIRMED),
            "rejected": self._candidates(Judgement.REJECTED),
            "viewed": self._viewed(),
            "unread": self._unread(),
            "figures": self._figures(),
            "own": self._own(),
            "record": self._record(),
        }
        return [
            {"title": self.say(key), "blocks": list(blocks) or [par(self.say("none"))]}
            for key, blocks in made.items()
        ]

    # -- chapters ------------------------------------------------------------------

    def _case(self) -> Iterator[Block]:
        it, case = self._handed, self._handed.case
        framework = FRAMEWORKS.get(case.framework)
        articles = (framework.article, *framework.gateways) if framework else ()
        name = value_name(self.language, "framework", case.framework)
        size, root = it.head.split("\n")[1:3]
        yield par(self.say("case.mention"))
        yield self.facts(
            {
                "case.reference": case.reference,
                "case.framework": f"{name} ({', '.join(articles)})",
                "case.service": case.service,
                "case.opened": self.day(case.opened_at),
                "case.erase_by": self.day(case.erase_by),
                "case.made": self.say("case.made_by", at=self.moment(it.at), agent=it.agent_id),
                "case.copy": it.copy,
                "case.recipient": it.recipient,
                "case.version": f"Scelle {it.version}",
                "case.head": self.say("case.entries", size=size),
                "case.root": {"raw": root},
            }
        )
        yield head(self.say("mandates"))
        for mandate in it.mandates:
            yield self._mandate(mandate)
        if not it.mandates:
            yield par(self.say("none"))
        yield head(self.say("clearances"))
        heads = ("clearance.agent", "case.service", "clearance.types", "mandate.valid")
        rows = [
            [
                c.agent_id,
                c.service,
                ", ".join(sorted(c.data_types)),
                self.until(c.valid_from, c.valid_to)
                + (f", {self.say('clearance.withdrawn')}" if c.withdrawn else ""),
                c.granted_by,
            ]
            for c in it.clearances
        ]
        yield self.table((*heads, "clearance.by"), rows)

    def _mandate(self, mandate: Mandate) -> Block:
        by_id = {r.exhibit.id: r.label for r in self._handed.recordings}
        limits = [*sorted(by_id.get(e, e) for e in mandate.exhibits), *sorted(mandate.cameras)]
        if mandate.recorded_from or mandate.recorded_to:
            ends = (mandate.recorded_from, mandate.recorded_to)
            limits.append(" → ".join(self.moment(at) if at else "…" for at in ends))
        if mandate.sought is not None:
            asked = {k: v for k, v in vars(mandate.sought).items() if v is not None}
            limits.append(self.query(asked))
        state = mandate.state.value
        if mandate.state is MandateState.ACTIVE and mandate.valid_to <= self._handed.at:
            state = "expired"
        document = {"raw": mandate.document_sha256} if mandate.document_sha256 else ""
        return self.facts(
            {
                "mandate": {"raw": mandate.id},
                "mandate.by": self.say("mandate.deemed") if mandate.deemed else mandate.magistrate,
                "mandate.valid": self.until(mandate.valid_from, mandate.valid_to),
                "mandate.powers": ", ".join(
                    self.say(f"power.{p.value}") for p in sorted(mandate.powers)
                ),
                "mandate.limits": "; ".join(limits) or self.say("mandate.unlimited"),
                "mandate.state": self.say(f"mandate.{state}"),
                "mandate.document": document,
            }
        )

    def _exhibits(self) -> Iterator[Block]:
        if self._it.left_out:
            yield note(self.say("exhibits.left", count=self._it.left_out))
        for recording in self._handed.recordings:
            e = recording.exhibit
            yield head(f"{recording.label} · {e.name}")
            seconds = round(float(e.stream.duration), 2)
            yield self.facts(
                {
                    "exhibit.sha256": {"raw": e.sha256},
                    "exhibit.id": {"raw": e.id},
                    "exhibit.size": f"{e.size:,} B".replace(",", "\u202f"),
                    "exhibit.origin": e.origin,
                    "exhibit.camera": e.camera,
                    "exhibit.stream": f"{e.stream.container}, {e.stream.codec}, "
                    f"{e.stream.width} x {e.stream.height}",
                    "exhibit.length": f"{seconds:g} s",
                    "exhibit.received": self.moment(e.received_at),
                }
            )
            for number, part in enumerate(e.parts, 1):
                name = self.say("exhibit.part", number=number)
                yield {"facts": [[name, part.name], ["SHA-256", {"raw": part.sha256}]]}
            rows = [
                [span(f.start_ms, f.end_ms), self.told(f.detail)]
                for f in recording.certificate.coverage.findings
            ]
            yield head(self.say("findings"), level=3)
            yield self.table(("span", "finding"), rows, (1, 3))
            corrected = [
                [
                    self.moment(k.at),
                    k.agent_id,
                    self.say("correction", field=k.field, before=k.before, after=k.after),
                    k.reason,
                ]
                for k in recording.certificate.corrections
            ]
            if corrected:
                yield head(self.say("corrections"), level=3)
                yield self.table(("when", "who", "what", "why"), corrected)

    def _clocks(self) -> Iterator[Block]:
        if self._handed.recordings:
            yield par(self.say("clocks.lead"))
        for recording in self._handed.recordings:
            e, stated = recording.exhibit, recording.exhibit.clock
            yield head(f"{recording.label} · {e.name}")
            first = round(e.stream.start_pts * e.stream.time_base * 1000)
            recorder, real = e.recorder_time(first), e.real_time(first)
            if recorder is None or real is None:
                yield par(self.say("clock.none"))
                continue
            doubt = stated.uncertainty
            margin = self.say("clock.unestimated") if doubt is None else f"± {float(doubt):g} s"
            yield self.facts(
                {
                    "clock.recorder": self.moment(recorder),
                    "clock.real": self.moment(real),
                    "clock.offset": f"{float(stated.offset):+g} s",
                    "clock.drift": f"{float(stated.drift_ppm):+.3g} ppm",
                    "clock.uncertainty": margin,
                    "clock.proof": stated.proof or self.say("clock.unproven"),
                }
            )
            rows = [
                [
                    self.moment(r.recorder),
                    self.moment(r.real),
                    f"± {float(r.uncertainty):g} s",
                    r.proof,
                ]
                for r in stated.references
            ]
            if rows:
                heads = ("clock.recorder_at", "clock.real_at", "clock.uncertainty", "clock.proof")
                yield self.table(heads, rows)

    def _map(self) -> Iterator[Block]:
        drawn = list(maps(self._handed, self.language))
        if drawn:
            yield par(self.say("map.lead"))
        before = ""
        for heading, alt, svg in drawn:
            if heading != before:
                yield head(heading)
            before = heading
            yield {"svg": svg, "alt": alt}

    def _methods(self) -> Iterator[Block]:
        alike: dict[str, list[HandedRecording]] = {}
        for r in self._handed.recordings:
            if r.manifest is not None:
                decided = {**vars(r.manifest), "exhibit_sha256": "", "environment": ""}
                key = json.dumps(decided, sort_keys=True, default=str)
                alike.setdefault(key, []).append(r)
        for recordings in alike.values():
            yield from self._method(recordings)
        without = [r.label for r in self._handed.recordings if r.manifest is None]
        if without:
            yield par(self.say("methods.not", labels=", ".join(without)))
        if alike:
            yield head(self.say("rates"))
            yield par(self.say("rates.lead"))
            yield from error_rates(self, self._it.rates)

    def _method(self, recordings: Sequence[HandedRecording]) -> Iterator[Block]:
        manifest = recordings[0].manifest
        assert manifest is not None  # noqa: S101 - only the analysed are given
        yield head(self.say("methods.exhibits", labels=", ".join(r.label for r in recordings)))
        models = [f"{name} (SHA-256 {digest})" for name, digest in manifest.models.items()]
        yield self.facts(
            {
                "methods.mode": self.say(f"methods.mode.{manifest.mode}"),
                "methods.versions": listed(manifest.versions),
                "methods.models": "; ".join(models) or self.say("methods.motion"),
                "methods.settings": "; ".join(
                    f"{name}: {listed(value) if isinstance(value, Mapping) else value}"
                    for name, value in sorted(manifest.settings.items())
                ),
            }
        )
        rows = [[r.label, {"raw": r.manifest_sha256}, len(r.tracks)] for r in recordings]
        heads = ("unread.exhibit", "methods.manifest", "methods.tracks")
        yield self.table(heads, rows, (1, 5, 1))

    def _searches(self) -> Iterator[Block]:
        answers = len(searches(self._handed))
        yield par(self.say("searches.lead", answers=answers))
        rows = [
            [
                a.entry,
                self.moment(a.at),
                a.agent_id,
                self.query(a.query),
                reason_words(a.reason, self.language),
                a.answers,
                times,
            ]
            for a, times in questions(self._handed)
        ]
        heads = ("entry", "when", "who", "search.asked", "why", "search.found", "search.times")
        yield self.table(heads, rows, (2, 4, 3, 6, 4, 2, 2))

    def _candidates(self, judgement: Judgement) -> Iterator[Block]:
        tracks = {t.id: (r, t) for r in self._handed.recordings for t in r.tracks}
        for decision in self._handed.judged(judgement):
            if decision.track_id in tracks:
                yield self._candidate(decision, *tracks[decision.track_id])

    def _candidate(self, decision: Decision, recording: HandedRecording, track: Track) -> Block:
        named = {"label": recording.label, "number": track.number}
        lifted = track.id in self._it.revealed
        alt = self.say(f"candidate.{'revealed' if lifted else 'picture'}", **named)
        facts: dict[str, object] = {
            "candidate.times": span_words(
                recording.exhibit, track.start_ms, track.end_ms, self.language
            ),
            "candidate.confidence": f"{track.confidence:.2f} ({self.told(track.why)})",
            "candidate.decided": self.say(
                "case.made_by", at=self.moment(decision.decided_at), agent=decision.agent_id
            ),
            "why": decision.reason,
            "entry": decision.entry,
        }
        if decision.search is not None:
            facts["candidate.search"] = decision.search
        picture = self._it.pictures.get(track.id)
        return {
            "candidate": self.say(
                "candidate", kind=self.say(f"class.{track.object_class.value}"), **named
            ),
            "picture": _drawn(picture) if picture else "",
            "alt": alt if picture else self.say("candidate.no_picture"),
            **self.facts(facts),
        }

    def _viewed(self) -> Iterator[Block]:
        heads = ("who", "what", "entry", "when", "span", "viewed.how")
        for recording in self._handed.recordings:
            rows = []
            for s in recording.certificate.showings:
                how = self.say("viewed.whole" if s.whole else "viewed.objects")
                speed = self.say("viewed.stills")
                if s.speed:
                    speed = f"{self.say('viewed.speed', speed=f'{s.speed:.3g}')}, {how}"
                seen = span(s.start_ms, s.end_ms)
                rows.append(
                    [
                        s.agent_id,
                        act_name(s.act, self.language),
                        s.entry,
                        self.moment(s.at),
                        seen,
                        speed,
                    ]
                )
            yield head(f"{recording.label} · {recording.exhibit.name}")
            yield self.table(heads, rows, (3, 4, 2, 4, 4, 4))

    def _unread(self) -> Iterator[Block]:
        yield par(self.say("unread.lead"))
        rows = []
        for recording in self._handed.recordings:
            it, c = recording.certificate, recording.certificate.coverage
            right = {True: "unread.right", False: "unread.false", None: "unknown"}[it.adds_up]
            expected = self.say("unknown") if c.frames_expected is None else c.frames_expected
            counts = (c.frames_decoded, c.frames_skipped, c.frames_damaged, it.unread)
            rows.append([recording.label, expected, *counts, c.frames_analysed, self.say(right)])
        names = "exhibit expected decoded skipped damaged never analysed sum"
        yield self.table([f"unread.{n}" for n in names.split()], rows)
        for recording in self._handed.recordings:
            spans = [
                [span(u.start_ms, u.end_ms), self.reason(u.reason, u.detail)]
                for u in recording.certificate.untouched
            ]
            yield head(f"{recording.label} · {recording.exhibit.name}")
            c = recording.certificate.coverage
            if c.ended and c.frames_damaged:
                yield par(self.say("unread.lost", n=c.frames_damaged, of=c.frames_expected or "?"))
            yield self.table(("span", "why"), spans, (1, 3))

    def _figures(self) -> Iterator[Block]:
        yield par(self.say("figures.lead"))
        rows: list[list[object]] = []
        for name, value in json.loads(self._it.figures).items():
            if isinstance(value, dict):
                for inner, told in value.items():
                    shown = (
                        {"raw": told} if name.endswith("sha256") or len(str(told)) > 60 else told
                    )
                    called = self._sort(inner) if name == "entries" else inner
                    rows.append([self.say(f"figures.{name}", name=called), shown])
            elif name != "format":
                rows.append([self.say(f"figures.{name}"), value])
        yield self.table(("figures.name", "figures.value"), rows, (2, 3))

    def _sort(self, sort: str) -> str:
        """A sort of entries in words: phase, act and result."""
        phase, kind, result = sort.split(" ")
        told = (act_name(kind, self.language), result_name(result, self.language))
        return self.say(f"figures.{phase}", act=told[0], result=told[1])

    def _own(self) -> Iterator[Block]:
        yield note(self.say("own.lead"))
        for key in ("own.seen", "own.means", "own.limits"):
            yield head(self.say(key))
            yield {"field": self.say("own.mark")}

    def _record(self) -> Iterator[Block]:
        yield note(self.say("record.draft"))
        yield from (par(line) for line in record(self._handed, self.language))
        yield {"field": self.say("record.sign")}


def _drawn(picture: bytes) -> str:
    """A JPEG file inside an SVG, which the template takes as text."""
    data = base64.b64encode(picture).decode()
    wide, high = _PICTURE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}"><image width="{wide}" height="{high}" '
        f'href="data:image/jpeg;base64,{data}"/></svg>'
    )
