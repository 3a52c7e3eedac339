"""The same documented answers, asked of BigQuery's emulator: what is checked on DuckDB holds there too.

Where the emulator itself answers otherwise than BigQuery documents, the expression stands in `GAPS` as a
strict expected failure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from lakeside.errors import LakesideError, QueryRejected
from lakeside.warehouse.bigquery_tables import ensure_dataset
from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse
from lakeside.warehouse.protocol import QueryLimits
from tests.contract.bigquery_settings import open_bigquery
from tests.contract.googlesql_answers import ANSWERS, ERRORS
from tests.servers.bigquery import BigQueryServer

pytestmark = pytest.mark.emulator

LIMITS = QueryLimits(rows=10, seconds=30, billed_bytes=10**9)
_BATCH = 20

_INT32 = "bqemulator 1.4.0 adds integer literals as INT32"
_EVEN = "bqemulator 1.4.0 rounds half to even in a cast, BigQuery away from zero"
_SUBSTR = "bqemulator 1.4.0 counts a start before the text as places, BigQuery starts at 1"
_WHOLE = "bqemulator 1.4.0 counts boundaries in TIMESTAMP_DIFF, BigQuery whole units"
_WEEKS = "bqemulator 1.4.0 knows no week but the engine's own"
_TEXT = "bqemulator 1.4.0 writes numbers and fractions of a second as its engine does"
_NULL = "bqemulator 1.4.0 answers NULL where BigQuery fails"
GAPS: Mapping[str, str] = {
    "2147483647 + 1": _INT32,
    "(2147483647 + 2147483647) + (1 + 1)": _INT32,
    "2147483647 * 2": _INT32,
    "CAST(2.5 AS INT64)": _EVEN,
    "CAST(-2.5 AS INT64)": _EVEN,
    "SAFE_CAST(2.5 AS INT64)": _EVEN,
    "CAST(CAST(0.5 AS FLOAT64) AS INT64)": _EVEN,
    "SIGN(-2.0)": "bqemulator 1.4.0 answers SIGN of a FLOAT64 with an INT64",
    "CAST(1.0 AS STRING)": _TEXT,
    "SUBSTR('apple', 0, 2)": _SUBSTR,
    "SUBSTR('apple', -10, 3)": _SUBSTR,
    "DATE_TRUNC(DATE '2017-11-07', WEEK(MONDAY))": "bqemulator 1.4.0 ignores the day a week begins on",
    "TIMESTAMP_DIFF(TIMESTAMP '2018-08-14 00:00:00+00', TIMESTAMP '2018-08-13 13:00:00+00', DAY)": _WHOLE,
    "TIMESTAMP_DIFF(TIMESTAMP '2010-07-07 10:20:00+00', TIMESTAMP '2008-12-25 15:30:00+00', HOUR)": _WHOLE,
    "TIMESTAMP_DIFF(TIMESTAMP '2001-02-01 01:00:00+00', TIMESTAMP '2001-02-01 00:00:01+00', HOUR)": _WHOLE,
    "DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))": _WEEKS,
    "DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', ISOWEEK)": _WEEKS,
    "EXTRACT(WEEK(SUNDAY) FROM DATE '2017-11-05')": _WEEKS,
    "EXTRACT(WEEK(MONDAY) FROM DATE '2017-11-05')": _WEEKS,
    "LAST_DAY(DATE '2008-11-10', WEEK(MONDAY))": _WEEKS,
    "DATETIME_DIFF(DATETIME '2017-10-15 00:00:00', DATETIME '2017-10-14 00:00:00', WEEK)": _WEEKS,
    "DATETIME_DIFF(DATETIME '2017-12-18 00:00:00', DATETIME '2017-12-17 00:00:00', ISOWEEK)": _WEEKS,
    "DATETIME_TRUNC(DATETIME '2017-11-05 00:00:00', ISOWEEK)": _WEEKS,
    "EXTRACT(MILLISECOND FROM DATETIME '2020-01-01 00:00:12.5')": "bqemulator 1.4.0 adds the seconds to it",
    "CAST(123456789.0 AS STRING)": _TEXT,
    "CAST(1e15 AS STRING)": _TEXT,
    "CAST(DATETIME '2020-10-01 00:00:00.5' AS STRING)": _TEXT,
    "UNIX_SECONDS(TIMESTAMP '1970-01-01 00:00:01.8+00')": "bqemulator 1.4.0 rounds where BigQuery cuts",
    "MOD(5, 0)": _NULL,
    "DIV(5, 0)": _NULL,
    "[1, 2][OFFSET(5)]": _NULL,
    "SPLIT('a', ',')[ORDINAL(2)]": _NULL,
    "SUBSTR('a', 1, -1)": "bqemulator 1.4.0 answers a negative length with nothing, BigQuery fails",
}


@pytest.fixture(scope="module")
def bigquery(bigquery_server: BigQueryServer) -> BigQueryWarehouse:
    """An empty dataset."""
    warehouse = open_bigquery(bigquery_server)
    ensure_dataset(warehouse._place)
    return warehouse


@pytest.fixture(scope="module")
def answers(bigquery: BigQueryWarehouse) -> dict[str, Any]:
    """Expression -> value, or the error it is answered with; asked many at a time, alone where that fails."""
    found: dict[str, Any] = {}
    wanted = [expression for expression, _ in ANSWERS if expression not in GAPS]
    for start in range(0, len(wanted), _BATCH):
        found |= ask(bigquery, wanted[start : start + _BATCH])
    return found


def ask(warehouse: BigQueryWarehouse, expressions: list[str]) -> dict[str, Any]:
    columns = ", ".join(f"{expression} AS v{number}" for number, expression in enumerate(expressions))
    try:
        row = warehouse.run_query(f"SELECT {columns}", LIMITS).table
    except LakesideError as error:
        if len(expressions) == 1:
            return {expressions[0]: error}
        return {key: value for one in expressions for key, value in ask(warehouse, [one]).items()}
    return {expression: row.column(number)[0].as_py() for number, expression in enumerate(expressions)}


def mark_gaps(cases: Iterable[Any]) -> list[Any]:
    """The cases, those the emulator cannot answer as strict expected failures."""
    marked = []
    for case in cases:
        values = case if isinstance(case, tuple) else (case,)
        reason = GAPS.get(values[0])
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        marked.append(pytest.param(*values, marks=marks, id=values[0]))
    return marked


@pytest.mark.parametrize(("expression", "expected"), mark_gaps(ANSWERS))
def test_the_documented_answer(
    expression: str, expected: Any, answers: dict[str, Any], bigquery: BigQueryWarehouse
) -> None:
    found = answers[expression] if expression in answers else ask(bigquery, [expression])[expression]

    assert type(found) is type(expected)
    assert found == expected or math.isclose(found, expected, rel_tol=1e-15)


@pytest.mark.parametrize("expression", mark_gaps(ERRORS))
def test_what_bigquery_calls_an_error_is_one(expression: str, bigquery: BigQueryWarehouse) -> None:
    with pytest.raises(QueryRejected):
        bigquery.run_query(f"SELECT {expression} AS v", LIMITS)


def test_most_of_the_table_holds_on_both() -> None:
    same = [expression for expression, _ in ANSWERS if expression not in GAPS]

    assert len(same) >= 280
    assert set(GAPS) <= {*(expression for expression, _ in ANSWERS), *ERRORS}
