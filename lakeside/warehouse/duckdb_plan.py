"""What DuckDB itself says a query reads, from its own plan: the basis of estimates, and the last lock.

The guard reads the text; this reads what DuckDB made of it. A scan of anything but a table that was
given to the query is refused here even if the guard had let it through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.guard import PARSER_DEFECTS

# What scans a registered Arrow dataset; the connection holds none but those given to the query.
_ARROW_SCAN = "PYTHON_ARROW_SCAN"
_ALLOWED_FUNCTIONS = (_ARROW_SCAN, "UNNEST", "")
# Operators that write: DuckDB calls a SELECT what has a DELETE in its WITH clause.
_WRITES = ("INSERT", "DELETE", "UPDATE", "MERGE", "COPY", "BATCH", "CREATE", "DROP", "ALTER", "EXPORT")
_MARK = "::"
# How DuckDB marks a condition that is tested again above the scan (ORDER BY with LIMIT brings them about).
_OPTIONAL = "optional: "
_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a table: `place` is its database, schema and name. An Arrow dataset has none, and is known
    by `dataset`, the name its columns were given (see `mark_column`), empty where no column tells.

    `months` is the condition DuckDB pushed into the scan that speaks of `source_month` alone, as DuckDB
    writes it; None where every month is read.
    """

    place: Place | None
    dataset: str
    columns: frozenset[str]
    months: str | None


def mark_column(table: str, column: str) -> str:
    """A column's name in an Arrow dataset that is only planned on: DuckDB's plan shows the columns of such
    a scan, not its name."""
    return f"{table}{_MARK}{column}"


def read_plan(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Scan]:
    """Bind and plan one DuckDB SELECT without running it; the scans in it.

    Raises:
        QueryRejected: the plan writes, or has a table function and so would read what is no table.
        duckdb.Error: it does not bind.
    """
    rows = connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()
    return [_read_scan(node) for node in _walk(json.loads(rows[0][1])) if _is_scan(node)]


def require_tables(scans: Collection[Scan], allowed: Collection[Place]) -> None:
    """Refuse scans of tables that are not among `allowed`."""
    for scan in scans:
        if scan.place is not None and scan.place not in allowed:
            name = ".".join(scan.place)
            raise QueryRejected(f"{name} cannot be read.", "Only the tables listed can be queried.")


def _walk(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from _walk(node.get("children", []))


def _is_scan(node: dict[str, Any]) -> bool:
    details = node.get("extra_info", {})
    function = str(details.get("Function", ""))
    if str(node["name"]).startswith(_WRITES):
        raise QueryRejected(f"{node['name']} is not allowed in a query.", "Nothing here can change data.")
    if function not in _ALLOWED_FUNCTIONS or node["name"] == "INOUT_FUNCTION":
        name = function or str(details.get("Name", ""))
        raise QueryRejected(f"The table function {name.lower()} is not allowed.", "Only tables can be read.")
    return "Table" in details or function == _ARROW_SCAN


def _read_scan(node: dict[str, Any]) -> Scan:
    details = node["extra_info"]
    filters = [text.removeprefix(_OPTIONAL) for text in _as_list(details.get("Filters"))]
    read = [_columns_of(text) for text in filters]
    names = set(_as_list(details.get("Projections"))).union(*read)
    table = next((n.partition(_MARK)[0] for n in names if _MARK in n), "")
    place = _split_name(str(details["Table"])) if "Table" in details else None
    by_month = [f"({text})" for text, columns in zip(filters, read, strict=True) if _is_month(columns)]
    months = " AND ".join(by_month).replace(f'"{mark_column(table, SOURCE_MONTH)}"', SOURCE_MONTH) or None
    return Scan(place, table, frozenset(_plain(name) for name in names), months)


def _split_name(text: str) -> Place:
    """The parts of a name as the plan prints it; those that are no plain words stand in quotes."""
    return tuple(word or quoted.replace('""', '"') for quoted, word in _PART.findall(text))


def _is_month(columns: set[str]) -> bool:
    return len(columns) == 1 and _plain(next(iter(columns))) == SOURCE_MONTH


def _plain(column: str) -> str:
    return column.rpartition(_MARK)[2]


def _as_list(value: object) -> list[str]:
    if not value:
        return []
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _columns_of(text: str) -> set[str]:
    """The columns a pushed-down condition speaks of; none where its text cannot be read."""
    try:
        return {column.name for column in parse_one(text, dialect="duckdb").find_all(exp.Column)}
    except (SqlglotError, *PARSER_DEFECTS):
        return set()
