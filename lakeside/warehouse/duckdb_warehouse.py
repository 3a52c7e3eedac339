"""The embedded warehouse: one DuckDB file with one schema, shared by short connections."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.checks.result import CheckResult
from lakeside.datasets.contract import SOURCE_MONTH, Dataset, Reference
from lakeside.errors import NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import ColumnStats
from lakeside.month import Month
from lakeside.settings import Settings
from lakeside.warehouse.audit import blaming_replacement, judge_staged, plan_load
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.duckdb_checks import insert_results, select_history, select_latest
from lakeside.warehouse.duckdb_file import DEFAULT_BOUNDS, DuckDBFile, EngineBounds
from lakeside.warehouse.duckdb_foreign import replace_table
from lakeside.warehouse.duckdb_month import DuckDBMonth, open_published, open_staged
from lakeside.warehouse.duckdb_publish import (
    delete_month,
    ensure_loads,
    ensure_table,
    publish_staged,
    table_columns,
)
from lakeside.warehouse.duckdb_reference import ensure_reference, replace_reference
from lakeside.warehouse.duckdb_staging import StagingFolder, measure_staged
from lakeside.warehouse.duckdb_tables import list_file_tables, list_views
from lakeside.warehouse.duckdb_transaction import transaction
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

_DAY_SECONDS = 86_400


class DuckDBWarehouse:
    """Tables in one DuckDB file. A file that does not exist is an empty warehouse.

    Every method opens the file for its own piece of work and raises BackendUnavailable when somebody
    else holds it for longer than `warehouse.wait_seconds`.
    """

    kind = "duckdb"

    def __init__(
        self, path: Path, schema: str, wait_seconds: float, bounds: EngineBounds = DEFAULT_BOUNDS
    ) -> None:
        self._file = DuckDBFile(path, schema, wait_seconds, bounds)
        self._staging = StagingFolder(path, bounds)

    @classmethod
    def open(cls, settings: Settings) -> DuckDBWarehouse:
        """The warehouse the settings name; nothing is opened or created yet."""
        chosen = settings.warehouse
        bounds = EngineBounds(settings.limits.query_megabytes, settings.limits.query_disk_megabytes)
        return cls(settings.warehouse_path, chosen.dataset, chosen.wait_seconds, bounds)

    @property
    def location(self) -> str:
        """The file, absolute."""
        return str(self._file.path)

    def publish_month(
        self, dataset: Dataset, month: Month, lake: Lake, key: str, gate: Gate | None = None
    ) -> Publication:
        """Stage the object in a file of its own, audit it, then swap the month in one transaction."""
        plan = plan_load(dataset, month, lake, key)
        self._staging.sweep(_DAY_SECONDS)
        with ExitStack() as stack:
            with blaming_replacement(plan, lake):
                staged = stack.enter_context(self._staging.staged(plan, lake))
                judge_staged(plan, *measure_staged(staged, plan))
            if gate is not None:
                gate(open_staged(staged, dataset, month, self._file.bounds))
            with self._file.write() as connection:
                return publish_staged(connection, self._file, plan, staged)

    def publish_reference(self, reference: Reference, lake: Lake, key: str) -> int:
        """Replace a reference table by the object's rows in one transaction; how many there are."""
        with lake.open_reader(key) as handle:
            rows = pq.read_table(handle, columns=[column.name for column in reference.columns])
        with self._file.write() as connection:
            return replace_reference(connection, self._file, reference, rows)

    def publish_object(self, table: str, description: str, lake: Lake, key: str) -> int:
        """Replace a table by the object's rows, its types as DuckDB reads them, in one transaction."""
        rows = lake.open_dataset([key], lake.read_footer(key).schema)
        with self._file.write() as connection:
            return replace_table(connection, self._file, table, description, rows)

    def remove_month(self, dataset: Dataset, month: Month) -> int:
        """Delete a month's rows and its entry in one transaction; how many rows went."""
        if not self._file.path.exists():
            return 0
        with self._file.write() as connection:
            if not table_columns(connection, self._file, dataset.name):
                return 0
            ensure_loads(connection, self._file)
            with transaction(connection):
                return delete_month(connection, self._file, dataset, month)

    def count_months(self) -> Mapping[tuple[str, Month], int]:
        """(dataset, month) -> rows; one query per table that has a `source_month`."""
        with self._file.read() as connection:
            return self._count_months(connection) if connection is not None else {}

    def list_publications(self) -> Mapping[tuple[str, Month], Publication]:
        """(dataset, month) -> its row in `lakeside_loads`."""
        with self._file.read() as connection:
            return self._list_publications(connection) if connection is not None else {}

    def look_at_months(self) -> Published:
        """Both of one state: while the file is open nobody publishes."""
        with self._file.read() as connection:
            if connection is None:
                return Published({}, {})
            return Published(self._count_months(connection), self._list_publications(connection))

    def _count_months(self, connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, Month], int]:
        counts: dict[tuple[str, Month], int] = {}
        for table in self._monthly_tables(connection):
            rows = connection.execute(
                f"SELECT {SOURCE_MONTH}, count(*) FROM {self._file.table(table)} "
                f"WHERE {SOURCE_MONTH} IS NOT NULL GROUP BY ALL"
            ).fetchall()
            counts.update({(table, Month.of(day)): count for day, count in rows})
        return counts

    def _list_publications(
        self, connection: duckdb.DuckDBPyConnection
    ) -> Mapping[tuple[str, Month], Publication]:
        if not table_columns(connection, self._file, LOADS_TABLE):
            return {}
        selected = f"SELECT {', '.join(LOADS_NAMES)} FROM {self._file.table(LOADS_TABLE)}"
        rows = connection.sql(selected).to_arrow_table()
        # As naive UTC: Arrow imports pandas to name the zone of an aware time.
        place = rows.schema.get_field_index("published_at")
        moments = rows["published_at"].cast(pa.timestamp("us"))
        return read_publications(rows.set_column(place, "published_at", moments).to_pylist())

    def measure_month(self, dataset: Dataset, month: Month) -> Sequence[ColumnStats]:
        """The figures of a month's rows, per table column.

        Raises:
            NotFound: there is no such table.
        """
        return self.open_month(dataset, month).measure(()).figures

    def open_month(self, dataset: Dataset, month: Month) -> DuckDBMonth:
        """The month's rows in the table; the file is opened for each question."""
        return open_published(self._file, dataset, month)

    def list_tables(self) -> Sequence[TableInfo]:
        """Every table and view of the schema; a table's size is that of the blocks it lies in."""
        with self._file.read() as connection:
            return [] if connection is None else list_file_tables(connection, self._file)

    def preview_table(self, name: str, offset: int, limits: QueryLimits) -> TablePage:
        """A page of rows, in the order they were written."""
        from lakeside.warehouse.duckdb_derived import preview_rows

        with self._file.read() as connection:
            if connection is None:
                raise NotFound(f"{self.location} has no table {name}.", "Load a month first.")
            return preview_rows(connection, self._file, name, offset, limits)

    def ensure_tables(self, datasets: Sequence[Dataset], references: Sequence[Reference]) -> None:
        """Make the tables of these contracts where they are missing."""
        with self._file.write() as connection:
            ensure_loads(connection, self._file)
            for dataset in datasets:
                ensure_table(connection, self._file, dataset, ())
            for reference in references:
                ensure_reference(connection, self._file, reference)

    def replace_derived(self, derived: Derived) -> None:
        """Make a view or table from a SELECT, in one transaction."""
        from lakeside.warehouse.duckdb_derived import replace_derived

        with self._file.write() as connection:
            replace_derived(connection, self._file, derived)

    def estimate_query(self, sql: str, limits: QueryLimits) -> QueryEstimate:
        """The sizes of the columns that DuckDB's plan of the query reads, in the months it reads."""
        # Imported here: publishing needs no SQL parser, and starting should stay cheap.
        from lakeside.warehouse.duckdb_query import estimate_file
        from lakeside.warehouse.duckdb_sandbox import Question

        return estimate_file(self._file, Question(sql, limits))

    def run_query(self, sql: str, limits: QueryLimits, handle: QueryHandle | None = None) -> QueryResult:
        """Run one GoogleSQL SELECT, translated, on a read-only sandboxed connection."""
        from lakeside.warehouse.duckdb_query import query_file
        from lakeside.warehouse.duckdb_sandbox import Question

        return query_file(self._file, Question(sql, limits, handle))

    def record_checks(self, results: Sequence[CheckResult]) -> None:
        """Add results to the schema `lakeside_checks`, in one transaction."""
        if results:
            with self._file.write() as connection:
                insert_results(connection, self._file, results)

    def list_latest_checks(self) -> Sequence[CheckResult]:
        """The newest result of each check, dataset and month."""
        with self._file.read() as connection:
            return [] if connection is None else select_latest(connection, self._file)

    def list_check_history(
        self, dataset: str, check: str | None = None, month: Month | None = None, limit: int = 1_000
    ) -> Sequence[CheckResult]:
        """Results of a dataset, newest first."""
        with self._file.read() as connection:
            if connection is None:
                return []
            return select_history(connection, self._file, (dataset, check, month), limit)

    def sweep_staging(self, older_than_seconds: float = _DAY_SECONDS) -> int:
        """Remove staging files of processes that are gone; how many."""
        return self._staging.sweep(older_than_seconds)

    def check_ready(self) -> Mapping[str, Any]:
        """Open the file once: {kind, location, version, exists, writable, size_bytes, elapsed_seconds}."""
        started = time.monotonic()
        with self._file.read() as connection:
            exists = connection is not None
            if connection is not None:
                connection.execute("SELECT 1").fetchone()
        return {
            "kind": self.kind,
            "location": self.location,
            "version": duckdb.__version__,
            "exists": exists,
            "writable": _is_writable(self._file.path),
            "size_bytes": self._file.path.stat().st_size if exists else 0,
            "elapsed_seconds": time.monotonic() - started,
        }

    def _monthly_tables(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        rows = connection.execute(
            "SELECT table_name FROM duckdb_columns() WHERE database_name = current_database() "
            "AND schema_name = ? AND column_name = ? AND data_type = 'DATE' AND table_name <> ? ORDER BY 1",
            [self._file.schema, SOURCE_MONTH, LOADS_TABLE],
        ).fetchall()
        views = list_views(connection, self._file)
        return [name for (name,) in rows if name not in views]


def _is_writable(path: Path) -> bool:
    """Whether we may write the file, or make it where it is to be."""
    place = path if path.exists() else next(p for p in path.parents if p.exists())
    return os.access(place, os.W_OK)
