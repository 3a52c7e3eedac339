"""A condition on a function of the month, and the range it is written as, answer alike, NULL included."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import parse_one

from lakeside.warehouse.sql.month_ranges import narrow_months
from lakeside.warehouse.sql.translate import translate_select

DAYS = """SELECT * FROM (VALUES (DATE '2018-12-01'), ('2019-01-01'), ('2019-12-01'), ('2020-01-01'),
    ('2020-04-01'), ('2020-12-01'), ('2021-01-01'), (NULL)) AS v(source_month)"""
YEAR, TRUNC = "EXTRACT(YEAR FROM source_month)", "DATE_TRUNC(source_month, {})"
CONDITIONS = [
    *(f"{YEAR} {sign} 2020" for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *(f"2020 {sign} {YEAR}" for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *(f"{TRUNC.format('YEAR')} {sign} '2020-01-01'" for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *(f"{TRUNC.format('QUARTER')} {sign} DATE '2020-04-01'" for sign in ("=", "<>", "<", "<=", ">", ">=")),
    f"{YEAR} IN (2018, 2020)",
    f"{YEAR} NOT IN (2018, 2020)",
    f"{YEAR} BETWEEN 2019 AND 2020",
    f"{YEAR} BETWEEN 2020 AND 2019",
    f"NOT ({YEAR} = 2020 AND {TRUNC.format('MONTH')} = DATE(2020, 1, 1))",
]


def narrow(sql: str) -> str:
    query = parse_one(sql, dialect="bigquery")
    narrow_months(query)
    return query.sql("bigquery")


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_answer_is_the_same(condition: str) -> None:
    sql = f"SELECT source_month FROM green WHERE {condition}"
    assert "EXTRACT" not in narrow(sql) and "DATE_TRUNC" not in narrow(sql)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE green AS {DAYS}")
        plain = parse_one(sql, dialect="bigquery").sql("duckdb")
        ours = translate_select(sql, "trips", {"green": None}, 100).sql
        assert "year(" not in ours.lower() and "date_trunc" not in ours.lower()
        answers = [sorted(connection.execute(text).fetchall(), key=str) for text in (plain, ours)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {YEAR} = 2020 AS x FROM green",
        "SELECT 1 FROM green WHERE EXTRACT(MONTH FROM source_month) = 10",
        f"SELECT 1 FROM green WHERE {YEAR} = fare_amount",
        f"SELECT 1 FROM green WHERE {YEAR} = 99999",
        "SELECT 1 FROM green WHERE DATE_TRUNC(source_month, YEAR) = '2020-02-01'",
        "SELECT 1 FROM green WHERE DATE_TRUNC(source_month, YEAR) = 'no date'",
        "SELECT 1 FROM green WHERE EXTRACT(YEAR FROM lpep_pickup_datetime) = 2020",
        f"SELECT 1 FROM (SELECT CURRENT_TIMESTAMP() AS source_month FROM green) WHERE {YEAR} = 2020",
        f"WITH t(source_month) AS (SELECT 'x') SELECT 1 FROM t WHERE {YEAR} = 2020",
    ],
)
def test_what_is_left_alone(sql: str) -> None:
    assert narrow(sql) == parse_one(sql, dialect="bigquery").sql("bigquery")
