"""A month from its source to the published table, on a real folder lake and a real DuckDB file."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import pytest

from lakeside.checks.reconcile import run_reconciliation
from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable, ContractViolation, NotFound, SourceMissing
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.month_load import LoadedMonths
from lakeside.pipeline import MonthRequest, asking_once, failed_result, load_month, run_month
from lakeside.progress import MonthState, Progress, Stage, report_nothing
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.figures import compare_figures

MONTH = Month(2020, 10)
REQUEST = MonthRequest("green", MONTH, SourceName.SAMPLE)
ROWS = 3_000


@pytest.fixture
def services(settings: Settings) -> Services:
    sources = settings.sources.model_copy(update={"sample_rows": ROWS})
    return open_services(settings.model_copy(update={"sources": sources}))


def count(services: Services) -> int | None:
    return services.warehouse.count_months().get(("green", MONTH))


def test_a_month_goes_through_every_stage_and_reconciles(services: Services) -> None:
    seen: list[Progress] = []
    result = run_month(REQUEST, services, seen.append)
    assert result.state is MonthState.PUBLISHED
    assert (result.rows_read, result.rows_written, result.rows_rejected) == (ROWS, ROWS, 0)
    assert result.warehouse_rows == ROWS == count(services)
    assert result.lake_path == services.lake.url_of(data_key("green", MONTH))
    assert list(dict.fromkeys(p.stage for p in seen))[-2:] == [Stage.LOAD, Stage.CHECK]
    checks = run_reconciliation(get_dataset("green"), MONTH, services)
    assert [c.state.value for c in checks] == ["passed"] * 3


@pytest.mark.parametrize("month", [Month(2009, 1), Month(2009, 2)])
def test_the_first_months_of_all_have_no_neighbours_before_them(services: Services, month: Month) -> None:
    request = MonthRequest("yellow", month, SourceName.SAMPLE)
    assert run_month(request, services).state is MonthState.PUBLISHED


def test_again_is_unchanged_and_forced_is_the_same(services: Services) -> None:
    run_month(REQUEST, services)
    before = services.warehouse.measure_month(get_dataset("green"), MONTH)
    assert run_month(REQUEST, services).state is MonthState.UNCHANGED
    for _ in range(2):
        assert run_month(replace(REQUEST, force=True), services).state is MonthState.PUBLISHED
    after = services.warehouse.measure_month(get_dataset("green"), MONTH)
    assert compare_figures(before, after) == []


def test_without_load_the_warehouse_stays_empty_until_loaded(services: Services) -> None:
    result = run_month(replace(REQUEST, load=False), services)
    assert (result.state, result.warehouse_rows) == (MonthState.WRITTEN, None)
    assert count(services) is None
    assert load_month(MonthRequest("green", MONTH), services).state is MonthState.PUBLISHED
    again = load_month(MonthRequest("green", MONTH), services)
    assert (again.state, again.source, again.warehouse_rows) == (MonthState.UNCHANGED, "sample", ROWS)
    assert run_month(REQUEST, services).state is MonthState.UNCHANGED


def test_a_table_that_lost_its_month_is_loaded_again(services: Services) -> None:
    run_month(REQUEST, services)
    assert services.warehouse.remove_month(get_dataset("green"), MONTH) == ROWS
    assert run_month(REQUEST, services).state is MonthState.PUBLISHED
    assert count(services) == ROWS


def test_months_of_one_command_share_what_the_warehouse_has(services: Services) -> None:
    months = [Month(2020, number) for number in (10, 11)]
    requests = [MonthRequest("green", month, SourceName.SAMPLE) for month in months]
    first = asking_once(run_month, services)
    assert [first(r, services, report_nothing).state for r in requests] == [MonthState.PUBLISHED] * 2
    again = partial(load_month, loaded=LoadedMonths(services, math.inf))
    assert [again(r, services, report_nothing).state for r in requests] == [MonthState.UNCHANGED] * 2
    services.warehouse.remove_month(get_dataset("green"), months[1])
    assert again(requests[1], services, report_nothing).state is MonthState.UNCHANGED, "asked before that"
    anew = asking_once(load_month, services)
    assert anew(requests[1], services, report_nothing).state is MonthState.PUBLISHED
    forced = replace(requests[0], force=True)
    assert again(forced, services, report_nothing).state is MonthState.PUBLISHED
    assert again(requests[0], services, report_nothing).state is MonthState.UNCHANGED


def test_loading_what_the_lake_has_not_names_the_object(services: Services) -> None:
    with pytest.raises(NotFound, match=r"green_tripdata_2020-10\.parquet does not exist") as caught:
        load_month(MonthRequest("green", MONTH), services)
    assert "lakeside ingest green 2020-10" in caught.value.hint


def test_a_month_no_source_has_is_missing_at_once(services: Services) -> None:
    with pytest.raises(SourceMissing, match="2014-01"):
        run_month(MonthRequest("green", Month(2010, 1)), services)


def test_a_table_that_differs_from_the_lake_does_not_reconcile(services: Services) -> None:
    from lakeside.checks.reconcile import require_passed

    green = get_dataset("green")
    run_month(REQUEST, services)
    services.lake.remove_object(data_key("green", MONTH))
    sources = services.settings.sources.model_copy(update={"sample_rows": ROWS - 1})
    other = open_services(services.settings.model_copy(update={"sources": sources}))
    run_month(replace(REQUEST, load=False), other)
    results = run_reconciliation(green, MONTH, services)
    failed = {r.check: r.detail for r in results if r.state.value == "failed"}
    assert failed["rows_lake_warehouse"] == "3,000 rows in the table, 2,999 in the object"
    assert "figures_lake_warehouse" in failed
    with pytest.raises(
        ContractViolation, match="green 2020-10 does not reconcile: rows_lake_warehouse: 3,000"
    ):
        require_passed(results, "green 2020-10")


def test_a_failed_result_carries_the_error() -> None:
    result = failed_result(REQUEST, BackendUnavailable("No answer.", "Wait."), 1.5)
    assert result.as_dict()["error"] == {
        "kind": "BackendUnavailable",
        "message": "No answer.",
        "hint": "Wait.",
    }
    assert (result.state, result.source, result.elapsed_seconds) == (MonthState.FAILED, "sample", 1.5)
    assert failed_result(REQUEST, ValueError("odd"), 0).error == {
        "kind": "ValueError",
        "message": "odd",
        "hint": "",
    }
