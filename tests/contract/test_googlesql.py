"""GoogleSQL on DuckDB answers as BigQuery documents, refuses what it cannot, and lets nobody out."""

from __future__ import annotations

import datetime
import math
import time
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lakeside.errors import LakesideError, LimitExceeded, NotFound, QueryRejected
from lakeside.warehouse.duckdb_file import READ_CONFIG
from lakeside.warehouse.duckdb_sandbox import KnownTables, Question, run_select
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from tests.contract.googlesql_answers import ANSWERS, ERRORS, REFUSED

LIMITS = QueryLimits(rows=10, seconds=10, billed_bytes=10**9)

ATTACKS = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_parquet('{home}/x.parquet')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM `/etc/passwd.csv`",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM trips.INFORMATION_SCHEMA.COLUMNS",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM other.green",
    "SELECT * FROM range(10)",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('green')",
    "SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')",
    "SELECT * FROM ML.PREDICT(MODEL m, TABLE t)",
    "SELECT getenv('HOME')",
    "SELECT current_setting('home_directory')",
    "SELECT current_database()",
    "SELECT session_user()",
    "SELECT @@version",
    "SELECT @name",
    "SELECT ?",
    "SELECT nextval('s')",
    "SELECT pg_sleep(10)",
    "SELECT error('x')",
    "SELECT write_log('x')",
    "SELECT read_blob('/etc/passwd')",
    "SELECT safe.getenv('HOME')",
    "SELECT 1; DROP TABLE green",
    "SELECT 1; SELECT 2",
    "",
    "-- nothing",
    "DROP TABLE green",
    "DELETE FROM green WHERE TRUE",
    "INSERT INTO green (VendorID) VALUES (1)",
    "UPDATE green SET VendorID = 1 WHERE TRUE",
    "MERGE green USING green AS s ON FALSE WHEN NOT MATCHED THEN INSERT ROW",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP FUNCTION f() AS (1); SELECT f()",
    "ALTER TABLE green ADD COLUMN x INT64",
    "TRUNCATE TABLE green",
    "WITH x AS (DELETE FROM green WHERE TRUE) SELECT 1",
    "EXPORT DATA OPTIONS(uri='{home}/x', format='CSV') AS SELECT 1",
    "COPY (SELECT 1) TO '{home}/x'",
    "ATTACH '{home}/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "CALL pragma_version()",
    "EXECUTE IMMEDIATE 'SELECT 1'",
    "DECLARE x INT64 DEFAULT 1; SELECT x",
    "BEGIN TRANSACTION; COMMIT TRANSACTION",
    "EXPLAIN SELECT 1",
    "DESCRIBE green",
    "SHOW TABLES",
    "SELECT * FROM green TABLESAMPLE SYSTEM (10 PERCENT)",
    "SELECT * INTO x FROM green",
]


@cache
def open_engine() -> duckdb.DuckDBPyConnection:
    """One sandboxed engine for the module; each question has a connection of its own."""
    connection = duckdb.connect(":memory:", config=READ_CONFIG)
    connection.execute("CREATE TABLE green AS SELECT 1 AS VendorID")
    return connection


def ask(sql: str, limits: QueryLimits = LIMITS) -> QueryResult:
    with open_engine().cursor() as connection:
        return run_select(
            connection, Question(sql, limits), KnownTables("trips", {"green": None}), time.monotonic()
        )


def answer(expression: str) -> Any:
    return ask(f"SELECT {expression} AS v").table.column(0)[0].as_py()


@pytest.mark.parametrize(("expression", "expected"), ANSWERS, ids=[text for text, _ in ANSWERS])
def test_the_documented_answer(expression: str, expected: Any) -> None:
    found = answer(expression)

    assert type(found) is type(expected)
    assert found == expected or math.isclose(found, expected, rel_tol=1e-15)


@pytest.mark.parametrize("expression", ERRORS)
def test_what_bigquery_calls_an_error_is_one(expression: str) -> None:
    with pytest.raises(QueryRejected):
        answer(expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_would_differ_in_silence_is_refused(expression: str) -> None:
    with pytest.raises(QueryRejected):
        answer(expression)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nobody_gets_out(attack: str, tmp_path: Path) -> None:
    with pytest.raises((QueryRejected, NotFound)) as refused:
        ask(attack.replace("{home}", str(tmp_path)))

    assert refused.value.message
    assert list(tmp_path.iterdir()) == []


def test_the_connection_is_closed_even_without_the_guard(tmp_path: Path) -> None:
    target = tmp_path / "x"
    attacks = [
        "SELECT * FROM read_text('/etc/passwd')",
        f"COPY (SELECT 1) TO '{target}'",
        f"ATTACH '{target}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ]
    with duckdb.connect(":memory:", config=READ_CONFIG) as connection:
        for attack in attacks:
            with pytest.raises(duckdb.Error):
                connection.execute(attack)
    assert not target.exists()


def test_columns_without_a_name_are_called_as_bigquery_calls_them() -> None:
    assert ask("SELECT 1, 2 AS b, 3").table.column_names == ["f0_", "b", "f1_"]


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(QueryRejected, match="called a"):
        ask("SELECT 1 AS a, 2 AS A")


def test_a_long_query_is_stopped() -> None:
    many = "UNNEST(GENERATE_ARRAY(1, 100000))"
    sql = f"SELECT SUM(MOD(a * b, 7)) AS n FROM {many} AS a, {many} AS b"
    started = time.monotonic()

    with pytest.raises(LimitExceeded, match=r"0\.2 s"):
        ask(sql, QueryLimits(10, 0.2, 1))

    assert time.monotonic() - started < 30, "the whole of it would take minutes"


def test_rows_are_bounded_and_it_says_so() -> None:
    whole = ask("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 10)) AS x")
    cut = ask("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 11)) AS x")
    asked = ask("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 100)) AS x LIMIT 5")

    assert (whole.table.num_rows, whole.truncated) == (10, False)
    assert (cut.table.num_rows, cut.truncated) == (10, True)
    assert (asked.table.num_rows, asked.truncated) == (5, False)


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(QueryRejected, match="line 1, column"):
        ask("SELECT a b c FROM")


def test_a_deep_query_does_not_break_us() -> None:
    with pytest.raises(LakesideError):
        ask("SELECT " + "(" * 5_000 + "1" + ")" * 5_000)


def test_a_with_clause_may_hide_a_table_name() -> None:
    found = ask("WITH green AS (SELECT DATE '2020-10-01' AS d) SELECT d FROM green")

    assert found.table.to_pylist() == [{"d": datetime.date(2020, 10, 1)}]
