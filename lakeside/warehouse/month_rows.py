"""The rows of one month where checks can ask about them: in the published table, or staged before they are.

Conditions are GoogleSQL in the part of the language that DuckDB reads the same way (comparisons, IN, IS NULL,
float arithmetic, ABS, DATETIME literals), so that no translation stands between them and the rows; a contract
test holds both warehouses to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lakeside.datasets.contract import SOURCE_MONTH, Dataset
from lakeside.lake.provenance import ColumnStats
from lakeside.month import Month

ZONES_MARK = "{zones}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no expression over a row; `{zones}` stands for the zone lookup's table.

    `columns` are those it reads: where the table lacks one, or has it with another type than the contract
    says, it is not asked.
    """

    sql: str
    columns: tuple[str, ...]

    @property
    def needs_zones(self) -> bool:
        """Whether it reads the zone lookup."""
        return ZONES_MARK in self.sql

    def fits(self, columns: Collection[str], has_zones: bool) -> bool:
        """Can it be asked of a table with these columns."""
        return set(self.columns) <= set(columns) and (has_zones or not self.needs_zones)


@dataclass(frozen=True, slots=True)
class MonthMeasures:
    """Figures per column, and per condition how many rows hold it (None where it could not be asked).

    `types` are the table's columns with their GoogleSQL types.
    """

    figures: Sequence[ColumnStats]
    counts: Sequence[int | None]
    types: Mapping[str, str]


class MonthRows(Protocol):
    """Rows of one dataset and month. Every method raises NotFound where there is no such table.

    On BigQuery a query that would bill more than 1.2 times `estimated_bytes` (and 10 MB a table, the least
    that is billed) is refused with LimitExceeded; DuckDB bills nothing.
    """

    @property
    def table(self) -> str:
        """The name the rows' table has in queries."""

    def measure(self, conditions: Sequence[Condition], estimated_bytes: int) -> MonthMeasures:
        """All figures and all conditions in one scan."""

    def count_repeats(self, columns: Sequence[str], estimated_bytes: int) -> int:
        """Rows that equal an earlier one in these columns (of which the table's are taken)."""

    def count_selected(self, sql: str, estimated_bytes: int, seconds: float) -> int:
        """Rows that one GoogleSQL SELECT returns; QueryRejected when it is not one, LimitExceeded."""


Gate = Callable[[MonthRows], None]


def list_asked(
    conditions: Sequence[Condition], usable: Collection[str], has_zones: bool
) -> list[tuple[int, Condition]]:
    """(position, condition) of those that can be asked; `usable` comes from `list_usable`."""
    return [(i, c) for i, c in enumerate(conditions) if c.fits(usable, has_zones)]


def list_usable(dataset: Dataset, types: Mapping[str, str]) -> list[str]:
    """The table's columns whose type is the contract's."""
    wanted = {column.name: column.kind.bigquery_type for column in dataset.columns}
    return [name for name, kind in types.items() if wanted.get(name) == kind]


def spread_counts(
    asked: Sequence[tuple[int, Condition]], values: Sequence[int], conditions: int
) -> list[int | None]:
    """The answers at the positions of their conditions, None at the others."""
    counts: list[int | None] = [None] * conditions
    for (position, _), value in zip(asked, values, strict=True):
        counts[position] = int(value or 0)
    return counts


def write_measure(
    asked: Sequence[tuple[int, Condition]], figures: Sequence[str], table: str, zones: str, month: Month
) -> str:
    """One SELECT: first a count per condition, then the figures, over one scan of the month."""
    named = [f"({c.sql.replace(ZONES_MARK, zones)}) AS lakeside_c{n}" for n, (_, c) in enumerate(asked)]
    counts = [f"COUNTIF(lakeside_c{n}) AS lakeside_n{n}" for n in range(len(asked))]
    return (
        f"SELECT {', '.join([*counts, *figures])} "
        f"FROM (SELECT {', '.join(['*', *named])} FROM {table} WHERE {write_month(month)}) AS month_rows"
    )


def write_repeats(columns: Sequence[str], table: str, month: Month) -> str:
    """One SELECT of how many rows equal an earlier one in these (quoted) columns."""
    return (
        "SELECT COALESCE(SUM(n - 1), 0) AS repeats FROM (SELECT COUNT(*) AS n "
        f"FROM {table} WHERE {write_month(month)} GROUP BY {', '.join(columns)}) AS grouped WHERE n > 1"
    )


def write_month(month: Month) -> str:
    """The condition that keeps a query to the month's partition."""
    return f"{SOURCE_MONTH} = DATE '{month.first_day.isoformat()}'"
