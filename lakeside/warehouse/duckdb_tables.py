"""What is in the warehouse file, as lists for people and for the SQL guard."""

from __future__ import annotations

from datetime import datetime

import duckdb

from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.loads import LOADS_TABLE
from lakeside.warehouse.protocol import TableInfo
from lakeside.warehouse.sql.types import googlesql_type


def list_file_tables(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> list[TableInfo]:
    """Every table and view of the schema, with columns in GoogleSQL's types."""
    modified = _last_published(connection, file)
    rows = connection.execute(
        "SELECT table_name, comment, NULL FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = $1 UNION ALL "
        "SELECT view_name, comment, sql FROM duckdb_views() "
        "WHERE database_name = current_database() AND schema_name = $1 AND NOT internal ORDER BY 1",
        [file.schema],
    ).fetchall()
    return [
        TableInfo(
            name=name,
            rows=_count(connection, file, name) if definition is None else None,
            size_bytes=_measure(connection, file, name) if definition is None else None,
            modified_at=max(modified.values(), default=None) if name == LOADS_TABLE else modified.get(name),
            description=comment or "",
            columns=_columns(connection, file, name),
            is_view=definition is not None,
            definition=definition,
        )
        for name, comment, definition in rows
    ]


def list_views(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> list[str]:
    """Names of the schema's views."""
    rows = connection.execute(
        "SELECT view_name FROM duckdb_views() "
        "WHERE database_name = current_database() AND schema_name = ? AND NOT internal ORDER BY 1",
        [file.schema],
    ).fetchall()
    return [name for (name,) in rows]


def list_names(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> list[str]:
    """Names of tables and views, for the guard."""
    rows = connection.execute(
        "SELECT DISTINCT table_name FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = ? ORDER BY 1",
        [file.schema],
    ).fetchall()
    return [name for (name,) in rows]


def _count(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {file.table(name)}").fetchone()
    return int(row[0]) if row else 0


def _measure(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, name: str) -> int:
    """Bytes of the file's blocks that hold the table; what was not written to the file yet has none."""
    row = connection.execute(
        "SELECT (SELECT count(DISTINCT block_id) FROM ("
        "SELECT block_id FROM pragma_storage_info($1) WHERE persistent UNION ALL "
        "SELECT unnest(additional_block_ids) FROM pragma_storage_info($1) WHERE persistent"
        ") WHERE block_id >= 0) * (SELECT block_size FROM pragma_database_size() LIMIT 1)",
        [file.table(name)],
    ).fetchone()
    return int(row[0] or 0) if row else 0


def _columns(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, name: str
) -> tuple[tuple[str, str, str], ...]:
    rows = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [file.schema, name],
    ).fetchall()
    return tuple((column, googlesql_type(kind), comment or "") for column, kind, comment in rows)


def _last_published(connection: duckdb.DuckDBPyConnection, file: DuckDBFile) -> dict[str, datetime]:
    if LOADS_TABLE not in list_names(connection, file):
        return {}
    rows = connection.sql(
        f"SELECT dataset, max(published_at) AS at FROM {file.table(LOADS_TABLE)} GROUP BY dataset"
    )
    return {row["dataset"]: row["at"] for row in rows.to_arrow_table().to_pylist()}
