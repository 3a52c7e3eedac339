"""Reference tables in DuckDB: small, without months, replaced as a whole in one transaction."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from lakeside.datasets.contract import Reference
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_publish import DUCKDB_TYPES
from lakeside.warehouse.duckdb_transaction import transaction
from lakeside.warehouse.figures import quote_duckdb

_INCOMING = "lakeside_incoming"


def replace_reference(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, reference: Reference, rows: pa.Table
) -> int:
    """Put these rows in place of the table; how many there are."""
    table = file.table(reference.name)
    names = ", ".join(quote_duckdb(c.name) for c in reference.columns)
    columns = ", ".join(f"{quote_duckdb(c.name)} {DUCKDB_TYPES[c.kind]}" for c in reference.columns)
    connection.register(_INCOMING, rows)
    try:
        with transaction(connection):
            connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {_INCOMING}")
            _comment(connection, f"TABLE {table}", f"{reference.title} (contract {reference.version})")
            for column in reference.columns:
                _comment(connection, f"COLUMN {table}.{quote_duckdb(column.name)}", column.description)
    finally:
        connection.unregister(_INCOMING)
    return int(rows.num_rows)


def ensure_reference(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, reference: Reference) -> None:
    """Make the table where it is missing, empty."""
    row = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ?",
        [file.schema, reference.name],
    ).fetchone()
    if row is None:
        replace_reference(connection, file, reference, reference.arrow_schema().empty_table())


def _comment(connection: duckdb.DuckDBPyConnection, target: str, text: str) -> None:
    connection.execute(f"COMMENT ON {target} IS '{text.replace(chr(39), chr(39) * 2)}'")
