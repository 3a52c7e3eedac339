"""DuckDB's type names as GoogleSQL's, and Arrow results in BigQuery's types."""

from __future__ import annotations

import pyarrow as pa

_NAMES = {
    "TINYINT": "INT64",
    "SMALLINT": "INT64",
    "INTEGER": "INT64",
    "BIGINT": "INT64",
    "UTINYINT": "INT64",
    "USMALLINT": "INT64",
    "UINTEGER": "INT64",
    "HUGEINT": "INT64",
    "FLOAT": "FLOAT64",
    "DOUBLE": "FLOAT64",
    "VARCHAR": "STRING",
    "BOOLEAN": "BOOL",
    "BLOB": "BYTES",
    "TIMESTAMP": "DATETIME",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}


def googlesql_type(duckdb_type: str) -> str:
    """`BIGINT` -> `INT64`; names both share (DATE, TIME, JSON, INTERVAL) stay."""
    if duckdb_type.endswith("[]"):
        return f"ARRAY<{googlesql_type(duckdb_type[:-2])}>"
    if duckdb_type.startswith("DECIMAL"):
        return "NUMERIC"
    return _NAMES.get(duckdb_type, duckdb_type)


def bigquery_arrow_type(kind: pa.DataType) -> pa.DataType:
    """The Arrow type BigQuery would answer with: every integer int64, every float float64."""
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0 and kind.precision == 38):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    return kind
