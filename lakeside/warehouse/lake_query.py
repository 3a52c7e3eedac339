"""SQL straight on the lake's objects: each dataset is a table over its months, nothing is loaded.

The same GoogleSQL, guard and sandbox as on the DuckDB warehouse, on a connection that lives for one query.
A query is planned first over every month; what DuckDB pushed down onto `source_month` then decides which
objects are opened at all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow.dataset as ds

from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.errors import QueryCancelled
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.settings import LimitSettings
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.duckdb_plan import Scan, mark_column
from lakeside.warehouse.duckdb_sandbox import (
    KnownTables,
    Prepared,
    Question,
    interrupt_after,
    prepare_select,
    refusing,
    run_prepared,
)
from lakeside.warehouse.figures import quote_duckdb
from lakeside.warehouse.lake_engine import open_engine
from lakeside.warehouse.lake_tables import LakeTable, list_lake_names, open_lake_table
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from lakeside.warehouse.sql.translate import translate_select

SCHEMA_NAME = "trips"
_KNOWN = KnownTables(SCHEMA_NAME, dict.fromkeys(list_lake_names(), None))


@dataclass(frozen=True, slots=True)
class LakePlan:
    """Which objects a query will open: `objects` of `objects_in_all` of the tables it names.

    `object_bytes` are their sizes, an upper bound of what is read of them.
    """

    tables: tuple[str, ...]
    objects: int
    objects_in_all: int
    object_bytes: int


def plan_lake_query(lake: Lake, sql: str, limits: QueryLimits) -> LakePlan:
    """What a query would open, without running it.

    Raises:
        QueryRejected, NotFound, BadFile: see `run_lake_query`.
    """
    question = Question(sql, limits)
    with open_engine(LimitSettings()) as connection:
        tables, chosen, _ = _prepare(connection, lake, question)
        return _describe(tables, chosen)


def run_lake_query(
    lake: Lake,
    sql: str,
    limits: QueryLimits,
    handle: QueryHandle | None = None,
    bounds: LimitSettings | None = None,
) -> QueryResult:
    """Run one GoogleSQL SELECT over the lake's months (`green` or `trips.green`) and `zones`.

    `bounds` say how much memory and disk it may use.

    Raises:
        QueryRejected: it is not one SELECT or does not parse.
        BadFile: an object of a month it asks for cannot be read, or was not written by Lakeside; without
            it an answer would lack a month in silence.
        NotFound: it names a table the lake has nothing of.
        LimitExceeded: it took longer than `limits.seconds`, or more memory or disk than allowed.
        QueryCancelled: the handle was cancelled.
    """
    started = time.monotonic()
    question = Question(sql, limits, handle)
    with open_engine(bounds or LimitSettings()) as connection:
        tables, chosen, prepared = _prepare(connection, lake, question)
        if handle is not None and handle.is_cancelled:
            raise QueryCancelled("The query was cancelled.", "Nothing of it runs any more.")
        for table in tables:
            _drop_empty(connection, table)
            connection.register(table.name, table.open(lake, chosen[table.name]))
        return run_prepared(connection, question, prepared, started)


def _prepare(
    connection: duckdb.DuckDBPyConnection, lake: Lake, question: Question
) -> tuple[list[LakeTable], dict[str, list[LakeObject]], Prepared]:
    """Plan on empty tables of the same columns, and choose the objects by the plan; no rows are read."""
    named = translate_select(question.sql, SCHEMA_NAME, _KNOWN.tables, question.limits.rows).tables
    tables = [open_lake_table(lake, name) for name in sorted(named)]
    for table in tables:
        _create_empty(connection, table)
    prepared = prepare_select(connection, question, _KNOWN)
    with refusing(question), interrupt_after(connection, question.limits.seconds, question.handle):
        chosen = {table.name: _choose(connection, table, prepared.scans) for table in tables}
    return tables, chosen, prepared


def _create_empty(connection: duckdb.DuckDBPyConnection, table: LakeTable) -> None:
    names = table.schema.names
    marked = [mark_column(table.name, name) for name in names]
    # Of a dataset DuckDB pushes conditions into the scan, of a plain table it does not.
    empty = ds.dataset(table.schema.empty_table().rename_columns(marked))
    connection.register(_empty_name(table), empty)
    columns = ", ".join(
        f"{quote_duckdb(mark)} AS {quote_duckdb(name)}" for mark, name in zip(marked, names, strict=True)
    )
    connection.execute(f"CREATE VIEW {table.name} AS SELECT {columns} FROM {_empty_name(table)}")


def _drop_empty(connection: duckdb.DuckDBPyConnection, table: LakeTable) -> None:
    connection.execute(f"DROP VIEW {table.name}")
    connection.unregister(_empty_name(table))


def _empty_name(table: LakeTable) -> str:
    return f"empty_{table.name}"


def _choose(
    connection: duckdb.DuckDBPyConnection, table: LakeTable, scans: Sequence[Scan]
) -> list[LakeObject]:
    """The objects whose month some scan may want; a scan that cannot be told apart may want every one."""
    wanted = [scan.months for scan in scans if scan.place is None and scan.dataset in (table.name, "")]
    if not table.is_monthly or not wanted or None in wanted:
        return list(table.objects)
    condition = " OR ".join(f"({months})" for months in wanted)
    months = ", ".join(f"(DATE '{item.month.first_day}')" for item in table.objects if item.month)
    rows = connection.execute(
        f"SELECT {SOURCE_MONTH} FROM (VALUES {months}) AS v({SOURCE_MONTH}) WHERE {condition}"
    ).fetchall()
    days = {day for (day,) in rows}
    return [item for item in table.objects if item.month and item.month.first_day in days]


def _describe(tables: Sequence[LakeTable], chosen: dict[str, list[LakeObject]]) -> LakePlan:
    opened = [item for objects in chosen.values() for item in objects]
    return LakePlan(
        tables=tuple(table.name for table in tables),
        objects=len(opened),
        objects_in_all=sum(len(table.objects) for table in tables),
        object_bytes=sum(item.size_bytes for item in opened),
    )
