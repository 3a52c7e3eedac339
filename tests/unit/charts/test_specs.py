"""Specs: what can be drawn of which columns, and what is suggested."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeside.charts.spec import Aggregate, ChartSpec, Grain, check_spec, list_aggregates, list_grains
from lakeside.charts.suggest import default_spec, suggest_charts
from lakeside.datasets import get_dataset
from lakeside.errors import NotFound, QueryRejected

SCHEMA = pa.schema(
    [
        ("at", pa.timestamp("us")),
        ("day", pa.date32()),
        ("fare", pa.float64()),
        ("code", pa.int64()),
        ("name", pa.dictionary(pa.int32(), pa.string())),
        ("raw", pa.binary()),
        ("twice", pa.int64()),
        ("twice", pa.int64()),
    ]
)


def test_types_decide_what_can_be_grouped_and_aggregated() -> None:
    assert list_grains(pa.timestamp("us"))[0] is Grain.HOUR_OF_DAY
    assert Grain.HOUR not in list_grains(pa.date32())
    assert list_grains(pa.float64())[0] is Grain.BINS
    assert list_grains(pa.int32())[0] is Grain.VALUES
    assert list_grains(pa.list_(pa.int64())) == ()
    assert list_aggregates(None) == (Aggregate.ROWS,)
    assert list_aggregates(pa.string()) == (Aggregate.DISTINCT,)
    assert list_aggregates(pa.float64())[0] is Aggregate.MEAN


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        (ChartSpec("nowhere", Grain.VALUES), NotFound, "no column nowhere"),
        (ChartSpec("fare", Grain.BINS, split="else"), NotFound, "no column else"),
        (ChartSpec("twice", Grain.VALUES), QueryRejected, "2 columns are called twice"),
        (ChartSpec("name", Grain.BINS), QueryRejected, "cannot be grouped by bins"),
        (ChartSpec("day", Grain.HOUR), QueryRejected, "cannot be grouped by hour"),
        (ChartSpec("raw", Grain.VALUES), QueryRejected, "in no way"),
        (ChartSpec("at", Grain.DAY, Aggregate.SUM, "name"), QueryRejected, "has no sum"),
        (ChartSpec("at", Grain.DAY, Aggregate.MEAN), QueryRejected, "Without a column"),
        (ChartSpec("at", Grain.DAY, split="raw"), QueryRejected, "cannot split"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(spec: ChartSpec, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        check_spec(spec, SCHEMA)


def test_trips_are_first_drawn_by_the_hour_then_fare_by_distance_and_zones() -> None:
    schema = get_dataset("yellow").arrow_schema()
    suggested = suggest_charts(schema)
    assert [(s.spec.x, s.spec.grain, s.spec.y) for s in suggested[:4]] == [
        ("tpep_pickup_datetime", Grain.HOUR_OF_DAY, None),
        ("tpep_pickup_datetime", Grain.DAY, None),
        ("trip_distance", Grain.BINS, "fare_amount"),
        ("PULocationID", Grain.VALUES, None),
    ]
    for suggestion in suggested:
        check_spec(suggestion.spec, schema)


def test_anything_has_a_first_chart_or_none() -> None:
    assert default_spec(pa.schema([("word", pa.string())])) == ChartSpec("word", Grain.VALUES)
    assert default_spec(pa.schema([("day", pa.date32())])) == ChartSpec("day", Grain.MONTH)
    assert default_spec(pa.schema([("raw", pa.binary()), ("parts", pa.list_(pa.int8()))])) is None
