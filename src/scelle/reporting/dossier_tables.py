"""Tables of the closing report that stand on their own: bookmarks, notes, error rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scelle.reporting.dossier_blocks import Block, Blocks, clock, head, par, span
from scelle.reporting.handed_out import HandedOut
from scelle.reporting.rates import DetectorRate, tracking_rates


def bookmarks(page: Blocks, handed: HandedOut) -> Iterator[Block]:
    """What people kept: where, on both clocks, who, and their note."""
    rows: list[list[object]] = []
    for mark in handed.bookmarks:
        recording = handed.recording_of(mark.exhibit_id)
        exhibit = recording.exhibit
        end = mark.end_ms
        at = clock(mark.at_ms) if end is None else span(mark.at_ms, end)
        recorder, real = exhibit.recorder_time(mark.at_ms), exhibit.real_time(mark.at_ms)
        doubt = exhibit.clock.uncertainty
        margin = page.say("clock.unestimated") if doubt is None else f"± {float(doubt):g} s"
        rows.append(
            [
                recording.label,
                at,
                page.say("unknown") if recorder is None else page.moment(recorder),
                page.say("unknown") if real is None else f"{page.moment(real)}, {margin}",
                f"{mark.agent_id}, {page.say('bookmarks.entry', entry=mark.entry)}",
                mark.note,
            ]
        )
    heads = ("unread.exhibit", "span", "bookmarks.recorder", "bookmarks.real", "who")
    yield page.table((*heads, "bookmarks.note"), rows, (2, 3, 4, 4, 3, 5))


def notes(page: Blocks, handed: HandedOut) -> Iterator[Block]:
    """What people wrote on candidates, marked as theirs."""
    if not handed.notes:
        return
    yield par(page.say("notes.lead"))
    rows: list[list[object]] = [
        [
            f"{handed.label_of(n.exhibit_id)}-{n.track_id.rpartition('-')[2]}",
            f"{n.agent_id}, {page.say('bookmarks.entry', entry=n.entry)}",
            page.moment(n.written_at),
            page.say("notes.words", text=n.text),
        ]
        for n in handed.notes
    ]
    yield page.table(("notes.track", "who", "when", "bookmarks.note"), rows, (2, 3, 4, 8))


def error_rates(page: Blocks, known: Mapping[str, tuple[DetectorRate, ...]]) -> Iterator[Block]:
    """Measured rates: those of each model that an analysis used, and those of tracking."""
    for model, rates in known.items():
        if not rates:
            yield par(page.say("rates.detector.none", model=model))
            continue
        yield head(page.say("rates.detector", model=model), level=3)
        rows = [
            [
                page.say(f"slice.{r.slice}"),
                page.say(f"class.{r.label}"),
                *(f"{100 * share:.1f} %" for share in (r.missed, r.wrong, r.ap50)),
            ]
            for r in rates
        ]
        heads = ("rates.slice", "rates.class", "rates.missed", "rates.wrong", "rates.ap50")
        yield page.table(heads, rows)
    told = tracking_rates()
    about = {k: told[k] for k in ("recording", "pictures", "people", "judge")}
    yield head(page.say("rates.tracking", **about), level=3)
    names = ("HOTA", "DetA", "AssA", "IDF1", "MOTA", "switches")
    columns = [page.say("rates.given"), *names[:-1], page.say("rates.switches")]
    rows = [[page.say(f"given.{r['given']}"), *(r[n] for n in names)] for r in told["rows"]]
    yield {"table": {"heads": columns, "rows": rows, "widths": [2] + [1] * len(names)}}
