"""Conditions written from what was clicked, and for engines: they are read again and mean the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeside.lake.where.apply import find_rows
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.write import Dialect, write_equal, write_name, write_range, write_sql

MOMENT = datetime(2020, 10, 1, 8, 15, 3, 250_000, tzinfo=UTC)


def kept(name: str, values: pa.Array, condition: str | None) -> list[Any]:
    assert condition is not None
    batch = pa.record_batch([values], names=[name])
    rows: list[Any] = values.take(find_rows(batch, parse_condition(condition, batch.schema))).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("data_type", "value", "other"),
    [
        (pa.int64(), -(2**63), 5),
        (pa.uint64(), 2**64 - 1, 5),
        (pa.float64(), -1e-7, 0.0),
        (pa.decimal128(20, 2), Decimal("-0.05"), Decimal(0)),
        (pa.string(), "it's \\ `odd`\n", ""),
        (pa.string(), "", "x"),
        (pa.bool_(), False, True),
        (pa.date32(), date(9999, 12, 31), date(2020, 1, 1)),
        (pa.time64("us"), time(23, 59, 59, 999_999), time(0)),
        (pa.timestamp("us"), MOMENT.replace(tzinfo=None), MOMENT.replace(tzinfo=None, second=4)),
        (pa.timestamp("us", "America/New_York"), MOMENT, MOMENT.replace(second=4)),
        (pa.dictionary(pa.int32(), pa.string()), "a", "b"),
    ],
    ids=str,
)
def test_a_clicked_value_keeps_exactly_its_rows(data_type: pa.DataType, value: Any, other: Any) -> None:
    plain = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    values = pa.array([value, other, None], plain).cast(data_type)
    for name in ("fare", "select", "odd `name`\\"):
        assert kept(name, values, write_equal(name, value)) == values[:1].to_pylist()
        assert kept(name, values, write_equal(name, None)) == [None]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=1, max_size=20), st.data())
@settings(max_examples=30, deadline=None)
def test_a_clicked_range_keeps_exactly_its_rows(numbers: list[float], data: st.DataObject) -> None:
    finite = st.floats(allow_nan=False, allow_infinity=False)
    low, high = sorted((data.draw(finite), data.draw(finite)))
    values = pa.array(numbers, pa.float64())
    assert kept("x", values, write_range("x", low, high, with_high=False)) == [
        n for n in numbers if low <= n < high
    ]
    assert kept("x", values, write_range("x", low, high, with_high=True)) == [
        n for n in numbers if low <= n <= high
    ]


@given(st.text(max_size=30))
@settings(max_examples=50, deadline=None)
def test_any_text_and_any_name_can_be_said(text: str) -> None:
    values = pa.array([text, text + "x"])
    assert kept("x", values, write_equal("x", text)) == [text]
    if text:
        assert kept(text, values, write_equal(text, text)) == [text]


def test_what_cannot_be_compared_has_no_condition() -> None:
    for value in (b"raw", [1], {"a": 1}, float("nan")):
        assert write_equal("x", value) is None
    assert write_range("x", None, 5, with_high=True) is None


def test_words_of_the_language_are_quoted() -> None:
    assert [write_name(n) for n in ("fare", "_x1", "end", "Date", "a b")] == [
        "fare",
        "_x1",
        "`end`",
        "`Date`",
        "`a b`",
    ]
    assert write_name('a"b', Dialect.DUCKDB) == '"a""b"'


def test_what_was_written_for_googlesql_reads_as_it_was() -> None:
    schema = pa.schema(
        [("a", pa.int64()), ("t", pa.timestamp("us")), ("s", pa.string()), ("f", pa.float64())]
    )
    for text in (
        "a > 1.5 AND NOT (f >= 1e-7 OR s IS NULL)",
        "t BETWEEN '2020-01-01' AND '2020-01-02 03:04:05.5'",
        "s LIKE 'a\\\\_%' OR s IN ('it\\'s', 'x')",
        "a < f",
    ):
        node = parse_condition(text, schema)
        assert parse_condition(write_sql(node, schema, Dialect.GOOGLE), schema) == node
