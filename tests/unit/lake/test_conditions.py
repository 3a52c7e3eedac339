"""Conditions: what they keep is what SQL keeps, statistics never lose a row, and all else is refused."""

# ruff: noqa: DTZ001  (parquet columns without a zone hold wall clocks)

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeside.errors import QueryRejected
from lakeside.lake.lake import Lake
from lakeside.settings import LimitSettings, Settings

LAKE = Lake.open(Settings(lake_url="memory://conditions"))


def write(table: pa.Table, row_group_rows: int = 3, **options: Any) -> None:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=row_group_rows, **options)
    with LAKE.open_writer("object") as file:
        file.write(sink.getvalue())


def find(where: str) -> list[int]:
    """The numbers (column n) of the rows that match."""
    return LAKE.preview_object("object", ["n"], where=where).rows.column("n").to_pylist()


TABLE = pa.table(
    {
        "n": pa.array(range(6)),
        "Trip_type ": pa.array([1, 2, None, 4, 5, 6], pa.int8()),
        "fare": [0.5, float("nan"), None, 7.25, -1.0, 1e300],
        "text": ["abc", "a%c", None, "ABC", "", "日本\nx"],
        "code": pa.array(["x", "y", None, "x", "y", "z"]).dictionary_encode(),
        "at": pa.array(
            [datetime(2020, 10, d) if d else None for d in (1, 2, 0, 4, 5, 31)], pa.timestamp("us")
        ),
        "zoned": pa.array([0, 1, None, 3_600_000, 4, 5], pa.timestamp("ms", "Europe/Berlin")),
        "day": pa.array([date(2020, 1, d) if d else None for d in (1, 2, 0, 4, 5, 31)]),
        "clock": pa.array([time(d) if d else None for d in (1, 2, 0, 4, 5, 23)], pa.time64("ns")),
        "price": pa.array(
            [None if d is None else Decimal(d) for d in ("0.10", "1.00", None, "-5.25", "9.99", "2")],
            pa.decimal128(9, 2),
        ),
        "flag": [True, False, None, True, False, True],
        "big": pa.array([0, 2**63, None, 2**64 - 1, 5, 6], pa.uint64()),
        "list": [[1], None, [], [2], [3], [4]],
        "a.b": pa.array(range(6)),
    }
)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("`Trip_type ` > 2", [3, 4, 5]),
        ("`trip_type ` BETWEEN 2 AND 4.5", [1, 3]),
        ("`Trip_type ` NOT BETWEEN 2 AND 4.5", [0, 4, 5]),
        ("2.5 < `Trip_type `", [3, 4, 5]),
        ("`Trip_type ` <> 1e30", [0, 1, 3, 4, 5]),
        ("`Trip_type ` < -1e30", []),
        ("`Trip_type ` IS NULL", [2]),
        ("NOT `Trip_type ` IS NULL AND n <= 1", [0, 1]),
        ("fare = 0.5", [0]),
        ("fare <> 0.5", [1, 3, 4, 5]),
        ("NOT fare > 0", [1, 4]),
        ("fare >= 7.25", [3, 5]),
        ("text = 'abc'", [0]),
        ("text LIKE 'a%c'", [0, 1]),
        (r"text LIKE 'a\\%c'", [1]),
        ("text LIKE '%x'", [5]),
        ("text NOT LIKE 'a%'", [3, 4, 5]),
        ("text IN ('', 'ABC')", [3, 4]),
        ("text >= '日'", [5]),
        ("code = 'x' OR code = 'z'", [0, 3, 5]),
        ("code NOT IN ('x')", [1, 4, 5]),
        ("at >= '2020-10-04'", [3, 4, 5]),
        ("at < TIMESTAMP '2020-10-01 00:00:00.0000001'", [0]),
        ("at = DATETIME '2020-10-31T00:00'", [5]),
        ("zoned >= '1970-01-01 02:00:00+01:00'", [3]),
        ("zoned = '1970-01-01 00:00:00.001'", [1]),
        ("day > DATE '2020-01-04'", [4, 5]),
        ("day > '2020-01-04 12:00:00'", [4, 5]),
        ("clock < '04:00:00.5'", [0, 1, 3]),
        ("price = 0.1", [0]),
        ("price < 0.105", [0, 3]),
        ("price > NUMERIC '1e40'", []),
        ("price >= -5.25 AND price <= 1", [0, 1, 3]),
        ("flag", [0, 3, 5]),
        ("NOT flag", [1, 4]),
        ("flag IS NOT TRUE", [1, 2, 4]),
        ("flag <> TRUE", [1, 4]),
        ("big > 9223372036854775807", [1, 3]),
        ("list IS NULL", [1]),
        ("`a.b` = 3", [3]),
        ("n = `a.b` AND n > fare", [4]),
        ("n > 1 AND (n < 3 OR fare > 1e200)", [2, 5]),
    ],
)
def test_what_a_condition_keeps(where: str, expected: list[int]) -> None:
    for row_group_rows in (1, 2, 6):
        write(TABLE, row_group_rows)
        assert find(where) == expected


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("lower(text) = 'abc'", "LOWER"),
        ("n + 1 > 2", "ADD"),
        ("n IN (SELECT 1)", "IN"),
        ("n = (SELECT 1)", "SUBQUERY"),
        ("n > 1; DROP TABLE x", "one condition"),
        ("DROP TABLE x", "DROP"),
        ("SELECT 1", "SELECT"),
        ("", "one condition"),
        ("n >", "parse"),
        ("nothing = 1", "no column nothing"),
        ("n = 'x'", "a number was expected"),
        ("text = 1", "a text in quotes"),
        ("at > 5", "in quotes"),
        ("at > '2020-13-01'", "month must be in"),
        ("at > '2020-10-01Z'", "time zone"),
        ("at > 'yesterday'", "not a date or time"),
        ("clock > '25:00'", "not a time"),
        ("list = 1", "IS NULL"),
        ("n = NULL", "NULL"),
        ("n LIKE '1%'", "LIKE is for text"),
        ("text LIKE code", "LIKE takes a text"),
        ("text LIKE 'x' ESCAPE '!'", "ESCAPE"),
        ("text = n", "cannot be compared"),
        ("n = @x", "PARAMETER"),
        ("n = 1e999999999", "beyond"),
        ("flag > FALSE", "TRUE or FALSE"),
        ("n", "not true or false"),
        ("1 = 1", "LITERAL"),
        ("n IN (" + ",".join("1" * 501) + ")", "IN takes 1 to 500"),
        ("NOT " * 4_000 + "flag", "longer|nested"),
        ("(" * 2_000 + "flag" + ")" * 2_000, "nested|parse"),
    ],
)
def test_what_is_refused(where: str, reason: str) -> None:
    write(TABLE)
    with pytest.raises(QueryRejected) as error:
        find(where)
    assert re.search(reason, error.value.message)


