"""The published figures: totals and tables, computed from the cells of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scelle.ledger.tally import DIMENSIONS, RULE_DIMENSIONS
from scelle.reporting.disclosure import Table, chance, protect, publish
from scelle.reporting.figures import ALL, DEMONSTRATION, FIGURES, RULE, Figure
from scelle.reporting.period import Period

_REFUSAL = "refusal"


@dataclass(frozen=True)
class Published:
    """One figure as it is published.

    Attributes:
        total: over the whole period, demonstrations apart; always told.
        demonstration: the same in demonstrations.
        tables: by dimension.
    """

    figure: Figure
    total: int
    demonstration: int
    tables: Mapping[str, Table]


@dataclass(frozen=True)
class Statement:
    """All figures of a period.

    Attributes:
        kinds: kind of entry to the quantities that entries of that kind add to.
        values: dimension to its values, in order.
        rules: every rule that refused.
        figures: in the order of :data:`~scelle.reporting.figures.FIGURES`.
    """

    kinds: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]
    figures: tuple[Published, ...]

    def cells(self) -> list[str]:
        """Every cell that may be other than 0, in the order of a proof."""
        names = [f"{kind}|{quantity}" for kind in self.kinds for quantity in self.kinds[kind]]
        cells = [cell for name in names for cell in self._around(name, DIMENSIONS)]
        for rule in self.rules:
            cells += self._around(f"{_REFUSAL}|{rule}", RULE_DIMENSIONS)
        return cells

    def relations(self) -> Iterator[tuple[list[str], int]]:
        """Cells and the published number that is their sum, in the order of a proof."""
        for each in self.figures:
            yield self.sum_of(each.figure, ALL), each.total
            yield self.sum_of(each.figure, DEMONSTRATION), each.demonstration
            for dimension, table in each.tables.items():
                hidden: list[str] = []
                for value, count in table.rows.items():
                    cells = self.sum_of(each.figure, dimension, value)
                    if count is None:
                        hidden += cells
                    else:
                        yield cells, count
                if None in table.rows.values():
                    yield hidden, table.withheld

    def sum_of(self, figure: Figure, dimension: str, value: str = "") -> list[str]:
        """The cells that one number is the sum of."""
        if figure.quantity == RULE:
            rules = (value,) if dimension == RULE else self.rules
            place = DEMONSTRATION if dimension == DEMONSTRATION else ALL
            return [f"{_REFUSAL}|{rule}|{place}|" for rule in rules]
        kinds = (k for k, quantities in self.kinds.items() if figure.quantity in quantities)
        return list(figure.cells(kinds, dimension, value))

    def _around(self, name: str, dimensions: Sequence[str]) -> list[str]:
        told = [f"{name}|{d}|{value}" for d in dimensions for value in self.values[d]]
        return [f"{name}|{ALL}|", f"{name}|{DEMONSTRATION}|", *told]


def tabulate(amounts: Mapping[str, int], period: Period, key: bytes | None) -> Statement:
    """Compute every figure.

    Args:
        amounts: by cell, those of the period's entries and no others.
        key: decides by secret chance what is withheld beside small counts; ``None``
            withholds nothing: then the result is for overseers alone.
    """
    kinds: dict[str, set[str]] = {}
    values: dict[str, set[str]] = {dimension: set() for dimension in DIMENSIONS}
    rules: set[str] = set()
    for cell in amounts:
        kind, quantity, dimension, value = cell.split("|", 3)
        if kind == _REFUSAL:
            rules.add(quantity)
        else:
            kinds.setdefault(kind, set()).add(quantity)
        if dimension in values:
            values[dimension].add(value)
    values["month"] = set(period.months)
    frame = Statement(
        {kind: tuple(sorted(kinds[kind])) for kind in sorted(kinds)},
        {dimension: tuple(sorted(found)) for dimension, found in values.items()},
        tuple(sorted(rules)),
        (),
    )
    counted = {figure.name: _count(frame, figure, amounts) for figure in FIGURES}
    withheld: dict[tuple[str, str], frozenset[str]] = {}
    # What an amount comes from is before it in the table.
    for figure in FIGURES:
        for dimension in figure.dimensions:
            if key is None:
                break
            draw = chance(key, period.first, period.last, figure.name, dimension)
            forced = withheld.get((figure.contributors, dimension), frozenset())
            counts = counted[figure.name][2][dimension]
            withheld[figure.name, dimension] = protect(counts, draw, forced)
    # More is withheld, never less: what an earlier publication of the months withheld stays so.
    for one in sorted(FIGURES, key=lambda figure: not figure.whole):
        for dimension in one.dimensions if key is not None else ():
            if one.whole:
                withheld[one.whole, dimension] |= withheld[one.name, dimension]
            source = one.whole or one.contributors
            withheld[one.name, dimension] |= withheld.get((source, dimension), frozenset())
    published = []
    for figure in FIGURES:
        total, demonstration, tables = counted[figure.name]
        protected = {
            d: publish(t, withheld.get((figure.name, d), frozenset())) for d, t in tables.items()
        }
        published.append(Published(figure, total, demonstration, protected))
    return Statement(frame.kinds, frame.values, frame.rules, tuple(published))


_Counted = tuple[int, int, dict[str, dict[str, int]]]


def _count(frame: Statement, figure: Figure, amounts: Mapping[str, int]) -> _Counted:
    def told(dimension: str, value: str = "") -> int:
        return sum(amounts.get(cell, 0) for cell in frame.sum_of(figure, dimension, value))

    tables = {
        dimension: {
            value: told(dimension, value)
            for value in (frame.rules if dimension == RULE else frame.values[dimension])
        }
        for dimension in figure.dimensions
    }
    return told(ALL), told(DEMONSTRATION), tables
