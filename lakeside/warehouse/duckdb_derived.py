"""Views and tables made from a SELECT in the DuckDB file, replaced in one transaction, and rows by page."""

from __future__ import annotations

import time

import duckdb

from lakeside.errors import NotFound
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_plan import read_plan, require_tables
from lakeside.warehouse.duckdb_sandbox import Question, interrupt_after, must_be_select, refusing, take_rows
from lakeside.warehouse.duckdb_tables import list_names, list_views
from lakeside.warehouse.duckdb_transaction import transaction
from lakeside.warehouse.figures import quote_duckdb
from lakeside.warehouse.protocol import Derived, QueryLimits, TablePage
from lakeside.warehouse.sql.derive import derive_for_duckdb
from lakeside.warehouse.sql.results import as_bigquery


def replace_derived(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, derived: Derived) -> None:
    """Make the view or table, or put it in place of what has its name; all or nothing."""
    question = Question(derived.sql, QueryLimits(0, derived.seconds, 0))
    names = list_names(connection, file)
    select = derive_for_duckdb(derived.sql, file.schema, names)
    with refusing(question), interrupt_after(connection, derived.seconds):
        must_be_select(connection, select)
        _require_known(connection, file, select, names)
        with transaction(connection):
            _replace(connection, file, derived, select)


def preview_rows(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, name: str, offset: int, limits: QueryLimits
) -> TablePage:
    """A page of a table's or view's rows in BigQuery's types; NotFound, LimitExceeded."""
    started = time.monotonic()
    if name not in list_names(connection, file):
        raise NotFound(f"{file.path} has no table {name}.", "Load a month first.")
    sql = f"SELECT * FROM {file.table(name)} LIMIT {limits.rows + 1} OFFSET {offset}"
    rows = as_bigquery(take_rows(connection, sql, Question(sql, limits)))
    page = rows.slice(0, limits.rows)
    return TablePage(page, offset, len(rows) > limits.rows, time.monotonic() - started)


def _require_known(
    connection: duckdb.DuckDBPyConnection, file: DuckDBFile, select: str, names: list[str]
) -> None:
    ((database,),) = connection.execute("SELECT current_database()").fetchall()
    require_tables(read_plan(connection, select), {(database, file.schema, name) for name in names})


def _replace(connection: duckdb.DuckDBPyConnection, file: DuckDBFile, derived: Derived, select: str) -> None:
    kind = "TABLE" if derived.as_table else "VIEW"
    is_view = derived.name in list_views(connection, file)
    target = file.table(derived.name)
    if is_view == derived.as_table and derived.name in list_names(connection, file):
        connection.execute(f"DROP {'VIEW' if is_view else 'TABLE'} {target}")
    connection.execute(f"CREATE OR REPLACE {kind} {target} AS {select}")
    _comment(connection, f"{kind} {target}", derived.description)
    for column, words in derived.columns.items():
        _comment(connection, f"COLUMN {target}.{quote_duckdb(column)}", words)


def _comment(connection: duckdb.DuckDBPyConnection, target: str, words: str) -> None:
    connection.execute(f"COMMENT ON {target} IS '{words.replace(chr(39), chr(39) * 2)}'")