def test_a_name_that_is_there_twice() -> None:
    write(pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["n", "x", "x"]))
    assert LAKE.preview_object("object", where="n = 1").rows.num_rows == 1
    with pytest.raises(QueryRejected, match="2 columns are called x"):
        find("x = 1")


def test_statistics_rule_row_groups_out() -> None:
    write(pa.table({"n": range(1000), "m": [f"{i:04d}" for i in range(1000)]}), 100)
    for where, groups in [
        ("n BETWEEN 250 AND 310", (2, 3)),
        ("NOT n < 950", (9,)),
        ("m = '0555'", (5,)),
        ("n IS NULL", ()),
        ("n = 5 OR m = '0995'", (0, 9)),
        ("n > 1e12", ()),
    ]:
        page = LAKE.preview_object("object", where=where)
        assert page.row_groups_read == groups
        assert page.row_groups_skipped == 10 - len(groups)
        assert page.rows_matching == page.rows.num_rows
        assert not page.truncated


def test_pages_of_what_matches() -> None:
    write(pa.table({"n": range(1000)}), 100)
    page = LAKE.preview_object("object", offset=10, limit=5, where="n >= 200")
    assert page.rows.column("n").to_pylist() == [210, 211, 212, 213, 214]
    assert (page.truncated, page.row_groups_read) == (True, (2,))
    last = LAKE.preview_object("object", offset=795, limit=10, where="n >= 200")
    assert last.rows.column("n").to_pylist() == [995, 996, 997, 998, 999]
    assert (last.truncated, last.rows_matching, last.rows_examined) == (False, 800, 800)


