"""The rows of a month in BigQuery, in the published table or in a staging table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from google.cloud import bigquery

from lakeside.datasets.contract import Dataset
from lakeside.datasets.zones import ZONES
from lakeside.month import Month
from lakeside.warehouse import bigquery_tables as tables
from lakeside.warehouse.bigquery_client import BigQueryPlace, Budget, names
from lakeside.warehouse.bigquery_query import query_bigquery
from lakeside.warehouse.figures import (
    GOOGLESQL,
    KINDS_OF_GOOGLESQL,
    column_kinds,
    figure_expressions,
    read_figures,
)
from lakeside.warehouse.month_rows import (
    Condition,
    MonthMeasures,
    list_asked,
    list_usable,
    spread_counts,
    write_measure,
    write_repeats,
)
from lakeside.warehouse.protocol import QueryLimits


@dataclass(frozen=True, slots=True)
class BigQueryMonth:
    """Each question is one job, bounded by what it was said to read.

    Args:
        place: the dataset of tables.
        dataset, month: whose rows.
        table: the table's name in it.
    """

    place: BigQueryPlace
    dataset: Dataset
    month: Month
    table: str

    def measure(self, conditions: Sequence[Condition], estimated_bytes: int) -> MonthMeasures:
        """All figures and conditions in one scan of the month's partition."""
        found = tables.get_table(self.place, self.table)
        types = _types(found)
        known = {n: KINDS_OF_GOOGLESQL[t] for n, t in types.items() if t in KINDS_OF_GOOGLESQL}
        kinds = column_kinds(self.dataset, list(types), known)
        wants_zones = any(condition.needs_zones for condition in conditions)
        has_zones = wants_zones and tables.find_table(self.place, ZONES.name) is not None
        asked = list_asked(conditions, list_usable(self.dataset, types), has_zones)
        query = write_measure(
            asked, figure_expressions(kinds, GOOGLESQL), names([self.table]), names([ZONES.name]), self.month
        )
        row = tuple(self.place.run_query(query, Budget.of("check", estimated_bytes, 1 + has_zones))[0])
        figures = read_figures(row[len(asked) :], kinds)[1]
        return MonthMeasures(figures, spread_counts(asked, row[: len(asked)], len(conditions)), types)

    def count_repeats(self, columns: Sequence[str], estimated_bytes: int) -> int:
        """Rows that equal an earlier one in these columns."""
        types = _types(tables.get_table(self.place, self.table))
        known = [names([column]) for column in columns if column in types]
        query = write_repeats(known, names([self.table]), self.month)
        return int(self.place.run_query(query, Budget.of("check", estimated_bytes))[0][0])

    def count_selected(self, sql: str, estimated_bytes: int, seconds: float) -> int:
        """Rows that one SELECT returns; planned by a dry run first."""
        limits = QueryLimits(1, seconds, Budget.of("check", estimated_bytes).billed_bytes)
        query = f"SELECT COUNT(*) AS selected FROM ({sql}) AS selected_rows"
        return int(query_bigquery(self.place, query, limits).table.column(0)[0].as_py())


def _types(table: bigquery.Table) -> dict[str, str]:
    return {field.name: tables.googlesql_name(field.field_type) for field in table.schema}
