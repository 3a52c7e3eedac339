"""Results of checks in the DuckDB file: the schema `lakeside_checks`, beside the tables."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from lakeside.checks.result import CheckResult
from lakeside.month import Month
from lakeside.warehouse.check_results import (
    CHECKS_DATASET,
    LATEST_VIEW,
    RESULTS_COLUMNS,
    RESULTS_DESCRIPTION,
    RESULTS_NAMES,
    RESULTS_TABLE,
    is_required,
    latest_select,
    read_results,
    result_values,
)
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_transaction import transaction

_TABLE = f"{CHECKS_DATASET}.{RESULTS_TABLE}"
_VIEW = f"{CHECKS_DATASET}.{LATEST_VIEW}"


def insert_results(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, results: Sequence[CheckResult]
) -> None:
    """Add results in one transaction; table and view are made where they are missing."""
    marks = f"({', '.join('?' for _ in RESULTS_NAMES)})"
    values = [value for result in results for value in result_values(result, file.schema)]
    with transaction(connection):
        if not _has_table(connection):
            _create(connection)
        connection.execute(f"INSERT INTO {_TABLE} VALUES {', '.join([marks] * len(results))}", values)


def select_latest(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> list[CheckResult]:
    """The newest result of each check, dataset and month."""
    if not _has_table(connection):
        return []
    query = f"SELECT * FROM {_VIEW} WHERE tables = ? ORDER BY dataset, source_month, check_name"
    return _read(connection, query, [file.schema])


def select_history(
    connection: duckdb.DuckDBPyConnection,
    file: DuckDBFile,
    wanted: tuple[str, str | None, Month | None],
    limit: int,
) -> list[CheckResult]:
    """Results of (dataset, check or any, month or any), newest first."""
    if not _has_table(connection):
        return []
    dataset, check, month = wanted
    day = month.first_day if month else None
    query = (
        f"SELECT * FROM {_TABLE} WHERE tables = $1 AND dataset = $2 AND ($3 IS NULL OR check_name = $3) "
        "AND ($4 IS NULL OR source_month = $4) "
        "ORDER BY checked_at DESC, source_month DESC, check_name LIMIT $5"
    )
    return _read(connection, query, [file.schema, dataset, check, day, limit])


def _read(connection: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> list[CheckResult]:
    rows = connection.sql(query, params=values).to_arrow_table()
    # As naive UTC: Arrow imports pandas to name the zone of an aware time.
    place = rows.schema.get_field_index("checked_at")
    moments = rows["checked_at"].cast(pa.timestamp("us"))
    return read_results(rows.set_column(place, "checked_at", moments).to_pylist())


def _has_table(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ?",
        [CHECKS_DATASET, RESULTS_TABLE],
    ).fetchall()
    return bool(found)


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(
        f"{name} {kind}{' NOT NULL' if is_required(name) else ''}" for name, kind, *_ in RESULTS_COLUMNS
    )
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {CHECKS_DATASET}")
    connection.execute(f"CREATE TABLE {_TABLE} ({columns})")
    connection.execute(f"COMMENT ON TABLE {_TABLE} IS '{RESULTS_DESCRIPTION}'")
    for name, _, _, text in RESULTS_COLUMNS:
        connection.execute(f"COMMENT ON COLUMN {_TABLE}.{name} IS '{text.replace(chr(39), chr(39) * 2)}'")
    connection.execute(f"CREATE VIEW {_VIEW} AS {latest_select(_TABLE)}")