def test_a_search_stops_at_its_limits() -> None:
    write(
        pa.table({"n": range(400_000), "text": [f"{i * 7919 % 400_000:020d}" for i in range(400_000)]}),
        50_000,
    )
    bounds = {"bytes": LimitSettings(preview_megabytes=0.5), "seconds": LimitSettings(preview_seconds=1e-9)}
    for name, limits in bounds.items():
        small = Lake.open(Settings(lake_url="memory://conditions", limits=limits))
        page = small.preview_object("object", where="text LIKE '%nowhere%'")
        assert (page.rows.num_rows, page.truncated, page.rows_matching) == (0, True, None)
        assert (page.bytes_limited, page.seconds_limited) == (name == "bytes", name == "seconds")
        assert 0 < (page.rows_examined or 0) < 400_000


Test = Callable[[Any, Any], bool]
OPERATORS: dict[str, Test] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
SMALL = st.integers(-3, 3)
COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any], Callable[[Any], str]]] = {
    "i": (pa.int32(), SMALL, str),
    "u": (pa.uint64(), st.sampled_from([0, 1, 2**63, 2**64 - 1]), str),
    "f": (pa.float64(), SMALL.map(float) | st.just(float("nan")), lambda v: str(v) if v == v else "0.5"),
    "h": (pa.float32(), SMALL.map(float), str),
    "t": (pa.string(), st.text("aZ'é", max_size=2), lambda v: "'" + v.replace("'", "\\'") + "'"),
    "d": (pa.decimal128(5, 1), SMALL.map(lambda n: Decimal(n) / 2), str),
    "a": (pa.date32(), st.dates(date(1969, 12, 30), date(1970, 1, 3)), lambda v: f"'{v}'"),
    "z": (
        pa.timestamp("ms"),
        st.datetimes(datetime(1969, 12, 31), datetime(1970, 1, 2)).map(lambda m: m.replace(microsecond=0)),
        lambda v: f"'{v}'",
    ),
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_condition_keeps_what_python_keeps(data: st.DataObject) -> None:
    """Two comparisons, joined and negated at will, with small row groups so that statistics matter."""
    rows = data.draw(st.integers(1, 8))
    names = [data.draw(st.sampled_from(sorted(COLUMNS))) for _ in range(2)]
    columns, parts, tests = {"n": pa.array(range(rows))}, [], []
    for number, kind in enumerate(names):
        data_type, values, write_literal = COLUMNS[kind]
        drawn = data.draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        literal = data.draw(values)
        operator = data.draw(st.sampled_from(sorted(OPERATORS)))
        negated = data.draw(st.booleans())
        columns[f"c{number}"] = pa.array(drawn, data_type)
        parts.append(f"{'NOT ' if negated else ''}c{number} {operator} {write_literal(literal)}")
        compared = 0.5 if literal != literal else literal
        outcome = [None if v is None else OPERATORS[operator](v, compared) != negated for v in drawn]
        tests.append(outcome)
    joined = data.draw(st.sampled_from(["AND", "OR"]))
    write(pa.table(columns), data.draw(st.integers(1, 3)))
    pairs = list(zip(*tests, strict=True))
    if joined == "AND":
        expected = [n for n, pair in enumerate(pairs) if all(v is True for v in pair)]
    else:
        expected = [n for n, pair in enumerate(pairs) if any(v is True for v in pair)]
    assert find(f" {joined} ".join(parts)) == expected
