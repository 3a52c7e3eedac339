"""Views and tables made from a SELECT in a BigQuery dataset, and rows by page."""

from __future__ import annotations

import time
from dataclasses import replace

from google.cloud import bigquery

from lakeside.warehouse import bigquery_tables as tables
from lakeside.warehouse.bigquery_client import (
    LABELS,
    BigQueryPlace,
    Budget,
    names,
)
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.bigquery_patience import bounded
from lakeside.warehouse.bigquery_query import estimate_bigquery, query_bigquery
from lakeside.warehouse.protocol import Derived, QueryLimits, TablePage
from lakeside.warehouse.sql.derive import derive_for_bigquery

_ANY_BYTES = 10**15  # a dry run bills nothing; it is asked what there is to bill


def replace_derived(place: BigQueryPlace, derived: Derived) -> None:
    """Make the view or table by one statement, bounded by the bytes a dry run says, and describe it."""
    select = derive_for_bigquery(derived.sql, (place.project, place.dataset), tables.list_names(place))
    existing = tables.find_table(place, derived.name)
    if existing is not None and tables.is_view(existing) == derived.as_table:
        kind = "VIEW" if tables.is_view(existing) else "TABLE"
        place.run_query(f"DROP {kind} IF EXISTS `{place.table(derived.name)}`", Budget.of("model", 0))
    place.run_query(_write_statement(place, derived, select), _find_budget(place, derived, select))
    _describe(place, derived)


def preview_rows(place: BigQueryPlace, name: str, offset: int, limits: QueryLimits) -> TablePage:
    """A page of rows: of a table by tabledata.list, which is free; of a view by a query within the limits."""
    started = time.monotonic()
    table = tables.get_table(place, name)
    if tables.is_view(table):
        sql = f"SELECT * FROM {names([name])} LIMIT {limits.rows + 1} OFFSET {offset}"
        result = query_bigquery(place, sql, limits)
        seconds = time.monotonic() - started
        return TablePage(result.table, offset, result.truncated, seconds, is_free=False)
    with google_errors(place.name):
        found = place.client.list_rows(
            table,
            start_index=offset,
            max_results=limits.rows + 1,
            page_size=limits.rows + 1,
            retry=bounded(min(limits.seconds, place.call_seconds)),
            timeout=limits.seconds,
        ).to_arrow(create_bqstorage_client=False)
    page = found.slice(0, limits.rows)
    return TablePage(page, offset, len(found) > limits.rows, time.monotonic() - started)


def _write_statement(place: BigQueryPlace, derived: Derived, select: str) -> str:
    kind = "TABLE" if derived.as_table else "VIEW"
    parts = f" PARTITION BY DATE_TRUNC({names([derived.partition])}, MONTH)" if derived.partition else ""
    target = f"`{place.table(derived.name)}`"
    return f"CREATE OR REPLACE {kind} {target}{parts if derived.as_table else ''} AS {select}"


def _find_budget(place: BigQueryPlace, derived: Derived, select: str) -> Budget:
    """A view's statement reads nothing; a table's reads what its SELECT does, as the dry run says."""
    if not derived.as_table:
        return replace(Budget.of("model", 0), seconds=derived.seconds)
    estimate = estimate_bigquery(place, select, QueryLimits(1, place.call_seconds, _ANY_BYTES))
    budget = Budget.of("model", estimate.processed_bytes, max(len(estimate.tables), 1))
    return replace(budget, seconds=derived.seconds)


def _describe(place: BigQueryPlace, derived: Derived) -> None:
    """What the statement does not carry: description, labels, and what the columns mean."""
    table = tables.get_table(place, derived.name)
    table.description = derived.description[:1024]
    table.labels = LABELS
    table.schema = [
        bigquery.SchemaField(
            field.name,
            field.field_type,
            field.mode,
            description=derived.columns.get(field.name, field.description),
        )
        for field in table.schema
    ]
    with google_errors(place.table(derived.name)):
        place.client.update_table(table, ["description", "labels", "schema"], **place.patience())
