"""Whatever pyarrow can write, a preview shows equal values, all of them and those a condition asks for."""

# ruff: noqa: DTZ001  (parquet columns without a zone hold wall clocks)

from __future__ import annotations

import io
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.output import to_json
from lakeside.lake.lake import Lake
from lakeside.lake.plain import list_values
from lakeside.settings import Settings

LAKE = Lake.open(Settings(lake_url="memory://preview-values"))

_NUMBERS: dict[pa.DataType, tuple[int, int]] = {
    pa.int8(): (-(2**7), 2**7 - 1),
    pa.int16(): (-(2**15), 2**15 - 1),
    pa.int32(): (-(2**31), 2**31 - 1),
    pa.int64(): (-(2**63), 2**63 - 1),
    pa.uint8(): (0, 2**8 - 1),
    pa.uint16(): (0, 2**16 - 1),
    pa.uint32(): (0, 2**32 - 1),
    pa.uint64(): (0, 2**64 - 1),
}
_UNITS = {  # temporal type -> the integers its values are kept as
    pa.date32(): (-(2**31), 2**31 - 1),
    pa.time32("s"): (0, 86_399),
    pa.time32("ms"): (0, 86_399_999),
    pa.time64("us"): (0, 86_399_999_999),
    pa.time64("ns"): (0, 86_399_999_999_999),
    pa.timestamp("ms"): (-(2**63), 2**63 - 1),
    pa.timestamp("us"): (-(2**63), 2**63 - 1),
    pa.timestamp("ns"): (-(2**63), 2**63 - 1),
    pa.timestamp("us", "America/New_York"): (-(10**16), 10**17),
    pa.timestamp("ns", "UTC"): (-(2**63), 2**63 - 1),
    pa.duration("ns"): (-(2**63), 2**63 - 1),
}


def make_plain(data_type: pa.DataType, values: list[Any]) -> pa.Array:
    if data_type in _UNITS:
        plain = pa.int32() if data_type.bit_width == 32 else pa.int64()
        return pa.array(values, plain).view(data_type)
    return pa.array(values, data_type)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    bound = 10**precision - 1
    return st.integers(-bound, bound).map(lambda n: Decimal((n < 0, tuple(map(int, str(abs(n)))), -scale)))


SCALARS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    *((t, st.integers(*bounds)) for t, bounds in (_NUMBERS | _UNITS).items()),
    (pa.float32(), st.floats(width=32)),
    (pa.float64(), st.floats()),
    (pa.float16(), st.floats(width=16)),
    (pa.bool_(), st.booleans()),
    (pa.string(), st.text(max_size=9)),
    (pa.large_string(), st.text(max_size=9)),
    (pa.binary(), st.binary(max_size=9)),
    (pa.binary(4), st.binary(min_size=4, max_size=4)),
    (pa.decimal128(9, 2), decimals(9, 2)),
    (pa.decimal128(38, 10), decimals(38, 10)),
    (pa.decimal256(76, 3), decimals(76, 3)),
    (pa.null(), st.none()),
]
_LISTED = (pa.types.is_string, pa.types.is_binary, pa.types.is_integer, pa.types.is_decimal128)


def can_be_listed(data_type: pa.DataType) -> bool:
    return any(test(data_type) for test in _LISTED)


Wrap = Callable[[pa.Array], pa.Array]
WRAPS: list[Wrap] = [
    lambda inner: inner,
    lambda inner: pa.LargeListArray.from_arrays(range(len(inner) + 1), inner),
    lambda inner: inner.dictionary_encode() if can_be_listed(inner.type) else inner,
    lambda inner: (
        pa.ListArray.from_arrays(
            [0, len(inner)] + [len(inner)] * max(0, len(inner) - 1),
            pa.StructArray.from_arrays([inner], names=["<x>"]),
        )
        if len(inner)
        else inner
    ),
    lambda inner: pa.ListArray.from_arrays([0, *range(len(inner)), len(inner)][: len(inner) + 1], inner),
    lambda inner: pa.StructArray.from_arrays([inner, pa.array(range(len(inner)))], ["in ner", "n.o"]),
    lambda inner: pa.MapArray.from_arrays(
        range(len(inner) + 1), pa.array([f"k{i}" for i in range(len(inner))], pa.string()), inner
    ),
]
NAMES = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=6
) | st.sampled_from([" ", "a.b", "select", 'quo"te', "back`tick", "new\nline", "<b>", "naïve 🚕", "x" * 200])


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 7))
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    columns = []
    for _ in names:
        data_type, values = draw(st.sampled_from(SCALARS))
        drawn = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        wraps = WRAPS[:1] if data_type == pa.null() else WRAPS  # parquet has no maps of nothing
        columns.append(draw(st.sampled_from(wraps))(make_plain(data_type, drawn)))
    return pa.Table.from_arrays(columns, names=names)


