"""The made-up months: the same every time, of today's shape, and as dirty as real ones."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lakeside.checks.thresholds import load_thresholds
from lakeside.datasets import Dataset, get_dataset, list_datasets
from lakeside.month import Month
from lakeside.sources.sample import sample_batches

MONTH = Month(2025, 3)
NAMES = [d.name for d in list_datasets()]


def sample(dataset: Dataset, month: Month = MONTH, rows: int = 20_000) -> pa.Table:
    return pa.Table.from_batches(sample_batches(dataset, month, rows))


@pytest.mark.parametrize("dataset", list_datasets(), ids=NAMES)
def test_a_month_is_the_same_every_time_and_meets_its_contract(dataset: Dataset) -> None:
    table = sample(dataset)
    assert table.num_rows == 20_000
    assert table.equals(sample(dataset))
    assert not table.equals(sample(dataset, MONTH.plus(1)))
    dataset.check_headers(table.column_names, "sample")
    for field in table.schema:
        column = dataset.find_column(field.name)
        assert column is not None and column.name == field.name and not column.legacy
        assert field.type == column.kind.arrow_type


@pytest.mark.parametrize("dataset", list_datasets(), ids=NAMES)
def test_a_few_trips_lie_outside_their_month(dataset: Dataset) -> None:
    pickup = sample(dataset)[dataset.pickup_column]
    first, end = (datetime.combine(d, datetime.min.time()) for d in (MONTH.first_day, MONTH.end))
    inside = pc.and_(pc.greater_equal(pickup, first), pc.less(pickup, end))
    assert 3 <= 20_000 - pc.sum(inside).as_py() <= 20


def test_money_adds_up_and_some_of_it_is_negative() -> None:
    table = sample(get_dataset("yellow"))
    fare = table["fare_amount"]
    assert 20 <= pc.sum(pc.less(fare, 0)).as_py() <= 200
    cents = pc.multiply(fare, 100)
    assert pc.all(pc.less(pc.abs(pc.subtract(cents, pc.round(cents))), 1e-6)).as_py()
    assert 300 <= table["passenger_count"].null_count <= 1500


@pytest.mark.parametrize(("name", "month"), [("yellow", MONTH), ("green", MONTH), ("green", Month(2018, 1))])
def test_the_total_is_the_sum_of_what_was_levied(name: str, month: Month) -> None:
    table = sample(get_dataset(name), month)
    parts = load_thresholds()[name].total_adds_up.parts
    total = pc.subtract(table["total_amount"], 0.0)
    for part in (part for part in parts if part in table.column_names):
        total = pc.subtract(total, pc.fill_null(table[part], 0.0))
    differing = pc.sum(pc.greater(pc.abs(total), 0.015)).as_py()
    assert 0 < differing < 0.05 * len(table), "only where the vendor sent no surcharge"


def test_fees_are_null_before_they_were_levied() -> None:
    table = sample(get_dataset("yellow"), Month(2018, 1), 500)
    for name in ("congestion_surcharge", "Airport_fee", "cbd_congestion_fee"):
        assert table[name].null_count == 500


def test_long_months_come_in_bounded_batches_and_short_ones_are_short() -> None:
    sizes = [b.num_rows for b in sample_batches(get_dataset("green"), MONTH, 150_000)]
    assert sum(sizes) == 150_000 and max(sizes) <= 65_536
    assert sample(get_dataset("fhv"), rows=1).num_rows == 1
