"""Publishing into DuckDB: one transaction swaps a month's rows and its row in `lakeside_loads`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from lakeside.datasets.contract import SOURCE_MONTH, Column, Dataset, Kind
from lakeside.errors import ContractViolation
from lakeside.month import Month
from lakeside.warehouse.audit import LoadPlan
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_staging import STAGED
from lakeside.warehouse.duckdb_transaction import transaction
from lakeside.warehouse.figures import quote_duckdb
from lakeside.warehouse.loads import (
    LOADS_COLUMNS,
    LOADS_DESCRIPTION,
    LOADS_NAMES,
    LOADS_TABLE,
    publication_values,
)
from lakeside.warehouse.protocol import Publication

DUCKDB_TYPES: dict[Kind, str] = {
    Kind.INTEGER: "BIGINT",
    Kind.MONEY: "DOUBLE",
    Kind.FLOAT: "DOUBLE",
    Kind.TEXT: "VARCHAR",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.DATE: "DATE",
}


def publish_staged(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, plan: LoadPlan, staged: Path
) -> Publication:
    """Make the tables fit, then delete the month, insert the staged rows and note it, all or nothing."""
    ensure_loads(connection, file)
    ensure_table(connection, file, plan.dataset, plan.columns)
    attached = quote_duckdb(f"staging_{staged.stem}")
    connection.execute(f"ATTACH '{str(staged).replace(chr(39), chr(39) * 2)}' AS {attached} (READ_ONLY)")
    try:
        with transaction(connection):
            return _swap(connection, file, plan, f"{attached}.{STAGED}")
    finally:
        with suppress(duckdb.Error):  # the connection is closed next, which detaches too
            connection.execute(f"DETACH {attached}")


def delete_month(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, dataset: Dataset, month: Month
) -> int:
    """Delete a month's rows and its note inside the caller's transaction; how many rows went."""
    row = connection.execute(
        f"DELETE FROM {file.table(dataset.name)} WHERE {quote_duckdb(SOURCE_MONTH)} = ?", [month.first_day]
    ).fetchone()
    connection.execute(
        f"DELETE FROM {file.table(LOADS_TABLE)} WHERE dataset = ? AND source_month = ?",
        [dataset.name, month.first_day],
    )
    return int(row[0]) if row else 0


def ensure_loads(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> None:
    """Create `lakeside_loads` where it is missing."""
    if table_columns(connection, file, LOADS_TABLE):
        return
    columns = ", ".join(f"{name} {duck} NOT NULL" for name, duck, *_ in LOADS_COLUMNS[:-1])
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_duckdb(file.schema)}")
    connection.execute(
        f"CREATE TABLE {file.table(LOADS_TABLE)} ({columns}, run_id VARCHAR, "
        "PRIMARY KEY (dataset, source_month))"
    )
    _comment(connection, f"TABLE {file.table(LOADS_TABLE)}", LOADS_DESCRIPTION)
    for name, _, _, description in LOADS_COLUMNS:
        _comment(connection, f"COLUMN {file.table(LOADS_TABLE)}.{name}", description)


def ensure_table(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, dataset: Dataset, extra: Iterable[Column]
) -> None:
    """Create the table from the contract, or add the columns it lacks.

    Raises:
        ContractViolation: a column exists with a type that cannot hold what the object brings.
    """
    table = file.table(dataset.name)
    existing = table_columns(connection, file, dataset.name)
    if not existing:
        listed = ", ".join(f"{quote_duckdb(c.name)} {DUCKDB_TYPES[c.kind]}" for c in dataset.columns)
        connection.execute(f"CREATE TABLE {table} ({listed})")
        _comment(connection, f"TABLE {table}", f"{dataset.title} (contract {dataset.version})")
        for column in dataset.columns:
            _describe(connection, table, column)
        existing = table_columns(connection, file, dataset.name)
    found = {name.casefold(): kind for name, kind in existing.items()}
    for column in (*dataset.columns, *extra):
        wanted = DUCKDB_TYPES[column.kind]
        have = found.setdefault(column.name.casefold(), wanted)
        if column.name.casefold() not in {name.casefold() for name in existing}:
            _run_once(connection, table, column, existing)
        elif (have, wanted) == ("BIGINT", "DOUBLE"):
            connection.execute(f"ALTER TABLE {table} ALTER {quote_duckdb(column.name)} TYPE DOUBLE")
        elif have != wanted and (have, wanted) != ("DOUBLE", "BIGINT"):
            raise ContractViolation(
                f"Column {column.name} of the table {dataset.name} is {have}, the object brings {wanted}.",
                "Remove the column from the table, or write the month with the policy discard.",
            )


def table_columns(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, table: str) -> dict[str, str]:
    """Column name -> DuckDB type, in order; empty when there is no such table."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [file.schema, table],
    ).fetchall()
    return dict(rows)


def _swap(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, plan: LoadPlan, staged: str
) -> Publication:
    moment = datetime.now(UTC)
    before = delete_month(connection, file, plan.dataset, plan.month)
    names = ", ".join(quote_duckdb(column.name) for column in plan.columns)
    row = connection.execute(
        f"INSERT INTO {file.table(plan.dataset.name)} ({names}) SELECT {names} FROM {staged}"
    ).fetchone()
    publication = Publication(
        dataset=plan.dataset.name,
        month=plan.month,
        rows=int(row[0]) if row else 0,
        rows_before=before,
        content_id=plan.provenance.content_id,
        lake_key=plan.key,
        published_at=moment,
        run_id=plan.provenance.run_id,
    )
    marks = ", ".join("?" for _ in LOADS_NAMES)
    connection.execute(
        f"INSERT INTO {file.table(LOADS_TABLE)} ({', '.join(LOADS_NAMES)}) VALUES ({marks})",
        list(publication_values(publication)),
    )
    return publication


def _run_once(
    connection: duckdb.DuckDBPyConnection, table: str, column: Column, existing: dict[str, str]
) -> None:
    connection.execute(
        f"ALTER TABLE {table} ADD COLUMN {quote_duckdb(column.name)} {DUCKDB_TYPES[column.kind]}"
    )
    existing[column.name] = DUCKDB_TYPES[column.kind]
    _describe(connection, table, column)


def _describe(connection: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    _comment(connection, f"COLUMN {table}.{quote_duckdb(column.name)}", column.description)


def _comment(connection: duckdb.DuckDBPyConnection, target: str, text: str) -> None:
    connection.execute(f"COMMENT ON {target} IS '{text.replace(chr(39), chr(39) * 2)}'")