def write(table: pa.Table, row_group_rows: int) -> pa.Table:
    """Put the table into the lake; what pyarrow itself reads back."""
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=row_group_rows)
    with LAKE.open_writer("object") as file:
        file.write(sink.getvalue())
    return pq.ParquetFile(io.BytesIO(sink.getvalue())).read()


def same(left: Any, right: Any) -> bool:
    """Equality with NaN equal to itself, in depth."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return bool(left == right)


@settings(max_examples=200, deadline=None)
@given(tables(), st.integers(1, 4), st.integers(0, 7))
def test_a_preview_shows_what_was_written(table: pa.Table, row_group_rows: int, offset: int) -> None:
    expected = write(table, row_group_rows)
    page = LAKE.preview_object("object", offset=offset)
    assert page.total_rows == table.num_rows
    for column, whole in zip(page.rows.columns, expected.columns, strict=True):
        assert column.type == whole.type
        assert same(list_values(column), list_values(whole.slice(offset)))
    one = LAKE.preview_object("object", columns=[table.column_names[-1]])
    assert one.rows.column_names == [table.column_names[-1]]
    assert same(list_values(one.rows.column(0)), list_values(expected.column(-1)))
    to_json([list_values(column) for column in page.rows.columns])  # says all of it, without an error


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_values_are_those_that_went_in(data: st.DataObject, row_group_rows: int) -> None:
    """Against the Python values themselves, not against Arrow's reading of them."""
    data_type, values = data.draw(st.sampled_from([pair for pair in SCALARS if pair[0] not in _UNITS]))
    drawn = data.draw(st.lists(st.none() | values, max_size=6))
    write(pa.table({"x": make_plain(data_type, drawn)}), row_group_rows)
    assert same(list_values(LAKE.preview_object("object").rows.column("x")), drawn)


MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))
EPOCH = datetime(1970, 1, 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | MOMENTS, max_size=6), st.sampled_from([None, "UTC", "America/New_York"]))
def test_times_are_exact(moments: list[datetime | None], zone: str | None) -> None:
    units = [None if m is None else (m - EPOCH) // timedelta(microseconds=1) for m in moments]
    write(pa.table({"x": pa.array(units, pa.int64()).view(pa.timestamp("us", zone))}), 2)
    expected = [m.replace(tzinfo=UTC) if m and zone else m for m in moments]
    assert list_values(LAKE.preview_object("object").rows.column("x")) == expected


def test_nanoseconds_and_far_years_are_text() -> None:
    far = pa.array([1_600_000_000_123_456_789, -1, None], pa.int64()).view(pa.timestamp("ns"))
    assert list_values(far) == ["2020-09-13T12:26:40.123456789", "1969-12-31T23:59:59.999999999", None]
    assert list_values(pa.array([2**62]).view(pa.timestamp("s"))) == [
        "4611686018427387904 s since 1970-01-01"
    ]
    assert list_values(pa.array([2**30], pa.int32()).view(pa.date32())) == [
        "1073741824 days since 1970-01-01"
    ]
    slices = pa.array([[1], None, [2, 3], []], pa.list_(pa.time64("ns"))).slice(1, 2)
    assert list_values(slices)[0] is None
    assert len(list_values(slices)[1]) == 2
    fixed = pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)).slice(1)
    assert list_values(fixed) == [None, [3, 4]]
