"""The rows behind a failing check: the query that finds them, and the first few with their place in lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from lakeside.checks.registry import Registry
from lakeside.checks.row_rule import Place, RowRule
from lakeside.checks.rules import duplicates, figures_equal
from lakeside.datasets.contract import SOURCE_ROW, Dataset
from lakeside.datasets.zones import ZONES
from lakeside.errors import LakesideError
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import ColumnStats
from lakeside.month import Month
from lakeside.people.money import require_billed
from lakeside.services import Services
from lakeside.warehouse.figures import GOOGLESQL, figure_expressions
from lakeside.warehouse.month_rows import ZONES_MARK, write_month
from lakeside.warehouse.protocol import QueryLimits

SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class FailingRows:
    """A bounded sample of a check's failing rows.

    Args:
        rows: the columns that tell why, `source_row` first where the check has it.
        truncated: there are more than were asked for.
        processed_bytes: what the query read, where the warehouse says.
        key: the lake's object the rows came from; None when the lake has none.
        is_straight: row N of the source is row N of the object, because none was rejected.
    """

    rows: pa.Table
    truncated: bool
    processed_bytes: int | None
    key: str | None
    is_straight: bool

    def list_source_rows(self) -> list[int | None]:
        """Per sampled row its number in the source, None where the check does not give it."""
        if SOURCE_ROW not in self.rows.column_names:
            return [None] * self.rows.num_rows
        return list(self.rows.column(SOURCE_ROW).to_pylist())


def write_query(
    registry: Registry, place: Place, check: str, columns: Sequence[ColumnStats] = ()
) -> str | None:
    """The GoogleSQL that shows why a check fails, to be copied; None where no query can (freshness, schema).

    Args:
        registry, place: the checks and what is checked.
        check: its name.
        columns: for figures that differ, the footer's figures of the columns to measure.
    """
    table = place.dataset.name
    rule = next((r for r in registry.list_row_rules(place) if r.name == check), None)
    if rule is not None:
        return _write_rows(place, rule)
    if check == duplicates.NAME and (limit := duplicates.find_limit(place)):
        keys = ", ".join(limit.columns)
        return (
            f"SELECT {SOURCE_ROW}, {keys}\nFROM {table}\nWHERE {write_month(place.month)}\n"
            f"QUALIFY COUNT(*) OVER (PARTITION BY {keys}) > 1\n"
            f"ORDER BY {keys}, {SOURCE_ROW}\nLIMIT {SAMPLE_ROWS}"
        )
    own = next((c for c in registry.list_sql_checks(place) if c.name == check), None)
    if own is not None:
        return f"SELECT *\nFROM (\n{own.write(table, place.month)}\n) AS failing\nLIMIT {SAMPLE_ROWS}"
    if check == "rows_lake_warehouse":
        return f"SELECT COUNT(*) AS row_count\nFROM {table}\nWHERE {write_month(place.month)}"
    if check == figures_equal.NAME and columns:
        parts = ",\n  ".join(_name_figures(columns))
        return f"SELECT\n  {parts}\nFROM {table}\nWHERE {write_month(place.month)}"
    return None


def find_failing_rows(
    services: Services, registry: Registry, place: Place, check: str, limits: QueryLimits
) -> FailingRows | None:
    """Run the check's query for its first failing rows; None where the check is not about single rows.

    Raises:
        LimitExceeded: it would read more than `limits` allow, or took too long.
        NotFound: the table or the zone lookup is not there.
        AccessDenied: it would be billed, and who asks may not spend money.
    """
    if check in ("rows_lake_warehouse", figures_equal.NAME):
        return None
    query = write_query(registry, place, check)
    if query is None:
        return None
    require_billed(services, f"the rows of {place.dataset.name} {place.month} that fail {check}")
    bounded = replace(limits, rows=min(limits.rows, SAMPLE_ROWS))
    result = services.warehouse.run_query(_lengthen(query), bounded)
    key, is_straight = _find_object(services, place.dataset, place.month)
    return FailingRows(result.table, result.truncated, result.processed_bytes, key, is_straight)


def _write_rows(place: Place, rule: RowRule) -> str:
    shown = dict.fromkeys([SOURCE_ROW, place.dataset.pickup_column, *rule.condition.columns, *rule.shown])
    condition = rule.condition.sql.replace(ZONES_MARK, ZONES.name)
    return (
        f"SELECT {', '.join(shown)}\nFROM {place.dataset.name}\nWHERE {write_month(place.month)}\n"
        f"  AND ({condition})\nORDER BY {SOURCE_ROW}\nLIMIT {SAMPLE_ROWS}"
    )


def _name_figures(columns: Sequence[ColumnStats]) -> list[str]:
    """The figures of these columns, under names people can read."""
    kinds = [(figure.name, figure.kind) for figure in columns]
    expressions = [text.rpartition(" AS ")[0] for text in figure_expressions(kinds, GOOGLESQL)]
    names = ["row_count"]
    for name, kind in kinds:
        figures = ("count", "sum", "min", "max", *(("distinct",) if kind == "text" else ()))
        names += [f"{name}_{figure}" for figure in figures]
    return [f"{text} AS {name}" for text, name in zip(expressions, names, strict=True)]


def _lengthen(query: str) -> str:
    """One row more, to know whether there are more than are shown."""
    head, _, _ = query.rpartition("LIMIT ")
    return f"{head}LIMIT {SAMPLE_ROWS + 1}"


def _find_object(services: Services, dataset: Dataset, month: Month) -> tuple[str | None, bool]:
    key = data_key(dataset.name, month)
    try:
        footer = services.lake.read_footer(key)
    except LakesideError:
        return None, False
    provenance = footer.provenance
    return key, provenance is not None and provenance.rows_rejected == 0
