"""What a query on the DuckDB file would process, counted as BigQuery counts bytes.

8 bytes per number, date or time that is not null, 2 plus the UTF-8 bytes per text, 1 per BOOL, 16 per
NUMERIC (BigQuery docs, "Data type sizes"); of each column the query reads, in the months it reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import duckdb

from lakeside.warehouse.duckdb_plan import Place, Scan
from lakeside.warehouse.figures import quote_duckdb
from lakeside.warehouse.protocol import QueryEstimate

BASIS = "sizes of the columns"
_BYTES = {"BOOLEAN": 1, "DECIMAL": 16, "HUGEINT": 16, "INTERVAL": 16}


def estimate_scans(
    connection: duckdb.DuckDBPyConnection, scans: Sequence[Scan], named: frozenset[str]
) -> QueryEstimate:
    """Add up the scans; a table that is scanned twice is counted once, as BigQuery does.

    `named` are the tables the query names, for a query whose plan needs no scan (`COUNT(*)`).
    """
    wanted: defaultdict[Place, set[str]] = defaultdict(set)
    months: defaultdict[Place, list[str | None]] = defaultdict(list)
    for scan in scans:
        if scan.place is not None:
            wanted[scan.place] |= scan.columns
            months[scan.place].append(scan.months)
    total = sum(_measure(connection, place, columns, months[place]) for place, columns in wanted.items())
    tables = {place[-1] for place in wanted} or named
    return QueryEstimate(total, tuple(sorted(tables)), BASIS)


def _measure(
    connection: duckdb.DuckDBPyConnection, place: Place, columns: set[str], months: Sequence[str | None]
) -> int:
    kinds = _types(connection, place)
    measured = [_bytes_of(name, kinds[name]) for name in sorted(columns) if name in kinds]
    if not measured:
        return 0
    parts = ".".join(map(quote_duckdb, place))
    where = "" if None in months else f" WHERE {' OR '.join(f'({part})' for part in months)}"
    # All rows are fetched: a result left open would be in the way of the query itself.
    ((total,),) = connection.execute(f"SELECT {' + '.join(measured)} FROM {parts}{where}").fetchall()
    return int(total or 0)


def _types(connection: duckdb.DuckDBPyConnection, place: Place) -> dict[str, str]:
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ?",
        list(place),
    ).fetchall()
    return dict(rows)


def _bytes_of(column: str, kind: str) -> str:
    name = quote_duckdb(column)
    if kind in ("VARCHAR", "BLOB"):
        length = "strlen" if kind == "VARCHAR" else "octet_length"
        return f"coalesce(sum({length}({name})), 0) + 2 * count({name})"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"coalesce(sum(strlen(CAST({name} AS VARCHAR))), 0)"
    return f"{_BYTES.get(kind.partition('(')[0], 8)} * count({name})"
