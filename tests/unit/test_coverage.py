"""Coverage says what is really there, whatever happened before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.coverage import MonthCoverage, compute_coverage, find_source_state
from lakeside.datasets import get_dataset
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

GREEN = get_dataset("green")
MONTH = Month(2020, 10)
REQUEST = MonthRequest("green", MONTH, SourceName.SAMPLE)
TODAY = date(2026, 11, 22)


def sized(settings: Settings, rows: int) -> Services:
    sources = settings.sources.model_copy(update={"sample_rows": rows})
    return open_services(settings.model_copy(update={"sources": sources}))


@pytest.fixture
def services(settings: Settings) -> Services:
    return sized(settings, 500)


def look(services: Services) -> MonthCoverage:
    return next(m for m in compute_coverage(services, [GREEN], 2020, TODAY) if m.month == MONTH)


def test_an_empty_lake_misses_every_month_of_the_calendar(services: Services) -> None:
    coverage = compute_coverage(services, today=TODAY)
    assert {m.state.value for m in coverage} == {"missing"}
    yellow = [m for m in coverage if m.dataset == "yellow"]
    assert (yellow[0].month, yellow[-1].month) == (Month(2009, 1), Month(2026, 11))
    assert [m.source_state.value for m in yellow[-3:]] == ["published", "not_yet", "not_yet"]


def test_the_calendar_knows_lag_and_first_month() -> None:
    now = Month(2026, 11)
    states = [
        find_source_state(GREEN, Month.parse(m), now).value
        for m in ("2013-07", "2013-08", "2026-09", "2026-10")
    ]
    assert states == ["never", "published", "published", "not_yet"]


def test_written_then_loaded_then_removed(services: Services) -> None:
    run_month(replace(REQUEST, load=False), services)
    found = look(services)
    assert (found.state, found.source, found.lake_rows) == ("in_lake", "sample", 500)
    assert found.key == data_key("green", MONTH) and found.lake_bytes and found.written_at
    run_month(REQUEST, services)
    found = look(services)
    assert (found.state, found.warehouse_rows, found.reason) == ("published", 500, "")
    services.lake.remove_object(data_key("green", MONTH))
    found = look(services)
    assert (found.state, found.key, found.warehouse_rows) == ("mismatch", None, 500)


def test_an_object_written_after_the_load_makes_the_month_stale(
    services: Services, settings: Settings
) -> None:
    run_month(REQUEST, services)
    run_month(replace(REQUEST, load=False, force=True), sized(settings, 501))
    found = look(services)
    assert (found.state, found.lake_rows, found.warehouse_rows) == ("stale", 501, 500)


def test_another_contract_version_makes_the_month_stale(services: Services) -> None:
    run_month(REQUEST, services)
    newer = replace(GREEN, version=GREEN.version + 1)
    found = next(m for m in compute_coverage(services, [newer], 2020, TODAY) if m.month == MONTH)
    assert found.state == "stale" and "contract version" in found.reason


def test_broken_and_foreign_objects_are_named(services: Services) -> None:
    with services.lake.open_writer(data_key("green", MONTH)) as file:
        file.write(b"PAR1 this is no parquet file")
    found = look(services)
    assert found.state == "broken" and "green_tripdata_2020-10.parquet" in found.reason
    with services.lake.open_writer(data_key("green", MONTH)) as file:
        pq.write_table(pa.table({"a": [1]}), file)
    found = look(services)
    assert (found.state, found.lake_rows) == ("foreign", 1)


def test_months_outside_the_calendar_are_shown_when_they_are_there(services: Services) -> None:
    run_month(replace(REQUEST, month=Month(2027, 3), load=False), services)
    last = compute_coverage(services, [GREEN], today=TODAY)[-1]
    assert (last.month, last.state, last.source_state) == (Month(2027, 3), "in_lake", "not_yet")
