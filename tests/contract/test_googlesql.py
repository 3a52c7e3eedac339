"""GoogleSQL on DuckDB answers as BigQuery documents and refuses what it cannot."""

from __future__ import annotations

import datetime
import math
import time
from functools import cache
from typing import Any

import duckdb
import pytest

from lakeside.errors import LakesideError, LimitExceeded, QueryRejected
from lakeside.warehouse.duckdb_file import READ_CONFIG
from lakeside.warehouse.duckdb_sandbox import KnownTables, Question, run_select
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from tests.contract.googlesql_answers import ANSWERS, ERRORS, REFUSED

LIMITS = QueryLimits(rows=10, seconds=10, billed_bytes=10**9)


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
