"""The BigQuery warehouse: one dataset, one partitioned table per dataset of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from google.api_core import exceptions as google
from google.cloud import bigquery

from lakeside.checks.result import CheckResult
from lakeside.datasets.contract import SOURCE_MONTH, Dataset, Reference
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import ColumnStats
from lakeside.month import Month
from lakeside.settings import Settings
from lakeside.warehouse import bigquery_tables as tables
from lakeside.warehouse.audit import blaming_replacement, judge_staged, plan_load
from lakeside.warehouse.bigquery_checks import insert_results, select_history, select_latest
from lakeside.warehouse.bigquery_client import (
    BigQueryPlace,
    Budget,
    job_prefix,
    literal,
    names,
)
from lakeside.warehouse.bigquery_derived import preview_rows, replace_derived
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.bigquery_foreign import replace_table
from lakeside.warehouse.bigquery_month import BigQueryMonth
from lakeside.warehouse.bigquery_publish import (
    load_object,
    measure_staged,
    run_transaction,
    stage_object,
    swap_month,
)
from lakeside.warehouse.bigquery_query import estimate_bigquery, query_bigquery
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.loads import LOADS_NAMES, LOADS_TABLE, read_publications
from lakeside.warehouse.month_rows import Gate
from lakeside.warehouse.protocol import (
    Derived,
    Publication,
    Published,
    QueryEstimate,
    QueryLimits,
    QueryResult,
    TableInfo,
    TablePage,
)

READY_SECONDS = 10.0
_DAY_SECONDS = 86_400


class BigQueryWarehouse:
    """Tables in one BigQuery dataset. A dataset that does not exist is an empty warehouse."""

    kind = "bigquery"

    def __init__(self, place: BigQueryPlace) -> None:
        self._place = place

    @classmethod
    def open(cls, settings: Settings, credentials: Any = None) -> BigQueryWarehouse:
        """The warehouse the settings name; nothing is called yet. SettingsError without a project.

        `credentials` are google-auth's; without, Application Default Credentials.
        """
        return cls(BigQueryPlace.of(settings, credentials))

    @property
    def location(self) -> str:
        """`project.dataset`."""
        return self._place.name

    def publish_month(
        self, dataset: Dataset, month: Month, lake: Lake, key: str, gate: Gate | None = None
    ) -> Publication:
        """Stage by a load job, audit, then swap the month in one transaction; staging is dropped."""
        plan = plan_load(dataset, month, lake, key)
        tables.ensure_dataset(self._place)
        stem = f"{dataset.name}_{month.year}_{month.number:02d}"
        staging = tables.create_staging(self._place, plan.columns, stem)
        try:
            with blaming_replacement(plan, lake):
                stage_object(self._place, plan, lake, staging)
                judge_staged(plan, *measure_staged(self._place, plan, staging))
            if gate is not None:
                gate(BigQueryMonth(self._place, dataset, month, staging))
            tables.ensure_loads(self._place)
            tables.ensure_table(self._place, dataset, plan.columns)
            return swap_month(self._place, plan, staging)
        finally:
            tables.drop_staging(self._place, staging)

    def publish_reference(self, reference: Reference, lake: Lake, key: str) -> int:
        """Replace a reference table by one load job; how many rows the object has."""
        rows = lake.read_footer(key).rows
        tables.ensure_dataset(self._place)
        tables.ensure_reference(self._place, reference)
        load_object(self._place, (lake, key), reference.name, job_prefix("load", reference.name))
        return rows

    def publish_object(self, table: str, description: str, lake: Lake, key: str) -> int:
        """Replace a table by one load job with the object's own columns; how many rows the object has."""
        return replace_table(self._place, (lake, key), table, description)

    def remove_month(self, dataset: Dataset, month: Month) -> int:
        """Delete a month's rows and its entry in one transaction; how many rows went."""
        table = tables.find_table(self._place, dataset.name)
        if table is None:
            return 0
        tables.ensure_loads(self._place)
        before = self._count(table).get((dataset.name, month), 0)
        day = literal(month.first_day)
        sql = f"""
            BEGIN TRANSACTION;
            DELETE FROM {LOADS_TABLE} WHERE dataset = {literal(dataset.name)} AND source_month = {day};
            DELETE FROM {names([dataset.name])} WHERE {SOURCE_MONTH} = {day};
            COMMIT TRANSACTION;
        """
        run_transaction(self._place, sql, Budget.of("remove", table.num_bytes or 0, tables=2))
        return before

    def count_months(self) -> Mapping[tuple[str, Month], int]:
        """(dataset, month) -> rows; one query per table that has a `source_month`."""
        counts: dict[tuple[str, Month], int] = {}
        for table in tables.list_published(self._place):
            monthly = any(f.name == SOURCE_MONTH and f.field_type == "DATE" for f in table.schema)
            if monthly and table.table_id != LOADS_TABLE and not tables.is_view(table):
                counts |= self._count(table)
        return counts

    def list_publications(self) -> Mapping[tuple[str, Month], Publication]:
        """(dataset, month) -> its row in `lakeside_loads`."""
        if tables.find_table(self._place, LOADS_TABLE) is None:
            return {}
        rows = self._place.run_query(
            f"SELECT {', '.join(LOADS_NAMES)} FROM {LOADS_TABLE}", Budget.of("loads", 0)
        )
        return read_publications([dict(row.items()) for row in rows])

    def look_at_months(self) -> Published:
        """Rows, then publications; where they differ, a month may have come in between: counted once more."""
        rows, publications = self.count_months(), self.list_publications()
        if any(rows.get(place) != publication.rows for place, publication in publications.items()):
            rows = self.count_months()
        return Published(rows, publications)

    def measure_month(self, dataset: Dataset, month: Month) -> Sequence[ColumnStats]:
        """The figures of a month's rows, per table column; NotFound when there is no such table."""
        size = tables.get_table(self._place, dataset.name).num_bytes or 0
        return self.open_month(dataset, month).measure((), size).figures

    def open_month(self, dataset: Dataset, month: Month) -> BigQueryMonth:
        """The month's rows in the table; each question is one job."""
        return BigQueryMonth(self._place, dataset, month, dataset.name)

    def list_tables(self) -> Sequence[TableInfo]:
        """Every table of the dataset but staging, with BigQuery's own row counts and sizes."""
        return [tables.describe_table(table) for table in tables.list_published(self._place)]

    def preview_table(self, name: str, offset: int, limits: QueryLimits) -> TablePage:
        """A page of rows; free of charge for a table."""
        return preview_rows(self._place, name, offset, limits)

    def ensure_tables(self, datasets: Sequence[Dataset], references: Sequence[Reference]) -> None:
        """Make the tables of these contracts where they are missing."""
        tables.ensure_dataset(self._place)
        for dataset in datasets:
            tables.ensure_table(self._place, dataset, ())
        for reference in references:
            tables.ensure_reference(self._place, reference)

    def replace_derived(self, derived: Derived) -> None:
        """Make a view or table from a SELECT by one statement."""
        replace_derived(self._place, derived)

    def estimate_query(self, sql: str, limits: QueryLimits) -> QueryEstimate:
        """What BigQuery's dry run says of one GoogleSQL SELECT."""
        return estimate_bigquery(self._place, sql, limits)

    def run_query(self, sql: str, limits: QueryLimits, handle: QueryHandle | None = None) -> QueryResult:
        """Run one GoogleSQL SELECT; planned by a dry run first, its bytes bounded."""
        return query_bigquery(self._place, sql, limits, handle)

    def record_checks(self, results: Sequence[CheckResult]) -> None:
        """Add results to the dataset `lakeside_checks`, by one statement."""
        if results:
            insert_results(self._place, results)

    def list_latest_checks(self) -> Sequence[CheckResult]:
        """The newest result of each check, dataset and month."""
        return select_latest(self._place)

    def list_check_history(
        self, dataset: str, check: str | None = None, month: Month | None = None, limit: int = 1_000
    ) -> Sequence[CheckResult]:
        """Results of a dataset, newest first."""
        return select_history(self._place, (dataset, check, month), limit)

    def sweep_staging(self, older_than_seconds: float = _DAY_SECONDS) -> int:
        """Drop staging tables older than that; how many."""
        return tables.sweep_staging(self._place, older_than_seconds)

    def check_ready(self) -> Mapping[str, Any]:
        """Ask for the dataset once: {kind, location, version, exists, emulated, elapsed_seconds}."""
        started = time.monotonic()
        exists = True
        with google_errors(self.location):
            try:
                self._place.client.get_dataset(self.location, **self._place.patience(READY_SECONDS))
            except google.NotFound:
                exists = False
        return {
            "kind": self.kind,
            "location": self.location,
            "version": bigquery.__version__,
            "exists": exists,
            "emulated": self._place.is_emulated,
            "elapsed_seconds": time.monotonic() - started,
        }

    def _count(self, table: bigquery.Table) -> dict[tuple[str, Month], int]:
        rows = self._place.run_query(
            f"SELECT {SOURCE_MONTH}, COUNT(*) AS row_count FROM {names([table.table_id])} "
            f"WHERE {SOURCE_MONTH} IS NOT NULL GROUP BY {SOURCE_MONTH}",
            Budget.of("count", 8 * (table.num_rows or 0)),
        )
        return {(table.table_id, Month.of(row[SOURCE_MONTH])): row["row_count"] for row in rows}
