"""What a publication says, in one language: sentences and charts, for page and print alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scelle.ledger.entries import Entry
from scelle.reporting.charts import Row, bars, columns
from scelle.reporting.evidence import Span
from scelle.reporting.period import Period
from scelle.reporting.tables import Published, Statement
from scelle.reporting.words import Language, month, number, say, short_month, value_name

CHAPTERS = ("use", "search", "control", "erasure")
#: What each chapter's charts show.
CHARTED: Mapping[str, tuple[str, ...]] = {
    "use": ("analyses",),
    "search": ("questions",),
    "control": ("refusals",),
    "erasure": ("erasures-done",),
}
#: What is told first.
KEY_FIGURES = (
    "cases", "analyses", "hours", "questions", "candidates", "confirmed", "rejected", "reveals",
    "refusals", "objections", "checks", "erasures-done",
)  # fmt: skip


@dataclass(frozen=True)
class Edition:
    """What stands around the figures.

    Attributes:
        at: when it was made, aware.
        history: the entries of attestations and versions, in order.
        whole: small counts are shown: for overseers alone.
    """

    origin: str
    vkey: str
    version: str
    at: datetime
    span: Span
    history: tuple[Entry, ...]
    whole: bool = False


class Content:
    """What the page says in one language.

    Attributes:
        language, period, edition: as given.
        figures: by name.
    """

    def __init__(
        self, language: Language, statement: Statement, period: Period, edition: Edition
    ) -> None:
        self.language = language
        self.period = period
        self.edition = edition
        self.figures: dict[str, Published] = {p.figure.name: p for p in statement.figures}
        self._services = sum(1 for s in statement.values["service"] if s)

    def say(self, key: str, **parts: object) -> str:
        """One sentence in the page's language."""
        return say(self.language, key, **parts)

    def title(self) -> str:
        """Of the whole page."""
        first, last = self._month(self.period.first), self._month(self.period.last)
        if first == last:
            return self.say("title.one", month=first)
        return self.say("title", first=first, last=last)

    def name(self, figure: str) -> str:
        """A figure's title."""
        found = self.figures[figure].figure
        return found.french if self.language == "fr" else found.english

    def told(self, figure: str, count: int | None) -> str:
        """A count as it is written."""
        if count is None:
            return self.say("withheld")
        return number(self.language, self.figures[figure].figure.shown(count))

    def totals(self) -> dict[str, str]:
        """Every total, as it is written, by the name that sentences use."""
        told = {
            name.replace("-", "_"): self.told(name, p.total) for name, p in self.figures.items()
        }
        short = {
            "due": told["erasures_due"],
            "done": told["erasures_done"],
            "overdue": told["erasures_overdue"],
            "services": number(self.language, self._services),
            "first": self._month(self.period.first),
            "last": self._month(self.period.last),
        }
        return told | short

    def recognition(self) -> tuple[bool, str]:
        """Whether the attestations were all clean, and the sentence that says so."""
        attested = [e for e in self.edition.history if e.value("act") == "attest"]
        if not attested:
            return False, self.say("face.none")
        failed = [e for e in attested if _counts(e).get("checks_failed")]
        ends = {
            "first": self._month(str(attested[0].value("month"))),
            "last": self._month(str(attested[-1].value("month"))),
            "count": len(attested),
        }
        if failed:
            return False, self.say("face.failed", failed=len(failed), **ends)
        return True, self.say("face.absent", **ends)

    def root(self) -> str:
        """The signed head's root, base64."""
        return self.edition.span.head.split("\n")[2]

    def history(self) -> list[tuple[str, str, str, str]]:
        """Month, event, checks and failures of each entry about the installation."""
        return [
            (
                self._month(str(e.value("month"))),
                self.say(f"event.{e.value('act')}"),
                str(_counts(e).get("checks", "")),
                str(_counts(e).get("checks_failed", "")),
            )
            for e in self.edition.history
        ]

    def answers(self) -> list[tuple[str, str]]:
        """Questions and answers."""
        told = self.totals()
        names = ("uses", "extent", "misuse", "machine", "checks", "cost", "bias")
        return [(self.say(f"q.{n}"), self.say(f"a.{n}", **told)) for n in names]

    def annual(self) -> list[str]:
        """Sentences of the magistrate's report."""
        told = self.totals()
        keys = ("annual.use", "annual.control", "annual.erasure", "annual.own")
        return [self.say(key, **told) for key in keys]

    def limits(self) -> list[str]:
        """What the figures do not prove."""
        return [self.say(f"not.{n}") for n in ("other", "breakdown", "key", "words", "good")]

    def gaps(self) -> str:
        """Months in which nothing was recorded."""
        rows = self.figures["entries"].tables["month"].rows
        empty = [self._month(m) for m, count in rows.items() if count == 0]
        return (
            self.say("record.gaps", months=", ".join(empty)) if empty else self.say("record.none")
        )

    def remarks(self, chapter: str) -> list[str]:
        """What a chapter's figures do not tell.

        A version that counted answers alone has left months with answers and no question.
        """
        if chapter != "search":
            return []
        answers, asked = (self.figures[n].tables["month"].rows for n in ("searches", "questions"))
        before = [self._month(m) for m, count in answers.items() if count != 0 and asked[m] == 0]
        return [self.say("search.uncounted", months=", ".join(before))] if before else []

    def chapter(self, chapter: str) -> list[Published]:
        """The figures of a chapter."""
        return [p for p in self.figures.values() if p.figure.chapter == chapter]

    def charts(self, chapter: str) -> Iterator[tuple[str, str, str]]:
        """Heading, what a screen reader says, and SVG of each chart of a chapter."""
        for figure in CHARTED[chapter]:
            published = self.figures[figure]
            for dimension, table in published.tables.items():
                if not published.total and dimension != "month":
                    continue
                rows = self._rows(figure, dimension, table.rows)
                heading = f"{self.name(figure)}, {self.say(f'by.{dimension}')}"
                title = self.say(
                    "chart",
                    figure=self.name(figure),
                    by=self.say(f"by.{dimension}"),
                    rows=", ".join(
                        f"{label.replace(chr(10), ' ')} {told}" for label, _, told in rows
                    ),
                )
                draw = columns if dimension == "month" and len(rows) <= 14 else bars
                yield heading, title, draw(f"{figure}{dimension}".replace("_", ""), title, rows)
        if chapter == "control" and self.figures["rules"].total:
            rows = self._rows("rules", "rule", self.figures["rules"].tables["rule"].rows)
            yield self.name("rules"), self.name("rules"), bars("rules", self.name("rules"), rows)

    def dimensions(self, chapter: str) -> list[str]:
        """What a chapter's figures are broken down by."""
        found = [d for p in self.chapter(chapter) for d in p.tables if d != "rule"]
        return list(dict.fromkeys(found))

    # -- parts ---------------------------------------------------------------------

    def _rows(self, figure: str, dimension: str, rows: Mapping[str, int | None]) -> list[Row]:
        told = [
            (self._label(dimension, value), count, self.told(figure, count))
            for value, count in rows.items()
            # What belongs to no case, service or family is in the tables.
            if value or count != 0
        ]
        if dimension != "month":
            told.sort(key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))
        return told

    def _label(self, dimension: str, value: str) -> str:
        if dimension == "month":
            return f"{short_month(self.language, value)}\n{value[:4]}"
        return value_name(self.language, dimension, value)

    def _month(self, text: str) -> str:
        return month(self.language, text)


def _counts(entry: Entry) -> Mapping[str, object]:
    counts = entry.value("counts")
    return counts if isinstance(counts, dict) else {}
