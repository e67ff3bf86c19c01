"""The legal frameworks in which recordings may be compared (art. 230-20).

Nothing here is hard-wired elsewhere: articles and delays live in this one dated
table, since the code of criminal procedure is being renumbered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Framework:
    """One framework of inquiry.

    Attributes:
        code: stable name, written in cases, mandates and the ledger.
        french, english: its name for people.
        article: what makes it a framework for this software, code of criminal
            procedure.
        gateways: articles under which recordings are requisitioned in it;
            empty where the table states none.
        deemed: the mandate is deemed granted until the prosecutor objects
            (art. R. 40-40).
        deemed_days: the longest that a mandate deemed granted may be used, from
            its beginning.  A setting of this table: the article states no length.
            0 where none is deemed granted.
        retention_years: the longest that data may be kept (art. 230-22).
        erased_when: what ends retention sooner, in words.
    """

    code: str
    french: str
    english: str
    article: str
    gateways: tuple[str, ...]
    deemed: bool
    deemed_days: int
    retention_years: int
    erased_when: str


@dataclass(frozen=True)
class FrameworkTable:
    """All frameworks, as the law stood on one day.

    Attributes:
        version: raised whenever a row changes.
        as_of: the day on which the law was read.
        extension_articles: offences for which a magistrate may have data kept longer
            (art. 230-22).
        extension_years: by how much, each time.
        announced_days: how long before it a deadline is announced.  A setting of this
            table: the article states none.
        approval_hours: how long a second person's approval is good.  A setting too.
    """

    version: int
    as_of: date
    frameworks: tuple[Framework, ...]
    extension_articles: tuple[str, ...]
    extension_years: int
    announced_days: tuple[int, ...]
    approval_hours: int

    def get(self, code: str) -> Framework | None:
        """The framework of that code, or ``None``: then every act is refused."""
        return next((f for f in self.frameworks if f.code == code), None)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the table's order."""
        return tuple(f.code for f in self.frameworks)


_CLOSURE = "the inquiry is closed"
_FOUND = "the person is found, or suspicion of a crime is excluded"

#: Administrative use and art. 74-2 are not in art. 230-20, so not in this table.
FRAMEWORKS = FrameworkTable(
    version=3,
    as_of=date(2026, 11, 24),
    frameworks=(
        Framework(
            code="flagrance",
            french="enquête de flagrance",
            english="inquiry into a crime just committed",
            article="art. 230-20, 1°",
            gateways=("art. 60-1",),
            deemed=True,
            deemed_days=30,
            retention_years=3,
            erased_when=_CLOSURE,
        ),
        Framework(
            code="preliminaire",
            french="enquête préliminaire",
            english="preliminary inquiry",
            article="art. 230-20, 1°",
            gateways=("art. 77-1-1",),
            deemed=False,
            deemed_days=0,
            retention_years=3,
            erased_when=_CLOSURE,
        ),
        Framework(
            code="commission-rogatoire",
            french="commission rogatoire",
            english="investigating judge's commission",
            article="art. 230-20, 1°",
            gateways=("art. 99-3", "art. 151"),
            deemed=False,
            deemed_days=0,
            retention_years=3,
            erased_when=_CLOSURE,
        ),
        Framework(
            code="article-74",
            french="recherche des causes de la mort",
            english="inquiry into the cause of a death",
            article="art. 230-20, 2°",
            gateways=(),
            deemed=False,
            deemed_days=0,
            retention_years=3,
            erased_when=_FOUND,
        ),
        Framework(
            code="article-74-1",
            french="recherche des causes de la disparition",
            english="inquiry into a disappearance",
            article="art. 230-20, 2°",
            gateways=(),
            deemed=False,
            deemed_days=0,
            retention_years=3,
            erased_when=_FOUND,
        ),
    ),
    extension_articles=("706-73", "706-73-1", "706-74"),
    extension_years=2,
    announced_days=(30, 7, 1),
    approval_hours=24,
)
