"""Charts of lake objects: the same numbers as pyarrow's, bounded, and known answers of the real files."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lakeside.charts.spec import Aggregate, ChartSpec, Grain
from lakeside.charts.sql import write_chart
from lakeside.datasets import get_dataset
from lakeside.errors import ContractViolation, LimitExceeded, QueryRejected
from lakeside.lake.lake import Lake
from lakeside.lake.where.write import Dialect
from lakeside.month import Month
from lakeside.settings import LimitSettings, Settings
from lakeside.warehouse.lake_chart import chart_objects
from lakeside.warehouse.lake_profile import Basis, profile_object
from lakeside.warehouse.sql.translate import translate_select
from tests.builders import build_rows, write_month, write_object

LIMITS = LimitSettings()
GREEN = get_dataset("green")
OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def month(lake: Lake) -> str:
    return write_month(lake, GREEN, OCTOBER, 3000)


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return build_rows(GREEN, OCTOBER, 3000)


def test_rows_per_hour_of_the_day(lake: Lake, month: str, rows: pa.Table) -> None:
    chart = chart_objects(lake, [month], ChartSpec("lpep_pickup_datetime", Grain.HOUR_OF_DAY), LIMITS)
    counted = Counter(pc.hour(rows["lpep_pickup_datetime"]).to_pylist())
    assert {m.x: m.value for m in chart.marks.marks} == counted
    assert (chart.basis, chart.rows_read, chart.rows_total) == (Basis.EXACT, 3000, 3000)


@pytest.mark.parametrize(
    ("aggregate", "function"),
    [(Aggregate.SUM, "sum"), (Aggregate.MEAN, "mean"), (Aggregate.MIN, "min"), (Aggregate.MAX, "max")],
)
def test_aggregates_are_pyarrows(
    lake: Lake, month: str, rows: pa.Table, aggregate: Aggregate, function: str
) -> None:
    spec = ChartSpec("payment_type", Grain.VALUES, aggregate, "fare_amount", where="trip_distance > 1")
    chart = chart_objects(lake, [month], spec, LIMITS)
    near = rows.filter(pc.field("trip_distance") > 1).group_by("payment_type")
    wanted = near.aggregate([("fare_amount", function)]).to_pydict()
    expected = dict(zip(wanted["payment_type"], wanted[f"fare_amount_{function}"], strict=True))
    expected.pop(None, None)
    assert {m.x: m.value for m in chart.marks.marks} == pytest.approx(expected)


def test_bins_and_splits_count_every_row(lake: Lake, month: str) -> None:
    spec = ChartSpec("trip_distance", Grain.BINS, split="payment_type")
    marks = chart_objects(lake, [month], spec, LIMITS).marks
    assert marks.rows_drawn + marks.rows_null + marks.rows_outside + marks.rows_cut == 3000
    assert all(m.x_end is not None and m.x < m.x_end for m in marks.marks)


def test_months_of_a_dataset_in_one_chart(lake: Lake, month: str) -> None:
    other = write_month(lake, GREEN, NOVEMBER, 500)
    spec = ChartSpec("source_month", Grain.MONTH)
    chart = chart_objects(lake, [month, other], spec, LIMITS)
    assert [(m.x, m.value) for m in chart.marks.marks] == [
        (datetime.fromisoformat("2020-10-01"), 3000.0),
        (datetime.fromisoformat("2020-11-01"), 500.0),
    ]
    assert chart.objects == 2


def test_too_many_bytes_make_a_sample_that_says_so(lake: Lake) -> None:
    table = pa.table({"x": pa.array(range(100_000)), 'odd "name`': pa.array([0.5] * 100_000)})
    key = write_object(lake, "other/large.parquet", table, None, row_group_rows=10_000)
    small = LIMITS.model_copy(update={"chart_megabytes": 0.2})
    chart = chart_objects(lake, [key], ChartSpec("x", Grain.BINS, Aggregate.MEAN, 'odd "name`'), small)
    assert chart.basis is Basis.SAMPLE
    assert 0 < chart.rows_read < 100_000 and chart.bytes_read <= 200_000
    assert {m.value for m in chart.marks.marks} == {0.5}
    tiny = LIMITS.model_copy(update={"chart_megabytes": 0.001})
    with pytest.raises(LimitExceeded, match="more than its share"):
        chart_objects(lake, [key], ChartSpec("x", Grain.BINS), tiny)


def test_a_chart_that_takes_too_long_is_stopped(lake: Lake) -> None:
    table = pa.table({"x": pa.array(range(300_000)), "y": pa.array(map(str, range(300_000)))})
    key = write_object(lake, "other/slow.parquet", table, None)
    hasty = LIMITS.model_copy(update={"query_seconds": 1e-6})
    with pytest.raises(LimitExceeded, match="not ready within"):
        chart_objects(lake, [key], ChartSpec("x", Grain.BINS, Aggregate.DISTINCT, "y"), hasty)


def test_a_chart_takes_no_more_memory_than_two_queries(lake: Lake) -> None:
    """Groups of ten megabytes each, which cannot go to disk one by one."""
    with lake.open_writer("long.parquet") as file:
        texts = pa.table({"text": [letter * (10 << 20) for letter in "abcdefghijklmnop"]})
        pq.write_table(texts, file, use_dictionary=False, write_statistics=False)
    spec = ChartSpec("text", Grain.VALUES)
    assert chart_objects(lake, ["long.parquet"], spec, LIMITS).rows_read == 16
    with pytest.raises(LimitExceeded) as refused:
        chart_objects(lake, ["long.parquet"], spec, LimitSettings(query_megabytes=64))
    assert refused.value.limit == "limits.query_megabytes"


def test_columns_that_differ_in_type_are_not_cast_in_silence(lake: Lake, month: str) -> None:
    other = write_object(lake, "other/t.parquet", pa.table({"payment_type": ["cash"]}), None)
    with pytest.raises(ContractViolation, match="payment_type is string"):
        chart_objects(lake, [month, other], ChartSpec("payment_type", Grain.VALUES), LIMITS)


def test_a_bad_condition_is_refused(lake: Lake, month: str) -> None:
    with pytest.raises(QueryRejected, match="no column nowhere"):
        chart_objects(lake, [month], ChartSpec("payment_type", Grain.VALUES, where="nowhere = 1"), LIMITS)


def test_nothing_left_is_no_marks(lake: Lake, month: str) -> None:
    for spec in (
        ChartSpec("trip_distance", Grain.BINS, where="trip_distance > 1e9"),
        ChartSpec("ehail_fee", Grain.BINS),
    ):
        assert chart_objects(lake, [month], spec, LIMITS).marks.marks == ()


def test_odd_values_are_grouped_too(lake: Lake) -> None:
    columns = {
        "at": pa.array([0, 1, None], pa.timestamp("ns", "America/New_York")),
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "flag": pa.array([True, None, False]),
        "y": pa.array([float("nan"), float("inf"), 2.0]),
    }
    key = write_object(lake, "other/odd.parquet", pa.table(columns), None)
    hours = chart_objects(lake, [key], ChartSpec("at", Grain.HOUR), LIMITS).marks
    assert [(m.x, m.rows) for m in hours.marks] == [(datetime.fromisoformat("1970-01-01"), 2)]
    assert hours.rows_null == 1
    means = chart_objects(lake, [key], ChartSpec("kind", Grain.VALUES, Aggregate.MEAN, "y", "flag"), LIMITS)
    assert [(m.x, m.split, m.value) for m in means.marks.marks] == [
        ("a", False, 2.0),
        ("a", True, None),
        ("b", None, None),
    ]
    bins = chart_objects(lake, [key], ChartSpec("y", Grain.BINS), LIMITS).marks
    assert bins.rows_drawn == 1 and bins.rows_null == 2


@pytest.mark.parametrize(
    "spec",
    [
        ChartSpec("lpep_pickup_datetime", Grain.WEEK, Aggregate.MEAN, "fare_amount", "payment_type"),
        ChartSpec("lpep_pickup_datetime", Grain.WEEKDAY),
        ChartSpec("source_month", Grain.MONTH, Aggregate.DISTINCT, "PULocationID"),
    ],
)
def test_the_same_chart_can_be_asked_as_googlesql(lake: Lake, month: str, spec: ChartSpec) -> None:
    """What people would run in the warehouse is on the list of what they may, and means the same."""
    import duckdb

    sql = write_chart(spec, GREEN.arrow_schema(), ("green", None), 5000, Dialect.GOOGLE)
    translated = translate_select(sql, "trips", {"green": None}, 5000).sql
    with duckdb.connect() as connection:
        connection.register("green", build_rows(GREEN, OCTOBER, 3000))
        found = connection.sql(translated).to_arrow_table()
    marks = chart_objects(lake, [month], spec, LIMITS).marks
    assert sum(found["n"].to_pylist()) == 3000
    groups = {(str(r["x"]), r.get("split")): (r["n"], r["y"]) for r in found.to_pylist()}
    for mark in marks.marks:
        rows, value = groups[str(mark.x), mark.split]
        assert (rows, float(value)) == (mark.rows, pytest.approx(mark.value))


# --- the real files


@pytest.fixture(scope="module")
def april(lake: Lake, shared_data: Path) -> str:
    """TLC's own file as it is, put there by somebody else."""
    key = "other/green_tripdata_2020-04.parquet"
    source = shared_data / "tlc" / "trip-data" / "green_tripdata_2020-04.parquet"
    with lake.open_writer(key) as file:
        file.write(source.read_bytes())
    return key


