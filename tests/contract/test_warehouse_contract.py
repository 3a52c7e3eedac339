"""One suite over every warehouse: what `Warehouse` promises, asked of DuckDB and BigQuery alike."""

from __future__ import annotations

import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import ContractViolation
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.settings import Settings
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from lakeside.warehouse.figures import compare_figures
from lakeside.warehouse.protocol import Warehouse
from tests.builders import write_month

GREEN = get_dataset("green")
OCTOBER = Month(2020, 10)


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return Lake.open(settings)


@pytest.fixture
def warehouse(settings: Settings) -> Warehouse:
    return DuckDBWarehouse.open(settings)


def test_a_published_month_is_what_the_footer_says(lake: Lake, warehouse: Warehouse) -> None:
    key = write_month(lake, GREEN, OCTOBER, 5_000)

    publications = [warehouse.publish_month(GREEN, OCTOBER, lake, key) for _ in range(3)]

    assert [(p.rows_before, p.rows) for p in publications] == [(0, 5_000), (5_000, 5_000), (5_000, 5_000)]
    assert warehouse.count_months() == {("green", OCTOBER): 5_000}
    assert warehouse.list_publications() == {("green", OCTOBER): publications[-1]}
    footer = lake.read_footer(key)
    assert footer.provenance is not None
    assert compare_figures(footer.provenance.columns, warehouse.measure_month(GREEN, OCTOBER)) == []


def test_an_audit_that_fails_keeps_the_old_rows(lake: Lake, warehouse: Warehouse) -> None:
    key = write_month(lake, GREEN, OCTOBER, 1_000)
    before = warehouse.publish_month(GREEN, OCTOBER, lake, key)
    write_month(lake, GREEN, OCTOBER, 900, rows_written=901)

    with pytest.raises(ContractViolation, match="901 rows expected, 900 found"):
        warehouse.publish_month(GREEN, OCTOBER, lake, key)

    assert warehouse.list_publications() == {("green", OCTOBER): before}
    assert warehouse.count_months() == {("green", OCTOBER): 1_000}


def test_a_removed_month_is_gone_with_its_entry(lake: Lake, warehouse: Warehouse) -> None:
    warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 100))

    assert warehouse.remove_month(GREEN, OCTOBER) == 100

    assert warehouse.count_months() == {}
    assert warehouse.list_publications() == {}