def test_the_real_file_is_drawn_whole(lake: Lake, april: str, shared_data: Path) -> None:
    chart = chart_objects(lake, [april], ChartSpec("PULocationID", Grain.VALUES, most_values=300), LIMITS)
    assert (chart.rows_total, chart.marks.rows_drawn, chart.marks.values_cut) == (35_644, 35_644, 0)
    negative = ChartSpec("VendorID", Grain.VALUES, where="fare_amount < 0")
    assert chart_objects(lake, [april], negative, LIMITS).marks.rows_drawn == 122
    days = chart_objects(lake, [april], ChartSpec("lpep_pickup_datetime", Grain.DAY), LIMITS).marks
    assert days.rows_drawn + days.rows_outside == 35_644 and len(days.marks) <= 33


def test_each_bar_of_the_real_profile_has_exactly_its_rows(lake: Lake, april: str) -> None:
    """The condition behind a bar, run by the preview, finds as many rows as the bar counts."""
    from lakeside.lake.where.write import write_equal, write_range

    schema = pq.read_schema(lake.find_local_path(april))
    checked = 0
    for column in ("fare_amount", "trip_distance", "PULocationID", "lpep_pickup_datetime", "payment_type"):
        assert column in schema.names
        bars = profile_object(lake, april, LIMITS, column).columns[0].bars
        assert bars is not None
        last = len(bars.bars) - 1
        for number, bar in enumerate(bars.bars):
            where = write_equal(column, bar.value)
            if bars.kind == "histogram":
                where = write_range(column, bar.low, bar.high, with_high=number == last)
            chart = chart_objects(lake, [april], ChartSpec("VendorID", Grain.VALUES, where=where), LIMITS)
            assert chart.marks.rows_drawn + chart.marks.rows_null == bar.count, where
            checked += 1
    assert checked > 40
